"""Maximum likelihood pooling of response counts, without normal approximation within studies.

Two models: the binomial-normal one (logits normal between studies; Stijnen, Hamza and Oezdemir
2010, Stat Med 29:3046), and the beta-binomial one. Neither needs a correction for empty cells.
The pooled logit is that of the median study; its expit is not the mean response over studies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import logit
from scipy.stats import chi2, norm, t

from evidence_stats.normal import require_level
from evidence_stats.pooling.binomial_likelihoods import (
    BetaBinomial,
    BinomialNormal,
    CountLikelihood,
    Floats,
)
from evidence_stats.pooling.inverse_variance import require_studies
from evidence_stats.rates.proportions import require_choice

ExactAdjust = Literal["hksj", "z", "profile"]

CONVENTIONS: dict[str, str] = {
    "glmm_joint_se": (
        "The standard error comes from the joint second derivatives in mu and tau, as lme4's "
        "and metafor's; programs that hold tau fixed give a smaller one."
    ),
    "glmm_t": (
        "The t interval keeps the likelihood standard error and takes t on k - 1, as metafor's "
        "rma.glmm(test='t'); no Hartung-Knapp factor exists for a likelihood."
    ),
    "glmm_adaptive": (
        "Adaptive Gauss-Hermite integration with 81 points; lme4 takes 1 (Laplace) unless told "
        "otherwise, and metafor 7."
    ),
    "beta_binomial_rho": (
        "Heterogeneity is the correlation rho between two patients of one study, on another scale "
        "than tau2; several programs give 1/(alpha + beta) instead."
    ),
}

# Newton steps, halvings of each, and the step at which the maximum counts as found.
_STEPS, _HALVINGS, _SMALLEST_STEP = 100, 30, 1e-11
# Newton converges quadratically: after a step this small the scan is exact to 1e-10.
_SCAN_STEP = 1e-5
# The profile interval is searched this many standard errors away before it is called open.
_FARTHEST = 60.0


@dataclass(frozen=True, slots=True)
class BinomialPooled:
    """Pooled logit of a response rate by maximum likelihood.

    Attributes
    ----------
    mu, se, low, high : float
        Log odds, its standard error and limits; expit gives the median study's proportion (for
        the beta-binomial model: the mean proportion).
    tau2 : float or None
        Variance of the logits between studies; None for the beta-binomial model or one study.
    rho : float or None
        Correlation within studies, 0 to 1; None for the binomial-normal model or one study.
    mean_proportion : float
        Mean over studies of the response proportion, 0 to 1.
    log_likelihood : float
        With all constants.
    homogeneity_p : float or None
        Likelihood ratio test of no heterogeneity, halved because it lies on the boundary (Self
        and Liang 1987); 1 where the estimate is 0. None with one study.
    k, adjust, level
        Studies; interval as asked for ("hksj" means t on k - 1 here, and z with one study).

    Examples
    --------
    >>> round(pool_glmm([10, 14, 6], [40, 40, 18], adjust="z").mean_proportion, 3)
    0.306
    """

    mu: float
    se: float
    low: float
    high: float
    tau2: float | None
    rho: float | None
    mean_proportion: float
    log_likelihood: float
    homogeneity_p: float | None
    k: int
    adjust: ExactAdjust
    level: float


def pool_glmm(
    events: Sequence[int],
    n: Sequence[int],
    *,
    adjust: ExactAdjust = "hksj",
    level: float = 0.95,
) -> BinomialPooled:
    """Return the binomial-normal maximum likelihood estimate.

    Parameters
    ----------
    events, n : sequence of int
        People with a response and all people, one pair per study.
    adjust : str
        hksj: t on k - 1 degrees of freedom; z: normal; profile: profile likelihood.
    level : float
        Coverage of the interval.

    Returns
    -------
    BinomialPooled
        On the scale of log odds.

    Raises
    ------
    ValueError
        For impossible counts and options; where no study, or every patient of every study, has a
        response (the logit is then infinite); and where tau2 has no finite estimate.

    References
    ----------
    Stijnen, Hamza & Oezdemir 2010, Stat Med 29:3046.

    Examples
    --------
    >>> round(pool_glmm([10, 14, 6], [40, 40, 18], adjust="z").mu, 3)
    -0.818
    """
    require_studies(events, n)
    return _pool(BinomialNormal(events, n), adjust, level)


def pool_beta_binomial(
    events: Sequence[int],
    n: Sequence[int],
    *,
    adjust: ExactAdjust = "hksj",
    level: float = 0.95,
) -> BinomialPooled:
    """Return the beta-binomial maximum likelihood estimate; parameters and errors as `pool_glmm`.

    Its mean is on the logit scale, with correlation rho = 1 / (1 + alpha + beta).

    Parameters
    ----------
    events, n : sequence of int
        People with a response and all people, one pair per study.
    adjust : str
        As `pool_glmm`.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    BinomialPooled
        On the scale of log odds; `rho` in place of `tau2`.

    Raises
    ------
    ValueError
        As `pool_glmm`.

    References
    ----------
    Griffiths 1973, Biometrics 29:637.

    Examples
    --------
    >>> round(pool_beta_binomial([10, 14, 6], [40, 40, 18], adjust="z").mu, 3)
    -0.818
    """
    require_studies(events, n)
    return _pool(BetaBinomial(events, n), adjust, level)


def _pool(model: CountLikelihood, adjust: ExactAdjust, level: float) -> BinomialPooled:
    """Return the estimate and interval under either model."""
    require_choice("adjust", adjust, get_args(ExactAdjust))
    require_level(level)
    mu, spread, se = _maximise(model)
    peak = float(model.log_likelihood(mu, spread))
    k, alone = len(model.events), len(model.events) == 1
    if adjust == "profile":
        low, high = _profile_limits(model, mu, se, peak, level)
    else:
        upper = (1 + level) / 2
        half = se * float(norm.ppf(upper) if adjust == "z" or alone else t.ppf(upper, k - 1))
        low, high = mu - half, mu + half
    normal = isinstance(model, BinomialNormal)
    homogeneous = float(model.log_likelihood(_logit_of_total(model), 0.0))
    p = float(chi2.sf(max(2 * (peak - homogeneous), 0.0), 1)) / 2 if spread > 0 else 1.0
    return BinomialPooled(
        mu=mu,
        se=se,
        low=low,
        high=high,
        tau2=spread**2 if normal and not alone else None,
        rho=spread if not normal and not alone else None,
        mean_proportion=model.mean_proportion(mu, spread),
        log_likelihood=peak,
        homogeneity_p=None if alone else p,
        k=k,
        adjust=adjust if adjust == "profile" or not alone else "z",
        level=level,
    )


def _logit_of_total(model: CountLikelihood) -> float:
    """Return the log odds of the summed counts, the estimate without heterogeneity."""
    total, people = int(model.events.sum()), int(model.n.sum())
    if total in (0, people):
        raise ValueError(
            "the pooled logit is infinite where no study, or everybody in every study, has a "
            f"response; got {total} of {people}. Use model='reml', which adds 0.5 to empty cells"
        )
    return float(logit(total / people))


def _maximise(model: CountLikelihood) -> tuple[float, float, float]:
    """Return mu and heterogeneity at the likelihood's maximum, and the standard error of mu."""
    start = _logit_of_total(model)
    spreads = model.grid if len(model.events) > 1 else model.grid[:1]
    peaks = _best_mu(model, start, spreads)
    best = int(np.argmax(model.log_likelihood(peaks, spreads)))
    if best == len(model.grid) - 1:
        raise ValueError(
            "heterogeneity has no finite estimate: the studies have nearly all or nearly no "
            "responses. Use model='reml' or 'bayes'"
        )
    point = np.array([peaks[best], float(spreads[best])])
    if best == 0:
        information = -model.derivatives(point[0], 0.0)[1][0, 0]
        return float(point[0]), 0.0, float(information**-0.5)
    point = _newton(model, point)
    covariance = np.linalg.inv(-model.derivatives(point[0], point[1])[1])
    return float(point[0]), float(point[1]), float(covariance[0, 0] ** 0.5)


