"""Checking the committed aggregates of every cohort: complete, and no cell that is somebody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from evidence.cohorts.design import FOLDER, SCALES, CohortDesign, known_cohorts, read_cohort
from evidence.cohorts.patients import FEWEST, ID
from evidence.cohorts.reading import read_aggregate
from evidence.cohorts.tables import FEW, HIDDEN, TABLES
from evidence.sources.problems import DataError, Problem

# Columns that count patients or deaths.
_COUNTS = ("n", "events", "at_risk", "count")
# Columns that hold words; others hold numbers or nothing.
_WORDS = {
    "row_id", "marker", "scale", "population", "adjustment", "group", "characteristic", "value",
    "key", "words", "same_as", "reason", "model", "family", "statistic", "source_key", "locator",
}  # fmt: skip


def check_cohorts() -> list[Problem]:
    """Return everything wrong with the aggregates of all cohorts."""
    problems: list[Problem] = []
    for name in known_cohorts():
        try:
            design = read_cohort(name)
        except DataError as error:
            problems += error.problems
            continue
        for table in TABLES:
            try:
                problems += _check_table(name, table, design)
            except DataError as error:
                problems += error.problems
    return problems


def _check_table(name: str, table: str, design: CohortDesign) -> Iterator[Problem]:
    found = read_aggregate(name, table)
    file = f"data/{FOLDER}/{name}/{table}.csv"
    if table == "models" and len(found) != design.size:
        yield Problem(file, 0, "", f"{design.size} models, as the design has", str(len(found)))
    known: dict[str, Iterable[str]] = {
        "marker": design.markers,
        "population": design.populations,
        "adjustment": design.adjustments,
        "scale": SCALES,
        "source_key": [design.source_key],
        "locator": [design.locator],
    }
    for column in found.columns:
        cells = found[column]
        if column in known:
            yield from _others(file, cells, column, set(known[column]))
        if column not in _WORDS:
            yield from _no_numbers(file, cells, column)
        if column in _COUNTS:
            yield from _too_small(file, found, column)
    if ID in found.columns:
        yield Problem(file, 1, ID, "aggregates", "a column of patients")


def _others(file: str, cells: pd.Series, column: str, known: set[str]) -> Iterator[Problem]:
    for line, cell in enumerate(cells, start=2):
        if cell not in known:
            expected = f"one of {', '.join(sorted(known))}"
            yield Problem(file, line, column, expected, f'"{cell}"')


def _no_numbers(file: str, cells: pd.Series, column: str) -> Iterator[Problem]:
    wrong = pd.to_numeric(cells.where(~cells.isin(["", FEW, HIDDEN]), "0"), errors="coerce").isna()
    for place in wrong.to_numpy().nonzero()[0]:
        yield Problem(file, int(place) + 2, column, "a number", f'"{cells.iloc[place]}"')


def _too_small(file: str, table: pd.DataFrame, column: str) -> Iterator[Problem]:
    numbers = pd.to_numeric(table[column], errors="coerce")
    for place in ((numbers > 0) & (numbers < FEWEST)).to_numpy().nonzero()[0]:
        expected = f"a count of {FEWEST} or more, or {FEW}"
        yield Problem(file, int(place) + 2, column, expected, f'"{table[column].iloc[place]}"')
