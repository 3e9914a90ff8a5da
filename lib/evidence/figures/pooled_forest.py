"""Forest plot of studies with their weights and the pooled ratio as a diamond."""

from __future__ import annotations

import math
from itertools import pairwise

import pandas as pd
from matplotlib.axes import Axes

from evidence.figures.forest_lines import (
    draw_interval,
    estimate_columns,
    frame_ratios,
    write_beside,
)
from evidence.figures.style import INK, Figure, new_figure, use_theme
from evidence.tables.formatting import format_compact
from evidence_stats.estimates import Estimate
from evidence_stats.pooling.ratios import PooledRatio

# The first of these whose numbers do not overlap is taken.
_TICKS = (
    (0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1, 1.4, 2, 3, 5, 10, 20),
    (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100),
    (0.001, 0.01, 0.1, 1, 10, 100, 1000),
)
# A number of four signs takes so much of the axis.
_SHARE_OF_AXIS = 0.11
# The largest square, in points; its area is the weight of a study.
_LARGEST = 13.0


def forest(
    pooled: PooledRatio,
    *,
    name: str = "forest",
    axis: str = "Hazard ratio",
    directions: tuple[str, str] = ("lower", "higher"),
) -> Figure:
    """Return a forest plot on a log axis: squares by weight, the pooled ratio as a diamond.

    Parameters
    ----------
    pooled : PooledRatio
        As `evidence_stats.pooling.ratios.pool_hazard_ratios` returns it.
    name : str
        Name of the figure.
    axis : str
        What the ratios are.
    directions : tuple of str
        What ratios below and above 1 favour.

    Returns
    -------
    Figure
        Shows itself in Jupyter; `save("forest.svg")` writes it whole.

    Raises
    ------
    ValueError
        Where it is given anything but pooled ratios.

    Examples
    --------
    >>> from evidence_stats.pooling.ratios import pool_hazard_ratios
    >>> forest(pool_hazard_ratios({"A": (0.63, 0.52, 0.75), "B": (0.71, 0.61, 0.83)})).name
    'forest'
    """
    if not isinstance(pooled, PooledRatio):
        raise ValueError(f"expected what `pool_hazard_ratios` returns, got {type(pooled).__name__}")
    shown = [*pooled.studies.values(), pooled.estimate]
    ends = [float(end) for one in shown for end in (one.low, one.high) if end]
    limits = (min(0.5, 0.9 * min(ends)), max(2.0, 1.1 * max(ends)))
    with use_theme():
        fig, ax = new_figure(3.2, 0.36 * len(shown) + 1.3)
        for y, (study, one) in enumerate(pooled.studies.items()):
            weight = pooled.weights[study]
            draw_interval(ax, y, one, limits, size=_LARGEST * weight**0.5)
            write_beside(ax, y, study, f"{format_compact(one)}  {weight:.0%}")
        words = format_compact(pooled.estimate)
        _diamond(ax, len(pooled.studies), pooled.estimate)
        write_beside(ax, len(pooled.studies), "Pooled", words, weight="bold")
        ticks = ratio_ticks(*limits)
        frame_ratios(ax, len(shown), limits, ticks, axis=axis, directions=directions)
    data = pd.DataFrame(
        {
            "study": [*pooled.studies, "pooled"],
            **estimate_columns(shown),
            "weight": [*pooled.weights.values(), 1.0],
        }
    )
    count = f"{len(pooled.studies)} {'study' if len(pooled.studies) == 1 else 'studies'}"
    caption = f"{axis} of {count}; squares by weight, {words} pooled."
    alt = f"{axis}: " + "; ".join(
        f"{study} {format_compact(one)}" for study, one in zip(data["study"], shown, strict=True)
    )
    return Figure(fig, data, name, caption, f"{alt}.", "D2")


def ratio_ticks(low: float, high: float) -> tuple[float, ...]:
    """Return the ticks of a log axis between two ratios, as many as do not overlap."""
    least = math.log(high / low) * _SHARE_OF_AXIS
    for ticks in _TICKS:
        within = tuple(tick for tick in ticks if low <= tick <= high)
        if all(math.log(after / before) >= least for before, after in pairwise(within)):
            break
    return within


def _diamond(ax: Axes, y: float, pooled: Estimate) -> None:
    across = [float(x or 0) for x in (pooled.low, pooled.value, pooled.high, pooled.value)]
    ax.fill(across, [y, y - 0.25, y, y + 0.25], color=INK)
