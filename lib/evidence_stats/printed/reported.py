"""Reading numbers as they were reported.

Tables keep what a paper gives as text, because "0.80" and "0.8" were rounded differently and
"not reached" is a finding. This module is the only place where such text becomes a number.

Vocabulary
----------
**Reported**: one reported value: its text, its number, the decimals it was rounded to, and
whether it is only a bound ("<.0001").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from evidence_stats.printed.unseen import visible

# What papers print in place of a P value that they do not give.
NOT_SIGNIFICANT = "not significant"
NOT_REPORTED = "not reported"
# What papers print of a median that a curve did not come to.
NOT_REACHED = ("not reached", "not attained")
# What papers print where a number was not reached or not given.
NOT_A_NUMBER = (*NOT_REACHED, NOT_REPORTED, NOT_SIGNIFICANT)

# Twelve digits on either side are more than any paper prints; four hundred would be infinite.
_DIGITS = r"(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,12})?"
_NUMBER = re.compile(rf"(?:(?P<bound>[<>]) ?)?(?P<number>[-+]?(?:{_DIGITS}|\.[0-9]{{1,12}}))\Z")
_RANGE = re.compile(rf"({_DIGITS})-({_DIGITS})\Z")
_LEVEL = re.compile(r"[1-9][0-9](?:\.[0-9]{1,4})?\Z")
# What a paper may print for a number, and how the tables write it.
_WRITTEN = {
    "NR": "not reached or not reported",
    "NE": "not reached",
    "NA": "not reached or not attained",
    "ND": "not reported",
    "NS": NOT_SIGNIFICANT,
}
# What a cell for a printed number may hold, in words.
NUMBER_WORDS = "a number, a bound such as <1 or >12, or one of " + ", ".join(NOT_A_NUMBER)


@dataclass(frozen=True, slots=True)
class Reported:
    """One reported value.

    Attributes
    ----------
    text : str
        As reported.
    value : float or None
        The number; None for "not reached" and the like.
    decimals : int
        Digits reported after the decimal point.
    bound : str
        "<" or ">" where only a bound was reported, else "".

    Examples
    --------
    >>> read_reported("> 12").bound
    '>'
    """

    text: str
    value: float | None
    decimals: int = 0
    bound: Literal["", "<", ">"] = ""

    @property
    def decimal(self) -> Decimal:
        """The exact decimal number reported.

        Raises
        ------
        ValueError
            Where no number was reported.
        """
        if self.value is None:
            raise ValueError(f'expected a reported number, got "{visible(self.text)}"')
        return Decimal(self.text.lstrip("<> "))


def hint(text: str) -> str:
    """Return how the tables write what a paper may give, "" where nobody can know."""
    meant = _WRITTEN.get(text.upper().replace(".", ""))
    if meant is None:
        plain = (
            re.sub("[\u00b7,\u2219\u22c5]", ".", text)
            .replace("\u2212", "-")
            .removesuffix("%")
            .strip()
        )
        meant = plain if plain != text and _NUMBER.match(plain) else None
    return "" if meant is None else f"; write {meant}"


def read_level(text: str) -> float:
    """Return a reported confidence level in per cent as a share: 0.998 for "99.8".

    Raises
    ------
    ValueError
        Where it is not a number between 50 and 100, neither of them included.
    """
    if _LEVEL.match(text) is None or float(text) <= 50:
        given = visible(text)
        raise ValueError(f'expected a confidence level between 50 and 100, got "{given}"')
    return float(text) / 100


def read_reported(text: str) -> Reported | None:
    """Return what `text` prints, None for an empty cell.

    Parameters
    ----------
    text : str
        A cell, as reported.

    Returns
    -------
    Reported or None
        The number, or the word in its place.

    Raises
    ------
    ValueError
        Where the text is neither a number ("7.39", ".0411", "<.0001", "> 12") nor one of
        `NOT_A_NUMBER`.

    Examples
    --------
    >>> read_reported("7.39")
    Reported(text='7.39', value=7.39, decimals=2, bound='')
    >>> read_reported("not reached").value is None
    True
    """
    if text == "":
        return None
    if text in NOT_A_NUMBER:
        return Reported(text, None)
    found = _NUMBER.match(text)
    if found is None:
        raise ValueError(f'expected {NUMBER_WORDS}, got "{visible(text)}"{hint(text)}')
    number = found["number"]
    decimals = len(number.partition(".")[2])
    bound: Literal["", "<", ">"] = found["bound"] or ""  # type: ignore[assignment]
    return Reported(text, float(number), decimals, bound)


def read_number(text: str) -> float | None:
    """Return the number printed in `text`, None where it is empty or prints no number.

    Raises
    ------
    ValueError
        As `read_reported`; also for a bound, which is not a number.
    """
    reported = read_reported(text)
    if reported is None:
        return None
    if reported.bound:
        raise ValueError(f'expected a number, got the bound "{text}"')
    return reported.value


def exact_number(text: str) -> float | None:
    """Return the number printed in `text`; None for an empty cell, a word, or only a bound."""
    reported = read_reported(text)
    return None if reported is None or reported.bound else reported.value


def read_range(text: str) -> tuple[float, float] | None:
    """Return (low, high) of "18-27", (7, 7) of "7", None for an empty cell.

    Raises
    ------
    ValueError
        Where the text is neither a number, 0 or more, nor a range that rises.
    """
    if text == "":
        return None
    found = _RANGE.match(text)
    if found is None:
        value = read_number(text)
        if value is None or value < 0:
            raise ValueError(f'expected a number or a range such as "18-27", got "{visible(text)}"')
        return value, value
    low, high = float(found[1]), float(found[2])
    if low >= high:
        raise ValueError(f'expected a range that rises, got "{visible(text)}"')
    return low, high
