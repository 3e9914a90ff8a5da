"""Single numbers of a reported marker effect, or why they cannot be had."""

from __future__ import annotations

import math
from dataclasses import replace

from evidence_stats.estimates import Estimate, NotEstimable, if_estimable
from evidence_stats.markers.prognosis import hazard_ratio_per_sd, hazard_ratio_per_units
from evidence_stats.normal import critical_value, z_from_p
from evidence_stats.printed.evidential_strength import (
    adjusted_p_values,
    bayes_factor_bound,
    false_positive_report_probability,
    minimum_bayes_factor,
)
from evidence_stats.printed.rounding import RoundingPolygon
from evidence_stats.printed.winners_curse import (
    conditional_mle,
    shrunk_hazard_ratio,
    shrunk_signal_to_noise,
)
from evidence_stats.survival.hazard_ratio import at_level
from mrcc.biomarker_prognosis.parameters import BiomarkerPrognosis
from mrcc.biomarker_prognosis.printed_marker import PrintedEffect

# Two-sided level at which a result is taken to have been selected for print.
_SELECTED = 0.05


def shrunk_ratio(effect: PrintedEffect) -> Estimate | NotEstimable:
    """Return the hazard ratio shrunk by what trials in general find."""
    if effect.z == 0:
        return NotEstimable(f"P or the hazard ratio is 1: nothing to shrink ({effect.row})")
    shrunk = if_estimable(shrunk_signal_to_noise, effect.z)
    return if_estimable(shrunk_hazard_ratio, effect.hr_value, effect.z, shrunk)


def selected_ratio(effect: PrintedEffect) -> Estimate | NotEstimable:
    """Return the hazard ratio given that it was selected for being significant."""
    if not isinstance(effect.z, NotEstimable) and abs(effect.z) <= critical_value(1 - _SELECTED):
        return NotEstimable(
            f"the result is not significant at P below {_SELECTED:g}, so that it was not selected "
            f"for that ({effect.row})"
        )
    selected = if_estimable(conditional_mle, effect.z)
    return if_estimable(shrunk_hazard_ratio, effect.hr_value, effect.z, selected)


def ratio_per_sd(effect: PrintedEffect, p: BiomarkerPrognosis) -> Estimate | NotEstimable:
    """Return the hazard ratio per SD: from z and events, or by the SD that the reader gives."""
    if not p.marker_sd_units:
        return if_estimable(
            lambda z: hazard_ratio_per_sd(z, effect.events, level=p.level), effect.z
        )
    per_sd = ratio_per_units(effect, p.marker_sd_units, p.level)
    if isinstance(per_sd, NotEstimable):
        return per_sd
    return replace(per_sd, grade="D2", method="per unit, times the SD given")


def ratio_per_units(effect: PrintedEffect, units: float, level: float) -> Estimate | NotEstimable:
    """Return the hazard ratio per several units, its interval at `level`."""
    return if_estimable(lambda hr: at_level(hazard_ratio_per_units(hr, units), level), effect.hr)


def fitting_polygon(effect: PrintedEffect) -> RoundingPolygon | NotEstimable:
    """Return the polygon, unless the reported numbers fit no hazard ratio and standard error."""
    polygon = effect.polygon
    if isinstance(polygon, NotEstimable):
        return polygon
    error = polygon.log_hr_se
    if not polygon.consistent or error is None or not error.low:
        return NotEstimable(f"the reported numbers of {effect.row} do not fit each other")
    return polygon


def largest_bayes_factor(effect: PrintedEffect) -> Estimate | NotEstimable:
    """Return the largest Bayes factor for an effect that P allows."""
    return _say_which_p(effect, if_estimable(bayes_factor_bound, effect.p_of_z))


def general_bayes_factor(effect: PrintedEffect) -> Estimate | NotEstimable:
    """Return the largest Bayes factor for an effect that any prior of the effect allows."""

    def largest(p: float) -> Estimate:
        smallest = minimum_bayes_factor(z_from_p(p))
        return replace(smallest, value=1 / smallest.value, method="Bayes factor exp(z^2 / 2)")

    return _say_which_p(effect, if_estimable(largest, effect.p_of_z))


def report_probability(effect: PrintedEffect, p: BiomarkerPrognosis) -> Estimate | NotEstimable:
    """Return the probability that a result this significant is a false positive."""
    found = if_estimable(
        lambda value: false_positive_report_probability(
            value,
            prior=p.prior_h1,
            alternative_hr=p.alt_hr_per_sd,
            se=1 / math.sqrt(effect.events),
        ),
        effect.p_of_z,
    )
    return _say_which_p(effect, found)


def _say_which_p(effect: PrintedEffect, made: Estimate | NotEstimable) -> Estimate | NotEstimable:
    if isinstance(made, NotEstimable) or not isinstance(effect.p, NotEstimable):
        return made
    return replace(made, method=f"{made.method}; P of the reported interval ({effect.p.reason})")


def adjust(
    effects: tuple[PrintedEffect, ...], p: BiomarkerPrognosis, n_hypotheses: int
) -> tuple[Estimate, ...] | NotEstimable:
    """Return the reported P values adjusted; none where one is missing, as all have a say."""
    return if_estimable(
        lambda *values: adjusted_p_values(values, n_hypotheses=n_hypotheses, method=p.multiplicity),
        *(effect.p for effect in effects),
    )
