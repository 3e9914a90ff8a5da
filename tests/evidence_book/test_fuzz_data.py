"""Whatever stands in tables, bibliography, YAML and notebooks: it is read right, or refused."""

import csv
import io
import json
import math
import re
import unicodedata
import warnings
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.audit import audit, is_unjudged
from evidence.files.plain_yaml import YamlError, read_yaml
from evidence.record.chapter_parameters import Study
from evidence.record.editions import EditionError, read_edition
from evidence.record.results import CLAIM_MIME, FIGURE_MIME, PAGE_MIME, RESULT_MIME, read_results
from evidence.sources.bibliography import read_bibliography
from evidence.sources.consistency import RULES, check_schema
from evidence.sources.csv_tables import read_table
from evidence.sources.data import Evidence, narrow_to_study
from evidence.sources.printed_rows import printed_estimate, printed_text
from evidence.sources.problems import DataError
from evidence.sources.recomputation import recompute
from evidence.sources.schema import TABLES
from evidence_book.runs.freshness import read_notebook
from evidence_book.runs.normalise import normalise, serialise
from evidence_stats.printed.reported import read_number, read_range, read_reported
from evidence_stats.printed.rounding import read_printed
from tests import page_cells
from tests.fuzzing import examples, hostile, printed
from tests.page_cells import admitted, compute, real, refused

NUMERIC = {
    "value_reported", "ci_low_reported", "ci_high_reported", "p_reported", "low_reported",
    "high_reported", "n", "events", "n_reported", "n_total", "sorafenib_mg_day",
    "ifn_mu_per_dose", "ifn_doses_per_week", "ifn_weekly_mu",
}  # fmt: skip


def safe(text):
    """Return True for what may stand in a page, in a spreadsheet and on a terminal."""
    unseen = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    number = re.fullmatch(r"[-+]?[0-9.]+( ?%)?", text)
    return (
        not any(unicodedata.category(sign) in unseen for sign in text)
        and not re.search(r"<[a-zA-Z/!?]", text)
        and (number or not text.startswith(("=", "+", "-", "@", "\uff1d", "\uff0b")))
    )


@examples(300)
@given(st.one_of(hostile, printed))
@pytest.mark.parametrize("read", [read_reported, read_number, read_range, read_printed])
def test_a_printed_number_is_finite_or_refused_in_words(read, text):
    try:
        found = read(text)
    except ValueError as error:
        assert "expected" in str(error)
        # What is not seen is spelt out, and a long text is cut.
        assert str(error).isprintable()
        assert len(str(error)) < 400
        return
    if read is read_range:
        assert found is None or 0 <= found[0] <= found[1] < math.inf
    elif read is read_number:
        assert found is None or math.isfinite(found)
    elif read is read_reported:
        assert found is None or found.value is None or math.isfinite(found.value)


