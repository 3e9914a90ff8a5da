"""Response rates, differences and pooled rates under several conventions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from evidence.conventions.comparison import Comparison, Reading
from evidence.sources.data import Evidence
from evidence.sources.responses import ArmResponse, arm_response, find_response
from evidence_stats.estimates import Estimate, Made, NotEstimable, if_estimable
from evidence_stats.pooling.inverse_variance import Pooled, logit_proportions, pool
from evidence_stats.pooling.pooled_proportions import pool_proportions
from evidence_stats.rates.posterior import ResponsePosterior
from evidence_stats.rates.proportions import proportion
from evidence_stats.rates.two_by_two import EqualityTest
from evidence_stats.rates.two_proportions import (
    DifferenceMethod,
    RiskRatioMethod,
    equality_p,
    risk_difference,
    risk_ratio,
)
from mrcc.eligibility import qualifying_arms

_ARMS = ("jonasch-2010.sorafenib_ifn", "jonasch-2010.sorafenib")


_DIFFERENCES: dict[DifferenceMethod, str] = {
    "miettinen_nurminen": "this book; SAS RISKDIFF(CL=MN)",
    "newcombe": "SAS RISKDIFF(CL=NEWCOMBE); R Epi::ci.pd(method='Nc')",
    "wald": "SAS and RevMan; R prop.test, without correction",
}
_TESTS: dict[EqualityTest, tuple[str, str]] = {
    "boschloo": ("Boschloo's exact test", "this book; SciPy boschloo_exact"),
    "fisher": ("Fisher's exact test", "R fisher.test; SAS EXACT"),
    "fisher_midp": ("Fisher's test, mid-P", "R epitools"),
    "chi_squared": ("chi-squared test", "SAS PROC FREQ; SciPy, without correction"),
    "yates": ("chi-squared test, Yates", "R chisq.test; SciPy chi2_contingency"),
}


def compare_responses(evidence: Evidence) -> Iterator[Comparison]:
    """Return the comparisons of rates: one arm, two arms, all arms of the combination."""
    yield from _responses(evidence)
    yield from _pooled(evidence)


def _wald(arm: ArmResponse) -> Estimate:
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(arm.events, arm.n, method="normal")
    return replace(
        proportion(*arm.counts), low=float(low), high=float(high), method="Wald", conventions=()
    )


def _responses(evidence: Evidence) -> Iterator[Comparison]:
    arms = [find_response(evidence, arm) for arm in _ARMS]
    own_rows = [
        (name,) if isinstance(arm, NotEstimable) else arm.rows
        for name, arm in zip(_ARMS, arms, strict=True)
    ]
    rows = (*own_rows[0], *own_rows[1])

    def one(make: Callable[..., Estimate]) -> Estimate | NotEstimable:
        return if_estimable(lambda arm: make(*arm.counts), arms[0])

    def both(make: Callable[..., Made]) -> Made | NotEstimable:
        return if_estimable(lambda arm, other: make(*arm.counts, *other.counts), *arms)

    yield Comparison(
        "rate",
        "Response with the combination",
        ("clopper_pearson", "jeffreys"),
        own_rows[0],
        (
            Reading("exact", "this book; R binom.test", one(proportion)),
            Reading("wilson", "R prop.test, without correction",
                    one(partial(proportion, method="wilson"))),
            Reading("jeffreys", "some Bayesian software",
                    one(partial(proportion, method="jeffreys"))),
            Reading("wald", "SAS PROC FREQ; statsmodels", if_estimable(_wald, arms[0])),
        ),
    )  # fmt: skip
    yield Comparison(
        "difference",
        "Difference in response",
        ("miettinen_nurminen", "newcombe", "wald_difference"),
        rows,
        tuple(
            Reading(method, programs, both(partial(risk_difference, method=method)))
            for method, programs in _DIFFERENCES.items()
        ),
    )
    yield Comparison(
        "ratio",
        "Ratio of response",
        ("koopman", "katz"),
        rows,
        (
            Reading("koopman", "this book; SAS (CL=SCORE)",
                    if_estimable(partial(_ratio, method="koopman"), *arms)),
            Reading("katz", "RevMan, R epitools",
                    if_estimable(partial(_ratio, method="katz"), *arms)),
        ),
    )  # fmt: skip
    yield Comparison(
        "equality",
        "P value for a difference in response",
        ("boschloo_two_sided", "fisher_two_sided", "fisher_midp_two_sided", "chi_squared"),
        rows,
        tuple(
            Reading(test, programs, both(partial(_equality, test=test, name=name)))
            for test, (name, programs) in _TESTS.items()
        ),
    )
    median, mean = both(_posterior_median), both(_posterior_mean)
    yield Comparison(
        "posterior",
        "Difference in response after a flat prior",
        ("beta_posterior",),
        rows,
        (
            Reading("median", "this book", median),
            Reading("mean", "most Bayesian software", mean),
        ),
    )


def _ratio(
    arm: ArmResponse, control: ArmResponse, *, method: RiskRatioMethod
) -> Estimate | NotEstimable:
    """Return the ratio by one method alone: each has counts at which it gives none."""
    try:
        return risk_ratio(*arm.counts, *control.counts, method=method)
    except ValueError as error:
        return NotEstimable(f"{arm.rows[0]} and {control.rows[0]}: {error}")


def _equality(*counts: int, test: EqualityTest, name: str) -> Estimate:
    a, n_a, b, n_b = counts
    return Estimate(equality_p(a, n_a, b, n_b, test=test), unit="p_value", method=name)


def _posterior_median(*counts: int) -> Estimate:
    a, n_a, b, n_b = counts
    return ResponsePosterior(a, n_a, b, n_b).interval()


def _posterior_mean(*counts: int) -> Estimate:
    a, n_a, b, n_b = counts
    posterior = ResponsePosterior(a, n_a, b, n_b)
    shapes = (posterior.shapes_a, posterior.shapes_b)
    mean_a, mean_b = (first / (first + second) for first, second in shapes)
    return replace(
        posterior.interval(), value=mean_a - mean_b, low=None, high=None, level=None, kind="",
        method="posterior mean",
    )  # fmt: skip


def _as_response(pooled: Pooled, method: str) -> Estimate:
    def share(logit: float) -> float:
        return 1 / (1 + math.exp(-logit))

    return Estimate(
        share(pooled.mu), share(pooled.low[0]), share(pooled.high[0]),
        level=pooled.level, kind="confidence", unit="proportion", method=method, grade="D2",
    )  # fmt: skip


def _pooled(evidence: Evidence) -> Iterator[Comparison]:
    arms = [arm_response(evidence, arm) for arm in qualifying_arms(evidence)]
    events, n = [arm.events for arm in arms], [arm.n for arm in arms]
    rows = tuple(row for arm in arms for row in arm.rows)
    y, v = logit_proportions(events, n)
    reml = pool(y, v)
    others = (
        ("reml_hk", "REML, Hartung-Knapp", "R metafor (test='knha')", reml),
        ("pm_hk", "Paule-Mandel, Hartung-Knapp", "R meta on request", pool(y, v, model="pm")),
        ("reml_z", "REML, normal interval", "R metafor, unless told", pool(y, v, adjust="z")),
        (
            "dl_z",
            "DerSimonian-Laird, normal interval",
            "RevMan 5",
            pool(y, v, model="dl", adjust="z"),
        ),
    )
    yield Comparison(
        "pooled",
        "Pooled response of the combination arms",
        ("reml", "dl", "pm", "hksj", "glmm_t"),
        rows,
        (
            Reading("glmm", "this book; R metafor rma.glmm(test='t')",
                    pool_proportions(events, n, model="glmm").estimate),
            *(Reading(key, who, _as_response(made, how)) for key, how, who, made in others),
        ),
    )  # fmt: skip
    if reml.prediction is None or reml.prediction_hts is None:
        return
    ends = (("k_minus_1", "this book; R metafor", reml.prediction),
            ("k_minus_2", "Higgins and others; Stata", reml.prediction_hts))  # fmt: skip
    yield Comparison(
        "prediction",
        "Response to expect in a new study",
        ("prediction_t",),
        rows,
        tuple(
            Reading(
                key,
                programs,
                replace(
                    _as_response(reml, f"prediction interval, {key.replace('_', ' ')}"),
                    low=1 / (1 + math.exp(-low)),
                    high=1 / (1 + math.exp(-high)),
                    kind="prediction",
                ),
            )
            for key, programs, (low, high) in ends
        ),
    )
