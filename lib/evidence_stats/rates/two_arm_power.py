"""Power of a two-arm trial with a yes-or-no outcome, by enumeration of every result.

Nothing is approximated: all (n_a + 1)(n_b + 1) possible tables are tested, and the probabilities
of those that reject are summed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gammaln
from scipy.stats import binom, chi2

from evidence_stats.normal import quantile, require_level
from evidence_stats.rates.proportions import require_choice

PowerTest = Literal["fisher", "chi_squared"]

# Tables within this relative distance of the observed one's probability count as equally likely;
# it is the relErr of R's fisher.test, without which rounding decides ties.
_TIE_TOLERANCE = 1e-7
# P values this close to alpha count as equal to it: 1/1 v 0/19 has P = 1/20 exactly, and rounding
# must not decide whether it rejects at 0.05.
_ROUNDING = 1e-9
# Enough region tables for one page's curves; each is (n_a + 1)(n_b + 1) bytes.
_CACHED_REGIONS = 32


def power_two_proportions(
    p_a: float,
    p_b: float,
    n_a: int,
    n_b: int,
    *,
    test: PowerTest = "fisher",
    alpha: float = 0.05,
) -> float:
    """Return the exact probability, 0 to 1, that a two-sided test rejects equality.

    Parameters
    ----------
    p_a, p_b : float
        True proportions of the arms, 0 to 1.
    n_a, n_b : int
        People in each arm, at least 1.
    test : str
        fisher (probability-ordered) or chi_squared (Pearson without correction).
    alpha : float
        Level of the two-sided test; a P value equal to it rejects.

    Returns
    -------
    float
        A probability, 0 to 1.

    Raises
    ------
    ValueError
        For proportions outside [0, 1], arms below 1, alpha outside (0, 1) or an unknown test.

    Examples
    --------
    >>> round(power_two_proportions(0.3, 0.5, 40, 40), 3)
    0.368
    """
    for name, value in (("p_a", p_a), ("p_b", p_b)):
        if not 0 <= value <= 1:
            raise ValueError(f"{name} must be between 0 and 1; got {value}")
    rejects = _rejection_region(*_checked(n_a, n_b), _known(test), _checked_alpha(alpha))
    likely_a = binom.pmf(np.arange(n_a + 1), n_a, p_a)
    likely_b = binom.pmf(np.arange(n_b + 1), n_b, p_b)
    return float(likely_a @ rejects @ likely_b)


def detectable_proportion(
    p_reference: float,
    n_a: int,
    n_b: int,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    test: PowerTest = "fisher",
) -> float:
    """Return the smallest proportion of arm a above arm b's that is found with `power`.

    Parameters
    ----------
    p_reference : float
        True proportion of arm b, at least 0 and below 1.
    n_a, n_b : int
        People in each arm, at least 1.
    power : float
        Wanted probability of rejection, above the test's size at `p_reference` and below 1.
    alpha, test
        As in `power_two_proportions`.

    Returns
    -------
    float
        A proportion between `p_reference` and 1.

    Raises
    ------
    ValueError
        Where not even a proportion of 1 reaches `power`, or where `power` does not exceed the
        size of the test; and as `power_two_proportions` does.

    Examples
    --------
    >>> round(detectable_proportion(0.3, 40, 40), 3)
    0.626
    """
    require_level(power)

    def shortfall(p_a: float) -> float:
        return power_two_proportions(p_a, p_reference, n_a, n_b, test=test, alpha=alpha) - power

    if shortfall(p_reference) >= 0:
        raise ValueError(f"power must exceed the size of the test; got {power}")
    if shortfall(1.0) < 0:
        raise ValueError(
            f"no proportion above {p_reference} is found with power {power} "
            f"by {n_a} and {n_b} people"
        )
    return float(brentq(shortfall, p_reference, 1.0, xtol=1e-12))


def patients_per_arm(p_a: float, p_b: float, *, power: float = 0.8, alpha: float = 0.05) -> float:
    """Return the patients per arm that a two-sided comparison of two proportions needs.

    Parameters
    ----------
    p_a, p_b : float
        True proportions, strictly between 0 and 1.
    power, alpha : float
        Power, and two-sided level of the test.

    Returns
    -------
    float
        Not rounded up. n = (z_alpha/2 + z_beta)^2 (p_a q_a + p_b q_b) / (p_a - p_b)^2
        (Fleiss, Levin & Paik 2003, Statistical Methods for Rates and Proportions, chapter 4,
        without continuity correction).

    Raises
    ------
    ValueError
        Where the proportions are equal or not between 0 and 1, or alpha or power is not.

    Examples
    --------
    >>> round(patients_per_arm(0.3, 0.5))
    90
    """
    for name, value in (("p_a", p_a), ("p_b", p_b), ("power", power)):
        if not 0 < value < 1:
            raise ValueError(f"{name} must be between 0 and 1; got {value}")
    if abs(p_a - p_b) < 1e-100:
        raise ValueError(f"p_a and p_b must differ; got {p_a} and {p_b}")
    z = quantile(1 - _checked_alpha(alpha) / 2) + quantile(power)
    return float(z**2 * (p_a * (1 - p_a) + p_b * (1 - p_b)) / (p_a - p_b) ** 2)


@lru_cache(maxsize=_CACHED_REGIONS)
def _rejection_region(n_a: int, n_b: int, test: PowerTest, alpha: float) -> NDArray[np.bool_]:
    """Return which tables reject: rows are events of arm a, columns events of arm b."""
    p_values = _fisher_p_values(n_a, n_b) if test == "fisher" else _pearson_p_values(n_a, n_b)
    return np.asarray(p_values <= alpha * (1 + _ROUNDING))


def _fisher_p_values(n_a: int, n_b: int) -> NDArray[np.float64]:
    """Return Fisher's two-sided P value of every table, one total of events at a time."""
    p_values = np.ones((n_a + 1, n_b + 1))
    weight_a, weight_b = _log_choices(n_a), _log_choices(n_b)
    for total in range(1, n_a + n_b):
        x_a = np.arange(max(0, total - n_b), min(n_a, total) + 1)
        log_weight = weight_a[x_a] + weight_b[total - x_a]
        weight = np.exp(log_weight - log_weight.max())
        rising = np.sort(weight)
        as_unlikely = np.searchsorted(rising, weight * (1 + _TIE_TOLERANCE), side="right")
        p_values[x_a, total - x_a] = np.cumsum(rising)[as_unlikely - 1] / rising.sum()
    return p_values


