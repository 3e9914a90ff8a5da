"""What is printed of pAKT and outcome, in the form that the analyses take."""

from __future__ import annotations

import math
from dataclasses import dataclass

from evidence.data import Evidence
from evidence.estimates import Estimate
from evidence.hazard_ratio import printed_hazard_ratio
from evidence.normal import z_from_p
from evidence.parameters import BiomarkerPrognosis
from evidence.rounding import RoundingPolygon, rounding_polygon

# Name of the question in data/certainty.csv and of its chapter.
QUESTION = "biomarker_prognosis"

ROWS = {
    "pfs": "jonasch-2010.pfs.hazard_ratio.pakt",
    "os": "jonasch-2010.os.hazard_ratio.pakt",
}
NAMES = {"pfs": "PFS", "os": "OS"}


@dataclass(frozen=True, slots=True)
class PrintedEffect:
    """What is printed of pAKT and one outcome.

    Attributes
    ----------
    outcome : str
        pfs or os.
    texts : tuple of str
        Hazard ratio, lower, upper, P as printed.
    row : str
        Data row that prints it.
    hr : Estimate
        Hazard ratio per unit with its interval and standard error.
    p : float
        Printed P.
    z : float
        Its normal deviate, with the sign of the log hazard ratio.
    events : int
        Events assumed.
    polygon : RoundingPolygon
        Everything that prints so.
    """

    outcome: str
    texts: tuple[str, str, str, str]
    row: str
    hr: Estimate
    p: float
    z: float
    events: int
    polygon: RoundingPolygon


def printed_effects(evidence: Evidence, p: BiomarkerPrognosis) -> tuple[PrintedEffect, ...]:
    """Return the printed effects on PFS and OS, or what the parameters put in their place.

    Raises
    ------
    ValueError
        Where the four texts are not a hazard ratio, its limits and a P value.
    """
    given = {"pfs": (p.hr_pfs, p.events_pfs), "os": (p.hr_os, p.events_os)}
    return tuple(
        _printed_effect(evidence, outcome, texts, events)
        for outcome, (texts, events) in given.items()
    )


def _printed_effect(
    evidence: Evidence, outcome: str, given: list[str], events: int
) -> PrintedEffect:
    row = evidence.row(ROWS[outcome])
    names = ("value_reported", "ci_low_reported", "ci_high_reported", "p_reported")
    hr, low, high, p = given or [row[name] for name in names]
    level = float(row["ci_level"]) / 100
    value = float(p.lstrip("<"))
    estimate = printed_hazard_ratio(float(hr), float(low), float(high), p=value, level=level)
    z = math.copysign(z_from_p(value), math.log(float(hr)))
    polygon = rounding_polygon(hr, low, high, p, level=level)
    texts = (hr, low, high, p)
    return PrintedEffect(outcome, texts, ROWS[outcome], estimate, value, z, events, polygon)
