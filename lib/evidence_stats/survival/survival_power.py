"""What a two-arm survival trial of given size could have found (Schoenfeld).

Vocabulary
----------
**Events**: deaths or progressions in both arms together; patients do not matter beyond these.
**Allocation**: share of patients in the experimental arm, 0.5 for equal arms.
**Margin**: non-inferiority margin as a hazard ratio above 1.
All alphas are two-sided; non-inferiority is read from the upper limit of a two-sided
1 - alpha interval.
"""

from __future__ import annotations

import math

from evidence_stats.estimates import Estimate
from evidence_stats.normal import distribution, quantile
from evidence_stats.survival.median import require_positive

CONVENTIONS: dict[str, str] = {
    "schoenfeld_events": (
        "Power uses Schoenfeld's variance 1 / (events * share * (1 - share)) of the log hazard "
        "ratio under the null; Freedman's formula ((HR + 1) / (HR - 1))**2, the default of some "
        "R and Stata programs, asks for slightly different numbers of events."
    ),
    "power_one_tail": (
        "Power counts rejection in the direction of the true effect only; SAS PROC POWER and R's "
        "power.prop.test ignore the other tail too by default, other programs add it."
    ),
}


def _information(events: float, allocation: float) -> float:
    require_positive("events", events)
    if not 0.0 < allocation < 1.0:
        raise ValueError(f"allocation must lie strictly between 0 and 1; got {allocation}")
    return math.sqrt(events * allocation * (1.0 - allocation))


def _z_sum(power: float, alpha: float) -> float:
    return quantile(1.0 - alpha / 2.0) + quantile(power)


def _events(
    distance: float, power: float, alpha: float, allocation: float, method: str
) -> Estimate:
    """Return the events that tell two log hazard ratios this far apart."""
    return Estimate(
        value=(_z_sum(power, alpha) / (distance * _information(1.0, allocation))) ** 2,
        unit="number",
        method=method,
        conventions=("schoenfeld_events", "power_one_tail"),
    )


def _power(distance: float, events: int, alpha: float, allocation: float, method: str) -> Estimate:
    """Return the probability that this many events tell two log hazard ratios so far apart."""
    z = distance * _information(events, allocation)
    return Estimate(
        value=distribution(z - quantile(1.0 - alpha / 2.0)),
        unit="probability",
        events=events,
        method=method,
        conventions=("schoenfeld_events", "power_one_tail"),
    )


def _different_from_one(name: str, hr: float) -> float:
    require_positive(name, hr)
    if hr == 1.0:
        raise ValueError(f"{name} must differ from 1; got {hr}")
    return math.log(hr)


def detectable_hazard_ratio(
    events: int, *, power: float = 0.80, alpha: float = 0.05, allocation: float = 0.5
) -> Estimate:
    """Return the hazard ratio below 1 that `events` detect with the stated power.

    Parameters
    ----------
    events : int
        Events in both arms together.
    power, alpha : float
        Power, and two-sided level of the test.
    allocation : float
        Share of patients in the experimental arm.

    Returns
    -------
    Estimate
        A ratio between 0 and 1; its inverse is as detectable in the other direction.

    Raises
    ------
    ValueError
        Where events are not positive, a probability is not between 0 and 1, or the power is so
        low that no effect at all would reach it.

    References
    ----------
    Schoenfeld 1981, Biometrika 68:316.

    Examples
    --------
    >>> detectable_hazard_ratio(70)
    0.5119
    """
    total = _z_sum(power, alpha)
    if total <= 0.0:
        raise ValueError(f"power must exceed alpha / 2; got power={power}, alpha={alpha}")
    return Estimate(
        value=math.exp(-total / _information(events, allocation)),
        unit="ratio",
        events=events,
        method=f"detectable hazard ratio, power {power:g}, two-sided alpha {alpha:g}",
        conventions=("schoenfeld_events", "power_one_tail"),
    )


def events_required(
    hr: float, *, power: float = 0.80, alpha: float = 0.05, allocation: float = 0.5
) -> Estimate:
    """Return the events needed to detect a hazard ratio, not rounded up.

    Parameters
    ----------
    hr : float
        True hazard ratio, above 0, not 1.
    power, alpha : float
        Power, and two-sided level of the test.
    allocation : float
        Share of patients in the experimental arm.

    Returns
    -------
    Estimate
        A number of events in both arms together.

    Raises
    ------
    ValueError
        Where `hr` is 1 or not positive, or a probability is not between 0 and 1.

    References
    ----------
    Schoenfeld 1981, Biometrika 68:316; 1983, Biometrics 39:499.

    Examples
    --------
    >>> events_required(0.7)
    246.8
    """
    distance = _different_from_one("hr", hr)
    method = f"events for hazard ratio {hr:g}, power {power:g}, two-sided alpha {alpha:g}"
    return _events(distance, power, alpha, allocation, method)


