"""The standard normal distribution as used for intervals and P values.

Every function checks its argument and names what it was given, so that callers need not.
"""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

from scipy.special import ndtr, ndtri

from evidence_stats.estimates import Estimate


def require_level(level: float) -> None:
    """Raise ValueError unless `level` lies strictly between 0 and 1."""
    if not isinstance(level, Real) or not 0.0 < level < 1.0:
        raise ValueError(f"level must lie strictly between 0 and 1; got {level!r}")


def critical_value(level: float) -> float:
    """Return the z that cuts off a two-sided interval: 1.959964 for 0.95.

    Parameters
    ----------
    level : float
        Coverage of the interval, between 0 and 1.

    Raises
    ------
    ValueError
        Where `level` is not strictly between 0 and 1.
    """
    require_level(level)
    return float(ndtri(0.5 + level / 2.0))


def ratio_with_limits(value: float, se: float, level: float, **facts: Any) -> Estimate:
    """Return a ratio with a normal interval on the log scale.

    Parameters
    ----------
    value : float
        The ratio, above 0.
    se : float
        Standard error of its logarithm.
    level : float
        Coverage of the interval, between 0 and 1.
    **facts
        What else the `Estimate` says: method, conventions, grade, p, n, events.
    """
    half_width = critical_value(level) * se
    return Estimate(
        value=value,
        low=value * math.exp(-half_width),
        high=value * math.exp(half_width),
        level=level,
        **{"kind": "confidence", "unit": "ratio", "se": se, **facts},
    )


def quantile(probability: float) -> float:
    """Return the standard normal quantile of `probability` (0.8 gives 0.841621).

    Raises
    ------
    ValueError
        Where `probability` is not strictly between 0 and 1.
    """
    if not 0.0 < probability < 1.0:
        raise ValueError(f"probability must lie strictly between 0 and 1; got {probability}")
    return float(ndtri(probability))


def distribution(z: float) -> float:
    """Return the probability that a standard normal variable is at most `z`."""
    return float(ndtr(z))


def density(z: float) -> float:
    """Return the standard normal density at `z`."""
    return math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)


def two_sided_p(z: float) -> float:
    """Return the two-sided P value of `z`, 0 to 1, accurate in the far tail."""
    return 2.0 * float(ndtr(-abs(z)))


def z_from_p(p: float) -> float:
    """Return the non-negative z whose two-sided P value is `p`.

    Raises
    ------
    ValueError
        Where `p` is not above 0 and at most 1; below 1e-300 its half is no number any more.
    """
    if not 1e-300 <= p <= 1.0:
        raise ValueError(f"p must lie above 0 and not above 1; got {p}")
    return abs(float(ndtri(p / 2.0)))
