"""Inverse-variance meta-analysis and meta-regression, for any estimate with a known variance.

Equal to metafor's `rma` where that converges; `tests/reference/README.md` lists what is compared.
Where only two studies are pooled the Hartung-Knapp interval rests on one degree of freedom: it is
correct and useless (PFS 0.32 to 1.43 for two trials that agree), so show the studies instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2, norm, t

from evidence_stats.normal import critical_value, require_level
from evidence_stats.pooling.heterogeneity import (
    Adjust,
    Floats,
    Heterogeneity,
    PoolModel,
    WeightedFit,
    describe_heterogeneity,
    estimate_tau2,
    variance_factor,
    weighted_fit,
)
from evidence_stats.rates.proportions import require_choice, require_counts

CONVENTIONS: dict[str, str] = {
    "reml": "tau2 by restricted maximum likelihood, metafor's default; RevMan 5 has DL only.",
    "dl": "tau2 by DerSimonian and Laird's moments, as RevMan 5; biased low with few studies.",
    "pm": "tau2 by Paule and Mandel; R's meta and metafor agree, SAS has no such option.",
    "hksj": (
        "Hartung-Knapp standard error with t on k - p degrees of freedom and no floor, as "
        "metafor's test='knha'; RevMan and meta can bound it below by the z interval."
    ),
    "prediction_t": (
        "Prediction interval with the same t on k - 1 as the confidence interval, as metafor; "
        "Higgins, Thompson and Spiegelhalter (2009) use t on k - 2 and the unadjusted error."
    ),
    "i2": (
        "I2 from tau2 and the typical variance, as metafor; (Q - df)/Q, which RevMan gives, is "
        "the same only for DerSimonian-Laird."
    ),
    "zero_cell": (
        "0.5 is added to both cells only in studies with an empty one, as metafor's escalc does "
        "by default; adding it to every study moves the pooled value."
    ),
}


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted value with its confidence and prediction limits, on the scale of analysis.

    Attributes
    ----------
    value, low, high : float
        With the coverage of the analysis.
    prediction_low, prediction_high : float or None
        Where the true value of a new study lies; None with one study.

    Examples
    --------
    >>> slope = pool([0.1, 0.3, 0.2], [0.04] * 3, moderators=[1, 2, 3], model="common")
    >>> round(slope.at(2.0).value, 3)
    0.2
    """

    value: float
    low: float
    high: float
    prediction_low: float | None
    prediction_high: float | None


@dataclass(frozen=True, slots=True, repr=False)
class Pooled:
    """Result of `pool`, on the scale of analysis (logit, log ratio).

    Attributes
    ----------
    coefficients, se, low, high, p_values : tuple of float
        Intercept first, then one per moderator; the interval has coverage `level`.
    covariance : tuple of tuple of float
        Of the coefficients, Hartung-Knapp factor included where asked for.
    tau2, tau2_interval
        Between-study variance with its Q-profile interval; None with one study.
    q, q_df, q_p
        (Residual) heterogeneity test; None with one study.
    i2, i2_interval, h2
        metafor's definition from tau2; I2 between 0 and 1. None with one study.
    r2 : float or None
        Share of tau2 that the moderators explain, 0 to 1; None without moderators or where tau2
        is 0 without them.
    k, df : int
        Studies, and studies less coefficients.
    weights : tuple of float
        Weights of the studies, summing to 1.
    prediction, prediction_hts
        Limits for the true value of a new study: with the interval's own quantile (metafor), and
        with t on k - 2 and the unadjusted error (Higgins, Thompson and Spiegelhalter 2009). None
        with moderators (see `at`), with one study, and for HTS with two.
    model, adjust, level
        As asked for; `adjust` is "z" with one study.

    Examples
    --------
    >>> pool([-0.462, -0.342, -0.105], [0.0087, 0.0061, 0.088])
    Pooled(-0.3802, -0.6244 to -0.1361; 3 studies, reml, hksj)
    """

    coefficients: tuple[float, ...]
    se: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    p_values: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    tau2: float | None
    tau2_interval: tuple[float, float] | None
    q: float | None
    q_df: int
    q_p: float | None
    i2: float | None
    i2_interval: tuple[float, float] | None
    h2: float | None
    r2: float | None
    k: int
    df: int
    weights: tuple[float, ...]
    prediction: tuple[float, float] | None
    prediction_hts: tuple[float, float] | None
    model: PoolModel
    adjust: Adjust
    level: float

    def __repr__(self) -> str:
        return (
            f"Pooled({self.mu:.4g}, {self.low[0]:.4g} to {self.high[0]:.4g}; {self.k} studies, "
            f"{self.model}, {self.adjust})"
        )

    @property
    def mu(self) -> float:
        """The pooled value, or with moderators the value where all of them are 0."""
        return self.coefficients[0]

    def at(self, *moderators: float) -> Fitted:
        """Return the fitted value at these moderators, none without moderators.

        Raises
        ------
        ValueError
            Unless there is one number per moderator of the model.
        """
        if len(moderators) != len(self.coefficients) - 1:
            raise ValueError(
                f"expected {len(self.coefficients) - 1} moderators, got {len(moderators)}"
            )
        row = np.array([1.0, *moderators])
        value = float(row @ np.array(self.coefficients))
        variance = float(row @ np.array(self.covariance) @ row)
        quantile = _quantile(self.adjust, self.level, self.df)
        half = quantile * variance**0.5
        if self.tau2 is None:
            return Fitted(value, value - half, value + half, None, None)
        wide = quantile * (variance + self.tau2) ** 0.5
        return Fitted(value, value - half, value + half, value - wide, value + wide)


