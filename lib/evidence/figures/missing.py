"""Figures of numbers that may not be had: a picture that says why, in place of the figure."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import pandas as pd
from matplotlib.figure import Figure as MplFigure

from evidence.figures.style import Figure, use_theme
from evidence_stats.estimates import NotEstimable


def or_say_why(name: str) -> Callable[[Callable[..., Figure]], Callable[..., Figure]]:
    """Return a decorator of a function that draws the figure `name`.

    Called with an argument that is not estimable, the function returns a picture that says so.
    """

    def decorate(draw: Callable[..., Figure]) -> Callable[..., Figure]:
        @wraps(draw)
        def drawn(*parts: Any, **named: Any) -> Figure:
            for part in (*parts, *named.values()):
                if isinstance(part, NotEstimable):
                    return _say_why(named.get("name", name), part)
            return draw(*parts, **named)

        return drawn

    return decorate


def _say_why(name: str, missing: NotEstimable) -> Figure:
    note = f"Not drawn: {missing.reason}."
    with use_theme():
        fig = MplFigure(figsize=(7.2, 0.8))
        fig.text(0.02, 0.4, "Not drawn: its numbers are not estimable.")
    return Figure(fig, pd.DataFrame(), name, note, note, "D1")
