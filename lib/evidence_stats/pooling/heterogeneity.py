"""Between-study variance (tau2) of a meta-analysis or meta-regression, many designs at once.

Arrays carry a leading axis of designs, so that a permutation test refits every order in one pass:
`y` and `v` have shape (k,), `design` has shape (designs, k, p), results have shape (designs, ...).
All equations are those of Viechtbauer (2005), J Educ Behav Stat 30:261, and of metafor's `rma`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

Floats = NDArray[np.float64]
PoolModel = Literal["reml", "dl", "pm", "ml", "common"]
Adjust = Literal["hksj", "hksj_at_least_z", "z"]

# Bisections of a bracket; 60 exhaust the 53 bits of a double.
_BISECTIONS = 60
# Points at which a likelihood is scanned for its highest peak before bisection, because REML and
# ML likelihoods of tau2 may have two peaks; the smallest is this fraction of the upper bound.
_SCAN_POINTS, _SCAN_SMALLEST = 24, 1e-6


@dataclass(frozen=True, slots=True)
class WeightedFit:
    """Weighted least squares of every design: coefficients, their covariance, and sums of it.

    Attributes
    ----------
    coefficients, covariance : ndarray
        Shapes (designs, p) and (designs, p, p); the covariance takes the weights as known.
    q : ndarray
        Weighted residual sum of squares.
    weights : ndarray
        The weights, shape (designs, k).
    trace : ndarray
        Trace of P = W - WX(X'WX)^-1 X'W.
    squared : ndarray
        y'PPy, the sum of squared weighted residuals.
    """

    coefficients: Floats
    covariance: Floats
    q: Floats
    weights: Floats
    trace: Floats
    squared: Floats


def weighted_fit(y: Floats, variance: Floats, design: Floats) -> WeightedFit:
    """Return least squares with weights 1/`variance`, shape (designs, k) or (k,)."""
    weights = np.broadcast_to(1 / variance, design.shape[:2])
    weighted = design * weights[:, :, None]
    covariance = np.asarray(np.linalg.inv(np.swapaxes(weighted, 1, 2) @ design), dtype=float)
    coefficients = np.einsum("bpq,bkq,k->bp", covariance, weighted, y)
    weighted_residual = weights * (y - np.einsum("bkp,bp->bk", design, coefficients))
    trace = weights.sum(1) - np.einsum("bpq,bkp,bkq->b", covariance, weighted, weighted)
    return WeightedFit(
        coefficients,
        covariance,
        np.sum(weighted_residual**2 / weights, axis=1),
        weights,
        trace,
        np.sum(weighted_residual**2, axis=1),
    )


def estimate_tau2(y: Floats, v: Floats, design: Floats, model: PoolModel) -> Floats:
    """Return tau2 of every design, 0 or above; 0 for the common-effect model.

    dl: DerSimonian and Laird (1986); pm: Paule and Mandel (1982); reml and ml: the highest peak
    of the restricted or full likelihood. `k` must exceed the number of coefficients.
    """
    designs, k, p = design.shape
    if model == "common":
        return np.zeros(designs)
    fit = weighted_fit(y, v, design)
    if model == "dl":
        return np.asarray(np.maximum((fit.q - (k - p)) / fit.trace, 0.0), dtype=float)
    flat = weighted_fit(y, np.ones(k), design)
    # Above this bound no likelihood peaks and Q lies below its degrees of freedom.
    upper = np.maximum(v.max(), 2 * flat.q / (k - p))
    if model == "pm":
        return _bisect(lambda t: _q(y, v, design, t) - (k - p), np.zeros(designs), upper)
    low, high = _bracket_peak(y, v, design, upper, model)
    return _bisect(lambda t: _score(y, v, design, t, model), low, high)


def q_profile(y: Floats, v: Floats, design: Floats, level: float) -> tuple[float, float]:
    """Return the Q-profile limits of tau2 of the first design: Viechtbauer (2007).

    Stat Med 26:37. A limit is 0 where even tau2 = 0 gives too small a Q; if that holds for the
    upper limit too, the interval is (0, 0): the studies agree better than chance allows.
    """
    one = design[:1]
    df = one.shape[1] - one.shape[2]

    def solve(quantile: float) -> float:
        high = np.array([v.max()])
        while _q(y, v, one, high)[0] > quantile:
            high = high * 4
        return float(_bisect(lambda t: _q(y, v, one, t) - quantile, np.zeros(1), high)[0])

    return solve(float(chi2.ppf((1 + level) / 2, df))), solve(float(chi2.ppf((1 - level) / 2, df)))


def variance_factor(fit: WeightedFit, df: int, adjust: Adjust) -> Floats:
    """Return the factor of the covariance: 1 for z, else Hartung and Knapp's weighted spread."""
    if adjust == "z":
        return np.ones_like(fit.q)
    factor = fit.q / df
    return np.asarray(np.maximum(factor, 1.0) if adjust == "hksj_at_least_z" else factor)


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Heterogeneity besides tau2 itself; attributes as in `inverse_variance.Pooled`."""

    tau2_interval: tuple[float, float]
    q: float
    i2: float
    i2_interval: tuple[float, float]
    h2: float
    r2: float | None


def describe_heterogeneity(
    y: Floats, v: Floats, design: Floats, tau2: float, model: PoolModel, level: float
) -> Heterogeneity:
    """Return Q, its profile interval, I2, H2, and R2 against the model without moderators."""
    k, p = design.shape[1:]
    common = weighted_fit(y, v, design)
    q, typical = float(common.q[0]), (k - p) / float(common.trace[0])
    low, high = q_profile(y, v, design, level)
    if model == "common":
        i2, h2 = max(0.0, 1 - (k - p) / q) if q > 0 else 0.0, q / (k - p)
    else:
        i2, h2 = tau2 / (typical + tau2), tau2 / typical + 1
    r2 = None
    if p > 1:
        without = float(estimate_tau2(y, v, design[:, :, :1], model)[0])
        r2 = max(0.0, 1 - tau2 / without) if without > 0 else None
    limits = (low / (typical + low), high / (typical + high))
    return Heterogeneity((low, high), q, i2, limits, h2, r2)


def _q(y: Floats, v: Floats, design: Floats, tau2: Floats) -> Floats:
    """Return Q with weights 1/(v + tau2); it falls as tau2 rises."""
    return weighted_fit(y, v + tau2[:, None], design).q


def _score(y: Floats, v: Floats, design: Floats, tau2: Floats, model: PoolModel) -> Floats:
    """Return twice the derivative of the (restricted) log-likelihood in tau2."""
    fit = weighted_fit(y, v + tau2[:, None], design)
    return fit.squared - (fit.trace if model == "reml" else fit.weights.sum(1))


def _log_likelihood(y: Floats, v: Floats, design: Floats, tau2: Floats, model: PoolModel) -> Floats:
    """Return twice the (restricted) log-likelihood at its best coefficients, without constants."""
    fit = weighted_fit(y, v + tau2[:, None], design)
    value = np.log(fit.weights).sum(1) - fit.q
    if model == "reml":
        value = value + np.linalg.slogdet(fit.covariance)[1]
    return np.asarray(value)


def _bracket_peak(
    y: Floats, v: Floats, design: Floats, upper: Floats, model: PoolModel
) -> tuple[Floats, Floats]:
    """Return the scan points on either side of the highest likelihood found."""
    fractions = np.concatenate([[0.0], np.geomspace(_SCAN_SMALLEST, 1.0, _SCAN_POINTS)])
    heights = [_log_likelihood(y, v, design, f * upper, model) for f in fractions]
    best = np.argmax(heights, axis=0)
    low = fractions[np.maximum(best - 1, 0)] * upper
    return low, fractions[np.minimum(best + 1, _SCAN_POINTS)] * upper


def _bisect(function: Callable[[Floats], Floats], low: Floats, high: Floats) -> Floats:
    """Return where each falling function crosses 0; `low` where it starts at or below 0."""
    lower, upper = low.copy(), high.copy()
    start = function(lower)
    for _ in range(_BISECTIONS):
        middle = (lower + upper) / 2
        positive = function(middle) > 0
        lower, upper = np.where(positive, middle, lower), np.where(positive, upper, middle)
    return np.where(start <= 0, low, (lower + upper) / 2)