def logit_proportions(events: Sequence[int], n: Sequence[int]) -> tuple[Floats, Floats]:
    """Return log odds of response and their sampling variances, one per study.

    ln(x / (n - x)) with variance 1/x + 1/(n - x), as metafor's escalc(measure="PLO"). Where x is
    0 or n, and only there, 0.5 is added to both cells first.

    Parameters
    ----------
    events, n : sequence of int
        People with a response and all people, one pair per study.

    Returns
    -------
    tuple of ndarray
        Log odds, and their variances, one per study.

    Raises
    ------
    ValueError
        For impossible counts, and where the numbers of events and of people differ.

    Examples
    --------
    >>> logits, variances = logit_proportions([10, 0], [40, 12])
    >>> logits.round(3), variances.round(3)
    (array([-1.099, -3.219]), array([0.133, 2.08 ]))
    """
    require_studies(events, n)
    yes = np.asarray(events, dtype=float)
    no = np.asarray(n, dtype=float) - yes
    correction = np.where((yes == 0) | (no == 0), 0.5, 0.0)
    yes, no = yes + correction, no + correction
    return np.log(yes / no), 1 / yes + 1 / no


def require_studies(events: Sequence[int], n: Sequence[int]) -> None:
    """Raise ValueError unless both name the counts of the same one or more studies."""
    if len(events) != len(n) or len(events) == 0:
        raise ValueError(
            "events and n must name the same studies, at least one; "
            f"got {len(events)} and {len(n)} values"
        )
    for x, size in zip(events, n, strict=True):
        require_counts(x, size)


def pool(
    y: ArrayLike,
    v: ArrayLike,
    *,
    model: PoolModel = "reml",
    adjust: Adjust = "hksj",
    level: float = 0.95,
    moderators: ArrayLike | None = None,
) -> Pooled:
    """Return the inverse-variance pooled value, or a meta-regression on `moderators`.

    Parameters
    ----------
    y, v : array_like
        Estimates and their sampling variances (above 0), one per study; of ratios the logarithms.
    model : str
        Estimator of tau2: reml, dl, pm, ml, or common for a tau2 of 0.
    adjust : str
        hksj: Hartung and Knapp (2001), Stat Med 20:3875; hksj_at_least_z: with its factor not
        below 1; z: normal quantiles. Where all `y` are equal plain hksj has no width.
    level : float
        Coverage of all intervals.
    moderators : array_like, optional
        Shape (k,) or (k, moderators), without the intercept.

    Returns
    -------
    Pooled
        One study alone returns itself with a normal interval, and no tau2, Q or prediction.

    Raises
    ------
    ValueError
        For unequal lengths, numbers that are not finite, variances not above 0, moderators that
        are collinear or as many as the studies, and unknown options.

    References
    ----------
    Viechtbauer 2005, J Educ Behav Stat 30:261, for tau2; Hartung & Knapp 2001, Stat Med 20:3875.

    Examples
    --------
    >>> round(pool([-0.462, -0.342, -0.105], [0.0087, 0.0061, 0.088]).mu, 3)
    -0.38
    >>> round(pool([-0.462, -0.342], [0.0087, 0.0061], model="common", adjust="z").se[0], 4)
    0.0599
    """
    require_choice("model", model, get_args(PoolModel))
    require_choice("adjust", adjust, get_args(Adjust))
    require_level(level)
    values, variances, design = checked_studies(y, v, moderators)
    if len(values) == 1:
        return _pooled(weighted_fit(values, variances, design), None, None, model, "z", level)
    tau2 = estimate_tau2(values, variances, design, model)
    fit = weighted_fit(values, variances + tau2[:, None], design)
    spread = describe_heterogeneity(values, variances, design, float(tau2[0]), model, level)
    return _pooled(fit, float(tau2[0]), spread, model, adjust, level)