@examples(150)
@given(
    st.one_of(
        st.binary(max_size=60),
        st.lists(st.lists(hostile, min_size=1, max_size=4), max_size=4).map(
            lambda rows: "\n".join(",".join(row) for row in rows).encode("utf-8", "surrogatepass")
        ),
    )
)
def test_bytes_are_a_table_or_a_problem_of_that_file(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "fuzzed.csv"
    path.write_bytes(content)
    try:
        table = read_table(path)
    except DataError as error:
        assert str(error).startswith("data/fuzzed.csv")
        assert "expected" in str(error)
        assert safe(str(error).replace("\n", ""))
        return
    # Every line is one row: what a problem says of a line is so.
    assert len(table) + 1 == len(path.read_text(encoding="utf-8").removesuffix("\n").split("\n"))


@examples(100)
@given(st.lists(st.lists(hostile, min_size=3, max_size=3), min_size=1, max_size=5))
def test_a_table_that_was_written_is_read_as_it_was_written(tmp_path_factory, rows):
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([["a", "b", "c"], *rows])
    path = tmp_path_factory.getbasetemp() / "written.csv"
    path.write_bytes(stream.getvalue().encode("utf-8", "surrogatepass"))
    try:
        table = read_table(path)
    except DataError:
        cells = "".join(cell for row in rows for cell in row)
        assert re.search("[\r\n]", cells) or max(map(len, cells.split())) > 2000
        return
    if any("\r" in cell for row in rows for cell in row):
        # A line end like any other, where nothing quotes it.
        return
    assert table.to_numpy().tolist() == rows


@cache
def _cell_checks():
    return {
        (name, column): [check._check_fn for check in described.checks]
        for name, schema in TABLES.items()
        for column, described in schema.columns.items()
    }


def accepts(name, column, text):
    return all(check(text) for check in _cell_checks()[name, column])


COLUMNS = sorted(_cell_checks())


@examples(500)
@given(st.sampled_from(COLUMNS), st.one_of(hostile, printed))
def test_a_cell_that_the_schema_admits_is_safe_and_its_number_finite(place, text):
    if not accepts(*place, text):
        return
    assert safe(text)
    assert text == text.strip()
    _, column = place
    if column in NUMERIC and text and text[0] in "0123456789.-+":
        assert all(math.isfinite(float(part)) for part in re.findall(r"[0-9]*\.?[0-9]+", text))
    if column.endswith("_id") or column in ("arm", "arm_a", "arm_b", "source_key"):
        assert re.fullmatch(r"[a-zA-Z0-9._-]*", text) or column == "registry_id"


@examples(25, at_most=1000)
@given(st.data())
def test_the_schema_says_of_a_mutated_row_what_its_cell_checks_say(data):
    name = data.draw(st.sampled_from([one for one in sorted(TABLES) if len(real().tables[one])]))
    table = real().tables[name]
    row = table.iloc[[data.draw(st.integers(0, len(table) - 1))]].reset_index(drop=True).copy()
    column = data.draw(st.sampled_from(list(table.columns)))
    text = data.draw(st.one_of(hostile, printed))
    row.loc[0, column] = text
    problems = check_schema(name, row)
    assert bool(problems) != accepts(name, column, text)
    for problem in problems:
        assert (problem.file, problem.line, problem.column) == (f"data/{name}.csv", 2, column)
        assert len(str(problem)) < 700


def _changes(data):
    """Draw a row of the facts and new printed numbers for some of its cells."""
    name = data.draw(st.sampled_from(("outcomes", "characteristics", "biomarkers", "arms")))
    table = real().tables[name]
    position = data.draw(st.integers(0, len(table) - 1))
    row = table.iloc[position]
    columns = [c for c in table.columns if c in NUMERIC]
    filled = [c for c in columns if row[c]] or columns
    chosen = data.draw(
        st.lists(st.sampled_from(filled + columns), min_size=1, max_size=3, unique=True)
    )
    changes = {(name, position, column): data.draw(printed) for column in chosen}
    if "unit" in table and data.draw(st.integers(0, 9)) == 0:
        changes[name, position, "unit"] = data.draw(
            st.sampled_from(("percent", "ratio", "months", "weeks", "days", "patients", "years"))
        )
    return changes, row["study_id"]


def of_study(tables, study):
    narrow = narrow_to_study(tables, study)
    narrow["discrepancies"] = narrow["discrepancies"].iloc[:0]
    return {**tables, **narrow}


def _breaks_a_rule(tables, changes):
    cells = ((name, column, text) for (name, _, column), text in changes.items())
    if not all(accepts(*cell) for cell in cells):
        return True
    return any(True for rule in RULES for _ in rule(tables, real().bibliography))


@examples(150)
@given(st.data())
def test_numbers_that_break_no_rule_are_recomputed_and_audited(data):
    changes, study = _changes(data)
    tables = of_study(page_cells.tables_with(changes), study)
    if _breaks_a_rule(tables, changes):
        return
    evidence = Evidence(tables, real().bibliography)
    name, position, _ = next(iter(changes))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if name != "arms":
            row = real().tables[name].iloc[position].copy()
            for (_, _, column), text in changes.items():
                row[column] = text
            estimate = printed_estimate(row)
            assert estimate is None or math.isfinite(estimate.value)
            assert "nan" not in printed_text(row)
        # What the check admits is never refused later: it is judged, or said to be beyond telling.
        recompute(evidence, Study(study_id=study))
        assert not [one.what for one in audit(evidence) if is_unjudged(one)], changes


# A study page and a question run on a mutated table: in a plain run a few, for each costs seconds.
@examples(4, at_most=400)
@given(st.data())
def test_a_study_page_on_mutated_rows_that_the_check_admits_is_made(data):
    changes, study = _changes(data)
    evidence = admitted(of_study(page_cells.tables_with(changes), study))
    if evidence is None:
        return
    for page, parameters in (
        ("studies/jonasch-2010", {"study_id": study}),
        ("appendix/provenance", {}),
        ("appendix/audit", {}),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            made = compute(page, evidence, **parameters)
        for result in made["page"].results.values():
            assert not re.search(r"\bnan\b|\binf\b", result.text), (page, changes, result)


@examples(2, at_most=150)
@given(st.data())
def test_a_question_on_mutated_rows_is_answered_or_refused_in_words(data):
    changes, _ = _changes(data)
    tables = page_cells.tables_with(changes)
    if _breaks_a_rule(tables, changes):
        return
    evidence = Evidence(tables, real().bibliography)
    for question in ("landscape", "interferon_dose", "adding_interferon", "tolerability"):
        _compute_or_refuse(f"questions/{question}", evidence, changes)


def _compute_or_refuse(page, evidence, changes, **parameters):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            made = compute(page, evidence, **parameters)
        except Exception as error:
            assert refused(error), (page, changes, repr(error))
            return
    for result in made["page"].results.values():
        assert not re.search(r"\bnan\b|\binf\b", result.text), (page, changes, result)


BIB = "@article{{a{0},\n  title = {{{1}}},\n  url = {{{2}}},\n  year = {{{3}}},\n}}\n"


@examples(150)
@given(st.one_of(hostile, st.tuples(hostile, hostile, hostile, hostile)))
def test_a_bibliography_is_read_or_refused_with_its_place(tmp_path_factory, parts):
    text = parts if isinstance(parts, str) else BIB.format(*parts)
    path = tmp_path_factory.getbasetemp() / "fuzzed.bib"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        found = read_bibliography(path)
    except DataError as error:
        assert "data/fuzzed.bib" in str(error)
        assert "expected" in str(error)
        return
    for publication in found.values():
        assert publication.link == "" or publication.link.startswith("https://")
        assert not re.search(r"<[a-zA-Z/!?]", publication.title)


@examples(300)
@given(
    st.one_of(
        hostile,
        st.text(alphabet="abc:-[]{}&*!<>|?'\"\n 0123456789.#%@`,~", max_size=60),
        st.tuples(hostile, hostile).map(lambda pair: f"{pair[0]}: {pair[1]}"),
    )
)
def test_yaml_is_plain_values_or_refused_in_words(text):
    try:
        found = read_yaml(text)
    except YamlError as error:
        assert str(error).startswith("expected")
        return
    json.dumps(found, default=str)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), hostile),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(
            ("cells", "metadata", "cell_type", "source", "outputs", "data", "key", "results",
             "claims", "pages", "page", "format", "name", "value", "text", "rows", "tables",
             "modules", "packages", "output_type", RESULT_MIME, CLAIM_MIME, FIGURE_MIME, PAGE_MIME)
        ), st.text(max_size=5)), inner, max_size=5),
    ),
    max_leaves=20,
)  # fmt: skip


