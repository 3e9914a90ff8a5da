"""Survival statistics recovered from reported medians.

Vocabulary
----------
**Shape**: the exponent k of a Weibull curve S(t) = 0.5 ** ((t / median) ** k); 1 is exponential.
**Experimental, control**: ratios are experimental over control; a hazard ratio below 1 favours
the experimental arm, a ratio of medians above 1 does.
Posteriors, non-inferiority and standard errors of printed hazard ratios: `hazard_ratio`.
"""

from __future__ import annotations

import math
from typing import Literal

from evidence_stats.estimates import Estimate
from evidence_stats.normal import critical_value, ratio_with_limits
from evidence_stats.survival.median import Median, require_positive

CONVENTIONS: dict[str, str] = {
    "median_se_from_limits": (
        "The standard error of a log median is the width of its reported limits on the log scale "
        "divided by twice the normal quantile, although Kaplan-Meier limits of a median come from "
        "inverting a band (log-log by default in SAS, log in R, log-log in lifelines) and need not "
        "be symmetric on that scale."
    ),
    "hazard_ratio_from_medians": (
        "The hazard ratio is (control median / experimental median) ** shape, which holds only "
        "where both arms are Weibull with that one shape; R, SAS and lifelines estimate a Cox "
        "hazard ratio from patients instead, and the two answers differ by chance and by model."
    ),
    "median_se_from_counts": (
        "Where no limits are given the standard error rests on an assumed count: "
        "1 / (ln 2 * sqrt(count)) for a median read off a Kaplan-Meier curve, 1 / sqrt(count) for "
        "one computed from an exponential rate; no program gives either."
    ),
    "difference_of_medians_mover": (
        "The interval for a difference of medians combines the reported limits of each arm by "
        "square-and-add (MOVER), which keeps their asymmetry; R, SAS and lifelines give none."
    ),
    "landmark_from_median": (
        "Survival at a landmark is read off a Weibull curve of stated shape through the reported "
        "median and its limits; programs that hold patients give the Kaplan-Meier value instead."
    ),
    "shape_from_median_limits": (
        "The implied shape takes the variance of a Kaplan-Meier median without censoring before "
        "it, 1 / (n * (k ln 2)**2); R's survreg gives scale = 1 / shape, SAS LIFEREG likewise, "
        "and lifelines gives the shape itself as rho_."
    ),
}

# Median times the rate of an exponential curve; S(median) = exp(-ln 2) = 1/2.
LN2 = math.log(2.0)


def log_median_se(median: Median) -> float:
    """Return the standard error of the log median from its reported limits.

    Parameters
    ----------
    median : Median
        With both limits, in months.

    Returns
    -------
    float
        Above 0, on the scale of natural logarithms.

    Raises
    ------
    ValueError
        Where either limit is missing, or the limits coincide.

    References
    ----------
    Parmar et al. 1998, Stat Med 17:2815 (the same inversion for hazard ratios).

    Examples
    --------
    >>> round(log_median_se(Median(7.39, 5.52, 9.20)), 3)
    0.13
    """
    if median.low is None or median.high is None:
        raise ValueError(
            f"expected both limits of the median; got low={median.low}, high={median.high}"
        )
    if not median.has_width:
        raise ValueError(
            f"expected limits of the median that differ; got {median.low} to {median.high}"
        )
    return math.log(median.high / median.low) / (2.0 * critical_value(median.level))


def median_at_level(median: Median, level: float) -> Median:
    """Return a median with its limits at `level`, from the standard error of its logarithm.

    At its own level, or with a limit missing, it stays as reported.

    Parameters
    ----------
    median : Median
        As reported, in months.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    Median
        In months, with limits symmetric on the log scale.

    Raises
    ------
    ValueError
        Where the limits coincide, or the level is not between 0 and 1.

    Examples
    --------
    >>> median = median_at_level(Median(7.39, 5.52, 9.20), 0.9)
    >>> round(median.low, 2), round(median.high, 2)
    (5.96, 9.16)
    """
    if median.level == level or median.low is None or median.high is None:
        return median
    half_width = critical_value(level) * log_median_se(median)
    months = median.months()
    return Median(
        months, months * math.exp(-half_width), months * math.exp(half_width), level=level
    )


def _common_level(a: Median, b: Median) -> float:
    if a.level != b.level:
        raise ValueError(f"both medians must have one level; got {a.level} and {b.level}")
    return a.level


