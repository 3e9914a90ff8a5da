"""Cumulative meta-analysis: pooled again whenever a study appeared."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from evidence_stats.estimates import Estimate
from evidence_stats.pooling.heterogeneity import Adjust, PoolModel
from evidence_stats.pooling.ratios import PooledRatio, Printed, hazard_ratios, pool_hazard_ratios


def pool_cumulatively(
    studies: Mapping[str, Printed | Estimate],
    years: Mapping[str, int],
    *,
    model: PoolModel = "reml",
    adjust: Adjust = "hksj",
    level: float = 0.95,
) -> dict[str, PooledRatio]:
    """Return what was pooled after each study, the earliest first.

    It shows when an answer settled, and is no test: looking again and again finds a difference by
    chance more often than the level says.

    Parameters
    ----------
    studies : mapping
        By study: (ratio, lower limit, upper limit) as printed, or an `Estimate` of a ratio.
    years : mapping of str to int
        Year of each study; those of one year are added in the order of `studies`.
    model, adjust : str
        Estimator of the variance between studies, and interval: see `inverse_variance.pool`.
    level : float
        Coverage of the reported and of the pooled intervals, 0 to 1.

    Returns
    -------
    dict of str to PooledRatio
        By the study that was added; ratios throughout, grade D2. The first is that study alone.

    Raises
    ------
    ValueError
        Where a study has no year, and as `pool_hazard_ratios`.

    References
    ----------
    Lau et al. 1992, N Engl J Med 327:248; as metafor's cumul.

    Examples
    --------
    >>> printed = {"AVOREN": (0.63, 0.52, 0.75), "CALGB 90206": (0.71, 0.61, 0.83)}
    >>> steps = pool_cumulatively(printed, {"AVOREN": 2007, "CALGB 90206": 2008}, adjust="z")
    >>> {study: round(step.estimate.value, 2) for study, step in steps.items()}
    {'AVOREN': 0.63, 'CALGB 90206': 0.68}
    """
    without = [study for study in studies if study not in years]
    if without:
        raise ValueError(f"expected a year for each study, got none for {', '.join(without)}")
    read = hazard_ratios(studies, level=level)
    ordered = sorted(read, key=lambda study: years[study])
    return {
        study: pool_hazard_ratios(
            {name: read[name] for name in islice(ordered, count)},
            model=model,
            adjust=adjust,
            level=level,
        )
        for count, study in enumerate(ordered, start=1)
    }
