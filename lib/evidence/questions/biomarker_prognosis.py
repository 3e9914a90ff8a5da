"""Does phosphorylated AKT predict outcome? The numbers of that chapter."""

from __future__ import annotations

import math
from dataclasses import replace

from evidence.data import Evidence
from evidence.estimates import Estimate
from evidence.evidential_strength import (
    adjusted_p_values,
    bayes_factor_bound,
    e_value,
    false_positive_report_probability,
    posterior_probability,
    s_value,
)
from evidence.marker_simulation import SignificanceFilter, simulate_significance_filter
from evidence.page import Page
from evidence.parameters import BiomarkerPrognosis
from evidence.prognosis import (
    concordance_normal_marker,
    hazard_ratio_per_sd,
    hazard_ratio_per_units,
    information_ratio,
)
from evidence.questions import Numbers
from evidence.questions.certainty import judge_certainty
from evidence.questions.printed_marker import NAMES, QUESTION, PrintedEffect, printed_effects
from evidence.rounding import RoundingPolygon
from evidence.winners_curse import (
    conditional_mle,
    retrospective_design,
    shrunk_hazard_ratio,
    shrunk_signal_to_noise,
)

# Numbers of both outcomes that the chapter's summary table shows.
KEY_NUMBERS = (
    "hr",
    "hr_range",
    "hr_per_sd",
    "concordance",
    "bayes_factor",
    "posterior",
    "p_adjusted",
    "hr_shrunk",
    "hr_selected",
    "power",
    "exaggeration",
    "e_value",
)


def before_and_after(
    effects: tuple[PrintedEffect, ...],
) -> dict[str, list[tuple[str, Estimate]]]:
    """Return, per outcome, the published hazard ratio and what shrinkage and selection leave."""
    return {
        NAMES[effect.outcome]: [
            ("as published", effect.hr),
            ("shrunk", _shrunk(effect, shrunk_signal_to_noise(effect.z))),
            ("selected", _shrunk(effect, conditional_mle(effect.z))),
        ]
        for effect in effects
    }


def _shrunk(effect: PrintedEffect, signal_to_noise: Estimate) -> Estimate:
    return shrunk_hazard_ratio(effect.hr.value, effect.z, signal_to_noise)


def polygons(effects: tuple[PrintedEffect, ...]) -> dict[str, RoundingPolygon]:
    """Return the rounding polygons under a title that says what was printed."""
    found = {}
    for effect in effects:
        hr, low, high, p = effect.texts
        found[f"{NAMES[effect.outcome]}: {hr} ({low}\u2013{high})\nP = {p}"] = effect.polygon
    return found


def check_consistency(effects: tuple[PrintedEffect, ...]) -> Numbers:
    """Return what hazard ratio, interval and P allow together."""
    numbers: Numbers = {}
    for effect in effects:
        name = NAMES[effect.outcome]
        numbers[f"{effect.outcome}_hr"] = (
            replace(effect.hr, p=effect.p),
            f"{name} hazard ratio per unit of pAKT",
        )
        fits = Estimate(float(effect.polygon.consistent), method="rounding polygon, 1 is yes")
        numbers[f"{effect.outcome}_consistent"] = (fits, f"{name}: do the printed numbers fit?")
        if effect.polygon.p is not None:
            words = f"P values for {name} that the printed interval allows"
            numbers[f"{effect.outcome}_p_allowed"] = (effect.polygon.p, words)
        if effect.polygon.hr is not None and effect.polygon.consistent:
            words = f"{name} hazard ratios that print so"
            numbers[f"{effect.outcome}_hr_range"] = (effect.polygon.hr, words)
    return numbers


