"""How numbers are written: decided here, once, for every page."""

from __future__ import annotations

import math

from evidence.estimates import Estimate, Unit

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
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def format_p(p: float) -> str:
    """Return a P value: two significant digits from 0.001 to 0.1, else two or "<0.001"."""
    if p < 0.001:
        return "<0.001"
    if p < 0.1:
        return f"{p:.2g}" if p >= 0.01 else f"{p:.3f}"
    return f"{min(p, 0.99):.2f}" if p < 1 else "1.00"


def format_value(value: float | None, unit: Unit, *, suffix: bool = True) -> str:
    """Return a number in its unit, "not reached" for None."""
    if value is None:
        return NOT_REACHED
    if math.isnan(value):
        raise ValueError("expected a number to format, got NaN")
    if unit == "p_value":
        return format_p(value)
    factor, decimals, ending = _STYLE[unit]
    scaled = value * factor
    if unit in ("mu_per_week", "number") and float(scaled).is_integer():
        decimals = 0
    if unit == "number" and abs(scaled) >= 100:
        decimals = 0
    if unit == "probability" and 0 < scaled < 0.1:
        decimals = 3
    if unit == "ratio" and 0 < scaled < 0.05:
        decimals = 3
    return _digits(scaled, decimals) + (ending if suffix else "")


def format_interval(estimate: Estimate) -> str:
    """Return "a to b" in the unit of the estimate, "" where it has no interval."""
    if estimate.low is None and estimate.high is None:
        return ""
    low, high = (
        format_value(limit, estimate.unit, suffix=False) for limit in (estimate.low, estimate.high)
    )
    return f"{low} to {high}"


def format_compact(estimate: Estimate, *, with_value: bool = True) -> str:
    """Return "24.4 (18.6\u201331.4)" without unit, for figures."""
    value = format_value(estimate.value, estimate.unit, suffix=False) if with_value else ""
    interval = format_interval(estimate).replace(" to ", "\u2013")
    return " ".join(filter(None, (value, f"({interval})" if interval else "")))


def format_estimate(estimate: Estimate) -> str:
    """Return the number with its interval: "0.98 (95 % CI 0.62 to 1.54)"."""
    value = format_value(estimate.value, estimate.unit)
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
    return f"{value} ({level}{name} {interval})"