def _pearson_p_values(n_a: int, n_b: int) -> NDArray[np.float64]:
    """Return Pearson's P value of every table; 1 where nobody or everybody had the event."""
    x_a, x_b = np.arange(n_a + 1)[:, None], np.arange(n_b + 1)[None, :]
    pooled = (x_a + x_b) / (n_a + n_b)
    variance = pooled * (1 - pooled) * (1 / n_a + 1 / n_b)
    squared = np.square(x_a / n_a - x_b / n_b)
    statistic = np.divide(squared, variance, out=np.zeros_like(variance), where=variance > 0)
    return np.asarray(chi2.sf(statistic, 1), dtype=float)


def _log_choices(n: int) -> NDArray[np.float64]:
    """Return the logarithms of the binomial coefficients n over 0..n."""
    x = np.arange(n + 1.0)
    return np.asarray(gammaln(n + 1.0) - gammaln(x + 1.0) - gammaln(n - x + 1.0), dtype=float)


def _checked(n_a: int, n_b: int) -> tuple[int, int]:
    """Return both sizes as int, or raise ValueError where one is below 1."""
    for name, value in (("n_a", n_a), ("n_b", n_b)):
        if value != int(value) or value < 1:
            raise ValueError(f"{name} must be a whole number of at least 1; got {value}")
    return int(n_a), int(n_b)


def _known(test: PowerTest) -> PowerTest:
    """Return `test`, or raise ValueError where it is not one that can be enumerated."""
    require_choice("test", test, get_args(PowerTest))
    return test


def _checked_alpha(alpha: float) -> float:
    """Return `alpha`, or raise ValueError where it lies outside (0, 1)."""
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must be between 0 and 1, both excluded; got {alpha}")
    return float(alpha)