def _ratio(value: float, se: float, level: float, method: str, *keys: str, d2: bool) -> Estimate:
    grade = "D2" if d2 else "D1"
    return ratio_with_limits(value, se, level, method=method, conventions=keys, grade=grade)


def ratio_of_medians(a: Median, b: Median) -> Estimate:
    """Return the ratio of medians a / b with a normal interval on the log scale.

    Parameters
    ----------
    a, b : Median
        Both with limits at one level, in months.

    Returns
    -------
    Estimate
        A ratio; above 1 where a is the longer one.

    Raises
    ------
    ValueError
        Where a median was not reached, a limit is missing, limits coincide or the levels differ.

    Examples
    --------
    >>> ratio_of_medians(Median(7.56, 5.19, 11.07), Median(7.39, 5.52, 9.20))
    1.023 (95% CI 0.6479 to 1.615)
    """
    level = _common_level(a, b)
    se = math.hypot(log_median_se(a), log_median_se(b))
    ratio = a.months() / b.months()
    return _ratio(ratio, se, level, "ratio of reported medians", "median_se_from_limits", d2=False)


def hazard_ratio_from_medians(
    experimental: Median, control: Median, *, shape: float = 1.0
) -> Estimate:
    """Return the hazard ratio that two reported medians imply under one Weibull shape.

    Parameters
    ----------
    experimental, control : Median
        Both with limits at one level, in months.
    shape : float
        Weibull shape of both curves, above 0; 1 is exponential.

    Returns
    -------
    Estimate
        (control / experimental) ** shape, unitless; the standard error of the log scales with
        the shape. Grade D2: the common shape is an assumption.

    Raises
    ------
    ValueError
        Where a median was not reached, a limit is missing, limits coincide, the levels differ or
        `shape` <= 0.

    References
    ----------
    Tierney et al. 2007, Trials 8:16 (exponential case); Michiels et al. 2005, Lancet Oncol 6:719
    (why this must not pass for a Cox hazard ratio).

    Examples
    --------
    >>> hazard_ratio_from_medians(Median(7.56, 5.19, 11.07), Median(7.39, 5.52, 9.20))
    0.9775 (95% CI 0.6191 to 1.544)
    """
    require_positive("shape", shape)
    level = _common_level(experimental, control)
    value = (control.months() / experimental.months()) ** shape
    se = shape * math.hypot(log_median_se(experimental), log_median_se(control))
    model = "exponential" if shape == 1.0 else f"Weibull of shape {shape:g}"
    keys = ("hazard_ratio_from_medians", "median_se_from_limits")
    return _ratio(value, se, level, f"ratio of medians, {model}", *keys, d2=True)


def hazard_ratio_from_medians_and_counts(
    experimental: Median,
    control: Median,
    *,
    count_experimental: float,
    count_control: float,
    estimator: Literal["kaplan-meier", "exponential"] = "kaplan-meier",
    level: float = 0.95,
) -> Estimate:
    """Return the exponential hazard ratio of two medians reported without limits.

    Parameters
    ----------
    experimental, control : Median
        Reported medians in months; their limits are not used.
    count_experimental, count_control : float
        Assumed counts: with "kaplan-meier" the patients (no censoring before the median), with
        "exponential" the events.
    estimator : str
        What the reported medians are. A Kaplan-Meier median carries (ln 2)**2 = 48 per cent of
        the information of the rate, so its standard error is 1 / ln 2 times as large.
    level : float
        Coverage of the interval, 0 to 1.

    Returns
    -------
    Estimate
        A ratio, control median over experimental median. Grade D2.

    Raises
    ------
    ValueError
        Where a median was not reached or a count is not positive.

    References
    ----------
    Tierney et al. 2007, Trials 8:16 (exponential curves).

    Examples
    --------
    >>> hazard_ratio_from_medians_and_counts(
    ...     Median(5.7), Median(5.6), count_experimental=97, count_control=92
    ... )
    0.9825 (95% CI 0.651 to 1.483)
    """
    require_positive("count_experimental", count_experimental)
    require_positive("count_control", count_control)
    value = control.months() / experimental.months()
    se = math.sqrt(1.0 / count_experimental + 1.0 / count_control)
    if estimator == "kaplan-meier":
        se /= LN2
    method = f"ratio of medians, exponential, standard error from assumed counts ({estimator})"
    keys = ("hazard_ratio_from_medians", "median_se_from_counts")
    return _ratio(value, se, level, method, *keys, d2=True)


