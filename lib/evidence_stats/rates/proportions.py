"""One response rate with its interval; the rules for counts; the ledger of conventions.

Counts go in as whole numbers, `evidence_stats.estimates.Estimate` comes out. Two arms are
compared in `two_proportions`.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint

from evidence_stats.estimates import Estimate
from evidence_stats.normal import require_level

ProportionMethod = Literal["clopper_pearson", "wilson", "jeffreys", "agresti_coull", "midp"]

# Keyed as in `Estimate.conventions`; the tests of `two_proportions.equality_p` too.
CONVENTIONS: dict[str, str] = {
    "clopper_pearson": (
        "Exact interval by two one-sided binomial tests: R binom.test, SAS EXACT and statsmodels "
        "'beta' agree; it covers at least the stated level, usually more."
    ),
    "wilson": (
        "Score interval without continuity correction: R prop.test needs correct=FALSE for it, "
        "SAS WILSON and statsmodels 'wilson' give it by default."
    ),
    "jeffreys": (
        "Equal-tailed Beta(1/2, 1/2) interval whose lower limit is set to 0 at no events and whose "
        "upper limit is set to 1 at all events (Brown, Cai and DasGupta 2001); plain qbeta in R "
        "and statsmodels do not do so and leave the observed 0 outside."
    ),
    "agresti_coull": (
        "Limits are cut at 0 and 1, as SAS and statsmodels do; the formula, and R's binom package, "
        "can give limits below 0 or above 1."
    ),
    "midp": (
        "Exact interval that counts half of the observed outcome; neither R's base functions nor "
        "statsmodels offer it, SAS does."
    ),
    "miettinen_nurminen": (
        "Score interval with the N/(N - 1) variance factor: SAS RISKDIFF(CL=MN) and R ratesci; "
        "statsmodels' score difference is not it (issue 10269)."
    ),
    "mee": "Score interval without the N/(N - 1) factor: SAS RISKDIFF(CL=MN(CORRECT=NO)).",
    "newcombe": (
        "Newcombe's square-and-add interval from two Wilson intervals without continuity "
        "correction; SAS and Epi::ci.pd(method='Nc') agree."
    ),
    "wald_difference": (
        "Unpooled Wald interval cut at -1 and 1; it has no width where both arms are at 0 or 1."
    ),
    "katz": (
        "Normal interval on the log risk ratio, no 0.5 added: with no event in arm a it is open "
        "above, where epitools gives not-a-number and Cochrane software adds 0.5 to every cell."
    ),
    "koopman": "Score interval of the risk ratio without the N/(N - 1) factor, which SAS adds.",
    "woolf": (
        "Normal interval on the log of ad/bc, no 0.5 added: with an empty cell it is open on one "
        "side, where many programs add 0.5 to every cell."
    ),
    "conditional_exact": (
        "The estimate is the conditional maximum likelihood odds ratio, not ad/bc; R's fisher.test "
        "solves it and its limits to about 1e-5, ours to 1e-13."
    ),
    "odds_ratio_midp": (
        "Median unbiased estimate with mid-P limits, as epitools::oddsratio.midp gives; the "
        "estimate is neither ad/bc nor the conditional maximum likelihood one."
    ),
    "boschloo_two_sided": (
        "Twice the smaller one-sided P value, at most 1, as SciPy does; R's Exact package orders "
        "the tables by the two-sided Fisher P value instead, which can differ."
    ),
    "barnard_pooled": (
        "Barnard's unconditional test with the pooled score statistic, two-sided by its absolute "
        "value; the unpooled statistic gives other P values, and SciPy's loses tied tables."
    ),
    "fisher_two_sided": (
        "Sum over all tables no more probable than the observed one, as R, SAS and SciPy do; "
        "doubling the one-sided P value gives a larger number."
    ),
    "fisher_midp_two_sided": (
        "Twice the smaller one-sided mid-P value, as epitools does; SAS subtracts half of the "
        "observed table's probability from the two-sided Fisher P value instead."
    ),
    "chi_squared": "Pearson's test without continuity correction; R's chisq.test corrects.",
    "yates": "Pearson's test with Yates's correction, never by more than |O - E|, as R does.",
    "likelihood_ratio": "G test without continuity correction; SciPy corrects unless told not to.",
}


def require_counts(events: int, n: int, *, arm: str = "") -> None:
    """Raise ValueError unless `events` and `n` are whole numbers with 0 <= events <= n, n >= 1.

    Parameters
    ----------
    arm : str
        Added to the names in the message: "_a" gives "events_a" and "n_a".
    """
    for name, value in ((f"events{arm}", events), (f"n{arm}", n)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise ValueError(f"{name} must be a whole number; got {value!r}")
    if n < 1:
        raise ValueError(f"n{arm} must be at least 1; got {n}")
    if not 0 <= events <= n:
        raise ValueError(
            f"events{arm} must be between 0 and n{arm}; got events{arm}={events}, n{arm}={n}"
        )


def require_choice(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """Raise ValueError unless `value` is one of `allowed`, which the message lists."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}; got {value!r}")


