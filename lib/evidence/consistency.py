"""Checking the tables: each against its schema, and all against each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import chain, zip_longest

import pandas as pd
from pandera.errors import SchemaErrors

from evidence.bibliography import Bibliography
from evidence.columns import TODO, is_unfinished
from evidence.problems import Problem
from evidence.reported import read_range, read_reported
from evidence.schema import TABLES

Tables = dict[str, pd.DataFrame]
# Doses are multiplied as printed; half a unit in the second decimal is rounding.
_DOSE_ROUNDING = 0.005
_TIMES = ("months", "weeks", "days", "years")


def _rows(tables: Tables, name: str) -> Iterator[tuple[int, pd.Series]]:
    """Yield the line in the file and the row, for every row of a table."""
    table = tables[name]
    for position in range(len(table)):
        yield position + 2, table.iloc[position]


def _problem(name: str, line: int, column: str, expected: str, given: object) -> Problem:
    return Problem(f"data/{name}.csv", line, column, expected, f'"{given}"')


def check_schema(name: str, table: pd.DataFrame) -> list[Problem]:
    """Return what a table breaks of its own schema."""
    schema = TABLES[name]
    expected, given = list(schema.columns), list(table.columns)
    for number, (name_expected, name_given) in enumerate(zip_longest(expected, given), start=1):
        if name_expected != name_given:
            wanted = (
                f'column {number} to be "{name_expected}"' if name_expected else "no more columns"
            )
            return [_problem(name, 1, "", wanted, name_given or "")]
    try:
        schema.validate(table, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        return [
            _problem(
                name,
                int(case["index"]) + 2,
                case["column"],
                "an id used once" if "unique" in case["check"] else case["check"],
                case["failure_case"],
            )
            for _, case in cases.iterrows()
        ]
    return []


def _known_studies(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    known = set(tables["studies"]["study_id"])
    for name in ("arms", "outcomes", "characteristics", "biomarkers", "appraisals"):
        for line, row in _rows(tables, name):
            if row["study_id"] not in known:
                yield _problem(name, line, "study_id", "a study of studies.csv", row["study_id"])
    for line, row in _rows(tables, "discrepancies"):
        for study in row["study_ids"].split(";"):
            if study not in known:
                yield _problem("discrepancies", line, "study_ids", "studies of studies.csv", study)


def _every_study_has_arms(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    with_arms = set(tables["arms"]["study_id"])
    for line, row in _rows(tables, "studies"):
        if row["study_id"] not in with_arms:
            yield _problem("studies", line, "study_id", "a study with arms", row["study_id"])


def _known_sources(tables: Tables, bibliography: Bibliography) -> Iterator[Problem]:
    for name, table in tables.items():
        for column in ("source_key", "publications", "cited_by"):
            if column not in table:
                continue
            for line, row in _rows(tables, name):
                for key in filter(None, row[column].split(";")):
                    if key not in bibliography:
                        yield _problem(name, line, column, "a key of references.bib", key)


def _known_arms(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    arms = set(tables["arms"]["study_id"] + "." + tables["arms"]["arm"])
    for line, row in _rows(tables, "arms"):
        if row["arm_id"] != f"{row['study_id']}.{row['arm']}":
            yield _problem("arms", line, "arm_id", "study_id.arm", row["arm_id"])
    for name in ("outcomes", "characteristics", "biomarkers"):
        for line, row in _rows(tables, name):
            for column in ("arm", "arm_a", "arm_b"):
                arm = row.get(column, "")
                if arm and arm != "all" and f"{row['study_id']}.{arm}" not in arms:
                    yield _problem(name, line, column, f"an arm of {row['study_id']}", arm)


def _one_arm_or_two(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    for line, row in _rows(tables, "outcomes"):
        one, two = bool(row["arm"]), bool(row["arm_a"] and row["arm_b"])
        if one == two or bool(row["arm_a"]) != bool(row["arm_b"]):
            given = f"{row['arm']}|{row['arm_a']}|{row['arm_b']}"
            yield _problem("outcomes", line, "arm", "either arm, or both arm_a and arm_b", given)


def _row_ids(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    used: Counter[str] = Counter(tables["arms"]["arm_id"])
    for name in ("outcomes", "characteristics", "biomarkers"):
        used.update(tables[name]["row_id"])
        for line, row in _rows(tables, name):
            if not row["row_id"].startswith(row["study_id"] + "."):
                yield _problem(
                    name, line, "row_id", "an id that begins with the study", row["row_id"]
                )
            if used[row["row_id"]] > 1:
                yield _problem(name, line, "row_id", "an id used in no other table", row["row_id"])
    for line, row in _rows(tables, "discrepancies"):
        for row_id in filter(None, row["row_ids"].split(";")):
            if row_id not in used:
                yield _problem("discrepancies", line, "row_ids", "ids of data rows", row_id)


def _counts_fit(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    for name in ("outcomes", "characteristics", "biomarkers"):
        for line, row in _rows(tables, name):
            if row["n"] and row["events"] and int(row["events"]) > int(row["n"]):
                yield _problem(name, line, "events", f"at most n = {row['n']}", row["events"])
            if row["n"] and int(row["n"]) == 0:
                yield _problem(name, line, "n", "a denominator of 1 or more", row["n"])
            value = read_reported(row["value_reported"])
            too_large = value is not None and value.value is not None and abs(value.value) > 100
            if row["unit"] == "percent" and row["statistic"] == "percent" and too_large:
                yield _problem(
                    name, line, "value_reported", "0 to 100 per cent", row["value_reported"]
                )


def _values_in_intervals(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    for name, low, high in (
        ("outcomes", "ci_low_reported", "ci_high_reported"),
        ("biomarkers", "ci_low_reported", "ci_high_reported"),
        ("characteristics", "low_reported", "high_reported"),
    ):
        for line, row in _rows(tables, name):
            cells = [read_reported(row[column]) for column in (low, "value_reported", high)]
            values = [cell.value for cell in cells if cell is not None and cell.value is not None]
            if values != sorted(values):
                given = ", ".join(cell.text for cell in cells if cell is not None)
                expected = "lower limit, value and upper limit to rise"
                yield _problem(name, line, "value_reported", expected, given)


def _intervals_say_what_they_are(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    for line, row in _rows(tables, "outcomes"):
        has_limits = bool(row["ci_low_reported"] or row["ci_high_reported"])
        if has_limits and not row["ci_kind"]:
            yield _problem("outcomes", line, "ci_kind", "what the limits are", "")
        if row["ci_kind"] == "confidence" and not row["ci_level"]:
            yield _problem("outcomes", line, "ci_level", "the level of the interval", "")


def _ratios_have_sides(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    for name in ("outcomes", "biomarkers"):
        for line, row in _rows(tables, name):
            if row["statistic"] != "hazard_ratio":
                continue
            value = read_reported(row["value_reported"])
            if value is not None and value.value is not None and value.value <= 0:
                yield _problem(
                    name, line, "value_reported", "a ratio above 0", row["value_reported"]
                )
            if name == "outcomes" and not (row["arm_a"] and row["arm_b"]):
                yield _problem(name, line, "arm_a", "the two arms of a hazard ratio", row["arm"])


def _times_and_ratios_are_positive(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    """Medians of time and limits of hazard ratios: their logarithms are computed with."""
    for name in ("outcomes", "biomarkers"):
        for line, row in _rows(tables, name):
            ratio = row["statistic"] == "hazard_ratio"
            if not ratio and (row["statistic"], row["unit"] in _TIMES) != ("median", True):
                continue
            # A range of follow-up may begin at 0, which nothing computes with.
            limits = ratio or row.get("ci_kind", "confidence") == "confidence"
            columns = (
                "value_reported",
                *(("ci_low_reported", "ci_high_reported") if limits else ()),
            )
            for column in columns:
                printed = read_reported(row[column])
                if printed is not None and printed.value is not None and printed.value <= 0:
                    yield _problem(name, line, column, "a number above 0", row[column])


def _p_values_are_probabilities(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    for name in ("outcomes", "biomarkers"):
        for line, row in _rows(tables, name):
            p = read_reported(row["p_reported"])
            if p is not None and p.value is not None and not 0 <= p.value <= 1:
                yield _problem(name, line, "p_reported", "a P value from 0 to 1", row["p_reported"])


def _one_trial_is_one_study(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    seen: defaultdict[str, list[str]] = defaultdict(list)
    for line, row in _rows(tables, "studies"):
        for column in ("registry_id", "publications"):
            for name in filter(None, row[column].split(";")):
                if seen[name]:
                    expected = f"one that is not already that of {seen[name][0]}"
                    yield _problem("studies", line, column, expected, name)
                seen[name].append(row["study_id"])


def _arms_sum_to_totals(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    arms = tables["arms"][~tables["arms"]["role"].isin(("cohort", "pooled"))]
    for line, row in _rows(tables, "studies"):
        sizes = list(arms.loc[arms["study_id"] == row["study_id"], "n_reported"])
        if row["n_total"] and sizes and all(sizes) and sum(map(int, sizes)) != int(row["n_total"]):
            given = f"{' + '.join(sizes)} in arms.csv, {row['n_total']} in studies.csv"
            yield _problem("studies", line, "n_total", "the sum of the arms", given)


def _weekly_dose_is_dose_times_injections(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    for line, row in _rows(tables, "arms"):
        parts = [
            read_range(row[name])
            for name in ("ifn_mu_per_dose", "ifn_doses_per_week", "ifn_weekly_mu")
        ]
        if parts[0] is None or parts[1] is None or parts[2] is None:
            continue
        for dose, times, weekly in zip(*parts, strict=True):
            if abs(dose * times - weekly) > _DOSE_ROUNDING:
                expected = f"{row['ifn_mu_per_dose']} x {row['ifn_doses_per_week']}"
                yield _problem("arms", line, "ifn_weekly_mu", expected, row["ifn_weekly_mu"])
                break


def _derived_rows_say_how(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    for name in ("studies", "arms", "outcomes", "characteristics", "biomarkers"):
        for line, row in _rows(tables, name):
            if row["status"] == "derived" and not row["note"]:
                yield _problem(name, line, "note", "how the value was derived", "")


def _one_reason_per_step_down(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    seen: set[tuple[str, str, str]] = set()
    for line, row in _rows(tables, "certainty"):
        key = (row["question"], row["finding"], row["domain"])
        if key in seen:
            yield _problem("certainty", line, "domain", "each reason once per finding", key[2])
        seen.add(key)


def _unfinished_publications(bibliography: Bibliography) -> Iterator[Problem]:
    for key, entry in bibliography.items():
        fields = {
            "author": " ".join(entry.authors),
            "title": entry.title,
            "journal": entry.container,
            "year": entry.year,
        }
        for name, text in fields.items():
            if is_unfinished(text):
                expected = f"a value in place of {TODO}"
                yield Problem("data/references.bib", 0, f"{key}.{name}", expected, f'"{text}"')


RULES: tuple[Callable[[Tables, Bibliography], Iterator[Problem]], ...] = (
    _known_studies,
    _every_study_has_arms,
    _known_sources,
    _known_arms,
    _one_arm_or_two,
    _row_ids,
    _counts_fit,
    _values_in_intervals,
    _intervals_say_what_they_are,
    _ratios_have_sides,
    _times_and_ratios_are_positive,
    _p_values_are_probabilities,
    _one_trial_is_one_study,
    _arms_sum_to_totals,
    _weekly_dose_is_dose_times_injections,
    _derived_rows_say_how,
    _one_reason_per_step_down,
)


def check_tables(tables: Tables, bibliography: Bibliography) -> list[Problem]:
    """Return everything wrong: schemas first, and rules across tables once those hold."""
    problems = [problem for name, table in tables.items() for problem in check_schema(name, table)]
    problems += _unfinished_publications(bibliography)
    if problems:
        return sorted(problems)
    return sorted(chain.from_iterable(rule(tables, bibliography) for rule in RULES))
