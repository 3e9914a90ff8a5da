"""What all figures share: the theme, a colour per treatment, and what a figure is."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.style
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure
from matplotlib.ticker import FixedLocator, NullLocator

from evidence.figures.canonical_svg import on_grid
from evidence.record.canonical import stored_text
from evidence.sources.book import read_book
from evidence_stats.estimates import Grade

_FORMS = ("svg", "png", "pdf", "csv")
# Keyword arguments of a text in a figure.
TextStyle = dict[str, Any]
INK = "#222222"
MUTED = "#6b6b6b"
# Background of what is only context.
SHADE = "#e3edf5"
WARNING_INK = "#9b1c1c"


def treatment_colour(code: str) -> str:
    """Return the colour of a treatment, the same on every page, as `book.yml` gives it."""
    return read_book().colours.get(code, MUTED)


@dataclass(frozen=True, repr=False)
class Figure:
    """A drawn figure.

    Attributes
    ----------
    fig : matplotlib Figure
        The picture.
    data : DataFrame
        The numbers that it shows.
    name : str
        Key used for cross-references, unique in the book.
    caption, alt : str
        Caption, and the finding in words for those who do not see the picture.
    grade : str
        Highest grade of what it shows.
    """

    fig: MplFigure
    data: pd.DataFrame
    name: str
    caption: str
    alt: str
    grade: Grade = "D1"

    def svg(self) -> str:
        """Return the picture as SVG, the same text on every processor from the same numbers."""
        stream = io.StringIO()
        with use_theme():
            self.fig.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
        text = re.sub(r"<!DOCTYPE[^>]*>\n?", "", stream.getvalue())
        return on_grid(re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE))

    def csv(self) -> str:
        """Return the numbers that it shows as CSV, to the digits that every processor gives."""
        numbers = self.data.select_dtypes("float").map(stored_text)
        return self.data.assign(**numbers).to_csv(index=False, lineterminator="\n")

    def save(self, path: str | Path) -> Path:
        """Write the whole picture, labels beside the axes included, and return its path.

        Parameters
        ----------
        path : str or Path
            Its ending says the form: svg, png, pdf; csv for the numbers that it shows.

        Raises
        ------
        ValueError
            For another ending.
        """
        target = Path(path)
        kind = target.suffix.removeprefix(".").lower()
        if kind not in _FORMS:
            raise ValueError(f"expected a name that ends in {', '.join(_FORMS)}; got {target.name}")
        if kind in ("svg", "csv"):
            target.write_text(self.svg() if kind == "svg" else self.csv(), encoding="utf-8")
        else:
            with use_theme():
                self.fig.savefig(target, format=kind, dpi=200)
        return target

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return what Jupyter shows where a figure is the value of a cell."""
        return {"image/svg+xml": self.svg(), "text/plain": self.alt}

    def __repr__(self) -> str:
        return f"<Figure {self.name}: {self.caption}>"

    def withheld(self) -> Figure:
        """Return a picture that only says that this figure is not shown."""
        with use_theme():
            fig = MplFigure(figsize=(7.2, 0.8))
            fig.text(0.02, 0.4, f"Figure withheld: it shows numbers of grade {self.grade}.")
        note = f"Withheld, because it shows numbers of grade {self.grade}."
        return replace(self, fig=fig, data=self.data.iloc[:0], caption=note, alt=note)


def use_theme() -> AbstractContextManager[None]:
    """Return a context in which matplotlib draws in the book's theme."""
    with as_file(files("evidence.figures") / "theme.mplstyle") as path:
        style = mpl.rc_params_from_file(str(path), use_default_template=False)
    return mpl.style.context({str(name): value for name, value in style.items()})


def new_figure(width: float = 7.2, height: float = 4.2) -> tuple[MplFigure, Axes]:
    """Return an empty figure with one set of axes; width and height in inches."""
    fig = MplFigure(figsize=(width, height))
    return fig, fig.add_subplot()


def use_ratio_axis(ax: Axes, limits: tuple[float, float], ticks: Sequence[float]) -> None:
    """Make the horizontal axis logarithmic, with plain numbers at the ticks within `limits`."""
    shown = [tick for tick in ticks if limits[0] <= tick <= limits[1]]
    ax.set_xscale("log")
    ax.set_xlim(limits)
    ax.xaxis.set_major_locator(FixedLocator(shown))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xticklabels([f"{tick:g}" for tick in shown])


def label_directions(ax: Axes, left: str, right: str) -> None:
    """Write below a ratio axis which side favours what."""
    place: TextStyle = {
        "transform": ax.transAxes,
        "color": MUTED,
        "va": "top",
    }
    box = ax.get_position()
    root = ax.get_figure(root=True)
    height = box.height * (root.get_figheight() if root is not None else 1.0)
    below = -0.48 / height  # inches below the axis, clear of its tick and axis labels
    ax.text(0.5, below, f"\u2190 {left}\u2003\u2003{right} \u2192", ha="center", **place)
