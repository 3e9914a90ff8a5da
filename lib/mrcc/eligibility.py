"""Which rows of the tables enter which synthesis: the rules, once, with a reason for each arm out.

A new study enters wherever its fields qualify it; no list of studies stands in code.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evidence.sources.data import Evidence
from evidence.sources.printed_intervals import printed_interval
from evidence.sources.responses import QUALIFIERS, find_response
from evidence_stats.estimates import NotEstimable

COMBINATION = "SOR+IFN"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An arm that a pooled response could take in.

    Attributes
    ----------
    arm_id : str
        Row of arms.csv.
    reason : str
        Why it stays out, "" where it qualifies.
    held_back : bool
        True where it qualifies but for the reason that the data give; a sensitivity analysis
        takes it in.
    """

    arm_id: str
    reason: str
    held_back: bool = False


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """A reported contrast that a network could take in.

    Attributes
    ----------
    row_id : str
        Row of outcomes.csv.
    reason : str
        Why it stays out, "" where it qualifies.
    """

    row_id: str
    reason: str


def pooling_candidates(evidence: Evidence, treatment: str = COMBINATION) -> tuple[Candidate, ...]:
    """Return every arm of a treatment, by year of publication, with the reason it stays out.

    An arm qualifies that stands for itself (no cohort of another, no arms taken together), in a
    trial rather than a case report or review, with a reported response from which counts follow,
    unless arms.csv says why not.
    """
    own = [arm for _, arm in evidence.where("arms", treatment=treatment).iterrows()]
    return tuple(_judge(evidence, arm) for arm in sorted(own, key=lambda arm: _year(evidence, arm)))


def _year(evidence: Evidence, arm: pd.Series) -> str:
    return evidence.publication(evidence.study(arm["study_id"])["source_key"]).year


def _judge(evidence: Evidence, arm: pd.Series) -> Candidate:
    name = arm["arm_id"]
    if arm["role"] == "cohort":
        return Candidate(name, "a dose cohort of an arm that is counted whole")
    if arm["role"] == "pooled":
        return Candidate(name, "arms taken together that are counted each")
    design = evidence.study(arm["study_id"])["design"]
    if design in ("case report", "systematic review"):
        return Candidate(name, f"a {design}, not a trial")
    found = find_response(evidence, name)
    if isinstance(found, NotEstimable):
        return Candidate(name, f"no counts follow from what is reported: {found.reason}")
    return Candidate(name, arm["not_pooled_because"], held_back=bool(arm["not_pooled_because"]))


def qualifying_arms(evidence: Evidence, treatment: str = COMBINATION) -> list[str]:
    """Return the arms of a treatment that are pooled by default, by year of publication."""
    return [one.arm_id for one in pooling_candidates(evidence, treatment) if not one.reason]


def held_back_arms(evidence: Evidence, treatment: str = COMBINATION) -> list[str]:
    """Return the arms that a sensitivity analysis takes in."""
    return [one.arm_id for one in pooling_candidates(evidence, treatment) if one.held_back]


def network_rows(evidence: Evidence, outcome: str) -> tuple[NetworkRow, ...]:
    """Return the rows that could enter the network of an outcome, with the reason each stays out.

    They are the hazard ratios of studies whose field `networks` names the outcome; of several
    analyses of one contrast, the first of `QUALIFIERS` that prints an interval. Those before it,
    which give none, are returned with it: who mends one must see that another stands in.
    """
    found = []
    for study, networks in evidence.values("studies", "study_id", "networks"):
        if outcome not in networks.split(";"):
            continue
        own = evidence.where("outcomes", study_id=study, outcome=outcome, statistic="hazard_ratio")
        rows = {row["row_id"]: row for _, row in own.iterrows()}
        for pair in dict.fromkeys(zip(own["arm_a"], own["arm_b"], strict=True)):
            plain = f"{study}.{outcome}.hazard_ratio.{pair[0]}_v_{pair[1]}"
            analyses = [f"{plain}{end}" for end in QUALIFIERS if f"{plain}{end}" in rows]
            judged = [NetworkRow(name, _no_interval(rows[name])) for name in analyses]
            place = next((n for n, one in enumerate(judged) if not one.reason), 0)
            found += judged[: place + 1]
    return tuple(found)


def _no_interval(row: pd.Series) -> str:
    printed = printed_interval(row)
    return printed.reason if isinstance(printed, NotEstimable) else ""
