"""Forest plot of ratios: hazard ratios, odds ratios, ratios of response rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from evidence.figures.forest_lines import (
    draw_interval,
    estimate_columns,
    frame_ratios,
    told,
    write_beside,
)
from evidence.figures.missing import or_say_why
from evidence.figures.style import Figure, new_figure, treatment_colour, use_theme
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
        for y, row in enumerate(rows):
            colour, face = treatment_colour(row.treatment), "white" if row.flagged else ""
            draw_interval(ax, y, row.estimate, limits, colour=colour, face=face)
            words = f"{row.label}\u2002{row.note}" if row.note else row.label
            write_beside(ax, y, words, told(row.estimate))
        ticks = _WIDE_TICKS if limits[1] / limits[0] > 12 else _TICKS
        frame_ratios(ax, len(rows), limits, ticks, axis=axis, directions=directions)
    values = [row.estimate.value for row in rows]
    alt = (
        f"{axis} of {len(rows)} comparisons, from {min(values):.2f} to {max(values):.2f}: "
        + "; ".join(f"{row.label} {format_compact(row.estimate)}" for row in rows)
        + "."
    )
    data = pd.DataFrame(
        {
            "comparison": [row.label for row in rows],
            **estimate_columns([row.estimate for row in rows]),
            "flagged": [row.flagged for row in rows],
        }
    )
    return Figure(fig, data, name, caption, alt, grade)
