"""What a data row gives of a hazard ratio and its interval, or why nothing follows from it.

Tables admit words and bounds wherever a number may stand ("not reached", ">10"); no logarithm can
be taken of those.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evidence_stats.estimates import NotEstimable
from evidence_stats.printed.reported import exact_number

_COLUMNS = ("value_reported", "ci_low_reported", "ci_high_reported")


@dataclass(frozen=True, slots=True)
class PrintedInterval:
    """A reported value between two limits that differ.

    Attributes
    ----------
    value, low, high : float
        As reported, in the unit of the row.
    level : float
        Coverage of the interval, 0 to 1.
    """

    value: float
    low: float
    high: float
    level: float


def printed_interval(row: pd.Series, where: str = "") -> PrintedInterval | NotEstimable:
    """Return value, limits and level of a row, or which cell does not let them be had.

    Parameters
    ----------
    row : Series
        Row of outcomes.csv or biomarkers.csv.
    where : str
        What to call it in the reason; "" takes its id.
    """
    where = where or str(row["row_id"])
    numbers = []
    for column in _COLUMNS:
        number = exact_number(row[column])
        if number is None:
            return NotEstimable(f"{where}, {column}: {say_given(row[column])}")
        numbers.append(number)
    value, low, high = numbers
    if not 0 < low <= value <= high or low == high:
        given = f"{row[_COLUMNS[0]]} ({row[_COLUMNS[1]]} to {row[_COLUMNS[2]]})"
        return NotEstimable(
            f"{where}, {_COLUMNS[1]}: expected limits that differ, around the value; got {given}"
        )
    if row.get("ci_kind", "confidence") == "range":
        return NotEstimable(f"{where}, ci_kind: expected a confidence interval, got a range")
    level = exact_number(row["ci_level"])
    if level is None:
        return NotEstimable(f"{where}, ci_level: {say_given(row['ci_level'])}")
    return PrintedInterval(value, low, high, level / 100)


def say_given(text: str) -> str:
    """Return what a cell holds in place of a number, in words."""
    return "expected a number, got " + (f'"{text}"' if text else "an empty cell")
