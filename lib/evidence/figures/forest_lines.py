"""What every forest draws: an interval on its line, the words beside it, the axis below all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from evidence.figures.style import INK, TextStyle, label_directions, use_ratio_axis
from evidence.tables.formatting import format_compact
from evidence_stats.estimates import Estimate

# Arrows and marks of values beyond the axis stand so far inside it that they are seen whole.
_INSIDE = 0.02
_ARROW = 6.0


def draw_interval(
    ax: Axes,
    y: float,
    estimate: Estimate,
    limits: tuple[float, float],
    *,
    mark: str = "s",
    size: float = 7.0,
    colour: str = INK,
    face: str = "",
    line: dict[str, Any] | None = None,
) -> None:
    """Draw a ratio and its interval on one line; what lies beyond `limits` ends in an arrow.

    Parameters
    ----------
    ax : Axes
        Axes with a logarithmic horizontal axis.
    y : float
        The line.
    estimate : Estimate
        Ratio; without an interval only its mark is drawn.
    limits : tuple of float
        Ends of the axis.
    mark, size, colour, face : str, float, str, str
        Mark of the ratio, its size in points, its colour, and what fills it, by default its colour.
    line : dict, optional
        Colour and width of the interval, where they are not those of the mark.
    """
    first, last = limits[0] * (1 + _INSIDE), limits[1] * (1 - _INSIDE)
    style = {"color": colour, **(line or {})}
    low, high = estimate.low, estimate.high
    if low is not None or high is not None:
        ends = max(low or 0.0, first), min(high or 2 * limits[1], last)
        ax.plot(ends, [y, y], **style)
        if (low or 0.0) < first:
            ax.plot([ends[0]], [y], marker="<", color=style["color"], markersize=_ARROW)
        if high is None or high > last:
            ax.plot([ends[1]], [y], marker=">", color=style["color"], markersize=_ARROW)
    value = min(max(estimate.value, first), last)
    face = face or colour
    ax.plot([value], [y], mark, color=colour, markerfacecolor=face, markersize=size, zorder=4)


def write_beside(ax: Axes, y: float, before: str, after: str, **style: Any) -> None:
    """Write what a line of a forest shows before it, and its numbers after it."""
    beside: TextStyle = {"transform": ax.get_yaxis_transform(), "va": "center", **style}
    ax.text(-0.03, y, before, ha="right", **beside)
    ax.text(1.03, y, after, ha="left", **beside)


def frame_ratios(
    ax: Axes,
    lines: float,
    limits: tuple[float, float],
    ticks: Sequence[float],
    *,
    axis: str,
    directions: tuple[str, str],
    above: float = 0.8,
) -> None:
    """Give a forest its axis: ratios of `axis`, a line at 1, and what either side favours.

    Parameters
    ----------
    ax : Axes
        Axes whose lines are numbered downwards from 0.
    lines : float
        Number of lines.
    limits, ticks : sequence of float
        Ends of the axis, and where it is labelled.
    axis : str
        What the ratios are.
    directions : tuple of str
        What ratios below and above 1 favour.
    above : float
        Lines that stay empty above the first.
    """
    ax.axvline(1, color=INK, linewidth=0.8)
    use_ratio_axis(ax, limits, ticks)
    ax.set(ylim=(lines - 0.4, -above), yticks=[])
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(f"{axis}\n")
    label_directions(ax, *directions)


def estimate_columns(estimates: Sequence[Estimate]) -> dict[str, list[float | None]]:
    """Return the columns value, low and high of the numbers that a figure shows.

    Examples
    --------
    >>> estimate_columns([Estimate(0.7, 0.5, 0.9)])
    {'value': [0.7], 'low': [0.5], 'high': [0.9]}
    """
    return {part: [getattr(one, part) for one in estimates] for part in ("value", "low", "high")}


def told(estimate: Estimate) -> str:
    """Return an estimate as it stands beside its line."""
    known = estimate.low is not None or estimate.high is not None
    words = format_compact(estimate)
    return words if known else f"{words} (no interval)"
