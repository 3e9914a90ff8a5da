"""Comparing what two runs of a page recorded: which numbers moved, which conclusions changed.

Vocabulary
----------
**Moved**: a number that a reader would see differently, or that differs by more than one unit of
the sixth significant digit; below that, processors differ too.
**Fraction**: how far the value moved, over the width of the *old* interval. Ratios are compared
on the log scale, as they are estimated. P values and counts have no width, nor has a number
without two limits; their fraction is None.
**Reach**: the largest such fraction of value, lower and upper limit; the order of a report.
**Reworded**: the same number with another method, label, grade or other data rows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from evidence.record.results import PageResults, Result

Change = Literal["moved", "appeared", "gone", "withheld", "shown again"]
Scale = Literal["log", "linear", ""]
# Results keep six significant digits; the last one may be rounded either way.
_SIXTH_DIGIT = 5
_NUMBERS = ("value", "low", "high", "level", "p", "n", "events")
# What may differ while the number stays; named so in reports.
_WORDS = {
    "text": "as written",
    "label": "label",
    "method": "method",
    "grade": "grade",
    "provenance": "provenance",
    "rows": "data rows",
    "conventions": "conventions",
    "unit": "unit",
    "kind": "kind of interval",
}
# The numbers in a text; "95 % CI" and "95 % interval" hold the same ones.
_DIGITS = re.compile(r"[-\u2212]?\d+(?:\.\d+)?")
# Numbers that a reader chose stand under this prefix: a cause of what moved, never an effect.
_PARAMETER_PREFIX = "parameter."


@dataclass(frozen=True, slots=True)
class Moved:
    """A number that is not what it was.

    Attributes
    ----------
    key, label : str
        Name on the page, and what the number is.
    change : str
        moved, appeared, gone, withheld, or shown again.
    old, new : str
        As written, with interval; "" on the side that has no such number.
    unit : str
        Unit of the new number, or of the old one where there is no new one.
    value, low, high : float or None
        New minus old, in the unit of the estimate (proportions between 0 and 1).
    scale : str
        log or linear: the scale of the fractions; "" where there are none.
    fraction : float or None
        Change of the value over the width of the old interval, with its sign.
    reach : float or None
        Largest absolute change of value and limits over that width.
    also : tuple of str
        What else moved: level, P, patients, events.
    """

    key: str
    label: str
    change: Change
    old: str
    new: str
    unit: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    scale: Scale = ""
    fraction: float | None = None
    reach: float | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reworded:
    """The same number, made or described in another way.

    Attributes
    ----------
    key, label : str
        Name on the page, and what the number is.
    what : tuple of (str, str, str)
        What differs: its name, old, new.
    """

    key: str
    label: str
    what: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Flipped:
    """A conclusion whose state is not what it was.

    Attributes
    ----------
    key : str
        Name on the page.
    old, new : str
        holds, does not hold, cannot tell; "" on the side that has no such conclusion.
    old_text, text : str
        The sentence before, and now (or as it was, where it is gone).
    moved : tuple of str
        Keys of the numbers it rests on that moved.
    tested : str
        What was tested, in words.
    """

    key: str
    old: str
    new: str
    old_text: str
    text: str
    moved: tuple[str, ...]
    tested: str = ""


@dataclass(frozen=True, slots=True)
class PageComparison:
    """What differs between two runs of one page.

    Attributes
    ----------
    page : str
        Name of the page.
    moved : tuple of Moved
        Furthest first, by reach; then those without a width.
    flipped : tuple of Flipped
        Conclusions whose state changed, in the order of the page.
    reworded : tuple of Reworded
        Same numbers, other words or rows.
    restated : tuple of str
        Conclusions in the same state whose sentence or certainty differs.
    numbers, unchanged : int
        Numbers of both runs together, parameters apart, and those of them that are the same.
    claims, unchanged_claims : int
        The same for conclusions.
    """

    page: str
    moved: tuple[Moved, ...]
    flipped: tuple[Flipped, ...]
    reworded: tuple[Reworded, ...]
    restated: tuple[str, ...]
    numbers: int
    unchanged: int
    claims: int
    unchanged_claims: int

    @property
    def is_same(self) -> bool:
        """True where nothing differs, words included."""
        return not (self.moved or self.flipped or self.reworded or self.restated)


def same_number(old: float | None, new: float | None) -> bool:
    """Return True where two numbers agree to the sixth significant digit."""
    if old is None or new is None or old == new:
        return old is new or old == new
    digit = 10.0 ** (math.floor(math.log10(max(abs(old), abs(new)))) - _SIXTH_DIGIT)
    return abs(old - new) <= 1.01 * digit


def _difference(old: float | None, new: float | None) -> float | None:
    if old is None or new is None:
        return None
    return 0.0 if same_number(old, new) else new - old


def _fractions(old: Result, new: Result) -> tuple[Scale, float | None, float | None]:
    """Return the scale, the signed fraction of the value, and the reach."""
    limits = (old.value, old.low, old.high)
    if old.unit != new.unit or old.unit in ("p_value", "count") or None in limits:
        return "", None, None
    pairs = [
        (getattr(old, name), getattr(new, name))
        for name in ("value", "low", "high")
        if getattr(new, name) is not None
    ]
    log = old.unit == "ratio" and all(number > 0 for pair in pairs for number in pair)
    if old.unit == "ratio" and not log:
        return "", None, None

    def at(number: float) -> float:
        return math.log(number) if log else number

    width = at(old.high) - at(old.low)  # type: ignore[arg-type]
    if width <= 0:
        return "", None, None
    fractions = [0.0 if same_number(a, b) else (at(b) - at(a)) / width for a, b in pairs]
    fraction = None if new.value is None else fractions[0]
    return "log" if log else "linear", fraction, max(map(abs, fractions), default=None)


def _text_moved(old: Result, new: Result) -> bool:
    """Return True where a reader sees another number, or another word in place of a number."""
    if old.text == new.text:
        return False
    if old.value is None and new.value is None:
        return True
    return old.unit == new.unit and _DIGITS.findall(old.text) != _DIGITS.findall(new.text)


def _compare_result(old: Result, new: Result) -> Moved | Reworded | None:
    if old.withheld != new.withheld:
        change: Change = "withheld" if new.withheld else "shown again"
        return Moved(new.key, new.label, change, old.text, new.text, new.unit)
    differing = [n for n in _NUMBERS if not same_number(getattr(old, n), getattr(new, n))]
    if differing or _text_moved(old, new):
        scale, fraction, reach = _fractions(old, new)
        comparable = old.unit == new.unit
        value, low, high = (
            _difference(getattr(old, n), getattr(new, n)) if comparable else None
            for n in ("value", "low", "high")
        )
        also = tuple(
            f"{name} {_plain(getattr(old, name))} \u2192 {_plain(getattr(new, name))}"
            for name in differing
            if name not in ("value", "low", "high") and (name, new.unit) != ("p", "p_value")
        ) + (() if comparable else (f"unit {old.unit} \u2192 {new.unit}",))
        return Moved(
            new.key, new.label, "moved", old.text, new.text, new.unit,
            value, low, high, scale, fraction, reach, also,
        )  # fmt: skip
    what = tuple(
        (words, *_sides(getattr(old, name), getattr(new, name)))
        for name, words in _WORDS.items()
        if getattr(old, name) != getattr(new, name)
    )
    return Reworded(new.key, new.label, what) if what else None


def _sides(old: object, new: object) -> tuple[str, str]:
    """Return both sides in words; of two lists what only one of them has, if anything."""
    if isinstance(old, list | tuple) and isinstance(new, list | tuple) and set(old) != set(new):
        old, new = tuple(x for x in old if x not in new), tuple(x for x in new if x not in old)
    return _plain(old), _plain(new)


def _plain(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value) or "none"


def _order(moved: Moved) -> tuple[int, float, str]:
    return (moved.reach is None, -(moved.reach or 0.0), moved.key)


def _numbers(recorded: PageResults) -> dict[str, Result]:
    return {k: r for k, r in recorded.results.items() if not k.startswith(_PARAMETER_PREFIX)}


def compare_pages(page: str, old: PageResults, new: PageResults) -> PageComparison:
    """Return what differs between two runs of a page.

    Parameters
    ----------
    page : str
        Name of the page.
    old, new : PageResults
        What each run recorded.
    """
    before, after = _numbers(old), _numbers(new)
    moved: list[Moved] = []
    reworded: list[Reworded] = []
    for key in dict.fromkeys([*after, *before]):
        if key not in before:
            result = after[key]
            moved.append(Moved(key, result.label, "appeared", "", result.text, result.unit))
        elif key not in after:
            result = before[key]
            moved.append(Moved(key, result.label, "gone", result.text, "", result.unit))
        else:
            found = _compare_result(before[key], after[key])
            if isinstance(found, Moved):
                moved.append(found)
            elif found is not None:
                reworded.append(found)
    total = len(before.keys() | after.keys())
    flipped, restated = _compare_claims(old.claims, new.claims, {one.key for one in moved})
    claims = len(old.claims.keys() | new.claims.keys())
    return PageComparison(
        page=page,
        moved=tuple(sorted(moved, key=_order)),
        flipped=flipped,
        reworded=tuple(reworded),
        restated=restated,
        numbers=total,
        unchanged=total - len(moved) - len(reworded),
        claims=claims,
        unchanged_claims=claims - len(flipped) - len(restated),
    )


def _compare_claims(
    old: Mapping[str, dict[str, Any]], new: Mapping[str, dict[str, Any]], moved: set[str]
) -> tuple[tuple[Flipped, ...], tuple[str, ...]]:
    flipped: list[Flipped] = []
    restated: list[str] = []
    for key in dict.fromkeys([*new, *old]):
        before, after = old.get(key), new.get(key)
        shown = after or before or {}
        states = (before["state"] if before else "", after["state"] if after else "")
        if states[0] != states[1]:
            keys = tuple(name for name in shown["rests_on"] if name in moved)
            old_text = before["text"] if before else ""
            flipped.append(Flipped(key, *states, old_text, shown["text"], keys, shown["tested"]))
        elif before and after and any(before[n] != after[n] for n in ("text", "certainty")):
            restated.append(key)
    return tuple(flipped), tuple(restated)
