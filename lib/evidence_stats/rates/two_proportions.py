"""Two response rates compared: difference, ratio, odds ratio, and tests of equality.

Arm a is always compared with arm b: differences are a minus b, ratios are a over b.
Counts go in as whole numbers, `evidence_stats.estimates.Estimate` comes out. What each method
does, and where programs differ, is in `proportions.CONVENTIONS`.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

from evidence_stats.estimates import Estimate, Unit
from evidence_stats.normal import critical_value, ratio_with_limits, require_level
from evidence_stats.rates.proportions import (
    proportion_limits,
    require_choice,
    require_counts,
)
from evidence_stats.rates.score_intervals import difference_limits, ratio_limits
from evidence_stats.rates.two_by_two import (
    EqualityTest,
    conditional_odds_ratio,
    equality_p_value,
    midp_odds_ratio,
)

DifferenceMethod = Literal["miettinen_nurminen", "mee", "newcombe", "wald"]
RiskRatioMethod = Literal["katz", "koopman", "miettinen_nurminen"]
OddsRatioMethod = Literal["woolf", "conditional_exact", "midp"]


def risk_difference(
    events_a: int,
    n_a: int,
    events_b: int,
    n_b: int,
    *,
    method: DifferenceMethod = "miettinen_nurminen",
    level: float = 0.95,
) -> Estimate:
    """Return events_a/n_a - events_b/n_b with a confidence interval.

    Parameters
    ----------
    events_a, n_a, events_b, n_b : int
        People with the event and all people in each arm.
    method : str
        miettinen_nurminen (Stat Med 1985;4:213), mee (Biometrics 1984;40:1175), newcombe (Stat
        Med 1998;17:873, method 10) or wald.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    Estimate
        unit "points", -1 to 1; swapping the arms changes all signs. `se` only with wald.

    Raises
    ------
    ValueError
        For impossible counts, an unknown method or a level outside (0, 1).

    Examples
    --------
    >>> risk_difference(10, 40, 12, 40)
    -5 points (95% CI -24.47 to 14.75)
    """
    _require_arms(events_a, n_a, events_b, n_b, level)
    require_choice("method", method, get_args(DifferenceMethod))
    p_a, p_b = events_a / n_a, events_b / n_b
    difference, se = p_a - p_b, None
    if method == "wald":
        se = math.sqrt(p_a * (1 - p_a) / n_a + p_b * (1 - p_b) / n_b)
        half = critical_value(level) * se
        low, high = max(difference - half, -1.0), min(difference + half, 1.0)
    elif method == "newcombe":
        lows, highs = proportion_limits(
            [events_a, events_b], [n_a, n_b], method="wilson", level=level
        )
        low = max(-1.0, difference - math.hypot(p_a - lows[0], highs[1] - p_b))
        high = min(1.0, difference + math.hypot(highs[0] - p_a, p_b - lows[1]))
    else:
        corrected = method == "miettinen_nurminen"
        low, high = difference_limits(
            events_a, n_a, events_b, n_b, level=level, corrected=corrected
        )
    counts = (events_a, n_a, events_b, n_b)
    return _compared(difference, (low, high), counts, level, method, unit="points", se=se)


def risk_ratio(
    events_a: int,
    n_a: int,
    events_b: int,
    n_b: int,
    *,
    method: RiskRatioMethod = "katz",
    level: float = 0.95,
) -> Estimate:
    """Return (events_a/n_a) / (events_b/n_b) with a confidence interval.

    Parameters
    ----------
    events_a, n_a, events_b, n_b : int
        People with the event and all people in each arm; no 0.5 is ever added.
    method : str
        katz (Biometrics 1978;34:469), koopman (Biometrics 1984;40:513) or miettinen_nurminen.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    Estimate
        unit "ratio", 0 or more. With `events_a` = 0 the estimate and its lower limit are 0, and
        Katz's upper limit does not exist (None). `se` (log scale) only with katz.

    Raises
    ------
    ValueError
        For impossible counts; with `events_b` = 0, where the ratio is infinite or undefined; and
        for katz at n/n v n/n, where its interval would have no width.

    Examples
    --------
    >>> risk_ratio(10, 40, 12, 40)
    0.8333 (95% CI 0.4074 to 1.705)
    """
    _require_arms(events_a, n_a, events_b, n_b, level)
    require_choice("method", method, get_args(RiskRatioMethod))
    if events_b == 0:
        raise ValueError(
            "the risk ratio is not finite without events in arm b; got events_b=0. "
            "Use risk_difference, or swap the arms"
        )
    ratio = (events_a / n_a) / (events_b / n_b)
    if method == "katz":
        if events_a == n_a and events_b == n_b:
            raise ValueError("Katz's interval has no width at n/n v n/n; use method='koopman'")
        variance = 1 / events_a - 1 / n_a + 1 / events_b - 1 / n_b if events_a else math.inf
        return _log_normal_ratio(ratio, variance, (events_a, n_a, events_b, n_b), level, method)
    limits = ratio_limits(
        events_a, n_a, events_b, n_b, level=level, corrected=method == "miettinen_nurminen"
    )
    return _compared(ratio, limits, (events_a, n_a, events_b, n_b), level, method)


def odds_ratio(
    events_a: int,
    n_a: int,
    events_b: int,
    n_b: int,
    *,
    method: OddsRatioMethod = "woolf",
    level: float = 0.95,
) -> Estimate:
    """Return the odds ratio of arm a to arm b with a confidence interval.

    Parameters
    ----------
    events_a, n_a, events_b, n_b : int
        People with the event and all people in each arm; no 0.5 is ever added.
    method : str
        woolf (Ann Hum Genet 1955;19:251; the estimate is ad/bc), conditional_exact (conditional
        maximum likelihood) or midp (median unbiased).
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    Estimate
        unit "ratio", 0 or more. Where the odds ratio is 0 so is its lower limit, and Woolf's
        upper limit does not exist (None). `se` (log scale) only with woolf.

    Raises
    ------
    ValueError
        For impossible counts, and where `events_b` = 0 or `events_a` = `n_a`: the odds ratio is
        infinite or undefined.

    Examples
    --------
    >>> odds_ratio(10, 40, 12, 40)
    0.7778 (95% CI 0.2906 to 2.082)
    >>> odds_ratio(10, 40, 12, 40, method="conditional_exact")
    0.7802 (95% CI 0.2567 to 2.328)
    """
    _require_arms(events_a, n_a, events_b, n_b, level)
    require_choice("method", method, get_args(OddsRatioMethod))
    a, b, c, d = events_a, n_a - events_a, events_b, n_b - events_b
    if b == 0 or c == 0:
        raise ValueError(
            "the odds ratio is not finite where events_b is 0 or events_a is n_a; got "
            f"events_a={events_a}, n_a={n_a}, events_b={events_b}. Use risk_difference, or swap "
            "the arms"
        )
    counts = (events_a, n_a, events_b, n_b)
    if method == "woolf":
        variance = 1 / a + 1 / b + 1 / c + 1 / d if a and d else math.inf
        return _log_normal_ratio(a * d / (b * c), variance, counts, level, method)
    exact = conditional_odds_ratio if method == "conditional_exact" else midp_odds_ratio
    value, low, high = exact(*counts, level)
    return _compared(value, (low, high), counts, level, method)


def equality_p(
    events_a: int, n_a: int, events_b: int, n_b: int, *, test: EqualityTest = "boschloo"
) -> float:
    """Return the two-sided P value of the hypothesis that both arms respond equally often.

    Parameters
    ----------
    events_a, n_a, events_b, n_b : int
        People with the event and all people in each arm.
    test : str
        boschloo (Stat Neerl 1970;24:1), barnard (Biometrika 1947;34:123), fisher, fisher_midp,
        chi_squared, yates or likelihood_ratio. `CONVENTIONS` says how each becomes two-sided.

    Returns
    -------
    float
        0 to 1; 1.0 where nobody or everybody had the event.

    Raises
    ------
    ValueError
        For impossible counts or an unknown test.

    Examples
    --------
    >>> round(equality_p(10, 40, 12, 40), 3)
    0.672
    >>> round(equality_p(10, 40, 12, 40, test="fisher"), 3)
    0.803
    """
    require_counts(events_a, n_a, arm="_a")
    require_counts(events_b, n_b, arm="_b")
    require_choice("test", test, get_args(EqualityTest))
    return equality_p_value(events_a, n_a, events_b, n_b, test)


# Keys of `CONVENTIONS` that are not the name of the method.
_KEYS = {"wald": "wald_difference", "midp": "odds_ratio_midp"}
_METHOD_NAMES: dict[str, str] = {
    "miettinen_nurminen": "Miettinen-Nurminen score interval",
    "mee": "Mee score interval",
    "newcombe": "Newcombe hybrid score interval",
    "wald_difference": "Wald interval",
    "katz": "Katz log interval",
    "koopman": "Koopman score interval",
    "woolf": "Woolf logit interval",
    "conditional_exact": "conditional exact interval",
    "odds_ratio_midp": "conditional mid-P interval",
}


def _require_arms(events_a: int, n_a: int, events_b: int, n_b: int, level: float) -> None:
    """Raise ValueError unless both arms' counts and the level are possible."""
    require_counts(events_a, n_a, arm="_a")
    require_counts(events_b, n_b, arm="_b")
    require_level(level)


def _log_normal_ratio(
    value: float, variance: float, counts: tuple[int, int, int, int], level: float, method: str
) -> Estimate:
    """Return a ratio with a normal interval on the log scale; no upper limit if not finite."""
    if value == 0:
        return _compared(value, (0.0, None), counts, level, method)
    found = ratio_with_limits(value, math.sqrt(variance), level)
    return _compared(value, (found.low, found.high), counts, level, method, se=found.se)


def _compared(
    value: float,
    limits: tuple[float | None, float | None],
    counts: tuple[int, int, int, int],
    level: float,
    method: str,
    *,
    unit: Unit = "ratio",
    se: float | None = None,
) -> Estimate:
    """Return the Estimate of a difference or a ratio."""
    events_a, n_a, events_b, n_b = counts
    key = _KEYS.get(method, method)
    return Estimate(
        value=value,
        low=limits[0],
        high=limits[1],
        level=level,
        kind="confidence",
        unit=unit,
        se=se,
        n=n_a + n_b,
        events=events_a + events_b,
        method=_METHOD_NAMES[key],
        conventions=(key,),
    )
