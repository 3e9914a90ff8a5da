"""What two reported medians say of each other, or which cell does not let them."""

from __future__ import annotations

from evidence.sources.data import Evidence
from evidence.sources.printed_intervals import say_given
from evidence.sources.responses import printed_median
from evidence_stats.estimates import Estimate, NotEstimable, if_estimable
from evidence_stats.survival.from_medians import hazard_ratio_from_medians, ratio_of_medians
from evidence_stats.survival.hazard_ratio import at_level
from evidence_stats.survival.median import Median

MedianPair = tuple[Median | NotEstimable, Median | NotEstimable]


def reached_median(evidence: Evidence, row_id: str) -> Median | NotEstimable:
    """Return the median that a row gives, or why it is no number of months."""
    row = evidence.find(row_id)
    if row is None:
        return NotEstimable(f"{row_id}: no such median was found")
    try:
        median = printed_median(evidence, row_id)
    except ValueError as error:
        return NotEstimable(str(error))
    if median.value is None:
        return NotEstimable(f"{row_id}, value_reported: {say_given(row['value_reported'])}")
    return median


def medians_hazard_ratio(
    medians: MedianPair, rows: tuple[str, str], *, level: float, shape: float = 1.0
) -> Estimate | NotEstimable:
    """Return the hazard ratio that two reported medians imply, experimental arm first.

    It needs both limits of both, of one level; limits that coincide say nothing of the error.

    Parameters
    ----------
    medians : tuple
        As reported.
    rows : tuple of str
        The data rows that give them, for the reason where there is no ratio.
    level : float
        Coverage of the interval, whatever that of the reported limits.
    shape : float
        Common Weibull shape; 1 is exponential.
    """
    return if_estimable(
        lambda a, b: at_level(hazard_ratio_from_medians(a, b, shape=shape), level),
        *_with_limits(medians, rows),
    )


def medians_ratio(
    medians: MedianPair, rows: tuple[str, str], *, level: float
) -> Estimate | NotEstimable:
    """Return the ratio of two printed medians, as `medians_hazard_ratio`."""
    return if_estimable(
        lambda a, b: at_level(ratio_of_medians(a, b), level), *_with_limits(medians, rows)
    )


def _with_limits(medians: MedianPair, rows: tuple[str, str]) -> list[Median | NotEstimable]:
    """Return the medians whose limits a standard error follows from; why not in place of others."""
    levels = {median.level for median in medians if isinstance(median, Median)}
    if len(levels) > 1:
        given = " and ".join(f"{100 * level:g} %" for level in sorted(levels))
        why = f"{' and '.join(rows)}, ci_level: expected limits of one level, got {given}"
        return [NotEstimable(why)]
    return [
        if_estimable(lambda made, row=row: _limited(made, row), median)
        for median, row in zip(medians, rows, strict=True)
    ]


def _limited(median: Median, row: str) -> Median | NotEstimable:
    for limit, column in ((median.low, "ci_low_reported"), (median.high, "ci_high_reported")):
        if limit is None:
            return NotEstimable(f"{row}, {column}: no number was found for the limit")
    if median.low == median.high:
        return NotEstimable(
            f"{row}, ci_low_reported: both limits are {median.low:g} months, from which no "
            "standard error follows"
        )
    return median