def _newton(model: CountLikelihood, point: Floats) -> Floats:
    """Return the maximum next to `point`, halving every step that does not climb."""
    height = float(model.log_likelihood(point[0], point[1]))
    for _ in range(_STEPS):
        gradient, hessian = model.derivatives(point[0], point[1])
        # Climb along the gradient wherever the likelihood is not concave.
        values, vectors = np.linalg.eigh(hessian)
        step = vectors @ ((vectors.T @ gradient) / np.maximum(np.abs(values), 1e-8))
        step = step / max(1.0, float(np.abs(step).max()))
        for _ in range(_HALVINGS):
            trial = point + step
            inside = 0 < trial[1] < model.grid[-1]
            reached = float(model.log_likelihood(trial[0], trial[1])) if inside else -np.inf
            if reached >= height:
                break
            step = step / 2
        else:
            return point
        point, height = trial, reached
        if np.abs(step).max() < _SMALLEST_STEP:
            break
    return point


def _best_mu(model: CountLikelihood, start: float, spreads: Floats) -> Floats:
    """Return the mu of highest likelihood at each heterogeneity, by Newton's method."""
    mu = np.full(spreads.shape, start)
    for _ in range(_STEPS):
        gradient, hessian = model.derivatives(mu, spreads)
        step = np.clip(gradient[0] / np.maximum(-hessian[0, 0], 1e-8), -1, 1)
        mu = mu + step
        if np.abs(step).max() < _SCAN_STEP:
            break
    return mu


def _profile_limits(
    model: CountLikelihood, mu: float, se: float, peak: float, level: float
) -> tuple[float, float]:
    """Return where twice the fall of the profile likelihood reaches the chi-squared quantile."""
    critical = float(chi2.ppf(level, 1))
    spreads = model.grid if len(model.events) > 1 else model.grid[:1]

    def excess(value: float) -> float:
        heights = model.log_likelihood(value, spreads)
        best = int(np.argmax(heights))
        highest = float(heights[best])
        if len(spreads) > 1:
            bounds = spreads[max(best - 1, 0)], spreads[min(best + 1, len(spreads) - 1)]
            refined = minimize_scalar(
                lambda s: -float(model.log_likelihood(value, s)),
                bounds=bounds,
                method="bounded",
                options={"xatol": 1e-9},
            )
            highest = max(highest, -float(refined.fun))
        return 2 * (peak - highest) - critical

    limits = []
    for side in (-1.0, 1.0):
        width = se
        while excess(mu + side * width) < 0:
            width *= 1.5
            if width > _FARTHEST * se:
                raise ValueError("the profile likelihood does not fall far enough; use adjust='z'")
        limits.append(float(brentq(excess, mu, mu + side * width, xtol=1e-11)))
    return limits[0], limits[1]
