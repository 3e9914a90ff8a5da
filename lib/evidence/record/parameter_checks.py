"""What parameters that are each allowed may still get wrong together: for `problems` of a class.

Each function returns the sentences that say so, none where all is in order.
"""

from __future__ import annotations

from collections.abc import Sequence

from evidence.record.validation import shown
from evidence_stats.printed.reported import read_number, read_reported


def expected(right: bool, name: str, words: str, given: object) -> list[str]:
    """Return that `words` were expected of a parameter, where it is not right."""
    return [] if right else [f"{name}: expected {words}, got {shown(given)}"]


def rising(name: str, pair: Sequence[float]) -> list[str]:
    """Return what is wrong with a range of positive numbers."""
    return expected(0 < pair[0] < pair[1], name, "two rising numbers above 0", pair)


def each_once(name: str, values: Sequence[object]) -> list[str]:
    """Return what is wrong with a list in which nothing may stand twice."""
    return expected(len(set(values)) == len(values), name, "each number once", values)


def ratio_within_limits(name: str, ratio: Sequence[float]) -> list[str]:
    """Return what is wrong with a hazard ratio and its limits, given as three numbers."""
    words = "a hazard ratio between its limits (HR, lower, upper)"
    return expected(ratio[1] < ratio[0] < ratio[2], name, words, ratio)


def printed_ratio(name: str, texts: Sequence[str]) -> list[str]:
    """Return what is wrong with a hazard ratio, its limits and its P as given, if any are.

    A bound on P must leave some P: none is below 0 or above 1.
    """
    why = _why_no_printed_ratio(texts) if texts else ""
    return expected(not why, name, f"HR, lower, upper, P as text, {why}", texts)


def _why_no_printed_ratio(texts: Sequence[str]) -> str:
    if len(texts) != 4:
        return "all four"
    try:
        ratio, low, high = (read_number(text) for text in texts[:3])
        p = read_reported(texts[3])
    except ValueError:
        return "each as reported"
    if ratio is None or low is None or high is None or p is None or p.value is None:
        return "each a number"
    if not 0 < low <= ratio <= high:
        return "the ratio between its limits, above 0"
    if low == high:
        return "with limits that differ"
    some = {"<": 0 < p.value <= 1, ">": 0 <= p.value < 1, "": 0 <= p.value <= 1}[p.bound]
    return "" if some else "with a P from 0 to 1"