def rescale(effects: tuple[PrintedEffect, ...], p: BiomarkerPrognosis) -> Numbers:
    """Return hazard ratios per several units and per SD, and the discrimination they mean."""
    numbers: Numbers = {}
    for effect in effects:
        name = NAMES[effect.outcome]
        if p.marker_sd_units:
            per_sd = hazard_ratio_per_units(effect.hr, p.marker_sd_units)
            per_sd = replace(per_sd, grade="D2", method="per unit, times the SD given")
        else:
            per_sd = hazard_ratio_per_sd(effect.z, effect.events, level=p.level)
        numbers[f"{effect.outcome}_hr_increment"] = (
            hazard_ratio_per_units(effect.hr, p.increment_units),
            f"{name} hazard ratio per {p.increment_units:g} units of pAKT",
        )
        numbers[f"{effect.outcome}_hr_per_sd"] = (per_sd, f"{name} hazard ratio per SD of pAKT")
        numbers[f"{effect.outcome}_concordance"] = (
            concordance_normal_marker(math.log(per_sd.value)),
            f"{name}: concordance that this means",
        )
        strength = e_value(per_sd)
        alone = replace(strength, low=None, high=None, level=None, kind="")
        numbers[f"{effect.outcome}_e_value"] = (
            alone,
            f"{name}: risk ratio of a confounder that could explain it",
        )
        if strength.low is not None:
            numbers[f"{effect.outcome}_e_value_limit"] = (
                replace(alone, value=strength.low),
                f"{name}: risk ratio of a confounder that could move its limit to 1",
            )
    return numbers


def compare_information(effects: tuple[PrintedEffect, ...], p: BiomarkerPrognosis) -> Numbers:
    """Return how much more the PFS model knows of the marker than the OS model."""
    pfs, os_ = effects
    if not (pfs.polygon.consistent and os_.polygon.consistent):
        return {}
    found = information_ratio(pfs.polygon, os_.polygon, events_first=p.n_patients)
    return {
        "information_ratio": (found.ratio, "Events that PFS must have for each death"),
        "implied_deaths": (
            found.implied_events,
            "Deaths that this leaves if every patient progressed",
        ),
    }


def weigh(effects: tuple[PrintedEffect, ...], p: BiomarkerPrognosis) -> Numbers:
    """Return how strong the evidence of each P value is."""
    numbers: Numbers = {}
    for effect in effects:
        name, key = NAMES[effect.outcome], effect.outcome
        bound = bayes_factor_bound(effect.p)
        numbers |= {
            f"{key}_bayes_factor": (bound, f"{name}: largest Bayes factor for an effect"),
            f"{key}_s_value": (s_value(effect.p), f"{name}: surprise of the P value, bits"),
            f"{key}_posterior": (
                posterior_probability(p.prior_h1, bound.value),
                f"{name}: probability of an effect at best, from the prior given",
            ),
            f"{key}_fprp": (
                false_positive_report_probability(
                    effect.p,
                    prior=p.prior_h1,
                    alternative_hr=p.alt_hr_per_sd,
                    se=1 / math.sqrt(effect.events),
                ),
                f"{name}: false positive report probability",
            ),
        }
    adjusted = adjusted_p_values(
        [effect.p for effect in effects], n_hypotheses=p.n_hypotheses, method=p.multiplicity
    )
    alone = adjusted_p_values([e.p for e in effects], n_hypotheses=2, method=p.multiplicity)
    for effect, many, two in zip(effects, adjusted, alone, strict=True):
        name = NAMES[effect.outcome]
        numbers[f"{effect.outcome}_p_adjusted"] = (many, f"{name}: P among all hypotheses")
        numbers[f"{effect.outcome}_p_adjusted_two"] = (two, f"{name}: P if only two were tested")
    return numbers


def shrink(effects: tuple[PrintedEffect, ...], p: BiomarkerPrognosis) -> Numbers:
    """Return hazard ratios per unit after shrinkage and selection, and the power there was."""
    numbers: Numbers = {}
    for effect in effects:
        name, key = NAMES[effect.outcome], effect.outcome
        design = retrospective_design(math.log(p.power_hr_per_sd), 1 / math.sqrt(effect.events))
        numbers |= {
            f"{key}_hr_shrunk": (
                _shrunk(effect, shrunk_signal_to_noise(effect.z)),
                f"{name} hazard ratio per unit, shrunk by what trials in general find",
            ),
            f"{key}_hr_selected": (
                _shrunk(effect, conditional_mle(effect.z)),
                f"{name} hazard ratio per unit, given that it was selected",
            ),
            f"{key}_power": (design.power, f"{name}: power for the true hazard ratio given"),
            f"{key}_exaggeration": (design.exaggeration, f"{name}: mean exaggeration if found"),
        }
    return numbers


def simulate(
    effects: tuple[PrintedEffect, ...], p: BiomarkerPrognosis
) -> dict[str, list[SignificanceFilter]]:
    """Return simulated trials of one marker for each true hazard ratio per SD, by outcome."""
    return {
        effect.outcome: [
            simulate_significance_filter(
                n=p.n_patients,
                events=effect.events,
                hr_per_sd=true,
                nsim=p.nsim,
                marker=p.marker_dist,
                seed=p.seed,
            )
            for true in p.true_hr_grid
        ]
        for effect in effects
    }


