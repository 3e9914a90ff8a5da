"""Score intervals for the difference and the ratio of two independent proportions.

Both are found as the set of values that the score test does not reject: under each candidate
value the proportions are estimated again by restricted maximum likelihood, and the variance is
taken there. That keeps the interval honest where a cell is 0, where Wald intervals collapse.

Inputs are taken as checked; `proportions` is the public door.
statsmodels' `confint_proportions_2indep(method="score", compare="diff")` is not used: it divides
by the wrong count (statsmodels issue 10269), is not antisymmetric, and fails at 9/10 v 3/10.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.optimize import brentq

from evidence_stats.normal import critical_value

# Absolute tolerance of the limits. Far below anything printed (1e-3) and anything compared (1e-6).
_LIMIT_TOLERANCE = 1e-13
# Relative distance from the estimate at which the search starts: the variance may be exactly 0 at
# the estimate itself (0/n v 0/n), so that the search must not start there.
_START = 1e-9
# Newton steps on the cubic after the closed form, whose arc cosine is good to about 1e-8 only.
_POLISH_STEPS = 3


def restricted_at_difference(
    events_a: int, n_a: int, events_b: int, n_b: int, difference: float
) -> tuple[float, float]:
    """Return both proportions at their joint maximum under p_a - p_b = `difference`.

    Closed form of the cubic in Miettinen and Nurminen (1985), Stat Med 4:213, as written by
    Farrington and Manning (1990), Stat Med 9:1447, appendix; then polished by Newton steps.
    """
    ratio = n_b / n_a
    observed_a, observed_b = events_a / n_a, events_b / n_b
    a = 1 + ratio
    b = -(1 + ratio + observed_a + ratio * observed_b + difference * (ratio + 2))
    c = difference**2 + difference * (2 * observed_a + ratio + 1) + observed_a + ratio * observed_b
    d = -observed_a * difference * (1 + difference)
    shift = b / (3 * a)
    v = shift**3 - b * c / (6 * a * a) + d / (2 * a)
    u = math.copysign(math.sqrt(max(shift**2 - c / (3 * a), 0.0)), v)
    cosine = 1.0 if u == 0 else min(max(v / u**3, -1.0), 1.0)
    p_a = 2 * u * math.cos((math.pi + math.acos(cosine)) / 3) - shift
    for _ in range(_POLISH_STEPS):
        slope = (3 * a * p_a + 2 * b) * p_a + c
        if abs(slope) < _LIMIT_TOLERANCE:
            break
        p_a -= (((a * p_a + b) * p_a + c) * p_a + d) / slope
    p_a = min(max(p_a, 0.0, difference), 1.0, 1.0 + difference)
    return p_a, min(max(p_a - difference, 0.0), 1.0)


def restricted_at_ratio(
    events_a: int, n_a: int, events_b: int, n_b: int, ratio: float
) -> tuple[float, float]:
    """Return both proportions at their joint maximum under p_a / p_b = `ratio`.

    The quadratic of Koopman (1984), Biometrics 40:513, in the form of Miettinen and Nurminen
    (1985), equation 12; written so that no difference of near-equal numbers is taken.
    """
    a = ratio * (n_a + n_b)
    b = ratio * (n_a + events_b) + events_a + n_b
    c = events_a + events_b
    p_b = 2 * c / (b + math.sqrt(max(b * b - 4 * a * c, 0.0)))
    return min(ratio * p_b, 1.0), min(p_b, 1.0)


def difference_limits(
    events_a: int, n_a: int, events_b: int, n_b: int, *, level: float, corrected: bool
) -> tuple[float, float]:
    """Return the score limits of p_a - p_b, each between -1 and 1.

    Parameters
    ----------
    level : float
        Coverage claimed.
    corrected : bool
        True multiplies the variance by N/(N - 1): Miettinen and Nurminen (1985), equation 8.
        False does not: Mee (1984), Biometrics 40:1175.
    """
    observed = events_a / n_a - events_b / n_b
    critical = _critical(level, n_a + n_b, corrected)

    def excess(difference: float) -> float:
        p_a, p_b = restricted_at_difference(events_a, n_a, events_b, n_b, difference)
        variance = p_a * (1 - p_a) / n_a + p_b * (1 - p_b) / n_b
        return (observed - difference) ** 2 - critical * variance

    low = -1.0 if observed <= -1 else _limit(excess, observed, -1.0)
    high = 1.0 if observed >= 1 else _limit(excess, observed, 1.0)
    return low, high


def ratio_limits(
    events_a: int, n_a: int, events_b: int, n_b: int, *, level: float, corrected: bool
) -> tuple[float, float]:
    """Return the score limits of p_a / p_b; `events_b` must be at least 1.

    Koopman (1984), Biometrics 40:513; `corrected` adds the N/(N - 1) of Miettinen and
    Nurminen (1985). The lower limit is 0 where `events_a` is 0. The upper one is always finite.
    """
    observed_a, observed_b = events_a / n_a, events_b / n_b
    critical = _critical(level, n_a + n_b, corrected)

    def excess(log_ratio: float) -> float:
        ratio = math.exp(log_ratio)
        p_a, p_b = restricted_at_ratio(events_a, n_a, events_b, n_b, ratio)
        variance = p_a * (1 - p_a) / n_a + ratio**2 * p_b * (1 - p_b) / n_b
        return ((observed_a - ratio * observed_b) ** 2 - critical * variance) / max(1.0, ratio**2)

    # The search starts at the estimate; with no event in arm a, at a ratio below any limit.
    start = math.log(observed_a / observed_b) if events_a else -math.log(1e9 * n_a * n_b)
    high = math.exp(_limit(excess, start, _beyond(excess, start, 1.0)))
    if events_a == 0:
        return 0.0, high
    return math.exp(_limit(excess, start, _beyond(excess, start, -1.0))), high


def _critical(level: float, n: int, corrected: bool) -> float:
    """Return the squared normal quantile, times N/(N - 1) where the variance is corrected."""
    return critical_value(level) ** 2 * (n / (n - 1) if corrected else 1.0)


def _limit(excess: Callable[[float], float], inside: float, outside: float) -> float:
    """Return where `excess` turns positive on the way from `inside` to `outside`."""
    start = inside + _START * (outside - inside)
    if excess(start) >= 0:
        return inside
    if excess(outside) <= 0:
        return outside
    return float(brentq(excess, start, outside, xtol=_LIMIT_TOLERANCE))


def _beyond(excess: Callable[[float], float], start: float, step: float) -> float:
    """Return a point on the side of `step` at which `excess` is positive."""
    while excess(start + step) <= 0:
        step *= 2
    return start + step
