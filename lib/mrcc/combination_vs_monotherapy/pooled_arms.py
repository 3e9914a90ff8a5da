"""The arms given the combination in all trials, pooled: context, not a treatment effect."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median

from evidence.sources.data import Evidence
from evidence.sources.responses import ArmResponse, arm_response
from evidence.tables.table import Table, make_table, row_link
from evidence_stats.estimates import Estimate, NotEstimable
from evidence_stats.pooling.inverse_variance import logit_proportions, pool
from evidence_stats.pooling.pooled_proportions import (
    PooledProportion,
    ResponseAdjust,
    ResponseModel,
    pool_proportions,
)
from evidence_stats.pooling.pooling_permutation import permutation_p
from evidence_stats.rates.proportions import proportion
from mrcc import Numbers
from mrcc.chosen_arms import DosedArm, chosen_arms, pooled_arm
from mrcc.combination_vs_monotherapy.parameters import CombinationVsMonotherapy
from mrcc.combination_vs_monotherapy.trial_response import COMBINATION
from mrcc.eligibility import held_back_arms, pooling_candidates

# Planned MU a week for which the odds ratio of response is given; arms run from 7 to 30.
DOSE_STEP = 10


@dataclass(frozen=True, slots=True)
class PooledArms:
    """Arms of the combination, pooled.

    Attributes
    ----------
    arms : tuple of DosedArm
        Arms in the order of the parameters.
    estimates : tuple of Estimate
        Their response rates.
    pooled, sensitivity : PooledProportion
        The chosen model and the other one.
    rows : tuple of str
        Data rows of all arms.
    """

    arms: tuple[DosedArm, ...]
    estimates: tuple[Estimate, ...]
    pooled: PooledProportion
    sensitivity: PooledProportion
    rows: tuple[str, ...]


def pool_arms(evidence: Evidence, p: CombinationVsMonotherapy) -> PooledArms:
    """Return the chosen arms, pooled by the chosen model and by another."""
    arms = tuple(pooled_arm(evidence, arm_id, p) for arm_id in chosen_arms(evidence, p))
    events, n = [arm.events for arm in arms], [arm.n for arm in arms]
    other: ResponseModel = "glmm" if p.pool_model == "reml" else "reml"
    pooled = _pool(arms, p)
    return PooledArms(
        arms=arms,
        estimates=tuple(proportion(*arm.counts, method=p.ci_method, level=p.level) for arm in arms),
        pooled=pooled,
        sensitivity=pool_proportions(events, n, model=other, level=p.level),
        rows=tuple(row for arm in arms for row in arm.rows),
    )


def _pool(arms: Sequence[ArmResponse], p: CombinationVsMonotherapy) -> PooledProportion:
    return _pool_counts(
        tuple(arm.events for arm in arms),
        tuple(arm.n for arm in arms),
        p.pool_model,
        p.ci_adjust,
        p.tau_prior_scale,
        p.level,
    )


# The sensitivity analyses are the same under most parameters, and fits take a second together.
@lru_cache(maxsize=64)
def _pool_counts(
    events: tuple[int, ...],
    n: tuple[int, ...],
    model: ResponseModel,
    adjust: ResponseAdjust,
    tau_prior_scale: float,
    level: float,
) -> PooledProportion:
    return pool_proportions(
        events, n, model=model, adjust=adjust, tau_prior_scale=tau_prior_scale, level=level
    )


def describe_pool(made: PooledArms) -> Numbers:
    """Return pooled response, prediction and heterogeneity."""
    pooled = made.pooled
    numbers: Numbers = {
        "pooled_response": (pooled.estimate, "Pooled response of the combination arms"),
        "pooled_response_other": (made.sensitivity.estimate, "The same by another model"),
        "pooled_arms": (
            Estimate(pooled.k, unit="count", n=pooled.n, events=pooled.events, method="count"),
            "Arms pooled",
        ),
    }
    others = [arm for arm in made.arms if arm.arm_id != COMBINATION and arm.weekly_mu]
    doses = [dose for arm in others if arm.weekly_mu is not None for dose in arm.weekly_mu]
    if doses:
        numbers["weekly_mu_others"] = (
            Estimate(
                median(doses), min(doses), max(doses), kind="range", unit="mu_per_week",
                method="dose times injections, median and range over arms",
            ),
            "Planned interferon-alfa a week in the other arms",
        )  # fmt: skip
    if pooled.prediction is not None:
        numbers["pooled_prediction"] = (pooled.prediction, "Response to expect in a new study")
    if pooled.q_p is not None and pooled.i2 is not None and pooled.i2_interval is not None:
        numbers["pooled_q_p"] = (
            Estimate(pooled.q_p, unit="p_value", method="Cochran's Q of the logits"),
            "P value for differences in response between arms",
        )
        low, high = pooled.i2_interval
        numbers["pooled_i2"] = (
            Estimate(
                pooled.i2, low, high, level=pooled.estimate.level, kind="confidence",
                unit="proportion", method="I2 with its Q-profile interval", grade="D2",
            ),
            "I2: share of the variation that is between arms",
        )  # fmt: skip
    return numbers


def dose_and_response(made: PooledArms, p: CombinationVsMonotherapy) -> Numbers:
    """Return the odds ratio of response per 10 MU of interferon-alfa more a week."""
    arms = [arm for arm in made.arms if arm.weekly_mu is not None]
    doses = [sum(arm.weekly_mu) / 2 / DOSE_STEP for arm in arms if arm.weekly_mu is not None]
    if len(arms) < 4 or len(set(doses)) < 2:
        return {}
    y, v = logit_proportions([arm.events for arm in arms], [arm.n for arm in arms])
    fitted = pool(y, v, moderators=doses, level=p.level)
    slope = Estimate(
        math.exp(fitted.coefficients[1]),
        math.exp(fitted.low[1]),
        math.exp(fitted.high[1]),
        level=p.level,
        kind="confidence",
        unit="ratio",
        p=float(fitted.p_values[1]),
        method="meta-regression of logits, REML with Hartung-Knapp",
        conventions=("reml", "hksj"),
        grade="D2",
    )
    exact = permutation_p(y, v, doses, seed=p.seed)
    return {
        "dose_or": (slope, f"Odds ratio of response per {DOSE_STEP} MU more a week"),
        "dose_step": (
            Estimate(DOSE_STEP, unit="mu_per_week", method="chosen: about a third of the range"),
            "Step of dose of that odds ratio",
        ),
        "dose_permutation_p": (
            Estimate(exact, unit="p_value", method="exact permutation of doses", grade="D2"),
            "Permutation P of that slope",
        ),
    }


def _key(arm_id: str) -> str:
    return arm_id.replace(".", "_").replace("-", "_")


def tabulate_candidates(evidence: Evidence, made: PooledArms) -> Table:
    """Return every arm given the combination: pooled here, or why not."""
    chosen = {arm.arm_id for arm in made.arms}
    rows = [
        [
            row_link(one.arm_id, evidence.study(str(arm["study_id"]))["short_name"]),
            str(arm["label"]),
            "pooled" if one.arm_id in chosen else "not pooled",
            one.reason or ("qualifies" if one.arm_id in chosen else "left out by the reader"),
        ]
        for one in pooling_candidates(evidence)
        for arm in [evidence.row(one.arm_id)]
    ]
    columns = ["Study", "Arm", "Here", "Why"]
    return make_table(columns, rows, caption="Arms given the combination: which are pooled")


def _pooled_again(evidence: Evidence, p: CombinationVsMonotherapy) -> Estimate | NotEstimable:
    try:
        arms = [pooled_arm(evidence, arm_id, p) for arm_id in chosen_arms(evidence, p)]
    except ValueError as error:
        # The other denominator of an arm is not printed.
        return NotEstimable(str(error))
    return _pool(arms, p).estimate


def sensitivity(evidence: Evidence, p: CombinationVsMonotherapy) -> Numbers:
    """Return the pooled response under other models, denominators and arms."""
    variations: dict[str, tuple[str, dict[str, object]]] = {
        "sens_reml": ("random effects on logits (REML)", {"pool_model": "reml"}),
        "sens_dl": ("random effects (DerSimonian-Laird)", {"pool_model": "dl"}),
        "sens_betabinomial": ("beta-binomial", {"pool_model": "betabinomial"}),
        "sens_bayes": ("Bayesian", {"pool_model": "bayes"}),
        "sens_escudier": ("phase 1: renal cell cancer only", {"escudier_denominator": 12}),
        "sens_eto": ("Eto 2015: all registered", {"eto_denominator": 51}),
    }
    chosen = chosen_arms(evidence, p)
    for arm_id in held_back_arms(evidence):
        if arm_id not in chosen:
            words = f"with {arm_response(evidence, arm_id).name}"
            variations[f"sens_with_{_key(arm_id)}"] = (words, {"arms": [*chosen, arm_id]})
    if len(chosen) > 2:
        for arm_id in chosen:
            key = f"sens_without_{_key(arm_id)}"
            others = [other for other in chosen if other != arm_id]
            variations[key] = (f"without {arm_response(evidence, arm_id).name}", {"arms": others})
    numbers: Numbers = {}
    for key, (words, change) in variations.items():
        changed = p.model_copy(update={"ci_adjust": "hksj", **change})
        numbers[key] = (_pooled_again(evidence, changed), f"Pooled response, {words}")
    return numbers
