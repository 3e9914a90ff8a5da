"""One reported result and what it recomputes to, or why that cannot be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from evidence.sources.printed_rows import printed_text
from evidence_stats.estimates import Estimate
from evidence_stats.printed.reported import read_reported

Verdict = Literal["agrees", "does not agree", "adds", "cannot tell"]
_COLUMN_WORDS = {
    "value_reported": "value",
    "ci_low_reported": "lower limit",
    "ci_high_reported": "upper limit",
}


@dataclass(frozen=True, slots=True)
class Recomputed:
    """One reported result and what it recomputes to.

    Attributes
    ----------
    key : str
        Name of the recomputed number on the study's page.
    what : str
        What was recomputed.
    printed : str
        As reported.
    rows : tuple of str
        Data rows behind it.
    estimate : Estimate or None
        The recomputed number; None where nothing fits.
    verdict : str
        agrees, does not agree, adds (nothing reported to compare with), or cannot tell.
    comment : str
        Why.
    """

    key: str
    what: str
    printed: str
    rows: tuple[str, ...]
    estimate: Estimate | None
    verdict: Verdict
    comment: str


class CannotTellError(ValueError):
    """A row that cannot be recomputed; the message says why."""


def key_of(row: pd.Series, suffix: str) -> str:
    """Return the name of a recomputed number on the page of the row's study."""
    return f"{row['row_id'].partition('.')[2]}.{suffix}"


def guarded(
    row: pd.Series, suffix: str, what: str, attempt: Callable[[], Recomputed | None]
) -> Iterator[Recomputed]:
    """Yield what one row recomputes to; where that cannot be told, why."""
    try:
        found = attempt()
    except CannotTellError as reason:
        words = str(reason)
    except (ArithmeticError, ValueError) as error:
        words = f"the numbers cannot be computed with: {error}"
    else:
        if found is not None:
            yield found
        return
    rows = (row["row_id"],)
    yield Recomputed(key_of(row, suffix), what, printed_text(row), rows, None, "cannot tell", words)


def require_numbers(row: pd.Series, *columns: str) -> None:
    """Ask columns for numbers.

    Raises
    ------
    CannotTellError
        Where one gives a bound, words, or nothing.
    """
    for column in columns:
        printed = read_reported(row[column])
        name = _COLUMN_WORDS[column]
        if printed is None:
            raise CannotTellError(f"no {name} is reported")
        if printed.value is None or printed.bound:
            raise CannotTellError(f"the {name} is reported as {printed.text}")
