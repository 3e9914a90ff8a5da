"""Posterior of the difference in response, with the interval and the margins that matter."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from evidence.figures.missing import or_say_why
from evidence.figures.style import INK, MUTED, Figure, new_figure, treatment_colour, use_theme
from evidence.tables.formatting import format_compact
from evidence_stats.estimates import Estimate
from evidence_stats.rates.posterior import ResponsePosterior

_LINE_STYLES = ("-", "--", ":")


@or_say_why("response-posterior")
def draw_response_posterior(
    posteriors: Mapping[str, ResponsePosterior],
    difference: Estimate,
    *,
    margin: float,
    gain: float,
) -> Figure:
    """Return the densities of the difference in response, combination minus monotherapy.

    Parameters
    ----------
    posteriors : mapping of str to ResponsePosterior
        By the words for their prior; the first one is shaded.
    difference : Estimate
        Difference with its confidence interval, a proportion.
    margin, gain : float
        Largest acceptable loss and smallest gain worth having, proportions above 0.
    """
    grid = np.linspace(-0.6, 0.6, 241)
    curves = {label: posterior.density(grid) for label, posterior in posteriors.items()}
    first = next(iter(posteriors.values()))
    better, worth = first.probability_above(0.0), first.probability_above(gain)
    kept = first.probability_above(-margin)
    with use_theme():
        fig, ax = new_figure(6.0, 3.6)
        main = next(iter(curves.values())) / 100
        points = 100 * grid
        better_colour, worse_colour = treatment_colour("SOR+IFN"), treatment_colour("SOR")
        ax.fill_between(points, main, where=grid >= 0, color=better_colour, alpha=0.25, linewidth=0)
        ax.fill_between(
            points, main, where=grid <= -margin, color=worse_colour, alpha=0.25, linewidth=0
        )
        for style, (label, density) in zip(_LINE_STYLES, curves.items(), strict=False):
            ax.plot(points, density / 100, style, color=INK, label=label)
        top = 1.25 * float(main.max())
        ax.axvline(0, color=INK, linewidth=0.8)
        for place, words in ((-100 * margin, "margin"), (100 * gain, "worth having")):
            ax.axvline(place, color=MUTED, linestyle=":", linewidth=1.2)
            side = "right" if place < 0 else "left"
            ax.text(place, top * 0.99, f"\u00a0{words}\u00a0", ha=side, va="top", color=MUTED)
        ends = [100 * (difference.low or -1), 100 * (difference.high or 1)]
        ax.plot(ends, [-0.06 * top] * 2, color=INK, linewidth=2.2)
        ax.plot([100 * difference.value], [-0.06 * top], "o", color=INK, markersize=6)
        ax.set(xlim=(-45, 45), ylim=(-0.13 * top, top), yticks=[])
        ax.spines["left"].set_visible(False)
        ax.set_xlabel(
            "Difference in response, percentage points\n"
            "\u2190 favours sorafenib alone\u2003\u2003favours the combination \u2192"
        )
        ax.legend(loc="upper left", bbox_to_anchor=(0, 0.88), title="Prior")
    alt = (
        f"The posterior of the difference in response is centred {_side(better)} zero; the "
        f"probability that the combination responds better is {better:.2f}, that it gains more "
        f"than {100 * gain:g} points {worth:.3f}, and that it loses less than "
        f"{100 * margin:g} points {kept:.2f}."
    )
    caption = (
        f"Difference in response, combination minus sorafenib alone. "
        f"Bar: {format_compact(difference)} points with its Miettinen-Nurminen interval. "
        f"Shaded: better with the combination (right), and worse by more than the margin (left), "
        f"both under the prior {next(iter(curves))}."
    )
    data = pd.DataFrame({"difference": grid, **curves})
    return Figure(fig, data, "response-posterior", caption, alt, "D2")


def _side(above: float) -> str:
    """Return where the middle of a posterior lies whose share `above` is above zero."""
    if above == 0.5:
        return "at"
    return "below" if above < 0.5 else "above"
