"""Two arms of patients compared: Cox regression and the log-rank test.

Everything here depends on the data only through four counts per event: patients at risk and
events at that time, in each arm. With a binary covariate, Efron's correction for ties subtracts a
share of the tied events from those at risk, so one Newton step costs one pass over the events,
and thousands of data sets are fitted together as rows of one array.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evidence_stats.estimates import Estimate
from evidence_stats.normal import critical_value, ratio_with_limits, two_sided_p
from evidence_stats.survival.kaplan_meier import Bools, Floats, checked_arms

CONVENTIONS: dict[str, str] = {
    "cox_efron": (
        "Tied event times are handled by Efron's approximation, as in R and lifelines by default; "
        "SAS PHREG defaults to Breslow's, which pulls hazard ratios towards 1."
    ),
    "log_rank_hypergeometric": (
        "The log-rank variance is hypergeometric, as in R's survdiff, SAS LIFETEST and lifelines; "
        "the score test of a Cox model equals it only without ties."
    ),
}

# Newton steps on the log hazard ratio end below this; R's coxph stops at 1e-9 of the likelihood.
STEP_TOLERANCE = 1e-11
# From a start at 0 a two-arm Cox fit converges in under 10 steps or not at all.
MAX_STEPS = 30
# |log HR| beyond this means that the likelihood has no maximum (one arm outlives the other).
DIVERGED = 15.0


@dataclass(frozen=True, slots=True)
class LogRankTest:
    """Log-rank test of two arms.

    Attributes
    ----------
    chi2 : float
        Test statistic on one degree of freedom.
    p : Estimate
        Two-sided P value.
    observed, expected : float
        Events in the experimental arm, and those expected if the arms did not differ.

    Examples
    --------
    >>> LogRankTest(chi2=0.32, p=Estimate(0.57, unit="p_value"), observed=32.0, expected=34.3)
    LogRankTest(chi2=0.32, p=0.57, observed=32.0, expected=34.3)
    """

    chi2: float
    p: Estimate
    observed: float
    expected: float


@dataclass(frozen=True, slots=True, eq=False)
class CoxBatch:
    """Cox fits of many data sets.

    Attributes
    ----------
    log_hr, se : array
        Log hazard ratio and its standard error, one per data set; NaN where none exists.

    Examples
    --------
    >>> CoxBatch(log_hr=np.array([-0.1]), se=np.array([0.25]))
    CoxBatch(log_hr=array([-0.1]), se=array([0.25]))
    """

    log_hr: Floats
    se: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    # Rows are data sets, columns patients; `happened` says which patients had the event.
    happened: Bools
    experimental: Bools
    at_risk_0: Floats
    at_risk_1: Floats
    tied_0: Floats
    tied_1: Floats
    share: Floats


def _counts(times: Floats, events: Bools, experimental: Bools) -> _Counts:
    still_there = times[:, None, :] >= times[:, :, None]
    tied = (times[:, None, :] == times[:, :, None]) & events[:, None, :]
    earlier_in_list = np.tri(times.shape[1], k=-1, dtype=np.bool_)
    in_1 = experimental[:, None, :]
    n_1 = (still_there & in_1).sum(axis=2, dtype=np.float64)
    d_1 = (tied & in_1).sum(axis=2, dtype=np.float64)
    d = tied.sum(axis=2, dtype=np.float64)
    rank = (tied & earlier_in_list).sum(axis=2)
    n_0 = still_there.sum(axis=2) - n_1
    return _Counts(events, experimental, n_0, n_1, d - d_1, d_1, rank / np.maximum(d, 1.0))


def cox_two_arm_batch(times: Floats, events: Bools, experimental: Bools) -> CoxBatch:
    """Return Cox log hazard ratios of many two-arm data sets, Efron ties.

    Parameters
    ----------
    times, events, experimental : array, data sets by patients
        Months, whether the event happened, and whether the patient is in the experimental arm.

    Returns
    -------
    CoxBatch
        Log hazard ratio (experimental over control) and standard error per data set; NaN where
        the likelihood has no maximum, as when an arm has no events.

    References
    ----------
    Cox 1972, J R Stat Soc B 34:187; Efron 1977, J Am Stat Assoc 72:557.

    Examples
    --------
    >>> times = np.array([[2.0, 4, 6, 8, 3, 5, 9, 9]])
    >>> events = np.array([[1, 1, 1, 0, 1, 1, 1, 0]], dtype=bool)
    >>> arm = np.array([[0, 0, 0, 0, 1, 1, 1, 1]], dtype=bool)
    >>> cox_two_arm_batch(times, events, arm).log_hr.round(3)
    array([-0.547])
    """
    c = _counts(times, events, experimental)
    risk_0, risk_1 = c.at_risk_0 - c.share * c.tied_0, c.at_risk_1 - c.share * c.tied_1
    wins = (events & experimental).sum(axis=1)
    log_hr = np.zeros(times.shape[0])
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        for _ in range(MAX_STEPS):
            weight = risk_1 * np.exp(log_hr)[:, None]
            share_1 = np.where(events, weight / (risk_0 + weight), 0.0)
            information = (share_1 * (1.0 - share_1)).sum(axis=1)
            step = (wins - share_1.sum(axis=1)) / information
            log_hr = log_hr + np.clip(step, -2.0, 2.0)
            if np.all((np.abs(step) < STEP_TOLERANCE) | ~(np.abs(log_hr) < DIVERGED)):
                break
        se = 1.0 / np.sqrt(information)
    failed = ~(np.abs(log_hr) < DIVERGED) | ~(np.abs(step) < 1e-6)
    return CoxBatch(np.where(failed, np.nan, log_hr), np.where(failed, np.nan, se))


def _one_row(
    times: npt.ArrayLike, events: npt.ArrayLike, experimental: npt.ArrayLike
) -> tuple[Floats, Bools, Bools]:
    months, flags = checked_arms(times, events)
    arm = np.asarray(experimental)
    if arm.shape != months.shape or not np.all((arm == 0) | (arm == 1)):
        raise ValueError(f"experimental must hold {months.size} values of 0 or 1; got {arm.shape}")
    in_arm = arm.astype(np.bool_)
    if in_arm.all() or not in_arm.any():
        raise ValueError(
            f"expected patients in both arms; got {int(in_arm.sum())} experimental of {in_arm.size}"
        )
    return months[None, :], flags[None, :], in_arm[None, :]


def cox_two_arm(
    times: npt.ArrayLike,
    events: npt.ArrayLike,
    experimental: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> Estimate:
    """Return the Cox hazard ratio of two arms, experimental over control.

    Parameters
    ----------
    times : array_like of float
        Months from start, not negative.
    events : array_like of bool
        True for the event, False for a patient who was censored then.
    experimental : array_like of bool
        True for a patient of the experimental arm.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    Estimate
        A ratio with Wald interval and P; `se` is that of the log hazard ratio.

    Raises
    ------
    ValueError
        Where an arm is empty, an input malformed, or no finite hazard ratio exists.

    References
    ----------
    Cox 1972, J R Stat Soc B 34:187; Efron 1977, J Am Stat Assoc 72:557.

    Examples
    --------
    >>> times, events = [2, 4, 6, 8, 3, 5, 9, 9], [1, 1, 1, 0, 1, 1, 1, 0]
    >>> arm = [0, 0, 0, 0, 1, 1, 1, 1]
    >>> cox_two_arm(times, events, arm)
    0.5787 (95% CI 0.09607 to 3.486)
    """
    months, flags, arm = _one_row(times, events, experimental)
    fit = cox_two_arm_batch(months, flags, arm)
    log_hr, se = float(fit.log_hr[0]), float(fit.se[0])
    if math.isnan(log_hr):
        raise ValueError("expected a finite hazard ratio; got a likelihood without a maximum")
    return ratio_with_limits(
        math.exp(log_hr),
        se,
        level,
        p=two_sided_p(log_hr / se),
        n=months.size,
        events=int(flags.sum()),
        method="Cox regression, Wald",
        conventions=("cox_efron",),
    )


def log_rank(
    times: npt.ArrayLike, events: npt.ArrayLike, experimental: npt.ArrayLike
) -> LogRankTest:
    """Return the log-rank test of two arms.

    Parameters
    ----------
    times : array_like of float
        Months from start, not negative.
    events : array_like of bool
        True for the event, False for a patient who was censored then.
    experimental : array_like of bool
        True for a patient of the experimental arm.

    Returns
    -------
    LogRankTest
        Statistic on one degree of freedom, and its P value.

    Raises
    ------
    ValueError
        Where an arm is empty, an input malformed, or no event falls while both arms are at risk.

    References
    ----------
    Mantel 1966, Cancer Chemother Rep 50:163; Peto & Peto 1972, J R Stat Soc A 135:185.

    Examples
    --------
    >>> times, events = [2, 4, 6, 8, 3, 5, 9, 9], [1, 1, 1, 0, 1, 1, 1, 0]
    >>> arm = [0, 0, 0, 0, 1, 1, 1, 1]
    >>> log_rank(times, events, arm).p
    0.5457
    """
    months, flags, arm = _one_row(times, events, experimental)
    c = _counts(months, flags, arm)
    n_0, n_1, d = c.at_risk_0[flags], c.at_risk_1[flags], (c.tied_0 + c.tied_1)[flags]
    n = n_0 + n_1
    expected = float((n_1 / n).sum())
    # Each of d tied events carries 1/d of the hypergeometric variance of their time.
    variance = float((n_0 * n_1 * (n - d) / (n**2 * np.maximum(n - 1.0, 1.0))).sum())
    if variance <= 0.0:
        raise ValueError("expected an event while both arms are at risk; got none")
    observed = float((flags & arm).sum())
    z = (observed - expected) / math.sqrt(variance)
    p = Estimate(
        value=two_sided_p(z),
        unit="p_value",
        p=two_sided_p(z),
        n=months.size,
        events=int(flags.sum()),
        method="log-rank test",
        conventions=("log_rank_hypergeometric",),
    )
    return LogRankTest(chi2=z * z, p=p, observed=observed, expected=expected)


def rmst_difference(experimental: Estimate, control: Estimate) -> Estimate:
    """Return the difference of two restricted means in months, with a normal interval.

    Parameters
    ----------
    experimental, control : Estimate
        Two results of `kaplan_meier.rmst` with one tau and one level.

    Returns
    -------
    Estimate
        Months, experimental less control.

    Raises
    ------
    ValueError
        Where a standard error is missing, or method or level differ.

    Examples
    --------
    >>> first = rmst([3, 5, 9, 9], [1, 1, 1, 0], tau=8)
    >>> second = rmst([2, 4, 6, 8], [1, 1, 1, 0], tau=8)
    >>> rmst_difference(first, second)
    1 months (95% CI -2.021 to 4.021)
    """
    if experimental.se is None or control.se is None or experimental.level is None:
        raise ValueError("expected two restricted means with standard errors; got one without")
    if (experimental.method, experimental.level) != (control.method, control.level):
        raise ValueError(
            f"both restricted means must be made alike; got {experimental.method!r} and "
            f"{control.method!r}, levels {experimental.level} and {control.level}"
        )
    value = experimental.value - control.value
    se = math.hypot(experimental.se, control.se)
    half_width = critical_value(experimental.level) * se
    return Estimate(
        value=value,
        low=value - half_width,
        high=value + half_width,
        level=experimental.level,
        kind="confidence",
        unit="months",
        se=se,
        p=two_sided_p(value / se),
        method=f"difference in {experimental.method}",
        conventions=experimental.conventions,
    )
