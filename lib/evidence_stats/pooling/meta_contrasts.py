"""Pairwise meta-analysis of log ratios that knows how few studies it has.

One study is returned as itself. Two studies are pooled with a common effect and shown beside the
result: the Hartung-Knapp interval of two rests on one degree of freedom and says nothing (0.32 to
1.43 for two trials that report 0.63 and 0.71), and tau2 of two is noise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from evidence_stats.estimates import Estimate
from evidence_stats.networks.contrasts import Contrast
from evidence_stats.normal import require_level
from evidence_stats.pooling.heterogeneity import Adjust, PoolModel
from evidence_stats.pooling.inverse_variance import Pooled, pool
from evidence_stats.rates.proportions import require_choice

Shown = Literal["study", "common effect of two", "as asked"]

CONVENTIONS: dict[str, str] = {
    "two_studies_common": (
        "Two studies are pooled with a common effect and normal limits whatever model was asked "
        "for, and shown beside it; RevMan and meta give random effects with any number."
    ),
    "common_effect": (
        "Inverse-variance common-effect pooling: tau2 is 0 by assumption, as RevMan's fixed "
        "effect, rma(method='FE') and meta's common; limits reach no further than these studies."
    ),
    "ml": "tau2 by maximum likelihood, lower than REML with few studies; metafor offers both.",
}
_MODEL_NAMES: dict[PoolModel, str] = {
    "common": "common effect",
    "reml": "random effects, REML",
    "dl": "random effects, DerSimonian-Laird",
    "pm": "random effects, Paule-Mandel",
    "ml": "random effects, maximum likelihood",
}
_ADJUST_NAMES: dict[Adjust, str] = {
    "z": "",
    "hksj": ", Hartung-Knapp",
    "hksj_at_least_z": ", Hartung-Knapp not below normal",
}


@dataclass(frozen=True, slots=True)
class PooledContrasts:
    """Pooled ratio of `treat_a` over `treat_b`.

    Attributes
    ----------
    estimate : Estimate
        What to show, see `shown`; unit "ratio", `se` on the log scale.
    shown : str
        study (the only one), common effect of two, or as asked.
    asked : Estimate
        The model and interval that were asked for, also with one or two studies.
    hartung_knapp : Estimate or None
        REML with Hartung-Knapp limits: with two studies to show that it is useless, with more
        beside a common effect. None with one, and where all agree exactly (it has no width).
    studies : tuple of Contrast
        All read as a over b.
    pooled : Pooled
        The analysis behind `estimate` on the log scale: weights, Q, tau2, I2.
    k : int
        Studies.
    note : str
        What few studies mean here, empty with three or more.

    Examples
    --------
    >>> first = Contrast.of_ratio("AVOREN", "BEV+IFN", "IFN", 0.63, 0.52, 0.75)
    >>> second = Contrast.of_ratio("CALGB 90206", "BEV+IFN", "IFN", 0.71, 0.61, 0.83)
    >>> pool_contrasts([first, second]).shown
    'common effect of two'
    """

    treat_a: str
    treat_b: str
    estimate: Estimate
    shown: Shown
    asked: Estimate
    hartung_knapp: Estimate | None
    studies: tuple[Contrast, ...]
    pooled: Pooled
    k: int
    note: str


def pool_contrasts(
    contrasts: Sequence[Contrast],
    *,
    model: PoolModel = "common",
    adjust: Adjust = "z",
    level: float = 0.95,
) -> PooledContrasts:
    """Return the pooled ratio of contrasts between the same two treatments.

    Parameters
    ----------
    contrasts : sequence of Contrast
        One per study; those that read b over a are turned to the first one's direction.
    model, adjust : str
        As `inverse_variance.pool`; with a common effect the usual interval is z.
    level : float
        Coverage of all intervals.

    Returns
    -------
    PooledContrasts
        Ratios of a over b.

    Raises
    ------
    ValueError
        Without contrasts, where they compare other treatments, for a study given twice, and for
        unknown options.

    References
    ----------
    Hartung and Knapp 2001, Stat Med 20:3875; Gonnermann et al. 2015, Res Synth Methods 6:157,
    on two studies.

    Examples
    --------
    >>> first = Contrast.of_ratio("AVOREN", "BEV+IFN", "IFN", 0.63, 0.52, 0.75)
    >>> second = Contrast.of_ratio("CALGB 90206", "BEV+IFN", "IFN", 0.71, 0.61, 0.83)
    >>> pool_contrasts([first, second]).estimate
    0.6757 (95% CI 0.6006 to 0.7602)
    """
    require_choice("model", model, get_args(PoolModel))
    require_choice("adjust", adjust, get_args(Adjust))
    require_level(level)
    if not contrasts:
        raise ValueError("expected at least one contrast; got none")
    a, b = contrasts[0].treat_a, contrasts[0].treat_b
    rows = tuple(c if c.treat_a == a else c.reverse() for c in contrasts)
    for row in rows:
        if (row.treat_a, row.treat_b) != (a, b):
            raise ValueError(
                f"expected contrasts of {a} and {b}; got {row.treat_b} v {row.treat_a} "
                f"of study {row.study!r}"
            )
    names = [row.study for row in rows]
    if len(set(names)) < len(names):
        raise ValueError(f"expected every study once; got {', '.join(names)}")
    y, v = [row.log_ratio for row in rows], [row.se**2 for row in rows]
    k = len(rows)
    asked_pool = pool(y, v, model=model, adjust=adjust, level=level)
    if k == 1:
        alone = rows[0].estimate(level=level)
        note = "One study: nothing is pooled, and heterogeneity is unknown."
        return PooledContrasts(a, b, alone, "study", alone, None, rows, asked_pool, k, note)
    asked = pooled_ratio(asked_pool)
    knapp = (
        pooled_ratio(pool(y, v, model="reml", adjust="hksj", level=level)) if _differ(y) else None
    )
    if k > 2:
        return PooledContrasts(a, b, asked, "as asked", asked, knapp, rows, asked_pool, k, "")
    common = pool(y, v, model="common", adjust="z", level=level)
    estimate = pooled_ratio(common, ("two_studies_common",))
    return PooledContrasts(
        a, b, estimate, "common effect of two", asked, knapp, rows, common, k, _note_on_two(knapp)
    )


def _note_on_two(knapp: Estimate | None) -> str:
    """Return the warning that two studies need, with their Hartung-Knapp limits."""
    limits = (
        "has no width, as the two agree exactly"
        if knapp is None
        else f"runs from {knapp.low:.2f} to {knapp.high:.2f}"
    )
    return (
        "Two studies: a common effect is shown beside both of them. Heterogeneity cannot be "
        "estimated from two; the Hartung-Knapp interval rests on one degree of freedom and "
        f"{limits}."
    )


def _differ(y: Sequence[float]) -> bool:
    """Return True unless all values are one but for rounding."""
    return max(y) - min(y) > 1e-9


def pooled_ratio(found: Pooled, more: tuple[str, ...] = ()) -> Estimate:
    """Return a pooled log ratio as a ratio with its confidence interval.

    Parameters
    ----------
    found : Pooled
        The analysis, on the log scale.
    more : tuple of str
        Keys of further conventions.
    """
    adjusted = () if found.adjust == "z" else ("hksj",)
    return Estimate(
        value=math.exp(found.mu),
        low=math.exp(found.low[0]),
        high=math.exp(found.high[0]),
        level=found.level,
        kind="confidence",
        unit="ratio",
        se=found.se[0],
        p=found.p_values[0],
        method=f"pooled ratio, {_MODEL_NAMES[found.model]}{_ADJUST_NAMES[found.adjust]}",
        conventions=("common_effect" if found.model == "common" else found.model, *adjusted, *more),
        grade="D2",
    )


def predicted_ratio(found: Pooled) -> Estimate | None:
    """Return a pooled log ratio as a ratio with its prediction interval, None where it has none."""
    if found.prediction is None:
        return None
    low, high = map(math.exp, found.prediction)
    estimate = pooled_ratio(found, ("prediction_t",))
    return replace(estimate, low=low, high=high, kind="prediction", p=None)
