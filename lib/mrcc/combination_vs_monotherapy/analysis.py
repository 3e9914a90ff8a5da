"""Does adding interferon-alfa to sorafenib help? What the trial could show, and what follows.

The numbers behind it are made in `trial_response`, `trial_progression` and `pooled_arms`.
"""

from __future__ import annotations

from evidence.record.page import PARAMETER
from evidence.sources.data import Evidence
from evidence.sources.responses import ArmResponse
from evidence_stats.estimates import Estimate, NotEstimable, if_estimable
from evidence_stats.rates.two_arm_power import (
    detectable_proportion,
    patients_per_arm,
    power_two_proportions,
)
from evidence_stats.survival.survival_power import (
    detectable_hazard_ratio,
    events_required,
    non_inferiority_events,
    non_inferiority_power,
)
from mrcc import Numbers
from mrcc.combination_vs_monotherapy.parameters import CombinationVsMonotherapy
from mrcc.combination_vs_monotherapy.pooled_arms import sensitivity
from mrcc.combination_vs_monotherapy.trial_progression import simulate_ensembles, trial_medians
from mrcc.combination_vs_monotherapy.trial_response import CONTROL, Arms, trial_arms, trial_sizes

# Name of the question in data/certainty.csv and of its chapter.
QUESTION = "combination_vs_monotherapy"

# The response that the power is shown for: half the patients, which is the kind of gain that a
# trial of this size is planned to see.
_PLANNED_RESPONSE = 0.50
_EXACT = "exact enumeration, Fisher's test"


# Numbers that the chapter's summary table shows.
KEY_NUMBERS = (
    "orr_difference",
    "orr_ratio",
    "orr_p",
    "p_better",
    "p_worth_having",
    "p_small_loss",
    "pfs_hr",
    "ensemble_hr",
    "ensemble_hr_total",
    "ensemble_rmst_difference",
    "ni_power",
    "ni_events",
    "pooled_response",
    "pooled_prediction",
    "dose_or",
    "orr_per_1000",
    "pfs_12m_per_1000",
)


def prepare(evidence: Evidence) -> None:
    """Compute what most variants of the page share; results are kept by the functions called."""
    p = CombinationVsMonotherapy()
    arms = trial_arms(evidence)
    simulate_ensembles(trial_medians(evidence), trial_sizes(evidence, arms), p)
    sensitivity(evidence, p)


def steps_down(p: CombinationVsMonotherapy) -> Numbers:
    """Return the GRADE steps down, one number per reason."""
    return {
        f"downgrade_{reason}": (
            Estimate(steps, unit="count", method=PARAMETER),
            f"GRADE steps down for {reason.replace('_', ' ')}",
        )
        for reason, steps in p.downgrade.items()
    }


def what_the_trial_could_show(arms: Arms, p: CombinationVsMonotherapy) -> Numbers:
    """Return detectable effects, power, and the events that a margin needs."""
    numbers: Numbers = {}
    if p.orr_gain_threshold_pp > 0:
        numbers["patients_for_gain"] = (
            if_estimable(lambda control: _patients_for_gain(control, p), arms[1]),
            "Patients that the next trial needs to find a gain in response worth having",
        )
    return numbers | {
        "events_for_benefit": (
            events_required(p.hr_benefit_threshold, power=p.mde_power, alpha=p.alpha),
            "Events that the next trial needs to find a hazard ratio worth having",
        ),
        "detectable_hr": (
            detectable_hazard_ratio(p.pfs_events, power=p.mde_power, alpha=p.alpha),
            "PFS hazard ratio that the trial could detect",
        ),
        "ni_events": (
            non_inferiority_events(p.hr_ni_margin, power=p.mde_power, alpha=p.alpha),
            "Events needed to show PFS no worse than the margin",
        ),
        "ni_power": (
            non_inferiority_power(p.hr_ni_margin, p.pfs_events, alpha=p.alpha),
            "Power of the trial to show that",
        ),
        "detectable_orr": (
            if_estimable(lambda one, other: _detectable_response(one, other, p), *arms),
            "Response with the combination that the trial could detect",
        ),
        "power_50": (
            if_estimable(lambda one, other: _power_for_half(one, other, p), *arms),
            "Power to detect response in half the patients",
        ),
    }


def _patients_for_gain(
    control: ArmResponse, p: CombinationVsMonotherapy
) -> Estimate | NotEstimable:
    reference, gain = control.events / control.n, p.orr_gain_threshold_pp / 100
    if not 0 < reference < reference + gain < 1:
        return NotEstimable(
            f"{CONTROL}: from {control.events}/{control.n} responders a gain of "
            f"{p.orr_gain_threshold_pp:g} points (orr_gain_threshold_pp) has no sample size by the "
            "normal approximation"
        )
    size = patients_per_arm(reference + gain, reference, power=p.mde_power, alpha=p.alpha)
    return Estimate(2 * size, unit="count", method="normal approximation", grade="D2")


def _detectable_response(
    combination: ArmResponse, control: ArmResponse, p: CombinationVsMonotherapy
) -> Estimate | NotEstimable:
    sizes = (combination.n, control.n)
    try:
        found = detectable_proportion(
            control.events / control.n, *sizes, power=p.mde_power, alpha=p.alpha
        )
    except ValueError as error:
        return NotEstimable(f"{CONTROL}, {control.events}/{control.n} responders: {error}")
    return Estimate(found, unit="proportion", method=_EXACT, grade="D2")


def _power_for_half(
    combination: ArmResponse, control: ArmResponse, p: CombinationVsMonotherapy
) -> Estimate:
    reference, sizes = control.events / control.n, (combination.n, control.n)
    return Estimate(
        power_two_proportions(_PLANNED_RESPONSE, reference, *sizes, alpha=p.alpha),
        unit="probability",
        method=f"{_EXACT}, against half the patients responding",
        grade="D2",
    )
