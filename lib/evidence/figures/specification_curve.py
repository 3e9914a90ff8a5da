"""Specification curve: a number under every defensible choice, and the choices below it.

After Simonsohn, Simmons and Nelson 2020, Nat Hum Behav 4:1208, and Steegen et al. 2016,
Perspect Psychol Sci 11:702.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure

from evidence.figures.forest_lines import estimate_columns
from evidence.figures.style import INK, MUTED, WARNING_INK, Figure, use_theme
from evidence_stats.estimates import Estimate, Grade

# Marker and colour of a state: told apart by form, so that colour is not needed.
_MARKS = {
    "holds": ("o", INK),
    "does not hold": ("X", WARNING_INK),
    "cannot tell": ("D", MUTED),
}


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One specification.

    Attributes
    ----------
    estimate : Estimate
        Its number.
    state : str
        State of the claim.
    chosen : tuple of int
        Position of the value of each choice.
    """

    estimate: Estimate
    state: str
    chosen: tuple[int, ...]


def draw_specification_curve(
    points: Sequence[CurvePoint],
    choices: Sequence[tuple[str, Sequence[str]]],
    *,
    name: str,
    axis: str,
    claim: str,
    logarithmic: bool = False,
    reference: float | None = None,
    grade: Grade = "D3",
) -> Figure:
    """Return the curve of a block: numbers above, choices below, smallest number first.

    Parameters
    ----------
    points : sequence of CurvePoint
        Specifications, in the order to be drawn.
    choices : sequence of (str, sequence of str)
        Each choice, and its values in words.
    name, axis : str
        Key for cross-references, and what the number is.
    claim : str
        The claim whose state the marks show, in words.
    logarithmic : bool
        True for ratios.
    reference : float, optional
        Value of no difference.
    grade : str
        Highest grade of the numbers.
    """
    lines = sum(len(values) for _, values in choices)
    with use_theme():
        height = 0.2 * (lines + len(choices))
        fig = MplFigure(figsize=(6.1, 2.8 + height))
        grid = fig.add_gridspec(2, 1, height_ratios=[2.4, height], hspace=0.08)
        top, below = fig.add_subplot(grid[0]), fig.add_subplot(grid[1])
        _draw_numbers(top, points, logarithmic=logarithmic, reference=reference)
        top.set_title(axis, loc="left", fontsize=9.5)
        _draw_choices(below, points, choices)
    values = [point.estimate.value for point in points]
    counts = {state: sum(point.state == state for point in points) for state in _MARKS}
    told = ", ".join(f"{state} in {count}" for state, count in counts.items() if count)
    alt = (
        f"{axis} under {len(points)} specifications runs from {min(values):.3g} to "
        f"{max(values):.3g}; the claim {told}."
    )
    caption = (
        f"{axis} under every combination of the choices below it, {len(points)} specifications "
        f"in the order of their numbers; lines are intervals. The marks show the claim: {claim} "
        "Circle: it holds; cross: it does not hold; diamond: cannot tell."
    )
    data = pd.DataFrame(
        {
            **estimate_columns([point.estimate for point in points]),
            "state": [point.state for point in points],
        }
    )
    return Figure(fig, data, name, caption, alt, grade)


def _draw_numbers(
    ax: Axes, points: Sequence[CurvePoint], *, logarithmic: bool, reference: float | None
) -> None:
    if reference is not None:
        ax.axhline(reference, color=MUTED, linewidth=0.8)
    for x, point in enumerate(points):
        marker, colour = _MARKS[point.state]
        low, high = point.estimate.low, point.estimate.high
        if low is not None and high is not None:
            ax.plot([x, x], [low, high], color=colour, linewidth=0.8, alpha=0.55)
        ax.plot([x], [point.estimate.value], marker, color=colour, markersize=3.6)
    if logarithmic:
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_formatter("{x:g}")
    ax.set(xlim=(-1, len(points)), xticks=[])


def _draw_choices(
    ax: Axes, points: Sequence[CurvePoint], choices: Sequence[tuple[str, Sequence[str]]]
) -> None:
    y = 0.0
    for position, (title, values) in enumerate(choices):
        ax.text(
            -0.01,
            y,
            title,
            transform=ax.get_yaxis_transform(),
            ha="right",
            va="center",
            fontweight="bold",
        )
        for number, words in enumerate(values):
            y += 1
            ax.text(
                -0.01,
                y,
                words,
                transform=ax.get_yaxis_transform(),
                ha="right",
                va="center",
                color=MUTED,
            )
            own = [x for x, point in enumerate(points) if point.chosen[position] == number]
            ax.plot(own, [y] * len(own), "s", color=INK, markersize=2.4)
        y += 1
    ax.set(xlim=(-1, len(points)), ylim=(y - 0.3, -0.7), xticks=[], yticks=[])
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
