"""Everything that a reported hazard ratio, interval and P allow, as polygons."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure

from evidence.figures.missing import or_say_why
from evidence.figures.style import INK, MUTED, Figure, treatment_colour, use_theme
from evidence_stats.normal import z_from_p
from evidence_stats.printed.rounding import RoundingPolygon

# P values drawn as guide lines.
_GUIDES = (0.01, 0.025, 0.05)


@or_say_why("rounding-polygons")
def draw_rounding_polygons(polygons: Mapping[str, RoundingPolygon]) -> Figure:
    """Return one panel per reported triple; keys say what was reported."""
    with use_theme():
        fig = MplFigure(figsize=(6.2, 3.3))
        axes = fig.subplots(1, len(polygons), squeeze=False)[0]
        for ax, (label, polygon) in zip(axes, polygons.items(), strict=True):
            _panel(ax, label, polygon)
        axes[0].set_ylabel("SE of log hazard ratio")
        axes[0].legend(loc="upper left")
        fig.tight_layout()
    verdicts = [
        f"{label.splitlines()[0]}: "
        + (
            f"consistent, hazard ratio {polygon.hr.low:.4f} to {polygon.hr.high:.4f}"
            if polygon.consistent and polygon.hr is not None
            else "no values give these numbers together"
        )
        for label, polygon in polygons.items()
    ]
    alt = (
        "Hazard ratios and standard errors that round to what is published. "
        + "; ".join(verdicts)
        + "."
    )
    caption = (
        "Grey: pairs of hazard ratio and standard error that round to the published ratio and "
        "interval. Thick line: those that round to the published P as well. Thin lines: equal P."
    )
    data = pd.DataFrame(
        [
            {"printed": label.splitlines()[0], "log_hr": b, "se": s}
            for label, polygon in polygons.items()
            for b, s in polygon.vertices
        ]
    )
    return Figure(fig, data, "rounding-polygons", caption, alt, "D1")


def _panel(ax: Axes, label: str, polygon: RoundingPolygon) -> None:
    ax.set_title(label)
    ax.set_xlabel("Hazard ratio per unit")
    if not polygon.vertices:
        ax.text(0.5, 0.5, "nothing fits", transform=ax.transAxes, ha="center", color=MUTED)
        return
    corners = np.array(polygon.vertices)
    ratios = np.exp(corners[:, 0])
    ax.fill(ratios, corners[:, 1], color="#cccccc", label="HR and interval")
    for number, piece in enumerate(polygon.pieces if polygon.consistent else ()):
        points = np.array([*piece, piece[0]])
        name = "and P" if number == 0 else None
        colour = treatment_colour("SOR+IFN")
        ax.plot(np.exp(points[:, 0]), points[:, 1], color=colour, linewidth=2.4, label=name)
    low, high = corners[:, 1].min(), corners[:, 1].max()
    room = 0.12 * (high - low)
    width = 0.08 * (ratios.max() - ratios.min())
    ax.set(
        xlim=(ratios.min() - width, ratios.max() + width),
        ylim=(low - room, high + 3.4 * room),
    )
    ax.ticklabel_format(useOffset=False)
    ax.locator_params(axis="x", nbins=4)
    ax.locator_params(axis="y", nbins=5)
    _guides(ax)


def _guides(ax: Axes) -> None:
    left, right = ax.get_xlim()
    bottom, top = ax.get_ylim()
    ratios = np.linspace(left, right, 60)
    inside = ratios > 1
    for p in _GUIDES:
        errors = np.log(ratios[inside]) / z_from_p(p)
        ax.plot(ratios[inside], errors, color=INK, linewidth=0.6, linestyle=":")
        middle = left + 0.62 * (right - left)
        height = math.log(middle) / z_from_p(p) if middle > 1 else math.nan
        if bottom < height < top:
            ax.text(middle, height, f"P = {p:g}", color=INK, va="bottom")
