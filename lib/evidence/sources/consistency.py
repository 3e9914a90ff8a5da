"""Checking the tables: each against its schema, and all against each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from itertools import chain, zip_longest
from typing import Any

import pandas as pd
from pandera.errors import SchemaErrors

from evidence.sources.bibliography import Bibliography
from evidence.sources.book import read_book
from evidence.sources.columns import TODO, is_unfinished
from evidence.sources.literature_rules import LITERATURE_RULES
from evidence.sources.problems import Problem, table_problem
from evidence.sources.row_consistency import ROW_RULES, Row, Tables, numbered_rows
from evidence.sources.schema import TABLES
from evidence_stats.printed.reported import NUMBER_WORDS, hint, read_range

# Doses are multiplied as printed; half a unit in the second decimal is rounding.
_DOSE_ROUNDING = 0.005
# Outcomes that count the patients who came into a study.
_ENTRY = (
    "screened",
    "provisionally_registered",
    "registered",
    "enrolled",
    "included",
    "randomized",
)
# Rows of this name describe the patients of more than one trial.
_SEVERAL_TRIALS = ".combined"


def check_schema(name: str, table: pd.DataFrame) -> list[Problem]:
    """Return what a table breaks of its own schema."""
    schema = TABLES[name]
    expected, given = list(schema.columns), list(table.columns)
    for number, (name_expected, name_given) in enumerate(zip_longest(expected, given), start=1):
        if name_expected != name_given:
            wanted = (
                f'column {number} to be "{name_expected}"' if name_expected else "no more columns"
            )
            return [table_problem(name, 1, "", wanted, name_given or "")]
    try:
        schema.validate(table, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        return [_broken_cell(name, case) for case in cases.to_dict("records")]
    return []


def _broken_cell(name: str, case: dict[Hashable, Any]) -> Problem:
    """Return what pandera says of one cell, with how the tables would write it."""
    expected, given, column = case["check"], case["failure_case"], str(case["column"])
    if "unique" in expected:
        expected = f"{'an id' if column.endswith('_id') else 'a name'} used once"
    found = table_problem(name, int(case["index"]) + 2, column, expected, given)
    return replace(found, given=found.given + hint(given)) if expected == NUMBER_WORDS else found


def _known_studies(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    known = set(tables["studies"]["study_id"])
    for name in ("arms", "outcomes", "characteristics", "biomarkers", "appraisals"):
        for line, row in numbered_rows(tables, name):
            if row["study_id"] not in known:
                yield table_problem(
                    name, line, "study_id", "a study of studies.csv", row["study_id"]
                )
    for line, row in numbered_rows(tables, "discrepancies"):
        for study in row["study_ids"].split(";"):
            if study not in known:
                yield table_problem(
                    "discrepancies", line, "study_ids", "studies of studies.csv", study
                )


def _every_study_has_arms(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    with_arms = set(tables["arms"]["study_id"])
    for line, row in numbered_rows(tables, "studies"):
        if row["study_id"] not in with_arms:
            yield table_problem("studies", line, "study_id", "a study with arms", row["study_id"])


def _known_sources(tables: Tables, bibliography: Bibliography) -> Iterator[Problem]:
    for name, table in tables.items():
        for column in ("source_key", "publications", "cited_by"):
            if column not in table:
                continue
            for line, row in numbered_rows(tables, name):
                for key in filter(None, row[column].split(";")):
                    if key not in bibliography:
                        yield table_problem(name, line, column, "a key of references.bib", key)


def _known_arms(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    arms = set(tables["arms"]["study_id"] + "." + tables["arms"]["arm"])
    for line, row in numbered_rows(tables, "arms"):
        if row["arm_id"] != f"{row['study_id']}.{row['arm']}":
            yield table_problem("arms", line, "arm_id", "study_id.arm", row["arm_id"])
    for name in ("outcomes", "characteristics", "biomarkers"):
        for line, row in numbered_rows(tables, name):
            for column in ("arm", "arm_a", "arm_b"):
                arm = row.get(column, "")
                if arm and arm != "all" and f"{row['study_id']}.{arm}" not in arms:
                    yield table_problem(name, line, column, f"an arm of {row['study_id']}", arm)


def _one_arm_or_two(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    for line, row in numbered_rows(tables, "outcomes"):
        one, two = bool(row["arm"]), bool(row["arm_a"] and row["arm_b"])
        if one == two or bool(row["arm_a"]) != bool(row["arm_b"]):
            given = f"{row['arm']}|{row['arm_a']}|{row['arm_b']}"
            yield table_problem(
                "outcomes", line, "arm", "either arm, or both arm_a and arm_b", given
            )


def _begin_of_id(name: str, row: Row) -> str:
    """Return study, outcome, statistic and arm of a row, which its id repeats."""
    about = row.get("characteristic", row.get("outcome", ""))
    who = row.get("marker") or row["arm"] or f"{row.get('arm_a')}_v_{row.get('arm_b')}"
    return ".".join(filter(None, (row["study_id"], about, row["statistic"], who)))


def _row_ids(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    used: Counter[str] = Counter(tables["arms"]["arm_id"])
    for name in ("outcomes", "characteristics", "biomarkers"):
        used.update(tables[name]["row_id"])
        for line, row in numbered_rows(tables, name):
            begin = _begin_of_id(name, row)
            if not f"{row['row_id']}.".startswith(f"{begin}."):
                expected = f"an id that begins with {begin}, as the columns of the row say"
                yield table_problem(name, line, "row_id", expected, row["row_id"])
            if used[row["row_id"]] > 1:
                yield table_problem(
                    name, line, "row_id", "an id used in no other table", row["row_id"]
                )
    for line, row in numbered_rows(tables, "discrepancies"):
        for row_id in filter(None, row["row_ids"].split(";")):
            if row_id not in used:
                yield table_problem("discrepancies", line, "row_ids", "ids of data rows", row_id)


def _one_trial_is_one_study(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    seen: defaultdict[str, list[str]] = defaultdict(list)
    for line, row in numbered_rows(tables, "studies"):
        for column in ("registry_id", "publications"):
            for name in filter(None, row[column].split(";")):
                if seen[name]:
                    expected = f"one that is not already that of {seen[name][0]}"
                    yield table_problem("studies", line, column, expected, name)
                seen[name].append(row["study_id"])


def _arms_sum_to_totals(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    sizes: defaultdict[str, list[str]] = defaultdict(list)
    for _line, arm in numbered_rows(tables, "arms"):
        if arm["role"] not in ("cohort", "pooled"):
            sizes[arm["study_id"]].append(arm["n_reported"])
    counted = {
        row["study_id"]: row
        for _line, row in numbered_rows(tables, "outcomes")
        if row["statistic"] == "count" and row["arm"] == "all" and row["outcome"] in _ENTRY
        and row["value_reported"].isdigit()
    }  # fmt: skip
    for line, row in numbered_rows(tables, "studies"):
        own = sizes[row["study_id"]]
        total = sum(int(size) for size in own if size)
        terms = f"{' + '.join(filter(None, own))} in arms.csv, {row['n_total']} in studies.csv"
        if not row["n_total"]:
            found = counted.get(row["study_id"])
            if found is not None:
                expected = f"the {found['value_reported']} of the row {found['row_id']}"
                yield table_problem("studies", line, "n_total", expected, "")
        elif own and all(own) and total != int(row["n_total"]):
            yield table_problem("studies", line, "n_total", "the sum of the arms", terms)
        elif total > int(row["n_total"]):
            yield table_problem("studies", line, "n_total", "no fewer than in the arms", terms)


def _denominators_fit(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    """Ask denominators and counts for no more patients than the arm or the study has."""
    totals = {row["study_id"]: row["n_total"] for _line, row in numbered_rows(tables, "studies")}
    most: defaultdict[tuple[str, str], int] = defaultdict(int)
    for line, arm in numbered_rows(tables, "arms"):
        size, total = arm["n_reported"], totals[arm["study_id"]]
        most[arm["study_id"], arm["arm"]] = int(size or total or 0)
        if size and total and int(size) > int(total):
            expected = f"at most the {total} patients of {arm['study_id']}"
            yield table_problem("arms", line, "n_reported", expected, size)
    most.update({(study, "all"): int(total or 0) for study, total in totals.items()})
    # More may enter an arm than are said to be of it, where some are left out.
    for _line, row in numbered_rows(tables, "outcomes"):
        if row["statistic"] == "count" and row["outcome"] in _ENTRY:
            place = row["study_id"], row["arm"]
            count = int(row["value_reported"]) if row["value_reported"].isdigit() else 0
            most[place] = max(most[place], count) if most[place] else 0
    for name in ("outcomes", "characteristics", "biomarkers"):
        for line, row in numbered_rows(tables, name):
            arm_name = row["arm"] or "all"
            patients = most[row["study_id"], arm_name]
            if not patients or row["row_id"].endswith(_SEVERAL_TRIALS):
                continue
            whole = row["study_id"] if arm_name == "all" else f"the arm {arm_name}"
            counted = row["statistic"] == "count" and row.get("outcome", "") not in _ENTRY
            for column in ("n", "events", *(("value_reported",) if counted else ())):
                if row[column].isdigit() and int(row[column]) > patients:
                    expected = f"at most the {patients} patients of {whole}"
                    yield table_problem(name, line, column, expected, row[column])


def _products_are_products(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    for line, row in numbered_rows(tables, "arms"):
        for name, one, other in read_book().products:
            parts = [read_range(row[column]) for column in (one, other, name)]
            if parts[0] is None or parts[1] is None or parts[2] is None:
                continue
            ends = zip(*parts, strict=True)
            if any(abs(dose * times - made) > _DOSE_ROUNDING for dose, times, made in ends):
                expected = f"{row[one]} x {row[other]}"
                yield table_problem("arms", line, name, expected, row[name])


def _one_reason_per_step_down(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    seen: set[tuple[str, str, str]] = set()
    for line, row in numbered_rows(tables, "certainty"):
        key = (row["question"], row["finding"], row["domain"])
        if key in seen:
            yield table_problem("certainty", line, "domain", "each reason once per finding", key[2])
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
    *ROW_RULES,
    _one_trial_is_one_study,
    _arms_sum_to_totals,
    _denominators_fit,
    _products_are_products,
    _one_reason_per_step_down,
    *LITERATURE_RULES,
)


def check_tables(tables: Tables, bibliography: Bibliography) -> list[Problem]:
    """Return everything wrong: schemas first, and rules across tables once those hold."""
    problems = [problem for name, table in tables.items() for problem in check_schema(name, table)]
    problems += _unfinished_publications(bibliography)
    if problems:
        return sorted(problems)
    return sorted(chain.from_iterable(rule(tables, bibliography) for rule in RULES))
