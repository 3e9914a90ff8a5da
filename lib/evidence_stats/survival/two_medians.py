"""The hazard ratio of two reported medians: one rule for its standard error, the others beside it.

Vocabulary
----------
**Rule**: what the standard error follows from. In order of preference: the limits of both medians;
a two-sided P value of the comparison; the patients of both arms, none censored before the median.
"""

from __future__ import annotations

import math
from dataclasses import replace

from evidence_stats.estimates import Estimate
from evidence_stats.normal import ratio_with_limits
from evidence_stats.survival.from_medians import (
    hazard_ratio_from_medians,
    hazard_ratio_from_medians_and_counts,
)
from evidence_stats.survival.hazard_ratio import at_level, log_hr_se_from_p
from evidence_stats.survival.median import Median

# The rules, first choice first, and how a page calls them.
RULES = {
    "limits": "limits of both medians",
    "p": "reported P value",
    "patients": "numbers of patients",
}


def hazard_ratios_from_medians(
    experimental: Median,
    control: Median,
    *,
    p: float | None = None,
    patients: tuple[int, int] | None = None,
    shape: float = 1.0,
    level: float = 0.95,
) -> dict[str, Estimate]:
    """Return the hazard ratio that two medians imply under every rule that can be applied.

    Parameters
    ----------
    experimental, control : Median
        Reached, in months; with or without limits.
    p : float, optional
        Reported two-sided P value of the comparison. It is not used where it asks for a smaller
        standard error than patients who all have an event can give: then curves, medians and P
        value do not belong together.
    patients : tuple of int, optional
        Patients of both arms, experimental first.
    shape : float
        Weibull shape of both curves, above 0; 1 is exponential.
    level : float
        Coverage of the intervals, 0 to 1.

    Returns
    -------
    dict
        Estimates by rule, in the order of `RULES`; the first is the one to use. Empty where none
        can be applied.

    References
    ----------
    Tierney et al. 2007, Trials 8:16; Parmar et al. 1998, Stat Med 17:2815 (P value).

    Examples
    --------
    >>> one, other = Median(7.56, 5.19, 11.07), Median(7.39, 5.52, 9.20)
    >>> for rule, ratio in hazard_ratios_from_medians(one, other, patients=(40, 40)).items():
    ...     print(rule, ratio)
    limits 0.9775 (95% CI 0.6191 to 1.544)
    patients 0.9775 (95% CI 0.5194 to 1.84)
    """
    found: dict[str, Estimate] = {}
    if experimental.has_width and control.has_width and experimental.level == control.level:
        ratio = hazard_ratio_from_medians(experimental, control, shape=shape)
        found["limits"] = at_level(ratio, level)
    value = (control.months() / experimental.months()) ** shape
    if p is not None and 0 < p < 1 and value != 1:
        se = log_hr_se_from_p(value, p)
        if patients is None or se >= math.sqrt(1 / patients[0] + 1 / patients[1]):
            found["p"] = ratio_with_limits(
                value, se, level, method="ratio of medians, interval from the reported P",
                conventions=("hazard_ratio_from_medians", "hr_se_from_p"), grade="D2",
            )  # fmt: skip
    if patients is not None and min(patients) > 0:
        # The standard error does not depend on the shape: that of a log median is divided by it.
        plain = hazard_ratio_from_medians_and_counts(
            experimental, control, level=level,
            count_experimental=patients[0], count_control=patients[1],
        )  # fmt: skip
        found["patients"] = plain if shape == 1.0 else _at_value(plain, value, level)
    return found


def _at_value(plain: Estimate, value: float, level: float) -> Estimate:
    made = ratio_with_limits(value, plain.se or math.nan, level, method=plain.method)
    return replace(made, conventions=plain.conventions, grade=plain.grade)
