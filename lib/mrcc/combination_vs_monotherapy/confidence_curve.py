"""Compatibility of every hazard ratio with the data: the confidence curve."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from evidence.figures.missing import or_say_why
from evidence.figures.style import (
    INK,
    MUTED,
    Figure,
    label_directions,
    new_figure,
    use_ratio_axis,
    use_theme,
)
from evidence_stats.estimates import Estimate
from evidence_stats.normal import two_sided_p

_TICKS = (0.4, 0.5, 0.7, 1, 1.4, 2)
_LIMITS = (0.36, 2.6)


@or_say_why("confidence-curve")
def draw_confidence_curve(hr: Estimate, se: float, *, margin: float, benefit: float) -> Figure:
    """Return P of every hazard ratio as if it were the tested one, with margin and benefit.

    Parameters
    ----------
    hr : Estimate
        Hazard ratio.
    se : float
        Standard error of its logarithm.
    margin, benefit : float
        Non-inferiority margin, and the hazard ratio worth having.
    """
    grid = np.exp(np.linspace(math.log(_LIMITS[0]), math.log(_LIMITS[1]), 181))
    p = np.array([two_sided_p((math.log(value) - math.log(hr.value)) / se) for value in grid])
    with use_theme():
        fig, ax = new_figure(5.4, 3.2)
        ax.plot(grid, p, color=INK)
        ax.axhline(0.05, color=MUTED, linewidth=0.8)
        ax.axvline(1, color=INK, linewidth=0.8)
        for value, words in (
            (benefit, f"worth having {benefit:g}"),
            (margin, f"margin {margin:g}"),
        ):
            ax.axvline(value, color=MUTED, linestyle=":", linewidth=1.2)
            side = "right" if value < 1 else "left"
            ax.text(value, 1.02, f" {words} ", fontsize=8, color=MUTED, ha=side, va="bottom")
        use_ratio_axis(ax, _LIMITS, _TICKS)
        ax.set(ylim=(0, 1.1), ylabel="P of each hazard ratio")
        ax.set_xlabel("PFS hazard ratio, combination / sorafenib alone\n")
        label_directions(ax, "combination better", "sorafenib alone better")
    at = {words: two_sided_p((math.log(v) - math.log(hr.value)) / se)
          for words, v in (("benefit", benefit), ("margin", margin))}  # fmt: skip
    alt = (
        f"The confidence curve peaks at a hazard ratio of {hr.value:.2f}; one of {benefit:g} has "
        f"P {at['benefit']:.2g} and one of {margin:g} has P {at['margin']:.2g}."
    )
    caption = (
        "Confidence curve: P of every hazard ratio, were it the one tested. Values above the grey "
        "line lie inside the interval."
    )
    return Figure(fig, pd.DataFrame({"hr": grid, "p": p}), "confidence-curve", caption, alt, "D2")
