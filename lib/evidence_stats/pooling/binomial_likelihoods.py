"""Likelihoods of response counts under two models of heterogeneity, with their derivatives.

Both are functions of mu (log odds) and of one measure of heterogeneity that is 0 without any:
tau, the standard deviation of the logits, or rho, the correlation between patients of a study.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, gammaln, log_expit, logsumexp

Floats = NDArray[np.float64]

# Gauss-Hermite points. Against a sum over 2.8 million points the log-likelihood of 18 studies with
# empty cells at tau = 2 is off by 7e-6 with 25 points (lme4's most), 6e-8 with 41, 2e-11 with 81.
HERMITE_POINTS = 81
# Newton steps to the mode of one study's integrand; about 6 are needed from the start chosen.
_MODE_STEPS = 60
# Heterogeneity scanned for the highest likelihood. tau = 8 spans odds of 1 to 3000 between
# studies: a likelihood that still rises there has no maximum.
_TAU_GRID = np.concatenate([[0.0], np.geomspace(1e-3, 8.0, 32)])
_RHO_GRID = np.concatenate([[0.0], np.geomspace(1e-6, 0.5, 24), np.linspace(0.6, 0.999, 9)])


class CountLikelihood(Protocol):
    """What `pooling_exact` needs of a model."""

    events: NDArray[np.int64]
    n: NDArray[np.int64]
    grid: Floats

    def log_likelihood(self, mu: ArrayLike, spread: ArrayLike) -> Floats:
        """Return the log-likelihood with all constants, broadcast over both parameters."""

    def derivatives(self, mu: ArrayLike, spread: ArrayLike) -> tuple[Floats, Floats]:
        """Return first and second derivatives in (mu, spread), those on the first axes."""

    def mean_proportion(self, mu: float, spread: float) -> float:
        """Return the mean over studies of the response proportion, 0 to 1."""


def log_choices(events: NDArray[np.int64], n: NDArray[np.int64]) -> Floats:
    """Return the logarithms of the binomial coefficients."""
    return np.asarray(gammaln(n + 1.0) - gammaln(events + 1.0) - gammaln(n - events + 1.0))


class BinomialNormal:
    """Binomial counts whose logits are normal between studies, integrated study by study.

    Adaptive Gauss-Hermite quadrature (Liu and Pierce 1994, Biometrika 81:624): the points of each
    study are centred at, and scaled by the curvature of, its own integrand.
    """

    grid = _TAU_GRID

    def __init__(
        self, events: Sequence[int], n: Sequence[int], *, points: int = HERMITE_POINTS
    ) -> None:
        self.events = np.asarray(events, dtype=np.int64)
        self.n = np.asarray(n, dtype=np.int64)
        self._constant = log_choices(self.events, self.n)
        self._nodes, weights = np.polynomial.hermite.hermgauss(points)
        self._log_weights = np.log(weights) + self._nodes**2

    def study_log_likelihoods(self, mu: ArrayLike, spread: ArrayLike) -> Floats:
        """Return log-likelihoods with a last axis of studies, broadcast over mu and tau."""
        return self._integrate(*np.broadcast_arrays(mu, spread))[0]

    def log_likelihood(self, mu: ArrayLike, spread: ArrayLike) -> Floats:
        """Return the log-likelihood; `spread` is tau."""
        return np.asarray(self.study_log_likelihoods(mu, spread).sum(-1))

    def derivatives(self, mu: ArrayLike, spread: ArrayLike) -> tuple[Floats, Floats]:
        """Return first and second derivatives in (mu, tau), by Louis's identity (1982)."""
        mu, spread = np.broadcast_arrays(np.asarray(mu, float), np.asarray(spread, float))
        _, z, posterior = self._integrate(mu, spread)
        response = expit(mu[..., None, None] + spread[..., None, None] * z)
        residual = self.events[:, None] - self.n[:, None] * response
        curvature = self.n[:, None] * response * (1 - response)

        def mean(values: Floats) -> Floats:
            return np.asarray((posterior * values).sum(-1))

        first = np.array([mean(residual), mean(residual * z)])
        second = np.empty((2, 2, *mu.shape))
        for i, j in ((0, 0), (0, 1), (1, 1)):
            power = z ** (i + j)
            louis = mean((residual**2 - curvature) * power) - first[i] * first[j]
            second[i, j] = second[j, i] = louis.sum(-1)
        return first.sum(-1), second

    def mean_proportion(self, mu: float, spread: float) -> float:
        """Return E[expit(mu + tau Z)] for a standard normal Z, to about 1e-8 for tau up to 2."""
        weights = np.exp(self._log_weights - self._nodes**2) / np.sqrt(np.pi)
        return float(weights @ expit(mu + spread * np.sqrt(2) * self._nodes))

    def _integrate(self, mu: Floats, tau: Floats) -> tuple[Floats, Floats, Floats]:
        """Return log-likelihoods, and z with its posterior weights on a last axis of points."""
        mu, tau = np.asarray(mu, float)[..., None], np.asarray(tau, float)[..., None]
        mode, scale = self._modes(mu, tau)
        z = mode[..., None] + np.sqrt(2) * scale[..., None] * self._nodes
        linear = mu[..., None] + tau[..., None] * z
        x, misses = self.events[:, None], (self.n - self.events)[:, None]
        log_integrand = x * log_expit(linear) + misses * log_expit(-linear) - z**2 / 2
        log_terms = log_integrand + self._log_weights
        total = logsumexp(log_terms, axis=-1)
        posterior = np.exp(log_terms - total[..., None])
        value = self._constant + total + np.log(scale) - np.log(np.pi) / 2
        return np.asarray(value), np.asarray(z), np.asarray(posterior)

    def _modes(self, mu: Floats, tau: Floats) -> tuple[Floats, Floats]:
        """Return where each study's integrand peaks in z, and its normal scale there."""
        smoothed = (self.events + 0.5) / (self.n + 1.0)
        information = self.n * smoothed * (1 - smoothed)
        log_odds = np.log(smoothed / (1 - smoothed))
        z = tau * information * (log_odds - mu) / (1 + tau**2 * information)
        for _ in range(_MODE_STEPS):
            response = expit(mu + tau * z)
            curvature = 1 + tau**2 * self.n * response * (1 - response)
            step = (tau * (self.events - self.n * response) - z) / curvature
            z = z + np.clip(step, -1.0, 1.0)
            if np.abs(step).max() < 1e-10:
                break
        response = expit(mu + tau * z)
        return z, (1 + tau**2 * self.n * response * (1 - response)) ** -0.5


