"""Which counts can have reported a number: percentages and intervals turned back into x of n.

Works on the digits as reported ("25" and "25.0" are different statements), in whole-number
arithmetic, so that ties such as 32.5 are decided by the rounding convention and not by binary
fractions. Results are facts of grade D1: the counts listed give the number, no others do.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Literal, get_args

import numpy as np

from evidence_stats.normal import require_level
from evidence_stats.rates.proportions import (
    ProportionMethod,
    proportion_limits,
    require_choice,
)

Rounding = Literal["any", "half_up", "half_even", "trunc"]
Printed = Decimal | str

CONVENTIONS: dict[str, str] = {
    "rounding_any": (
        "A count fits if any of half-up, half-even or cut-off digits gives the number; SAS and "
        "spreadsheets round half up, R and Python half to even, and journals give all three."
    ),
}

_DECIMAL_ROUNDING = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "trunc": ROUND_DOWN,
}
# Decimal digits kept of a computed limit before it is rounded to the printed ones: limits are good
# to about 1e-13 per cent, so that a limit this close to a tie counts as the tie.
_LIMIT_DIGITS = Decimal("1e-10")


def counts_printing_percent(
    percent: Printed,
    *,
    n: int | None = None,
    max_n: int | None = None,
    rounding: Rounding = "any",
) -> tuple[tuple[int, int], ...]:
    """Return every (events, n) whose percentage prints as `percent`.

    Parameters
    ----------
    percent : Decimal or str
        As reported, without the sign: "7.7", "25". Its decimals decide how far it was rounded.
    n, max_n : int
        Exactly one of them: the known number of people, or the largest to try from 1 on.
    rounding : str
        half_up, half_even, trunc, or any of the three.

    Returns
    -------
    tuple of (int, int)
        In ascending order of n, then of events; empty if no count fits (the GRIM test of Brown
        and Heathers 2017, Soc Psychol Personal Sci 8:363, then fails).

    Raises
    ------
    ValueError
        For anything but a number from 0 to 100, an unknown rounding, or n and max_n both or
        neither given.

    Examples
    --------
    >>> counts_printing_percent("7.7", max_n=40)
    ((1, 13), (2, 26), (3, 39))
    """
    printed = _percent(percent)
    require_choice("rounding", rounding, get_args(Rounding))
    if (n is None) == (max_n is None):
        raise ValueError("give either n or max_n, and not both")
    largest = n if n is not None else max_n
    if largest is None or largest < 1:
        raise ValueError(f"n must be at least 1; got {largest}")
    sizes = [largest] if n is not None else range(1, largest + 1)
    return tuple(
        (events, size)
        for size in sizes
        for events in _nearby(printed, size)
        if _prints(events, size, printed, rounding)
    )


def counts_printing_interval(
    percent: Printed,
    low: Printed,
    high: Printed,
    *,
    level: float = 0.95,
    method: ProportionMethod = "clopper_pearson",
    n: int | None = None,
    max_n: int = 200,
    rounding: Rounding = "any",
) -> tuple[tuple[int, int], ...]:
    """Return every (events, n) whose percentage and interval round to the three numbers.

    Parameters
    ----------
    percent, low, high : Decimal or str
        As reported, in per cent; each with its own decimals.
    level, method
        Of the interval, see `proportions.proportion_limits`.
    n, max_n : int
        The known number of people; without it, the largest to try.
    rounding : str
        With "any" each of the three numbers may be rounded its own way: the widest search, so
        that a single answer is as strong as it can be.

    Returns
    -------
    tuple of (int, int)
        In ascending order of n, then of events; empty if nothing fits.

    Raises
    ------
    ValueError
        As `counts_printing_percent`, and for a level outside (0, 1) or an unknown method.

    Examples
    --------
    >>> counts_printing_interval("30", "16.6", "46.5", max_n=120)
    ((12, 40),)
    """
    require_level(level)
    printed = (_percent(low), _percent(high))
    candidates = counts_printing_percent(
        percent, n=n, max_n=max_n if n is None else None, rounding=rounding
    )
    if not candidates:
        return ()
    events, sizes = np.array(candidates).T
    limits = proportion_limits(events, sizes, method=method, level=level)
    fits = [
        all(
            _rounds_to(float(limit[i]), shown, rounding)
            for limit, shown in zip(limits, printed, strict=True)
        )
        for i in range(len(candidates))
    ]
    return tuple(pair for pair, fit in zip(candidates, fits, strict=True) if fit)


def sizes_printing(
    percents: Sequence[Printed], *, max_n: int = 200, rounding: Rounding = "any"
) -> tuple[int, ...]:
    """Return every n up to `max_n` of which all `percents` can be shares, in ascending order.

    Parameters
    ----------
    percents : sequence of Decimal or str
        As reported, without the sign.
    max_n : int
        Largest number of people to try.
    rounding : str
        half_up, half_even, trunc, or any of the three.

    Returns
    -------
    tuple of int
        Numbers of people, 1 to `max_n`.

    Raises
    ------
    ValueError
        As `counts_printing_percent`, and where `percents` is empty.

    Examples
    --------
    >>> sizes_printing(["7.7", "61.5"], max_n=60)
    (13, 26, 39, 52)
    """
    if not percents:
        raise ValueError("percents must name at least one percentage; got none")
    fitting = [
        {n for _, n in counts_printing_percent(percent, max_n=max_n, rounding=rounding)}
        for percent in percents
    ]
    return tuple(sorted(set.intersection(*fitting)))


def _percent(printed: Printed) -> Decimal:
    """Return the reported percentage with its decimals, or raise ValueError."""
    try:
        value = Decimal(printed)
    except (InvalidOperation, TypeError, ValueError):
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value <= 100:
        raise ValueError(f"expected a percentage from 0 to 100 as reported; got {printed!r}")
    return value


def _decimals(printed: Decimal) -> int:
    """Return how many decimals were reported."""
    return max(0, -int(printed.as_tuple().exponent))


def _nearby(printed: Decimal, n: int) -> range:
    """Return the few counts whose percentage lies within one printed unit of `printed`."""
    unit = Decimal(1).scaleb(-_decimals(printed))
    lowest = int((printed - unit) * n / 100) - 1
    highest = int((printed + unit) * n / 100) + 1
    return range(max(0, lowest), min(n, highest) + 1)


def prints(events: int, n: int, percent: Printed, rounding: Rounding = "any") -> bool:
    """Return True where `events` of `n` are printed as `percent`.

    Raises ValueError as `counts_printing_percent`.
    """
    return events <= n and _prints(events, n, _percent(percent), rounding)


def _prints(events: int, n: int, printed: Decimal, rounding: Rounding) -> bool:
    """Return True where 100 * events / n is printed as `printed`, decided in whole numbers."""
    scale = 10 ** _decimals(printed)
    shown = int(printed * scale)
    whole, rest = divmod(100 * scale * events, n)
    fits = {
        "trunc": whole == shown,
        "half_up": whole + (2 * rest >= n) == shown,
        "half_even": whole + (2 * rest > n or (2 * rest == n and whole % 2 == 1)) == shown,
    }
    return any(fits.values()) if rounding == "any" else fits[rounding]


def _rounds_to(limit: float, printed: Decimal, rounding: Rounding) -> bool:
    """Return True where a limit, 0 to 1, is printed as the percentage `printed`."""
    exact = (Decimal(limit) * 100).quantize(_LIMIT_DIGITS)
    unit = Decimal(1).scaleb(-_decimals(printed))
    modes = _DECIMAL_ROUNDING if rounding == "any" else {rounding: _DECIMAL_ROUNDING[rounding]}
    return any(exact.quantize(unit, rounding=mode) == printed for mode in modes.values())
