"""Did BCG vaccine prevent more far from the equator? The meta-regression on latitude."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bcg_book import Numbers
from bcg_book.effect_on_tuberculosis.parameters import EffectOnTuberculosis
from evidence.sources.data import Evidence
from evidence.sources.two_arms import TwoArms
from evidence_stats.estimates import Estimate, NotEstimable
from evidence_stats.pooling.inverse_variance import Pooled
from evidence_stats.pooling.inverse_variance import pool as regress
from evidence_stats.pooling.ratios import PooledRatio

# The slope is shown for a step that a reader can picture: from Madras to the Sahara.
_STEP = 10


def row(study_id: str) -> str:
    """Return the data row of the latitude of a trial."""
    return f"{study_id}.latitude.value.all"


def read(evidence: Evidence, studies: Sequence[TwoArms]) -> dict[str, float]:
    """Return the absolute latitude of each trial, degrees, by its name."""
    found = {one.name: evidence.estimate(row(one.study_id)) for one in studies}
    return {name: estimate.value for name, estimate in found.items() if estimate is not None}


def fit(pooled: PooledRatio, latitude: dict[str, float], p: EffectOnTuberculosis) -> Pooled:
    """Return the regression of the log risk ratios on latitude."""
    ratios = [pooled.studies[name] for name in latitude]
    return regress(
        [math.log(one.value) for one in ratios],
        [(one.se or math.nan) ** 2 for one in ratios],
        moderators=list(latitude.values()),
        model=p.model,
        adjust=p.adjust,
        level=p.level,
    )


def describe(fitted: Pooled) -> Numbers:
    """Return the numbers of the regression: key, estimate, words."""
    value, low, high = (
        math.exp(_STEP * part[1]) for part in (fitted.coefficients, fitted.low, fitted.high)
    )
    slope = Estimate(
        value=value,
        low=low,
        high=high,
        level=fitted.level,
        kind="confidence",
        unit="ratio",
        se=_STEP * fitted.se[1],
        p=fitted.p_values[1],
        method=f"meta-regression, {fitted.model}, {fitted.adjust}",
        conventions=() if fitted.model == "common" else (fitted.model,),
        grade="D2",
    )
    explained: Estimate | NotEstimable = NotEstimable("the model leaves nothing to explain")
    if fitted.r2 is not None:
        explained = Estimate(fitted.r2, unit="proportion", method="fall in tau2", grade="D2")
    return {
        "latitude": (slope, "Factor of the risk ratio for every ten degrees of latitude"),
        "explained": (explained, "Share of the variance between trials that latitude explains"),
    }