class BetaBinomial:
    """Binomial counts whose proportions are Beta distributed between studies.

    Written with sums over single patients (Griffiths 1973, Biometrics 29:637), which holds down to
    rho = 0, where ratios of gamma functions lose all digits.
    """

    grid = _RHO_GRID

    def __init__(self, events: Sequence[int], n: Sequence[int]) -> None:
        self.events = np.asarray(events, dtype=np.int64)
        self.n = np.asarray(n, dtype=np.int64)
        self._constant = float(log_choices(self.events, self.n).sum())
        order = np.arange(int(self.n.max()))
        # How many studies reach the (j + 1)th response, non-response and patient.
        self._order = order.astype(float)
        self._yes = (self.events[:, None] > order).sum(0)
        self._no = ((self.n - self.events)[:, None] > order).sum(0)
        self._all = (self.n[:, None] > order).sum(0)

    def log_likelihood(self, mu: ArrayLike, spread: ArrayLike) -> Floats:
        """Return the log-likelihood; `spread` is rho."""
        mean, rho = np.broadcast_arrays(expit(np.asarray(mu, float)), np.asarray(spread, float))
        yes, no, both = self._factors(mean[..., None], rho[..., None])
        return np.asarray(
            self._constant
            + np.log(yes) @ self._yes.astype(float)
            + np.log(no) @ self._no.astype(float)
            - np.log(both) @ self._all.astype(float)
        )

    def derivatives(self, mu: ArrayLike, spread: ArrayLike) -> tuple[Floats, Floats]:
        """Return first and second derivatives in (mu, rho)."""
        p, rho = np.broadcast_arrays(expit(np.asarray(mu, float)), np.asarray(spread, float))
        mean, j = p[..., None], self._order
        yes, no, both = self._factors(mean, rho[..., None])
        slope = 1 - rho[..., None]
        by_mean = slope / yes @ self._yes - slope / no @ self._no
        by_rho = (
            (j - mean) / yes @ self._yes
            + (j - 1 + mean) / no @ self._no
            - (j - 1) / both @ self._all
        )
        mean_mean = -((slope / yes) ** 2) @ self._yes - (slope / no) ** 2 @ self._no
        rho_rho = (
            -(((j - mean) / yes) ** 2) @ self._yes
            - ((j - 1 + mean) / no) ** 2 @ self._no
            + ((j - 1) / both) ** 2 @ self._all
        )
        mean_rho = -(j / yes**2) @ self._yes + j / no**2 @ self._no
        # From the mean to its logit: d mean / d mu = mean (1 - mean).
        chain = p * (1 - p)
        mu_mu = mean_mean * chain**2 + by_mean * chain * (1 - 2 * p)
        second = np.array([[mu_mu, mean_rho * chain], [mean_rho * chain, rho_rho]])
        return np.array([by_mean * chain, by_rho]), second

    def mean_proportion(self, mu: float, spread: float) -> float:
        """Return the mean of the Beta distribution; it does not depend on rho."""
        return float(expit(mu))

    def _factors(self, mean: Floats, rho: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the factors of a response, a non-response and a patient at each order."""
        j = self._order
        return (
            mean * (1 - rho) + j * rho,
            (1 - mean) * (1 - rho) + j * rho,
            (1 - rho) + j * rho,
        )
