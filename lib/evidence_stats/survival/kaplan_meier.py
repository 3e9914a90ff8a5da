"""Kaplan-Meier curves, their medians and restricted means, for one arm of patients.

Vocabulary
----------
**Times, events**: months from start, and whether the event happened then (True) or the patient
was censored (False). A patient censored at the time of an event counts as at risk for it.
**Band**: the pointwise confidence limits of the curve; `conf_type` names the scale on which they
are symmetric.
**RMST**: restricted mean survival time, the area under the curve up to `tau` months.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from evidence_stats.estimates import Estimate
from evidence_stats.normal import critical_value
from evidence_stats.survival.median import Median, require_positive

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
ConfType = Literal["log-log", "log", "plain"]

CONVENTIONS: dict[str, str] = {
    "km_median_midpoint": (
        "Where the curve is flat at exactly one half, the median is the middle of that stretch, "
        "as in R and SAS; lifelines takes its start. Where it stays flat to its end, the median is "
        "the start, as R gives it; R's quantile() takes the middle up to the last time."
    ),
    "km_band_scale": (
        "The limits of a Kaplan-Meier median invert a band that is symmetric on the log-log "
        "scale by default, as in SAS since 9.2; R's survfit defaults to log, older SAS to plain, "
        "and where the curve reaches 0 the band is undefined, as in R. A limit is the first time "
        "at which the band is at or below one half, as R gives it; R's quantile() differs where "
        "a band rises again."
    ),
    "rmst_greenwood": (
        "The standard error of the restricted mean is Greenwood's, as in R's survival and "
        "survRM2; lifelines' return_variance is the variance of min(T, tau) between patients, "
        "not of the mean."
    ),
}

# S within this of one half counts as one half: R 4.2.2, survival:::survmean, tolerance.
HALF_TOLERANCE = math.sqrt(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class KaplanMeierCurve:
    """A Kaplan-Meier curve at its distinct observed times.

    Attributes
    ----------
    times : array of float
        Distinct times in months, increasing, with and without events.
    survival : array of float
        Survival just after each time, 1 to 0.
    at_risk, events : array of int
        Patients at risk just before each time, and events at it.
    greenwood : array of float
        Sum of d / (n (n - d)) up to each time; infinite once the curve is at 0.

    Examples
    --------
    >>> km_curve([2, 4, 6, 8], [1, 0, 1, 1])
    KaplanMeierCurve(4 patients, 3 events, to 8 months)
    """

    times: Floats
    survival: Floats
    at_risk: Ints
    events: Ints
    greenwood: Floats

    def survival_at(self, time: float) -> float:
        """Return the survival at `time` months, a proportion; beyond the last time, the last."""
        position = int(np.searchsorted(self.times, time, side="right"))
        return 1.0 if position == 0 else float(self.survival[position - 1])

    def __repr__(self) -> str:
        return (
            f"KaplanMeierCurve({self.at_risk[0]} patients, {self.events.sum()} events, "
            f"to {self.times[-1]:g} months)"
        )

    def band(
        self, *, conf_type: ConfType = "log-log", level: float = 0.95
    ) -> tuple[Floats, Floats]:
        """Return lower and upper limits of the survival; not a number where it is 0."""
        half_width = critical_value(level) * np.sqrt(self.greenwood)
        return survival_band(self.survival, half_width, conf_type)


def survival_band(survival: Floats, half_width: Floats, conf_type: str) -> tuple[Floats, Floats]:
    """Return limits of a survival curve, of any shape of array.

    Parameters
    ----------
    survival : array of float
        Survival, 0 to 1.
    half_width : array of float
        Normal quantile times the standard error of the log of `survival`.
    conf_type : str
        "log-log", "log" or "plain".

    Raises
    ------
    ValueError
        Where `conf_type` is none of these.

    References
    ----------
    Borgan & Liestol 1990, Scand J Stat 17:35.
    """
    if conf_type not in get_args(ConfType):
        raise ValueError(f"conf_type must be one of {get_args(ConfType)}; got {conf_type!r}")
    lower, upper = np.full_like(survival, np.nan), np.full_like(survival, np.nan)
    inside = (survival > 0.0) & (survival < 1.0)
    lower[survival == 1.0] = upper[survival == 1.0] = 1.0
    s, h = survival[inside], half_width[inside]
    if conf_type == "plain":
        lower[inside], upper[inside] = np.maximum(s - s * h, 0.0), np.minimum(s + s * h, 1.0)
    elif conf_type == "log":
        lower[inside], upper[inside] = s * np.exp(-h), np.minimum(s * np.exp(h), 1.0)
    else:
        spread = np.exp(-h / np.log(s))
        lower[inside], upper[inside] = s**spread, s ** (1.0 / spread)
    return lower, upper


def checked_arms(times: npt.ArrayLike, events: npt.ArrayLike) -> tuple[Floats, Bools]:
    """Return times and events as arrays of one length.

    Raises
    ------
    ValueError
        Where there is no patient, the lengths differ, a time is negative or not finite, or an
        event is neither 0 nor 1.
    """
    months = np.asarray(times, dtype=np.float64)
    flags = np.asarray(events)
    if months.ndim != 1 or months.size == 0 or months.shape != flags.shape:
        raise ValueError(
            f"times and events must be one-dimensional, not empty and of one length; "
            f"got shapes {months.shape} and {flags.shape}"
        )
    if not np.all(np.isfinite(months)) or months.min() < 0.0:
        raise ValueError(f"times must be finite and not negative; got minimum {months.min()}")
    if not np.all((flags == 0) | (flags == 1)):
        raise ValueError(f"events must be 0 or 1; got {sorted(set(flags.tolist()))[:5]}")
    return months, flags.astype(np.bool_)


def km_curve(times: npt.ArrayLike, events: npt.ArrayLike) -> KaplanMeierCurve:
    """Return the Kaplan-Meier curve of one arm.

    Parameters
    ----------
    times : array_like of float
        Months from start, not negative.
    events : array_like of bool
        True for the event, False for a patient who was censored then.

    Returns
    -------
    KaplanMeierCurve
        At the distinct times, increasing.

    Raises
    ------
    ValueError
        See `checked_arms`.

    References
    ----------
    Kaplan & Meier 1958, J Am Stat Assoc 53:457.

    Examples
    --------
    >>> km_curve([2, 4, 6, 8], [1, 0, 1, 1]).survival
    array([0.75 , 0.75 , 0.375, 0.   ])
    """
    months, flags = checked_arms(times, events)
    distinct, position = np.unique(months, return_inverse=True)
    deaths = np.bincount(position[flags], minlength=distinct.size)
    leaving = np.bincount(position, minlength=distinct.size)
    at_risk = months.size - np.concatenate(([0], np.cumsum(leaving)[:-1]))
    with np.errstate(divide="ignore"):
        terms = np.where(deaths > 0, deaths / (at_risk * (at_risk - deaths).astype(float)), 0.0)
    survival = np.cumprod(1.0 - deaths / at_risk)
    return KaplanMeierCurve(distinct, survival, at_risk, deaths, np.cumsum(terms))


def _time_at_half(times: Floats, survival: Floats) -> float | None:
    # survival:::survmean's minmin, which print(survfit) shows: the first time at or below one half;
    # where it is at one half and later falls below, the middle of that stretch.
    at_or_below = np.flatnonzero(survival <= 0.5 + HALF_TOLERANCE)
    below = np.flatnonzero(survival <= 0.5 - HALF_TOLERANCE)
    if at_or_below.size == 0:
        return None
    start = times[at_or_below[0]]
    return float(0.5 * (start + (times[below[0]] if below.size else start)))


def km_median(
    curve: KaplanMeierCurve, *, conf_type: ConfType = "log-log", level: float = 0.95
) -> Median:
    """Return the median of a Kaplan-Meier curve with its limits.

    Parameters
    ----------
    curve : KaplanMeierCurve
        The curve of one arm.
    conf_type : str
        Scale of the band: "log-log", "log" or "plain".
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    Median
        Months; the median is None where the curve stays above one half, a limit None where its
        band does.

    Raises
    ------
    ValueError
        For an unknown `conf_type` or a level that is not between 0 and 1.

    References
    ----------
    Brookmeyer & Crowley 1982, Biometrics 38:29; the midpoint rule is R's print.survfit.

    Examples
    --------
    >>> km_median(km_curve([2, 4, 6, 8], [1, 0, 1, 1]))
    Median(value=6.0, low=2.0, high=None, level=0.95)
    """
    lower, upper = curve.band(conf_type=conf_type, level=level)
    return Median(
        value=_time_at_half(curve.times, curve.survival),
        low=_time_at_half(curve.times, lower),
        high=_time_at_half(curve.times, upper),
        level=level,
    )


def rmst(
    times: npt.ArrayLike, events: npt.ArrayLike, tau: float, *, level: float = 0.95
) -> Estimate:
    """Return the restricted mean survival time up to `tau` months.

    Parameters
    ----------
    times : array_like of float
        Months from start, not negative.
    events : array_like of bool
        True for the event, False for a patient who was censored then.
    tau : float
        Months, above 0.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    Estimate
        Months, between 0 and `tau`, with Greenwood's standard error and a normal interval.

    Raises
    ------
    ValueError
        Where `tau` is not positive, or lies beyond the last time while patients are still alive:
        the curve is not known there.

    References
    ----------
    Klein & Moeschberger 2003, Survival Analysis, equations 4.5.1-4.5.2; Uno et al. 2014, J Clin
    Oncol 32:2380.

    Examples
    --------
    >>> rmst([2, 4, 6, 8], [1, 0, 1, 1], tau=6)
    5 months (95% CI 3.303 to 6.697)
    """
    require_positive("tau", tau)
    curve = km_curve(times, events)
    last = float(curve.times[-1])
    if tau > last and curve.survival[-1] > 0.0:
        raise ValueError(f"tau must not exceed the last observed time {last:g}; got {tau:g}")
    edges = np.concatenate(([0.0], np.minimum(curve.times, tau), [tau]))
    areas = np.concatenate(([1.0], curve.survival)) * np.maximum(np.diff(edges), 0.0)
    beyond = areas.sum() - np.cumsum(areas)[:-1]
    n, d = curve.at_risk, curve.events
    counts = (curve.times <= tau) & (d > 0) & (n > d)
    variance = float(np.sum((beyond**2 * d)[counts] / (n * (n - d))[counts]))
    value, half_width = float(areas.sum()), critical_value(level) * math.sqrt(variance)
    return Estimate(
        value=value,
        low=value - half_width,
        high=value + half_width,
        level=level,
        kind="confidence",
        unit="months",
        se=math.sqrt(variance),
        n=int(n[0]),
        events=int(d.sum()),
        method=f"restricted mean survival to {tau:g} months, Kaplan-Meier",
        conventions=("rmst_greenwood",),
    )
