"""Does more interferon-alfa a week bring more responses? The numbers of that chapter."""

from __future__ import annotations

import math
from statistics import median

from evidence.sources.data import Evidence
from evidence.sources.responses import ArmResponse, find_response
from evidence_stats.estimates import Estimate, NotEstimable, if_estimable
from evidence_stats.pooling.inverse_variance import Pooled, logit_proportions, pool
from evidence_stats.pooling.pooling_permutation import permutation_p
from evidence_stats.rates.proportions import proportion
from evidence_stats.rates.two_proportions import (
    OddsRatioMethod,
    equality_p,
    odds_ratio,
    risk_difference,
)
from mrcc import Numbers
from mrcc.chosen_arms import DosedArm, chosen_arms, pooled_arm
from mrcc.interferon_dose.parameters import InterferonDose

# Name of the question in data/certainty.csv and of its chapter.
QUESTION = "interferon_dose"

# The one trial that randomized two schedules of interferon-alfa with sorafenib.
SCHEDULES = ("bracarda-2013.sorafenib_ifn_b", "bracarda-2013.sorafenib_ifn_a")
# Fewer arms than this leave a slope no degrees of freedom worth having.
MIN_ARMS = 4


def dosed_arms(evidence: Evidence, p: InterferonDose) -> list[DosedArm]:
    """Return the arms that the parameters name, or all that qualify and give a weekly dose.

    Raises
    ------
    ValueError
        Where they are too few, or all have one dose.
    """
    arms = [pooled_arm(evidence, arm_id, p) for arm_id in chosen_arms(evidence, p)]
    if not p.arms:
        arms = [arm for arm in arms if arm.weekly_mu is not None]
    if len(arms) < MIN_ARMS or len(set(weekly_doses(arms))) < 2:
        raise ValueError(
            f"arms: expected at least {MIN_ARMS} arms with two or more doses, got {len(arms)}"
        )
    return arms


def weekly_doses(arms: list[DosedArm]) -> list[float]:
    """Return the planned MU a week of each arm; a range counts as its middle."""
    return [sum(arm.weekly_mu or (0.0, 0.0)) / 2 for arm in arms]


def regress(arms: list[DosedArm], p: InterferonDose) -> Pooled:
    """Return the meta-regression of logit response on MU a week."""
    y, v = logit_proportions([arm.events for arm in arms], [arm.n for arm in arms])
    doses = weekly_doses(arms)
    return pool(y, v, model=p.model, adjust=p.adjust, level=p.level, moderators=doses)


def describe_slope(arms: list[DosedArm], fitted: Pooled, p: InterferonDose) -> Numbers:
    """Return the odds ratio per step of dose, its exact P, and what it explains."""
    y, v = logit_proportions([arm.events for arm in arms], [arm.n for arm in arms])
    value, low, high = (
        math.exp(p.dose_step * float(slopes[1]))
        for slopes in (fitted.coefficients, fitted.low, fitted.high)
    )
    exact = permutation_p(y, v, weekly_doses(arms), model=p.model, adjust=p.adjust, seed=p.seed)
    return {
        "dose_or": (
            Estimate(
                value, low, high, level=p.level, kind="confidence", unit="ratio",
                p=float(fitted.p_values[1]), n=sum(arm.n for arm in arms),
                events=sum(arm.events for arm in arms),
                method=f"meta-regression of logits, {p.model}, {p.adjust}",
                conventions=("hksj",) if p.adjust == "hksj" else (), grade="D2",
            ),
            f"Odds ratio of response per {p.dose_step:g} MU more a week",
        ),
        "permutation_p": (
            Estimate(exact, unit="p_value", method="permutation of doses over arms", grade="D2"),
            "Permutation P of the slope",
        ),
        "explained": (
            Estimate(
                fitted.r2 or 0.0, unit="proportion", method="R2 of the meta-regression", grade="D2"
            ),
            "Share of the variance between arms that dose explains",
        ),
        "arms": (
            Estimate(len(arms), unit="count", n=sum(arm.n for arm in arms), method="count"),
            "Arms in the regression",
        ),
        "dose_range": (_dose_range(arms), "Planned MU a week of these arms"),
    }  # fmt: skip


def _dose_range(arms: list[DosedArm]) -> Estimate:
    doses = weekly_doses(arms)
    return Estimate(
        median(doses),
        min(doses),
        max(doses),
        kind="range",
        unit="mu_per_week",
        method="dose times injections, median and range over arms",
    )


def randomized_schedules(evidence: Evidence, p: InterferonDose) -> tuple[Numbers, list[str]]:
    """Return the only randomized comparison of schedules, lower dose against higher."""
    arms = [find_response(evidence, arm_id) for arm_id in SCHEDULES]

    def response(arm: ArmResponse) -> Estimate:
        return proportion(*arm.counts, method=p.ci_method, level=p.level)

    def equality(lower: ArmResponse, higher: ArmResponse) -> Estimate:
        return Estimate(
            equality_p(*lower.counts, *higher.counts, test="boschloo"),
            unit="p_value",
            method="Boschloo's exact test, two-sided",
            conventions=("boschloo_two_sided",),
        )

    numbers: Numbers = {
        "schedule_lower": (
            if_estimable(response, arms[0]),
            "RAPSODY: response with the lower weekly dose",
        ),
        "schedule_higher": (
            if_estimable(response, arms[1]),
            "RAPSODY: response with the higher weekly dose",
        ),
        "schedule_difference": (
            if_estimable(
                lambda lower, higher: risk_difference(*lower.counts, *higher.counts, level=p.level),
                *arms,
            ),
            "RAPSODY: difference in response, lower minus higher weekly dose",
        ),
        "schedule_or": (
            if_estimable(lambda lower, higher: _odds_ratio(lower, higher, p.level), *arms),
            "RAPSODY: odds ratio of response, lower over higher weekly dose",
        ),
        "schedule_p": (
            if_estimable(equality, *arms),
            "RAPSODY: P value for a difference in response",
        ),
    }
    rows = [
        row
        for arm_id, arm in zip(SCHEDULES, arms, strict=True)
        for row in ((arm_id,) if isinstance(arm, NotEstimable) else arm.rows)
    ]
    return numbers, rows


def _odds_ratio(lower: ArmResponse, higher: ArmResponse, level: float) -> Estimate | NotEstimable:
    """Return the odds ratio; where the lower dose has no responders, by the exact method."""
    if higher.events == 0 or lower.events == lower.n:
        return NotEstimable(
            f"{lower.rows[0]} and {higher.rows[0]}: {lower.events}/{lower.n} and "
            f"{higher.events}/{higher.n} responders have no finite odds ratio"
        )
    some = lower.events and higher.events < higher.n
    method: OddsRatioMethod = "woolf" if some else "conditional_exact"
    return odds_ratio(*lower.counts, *higher.counts, method=method, level=level)
