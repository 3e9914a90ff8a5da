"""From data rows to the numbers that the statistics take: responders, contrasts, medians."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import pandas as pd

from evidence.sources.data import Evidence
from evidence.sources.printed_intervals import PrintedInterval, printed_interval, say_given
from evidence.tables.formatting import format_estimate
from evidence_stats.estimates import Estimate, NotEstimable
from evidence_stats.networks.contrasts import Contrast
from evidence_stats.printed.reported import exact_number
from evidence_stats.rates.inversion import counts_printing_interval, counts_printing_percent
from evidence_stats.rates.two_proportions import RiskRatioMethod, risk_difference, risk_ratio
from evidence_stats.survival.hazard_ratio import log_hr_se_from_interval
from evidence_stats.survival.median import Median

# Largest denominator tried when an interval is turned back into counts.
_MAX_N = 400
# Row ids of a printed result, in the order of preference: the plain one, then the final or the
# stratified analysis where only that is printed.
QUALIFIERS = ("", ".final", ".stratified", ".update", ".review")
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
    """

    arm_id: str
    name: str
    treatment: str
    events: int
    n: int
    rows: tuple[str, ...]
    how: str

    @property
    def counts(self) -> tuple[int, int]:
        """Responders and patients."""
        return self.events, self.n


def _response_rows(evidence: Evidence, arm: pd.Series) -> list[pd.Series]:
    """Return the rows that give the arm's response: ORR, else partial responses alone.

    Several may: as a percentage or a count, of several analyses.
    """
    study, name = arm["study_id"], arm["arm"]
    own = evidence.where(
        "outcomes",
        study_id=study,
        arm=name,
        outcome=["orr", "pr"],
        statistic=["percent", "count"],
    )
    rows = {row["row_id"]: row for _, row in own.iterrows()}
    for outcome in ("orr", "pr"):
        names = [
            f"{study}.{outcome}.{statistic}.{name}{qualifier}"
            for qualifier in QUALIFIERS
            for statistic in ("percent", "count")
        ]
        if found := [rows[row_id] for row_id in names if row_id in rows]:
            return found
    return []


# The same few rows are read many times for one page.
@lru_cache(maxsize=1024)
def _counts_of_interval(value: str, low: str, high: str, level: float) -> Counts:
    return counts_printing_interval(value, low, high, level=level, max_n=_MAX_N)


@lru_cache(maxsize=1024)
def _counts_of_percent(value: str, n: int) -> Counts:
    return counts_printing_percent(value, n=n)


def prints_response(evidence: Evidence, arm_id: str) -> bool:
    """Return True where a row gives the arm's response, whether or not counts follow from it."""
    return bool(_response_rows(evidence, evidence.row(arm_id)))


def _recovered(row: pd.Series, arm: pd.Series) -> tuple[int, int, str] | NotEstimable:
    """Return (events, n, how) where the reported numbers leave only one possibility."""
    name, n = row["row_id"], int(row["n"] or arm["n_reported"] or 0)
    # What is not needed is not asked for: a page is stale where what it asked has changed.
    events = exact_number(
        row["events"] or (row["value_reported"] if row["statistic"] == "count" else "")
    )
    if events is not None and n:
        if not (0 <= events <= n and events.is_integer()):
            return NotEstimable(f"{name}, events: expected 0 to {n} patients, got {events:g}")
        how = "reported" if row["n"] else "events reported, patients of the arm"
        return int(events), n, how
    text = row["value_reported"]
    value = exact_number(text)
    if row["statistic"] == "percent" and (value is None or not 0 <= value <= 100):
        return NotEstimable(f"{name}, value_reported: {say_given(text)}")
    interval = printed_interval(row)
    if isinstance(interval, PrintedInterval):
        low, high = row["ci_low_reported"], row["ci_high_reported"]
        found = _counts_of_interval(text, low, high, interval.level)
        if len(found) == 1:
            return *found[0], "the only counts whose exact interval gives it"
    if not n:
        return NotEstimable(f"{name}, n: no number of patients is reported, nor for the arm")
    if row["statistic"] == "count":
        return NotEstimable(f"{name}, value_reported: {say_given(text)}")
    found = _counts_of_percent(text, n)
    if len(found) == 1:
        return *found[0], "the only count of the arm that gives it"
    how_many = f"{len(found)} counts" if found else "no count"
    return NotEstimable(f"{name}, value_reported: {how_many} of {n} patients round to {text} %")


