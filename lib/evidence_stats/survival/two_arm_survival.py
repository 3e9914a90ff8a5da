"""Cox regressions of thousands of two-arm data sets at once, and restricted means compared.

One data set is fitted by lifelines (`CoxPHFitter`, `logrank_test`), which this equals by test. A
fit depends on the data only through four counts per event: patients at risk and events at that
time, in each arm. With a binary covariate, Efron's correction for ties subtracts a share of the
tied events from those at risk, so one Newton step costs one pass over the events, and all data
sets are fitted together as rows of one array.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from evidence_stats.estimates import Estimate
from evidence_stats.normal import critical_value, two_sided_p
from evidence_stats.survival.kaplan_meier import Bools, Floats

CONVENTIONS: dict[str, str] = {
    "cox_efron": (
        "Tied event times are handled by Efron's approximation, as in R and lifelines by default; "
        "SAS PHREG defaults to Breslow's, which pulls hazard ratios towards 1."
    ),
}

# Newton steps on the log hazard ratio end below this; R's coxph stops at 1e-9 of the likelihood.
STEP_TOLERANCE = 1e-11
# From a start at 0 a two-arm Cox fit converges in under 10 steps or not at all.
MAX_STEPS = 30
# |log HR| beyond this means that the likelihood has no maximum (one arm outlives the other).
DIVERGED = 15.0


@dataclass(frozen=True, slots=True, eq=False)
class CoxBatch:
    """Cox fits of many data sets.

    Attributes
    ----------
    log_hr, se : array
        Log hazard ratio and its standard error, one per data set; not a number where none exists.

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
        Log hazard ratio (experimental over control) and standard error per data set; not a number
        where the likelihood has no maximum, as when an arm has no events.

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
