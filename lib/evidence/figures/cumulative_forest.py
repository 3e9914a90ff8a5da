"""Forest plot of a cumulative meta-analysis: the pooled ratio after each study."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from evidence.figures.forest_lines import (
    draw_interval,
    estimate_columns,
    frame_ratios,
    write_beside,
)
from evidence.figures.pooled_forest import ratio_ticks
from evidence.figures.style import Figure, new_figure, use_theme
from evidence.tables.formatting import format_compact
from evidence_stats.pooling.ratios import PooledRatio

# Intervals of fewer studies may be of any width; where they leave the axis, numbers say so.
_STUDIES_FOR_AXIS = 3


def draw_cumulative_forest(
    steps: Mapping[str, PooledRatio],
    years: Mapping[str, int],
    *,
    name: str,
    axis: str = "Hazard ratio",
    directions: tuple[str, str] = ("lower", "higher"),
) -> Figure:
    """Return a forest plot with a line for each study added: the ratio pooled until then.

    Parameters
    ----------
    steps : mapping of str to PooledRatio
        As `evidence_stats.pooling.cumulative.pool_cumulatively` returns them.
    years : mapping of str to int
        Year of each study.
    name : str
        Name of the figure.
    axis : str
        What the ratios are.
    directions : tuple of str
        What ratios below and above 1 favour.

    Raises
    ------
    ValueError
        Without a study.
    """
    if not steps:
        raise ValueError("expected at least one study, got none")
    shown = [step.estimate for step in steps.values()]
    settled = shown[_STUDIES_FOR_AXIS - 1 :] or shown
    ends = [float(end) for one in settled for end in (one.low, one.high) if end]
    ends += [one.value for one in shown]
    limits = (min(0.5, 0.9 * min(ends)), max(2.0, 1.1 * max(ends)))
    labels = [f"{years[study]}  + {study}" for study in steps]
    with use_theme():
        fig, ax = new_figure(3.2, 0.3 * len(shown) + 1.3)
        for y, (label, one) in enumerate(zip(labels, shown, strict=True)):
            draw_interval(ax, y, one, limits, mark="D", size=5)
            write_beside(ax, y, label, format_compact(one))
        ticks, axis_words = ratio_ticks(*limits), f"{axis}, pooled until then"
        frame_ratios(ax, len(shown), limits, ticks, axis=axis_words, directions=directions)
    data = pd.DataFrame(
        {
            "added": [*steps],
            "year": [years[study] for study in steps],
            "studies": range(1, len(shown) + 1),
            **estimate_columns(shown),
        }
    )
    caption = (
        f"{axis} pooled again after each study, by year. It shows when the answer settled; it is "
        "no test, for who looks often finds a difference by chance."
    )
    alt = f"{axis} pooled after each study: " + "; ".join(
        f"{label} {format_compact(one)}" for label, one in zip(labels, shown, strict=True)
    )
    return Figure(fig, data, name, caption, f"{alt}.", "D2")
