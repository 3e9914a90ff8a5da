"""How the studies of the book were found, as boxes in the order of a PRISMA flow diagram.

Page MJ, McKenzie JE, Bossuyt PM, et al. The PRISMA 2020 statement. BMJ 2021; 372: n71 (Figure 1).
A book may begin by following citations and looking up single trials, and be kept up by searches:
each update is a column of its own, as in the flow diagram for updated reviews. Without an update
the boxes that count records of databases are absent, not empty.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure
from matplotlib.patches import Rectangle

from evidence.figures.style import INK, MUTED, SHADE, Figure, use_theme

# Axis units: a column of boxes on the left, what was left out beside them.
_WIDTH, _HEIGHT, _STEP = 4.6, 0.9, 1.35
_LEFT, _RIGHT = 0.0, 5.4
# Characters that fit on a line of a box.
_LINE = 34


@dataclass(frozen=True)
class RecordCounts:
    """How many records of databases one update found, and what became of them.

    Attributes
    ----------
    databases : dict of str to int
        Records of each database; one found in two counts in both.
    excluded, waiting, included : int
        Publications and registrations, each once, by decision.
    """

    databases: dict[str, int]
    excluded: int
    waiting: int
    included: int

    @property
    def screened(self) -> int:
        """Publications and registrations, each once."""
        return self.excluded + self.waiting + self.included

    @property
    def duplicates(self) -> int:
        """Records that another database had given already."""
        return sum(self.databases.values()) - self.screened

    @property
    def steps(self) -> dict[str, int]:
        """Number of records at each step of the flow."""
        own = {f"records of {name}": count for name, count in self.databases.items()}
        return own | {
            "duplicates": self.duplicates,
            "screened": self.screened,
            "left out": self.excluded,
            "not decided yet": self.waiting,
            "included": self.included,
        }

    @property
    def words(self) -> str:
        """The steps in words."""
        return ", ".join(f"{step} {number}" for step, number in self.steps.items())


def draw_study_flow(
    counts: Mapping[str, int], updates: Mapping[str, RecordCounts] | None = None
) -> Figure:
    """Draw how many studies were found in which way, left out, entered, and given a page.

    Parameters
    ----------
    counts : mapping of str to int
        What `evidence.tables.trial_tables.count_studies` returns.
    updates : mapping of str to RecordCounts, optional
        Records of each update, as `evidence.tables.literature.count_records` returns them; a
        column each.
    """
    updates = updates or {}
    own, cited, looked_up, left_out, numbers, entered, with_page, network = counts.values()
    with use_theme():
        width = _RIGHT * (1 + len(updates)) + _WIDTH + 0.2
        fig = MplFigure(figsize=(7.2 * width / (_RIGHT + _WIDTH + 0.2), 4.6))
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
        _column(ax, _LEFT, boxes)
        for place, (update, found_then) in enumerate(updates.items(), start=2):
            _column(ax, place * _RIGHT, _boxes_of(update, found_then))
        out = f"Left out, with the reason: {left_out} cited\npublications, {numbers} single numbers"
        _box(ax, _RIGHT, -_STEP / 2, out, "white")
        _arrow(ax, (_LEFT + _WIDTH / 2, _HEIGHT / 2 - _STEP / 2), (_RIGHT, _HEIGHT / 2 - _STEP / 2))
        ax.set_xlim(-0.1, width - 0.1)
        ax.set_ylim(-(len(boxes) - 1) * _STEP - 0.1, _HEIGHT + 0.1)
        ax.axis("off")
    steps = {**counts} | {
        f"update {update}: {step}": number
        for update, found_then in updates.items()
        for step, number in found_then.steps.items()
    }
    how = "by following the citations of the source documents and looking up single trials"
    if updates:
        caption = f"How the studies were found: {how}, and by searches of databases since, a "
        caption += "column for each update. A record found in two databases counts in both."
    else:
        caption = f"How the studies were found: {how}. No database was searched, and no records "
        caption += "were screened."
    columns = "".join(
        f" Update {update}: {found_then.words}." for update, found_then in updates.items()
    )
    return Figure(
        fig,
        pd.DataFrame({"step": [*steps], "studies": [*steps.values()]}),
        "study-flow",
        caption,
        f"Boxes from top to bottom: {own} studies in source documents, {cited} cited by them and "
        f"{looked_up} looked up; {entered} with data rows; {with_page} with a page; {network} in a "
        f"network. Beside them: {left_out} publications and {numbers} numbers left out.{columns}",
    )


def _boxes_of(update: str, found: RecordCounts) -> tuple[str, ...]:
    """Return what stands in the boxes of an update, from top to bottom."""
    databases = ", ".join(
        f"{name}\N{NO-BREAK SPACE}{count}" for name, count in found.databases.items()
    )
    return (
        textwrap.fill(f"Update {update}, records: {databases}", _LINE, max_lines=3),
        f"Publications and registrations: {found.screened}\n(duplicates: {found.duplicates})",
        f"Left out: {found.excluded}\nNot decided yet: {found.waiting}",
        f"Included: {found.included}",
    )


def _column(ax: Axes, left: float, boxes: Sequence[str]) -> None:
    for number, text in enumerate(boxes):
        _box(ax, left, -number * _STEP, text, SHADE)
        if number:
            above, below = (1 - number) * _STEP, _HEIGHT - number * _STEP
            _arrow(ax, (left + _WIDTH / 2, above), (left + _WIDTH / 2, below))


def _box(ax: Axes, left: float, bottom: float, text: str, colour: str) -> None:
    ax.add_patch(Rectangle((left, bottom), _WIDTH, _HEIGHT, facecolor=colour, edgecolor=MUTED))
    ax.text(left + _WIDTH / 2, bottom + _HEIGHT / 2, text, ha="center", va="center", color=INK)


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": MUTED})
