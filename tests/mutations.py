"""Single cells of the book's tables, each changed in one way: seeded, the same every time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from tests.fuzzing import HOSTILE

TABLES = ("studies", "arms", "outcomes", "characteristics", "biomarkers", "appraisals")
_WORDS = (
    "not reached", "not attained", "not reported", "not significant", "NR", "NS", "<1", ">12",
    "< 0.01", "<.000", "<0", ">1", "<.9001", "0", "0.0", "0.000", "1", "1.0", "100", "-19", "12.5",
    ".0013", "0013", "999999", "999999999999", "0.000000000001", "1.8", "Percent", "%", "Months",
    "month", "years", "weeks", "days", "ratio", "patients", "percent", "probability", "cycles",
    "NaN", "inf", "lwo", "LOW", "high", "range", "confidence", "90", "95", "98.5", "99.8", "50",
    "all", "os", "pfs", "orr", "median", "count", "p_value", "46\u00b75", "\u0421R", "e\u0301",
)  # fmt: skip
NUMBERS = frozenset((
    "value_reported", "ci_low_reported", "ci_high_reported", "low_reported", "high_reported",
    "p_reported", "ci_level", "n", "events", "n_total", "n_reported", "sorafenib_mg_day",
    "ifn_mu_per_dose", "ifn_doses_per_week", "ifn_weekly_mu",
))  # fmt: skip


@dataclass(frozen=True)
class Mutation:
    """One cell and its new text.

    Attributes
    ----------
    table, position, column : str, int, str
        The cell.
    before, after : str
        What stood there, and what stands there now.
    """

    table: str
    position: int
    column: str
    before: str
    after: str


def other_digit(text: str, draw: random.Random) -> str:
    """Return a text with one digit replaced by another one; as it is where it has none."""
    places = [place for place, sign in enumerate(text) if sign in "0123456789"]
    if not places:
        return text
    place = draw.choice(places)
    digit = draw.choice([sign for sign in "0123456789" if sign != text[place]])
    return text[:place] + digit + text[place + 1 :]


def _without_a_sign(text: str, draw: random.Random) -> str:
    place = draw.randrange(len(text) + 1)
    return text[:place] + text[place + 1 :]


def _with_a_sign(text: str, draw: random.Random) -> str:
    place = draw.randrange(len(text) + 1)
    return text[:place] + draw.choice("0123456789.-<> eE") + text[place:]


def _swapped(text: str, draw: random.Random) -> str:
    place = draw.randrange(max(len(text) - 1, 1))
    return text[:place] + text[place : place + 2][::-1] + text[place + 2 :]


def mutations(tables: dict[str, pd.DataFrame], count: int, seed: int) -> Iterator[Mutation]:
    """Yield changed cells, most of them printed numbers."""
    draw = random.Random(seed)
    edits = (other_digit, _without_a_sign, _with_a_sign, _swapped)
    made = 0
    while made < count:
        name = draw.choice((*TABLES, "outcomes", "outcomes", "characteristics", "biomarkers"))
        table = tables[name]
        position = draw.randrange(len(table))
        columns = [c for c in table.columns if c in NUMBERS]
        filled = [c for c in columns if table[c].iloc[position]]
        chosen = draw.choice((filled, filled, columns, list(table.columns))) or list(table.columns)
        column = draw.choice(chosen)
        before = table[column].iloc[position]
        kind = draw.random()
        if kind < 0.5:
            after = draw.choice(edits)(before, draw)
        elif kind < 0.75:
            after = draw.choice(_WORDS)
        elif kind < 0.9:
            after = table[column].iloc[draw.randrange(len(table))]
        else:
            after = draw.choice(HOSTILE)
        if after != before:
            made += 1
            yield Mutation(name, position, column, before, after)
