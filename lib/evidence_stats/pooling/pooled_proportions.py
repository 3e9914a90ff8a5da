"""One door to the pooled response rate of several arms, whichever model is asked for.

Every model pools logits, and what is returned is the expit of the pooled logit: the response in
the *median* study, which is not the mean over studies (`mean_proportion` of the exact models is).
With two studies the Hartung-Knapp interval rests on one degree of freedom and is useless: show
the two studies instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

import numpy as np
from scipy.special import expit

from evidence_stats.estimates import Estimate, IntervalKind
from evidence_stats.pooling.heterogeneity import Adjust, Floats, PoolModel, weighted_fit
from evidence_stats.pooling.inverse_variance import Pooled, logit_proportions, pool, require_studies
from evidence_stats.pooling.pooling_bayes import BayesPooled, pool_bayes
from evidence_stats.pooling.pooling_exact import BinomialPooled, pool_beta_binomial, pool_glmm
from evidence_stats.rates.proportions import require_choice

ResponseModel = Literal["glmm", "reml", "pm", "dl", "betabinomial", "bayes"]
ResponseAdjust = Literal["hksj", "z", "profile"]

# Which intervals exist for which model. A credible interval has no adjustment: "hksj", the
# default of `pool_proportions`, is accepted there and has no effect.
_ADJUSTMENTS: dict[ResponseModel, tuple[ResponseAdjust, ...]] = {
    "glmm": ("hksj", "z", "profile"),
    "betabinomial": ("hksj", "z", "profile"),
    "reml": ("hksj", "z"),
    "pm": ("hksj", "z"),
    "dl": ("hksj", "z"),
    "bayes": ("hksj",),
}
_MODEL_NAMES: dict[ResponseModel, str] = {
    "glmm": "binomial-normal GLMM by maximum likelihood",
    "betabinomial": "beta-binomial model by maximum likelihood",
    "reml": "random-effects model of logits, REML",
    "pm": "random-effects model of logits, Paule-Mandel",
    "dl": "random-effects model of logits, DerSimonian-Laird",
    "bayes": "Bayesian binomial-normal model",
}
# Below this Q all logits are equal but for rounding, and Hartung-Knapp's error would be 0.
_NO_SPREAD = 1e-10


@dataclass(frozen=True, slots=True)
class PooledProportion:
    """A pooled response rate.

    Attributes
    ----------
    estimate : Estimate
        unit "proportion": the median study's response; `se` is on the logit scale. For the
        beta-binomial model it is the mean response.
    prediction : Estimate or None
        Where the true response of a new study lies. Bayesian for bayes; for reml, pm and dl with
        the interval's own quantile; for glmm and betabinomial the REML-Hartung-Knapp one with t
        on k - 1, as its `method` says, because maximum likelihood understates heterogeneity. None
        with one study, but for bayes.
    tau2 : float or None
        Variance of the logits between studies by the model asked for (bayes: squared posterior
        median of tau). None for betabinomial and with one study.
    tau2_interval : tuple of float or None
        Q-profile interval; bayes: squared credible limits of tau.
    rho : float or None
        Correlation within studies, betabinomial only.
    q, q_p, i2, i2_interval
        Of the logits with their variances, whatever the model; I2 between 0 and 1 from tau2 of
        the model for reml, pm and dl, else from REML's. None with one study.
    k, events, n : int
        Studies, and their summed counts.
    model, adjust : str
        As asked for.

    Examples
    --------
    >>> pool_proportions([10, 14, 6], [40, 40, 18], model="reml").prediction
    30.83% (95% prediction 18.51 to 46.66)
    """

    estimate: Estimate
    prediction: Estimate | None
    tau2: float | None
    tau2_interval: tuple[float, float] | None
    rho: float | None
    q: float | None
    q_p: float | None
    i2: float | None
    i2_interval: tuple[float, float] | None
    k: int
    events: int
    n: int
    model: ResponseModel
    adjust: ResponseAdjust


def pool_proportions(
    events: Sequence[int],
    n: Sequence[int],
    *,
    model: ResponseModel = "glmm",
    adjust: ResponseAdjust = "hksj",
    tau_prior_scale: float = 0.5,
    level: float = 0.95,
) -> PooledProportion:
    """Return the pooled response rate of one or more arms.

    Parameters
    ----------
    events, n : sequence of int
        People with a response and all people, one pair per arm.
    model : str
        glmm, reml, pm, dl, betabinomial or bayes.
    adjust : str
        hksj (Hartung-Knapp; t on k - 1 for glmm and betabinomial), z, or profile (glmm and
        betabinomial only). bayes takes only the default, which has no effect on it.
    tau_prior_scale : float
        bayes only: scale of the half-normal prior of tau on the logit scale.
    level : float
        Coverage of all intervals.

    Returns
    -------
    PooledProportion
        One arm alone returns itself with a normal interval of its logit (bayes: the
        credible interval, with the prior of tau in it). Where all logits are equal, hksj takes
        the normal error with t on k - 1, because its own would have no width.

    Raises
    ------
    ValueError
        For impossible counts, unknown options, an `adjust` the model does not have, and, but for
        reml, pm and dl, where no arm or everybody in every arm has a response.

    Examples
    --------
    >>> pool_proportions([10, 14, 6], [40, 40, 18]).estimate
    30.61% (95% CI 14.66 to 53.11)
    >>> pool_proportions([10, 14, 6], [40, 40, 18], model="reml", adjust="z").estimate
    30.83% (95% CI 22.45 to 40.7)
    """
    require_studies(events, n)
    require_choice("model", model, get_args(ResponseModel))
    require_choice(f"adjust with model={model!r}", adjust, _ADJUSTMENTS[model])
    logits = logit_proportions(events, n)
    two_stage_model = model if model in ("pm", "dl") else "reml"
    two_stage = pool(
        *logits,
        model=cast(PoolModel, two_stage_model),
        adjust=_two_stage_adjust(*logits, adjust, model),
        level=level,
    )
    counts = (sum(events), sum(n))
    if model == "bayes":
        posterior = pool_bayes(events, n, tau_prior_scale=tau_prior_scale, level=level)
        return _from_posterior(posterior, two_stage, counts)
    if model in ("glmm", "betabinomial"):
        function = pool_glmm if model == "glmm" else pool_beta_binomial
        exact = function(events, n, adjust=adjust, level=level)
        return _from_exact(exact, two_stage, counts, model)
    return _from_two_stage(two_stage, counts, model, adjust)


def _two_stage_adjust(y: Floats, v: Floats, adjust: ResponseAdjust, model: ResponseModel) -> Adjust:
    """Return the adjustment of the logit model; glmm and betabinomial take its HK prediction."""
    if adjust == "z" and model in ("reml", "pm", "dl"):
        return "z"
    spread = weighted_fit(y, v, np.ones((1, len(y), 1))).q[0]
    return "hksj_at_least_z" if spread < _NO_SPREAD else "hksj"


def _from_two_stage(
    pooled: Pooled, counts: tuple[int, int], model: ResponseModel, adjust: ResponseAdjust
) -> PooledProportion:
    """Return the result of a model of logits."""
    name = _MODEL_NAMES[model]
    interval = {
        "z": "normal interval",
        "hksj": "Hartung-Knapp interval",
        "hksj_at_least_z": "Hartung-Knapp interval, not narrower than t with the normal error",
    }[pooled.adjust]
    keys = (model, *(() if pooled.adjust == "z" else ("hksj",)), "zero_cell")
    limits = (pooled.mu, pooled.low[0], pooled.high[0])
    estimate = _proportion(
        limits, pooled.level, "confidence", counts, f"{name}; {interval}", keys, pooled.se[0]
    )
    return _assembled(estimate, _prediction(pooled, counts), pooled, counts, model, adjust)


def _from_exact(
    exact: BinomialPooled, two_stage: Pooled, counts: tuple[int, int], model: ResponseModel
) -> PooledProportion:
    """Return the result of a likelihood model, with the prediction of the logit model."""
    interval = {
        "hksj": "t interval on k - 1",
        "z": "normal interval",
        "profile": "profile likelihood interval",
    }[exact.adjust]
    keys: tuple[str, ...] = ("glmm_adaptive" if model == "glmm" else "beta_binomial_rho",)
    if exact.adjust != "profile":
        keys += ("glmm_joint_se",)
    if exact.adjust == "hksj":
        keys += ("glmm_t",)
    estimate = _proportion(
        (exact.mu, exact.low, exact.high),
        exact.level,
        "confidence",
        counts,
        f"{_MODEL_NAMES[model]}; {interval}",
        keys,
        exact.se,
    )
    prediction = _prediction(two_stage, counts)
    pooled = _assembled(estimate, prediction, two_stage, counts, model, exact.adjust)
    return replace(pooled, tau2=exact.tau2, rho=exact.rho)


def _from_posterior(
    posterior: BayesPooled, two_stage: Pooled, counts: tuple[int, int]
) -> PooledProportion:
    """Return the result of the Bayesian model, with its own prediction."""
    name = f"{_MODEL_NAMES['bayes']}, tau half-normal({posterior.tau_prior_scale:g})"
    key = ("flat_mu_half_normal_tau",)
    estimate = _proportion(
        (posterior.mu, posterior.low, posterior.high),
        posterior.level,
        "credible",
        counts,
        f"{name}; equal-tailed credible interval",
        key,
        posterior.se,
    )
    prediction = _proportion(
        (posterior.mu, posterior.prediction_low, posterior.prediction_high),
        posterior.level,
        "prediction",
        counts,
        f"{name}; posterior predictive interval of a new study",
        key,
    )
    pooled = _assembled(estimate, prediction, two_stage, counts, "bayes", "hksj")
    return replace(
        pooled,
        tau2=posterior.tau**2,
        tau2_interval=(posterior.tau_low**2, posterior.tau_high**2),
    )


def _prediction(pooled: Pooled, counts: tuple[int, int]) -> Estimate | None:
    """Return the prediction interval of the logit model, None with one study."""
    if pooled.prediction is None:
        return None
    quantile = "z" if pooled.adjust == "z" else "Hartung-Knapp, t on k - 1"
    name = {"reml": "REML", "dl": "DerSimonian-Laird", "pm": "Paule-Mandel"}[pooled.model]
    return _proportion(
        (pooled.mu, *pooled.prediction),
        pooled.level,
        "prediction",
        counts,
        f"prediction interval of the {name} model of logits ({quantile})",
        ("prediction_t", "zero_cell"),
    )


def _proportion(
    logits: tuple[float, float, float],
    level: float,
    kind: IntervalKind,
    counts: tuple[int, int],
    method: str,
    conventions: tuple[str, ...],
    se: float | None = None,
) -> Estimate:
    """Return value, low and high, given as logits, as an Estimate of a proportion."""
    value, low, high = (float(expit(x)) for x in logits)
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        kind=kind,
        unit="proportion",
        se=se,
        n=counts[1],
        events=counts[0],
        method=method,
        conventions=conventions,
        grade="D2",
    )


def _assembled(
    estimate: Estimate,
    prediction: Estimate | None,
    pooled: Pooled,
    counts: tuple[int, int],
    model: ResponseModel,
    adjust: ResponseAdjust,
) -> PooledProportion:
    """Return the result with the heterogeneity of the logit model."""
    return PooledProportion(
        estimate=estimate,
        prediction=prediction,
        tau2=pooled.tau2,
        tau2_interval=pooled.tau2_interval,
        rho=None,
        q=pooled.q,
        q_p=pooled.q_p,
        i2=pooled.i2,
        i2_interval=pooled.i2_interval,
        k=pooled.k,
        events=counts[0],
        n=counts[1],
        model=model,
        adjust=adjust,
    )