def leave_one_out(
    y: ArrayLike,
    v: ArrayLike,
    *,
    model: PoolModel = "reml",
    adjust: Adjust = "hksj",
    level: float = 0.95,
) -> tuple[Pooled, ...]:
    """Return `pool` without the first study, without the second, and so on.

    Parameters
    ----------
    y, v : array_like
        Estimates and their sampling variances, one per study, at least two; ratios as logarithms.
    model, adjust : str
        As `pool`.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    tuple of Pooled
        One per study left out, in their order.

    Raises
    ------
    ValueError
        As `pool`, and with fewer than two studies.

    Examples
    --------
    >>> without = leave_one_out([-0.462, -0.342, -0.105], [0.0087, 0.0061, 0.088])
    >>> [round(one.mu, 3) for one in without]
    [-0.327, -0.395, -0.391]
    """
    values, variances, _ = checked_studies(y, v, None)
    if len(values) < 2:
        raise ValueError(f"leaving one study out needs at least 2; got {len(values)}")
    kept = [np.arange(len(values)) != left_out for left_out in range(len(values))]
    return tuple(
        pool(values[keep], variances[keep], model=model, adjust=adjust, level=level)
        for keep in kept
    )


def checked_studies(
    y: ArrayLike, v: ArrayLike, moderators: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    """Return values, variances and one design with its intercept, or raise ValueError."""
    try:
        values, variances = np.asarray(y, dtype=float), np.asarray(v, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(
            "y and v must be numbers on the scale of analysis, such as log hazard ratios and their "
            "variances; ratios with their limits are for `pool_hazard_ratios`"
        ) from None
    if values.ndim != 1 or values.shape != variances.shape or len(values) == 0:
        raise ValueError(
            "y and v must be equally long and name at least one study; "
            f"got shapes {values.shape} and {variances.shape}"
        )
    columns = [np.ones((len(values), 1))]
    if moderators is not None:
        given = np.asarray(moderators, dtype=float)
        columns.append(given[:, None] if given.ndim == 1 else given)
        if len(given) != len(values):
            raise ValueError(f"moderators must have {len(values)} rows; got {len(given)}")
    design = np.hstack(columns)
    # Beyond these, their squares are no numbers.
    if not ((np.abs(values) <= 1e50).all() and ((variances >= 1e-50) & (variances <= 1e50)).all()):
        raise ValueError("y must be finite, and v finite and above 0")
    if not np.isfinite(design).all() or np.linalg.matrix_rank(design) < design.shape[1]:
        raise ValueError("moderators must be finite, not constant and not collinear")
    if design.shape[1] > 1 and len(values) <= design.shape[1]:
        raise ValueError(
            f"{design.shape[1]} coefficients need more studies than {len(values)} to be estimated"
        )
    return values, variances, design[None]


def _pooled(
    fit: WeightedFit,
    tau2: float | None,
    spread: Heterogeneity | None,
    model: PoolModel,
    adjust: Adjust,
    level: float,
) -> Pooled:
    """Return the public result of the first design's fit."""
    (k,), p = fit.weights[0].shape, len(fit.coefficients[0])
    df = k - p
    estimates = fit.coefficients[0]
    covariance = fit.covariance[0] * variance_factor(fit, df, adjust)[0]
    se = np.sqrt(np.diag(covariance))
    half = _quantile(adjust, level, df) * se
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.abs(estimates / se)
    # Values that agree exactly leave a standard error of 0.
    statistic = np.where(estimates == 0.0, 0.0, statistic)
    p_values = 2 * (norm.sf(statistic) if adjust == "z" else t.sf(statistic, df))
    prediction = prediction_hts = None
    if p == 1 and tau2 is not None:
        prediction = _around(estimates[0], _quantile(adjust, level, df), se[0] ** 2 + tau2)
        if k > 2:
            quantile = float(t.ppf((1 + level) / 2, k - 2))
            prediction_hts = _around(estimates[0], quantile, fit.covariance[0, 0, 0] + tau2)
    return Pooled(
        coefficients=tuple(map(float, estimates)),
        se=tuple(map(float, se)),
        low=tuple(map(float, estimates - half)),
        high=tuple(map(float, estimates + half)),
        p_values=tuple(map(float, p_values)),
        covariance=tuple(tuple(map(float, row)) for row in covariance),
        tau2=tau2,
        tau2_interval=spread.tau2_interval if spread else None,
        q=spread.q if spread else None,
        q_df=df,
        q_p=float(chi2.sf(spread.q, df)) if spread else None,
        i2=spread.i2 if spread else None,
        i2_interval=spread.i2_interval if spread else None,
        h2=spread.h2 if spread else None,
        r2=spread.r2 if spread else None,
        k=k,
        df=df,
        weights=tuple(map(float, fit.weights[0] / fit.weights[0].sum())),
        prediction=prediction,
        prediction_hts=prediction_hts,
        model=model,
        adjust=adjust,
        level=level,
    )


def _around(value: float, quantile: float, variance: float) -> tuple[float, float]:
    """Return the limits `quantile` standard deviations around `value`."""
    half = quantile * float(variance) ** 0.5
    return float(value) - half, float(value) + half


def _quantile(adjust: Adjust, level: float, df: int) -> float:
    """Return the normal quantile for z, else that of t."""
    return critical_value(level) if adjust == "z" else float(t.ppf((1 + level) / 2, df))
