"""Ratios of studies against something that differs between them, with their meta-regression."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.ticker import FixedLocator, NullLocator

from evidence.figures.style import INK, Figure, new_figure, use_theme
from evidence_stats.pooling.inverse_variance import Pooled
from evidence_stats.pooling.ratios import PooledRatio

_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
# The largest bubble, in square points; areas are weights.
_LARGEST = 500.0


def draw_regression_bubbles(
    pooled: PooledRatio,
    moderator: Mapping[str, float],
    fitted: Pooled,
    *,
    name: str,
    across: str,
    ratio: str,
    words: str,
) -> Figure:
    """Return a bubble for each study, and the line and confidence band of the regression.

    Parameters
    ----------
    pooled : PooledRatio
        The ratios, and their weights, which are the areas.
    moderator : mapping of str to float
        By study: what is on the horizontal axis.
    fitted : Pooled
        Regression of the logarithms on it.
    name : str
        Name of the figure.
    across, ratio : str
        What the axes show.
    words : str
        The slope in words, for caption and alternative text.
    """
    studies = list(pooled.studies)
    x = [moderator[study] for study in studies]
    y = [pooled.studies[study].value for study in studies]
    weights = [pooled.weights[study] for study in studies]
    grid = np.linspace(min(x), max(x), 60)
    band = [fitted.at(float(at)) for at in grid]
    low, middle, high = (
        np.exp([getattr(point, part) for point in band]) for part in ("low", "value", "high")
    )
    with use_theme():
        fig, ax = new_figure(5.6, 3.9)
        ax.fill_between(grid, low, high, color="#dddddd", linewidth=0)
        ax.plot(grid, middle, color=INK, linewidth=1.2)
        ax.axhline(1, color=INK, linewidth=0.8, linestyle=":")
        areas = [_LARGEST * weight / max(weights) for weight in weights]
        ax.scatter(x, y, s=areas, facecolor="none", edgecolor=INK, zorder=3)
        ax.set_yscale("log")
        bottom, top = ax.get_ylim()
        shown = [tick for tick in _TICKS if bottom <= tick <= top]
        ax.yaxis.set_major_locator(FixedLocator(shown))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.set_yticklabels([f"{tick:g}" for tick in shown])
        ax.set(xlabel=across, ylabel=ratio)
    caption = (
        f"{ratio} against {across[:1].lower()}{across[1:]}; areas show weights, line and band the "
        f"meta-regression: {words}."
    )
    alt = f"{ratio} of {len(studies)} studies against {across[:1].lower()}{across[1:]}: {words}."
    data = pd.DataFrame({"study": studies, "across": x, "value": y, "weight": weights})
    return Figure(fig, data, name, caption, alt, "D2")
