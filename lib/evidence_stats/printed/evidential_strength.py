"""How much evidence one P value carries, and how many looks it can bear.

Vocabulary
----------
**Bayes factor**: odds of the data under an effect against no effect; above 1 favours the effect.
**Prior**: probability, before the data, that there is an effect at all.
**Hypotheses**: everything that was tested, reported or not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evidence_stats.estimates import Estimate, Unit
from evidence_stats.normal import distribution, z_from_p
from evidence_stats.survival.median import require_positive

Multiplicity = Literal["holm", "bonferroni", "bh"]
_PValues = NDArray[np.float64]

CONVENTIONS: dict[str, str] = {
    "bayes_factor_bound": (
        "The bound -1 / (e p ln p) is the most that a P value can say for an effect under any "
        "prior of its class and applies below p = 1/e; above that it is 1. No program gives it."
    ),
    "fprp_observed_alpha": (
        "The false-positive report probability takes the observed P as its alpha and counts "
        "power in the direction of the alternative only, as in Wacholder's spreadsheet."
    ),
    "unseen_hypotheses_p1": (
        "Hypotheses whose P value is not found enter with P = 1, which is the kindest reading; "
        "R's p.adjust(n=) does the same, statsmodels needs them spelled out."
    ),
    "e_value_common_outcome": (
        "The E-value turns a hazard ratio into a risk ratio by (1 - 0.5**sqrt(HR)) / "
        "(1 - 0.5**sqrt(1/HR)), for outcomes in more than 15 per cent, as R's EValue with "
        "rare = FALSE; for a limit on the other side of 1 it is 1."
    ),
    "scepticism_limit": (
        "The scepticism limit is computed from the reported limits and is not defined for an "
        "interval that touches or includes 1; R's ReplicationSuccess works with z instead."
    ),
}


def _number(value: float, method: str, *keys: str, unit: Unit = "number") -> Estimate:
    return Estimate(value=value, unit=unit, method=method, conventions=keys)


def bayes_factor_bound(p: float) -> Estimate:
    """Return the largest Bayes factor for an effect that a P value allows, at least 1.

    Parameters
    ----------
    p : float
        Two-sided P value, above 0 and at most 1.

    Returns
    -------
    Estimate
        A number, 1 or more.

    Raises
    ------
    ValueError
        Where `p` is not above 0 and at most 1.

    References
    ----------
    Sellke, Bayarri & Berger 2001, Am Stat 55:62, equation 3 (inverted).

    Examples
    --------
    >>> bayes_factor_bound(0.0411)
    2.804
    """
    z_from_p(p)
    bound = -1.0 / (math.e * p * math.log(p)) if p < 1.0 / math.e else 1.0
    return _number(bound, "Bayes factor bound -1 / (e p ln p)", "bayes_factor_bound")


def minimum_bayes_factor(z: float) -> Estimate:
    """Return Goodman's smallest Bayes factor for no effect, exp(-z**2 / 2), 0 to 1.

    Parameters
    ----------
    z : float
        Estimate over its standard error.

    Returns
    -------
    Estimate
        A number, 0 to 1.

    Raises
    ------
    ValueError
        Where `z` is not finite.

    References
    ----------
    Goodman 1999, Ann Intern Med 130:1005.

    Examples
    --------
    >>> minimum_bayes_factor(2.04)
    0.1248
    """
    if not math.isfinite(z):
        raise ValueError(f"z must be finite; got {z}")
    return _number(math.exp(-0.5 * z * z), "minimum Bayes factor exp(-z^2 / 2)")


def s_value(p: float) -> Estimate:
    """Return the surprise of a P value in bits, -log2(p).

    Parameters
    ----------
    p : float
        Two-sided P value, above 0 and at most 1.

    Returns
    -------
    Estimate
        Bits, 0 or more.

    Raises
    ------
    ValueError
        Where `p` is not above 0 and at most 1.

    References
    ----------
    Greenland 2019, Am Stat 73(S1):106.

    Examples
    --------
    >>> s_value(0.0411)
    4.605
    """
    z_from_p(p)
    return _number(-math.log2(p), "S-value, bits")


def posterior_probability(prior: float, bayes_factor: float) -> Estimate:
    """Return the probability of an effect after a Bayes factor in its favour.

    With `bayes_factor_bound` it is the most that the data allow.

    Parameters
    ----------
    prior : float
        Probability of an effect beforehand, between 0 and 1.
    bayes_factor : float
        In favour of an effect, above 0.

    Returns
    -------
    Estimate
        A probability, 0 to 1; grade D2.

    Raises
    ------
    ValueError
        Where `prior` is not between 0 and 1 or the Bayes factor not positive.

    Examples
    --------
    >>> posterior_probability(0.1, 2.8)
    0.2373
    """
    _check_probability("prior", prior)
    require_positive("bayes_factor", bayes_factor)
    odds = prior / (1.0 - prior) * bayes_factor
    method = f"posterior probability from prior {prior:g}"
    return Estimate(value=odds / (1.0 + odds), unit="probability", method=method, grade="D2")


def false_positive_report_probability(
    p: float, *, prior: float, alternative_hr: float, se: float
) -> Estimate:
    """Return the probability that a result this significant is a false positive.

    Parameters
    ----------
    p : float
        Observed two-sided P, taken as alpha.
    prior : float
        Prior probability of the alternative.
    alternative_hr : float
        Hazard ratio if there is an effect, on the scale that `se` belongs to (1.5 per SD).
    se : float
        Standard error of the log hazard ratio on that scale; 1 / sqrt(events) per SD.

    Returns
    -------
    Estimate
        A probability, 0 to 1; grade D2.

    Raises
    ------
    ValueError
        Where a probability is not between 0 and 1 or another argument not positive.

    References
    ----------
    Wacholder et al. 2004, J Natl Cancer Inst 96:434, equation 1.

    Examples
    --------
    >>> false_positive_report_probability(0.0411, prior=0.1, alternative_hr=1.5, se=0.12)
    0.2892
    """
    _check_probability("prior", prior)
    require_positive("alternative_hr", alternative_hr)
    require_positive("se", se)
    power = distribution(abs(math.log(alternative_hr)) / se - z_from_p(p))
    false, true = (1.0 - prior) * p, prior * power
    return Estimate(
        value=false / (false + true),
        unit="probability",
        method=f"false-positive report probability, prior {prior:g}, HR {alternative_hr:g}",
        conventions=("fprp_observed_alpha",),
        grade="D2",
    )


def _holm(p: _PValues) -> _PValues:
    order = np.argsort(p, kind="stable")
    rising: _PValues = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return rising[np.argsort(order)].clip(max=1)


def _benjamini_hochberg(p: _PValues) -> _PValues:
    from scipy.stats import false_discovery_control  # slow to load, and used by few

    adjusted: _PValues = false_discovery_control(p)
    return adjusted


# Holm's is statsmodels' formula without its collection of garbage, which in a process with much in
# its memory takes a second for every call.
_ADJUSTMENTS: dict[str, Callable[[_PValues], _PValues]] = {
    "holm": _holm,
    "bonferroni": lambda p: (p * len(p)).clip(max=1),
    "bh": _benjamini_hochberg,
}


def adjusted_p_values(
    p_values: Sequence[float], *, n_hypotheses: int, method: Multiplicity = "holm"
) -> tuple[Estimate, ...]:
    """Return P values adjusted for hypotheses of which only some are reported.

    Parameters
    ----------
    p_values : sequence of float
        The reported P values.
    n_hypotheses : int
        All hypotheses tested; the others enter with P = 1.
    method : str
        "holm", "bonferroni" or "bh" (Benjamini-Hochberg).

    Returns
    -------
    tuple of Estimate
        In the order given, 0 to 1.

    Raises
    ------
    ValueError
        Where a P value is out of range, there are fewer hypotheses than P values, or the method
        is unknown.

    References
    ----------
    Holm 1979, Scand J Stat 6:65; Benjamini & Hochberg 1995, J R Stat Soc B 57:289.

    Examples
    --------
    >>> adjusted_p_values([0.0411, 0.0173], n_hypotheses=4)
    (0.1233, 0.0692)
    """
    if method not in _ADJUSTMENTS:
        raise ValueError(f"method must be one of {sorted(_ADJUSTMENTS)}; got {method!r}")
    if not p_values or n_hypotheses < len(p_values):
        raise ValueError(
            f"n_hypotheses must be at least the number of P values (1 or more); "
            f"got n_hypotheses={n_hypotheses}, {len(p_values)} P values"
        )
    for p in p_values:
        z_from_p(p)
    unseen = np.ones(n_hypotheses - len(p_values))
    adjusted = _ADJUSTMENTS[method](np.concatenate([p_values, unseen]))
    return tuple(
        Estimate(
            value=float(value),
            unit="p_value",
            p=float(value),
            method=f"P adjusted for {n_hypotheses} hypotheses, {method}",
            conventions=("unseen_hypotheses_p1",),
        )
        for value in adjusted[: len(p_values)]
    )


def e_value(hr: Estimate) -> Estimate:
    """Return the E-value of a hazard ratio, with that of the limit nearer to 1 as its low.

    Parameters
    ----------
    hr : Estimate
        Hazard ratio of a named contrast or per SD; per unit of a marker an E-value means nothing.

    Returns
    -------
    Estimate
        Risk ratio (1 or more) that an unmeasured confounder would need with marker and outcome;
        `low` is that for the limit nearer to 1, and 1 where the interval includes 1. Only `low`
        is set, and only where the hazard ratio has an interval.

    Raises
    ------
    ValueError
        Where the hazard ratio is not positive.

    References
    ----------
    VanderWeele & Ding 2017, Ann Intern Med 167:268, table 2.

    Examples
    --------
    >>> e_value(Estimate(1.28, 1.01, 1.61, level=0.95, unit="ratio"))
    1.657 (95% CI 1.09 to open)
    """
    require_positive("hr", hr.value)
    low: float | None = None
    if hr.low is not None and hr.high is not None:
        nearer = hr.low if hr.value >= 1.0 else hr.high
        low = 1.0 if hr.low <= 1.0 <= hr.high else _e_value(nearer)
    return Estimate(
        value=_e_value(hr.value),
        low=low,
        level=hr.level if low is not None else None,
        kind="confidence" if low is not None else "",
        unit="number",
        method="E-value, common outcome",
        conventions=("e_value_common_outcome",),
        grade="D2",
    )


def _e_value(hr: float) -> float:
    root = math.sqrt(max(hr, 1.0 / hr))
    risk_ratio = math.expm1(-root * math.log(2.0)) / math.expm1(-math.log(2.0) / root)
    return risk_ratio + math.sqrt(risk_ratio * (risk_ratio - 1.0))


def scepticism_limit(low: float, high: float) -> Estimate | None:
    """Return how far from 1 a prior interval must reach for a significant ratio to stay credible.

    Parameters
    ----------
    low, high : float
        Limits of the ratio.

    Returns
    -------
    Estimate or None
        The limit on the side of the effect; a ratio nearer to 1 than this lacks intrinsic
        credibility. None where the interval touches or includes 1 (no limit exists).

    Raises
    ------
    ValueError
        Where a limit is not positive or `low` is not below `high`.

    References
    ----------
    Matthews 2018, R Soc Open Sci 5:171047, equation 2.5; Held 2019, R Soc Open Sci 6:181534.

    Examples
    --------
    >>> scepticism_limit(1.02, 1.29)
    1.214
    """
    require_positive("low", low)
    require_positive("high", high)
    if low >= high:
        raise ValueError(f"low must be below high; got low={low}, high={high}")
    if low <= 1.0 <= high:
        return None
    product = math.log(low) * math.log(high)
    distance = math.log(high / low) ** 2 / (4.0 * math.sqrt(product))
    sign = 1.0 if low > 1.0 else -1.0
    method = "scepticism limit (analysis of credibility)"
    return _number(math.exp(sign * distance), method, "scepticism_limit", unit="ratio")


def _check_probability(name: str, value: float) -> None:
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name} must lie strictly between 0 and 1; got {value}")
