"""What a data row gives: as text, and as an estimate of grade D0."""

from __future__ import annotations

import pandas as pd

from evidence.sources.units import MONTHS_PER
from evidence_stats.estimates import Estimate, Unit
from evidence_stats.printed.reported import NOT_A_NUMBER, NOT_REPORTED, read_level, read_reported

_UNITS: dict[str, Unit] = {"ratio": "ratio", "percent": "proportion", "patients": "count"}


def printed_estimate(row: pd.Series) -> Estimate | None:
    """Return what a row gives, times in months, per cent as proportions.

    It is None where the row gives no number ("not reached", only a P value or a bound).
    """
    unit = _unit_of(row)
    scale = MONTHS_PER[row["unit"]] if unit == "months" else 1.0
    scale = 0.01 if row["unit"] == "percent" else scale
    value = read_reported(row["value_reported"])
    if value is None or value.value is None or value.bound:
        return None
    low, high = (_limit(row.get(f"ci_{side}_reported", "")) for side in ("low", "high"))
    confidence = row.get("ci_kind", "confidence") == "confidence"
    if low == 0.0 and confidence and unit in ("ratio", "months"):
        # Printed 0.00 is a number below half of its last digit: a bound, and no limit to compute
        # the logarithm of.
        low = None
    level = read_level(row["ci_level"]) if row.get("ci_level") else None
    p = _limit(row.get("p_reported", ""))
    return Estimate(
        value=value.value * scale,
        low=None if low is None else low * scale,
        high=None if high is None else high * scale,
        level=level,
        kind="confidence" if level is not None else "",
        unit=unit,
        # Printed .000 is a bound, too.
        p=p or None,
        n=int(row["n"]) if row["n"] else None,
        events=int(row["events"]) if row["events"] else None,
        method="as reported",
        grade="D0",
    )


def _limit(text: str) -> float | None:
    """Return a reported limit; None where it is empty, not attained, or only a bound ("<1")."""
    reported = read_reported(text)
    return None if reported is None or reported.bound else reported.value


def _unit_of(row: pd.Series) -> Unit:
    if row["statistic"] == "hazard_ratio":
        return "ratio"
    # An age is no time of follow-up: it stays in years.
    is_time = row["unit"] in MONTHS_PER and (row["unit"] != "years" or "outcome" in row)
    return "months" if is_time else _UNITS.get(row["unit"], "number")


# How units are written behind a printed number; others are written as they stand.
_UNIT_SUFFIX = {"percent": " %"} | dict.fromkeys(
    ("ratio", "probability", "patients", "studies", "not reported", "score", "grade", "number"), ""
)


def _with_unit(value: str, unit: str) -> str:
    if value in NOT_A_NUMBER:
        return value
    suffix = _UNIT_SUFFIX.get(unit, f" {unit}")
    return value + (suffix.removesuffix("s") if value == "1" else suffix)


def printed_text(row: pd.Series) -> str:
    """Return what a row gives, as reported: "7.39 months (5.52 to 9.20)"."""
    # Own data that was never checked may have an empty cell.
    value = row["value_reported"] or NOT_REPORTED
    sided = "one-sided " if "one-sided" in row.get("test", "") else ""
    if row["statistic"] == "p_value":
        return sided + _p_text(value)
    inside = []
    low, high = (row.get(f"ci_{s}_reported", row.get(f"{s}_reported", "")) for s in ("low", "high"))
    if low or high:
        inside.append(f"{low} to {high}")
    p = row.get("p_reported", "")
    if p:
        inside.append(sided + _p_text(p))
    text = _with_unit(value, row["unit"])
    return f"{text} ({', '.join(inside)})" if inside else text


def _p_text(p: str) -> str:
    return f"P {p}" if p.startswith(("<", ">")) or p in NOT_A_NUMBER else f"P = {p}"