def _notebook(value):
    cell = {"cell_type": "code", "metadata": {}, "source": "", "outputs": value}
    return {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@examples(200)
@given(
    st.one_of(
        json_values,
        json_values.map(_notebook),
        st.dictionaries(st.sampled_from((RESULT_MIME, CLAIM_MIME, FIGURE_MIME, PAGE_MIME)),
                        json_values, max_size=3).map(
            lambda data: _notebook([{"output_type": "display_data", "data": data}])
        ),
    )
)  # fmt: skip
def test_a_notebook_from_elsewhere_is_read_or_refused_in_words(tmp_path_factory, value):
    path = tmp_path_factory.getbasetemp() / "fuzzed.ipynb"
    path.write_text(json.dumps(value), encoding="utf-8")
    for read in (read_results, read_notebook):
        try:
            read(path)
        except ValueError as error:
            assert "fuzzed.ipynb: expected a notebook" in str(error)
    try:
        serialise(normalise(read_notebook(path)))
    except ValueError as error:
        assert "expected" in str(error)


EDITION = {
    "format": 1, "name": "x", "pages": {}, "rows": {}, "tables": {}, "modules": {}, "packages": {},
}  # fmt: skip


@examples(200)
@given(
    st.one_of(
        json_values,
        st.tuples(st.sampled_from(sorted(EDITION)), json_values).map(
            lambda change: EDITION | dict([change])
        ),
        json_values.map(lambda page: EDITION | {"pages": {"a/b": page}}),
    )
)
def test_an_edition_from_elsewhere_is_read_or_refused_in_words(value):
    try:
        read_edition(json.dumps(value), "file.json")
    except EditionError as error:
        assert str(error).startswith("file.json: expected")
