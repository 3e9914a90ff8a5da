"""The mean differences from placebo, drawn."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from evidence.figures.style import INK, Figure, new_figure, use_theme
from evidence.sources.vocabulary import treatment_words
from evidence_stats.estimates import Estimate


def draw_differences(found: Mapping[str, Estimate]) -> Figure:
    """Return a forest plot of differences, the drug that lowers most at the top."""
    words = [treatment_words(drug) for drug in found]
    shown = list(found.values())
    with use_theme():
        fig, ax = new_figure(3.2, 0.36 * len(shown) + 1.0)
        ax.axvline(0, color=INK, linewidth=0.8)
        for y, (name, one) in enumerate(zip(words, shown, strict=True)):
            ax.hlines(y, one.low or 0.0, one.high or 0.0, color=INK)
            ax.plot([one.value], [y], "s", color=INK, markersize=6)
            beside = {"transform": ax.get_yaxis_transform(), "va": "center", "fontsize": 9}
            ax.text(-0.03, y, name, ha="right", **beside)
            ax.text(1.03, y, _text(one), ha="left", **beside)
        ax.set(ylim=(len(shown) - 0.4, -0.6), yticks=[])
        ax.set_xlabel("HbA1c, percentage points from placebo")
        ax.spines["left"].set_visible(False)
    lines = "; ".join(f"{n} {_text(one)}" for n, one in zip(words, shown, strict=True))
    data = pd.DataFrame(
        {"drug": words, "value": [one.value for one in shown], "low": [one.low for one in shown],
         "high": [one.high for one in shown]}
    )  # fmt: skip
    caption = "Mean differences in HbA1c from placebo by the whole network; left is lower."
    return Figure(fig, data, "differences", caption, f"Mean differences: {lines}.", "D2")


def _text(one: Estimate) -> str:
    """Return a difference with its interval, with signs that are no hyphens."""
    return f"{one.value:.2f} ({one.low:.2f} to {one.high:.2f})".replace("-", "\u2212")