def power_at(hr: float, events: int, *, alpha: float = 0.05, allocation: float = 0.5) -> Estimate:
    """Return the power to detect a true hazard ratio, a probability.

    At `hr` 1 it is alpha / 2: the chance of a significant result in one named direction.

    Parameters
    ----------
    hr : float
        True hazard ratio, above 0.
    events : int
        Events in both arms together.
    alpha : float
        Two-sided level of the test.
    allocation : float
        Share of patients in the experimental arm.

    Returns
    -------
    Estimate
        A probability, 0 to 1.

    Raises
    ------
    ValueError
        Where `hr` or `events` is not positive or a probability is not between 0 and 1.

    References
    ----------
    Schoenfeld 1981, Biometrika 68:316.

    Examples
    --------
    >>> power_at(0.7, 70)
    0.3199
    """
    require_positive("hr", hr)
    method = f"power at hazard ratio {hr:g}, two-sided alpha {alpha:g}"
    return _power(abs(math.log(hr)), events, alpha, allocation, method)


def _margin_distance(margin: float, true_hr: float) -> float:
    require_positive("margin", margin)
    require_positive("true_hr", true_hr)
    if margin <= 1.0:
        raise ValueError(f"margin must be a hazard ratio above 1; got {margin}")
    return math.log(margin / true_hr)


def non_inferiority_events(
    margin: float,
    *,
    true_hr: float = 1.0,
    power: float = 0.80,
    alpha: float = 0.05,
    allocation: float = 0.5,
) -> Estimate:
    """Return the events needed to show non-inferiority, not rounded up.

    Parameters
    ----------
    margin : float
        Margin as a hazard ratio, above 1.
    true_hr : float
        True hazard ratio, below the margin.
    power, alpha : float
        Power, and two-sided level of the test.
    allocation : float
        Share of patients in the experimental arm.

    Returns
    -------
    Estimate
        A number of events in both arms together.

    Raises
    ------
    ValueError
        Where `margin` is not above 1, `true_hr` is not below it, or a probability is not between
        0 and 1.

    References
    ----------
    Schoenfeld 1983, Biometrics 39:499, with the margin in place of the null.

    Examples
    --------
    >>> non_inferiority_events(1.25)
    630.5
    """
    distance = _margin_distance(margin, true_hr)
    if distance <= 0.0:
        raise ValueError(f"true_hr must be below margin; got true_hr={true_hr}, margin={margin}")
    method = f"events for non-inferiority at {margin:g}, power {power:g}, true {true_hr:g}"
    return _events(distance, power, alpha, allocation, method)


def non_inferiority_power(
    margin: float,
    events: int,
    true_hr: float = 1.0,
    *,
    alpha: float = 0.05,
    allocation: float = 0.5,
) -> Estimate:
    """Return the probability that the upper limit falls below the margin.

    Parameters
    ----------
    margin : float
        Margin as a hazard ratio, above 1.
    events : int
        Events in both arms together.
    true_hr : float
        True hazard ratio.
    alpha : float
        Two-sided level; the upper limit of a 1 - alpha interval is compared with the margin.
    allocation : float
        Share of patients in the experimental arm.

    Returns
    -------
    Estimate
        A probability, 0 to 1.

    Raises
    ------
    ValueError
        Where `margin` is not above 1, `events` or `true_hr` is not positive, or a probability is
        not between 0 and 1.

    References
    ----------
    Schoenfeld 1983, Biometrics 39:499, with the margin in place of the null.

    Examples
    --------
    >>> non_inferiority_power(1.25, 70)
    0.1523
    """
    method = f"power of non-inferiority at {margin:g}, true hazard ratio {true_hr:g}"
    return _power(_margin_distance(margin, true_hr), events, alpha, allocation, method)


def detectable_interaction(events: int, *, power: float = 0.80, alpha: float = 0.05) -> Estimate:
    """Return the ratio of hazard ratios per SD that a trial could find between two equal arms.

    A marker predicts benefit where its hazard ratio differs between the arms. Each arm has half
    of the events, so the log ratio of the two hazard ratios per SD has the variance
    2 / events + 2 / events, four times that of the marker's own log hazard ratio.

    Parameters
    ----------
    events : int
        Events in both arms together.
    power, alpha : float
        Power, above one half, and two-sided size of the test.

    Returns
    -------
    Estimate
        Smallest ratio of hazard ratios above 1, per SD of the marker; grade D2.

    Raises
    ------
    ValueError
        Where `events` is not positive, or not 0 < alpha < 0.5 < power < 1.

    References
    ----------
    Variance of one covariate: Schmoor, Sauerbrei & Schumacher 2000, Stat Med 19:441.

    Examples
    --------
    >>> detectable_interaction(70)
    1.954
    """
    require_positive("events", events)
    if not (0 < alpha < 0.5 < power < 1):
        raise ValueError(f"expected 0 < alpha < 0.5 < power < 1; got alpha {alpha}, power {power}")
    return Estimate(
        value=math.exp(_z_sum(power, alpha) * 2.0 / math.sqrt(events)),
        unit="ratio",
        events=events,
        method="detectable interaction per SD, equal arms",
        conventions=("power_one_tail",),
        grade="D2",
    )
