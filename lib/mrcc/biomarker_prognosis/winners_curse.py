"""Hazard ratios as published, and after allowing for the way they were selected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from evidence.figures.forest_lines import write_beside
from evidence.figures.missing import or_say_why
from evidence.figures.style import (
    INK,
    MUTED,
    Figure,
    new_figure,
    treatment_colour,
    use_theme,
)
from evidence.tables.formatting import format_compact
from evidence_stats.estimates import Estimate

_MARKERS = ("s", "o", "^")


@or_say_why("winners-curse")
def draw_winners_curse(outcomes: Mapping[str, Sequence[tuple[str, Estimate]]]) -> Figure:
    """Return, per outcome, the published hazard ratio and what remains of it.

    Parameters
    ----------
    outcomes : mapping of str to sequence of (str, Estimate)
        By outcome: method in words and hazard ratio, the published one first.
    """
    lines = sum(len(rows) for rows in outcomes.values())
    records = []
    colours = (INK, treatment_colour("SOR"), treatment_colour("SOR+IFN"))
    with use_theme():
        fig, ax = new_figure(3.4, 0.34 * lines + 1.5)
        y = 0.0
        for outcome, rows in outcomes.items():
            for number, (method, estimate) in enumerate(rows):
                colour = colours[number]
                if estimate.low is not None and estimate.high is not None:
                    ax.plot([estimate.low, estimate.high], [y, y], color=colour)
                ax.plot([estimate.value], [y], _MARKERS[number], color=colour, markersize=7)
                published = estimate.low is not None
                label = format_compact(estimate) if published else f"{estimate.value:.3f}"
                write_beside(ax, y, f"{outcome}, {method}", label)
                records.append(
                    {
                        "outcome": outcome,
                        "method": method,
                        "value": estimate.value,
                        "low": estimate.low,
                        "high": estimate.high,
                    }
                )
                y += 1
            y += 0.6
        ax.axvline(1, color=MUTED, linewidth=0.8)
        ax.set(ylim=(y - 0.4, -0.8), yticks=[])
        ax.spines["left"].set_visible(False)
        ax.set_xlabel("Hazard ratio per unit of pAKT\nhigher pAKT, worse outcome \u2192")
    alt = "Published and shrunken hazard ratios per unit of pAKT. " + "; ".join(
        f"{record['outcome']} {record['method']} {record['value']:.3f}" for record in records
    )
    caption = (
        "Hazard ratios per unit of pAKT as published, shrunk by what trials in general find, and "
        "the value that most likely gave a result this extreme given that it was selected for P "
        "below the limit. The unit of pAKT is not in the abstract."
    )
    if any(len(rows) < len(_MARKERS) for rows in outcomes.values()):
        caption += " What is not estimable is left out."
    return Figure(fig, pd.DataFrame(records), "winners-curse", caption, alt + ".", "D2")
