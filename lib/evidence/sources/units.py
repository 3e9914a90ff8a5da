"""Which units a reported statistic may have: a unit decides what a number is.

Vocabulary
----------
**Time**: a unit that is turned into months.
"""

from __future__ import annotations

from evidence.sources.book import read_book

# Months of 30.4375 days (365.25 / 12), weeks of 7 days.
MONTHS_PER = {"months": 1.0, "weeks": 7 / 30.4375, "days": 1 / 30.4375, "years": 12.0}
# Fifty years: no median of a trial is longer.
MOST_MONTHS = 600
# Outcomes that are times, whatever else a median may be of.
TIME_OUTCOMES = ("pfs", "os", "ttp", "total_pfs", "dor", "follow_up")

_TIMES = tuple(MONTHS_PER)
_SCALES = ("not reported", "ratio", "per unit", "per doubling", "per standard deviation",
           "high against low")  # fmt: skip
_MEASURES = (
    "mg", "mg per day", "mg twice daily", "million units per injection",
    "million units twice daily", "injections per week", "cycles", "g/dL", "g/L", "cm", "mm", "kg",
    "m2", "U/L", "grade", "score", "number",
)  # fmt: skip

# Statistics of what is measured, whose units a book may add to.
_MEASURED = ("median", "value", "mean_difference", "standard_error")

# Table, statistic: the units of it. What is not here is of no kind that a table holds.
UNITS: dict[str, dict[str, tuple[str, ...]]] = {
    "outcomes": {
        "count": ("patients", "studies", "events"),
        "percent": ("percent",),
        "median": (*_TIMES, *_MEASURES, "percent"),
        "hazard_ratio": ("ratio",),
        "odds_ratio": ("ratio",),
        "risk_ratio": ("ratio",),
        "mean_difference": (*_TIMES, *_MEASURES),
        "standard_error": (*_TIMES, *_MEASURES),
        "rate": ("percent", "probability", "ratio"),
        "p_value": ("probability",),
        "duration": _TIMES,
    },
    "characteristics": {
        "count": ("patients",),
        "percent": ("percent",),
        "median": (*_TIMES, *_MEASURES),
        "value": (*_TIMES, *_MEASURES),
    },
    "biomarkers": {
        "hazard_ratio": _SCALES,
        "p_value": ("probability",),
        "percent": ("percent",),
        "count": ("patients",),
    },
}


def units_of(table: str) -> tuple[str, ...]:
    """Return all units that a table may hold, each once."""
    known = (unit for units in UNITS[table].values() for unit in units)
    own = () if table == "biomarkers" else read_book().units
    return tuple(dict.fromkeys((*known, *own)))


def allowed_units(table: str, statistic: str, outcome: str) -> tuple[str, ...]:
    """Return the units that a statistic of an outcome may be reported in."""
    if statistic == "median" and outcome in TIME_OUTCOMES:
        return _TIMES
    own = read_book().units if statistic in _MEASURED else ()
    return (*UNITS[table][statistic], *own)
