"""A study is scaffolded whole or not at all, refused until filled, and enters every synthesis."""

import csv
import io
import json
import os

import pytest

from evidence.files.paths import notebook_path
from evidence.record.results import read_results
from evidence.sources.data import load_evidence
from evidence_book.commands.check import find_problems
from evidence_book.kernels.execute import refresh
from evidence_book.rendering.toc import toc_pages
from evidence_book.rendering.whole_writes import write_all
from evidence_book.scaffold.new_study import NewStudy, NewStudyError, scaffold_study
from evidence_book.scaffold.undo import UndoError, undo_new
from mrcc.eligibility import qualifying_arms

STUDY = NewStudy(
    "doe-2016", 'Sorafenib, "half dose", and interferon', (("sorafenib_ifn", "SOR+IFN"),), "doe2016"
)
FILLED = {
    "read_as": "abstract",
    "design": "single-arm trial", "randomized": "no", "blinding": "not applicable",
    "line": "first", "locator": "abstract, results", "status": "verified",
    "read_at": "https://doi.org/10.1000/made-up", "label": "Sorafenib + interferon",
    "role": "single", "ifn_type": "alfa-2a",
}  # fmt: skip


def contents(project):
    return {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}


def rows(path):
    return list(csv.reader(io.StringIO(path.read_bytes().decode())))


def append(path, cells):
    header = rows(path)[0]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([cells.get(name, "") for name in header])
    path.write_bytes(path.read_bytes() + text.getvalue().encode())


def fill(project):
    """Do what a person does after `evidence new study`."""
    for name in ("studies", "arms"):
        path = project / "data" / f"{name}.csv"
        header, *_ = table = rows(path)
        *before, last = path.read_bytes().decode().splitlines(keepends=True)
        assert "TODO" in last
        cells = dict(zip(header, table[-1], strict=True))
        cells |= {column: FILLED[column] for column, cell in cells.items() if cell == "TODO"}
        if name == "arms":
            cells |= {"n_reported": "40", "sorafenib_mg_day": "800", "ifn_mu_per_dose": "6",
                      "ifn_doses_per_week": "3", "ifn_weekly_mu": "18"}  # fmt: skip
        path.write_bytes("".join(before).encode())
        append(path, cells)
    # 12 of 40 are 30 per cent, not 35: the audit must see it.
    append(project / "data" / "outcomes.csv", {
        "row_id": "doe-2016.orr.percent.sorafenib_ifn", "study_id": "doe-2016",
        "arm": "sorafenib_ifn", "outcome": "orr", "statistic": "percent", "value_reported": "35",
        "unit": "percent", "n": "40", "events": "12", "source_key": "doe2016",
        "locator": "abstract, results", "read_at": "https://doi.org/10.1000/made-up",
        "status": "verified",
    })  # fmt: skip
    bibliography = project / "data" / "references.bib"
    text = bibliography.read_text().replace("author = {TODO}", "author = {Doe, Jane}")
    bibliography.write_text(text.replace("journal = {TODO}", "journal = {Journal of Examples}"))
    chapter = notebook_path("studies/doe-2016")
    notebook = json.loads(chapter.read_text())
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            source = "".join(cell["source"])
            lines = [line for line in source.splitlines() if not line.startswith("TODO")]
            cell["source"] = "\n".join(lines)
    chapter.write_text(json.dumps(notebook))