def proportion_limits(
    events: ArrayLike,
    n: ArrayLike,
    *,
    method: ProportionMethod = "clopper_pearson",
    level: float = 0.95,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return lower and upper limits, 0 to 1, for arrays of checked counts.

    Clopper and Pearson (1934), Biometrika 26:404; Wilson (1927), JASA 22:209; Jeffreys and
    Agresti-Coull as in Brown, Cai and DasGupta (2001), Stat Sci 16:101; mid-P as in Berry and
    Armitage (1995), Statistician 44:417.

    Parameters
    ----------
    events, n : array_like of int
        People with the event, and all people; checked already.
    method : str
        clopper_pearson, wilson, jeffreys, agresti_coull or midp.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    tuple of ndarray
        Lower and upper limits, 0 to 1.

    Examples
    --------
    >>> low, high = proportion_limits([12, 10], [40, 40])
    >>> low.round(3), high.round(3)
    (array([0.166, 0.127]), array([0.465, 0.412]))
    """
    require_choice("method", method, get_args(ProportionMethod))
    require_level(level)
    shape = np.broadcast_shapes(np.shape(events), np.shape(n))
    x = np.broadcast_to(np.asarray(events, dtype=float), shape).copy()
    size = np.broadcast_to(np.asarray(n, dtype=float), shape).copy()
    if method == "midp":
        pairs = [
            _midp_limits(int(i), int(j), level) for i, j in zip(x.flat, size.flat, strict=True)
        ]
        low, high = np.array(pairs).reshape((*x.shape, 2)).T
        return low.T, high.T
    name = "beta" if method == "clopper_pearson" else method
    low, high = (np.asarray(a, float) for a in proportion_confint(x, size, 1 - level, name))
    if method == "jeffreys":
        low, high = np.where(x == 0, 0.0, low), np.where(x == size, 1.0, high)
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def proportion(
    events: int, n: int, *, method: ProportionMethod = "clopper_pearson", level: float = 0.95
) -> Estimate:
    """Return events/n with a confidence interval.

    Parameters
    ----------
    events, n : int
        People with the event, and all people.
    method : str
        clopper_pearson, wilson, jeffreys, agresti_coull or midp; see `proportion_limits`.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    Estimate
        unit "proportion", 0 to 1. The interval always contains the estimate.

    Raises
    ------
    ValueError
        For impossible counts, an unknown method or a level outside (0, 1).

    References
    ----------
    Those of `proportion_limits`.

    Examples
    --------
    >>> proportion(12, 40)
    30% (95% CI 16.56 to 46.53)
    >>> round(proportion(12, 40, method="wilson").low, 3)
    0.181
    """
    require_counts(events, n)
    low, high = proportion_limits(events, n, method=method, level=level)
    value = events / n
    return Estimate(
        value=value,
        # statsmodels leaves the limits at 0/n and n/n about 1e-17 off.
        low=min(float(low), value),
        high=max(float(high), value),
        level=level,
        kind="confidence",
        unit="proportion",
        n=n,
        events=events,
        method=_METHOD_NAMES[method],
        conventions=(method,),
    )


_METHOD_NAMES: dict[str, str] = {
    "clopper_pearson": "Clopper-Pearson exact interval",
    "wilson": "Wilson score interval",
    "jeffreys": "Jeffreys interval",
    "agresti_coull": "Agresti-Coull interval",
    "midp": "mid-P exact interval",
}


def _midp_limits(events: int, n: int, level: float) -> tuple[float, float]:
    """Return the limits at which half of the observed outcome's probability is counted."""
    tail = (1 - level) / 2

    def upper_tail(p: float) -> float:
        return float(binom.sf(events, n, p) + binom.pmf(events, n, p) / 2)

    low = 0.0 if events == 0 else brentq(lambda p: upper_tail(p) - tail, 0, 1, xtol=1e-14)
    high = 1.0 if events == n else brentq(lambda p: upper_tail(p) - 1 + tail, 0, 1, xtol=1e-14)
    return float(low), float(high)