def find_response(evidence: Evidence, arm_id: str) -> ArmResponse | NotEstimable:
    """Return the responders of an arm, or why no counts follow from what is reported.

    Raises
    ------
    KeyError
        Where there is no such arm.
    """
    arm = evidence.row(arm_id)
    reasons = []
    for row in _response_rows(evidence, arm):
        found = _recovered(row, arm)
        if not isinstance(found, NotEstimable):
            return _arm_response(evidence, arm, row, found)
        reasons.append(found)
    return reasons[0] if reasons else NotEstimable(f"{arm_id}: no response is reported")


def arm_response(evidence: Evidence, arm_id: str) -> ArmResponse:
    """Return the responders of an arm.

    Raises
    ------
    KeyError
        Where there is no such arm.
    ValueError
        Where the sources do not give a response from which counts follow.
    """
    found = find_response(evidence, arm_id)
    if isinstance(found, NotEstimable):
        raise ValueError(
            f"arms: expected an arm with a reported response rate and denominator, got {arm_id}; "
            f"{found.reason}"
        )
    return found


def _arm_response(
    evidence: Evidence, arm: pd.Series, row: pd.Series, found: tuple[int, int, str]
) -> ArmResponse:
    events, n, how = found
    study = evidence.study(arm["study_id"])
    same = evidence.where("arms", study_id=arm["study_id"], treatment=arm["treatment"])
    twins = same[same["role"] != "cohort"]
    suffix = f", {arm['label'].partition(':')[0]}" if len(twins) > 1 else ""
    return ArmResponse(
        arm_id=arm["arm_id"],
        name=study["short_name"] + suffix,
        treatment=arm["treatment"],
        events=events,
        n=n,
        rows=(row["row_id"], arm["arm_id"]),
        how=how,
    )


def response_ratio(
    arm: ArmResponse, control: ArmResponse, *, method: RiskRatioMethod = "koopman", level: float
) -> Estimate | NotEstimable:
    """Return the ratio of two response rates.

    Without responders, or with nobody else, Katz's interval does not exist: it is Koopman's then.
    Without responders in the control arm the ratio has no finite value.
    """
    counts = (*arm.counts, *control.counts)
    if control.events == 0:
        difference = format_estimate(risk_difference(*counts, level=level))
        return NotEstimable(
            f"{control.rows[0]}: nobody of {control.n} responded, so that the ratio has no finite "
            f"value; the difference is {difference}"
        )
    if method == "katz" and (
        arm.events == 0 or (arm.events == arm.n and control.events == control.n)
    ):
        method = "koopman"
    return risk_ratio(*counts, method=method, level=level)


def with_denominator(response: ArmResponse, n: int, row_id: str) -> ArmResponse:
    """Return the same responders over another denominator, which a data row gives.

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


def printed_contrast(evidence: Evidence, row_id: str) -> Contrast | NotEstimable:
    """Return the log hazard ratio that a row gives, its error from the reported interval."""
    row = evidence.row(row_id)
    printed = printed_interval(row)
    if isinstance(printed, NotEstimable):
        return printed
    se = log_hr_se_from_interval(printed.value, printed.low, printed.high, printed.level)
    a, b = (
        evidence.row(f"{row['study_id']}.{row[side]}")["treatment"] for side in ("arm_a", "arm_b")
    )
    if a == b:
        return NotEstimable(f"{row_id}, arm_a: both arms are {a}, which a network takes as one")
    return Contrast(row["study_id"], a, b, log_ratio=math.log(printed.value), se=se)


def printed_median(evidence: Evidence, row_id: str) -> Median:
    """Return the median that a row gives, in months; None where it was not reached.

    Limits are those of a confidence interval; a reported range gives none.
    """
    row = evidence.row(row_id)
    if row["statistic"] != "median":
        raise ValueError(f"expected a row that gives a median, got {row_id}")
    printed = evidence.estimate(row_id)
    if printed is None:
        return Median(None)
    if printed.unit != "months":
        raise ValueError(
            f"{row_id}: expected a median in months, weeks or days, got one in {row['unit']}"
        )
    if printed.level is None:
        return Median(printed.value)
    return Median(printed.value, printed.low, printed.high, printed.level)
