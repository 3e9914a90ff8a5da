"""Does phosphorylated AKT predict outcome? The numbers of that chapter."""

from __future__ import annotations

import math
from dataclasses import replace
from operator import itemgetter

from evidence.sources.data import Evidence
from evidence_stats.estimates import Estimate, NotEstimable, if_estimable
from evidence_stats.markers.marker_simulation import (
    SignificanceFilter,
    simulate_significance_filter,
)
from evidence_stats.markers.prognosis import concordance_normal_marker, information_ratio
from evidence_stats.printed.evidential_strength import e_value, posterior_probability, s_value
from evidence_stats.printed.rounding import RoundingPolygon
from evidence_stats.printed.winners_curse import retrospective_design
from mrcc import Numbers
from mrcc.biomarker_prognosis.marker_effect import (
    adjust,
    fitting_polygon,
    general_bayes_factor,
    largest_bayes_factor,
    ratio_per_sd,
    ratio_per_units,
    report_probability,
    selected_ratio,
    shrunk_ratio,
)
from mrcc.biomarker_prognosis.parameters import BiomarkerPrognosis
from mrcc.biomarker_prognosis.printed_marker import NAMES, PrintedEffect, printed_effects

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
) -> dict[str, list[tuple[str, Estimate]]] | NotEstimable:
    """Return, per outcome, the published hazard ratio and what shrinkage and selection leave.

    What is not estimable is left out, unless that is everything.
    """
    found: dict[str, list[tuple[str, Estimate]]] = {}
    for effect in effects:
        shown = (
            ("as published", effect.hr),
            ("shrunk", shrunk_ratio(effect)),
            ("selected", selected_ratio(effect)),
        )
        found[NAMES[effect.outcome]] = [
            (words, made) for words, made in shown if isinstance(made, Estimate)
        ]
    return found if any(found.values()) else NotEstimable("no hazard ratio was found")


def polygons(effects: tuple[PrintedEffect, ...]) -> dict[str, RoundingPolygon] | NotEstimable:
    """Return the rounding polygons under a title that says what was reported."""
    found = {}
    for effect in effects:
        if isinstance(effect.polygon, NotEstimable):
            continue
        hr, low, high, p = effect.texts
        found[f"{NAMES[effect.outcome]}: {hr} ({low}\u2013{high})\nP = {p}"] = effect.polygon
    return found or NotEstimable("no hazard ratio was found with two limits")


def check_consistency(effects: tuple[PrintedEffect, ...]) -> Numbers:
    """Return what hazard ratio, interval and P allow together."""
    numbers: Numbers = {}
    for effect in effects:
        name = NAMES[effect.outcome]
        numbers[f"{effect.outcome}_hr"] = (effect.hr, f"{name} hazard ratio per unit of pAKT")
        if isinstance(effect.polygon, NotEstimable):
            fit_words = f"{name}: do the reported numbers fit?"
            numbers[f"{effect.outcome}_consistent"] = (effect.polygon, fit_words)
            continue
        fits = Estimate(float(effect.polygon.consistent), method="rounding polygon, 1 is yes")
        numbers[f"{effect.outcome}_consistent"] = (fits, f"{name}: do the reported numbers fit?")
        if effect.polygon.p is not None:
            words = f"P values for {name} that the reported interval allows"
            numbers[f"{effect.outcome}_p_allowed"] = (effect.polygon.p, words)
        if effect.polygon.hr is not None and effect.polygon.consistent:
            words = f"{name} hazard ratios that round to it"
            numbers[f"{effect.outcome}_hr_range"] = (effect.polygon.hr, words)
    return numbers


def printed_p_and_range(effects: tuple[PrintedEffect, ...]) -> Numbers:
    """Return the reported P values, and why a range of hazard ratios cannot be had where it cannot.

    Sentences of the chapter name them, whatever is reported.
    """
    numbers: Numbers = {}
    for effect in effects:
        name, key = NAMES[effect.outcome], effect.outcome
        numbers[f"{key}_p"] = (
            if_estimable(lambda p: Estimate(p, unit="p_value", method="as reported"), effect.p),
            f"{name}: P as reported",
        )
        fitting = fitting_polygon(effect)
        if isinstance(fitting, NotEstimable):
            numbers[f"{key}_hr_range"] = (fitting, f"{name} hazard ratios that round to it")
    return numbers


