"""What hazard ratio do reported medians allow: one line per way of reading them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from evidence.figures.forest_lines import (
    draw_interval,
    estimate_columns,
    frame_ratios,
    write_beside,
)
from evidence.figures.missing import or_say_why
from evidence.figures.style import INK, MUTED, Figure, new_figure, treatment_colour, use_theme
from evidence.tables.formatting import format_compact
from evidence_stats.estimates import Estimate, Grade

_TICKS = (0.4, 0.5, 0.7, 1, 1.4, 2)
_LIMITS = (0.36, 2.6)


@dataclass(frozen=True, slots=True)
class Rung:
    """One way of reading the medians.

    Attributes
    ----------
    label : str
        Method in words.
    interval : Estimate
        Hazard ratio with everything that is uncertain.
    unreported : Estimate or None
        Range of the estimate that the trial did not report; None where there is none.
    """

    label: str
    interval: Estimate
    unreported: Estimate | None = None


@or_say_why("hazard-ratio-ladder")
def draw_hazard_ratio_ladder(
    rungs: Sequence[Rung], *, margin: float, grade: Grade = "D3"
) -> Figure:
    """Return the ladder of hazard ratios, combination over monotherapy, on a log axis."""
    with use_theme():
        fig, ax = new_figure(3.0, 0.42 * len(rungs) + 1.5)
        ax.axvline(margin, color=MUTED, linestyle=":", linewidth=1.2)
        ax.text(margin, -0.75, f"\u00a0margin {margin:g}", color=MUTED, va="center")
        for y, rung in enumerate(rungs):
            _draw_rung(ax, y, rung)
        frame_ratios(
            ax, len(rungs), _LIMITS, _TICKS, above=1.1,
            axis="PFS hazard ratio, combination / sorafenib alone",
            directions=("favours the combination", "favours sorafenib alone"),
        )  # fmt: skip
    widest = max(rungs, key=lambda rung: (rung.interval.high or 0) / (rung.interval.low or 1))
    values = [rung.interval.value for rung in rungs]
    alt = (
        f"{len(rungs)} ways of reading the reported medians give hazard ratios from "
        f"{min(values):.2f} to {max(values):.2f}; "
        f"with everything uncertain the widest runs from {widest.interval.low:.2f} to "
        f"{widest.interval.high:.2f}."
    )
    caption = (
        "Hazard ratios that follow from the reported medians, by assumption. Thin lines: "
        f"{_levels(rungs)} intervals, sampling error included. Thick bars: where the estimate that "
        f"the trial did not report may have been. Dotted: non-inferiority margin {margin:g}. "
        "Hollow: derived, no source gives it. "
        "Rows with a thick bar are reconstructions, not patient data."
    )
    data = pd.DataFrame(
        {
            "method": [rung.label for rung in rungs],
            **estimate_columns([rung.interval for rung in rungs]),
            "unreported_low": [r.unreported.low if r.unreported else None for r in rungs],
            "unreported_high": [r.unreported.high if r.unreported else None for r in rungs],
        }
    )
    return Figure(fig, data, "hazard-ratio-ladder", caption, alt, grade)


def _levels(rungs: Sequence[Rung]) -> str:
    levels = sorted({rung.interval.level for rung in rungs if rung.interval.level})
    return f"{' and '.join(f'{100 * level:g}' for level in levels)} %"


def _draw_rung(ax: Axes, y: int, rung: Rung) -> None:
    if rung.unreported is not None:
        ends = [rung.unreported.low or _LIMITS[0], rung.unreported.high or _LIMITS[1]]
        colour = treatment_colour("SOR+IFN")
        ax.plot(ends, [y, y], color=colour, alpha=0.55, linewidth=7, solid_capstyle="butt")
    face = INK if rung.interval.grade == "D0" else "white"
    thin = {"color": MUTED, "linewidth": 1.4}
    draw_interval(ax, y, rung.interval, _LIMITS, mark="D", size=5, face=face, line=thin)
    write_beside(ax, y, rung.label, format_compact(rung.interval))
