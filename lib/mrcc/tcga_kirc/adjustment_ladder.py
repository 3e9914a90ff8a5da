"""The hazard ratio of a marker beside one adjustment after the other."""

from __future__ import annotations

from evidence.cohorts.design import SCALES
from evidence.figures.ratio_forest import RatioRow, draw_ratio_forest
from evidence.figures.style import Figure
from evidence_stats.estimates import Estimate, NotEstimable
from mrcc.tcga_kirc.analysis import model
from mrcc.tcga_kirc.cohort import design, ratio
from mrcc.tcga_kirc.parameters import TcgaKirc


def draw_adjustment_ladder(p: TcgaKirc) -> Figure:
    """Return the chosen marker, scale and patients beside every adjustment of the design."""
    told = design()
    rungs = []
    for name, one in told.adjustments.items():
        hr = ratio(model(p, adjustment=name), p.level)
        if isinstance(hr, Estimate):
            rungs.append(RatioRow(one.words, f"{hr.events}/{hr.n}", hr, ""))
    who = f"{told.markers[p.marker]}, {SCALES[p.scale][1]}, {told.populations[p.population].words}"
    shown: list[RatioRow] | NotEstimable = rungs or NotEstimable("no model of these patients")
    return draw_ratio_forest(
        shown,
        name="adjustment-ladder",
        axis="Hazard ratio of death",
        directions=("higher, longer survival", "shorter"),
        caption=(
            f"Hazard ratio of death of {who}, beside what else is in the model, with "
            f"{100 * p.level:g} % intervals. Behind each label: deaths and patients."
        ),
    )
