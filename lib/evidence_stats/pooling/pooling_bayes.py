"""Bayesian pooling of response counts on a grid: binomial within studies, normal logits between.

Flat prior on mu, half-normal prior on tau (Roever and others 2021, Res Synth Methods 12:448). The
posterior is smooth in mu, and even in tau, so that equal steps over both integrate it nearly to
double precision; there are no random numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq
from scipy.special import logit, ndtr

from evidence_stats.normal import require_level
from evidence_stats.pooling.binomial_likelihoods import BinomialNormal, Floats
from evidence_stats.pooling.inverse_variance import require_studies

CONVENTIONS: dict[str, str] = {
    "flat_mu_half_normal_tau": (
        "Flat prior on the mean logit and half-normal prior on tau; the value is the posterior "
        "median and the interval equal-tailed, where bayesmeta offers the shortest one."
    ),
}

# Grid: mu spans this many posterior standard deviations, tau this many prior scales; the mass
# beyond is below 1e-10. Doubling either number of points moves no quantile by 1e-7.
_MU_POINTS, _MU_REACH = 161, 12.0
_TAU_POINTS, _TAU_REACH = 121, 6.5
# Gauss-Hermite points per study: 21 adaptive ones move no quantile by 1e-7.
_HERMITE_POINTS = 21
# Times that the range of mu is fitted to the posterior found on the last one.
_REFITS = 3


@dataclass(frozen=True, slots=True)
class BayesPooled:
    """Posterior medians and equal-tailed limits of coverage `level`.

    Attributes
    ----------
    mu, low, high : float
        Log odds of response in the median study.
    se : float
        Posterior standard deviation of mu.
    tau, tau_low, tau_high : float
        Standard deviation of the logits between studies.
    prediction_low, prediction_high : float
        Log odds of response in a new study: the posterior predictive interval.
    tau_prior_scale, level : float
        As asked for.

    Examples
    --------
    >>> round(pool_bayes([10, 14, 6], [40, 40, 18]).tau, 2)
    0.23
    """

    mu: float
    low: float
    high: float
    se: float
    tau: float
    tau_low: float
    tau_high: float
    prediction_low: float
    prediction_high: float
    tau_prior_scale: float
    level: float


def pool_bayes(
    events: Sequence[int], n: Sequence[int], *, tau_prior_scale: float = 0.5, level: float = 0.95
) -> BayesPooled:
    """Return the posterior of the pooled log odds, of tau, and of a new study.

    Parameters
    ----------
    events, n : sequence of int
        People with a response and all people, one pair per study. One study alone is allowed:
        tau then is the prior's.
    tau_prior_scale : float
        Scale of the half-normal prior of tau on the logit scale, above 0.
    level : float
        Coverage of the intervals.

    Returns
    -------
    BayesPooled
        On the scale of log odds.

    Raises
    ------
    ValueError
        For impossible counts and options, and where no study, or everybody in every study, has a
        response: under a flat prior the posterior is then improper.

    Examples
    --------
    >>> found = pool_bayes([10, 14, 6], [40, 40, 18])
    >>> round(found.mu, 2), round(found.low, 2), round(found.high, 2)
    (-0.83, -1.45, -0.22)
    """
    require_studies(events, n)
    require_level(level)
    if not (np.isfinite(tau_prior_scale) and tau_prior_scale > 0):
        raise ValueError(f"tau_prior_scale must be above 0; got {tau_prior_scale}")
    total, people = sum(events), sum(n)
    if total in (0, people):
        raise ValueError(
            "a flat prior gives no posterior where no study, or everybody in every study, has a "
            f"response; got {total} of {people}. Use model='reml'"
        )
    mu, tau, mass = _posterior(events, n, tau_prior_scale)
    tail = (1 - level) / 2
    points = (0.5, tail, 1 - tail)
    centre, low, high = _quantiles(mu, mass.sum(1), points)
    # The density at tau = 0 is twice the mass that the integration gives its half step.
    tau_centre, tau_low, tau_high = _quantiles(tau, mass.sum(0) * (1 + (tau == 0)), points)
    mean = float(mass.sum(1) @ mu)
    return BayesPooled(
        mu=centre,
        low=low,
        high=high,
        se=float(mass.sum(1) @ (mu - mean) ** 2) ** 0.5,
        tau=tau_centre,
        tau_low=tau_low,
        tau_high=tau_high,
        prediction_low=_predictive_quantile(mu, tau, mass, tail),
        prediction_high=_predictive_quantile(mu, tau, mass, 1 - tail),
        tau_prior_scale=tau_prior_scale,
        level=level,
    )


def _posterior(
    events: Sequence[int], n: Sequence[int], scale: float
) -> tuple[Floats, Floats, Floats]:
    """Return the grids of mu and tau, and the posterior mass, shape (mu, tau), summing to 1."""
    model = BinomialNormal(events, n, points=_HERMITE_POINTS)
    tau = np.linspace(0.0, _TAU_REACH * scale, _TAU_POINTS)
    log_prior = -((tau / scale) ** 2) / 2
    # An even function over the whole line: its centre counts half on this half.
    log_prior[0] -= np.log(2)
    total, people = sum(events), sum(n)
    centre = float(logit(total / people))
    spread = (1 / total + 1 / (people - total) + scale**2 / len(events)) ** 0.5
    for _ in range(_REFITS):
        mu = centre + spread * np.linspace(-_MU_REACH, _MU_REACH, _MU_POINTS)
        log_mass = model.log_likelihood(mu[:, None], tau[None, :]) + log_prior
        mass = np.exp(log_mass - log_mass.max())
        mass /= mass.sum()
        marginal = mass.sum(1)
        centre = float(marginal @ mu)
        found = float(marginal @ (mu - centre) ** 2) ** 0.5
        if 0.7 < found / spread < 1.1:
            break
        spread = found
    return mu, tau, mass


def _quantiles(grid: Floats, mass: Floats, probabilities: Sequence[float]) -> tuple[float, ...]:
    """Return quantiles of a density known at equal steps, by integrating its cubic spline."""
    cumulative = CubicSpline(grid, mass).antiderivative()
    start, total = cumulative(grid[0]), cumulative(grid[-1]) - cumulative(grid[0])
    return tuple(
        float(
            brentq(
                lambda x, share=share: (cumulative(x) - start) / total - share,
                grid[0],
                grid[-1],
                xtol=1e-12,
            )
        )
        for share in probabilities
    )


def _predictive_quantile(mu: Floats, tau: Floats, mass: Floats, probability: float) -> float:
    """Return a quantile of mu + tau Z over the posterior.

    Over Z by Gauss-Hermite where tau is below two steps of mu, and over mu otherwise: each way
    integrates the smoother of the two functions.
    """
    small = tau < 2 * (mu[1] - mu[0])
    cumulative = CubicSpline(mu, mass[:, small]).antiderivative()
    scale = mass[:, small].sum(0) / (cumulative(mu[-1]) - cumulative(mu[0]))
    nodes, weights = np.polynomial.hermite_e.hermegauss(31)
    columns = np.arange(int(small.sum()))

    def excess(value: float) -> float:
        points = np.clip(value - np.outer(tau[small], nodes), mu[0], mu[-1])
        below = cumulative(points)[columns, :, columns] - cumulative(mu[0])[:, None]
        near = float(scale @ below @ weights) / float(weights.sum())
        far = float((mass[:, ~small] * ndtr((value - mu[:, None]) / tau[~small])).sum())
        return near + far - probability

    reach = 10 * float(tau[-1])
    return float(brentq(excess, mu[0] - reach, mu[-1] + reach, xtol=1e-10))