def rescale(effects: tuple[PrintedEffect, ...], p: BiomarkerPrognosis) -> Numbers:
    """Return hazard ratios per several units and per SD, and the discrimination they mean."""
    numbers: Numbers = {}
    for effect in effects:
        name = NAMES[effect.outcome]
        per_sd = ratio_per_sd(effect, p)
        numbers[f"{effect.outcome}_hr_increment"] = (
            ratio_per_units(effect, p.increment_units, p.level),
            f"{name} hazard ratio per {p.increment_units:g} units of pAKT",
        )
        numbers[f"{effect.outcome}_hr_per_sd"] = (per_sd, f"{name} hazard ratio per SD of pAKT")
        numbers[f"{effect.outcome}_concordance"] = (
            if_estimable(lambda ratio: concordance_normal_marker(math.log(ratio.value)), per_sd),
            f"{name}: concordance that this means",
        )
        strength = if_estimable(e_value, per_sd)
        words = f"{name}: risk ratio of a confounder that could explain it"
        if isinstance(strength, NotEstimable):
            numbers[f"{effect.outcome}_e_value"] = (strength, words)
            continue
        alone = replace(strength, low=None, high=None, level=None, kind="")
        numbers[f"{effect.outcome}_e_value"] = (alone, words)
        if strength.low is not None:
            numbers[f"{effect.outcome}_e_value_limit"] = (
                replace(alone, value=strength.low),
                f"{name}: risk ratio of a confounder that could move its limit to 1",
            )
    return numbers


def compare_information(effects: tuple[PrintedEffect, ...], p: BiomarkerPrognosis) -> Numbers:
    """Return how much more the PFS model knows of the marker than the OS model."""
    found = if_estimable(
        lambda pfs, os_: information_ratio(pfs, os_, events_first=p.n_patients),
        *(fitting_polygon(effect) for effect in effects),
    )
    return {
        "information_ratio": (
            if_estimable(lambda made: made.ratio, found),
            "Events that PFS must have for each death",
        ),
        "implied_deaths": (
            if_estimable(lambda made: made.implied_events, found),
            "Deaths that this leaves if every patient progressed",
        ),
    }


def weigh(effects: tuple[PrintedEffect, ...], p: BiomarkerPrognosis) -> Numbers:
    """Return how strong the evidence of each P value is."""
    numbers: Numbers = {}
    for effect in effects:
        name, key = NAMES[effect.outcome], effect.outcome
        bound, general = largest_bayes_factor(effect), general_bayes_factor(effect)
        numbers |= {
            f"{key}_bayes_factor": (bound, f"{name}: largest Bayes factor, bound of Sellke et al."),
            f"{key}_bayes_factor_general": (general, f"{name}: largest Bayes factor, any prior"),
            f"{key}_s_value": (
                if_estimable(s_value, effect.p),
                f"{name}: surprise of the P value, bits",
            ),
            f"{key}_posterior": (
                if_estimable(lambda made: posterior_probability(p.prior_h1, made.value), bound),
                f"{name}: probability of an effect at most, bound of Sellke et al.",
            ),
            f"{key}_posterior_general": (
                if_estimable(lambda made: posterior_probability(p.prior_h1, made.value), general),
                f"{name}: probability of an effect at most, any prior of the effect",
            ),
            f"{key}_fprp": (
                report_probability(effect, p),
                f"{name}: false positive report probability",
            ),
        }
    many, two = (adjust(effects, p, n) for n in (p.n_hypotheses, 2))
    for place, effect in enumerate(effects):
        name, key = NAMES[effect.outcome], effect.outcome
        own = itemgetter(place)
        numbers[f"{key}_p_adjusted"] = (if_estimable(own, many), f"{name}: P among all hypotheses")
        numbers[f"{key}_p_adjusted_two"] = (
            if_estimable(own, two),
            f"{name}: P if only two were tested",
        )
    return numbers


def shrink(effects: tuple[PrintedEffect, ...], p: BiomarkerPrognosis) -> Numbers:
    """Return hazard ratios per unit after shrinkage and selection, and the power there was."""
    numbers: Numbers = {}
    for effect in effects:
        name, key = NAMES[effect.outcome], effect.outcome
        design = retrospective_design(math.log(p.power_hr_per_sd), 1 / math.sqrt(effect.events))
        numbers |= {
            f"{key}_hr_shrunk": (
                shrunk_ratio(effect),
                f"{name} hazard ratio per unit, shrunk by what trials in general find",
            ),
            f"{key}_hr_selected": (
                selected_ratio(effect),
                f"{name} hazard ratio per unit, given that it was selected",
            ),
            f"{key}_power": (design.power, f"{name}: power for the true hazard ratio given"),
            f"{key}_exaggeration": (
                design.exaggeration,
                f"{name}: mean exaggeration of the log hazard ratio if found",
            ),
            f"{key}_found": (
                replace(
                    design.exaggeration,
                    value=p.power_hr_per_sd**design.exaggeration.value,
                    unit="ratio",
                    method="true hazard ratio to the power of the mean exaggeration",
                ),
                f"{name}: hazard ratio per SD that significant results show on average",
            ),
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
