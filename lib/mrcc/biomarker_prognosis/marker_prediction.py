"""What pAKT would predict: benefit, outcome of single patients, and what a cut would lose."""

from __future__ import annotations

from operator import itemgetter

from evidence_stats.estimates import Estimate, NotEstimable, if_estimable
from evidence_stats.markers.prognosis import dichotomisation_efficiency, predicted_survival
from evidence_stats.survival.survival_power import detectable_interaction
from mrcc import Numbers
from mrcc.biomarker_prognosis.parameters import BiomarkerPrognosis
from mrcc.biomarker_prognosis.printed_marker import NAMES, PrintedEffect

# Months at which predicted curves are read off.
_HORIZON = 12.0


def find_prediction(effects: tuple[PrintedEffect, ...]) -> Numbers:
    """Return the difference between the arms that the trial could find: prediction of benefit."""
    return {
        f"{effect.outcome}_interaction": (
            detectable_interaction(effect.events),
            f"{NAMES[effect.outcome]}: ratio of the arms' hazard ratios per SD that four trials "
            "in five of this size would find",
        )
        for effect in effects
    }


def split_and_predict(p: BiomarkerPrognosis, per_sd: Estimate | NotEstimable) -> Numbers:
    """Return what a cut keeps, and predicted PFS for some marker values."""
    kept = dichotomisation_efficiency(p.cutpoint_quantile, marker=p.marker_dist)
    numbers: Numbers = {"cut_keeps": (kept, "Information that splitting the marker keeps")}
    curves = if_estimable(
        lambda ratio: predicted_survival(
            _HORIZON,
            p.marker_values_sd,
            hr_per_sd=ratio.value,
            baseline_median=p.baseline_median,
            baseline_shape=p.baseline_shape,
        ),
        per_sd,
    )
    for place, value in enumerate(p.marker_values_sd):
        sign = "minus" if value < 0 else "plus"
        key = f"predicted_{sign}_{abs(value):g}_sd".replace(".", "_")
        words = f"Progression-free at {_HORIZON:g} months, marker at {value:+g} SD"
        numbers[key] = (if_estimable(itemgetter(place), curves), words)
    return numbers
