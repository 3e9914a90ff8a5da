"""Conditional odds ratios and tests of equality for one table of two arms by two outcomes.

Inputs are taken as checked; `proportions` is the public door.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import brentq, minimize_scalar
from scipy.special import gammaln, logsumexp

EqualityTest = Literal[
    "boschloo", "barnard", "fisher", "fisher_midp", "chi_squared", "yates", "likelihood_ratio"
]

# Points SciPy puts over the nuisance parameter; its default of 32 misses the supremum of some
# lopsided tables, 64 reproduces a fine grid search in R on every table of tests/reference.
_NUISANCE_POINTS = 64
# Statistics within this relative distance tie; they are ratios of whole numbers.
_TIE_TOLERANCE = 1e-9
# Common proportions scanned for the supremum before it is refined: no peak is narrower for arms
# up to 500.
_BARNARD_GRID = 1001
# Tolerance of log odds ratios; R's fisher.test stops at about 1e-5.
_LOG_ODDS_TOLERANCE = 1e-13


def conditional_odds_ratio(
    events_a: int, n_a: int, events_b: int, n_b: int, level: float
) -> tuple[float, float, float]:
    """Return the conditional maximum likelihood odds ratio and its exact limits.

    The limits invert the two one-sided Fisher tests at (1 - level)/2 each: Cornfield (1956).
    The estimate solves E[X] = x in Fisher's noncentral hypergeometric distribution.
    """
    support, log_weight = _conditional_distribution(events_a, n_a, events_b, n_b)
    tail = (1 - level) / 2

    def mean(log_odds: float) -> float:
        return float(np.sum(support * _probabilities(support, log_weight, log_odds)) - events_a)

    def at_least(log_odds: float) -> float:
        below = _probabilities(support, log_weight, log_odds)[support < events_a].sum()
        return float(1 - below - tail)

    def more_than(log_odds: float) -> float:
        return float(
            _probabilities(support, log_weight, log_odds)[support > events_a].sum() - (1 - tail)
        )

    high = _root_of_increasing(more_than)
    if events_a == support[0]:
        return 0.0, 0.0, high
    return _root_of_increasing(mean), _root_of_increasing(at_least), high


def midp_odds_ratio(
    events_a: int, n_a: int, events_b: int, n_b: int, level: float
) -> tuple[float, float, float]:
    """Return the median unbiased odds ratio and its mid-P limits.

    The mid-P function counts half of the observed table (Lancaster 1961; Rothman, Greenland and
    Lash 2008, chapter 14); it equals 0.5 at the estimate, as in `epitools::oddsratio.midp`.
    """
    support, log_weight = _conditional_distribution(events_a, n_a, events_b, n_b)
    tail = (1 - level) / 2

    def solve(target: float) -> float:
        def mid_upper(log_odds: float) -> float:
            p = _probabilities(support, log_weight, log_odds)
            return float(p[support > events_a].sum() + p[support == events_a].sum() / 2 - target)

        return _root_of_increasing(mid_upper)

    if events_a == support[0]:
        return 0.0, 0.0, solve(1 - tail)
    return solve(0.5), solve(tail), solve(1 - tail)


def equality_p_value(events_a: int, n_a: int, events_b: int, n_b: int, test: EqualityTest) -> float:
    """Return the two-sided P value of `test`, 1.0 where no table could be more extreme."""
    total = events_a + events_b
    if total in (0, n_a + n_b):
        return 1.0
    # Groups are COLUMNS: with arms as rows SciPy's Boschloo fixes the wrong margin, and
    # 10/40 v 12/40 gives 0.634 instead of 0.672.
    table = np.array([[events_a, events_b], [n_a - events_a, n_b - events_b]])
    if test == "boschloo":
        return float(min(stats.boschloo_exact(table, n=_NUISANCE_POINTS).pvalue, 1.0))
    if test == "barnard":
        return barnard_p_value(events_a, n_a, events_b, n_b)
    if test == "fisher":
        return float(stats.fisher_exact(table).pvalue)
    if test == "fisher_midp":
        arm_a = stats.hypergeom(n_a + n_b, total, n_a)
        lower = float(arm_a.cdf(events_a) - arm_a.pmf(events_a) / 2)
        return 2 * min(lower, 1 - lower)
    power = "log-likelihood" if test == "likelihood_ratio" else "pearson"
    return float(stats.chi2_contingency(table, correction=test == "yates", lambda_=power).pvalue)


def barnard_p_value(events_a: int, n_a: int, events_b: int, n_b: int) -> float:
    """Return Barnard's P value: the supremum over the common proportion, pooled statistic.

    SciPy's `barnard_exact` is not used: up to 1.17 it compares the statistics of tables without
    allowance for rounding (SciPy issue 18798), loses tables that tie, and gives 0.0069 for 9/10 v
    3/10 instead of 0.0080.
    """
    x_a, x_b = np.arange(n_a + 1)[:, None], np.arange(n_b + 1)[None, :]
    total, people = x_a + x_b, n_a + n_b
    # In whole numbers, squared and without constant factors: ties are exact up to the division.
    distance = (x_a * n_b - x_b * n_a).astype(float) ** 2
    spread = (total * (people - total)).astype(float)
    statistic = np.divide(distance, spread, out=np.zeros_like(distance), where=spread > 0)
    extreme = statistic >= statistic[events_a, events_b] * (1 - _TIE_TOLERANCE)

    def size(p: float) -> float:
        likely_a = stats.binom.pmf(x_a[:, 0], n_a, p)
        return float(likely_a @ extreme @ stats.binom.pmf(x_b[0], n_b, p))

    grid = np.linspace(0, 1, _BARNARD_GRID)
    sizes = np.einsum(
        "gi,ij,gj->g",
        stats.binom.pmf(x_a[:, 0], n_a, grid[:, None]),
        extreme.astype(float),
        stats.binom.pmf(x_b[0], n_b, grid[:, None]),
        optimize=True,
    )
    best = int(np.argmax(sizes))
    bounds = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    peak = minimize_scalar(lambda p: -size(p), bounds=bounds, method="bounded")
    return min(max(float(sizes[best]), -float(peak.fun)), 1.0)


def _conditional_distribution(
    events_a: int, n_a: int, events_b: int, n_b: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the values `events_a` may take with all margins fixed, and their log weights."""
    total = events_a + events_b
    support = np.arange(max(0, total - n_b), min(n_a, total) + 1)
    log_weight = -(
        gammaln(support + 1.0)
        + gammaln(n_a - support + 1.0)
        + gammaln(total - support + 1.0)
        + gammaln(n_b - total + support + 1.0)
    )
    return support, log_weight


def _probabilities(
    support: NDArray[np.int64], log_weight: NDArray[np.float64], log_odds: float
) -> NDArray[np.float64]:
    """Return Fisher's noncentral hypergeometric probabilities over `support`."""
    exponent = log_weight + support * log_odds
    probabilities: NDArray[np.float64] = np.exp(exponent - logsumexp(exponent))
    return probabilities


def _root_of_increasing(function: Callable[[float], float]) -> float:
    """Return exp of the root of an increasing function of the log odds ratio."""
    low, high = -1.0, 1.0
    while function(low) > 0:
        low *= 2
    while function(high) < 0:
        high *= 2
    return float(np.exp(brentq(function, low, high, xtol=_LOG_ODDS_TOLERANCE)))
