"""The aggregates of the cohort, as its chapter asks for them: rows, and rows as estimates."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from evidence.cohorts.design import CohortDesign, read_cohort
from evidence.cohorts.reading import read_aggregate
from evidence.cohorts.tables import FEW
from evidence_stats.estimates import Estimate, NotEstimable, Unit
from evidence_stats.normal import critical_value
from mrcc.tcga_kirc.parameters import COHORT

Row = dict[str, Any]
# Data rows on which every number of the cohort rests: what was counted in the public files.
ROWS = (
    "tcga-kirc.protein_array.count.all",
    "tcga-kirc.deaths_with_array.count.all",
)


def design() -> CohortDesign:
    """Return the design of the cohort."""
    return read_cohort(COHORT)


def rows(table: str, **where: object) -> list[Row]:
    """Return the rows of a table of aggregates in which columns have the values given."""
    found = read_aggregate(COHORT, table)
    kept = pd.Series(True, index=found.index)
    for name, value in where.items():
        kept &= found[name] == str(value)
    chosen = found[kept]
    return [dict(zip(chosen.columns, one, strict=True)) for one in chosen.to_numpy()]


def row(table: str, **where: object) -> Row | NotEstimable:
    """Return the one row in which columns have the values given, or that there is none."""
    found = rows(table, **where)
    if len(found) == 1:
        return found[0]
    told = ", ".join(f"{name} {value}" for name, value in where.items())
    return NotEstimable(f"expected one row of {table} with {told}, got {len(found)}")


def number(
    found: Row | NotEstimable,
    column: str,
    *,
    unit: Unit = "number",
    method: str = "",
) -> Estimate | NotEstimable:
    """Return a cell as an estimate without an interval, or why there is none."""
    if isinstance(found, NotEstimable):
        return found
    cell = found.get(column, "")
    if cell == FEW:
        return NotEstimable("fewer than five patients, of whom nothing is said")
    if cell == "":
        return NotEstimable(found.get("reason") or f"no {column} in {_place(found)}")
    return Estimate(
        float(cell), unit=unit, method=method or f"{column} of {_place(found)}", grade="D2"
    )


def ratio(found: Row | NotEstimable, level: float, p: str = "wald_p") -> Estimate | NotEstimable:
    """Return the hazard ratio of a row with its Wald interval."""
    if isinstance(found, NotEstimable):
        return found
    if found["log_hr"] == "":
        return NotEstimable(found.get("reason") or f"no hazard ratio in {_place(found)}")
    log_hr, se = float(found["log_hr"]), float(found["se"])
    half = critical_value(level) * se
    return Estimate(
        value=math.exp(log_hr),
        low=math.exp(log_hr - half),
        high=math.exp(log_hr + half),
        level=level,
        kind="confidence",
        unit="ratio",
        se=se,
        p=float(found[p]) if found.get(p) else None,
        n=_whole(found["n"]),
        events=_whole(found["events"]),
        method=f"Cox model, Efron's ties: {_place(found)}",
        conventions=("cox_efron",),
        grade="D2",
    )


def _whole(cell: str) -> int | None:
    """Return a count, None for one that is too small to be shown."""
    return int(cell) if cell.isdigit() else None


def with_se(value: float, se: float, level: float, unit: Unit, method: str) -> Estimate:
    """Return a number with a normal interval."""
    half = critical_value(level) * se
    return Estimate(
        value, value - half, value + half, level, "confidence", unit, se, method=method, grade="D2"
    )


def fact(key: str, unit: Unit = "count") -> Estimate | NotEstimable:
    """Return a fact about the cohort as a whole."""
    return number(row("facts", key=key), "value", unit=unit)


def _place(found: Row) -> str:
    name = found.get("row_id", "")
    return f"row {name} of data/cohorts/{COHORT}/" if name else f"data/cohorts/{COHORT}/"