def test_a_made_up_study_enters_every_synthesis_that_its_fields_qualify_it_for(project):
    before = contents(project)
    files = scaffold_study(STUDY)
    # Tables and bibliography only grow; nothing that was there is written in another way.
    for path in files:
        if path.suffix in (".csv", ".bib"):
            assert path.read_bytes().startswith(before[path].rstrip(b"\n"))
    added = {path for path in contents(project) if path not in before}
    assert added - {project / "_build" / "new.json"} == {notebook_path("studies/doe-2016")}
    told = "\n".join(map(str, find_problems()))
    for words in (" design: expected one of", " role: expected one of",
                  "references.bib doe2016.author: expected a value in place of TODO",
                  'doe-2016.ipynb cell 1:3: expected finished prose, got "TODO"',
                  " label: expected a value in place of TODO"):  # fmt: skip
        assert words in told
    assert "_toc.yml" not in told
    assert "code cells" not in told

    fill(project)
    assert find_problems() == []
    assert "doe-2016.sorafenib_ifn" in qualifying_arms(load_evidence())

    question = "questions/combination_vs_monotherapy"
    old = read_results(notebook_path(question)).results
    pages = [question, "studies/doe-2016", "appendix/audit", "appendix/provenance"]
    assert [run.error for run in refresh(pages)] == [""] * len(pages)

    recorded = read_results(notebook_path(question))
    arms, response = recorded.results["pooled_arms"], recorded.results["pooled_response"]
    assert (arms.value, arms.n) == (old["pooled_arms"].value + 1, old["pooled_arms"].n + 40)
    assert "doe-2016.orr.percent.sorafenib_ifn" in response.rows
    assert response.value > old["pooled_response"].value
    assert "sens_without_doe_2016_sorafenib_ifn" in recorded.results
    (forest,) = [one for one in recorded.figures if one["name"] == "response-forest"]
    assert forest["alt"].startswith(f"Response rates of {arms.value:g} arms")
    assert ">Doe 2016</text>" in notebook_path(question).read_text()
    assert read_results(notebook_path("studies/doe-2016")).results
    audit = notebook_path("appendix/audit").read_text()
    assert "doe-2016" in audit
    provenance = notebook_path("appendix/provenance").read_text()
    assert 'id=\\"row-doe-2016.orr.percent.sorafenib_ifn\\"' in provenance
    toc = toc_pages()
    assert toc.index("chapters/studies/doe-2016") < toc.index("chapters/studies/negrier-2007")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"study_id": "jonasch-2010"}, "which there is already"),
        ({"study_id": "../evil-2000"}, "expected an id such as doe-2016"),
        ({"study_id": "Doe-2016"}, "expected an id such as doe-2016"),
        ({"study_id": "doe 2016; rm"}, "expected an id such as doe-2016"),
        ({"title": "<script>alert(1)</script>"}, "--title: expected plain text"),
        ({"title": "two\nlines"}, "--title: expected plain text"),
        ({"title": "x}, author = {me"}, "--title: expected plain text"),
        ({"title": "=cmd()"}, "--title: expected plain text"),
        ({"title": "  "}, "--title: expected plain text"),
        ({"source": "doe}2016"}, "--source: expected a citation key"),
        ({"arms": (("a", "SOR+XYZ"),)}, "--arm: expected one of SOR"),
        ({"arms": (("A b", "SOR"),)}, "--arm: expected lower-case letters"),
        ({"arms": (("a", "SOR"), ("a", "IFN"))}, "--arm: expected each arm once"),
    ],
)
def test_a_study_that_cannot_be_taken_leaves_every_file_as_it_was(project, change, message):
    before = contents(project)
    facts = {name: getattr(STUDY, name) for name in ("study_id", "title", "arms", "source")}
    with pytest.raises(NewStudyError, match=message):
        scaffold_study(NewStudy(**facts | change))
    assert contents(project) == before


def test_a_failure_half_way_leaves_nothing_half_written(project, monkeypatch):
    before = contents(project)
    real, calls = os.replace, []

    def fails_late(source, target):
        calls.append(target)
        if len(calls) == 4:
            raise OSError("no space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", fails_late)
    with pytest.raises(OSError, match="no space left"):
        scaffold_study(STUDY)
    assert contents(project) == before


def test_what_was_begun_is_taken_back_to_the_byte(project):
    before = contents(project)
    scaffold_study(STUDY)
    undo_new()
    assert contents(project) == before
    with pytest.raises(UndoError, match="got nothing to take back"):
        undo_new()


def test_nothing_is_taken_back_where_somebody_has_worked_on_it(project):
    scaffold_study(STUDY)
    fill(project)
    worked_on = contents(project)
    with pytest.raises(UndoError, match=r"got data/studies\.csv, data/arms\.csv, .* changed since"):
        undo_new()
    assert contents(project) == worked_on


def test_several_files_are_written_as_one(tmp_path):
    old = tmp_path / "old.txt"
    old.write_text("old")
    write_all({old: "new", tmp_path / "sub" / "fresh.txt": "fresh"})
    assert old.read_text() == "new"
    assert sorted(path.name for path in tmp_path.rglob("*.txt")) == ["fresh.txt", "old.txt"]
