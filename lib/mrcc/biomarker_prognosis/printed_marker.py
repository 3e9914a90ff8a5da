"""What is reported of pAKT and outcome, in the form that the analyses take."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from evidence.sources.data import Evidence
from evidence.sources.printed_intervals import PrintedInterval, printed_interval, say_given
from evidence_stats.estimates import Estimate, NotEstimable
from evidence_stats.normal import two_sided_p, z_from_p
from evidence_stats.printed.reported import exact_number, read_reported
from evidence_stats.printed.rounding import RoundingPolygon, rounding_polygon
from evidence_stats.survival.hazard_ratio import printed_hazard_ratio
from mrcc.biomarker_prognosis.parameters import BiomarkerPrognosis

# Name of the question in data/certainty.csv and of its chapter.
QUESTION = "biomarker_prognosis"

ROWS = {
    "pfs": "jonasch-2010.pfs.hazard_ratio.pakt",
    "os": "jonasch-2010.os.hazard_ratio.pakt",
}
NAMES = {"pfs": "PFS", "os": "OS"}
_COLUMNS = ("value_reported", "ci_low_reported", "ci_high_reported", "p_reported")
# The smallest P that a normal deviate can be had from.
_SMALLEST_P = 1e-300
# A P nearer to 1 than any that is printed: no standard error follows from it.
_SMALLEST_Z = 1e-3


@dataclass(frozen=True, slots=True)
class PrintedEffect:
    """What is reported of pAKT and one outcome; a part that cannot be had says why.

    Attributes
    ----------
    outcome : str
        pfs or os.
    texts : tuple of str
        Hazard ratio, lower, upper, P as reported.
    row : str
        Data row that gives it.
    hr : Estimate or NotEstimable
        Hazard ratio per unit with its interval and standard error.
    p : float or NotEstimable
        Reported P; a bound ("<.001") is no P.
    z : float or NotEstimable
        Normal deviate of P with the sign of the log hazard ratio; that of the interval where no
        P is reported or only a bound.
    events : int
        Events assumed.
    polygon : RoundingPolygon or NotEstimable
        Everything that rounds to it.
    """

    outcome: str
    texts: tuple[str, str, str, str]
    row: str
    hr: Estimate | NotEstimable
    p: float | NotEstimable
    z: float | NotEstimable
    events: int
    polygon: RoundingPolygon | NotEstimable

    @property
    def p_of_z(self) -> float | NotEstimable:
        """Reported P, or the Wald P of the reported interval where no P or only a bound is."""
        if not isinstance(self.p, NotEstimable) or isinstance(self.z, NotEstimable):
            return self.p if isinstance(self.p, float) else self.z
        return max(two_sided_p(self.z), _SMALLEST_P)

    @property
    def hr_value(self) -> float | NotEstimable:
        """Reported hazard ratio without its interval."""
        return self.hr if isinstance(self.hr, NotEstimable) else self.hr.value


def printed_effects(evidence: Evidence, p: BiomarkerPrognosis) -> tuple[PrintedEffect, ...]:
    """Return the reported effects on PFS and OS, or what the parameters put in their place."""
    given = {"pfs": (p.hr_pfs, p.events_pfs), "os": (p.hr_os, p.events_os)}
    return tuple(
        _printed_effect(evidence, outcome, texts, events)
        for outcome, (texts, events) in given.items()
    )


def _printed_effect(
    evidence: Evidence, outcome: str, given: list[str], events: int
) -> PrintedEffect:
    row = evidence.row(ROWS[outcome])
    where = ROWS[outcome]
    if given:
        where, row = f"parameter hr_{outcome}", row.copy()
        row[list(_COLUMNS)] = given
        row["ci_level"] = row["ci_level"] or "95"
    interval = printed_interval(row, where)
    p = _printed_p(row, where)
    hr = _hazard_ratio(row, where, interval, p)
    texts = tuple(row[name] for name in _COLUMNS)
    return PrintedEffect(
        outcome,
        texts,
        ROWS[outcome],
        hr,
        p,
        _deviate(where, hr, p),
        events,
        _polygon(row, interval),
    )


def _printed_p(row: pd.Series, where: str) -> float | NotEstimable:
    text = row["p_reported"]
    p = exact_number(text)
    # Nothing has a P of 0: "0.000" says that it is smaller than what would be rounded up.
    if p is not None and _SMALLEST_P <= p <= 1:
        return p
    if read_reported(text) is None:
        return NotEstimable(f"{where}, p_reported: no P was found")
    return NotEstimable(f'{where}, p_reported: expected a P, got only "{text}"')


def _hazard_ratio(
    row: pd.Series,
    where: str,
    interval: PrintedInterval | NotEstimable,
    p: float | NotEstimable,
) -> Estimate | NotEstimable:
    """Return the hazard ratio with its reported interval, else with the one that P implies."""
    value = exact_number(row["value_reported"])
    known_p = None if isinstance(p, NotEstimable) else p
    if value is None or value <= 0:
        return NotEstimable(f"{where}, value_reported: {say_given(row['value_reported'])}")
    if not isinstance(interval, NotEstimable):
        return printed_hazard_ratio(
            value, interval.low, interval.high, p=known_p, level=interval.level
        )
    if known_p is not None and value != 1 and z_from_p(known_p) >= _SMALLEST_Z:
        return printed_hazard_ratio(value, p=known_p)
    return Estimate(value, unit="ratio", p=known_p, method="reported hazard ratio")


def _deviate(
    where: str, hr: Estimate | NotEstimable, p: float | NotEstimable
) -> float | NotEstimable:
    if isinstance(hr, NotEstimable):
        return hr
    if not isinstance(p, NotEstimable):
        return math.copysign(z_from_p(p), math.log(hr.value))
    if hr.se is not None:
        return math.log(hr.value) / hr.se
    return NotEstimable(
        f"{where}: neither p_reported nor ci_low_reported and ci_high_reported hold numbers that "
        "a standard error follows from"
    )


def _polygon(
    row: pd.Series, interval: PrintedInterval | NotEstimable
) -> RoundingPolygon | NotEstimable:
    if isinstance(interval, NotEstimable):
        return interval
    hr, low, high, p = (row[name] for name in _COLUMNS)
    printed = read_reported(p)
    p = None if printed is None or printed.value is None else p
    return rounding_polygon(hr, low, high, p, level=interval.level)
