"""Forest plot of ratios: hazard ratios, odds ratios, ratios of response rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from evidence.figures.missing import or_say_why
from evidence.figures.style import (
    INK,
    Figure,
    TextStyle,
    label_directions,
    new_figure,
    treatment_colour,
    use_ratio_axis,
    use_theme,
)
from evidence.tables.formatting import format_compact
from evidence_stats.estimates import Estimate, Grade

_TICKS = (0.35, 0.5, 0.7, 1, 1.4, 2, 3)
_WIDE_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class RatioRow:
    """One line of the forest.

    Attributes
    ----------
    label : str
        Study and outcome.
    note : str
        What stands beside the label, such as counts.
    estimate : Estimate
        Ratio with its interval; without one only a point is drawn.
    treatment : str
        Treatment code that gives the colour.
    flagged : bool
        True where more differs than the treatment asked about, or where no source gives the ratio:
        drawn hollow.
    """

    label: str
    note: str
    estimate: Estimate
    treatment: str
    flagged: bool = False


@or_say_why("ratio-forest")
def draw_ratio_forest(
    rows: Sequence[RatioRow],
    *,
    name: str,
    axis: str,
    directions: tuple[str, str],
    caption: str,
    limits: tuple[float, float] = (0.3, 3.0),
    grade: Grade = "D2",
) -> Figure:
    """Return a forest plot on a log axis; intervals beyond `limits` end in an arrow."""
    with use_theme():
        fig, ax = new_figure(2.9, 0.36 * len(rows) + 1.3)
        ax.axvline(1, color=INK, linewidth=0.8)
        for y, row in enumerate(rows):
            _draw_row(ax, y, row, limits)
        use_ratio_axis(ax, limits, _WIDE_TICKS if limits[1] / limits[0] > 12 else _TICKS)
        ax.set(ylim=(len(rows) - 0.4, -0.8), yticks=[])
        ax.spines["left"].set_visible(False)
        ax.set_xlabel(f"{axis}\n")
        label_directions(ax, *directions)
    values = [row.estimate.value for row in rows]
    alt = (
        f"{axis} of {len(rows)} comparisons, from {min(values):.2f} to {max(values):.2f}: "
        + "; ".join(f"{row.label} {format_compact(row.estimate)}" for row in rows)
        + "."
    )
    data = pd.DataFrame(
        {
            "comparison": [row.label for row in rows],
            "value": values,
            "low": [row.estimate.low for row in rows],
            "high": [row.estimate.high for row in rows],
            "flagged": [row.flagged for row in rows],
        }
    )
    return Figure(fig, data, name, caption, alt, grade)


def _draw_row(ax: Axes, y: int, row: RatioRow, limits: tuple[float, float]) -> None:
    colour = treatment_colour(row.treatment)
    low, high = row.estimate.low, row.estimate.high
    if low is not None or high is not None:
        ends = max(low or 0.0, limits[0] * 1.02), min(high or limits[1] * 2, limits[1] * 0.98)
        ax.plot(ends, [y, y], color=colour)
        if (low or 0.0) < ends[0]:
            ax.plot([ends[0]], [y], marker="<", color=colour, markersize=6)
        if high is None or high > ends[1]:
            ax.plot([ends[1]], [y], marker=">", color=colour, markersize=6)
    face = "white" if row.flagged else colour
    value = min(max(row.estimate.value, limits[0] * 1.02), limits[1] * 0.98)
    ax.plot([value], [y], "s", color=colour, markerfacecolor=face, markersize=7, zorder=4)
    beside: TextStyle = {"transform": ax.get_yaxis_transform(), "va": "center"}
    words = f"{row.label}\u2002{row.note}" if row.note else row.label
    ax.text(-0.03, y, words, ha="right", **beside)
    told = format_compact(row.estimate)
    known = row.estimate.low is not None or row.estimate.high is not None
    ax.text(1.03, y, told if known else f"{told} (no interval)", ha="left", **beside)
