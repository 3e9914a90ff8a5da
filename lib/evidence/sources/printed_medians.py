"""What two reported medians say of each other, or which cell does not let them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from evidence.sources.data import Evidence
from evidence.sources.printed_intervals import say_given
from evidence.sources.responses import printed_median
from evidence_stats.estimates import Estimate, NotEstimable, if_estimable
from evidence_stats.printed.reported import exact_number
from evidence_stats.survival.from_medians import ratio_of_medians
from evidence_stats.survival.hazard_ratio import at_level
from evidence_stats.survival.median import Median
from evidence_stats.survival.two_medians import hazard_ratios_from_medians

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


@dataclass(frozen=True, slots=True)
class MedianContrast:
    """Two arms of a study by their reported medians, experimental arm first.

    Attributes
    ----------
    rows : tuple of str
        The data rows that give the medians.
    medians : tuple
        As reported.
    p, p_row
        Two-sided P value of the comparison and its row; None and "" where none was found.
    patients, arm_rows
        Patients of both arms, and the rows that give them; None and () where not found.
    """

    rows: tuple[str, str]
    medians: MedianPair
    p: float | None = None
    p_row: str = ""
    patients: tuple[int, int] | None = None
    arm_rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DerivedRatio:
    """The hazard ratio of two medians under one rule, and the data rows behind it."""

    rule: str
    estimate: Estimate
    rows: tuple[str, ...]


def read_contrast(evidence: Evidence, rows: tuple[str, str]) -> MedianContrast:
    """Return what is reported of two medians that a rule for their ratio could use.

    Patients are those of the median's row, else of the arm; a subgroup has no others.
    """
    found = [evidence.find(row) for row in rows]
    medians = (reached_median(evidence, rows[0]), reached_median(evidence, rows[1]))
    if found[0] is None or found[1] is None:
        return MedianContrast(rows, medians)
    one, other = found[0], found[1]
    p_row = rows[0].replace(f".median.{one['arm']}", f".p_value.{one['arm']}_v_{other['arm']}")
    tested = evidence.find(p_row)
    p = None
    if tested is not None and "one-sided" not in tested["test"]:
        p = exact_number(tested["p_reported"])
    counted = [_patients(evidence, row) for row in (one, other)]
    contrast = MedianContrast(rows, medians, p, "" if p is None else p_row)
    if counted[0] is None or counted[1] is None:
        return contrast
    (patients, arm), (others, other_arm) = counted[0], counted[1]
    return replace(contrast, patients=(patients, others), arm_rows=(arm, other_arm))


def _patients(evidence: Evidence, row: pd.Series) -> tuple[int, str] | None:
    given = [(row["n"], row["row_id"])]
    if not row["population"]:
        arm = evidence.find(f"{row['study_id']}.{row['arm']}")
        given += [] if arm is None else [(arm["n_reported"], arm["arm_id"])]
    for text, name in given:
        if exact_number(text):
            return int(text), name
    return None


def derived_ratios(
    contrast: MedianContrast, *, level: float, shape: float = 1.0
) -> list[DerivedRatio] | NotEstimable:
    """Return the hazard ratio that two reported medians imply, by every rule that applies.

    The first is the one that the whole book uses; the others show what hangs on the rule.

    Parameters
    ----------
    contrast : MedianContrast
        What is reported.
    level : float
        Coverage of the interval, whatever that of the reported limits.
    shape : float
        Common Weibull shape; 1 is exponential.
    """
    limited = _with_limits(contrast.medians, contrast.rows)
    why = next((one.reason for one in limited if isinstance(one, NotEstimable)), "")
    one, other = contrast.medians
    if isinstance(one, NotEstimable) or isinstance(other, NotEstimable):
        return NotEstimable(why)
    made = hazard_ratios_from_medians(
        one, other, p=contrast.p, patients=contrast.patients, shape=shape, level=level
    )
    behind = {"limits": (), "p": (contrast.p_row,), "patients": contrast.arm_rows}
    if not made:
        return NotEstimable(why)
    some_limit = any(limit is not None for m in (one, other) for limit in (m.low, m.high))
    return [
        DerivedRatio(
            rule,
            replace(ratio, method=f"{ratio.method}; {why}") if why and some_limit else ratio,
            tuple(dict.fromkeys((*contrast.rows, *behind[rule]))),
        )
        for rule, ratio in made.items()
    ]


def medians_hazard_ratio(
    contrast: MedianContrast, *, level: float, shape: float = 1.0
) -> Estimate | NotEstimable:
    """Return the hazard ratio of two reported medians by the rule of the book."""
    made = derived_ratios(contrast, level=level, shape=shape)
    return made if isinstance(made, NotEstimable) else made[0].estimate


def medians_ratio(
    medians: MedianPair, rows: tuple[str, str], *, level: float
) -> Estimate | NotEstimable:
    """Return the ratio of two printed medians.

    It needs both limits of both, of one level; limits that coincide say nothing of the error.
    """
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
