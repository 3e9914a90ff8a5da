"""Every model of every marker, and where a trial's one result lies among them."""

from __future__ import annotations

import math

import pandas as pd

from evidence.cohorts.design import SCALES
from evidence.figures.forest_lines import draw_interval, frame_ratios, write_beside
from evidence.figures.missing import or_say_why
from evidence.figures.specification_curve import CurvePoint, draw_specification_curve
from evidence.figures.style import (
    WARNING_INK,
    Figure,
    new_figure,
    use_theme,
)
from evidence.tables.formatting import format_compact
from evidence_stats.estimates import Estimate, NotEstimable
from mrcc.tcga_kirc.cohort import Row, design, ratio, rows
from mrcc.tcga_kirc.parameters import TcgaKirc

_ALPHA = 0.05
_TICKS = (0.2, 0.35, 0.5, 0.7, 1, 1.4, 2, 3, 5)
_LIMITS = (0.18, 5.5)


def all_models() -> list[Row]:
    """Return every model that has a hazard ratio and is no copy of another."""
    return [one for one in rows("models", same_as="") if one["log_hr"] != ""]


@or_say_why("marker-multiverse")
def draw_marker_multiverse(
    p: TcgaKirc, trial: Estimate | NotEstimable, models: list[Row]
) -> Figure:
    """Return the hazard ratios of all models, a line per marker, the trial's on a line below."""
    told = design().markers
    ordered = sorted(told, key=lambda name: _middle(models, name))
    with use_theme():
        fig, ax = new_figure(3.4, 0.3 * (len(ordered) + 2) + 1.1)
        for y, marker in enumerate(ordered):
            own = [one for one in models if one["marker"] == marker]
            for is_small, colour, size in ((False, "#b5b5b5", 2.6), (True, "#01665e", 3.2)):
                shown = [_hr(one) for one in own if (float(one["score_p"]) < _ALPHA) is is_small]
                ax.plot(*_strokes(shown, y, size / 10), color=colour, linewidth=0.9)
            weight = "bold" if marker == p.marker else "normal"
            write_beside(ax, y, told[marker], "", weight=weight)
        last = len(ordered) + 0.4
        if isinstance(trial, Estimate) and trial.low and trial.high:
            draw_interval(ax, last, trial, _LIMITS, mark="D", size=5, colour=WARNING_INK)
        write_beside(ax, last, "the trial, pAKT", "", color=WARNING_INK)
        directions = ("higher, longer survival", "shorter")
        frame_ratios(ax, last + 1.2, _LIMITS, _TICKS, axis="Hazard ratio", directions=directions)
    small = [one for one in models if float(one["score_p"]) < _ALPHA]
    placed = (
        f"the trial's hazard ratio per SD, {format_compact(trial)}, lies on the other side of most "
        "models of its protein"
        if isinstance(trial, Estimate)
        and all(_hr(one) < 1 < trial.value for one in _of(small, p.marker))
        and _of(small, p.marker)
        else "the trial's hazard ratio stands on the last line"
    )
    alt = f"{len(models)} models of {len(told)} proteins: {len(small)} have P below .05; {placed}."
    caption = (
        f"Hazard ratios of all {len(models)} models, a stroke each: every protein (lines) on every "
        "scale, in every population, beside every adjustment. Dark: P below .05 (score test). "
        f"Last line: the trial's hazard ratio for survival per SD, {p.events_os} deaths assumed; "
        "another assay, other patients, treated."
    )
    data = pd.DataFrame(
        {
            "marker": [one["marker"] for one in models],
            "value": [_hr(one) for one in models],
            "p": [float(one["score_p"]) for one in models],
        }
    )
    return Figure(fig, data, "marker-multiverse", caption, alt, "D2")


def _strokes(places: list[float], y: float, half: float) -> tuple[list[float], list[float]]:
    """Return short vertical strokes as one line with gaps, which is a small picture."""
    gap = math.nan
    across = [x for place in places for x in (place, place, gap)]
    return across, [at for _ in places for at in (y - half, y + half, gap)]


def _of(models: list[Row], marker: str) -> list[Row]:
    return [one for one in models if one["marker"] == marker]


def _hr(one: Row) -> float:
    return math.exp(float(one["log_hr"]))


def _middle(models: list[Row], marker: str) -> float:
    own = sorted(float(one["log_hr"]) for one in models if one["marker"] == marker)
    return own[len(own) // 2] if own else 0.0


def draw_marker_specifications(p: TcgaKirc, models: list[Row]) -> Figure:
    """Return the specification curve of the chosen marker: every scale, population, adjustment."""
    told = design()
    choices: list[tuple[str, dict[str, str]]] = [
        ("Scale", {name: words for name, (words, _) in SCALES.items()}),
        ("Patients", {name: one.words for name, one in told.populations.items()}),
        ("Beside", {name: one.words for name, one in told.adjustments.items()}),
    ]
    columns = ("scale", "population", "adjustment")
    points = []
    for one in sorted(_of(models, p.marker), key=_hr):
        hr = ratio(one, p.level)
        if isinstance(hr, NotEstimable):
            continue
        chosen = tuple(
            list(names).index(one[c]) for c, (_, names) in zip(columns, choices, strict=True)
        )
        state = "holds" if float(one["score_p"]) < _ALPHA else "does not hold"
        points.append(CurvePoint(hr, state, chosen))
    return draw_specification_curve(
        points,
        [(title, list(names.values())) for title, names in choices],
        name="marker-specifications",
        axis=f"Hazard ratio of {told.markers[p.marker]}",
        claim="P is below .05 by the score test.",
        logarithmic=True,
        reference=1.0,
        grade="D2",
    )
