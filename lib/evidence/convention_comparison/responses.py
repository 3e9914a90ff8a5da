"""Response rates, differences and pooled rates under several conventions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from evidence.convention_comparison.reading import Comparison, Reading
from evidence.data import Evidence
from evidence.eligibility import qualifying_arms
from evidence.estimates import Estimate, NotEstimable
from evidence.pooled_response import pool_response
from evidence.pooling import Pooled, logit_response, pool
from evidence.posterior import ResponsePosterior
from evidence.proportions import proportion
from evidence.responses import ArmResponse, arm_response, find_response
from evidence.two_by_two import EqualityTest
from evidence.two_proportions import DifferenceMethod, equality_p, risk_difference, risk_ratio

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
    combination, alone = (find_response(evidence, arm) for arm in _ARMS)
    if isinstance(combination, NotEstimable) or isinstance(alone, NotEstimable):
        return
    rows = (*combination.rows, *alone.rows)
    counts = (*combination.counts, *alone.counts)
    yield Comparison(
        "rate",
        "Response with the combination",
        ("clopper_pearson", "jeffreys"),
        combination.rows,
        (
            Reading("exact", "this book; R binom.test", proportion(*combination.counts)),
            Reading("wilson", "R prop.test, without correction",
                    proportion(*combination.counts, method="wilson")),
            Reading("jeffreys", "some Bayesian software",
                    proportion(*combination.counts, method="jeffreys")),
            Reading("wald", "SAS PROC FREQ; statsmodels", _wald(combination)),
        ),
    )  # fmt: skip
    yield Comparison(
        "difference",
        "Difference in response",
        ("miettinen_nurminen", "newcombe", "wald_difference"),
        rows,
        tuple(
            Reading(method, programs, risk_difference(*counts, method=method))
            for method, programs in _DIFFERENCES.items()
        ),
    )
    # Katz's interval needs responders in both arms and somebody else in one.
    if combination.events and alone.events and sum(counts[::2]) < sum(counts[1::2]):
        yield Comparison(
            "ratio",
            "Ratio of response",
            ("katz", "koopman"),
            rows,
            (
                Reading("katz", "this book; RevMan, R epitools", risk_ratio(*counts)),
                Reading("koopman", "this book for few events; SAS (CL=SCORE)",
                        risk_ratio(*counts, method="koopman")),
            ),
        )  # fmt: skip
    yield Comparison(
        "equality",
        "P of equal response",
        ("boschloo_two_sided", "fisher_two_sided", "fisher_midp_two_sided", "chi_squared"),
        rows,
        tuple(
            Reading(
                test,
                programs,
                Estimate(equality_p(*counts, test=test), unit="p_value", method=name),
            )
            for test, (name, programs) in _TESTS.items()
        ),
    )
    posterior = ResponsePosterior(*counts)
    shapes = (posterior.shapes_a, posterior.shapes_b)
    mean_a, mean_b = (first / (first + second) for first, second in shapes)
    median = posterior.interval()
    mean = replace(
        median, value=mean_a - mean_b, low=None, high=None, level=None, kind="",
        method="posterior mean",
    )  # fmt: skip
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
    y, v = logit_response(events, n)
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
                    pool_response(events, n, model="glmm").estimate),
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