def prepare(evidence: Evidence) -> None:
    """Compute what most variants of the page share; results are kept by the functions called."""
    p = BiomarkerPrognosis()
    simulate(printed_effects(evidence, p), p)


def simulated_numbers(
    simulated: dict[str, list[SignificanceFilter]], p: BiomarkerPrognosis
) -> Numbers:
    """Return what significant simulated trials report, per outcome and true hazard ratio."""
    numbers: Numbers = {}
    for outcome, filters in simulated.items():
        for true, found in zip(p.true_hr_grid, filters, strict=True):
            key = f"{outcome}_sim_{true:g}".replace(".", "_")
            words = (
                f"{NAMES[outcome]}, true hazard ratio per SD {true:g}: significant trials report"
            )
            if found.hr_significant is not None and found.mean_c_index_significant is not None:
                numbers[f"{key}_hr"] = (found.hr_significant, f"{words} a hazard ratio of")
                numbers[f"{key}_c"] = (found.mean_c_index_significant, f"{words} a concordance of")
    return numbers


def conclude(page: Page[BiomarkerPrognosis]) -> None:
    """Write the conclusions of the chapter, judged by its numbers."""
    sure = judge_certainty(page.evidence, QUESTION, "association").certainty
    page.claim(
        "association_fragile",
        "Higher pAKT went with worse PFS, hazard ratio per unit {pfs_hr}, and worse OS, {os_hr}; "
        "but with {parameter.n_hypotheses} hypotheses neither P survives adjustment: "
        "{pfs_p_adjusted} and {os_p_adjusted}.",
        holds=lambda r: r.pfs_p_adjusted.value > 0.05 and r.os_p_adjusted.value > 0.05,
        rests_on=["pfs_hr", "os_hr", "pfs_p_adjusted", "os_p_adjusted"],
        certainty=sure,
    )
    page.claim(
        "printed_numbers_fit",
        "Hazard ratio, interval and P value fit each other for PFS and for OS.",
        holds=lambda r: r.pfs_consistent.value == 1 and r.os_consistent.value == 1,
        rests_on=["pfs_consistent", "os_consistent"],
        certainty="arithmetic",
    )
    page.claim(
        "prediction_unknown",
        "pAKT predicts who benefits from interferon-alfa: the interaction with treatment is "
        "{interaction_p}.",
        holds=lambda r: r.interaction_p.value < 0.05,
        rests_on=["interaction_p"],
        certainty=judge_certainty(page.evidence, QUESTION, "prediction").certainty,
    )
    if "information_ratio" in page.results:
        page.claim(
            "models_differ",
            "The two models cannot be on one scale in the same patients: that would need "
            "{information_ratio:low} to {information_ratio:high} progressions for each death.",
            holds=lambda r: (
                r.information_ratio.low > page.parameters.events_pfs / page.parameters.events_os
            ),
            rests_on=["information_ratio"],
            certainty="arithmetic",
        )
    page.claim(
        "weak_evidence",
        "Starting from a probability of {parameter.prior_h1} that pAKT matters, these P values "
        "leave at best {pfs_posterior} and {os_posterior}.",
        holds=lambda r: r.pfs_posterior.value < 0.5 and r.os_posterior.value < 0.5,
        rests_on=["pfs_posterior", "os_posterior"],
        certainty=sure,
    )
    page.claim(
        "effects_exaggerated",
        "If the true hazard ratio per SD is {parameter.power_hr_per_sd}, the power was {pfs_power} "
        "and {os_power}, and significant findings exaggerate it {pfs_exaggeration} and "
        "{os_exaggeration} times.",
        holds=lambda r: r.pfs_exaggeration.value > 1.2 and r.os_exaggeration.value > 1.2,
        rests_on=["pfs_power", "os_power", "pfs_exaggeration", "os_exaggeration"],
        certainty="low",
    )
    page.claim(
        "splitting_wastes",
        "Splitting pAKT into high and low would keep {cut_keeps} of its information.",
        holds=lambda r: r.cut_keeps.value < 0.8,
        rests_on=["cut_keeps"],
        certainty="arithmetic",
    )
