"""How long the cells of a page may take together; commands set it, every process reads it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from math import nan
from time import monotonic
from typing import Any

VARIABLE = "EVIDENCE_TIME_LIMIT"
# The slowest page takes some ten seconds; a day is longer than anyone waits.
SECONDS, MOST_SECONDS = 600, 86_400


def limit_time(seconds: float | None) -> None:
    """Let the cells of a page take this many seconds in all that this command runs."""
    if seconds is not None:
        os.environ[VARIABLE] = str(seconds)


def time_limit() -> float:
    """Return how many seconds the cells of one page may take together.

    Raises
    ------
    ValueError
        Where EVIDENCE_TIME_LIMIT is no number above zero.
    """
    given = os.environ.get(VARIABLE) or str(SECONDS)
    try:
        seconds = float(given)
    except ValueError:
        seconds = nan
    if not 0 < seconds <= MOST_SECONDS:
        raise ValueError(
            f"{VARIABLE}: expected seconds, above 0 and at most {MOST_SECONDS}, got {given!r}"
        )
    return seconds


class Clock:
    """What is left for the cells of a page; it begins with the first, not with its kernel.

    Parameters
    ----------
    seconds : float
        For all cells together.
    begins : callable
        Called with each cell before it runs.
    """

    def __init__(
        self, seconds: float, begins: Callable[[Mapping[str, Any]], None] = lambda cell: None
    ) -> None:
        self.seconds = seconds
        self._begins = begins
        self.cell: Mapping[str, Any] = {}
        self._end: float | None = None

    def __call__(self, cell: Mapping[str, Any]) -> float:
        """Return the seconds left for a cell; nbclient takes 0 for no limit."""
        self.cell = cell
        self._begins(cell)
        if self._end is None:
            self._end = monotonic() + self.seconds
        return max(self._end - monotonic(), 0.01)
