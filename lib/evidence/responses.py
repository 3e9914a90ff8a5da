"""From data rows to the numbers that the statistics take: responders per arm, printed medians."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import pandas as pd

from evidence.contrasts import Contrast
from evidence.data import Evidence
from evidence.hazard_ratio import log_hr_se_from_interval
from evidence.inversion import counts_printing_interval, counts_printing_percent
from evidence.median import Median
from evidence.reported import read_range

# Largest denominator tried when an interval is turned back into counts.
_MAX_N = 400
Counts = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ArmResponse:
    """Responders of one arm, and how they are known.

    Attributes
    ----------
    arm_id : str
        Row of arms.csv.
    name : str
        Study and, where it has several arms of one treatment, arm.
    treatment : str
        Treatment code.
    events, n : int
        Responders and patients.
    rows : tuple of str
        Data rows that this rests on.
    how : str
        "printed", or how the counts were recovered.
    weekly_mu : tuple of (float, float) or None
        Range of planned interferon-alfa a week, million units.
    """

    arm_id: str
    name: str
    treatment: str
    events: int
    n: int
    rows: tuple[str, ...]
    how: str
    weekly_mu: tuple[float, float] | None

    @property
    def counts(self) -> tuple[int, int]:
        """Responders and patients."""
        return self.events, self.n


def _response_row(evidence: Evidence, arm: pd.Series) -> pd.Series | None:
    """Return the row that prints the arm's response: ORR, else partial responses alone."""
    for outcome in ("orr", "pr"):
        row = evidence.find(f"{arm['study_id']}.{outcome}.percent.{arm['arm']}")
        if row is not None:
            return row
    return None


# The same few rows are read many times for one page.
@lru_cache(maxsize=1024)
def _counts_of_interval(value: str, low: str, high: str, level: float) -> Counts:
    return counts_printing_interval(value, low, high, level=level, max_n=_MAX_N)


@lru_cache(maxsize=1024)
def _counts_of_percent(value: str, n: int) -> Counts:
    return counts_printing_percent(value, n=n)


def _recovered(row: pd.Series, arm: pd.Series) -> tuple[int, int, str] | None:
    """Return (events, n, how) where the printed numbers leave only one possibility."""
    n = row["n"] or arm["n_reported"]
    if row["events"] and n:
        how = "printed" if row["n"] else "events printed, patients of the arm"
        return int(row["events"]), int(n), how
    if row["ci_low_reported"] and row["ci_high_reported"]:
        value, low, high = (row[f"{name}_reported"] for name in ("value", "ci_low", "ci_high"))
        level = float(row["ci_level"]) / 100
        found = _counts_of_interval(value, low, high, level)
        if len(found) == 1:
            return *found[0], "the only counts whose exact interval prints so"
    if n:
        found = _counts_of_percent(row["value_reported"], int(n))
        if len(found) == 1:
            return *found[0], "the only count of the arm that prints so"
    return None


def arm_response(evidence: Evidence, arm_id: str) -> ArmResponse:
    """Return the responders of an arm.

    Raises
    ------
    KeyError
        Where there is no such arm.
    ValueError
        Where the sources do not print a response from which counts follow.
    """
    arm = evidence.row(arm_id)
    row = _response_row(evidence, arm)
    found = None if row is None else _recovered(row, arm)
    if row is None or found is None:
        raise ValueError(
            f"arms: expected an arm with a printed response rate and denominator, got {arm_id}"
        )
    events, n, how = found
    study = evidence.study(arm["study_id"])
    same = evidence.where("arms", study_id=arm["study_id"], treatment=arm["treatment"])
    twins = same[same["role"] != "cohort"]
    suffix = f", {arm['label'].partition(':')[0]}" if len(twins) > 1 else ""
    return ArmResponse(
        arm_id=arm_id,
        name=study["short_name"] + suffix,
        treatment=arm["treatment"],
        events=events,
        n=n,
        rows=(row["row_id"], arm_id),
        how=how,
        weekly_mu=read_range(arm["ifn_weekly_mu"]),
    )


def with_denominator(response: ArmResponse, n: int, row_id: str) -> ArmResponse:
    """Return the same responders over another denominator, which a data row prints.

    Raises
    ------
    ValueError
        Where there are more responders than patients.
    """
    if n < response.events:
        raise ValueError(f"expected at least {response.events} patients, got {n}")
    if n == response.n:
        return response
    return replace(response, n=n, rows=(*response.rows, row_id), how=f"over {n} patients")


def with_weekly_dose(response: ArmResponse, weekly_mu: float) -> ArmResponse:
    """Return the same arm with one planned dose a week in place of a range."""
    return replace(response, weekly_mu=(weekly_mu, weekly_mu))


def printed_contrast(evidence: Evidence, row_id: str) -> Contrast:
    """Return the log hazard ratio that a row prints, its error from the printed interval.

    Raises
    ------
    ValueError
        Where the row prints no interval.
    """
    row = evidence.row(row_id)
    estimate = evidence.estimate(row_id)
    if estimate is None or estimate.low is None or estimate.high is None:
        raise ValueError(f"expected a hazard ratio with an interval, got {row_id}")
    se = log_hr_se_from_interval(
        estimate.value, estimate.low, estimate.high, estimate.level or 0.95
    )
    a, b = (
        evidence.row(f"{row['study_id']}.{row[side]}")["treatment"] for side in ("arm_a", "arm_b")
    )
    return Contrast(row["study_id"], a, b, math.log(estimate.value), se)


def printed_median(evidence: Evidence, row_id: str) -> Median:
    """Return the median that a row prints, in months; None where it was not reached."""
    row = evidence.row(row_id)
    if row["statistic"] != "median":
        raise ValueError(f"expected a row that prints a median, got {row_id}")
    printed = evidence.estimate(row_id)
    if printed is None:
        return Median(None)
    if printed.unit != "months":
        raise ValueError(
            f"{row_id}: expected a median in months, weeks or days, got one in {row['unit']}"
        )
    return Median(printed.value, printed.low, printed.high, printed.level or 0.95)
