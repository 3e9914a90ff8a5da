"""A prognostic marker from its reported hazard ratio: scale, information, discrimination, curves.

Vocabulary
----------
**Marker**: a continuous covariate x whose hazard ratio is per unit of x.
**Per SD**: hazard ratio per standard deviation of the marker; unit-free, and the only one that
two markers or end points can be compared on.
**d**: events. One covariate in a Cox model has variance 1 / (d * Var(x)) near the null.
**Baseline**: survival at the mean of the marker (x = 0 SD); not the average of all patients.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evidence_stats.estimates import Estimate, Unit
from evidence_stats.normal import density, distribution, quantile, ratio_with_limits
from evidence_stats.printed.rounding import RoundingPolygon
from evidence_stats.survival.median import require_positive

MarkerDistribution = Literal["normal", "lognormal"]

CONVENTIONS: dict[str, str] = {
    "hr_per_units": (
        "A hazard ratio per k units is the reported one raised to the power k, limits too; R and "
        "SAS give per unit of the variable as coded unless told otherwise (UNITS= in SAS)."
    ),
    "hr_per_sd_from_z": (
        "The hazard ratio per SD is exp(z / sqrt(events)), which needs no marker unit but takes "
        "the covariate as independent of the others in the model; programs holding patients "
        "standardise the marker itself."
    ),
    "concordance_gonen_heller": (
        "Concordance is Gonen and Heller's for a normal marker under proportional hazards, which "
        "censoring does not move; R's concordance(), SAS PHREG and lifelines give Harrell's."
    ),
    "curve_at_marker_value": (
        "Curves are S0(t) ** (HR ** x) with a Weibull S0 at the mean of the marker, as R's "
        "survfit(coxph, newdata); the curve at the mean is not the mean curve of the patients."
    ),
}


# Beyond it a hazard ratio per SD is no number; the largest printed z is below 10.
_LARGEST_Z = 500.0


@dataclass(frozen=True, slots=True)
class InformationRatio:
    """How much more one model knows of a marker than another on the same patients should.

    Attributes
    ----------
    ratio : Estimate
        Range of (SE of second / SE of first) ** 2 that the reported digits allow; it should equal
        the ratio of events, first over second.
    implied_events : Estimate
        Largest number of events in the second model if the first has `events_first`.

    Examples
    --------
    >>> pfs = rounding_polygon("1.04", "1.00", "1.08")
    >>> os = rounding_polygon("1.15", "1.02", "1.29")
    >>> information_ratio(pfs, os, events_first=70).implied_events
    7.411 (range 5.347 to 10.27)
    """

    ratio: Estimate
    implied_events: Estimate


def hazard_ratio_per_units(hr: Estimate, units: float) -> Estimate:
    """Return a hazard ratio per `units` units from one per unit.

    Parameters
    ----------
    hr : Estimate
        Hazard ratio per unit.
    units : float
        Above 0.

    Returns
    -------
    Estimate
        A ratio; limits, standard error and method follow.

    Raises
    ------
    ValueError
        Where `units` or a hazard ratio is not positive.

    Examples
    --------
    >>> hazard_ratio_per_units(Estimate(1.04, 1.00, 1.08, level=0.95, unit="ratio"), 10)
    1.48 (95% range 1 to 2.159)
    """
    require_positive("units", units)
    require_positive("hr", hr.value)
    return Estimate(
        value=_power(hr.value, units),
        low=None if hr.low is None else _power(hr.low, units),
        high=None if hr.high is None else _power(hr.high, units),
        level=hr.level,
        kind=hr.kind,
        unit="ratio",
        se=None if hr.se is None else hr.se * units,
        p=hr.p,
        n=hr.n,
        events=hr.events,
        method=f"hazard ratio per {units:g} units",
        conventions=(*hr.conventions, "hr_per_units"),
        grade=hr.grade if hr.grade in ("D2", "D3") else "D1",
    )


def _power(hr: float, units: float) -> float:
    try:
        return float(hr**units)
    except OverflowError:
        raise ValueError(f"expected fewer units; {hr} to the power {units} is no number") from None


def hazard_ratio_per_sd(z: float, events: int, *, level: float = 0.95) -> Estimate:
    """Return the hazard ratio per SD of a marker from its z and the events.

    Parameters
    ----------
    z : float
        Signed Wald statistic of the marker.
    events : int
        Events in the model.
    level : float
        Coverage, 0 to 1.

    Returns
    -------
    Estimate
        exp(z / sqrt(events)), standard error 1 / sqrt(events). Grade D2: it takes the marker as
        uncorrelated with the other covariates.

    Raises
    ------
    ValueError
        Where `z` is not finite or `events` is not positive.

    References
    ----------
    Variance of one covariate: Schmoor, Sauerbrei & Schumacher 2000, Stat Med 19:441.

    Examples
    --------
    >>> hazard_ratio_per_sd(2.043, 70)
    1.277 (95% CI 1.01 to 1.614)
    """
    require_positive("events", events)
    if not abs(z) <= _LARGEST_Z:
        raise ValueError(f"z must be finite; got {z} (at most {_LARGEST_Z:g})")
    se = 1.0 / math.sqrt(events)
    return ratio_with_limits(
        math.exp(z * se),
        se,
        level,
        events=events,
        method="hazard ratio per SD from z and events",
        conventions=("hr_per_sd_from_z",),
        grade="D2",
    )


def information_ratio(
    first: RoundingPolygon, second: RoundingPolygon, *, events_first: int
) -> InformationRatio:
    """Return the ratio of information that two reported hazard ratios of one marker imply.

    With one marker, the same patients and the same covariates, (SE second / SE first) ** 2 is
    events first / events second. A range that no plausible numbers of events reach means that
    the two models differ in scale, patients or covariates.

    Parameters
    ----------
    first, second : RoundingPolygon
        Of two reported hazard ratios of the marker.
    events_first : int
        Events in the first model.

    Returns
    -------
    InformationRatio
        Ranges that the reported digits allow.

    Raises
    ------
    ValueError
        Where a polygon is empty (the reported numbers contradict one another) or its standard
        error may be 0, or `events_first` is not positive.

    References
    ----------
    Variance of one covariate: Schmoor, Sauerbrei & Schumacher 2000, Stat Med 19:441.

    Examples
    --------
    >>> pfs = rounding_polygon("1.04", "1.00", "1.08")
    >>> os = rounding_polygon("1.15", "1.02", "1.29")
    >>> information_ratio(pfs, os, events_first=70).ratio
    9.446 (range 6.816 to 13.09)
    """
    require_positive("events_first", events_first)
    if first.log_hr_se is None or second.log_hr_se is None:
        raise ValueError("expected two consistent polygons; got an empty one")
    (low_1, high_1), (low_2, high_2) = _se_range(first), _se_range(second)
    low, high = (low_2 / high_1) ** 2, (high_2 / low_1) ** 2

    def as_range(value: float, bottom: float, top: float, unit: Unit, method: str) -> Estimate:
        keys = ("rounding_box", "rounding_wald")
        return Estimate(
            value, bottom, top, kind="range", unit=unit, method=method, conventions=keys
        )

    return InformationRatio(
        ratio=as_range(math.sqrt(low * high), low, high, "number", "information ratio"),
        implied_events=as_range(
            events_first / math.sqrt(low * high),
            events_first / high,
            events_first / low,
            "number",
            f"events implied by the information ratio and {events_first} events",
        ),
    )


def _se_range(polygon: RoundingPolygon) -> tuple[float, float]:
    se = polygon.log_hr_se
    if se is None or se.low is None or se.high is None or se.low <= 0.0:
        raise ValueError(f"expected a polygon with standard errors above 0; got {se}")
    return se.low, se.high


def concordance_normal_marker(log_hr_per_sd: float) -> Estimate:
    """Return the concordance of a normal marker, 0.5 to 1.

    Parameters
    ----------
    log_hr_per_sd : float
        Log hazard ratio per standard deviation; its sign does not matter.

    Returns
    -------
    Estimate
        A probability, 0.5 to 1; grade D2.

    Raises
    ------
    ValueError
        Where the log hazard ratio is not finite.

    References
    ----------
    Gonen & Heller 2005, Biometrika 92:965, equation 3, integrated over a difference of two
    normal markers, which has variance 2.

    Examples
    --------
    >>> concordance_normal_marker(math.log(1.28))
    0.5683
    """
    if not math.isfinite(log_hr_per_sd):
        raise ValueError(f"log_hr_per_sd must be finite; got {log_hr_per_sd}")
    # Imported here: scipy.integrate is slow to load and used nowhere else in this module.
    from scipy.integrate import quad

    slope = math.sqrt(2.0) * abs(log_hr_per_sd)
    half, _ = quad(
        lambda u: density(u) / (1.0 + math.exp(-slope * u)), 0.0, 12.0, epsabs=0.0, epsrel=1e-12
    )
    return Estimate(
        value=2.0 * half,
        unit="probability",
        method="Gonen-Heller concordance, normal marker",
        conventions=("concordance_gonen_heller",),
        grade="D2",
    )


def dichotomisation_efficiency(
    cut_quantile: float, *, marker: MarkerDistribution = "normal", log_sd: float = 1.0
) -> Estimate:
    """Return the share of a marker's information that a cut at a quantile keeps.

    Parameters
    ----------
    cut_quantile : float
        Where the marker is cut, 0 to 1; 0.5 is the median.
    marker : str
        "normal", or "lognormal" with its effect linear in the marker itself.
    log_sd : float
        Standard deviation of the log of a lognormal marker.

    Returns
    -------
    Estimate
        Squared correlation of the marker with its cut version, a proportion. Normal:
        phi(c)**2 / (p (1 - p)).

    Raises
    ------
    ValueError
        Where the quantile is not between 0 and 1, or `log_sd` not positive.

    References
    ----------
    Lagakos 1988, Stat Med 7:257; Royston, Altman & Sauerbrei 2006, Stat Med 25:127.

    Examples
    --------
    >>> dichotomisation_efficiency(0.5)
    63.66%
    """
    cut = quantile(cut_quantile)
    split = cut_quantile * (1.0 - cut_quantile)
    if marker == "normal":
        value = density(cut) ** 2 / split
    else:
        require_positive("log_sd", log_sd)
        covariance = distribution(log_sd - cut) - distribution(-cut)
        value = covariance**2 / (math.expm1(log_sd**2) * split)
    return Estimate(
        value=value,
        unit="proportion",
        method=f"information kept by a cut at quantile {cut_quantile:g}, {marker} marker",
        grade="D2",
    )


def predicted_survival(
    time: float,
    marker_values: Sequence[float],
    *,
    hr_per_sd: float,
    baseline_median: float,
    baseline_shape: float = 1.0,
) -> tuple[Estimate, ...]:
    """Return the survival at `time` months for given values of a marker in SD.

    Parameters
    ----------
    time : float
        Months, above 0.
    marker_values : sequence of float
        Values of the marker in standard deviations from its mean.
    hr_per_sd : float
        Hazard ratio per standard deviation.
    baseline_median : float
        Median at the mean of the marker, months.
    baseline_shape : float
        Weibull shape of the baseline; 1 is exponential.

    Returns
    -------
    tuple of Estimate
        Proportions in the order of `marker_values`; grade D2, without intervals: the baseline is
        assumed, not estimated.

    Raises
    ------
    ValueError
        Where a value is not finite or another argument not positive.

    References
    ----------
    Cox 1972, J R Stat Soc B 34:187: S(t | x) = S0(t) ** (HR ** x).

    Examples
    --------
    >>> predicted_survival(12, [-1, 0, 1], hr_per_sd=1.28, baseline_median=7.47)
    (41.9%, 32.84%, 24.04%)
    """
    for name, value in (
        ("time", time),
        ("hr_per_sd", hr_per_sd),
        ("baseline_median", baseline_median),
        ("baseline_shape", baseline_shape),
    ):
        require_positive(name, value)
    values = np.asarray(marker_values, dtype=np.float64)
    if not np.all(np.isfinite(values)):
        raise ValueError(f"marker_values must be finite; got {list(marker_values)}")
    cumulative_hazard = math.log(2.0) * (time / baseline_median) ** baseline_shape
    return tuple(
        Estimate(
            value=math.exp(-cumulative_hazard * hr_per_sd ** float(x)),
            unit="proportion",
            method=f"survival at {time:g} months, marker at {x:+g} SD, Weibull baseline",
            conventions=("curve_at_marker_value",),
            grade="D2",
        )
        for x in values
    )