def difference_of_medians(a: Median, b: Median) -> Estimate:
    """Return the difference of medians a - b in months with a square-and-add interval.

    A side of the interval that would need a missing limit is None.

    Parameters
    ----------
    a, b : Median
        In months.

    Returns
    -------
    Estimate
        Months; positive where a is the longer one.

    Raises
    ------
    ValueError
        Where a median was not reached or the levels differ.

    References
    ----------
    Zou & Donner 2008, Stat Med 27:1693, equation 7 (MOVER).

    Examples
    --------
    >>> difference_of_medians(Median(7.56, 5.19, 11.07), Median(7.39, 5.52, 9.20))
    0.17 months (95% CI -2.812 to 4.147)
    """
    level = _common_level(a, b)
    first, second = a.months(), b.months()
    low = high = None
    if a.low is not None and b.high is not None:
        low = first - second - math.hypot(first - a.low, b.high - second)
    if a.high is not None and b.low is not None:
        high = first - second + math.hypot(a.high - first, second - b.low)
    has_interval = low is not None or high is not None
    return Estimate(
        value=first - second,
        low=low,
        high=high,
        level=level if has_interval else None,
        kind="confidence" if has_interval else "",
        unit="months",
        method="difference of reported medians, square-and-add limits",
        conventions=("difference_of_medians_mover",),
    )


def implied_weibull_shape(median: Median, n: int) -> Estimate:
    """Return the Weibull shape at which `n` patients give limits as wide as those printed.

    Parameters
    ----------
    median : Median
        With both limits, in months.
    n : int
        Patients of the arm.

    Returns
    -------
    Estimate
        k = 1 / (sqrt(n) ln 2 SE), unitless; above 1 the hazard rises. Grade D2: it assumes no
        censoring before the median.

    Raises
    ------
    ValueError
        Where a limit is missing, the limits coincide or `n` is below 1.

    References
    ----------
    Variance of a Kaplan-Meier median: Brookmeyer & Crowley 1982, Biometrics 38:29.

    Examples
    --------
    >>> implied_weibull_shape(Median(7.39, 5.52, 9.20), 40)
    1.75
    """
    require_positive("n", n)
    se = log_median_se(median)
    return Estimate(
        value=1.0 / (math.sqrt(n) * LN2 * se),
        n=n,
        method="Weibull shape implied by the limits of a median",
        conventions=("shape_from_median_limits", "median_se_from_limits"),
        grade="D2",
    )


def implied_exponential_events(median: Median) -> Estimate:
    """Return the events that an exponential rate would need for limits this narrow.

    Parameters
    ----------
    median : Median
        With both limits, in months.

    Returns
    -------
    Estimate
        1 / SE**2, a count that need not be whole. More than the number of patients means that
        an exponential curve cannot hold.

    Raises
    ------
    ValueError
        Where a limit is missing or the limits coincide.

    Examples
    --------
    >>> implied_exponential_events(Median(7.39, 5.52, 9.20))
    58.89
    """
    se = log_median_se(median)
    return Estimate(
        value=1.0 / se**2,
        method="events implied by the limits of a median, exponential",
        conventions=("median_se_from_limits",),
    )


def landmark_survival(median: Median, time: float, *, shape: float = 1.0) -> Estimate:
    """Return the survival at `time` months on a Weibull curve through a printed median.

    Parameters
    ----------
    median : Median
        In months.
    time : float
        Months, above 0.
    shape : float
        Weibull shape, above 0; 1 is exponential.

    Returns
    -------
    Estimate
        0.5 ** ((time / median) ** shape), a proportion; its limits put the limits of the median
        in place of the median. A missing limit stays None. Grade D2.

    Raises
    ------
    ValueError
        Where the median was not reached, or `time` or `shape` is not positive.

    Examples
    --------
    >>> landmark_survival(Median(7.39, 5.52, 9.20), 12)
    32.45% (95% CI 22.16 to 40.49)
    """
    require_positive("time", time)
    require_positive("shape", shape)

    def survival(months: float | None) -> float | None:
        return None if months is None else math.exp(-LN2 * (time / months) ** shape)

    model = "exponential" if shape == 1.0 else f"Weibull of shape {shape:g}"
    has_limits = median.low is not None or median.high is not None
    return Estimate(
        value=math.exp(-LN2 * (time / median.months()) ** shape),
        low=survival(median.low),
        high=survival(median.high),
        level=median.level if has_limits else None,
        kind="confidence" if has_limits else "",
        unit="proportion",
        method=f"{model} curve through the reported median",
        conventions=("landmark_from_median",),
        grade="D2",
    )
