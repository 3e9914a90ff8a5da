"""How numbers are written: decided here, once, for every page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from evidence.record.canonical import settled
from evidence_stats.estimates import Estimate, Unit

# A true minus sign in prose; screen readers say "minus", and it is as wide as a plus.
MINUS = "\u2212"
# What is written where a limit was not reached.
NOT_REACHED = "not reached"
# Factor, decimals and suffix by unit. One decimal for per cent and two for ratios and months is
# what trial reports of this size print (Cole TJ, Too many digits, Arch Dis Child 2015;100:608-9).
_STYLE: dict[Unit, tuple[float, int, str]] = {
    "proportion": (100, 1, " %"),
    "points": (100, 1, " points"),
    "ratio": (1, 2, ""),
    "months": (1, 2, " months"),
    "probability": (1, 2, ""),
    "count": (1, 0, ""),
    "mu_per_week": (1, 1, " MU a week"),
    "mg_per_day": (1, 0, " mg a day"),
    "number": (1, 2, ""),
}


def _digits(value: float, decimals: int) -> str:
    text = f"{settled(value):.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def format_p(p: float) -> str:
    """Return a P value: two significant digits from 0.001 to 0.1, else two or "<0.001"."""
    p = settled(p)
    if p < 0.001:
        return "<0.001"
    if p < 0.1:
        return f"{p:.2g}" if p >= 0.01 else f"{p:.3f}"
    return f"{min(p, 0.99):.2f}" if p < 1 else "1.00"


def _decimals(values: Sequence[float], unit: Unit) -> int:
    """Return the decimals for numbers that stand together: enough to tell them apart."""
    factor, decimals, _ = _STYLE[unit]
    scaled = [settled(value * factor) for value in values]
    if unit in ("mu_per_week", "number") and all(value.is_integer() for value in scaled):
        return 0
    if unit == "number" and max(map(abs, scaled)) >= 100:
        return 0
    if unit in ("probability", "ratio") and 0 < min(scaled) < (
        0.1 if unit == "probability" else 0.05
    ):
        return 3
    # A single ratio this near to 1 would hide behind its second decimal.
    if unit == "ratio" and len(scaled) == 1 and 0 < abs(scaled[0] - 1) < 0.11:
        return 3
    different = set(scaled)
    while len({f"{value:.{decimals}f}" for value in different}) < len(different) and decimals < 4:
        decimals += 1
    return decimals


def _write(value: float | None, unit: Unit, decimals: int, *, suffix: bool) -> str:
    if value is None:
        return NOT_REACHED
    factor, _, ending = _STYLE[unit]
    return _digits(value * factor, decimals) + (ending if suffix else "")


def format_value(value: float | None, unit: Unit, *, suffix: bool = True) -> str:
    """Return a number in its unit, "not reached" for None.

    Raises
    ------
    ValueError
        Where the number is NaN.
    """
    if value is None:
        return NOT_REACHED
    if math.isnan(value):
        raise ValueError("expected a number to format, got NaN")
    if unit == "p_value":
        return format_p(value)
    return _write(value, unit, _decimals([value], unit), suffix=suffix)


def _together(estimate: Estimate) -> int:
    """Return the decimals of a number and its limits; a limit shows on which side of 1 it lies."""
    parts = (estimate.low, estimate.value, estimate.high)
    decimals = _decimals([part for part in parts if part is not None], estimate.unit)
    limits = [settled(part) for part in (estimate.low, estimate.high) if part is not None]
    hidden = any(limit != 1 and f"{limit:.{decimals}f}" == "1.00" for limit in limits)
    return decimals + (estimate.unit == "ratio" and hidden)


def format_interval(estimate: Estimate) -> str:
    """Return "a to b" in the unit of the estimate, "" where it has no interval."""
    if estimate.low is None and estimate.high is None:
        return ""
    if estimate.unit == "p_value":
        return " to ".join(format_value(p, "p_value") for p in (estimate.low, estimate.high))
    decimals = _together(estimate)
    limits = (estimate.low, estimate.high)
    return " to ".join(_write(limit, estimate.unit, decimals, suffix=False) for limit in limits)


def format_part(
    estimate: Estimate, part: Literal["low", "value", "high"] = "value", *, suffix: bool = True
) -> str:
    """Return the number of an estimate or a limit, with the decimals that they have together."""
    number = {"low": estimate.low, "value": estimate.value, "high": estimate.high}[part]
    if estimate.unit == "p_value":
        return format_value(number, estimate.unit)
    return _write(number, estimate.unit, _together(estimate), suffix=suffix)


def format_compact(estimate: Estimate, *, with_value: bool = True) -> str:
    """Return "24.4 (18.6\u201331.4)" without unit, for figures; "to" beside a minus sign."""
    value = format_part(estimate, suffix=False) if with_value else ""
    interval = format_interval(estimate)
    if "\u2212" not in interval:
        interval = interval.replace(" to ", "\u2013")
    return " ".join(filter(None, (value, f"({interval})" if interval else "")))


def format_estimate(estimate: Estimate, *, brackets: bool = True) -> str:
    """Return the number with its interval: "0.98 (95 % CI 0.62 to 1.54)".

    Without brackets, for use inside them: "0.98, 95 % CI 0.62 to 1.54".

    Parameters
    ----------
    estimate : Estimate
        What is written; its unit decides decimals and words.
    brackets : bool
        False for use inside brackets.

    Returns
    -------
    str
        With a true minus sign, and the decimals that number and limits have together.

    Examples
    --------
    >>> from evidence_stats import Estimate
    >>> hr = Estimate(0.977, 0.619, 1.544, level=0.95, kind="confidence", unit="ratio")
    >>> format_estimate(hr)
    '0.98 (95 % CI 0.62 to 1.54)'
    >>> format_estimate(hr, brackets=False)
    '0.98, 95 % CI 0.62 to 1.54'
    """
    value = format_part(estimate)
    interval = format_interval(estimate)
    if not interval:
        return value
    kind = {
        "confidence": "CI",
        "credible": "credible interval",
        "prediction": "prediction interval",
    }
    name = kind.get(estimate.kind, "range")
    level = f"{estimate.level * 100:g} % " if estimate.level and estimate.kind != "" else ""
    inside = f"{level}{name} {interval}"
    return f"{value} ({inside})" if brackets else f"{value}, {inside}"
