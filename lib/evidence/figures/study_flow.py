"""How the studies of the book were found, as boxes in the order of a PRISMA flow diagram.

Page MJ, McKenzie JE, Bossuyt PM, et al. The PRISMA 2020 statement. BMJ 2021; 372: n71 (Figure 1).
The book followed citations and looked up single trials; it screened no search result, so the
boxes that count records of databases are absent, not empty.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure
from matplotlib.patches import Rectangle

from evidence.figures.style import INK, MUTED, SHADE, Figure, use_theme

# Axis units: a column of boxes on the left, what was left out beside them.
_WIDTH, _HEIGHT, _STEP = 4.6, 0.9, 1.35
_LEFT, _RIGHT = 0.0, 5.4


def draw_study_flow(counts: Mapping[str, int]) -> Figure:
    """Draw how many studies were found in which way, left out, entered, and given a page.

    `counts` is what `evidence.tables.trial_tables.count_studies` returns.
    """
    own, cited, looked_up, left_out, numbers, entered, with_page, network = counts.values()
    with use_theme():
        fig = MplFigure(figsize=(7.2, 4.6))
        ax = fig.add_axes((0.01, 0.01, 0.98, 0.98))
        found = (
            f"Found: {own} in source documents,\n"
            f"{cited} cited by them, {looked_up} looked up singly"
        )
        boxes = (
            found,
            f"With data rows: {entered}",
            f"With a page of their own: {with_page}",
            f"In a network of hazard ratios: {network}",
        )
        for number, text in enumerate(boxes):
            _box(ax, _LEFT, -number * _STEP, text, SHADE)
            if number:
                above, below = (1 - number) * _STEP, _HEIGHT - number * _STEP
                _arrow(ax, (_LEFT + _WIDTH / 2, above), (_LEFT + _WIDTH / 2, below))
        out = f"Left out, with the reason: {left_out} cited\npublications, {numbers} single numbers"
        _box(ax, _RIGHT, -_STEP / 2, out, "white")
        _arrow(ax, (_LEFT + _WIDTH / 2, _HEIGHT / 2 - _STEP / 2), (_RIGHT, _HEIGHT / 2 - _STEP / 2))
        ax.set_xlim(-0.1, _RIGHT + _WIDTH + 0.1)
        ax.set_ylim(-(len(boxes) - 1) * _STEP - 0.1, _HEIGHT + 0.1)
        ax.axis("off")
    return Figure(
        fig,
        pd.DataFrame({"step": [*counts], "studies": [*counts.values()]}),
        "study-flow",
        "How the studies were found: by following the citations of the source documents and "
        "looking up single trials. No database was searched, and no records were screened.",
        f"Boxes from top to bottom: {own} studies in source documents, {cited} cited by them and "
        f"{looked_up} looked up; {entered} with data rows; {with_page} with a page; {network} in a "
        f"network. Beside them: {left_out} publications and {numbers} numbers left out.",
    )


def _box(ax: Axes, left: float, bottom: float, text: str, colour: str) -> None:
    ax.add_patch(Rectangle((left, bottom), _WIDTH, _HEIGHT, facecolor=colour, edgecolor=MUTED))
    ax.text(left + _WIDTH / 2, bottom + _HEIGHT / 2, text, ha="center", va="center", color=INK)


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": MUTED})
