"""Two arms of each study, as counts: their risk ratios, and these pooled.

Unlike `rates.two_proportions`, which says why a study without events has no ratio, this adds 0.5
where a cell is empty, so that such a study can be pooled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from evidence_stats.estimates import Estimate
from evidence_stats.normal import critical_value, require_level
from evidence_stats.pooling.heterogeneity import Adjust, PoolModel
from evidence_stats.pooling.ratios import PooledRatio, pool_hazard_ratios
from evidence_stats.rates.proportions import require_counts

# Events and people of arm a, then of arm b.
Counts = tuple[int, int, int, int]


def risk_ratios(studies: Mapping[str, Counts], *, level: float = 0.95) -> dict[str, Estimate]:
    """Return the risk ratio of each study, arm a over arm b, with its Wald interval.

    Parameters
    ----------
    studies : mapping of str to tuple of int
        By study: events and people of arm a, then of arm b.
    level : float
        Coverage of the intervals, 0 to 1.

    Returns
    -------
    dict of str to Estimate
        By study, unit "ratio"; `se` is that of the logarithm.

    Raises
    ------
    ValueError
        For impossible counts, with the name of the study.

    References
    ----------
    Katz et al. 1978, Biometrics 34:469; as metafor's escalc(measure="RR").

    Examples
    --------
    >>> risk_ratios({"Aronson 1948": (4, 123, 11, 139)})["Aronson 1948"]
    0.4109 (95% CI 0.1343 to 1.257)
    """
    require_level(level)
    return {name: _risk_ratio(name, counts, level) for name, counts in studies.items()}


def _risk_ratio(name: str, counts: Counts, level: float) -> Estimate:
    events_a, n_a, events_b, n_b = counts
    try:
        require_counts(events_a, n_a)
        require_counts(events_b, n_b)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    empty = 0 in (events_a, events_b, n_a - events_a, n_b - events_b)
    more = 0.5 if empty else 0.0
    a, all_a, b, all_b = events_a + more, n_a + 2 * more, events_b + more, n_b + 2 * more
    se = math.sqrt(1 / a - 1 / all_a + 1 / b - 1 / all_b)
    middle, half = math.log(a / all_a / (b / all_b)), critical_value(level) * se
    return Estimate(
        value=math.exp(middle),
        low=math.exp(middle - half),
        high=math.exp(middle + half),
        level=level,
        kind="confidence",
        unit="ratio",
        se=se,
        n=n_a + n_b,
        events=events_a + events_b,
        method="risk ratio, Wald interval of its logarithm",
        conventions=("zero_cell",) if empty else (),
    )


def pool_risk_ratios(
    studies: Mapping[str, Counts],
    *,
    model: PoolModel = "reml",
    adjust: Adjust = "hksj",
    level: float = 0.95,
) -> PooledRatio:
    """Return the pooled risk ratio of studies, by inverse variance on the log scale.

    Parameters
    ----------
    studies : mapping of str to tuple of int
        By study: events and people of arm a, then of arm b.
    model, adjust : str
        Estimator of the variance between studies, and interval: see `inverse_variance.pool`.
    level : float
        Coverage of all intervals, 0 to 1.

    Returns
    -------
    PooledRatio
        Ratios throughout; grade D2.

    Raises
    ------
    ValueError
        As `risk_ratios` and `pool_hazard_ratios`.

    References
    ----------
    Those of `evidence_stats.pooling.pool`.

    Examples
    --------
    >>> counts = {"Aronson 1948": (4, 123, 11, 139), "Ferguson & Simes 1949": (6, 306, 29, 303)}
    >>> pool_risk_ratios(counts, model="common", adjust="z").estimate
    0.2658 (95% CI 0.1341 to 0.5268)
    """
    return pool_hazard_ratios(
        risk_ratios(studies, level=level), model=model, adjust=adjust, level=level
    )
