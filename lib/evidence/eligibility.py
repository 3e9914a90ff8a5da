"""Which rows of the tables enter which synthesis: the rules, once, with a reason for each arm out.

A new study enters wherever its fields qualify it; no list of studies stands in code.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evidence.data import Evidence
from evidence.responses import arm_response

COMBINATION = "SOR+IFN"
# Row ids of a printed hazard ratio, in the order of preference: the plain one, then the final or
# the stratified analysis where only that is printed.
QUALIFIERS = ("", ".final", ".stratified", ".update")


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


def pooling_candidates(evidence: Evidence, treatment: str = COMBINATION) -> tuple[Candidate, ...]:
    """Return every arm of a treatment, by year of publication, with the reason it stays out.

    An arm qualifies that stands for itself (no cohort of another, no arms taken together), in a
    trial rather than a case report or review, with a printed response from which counts follow,
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
    try:
        arm_response(evidence, name)
    except ValueError:
        return Candidate(name, "no response is printed from which counts follow")
    return Candidate(name, arm["not_pooled_because"], held_back=bool(arm["not_pooled_because"]))


def qualifying_arms(evidence: Evidence, treatment: str = COMBINATION) -> list[str]:
    """Return the arms of a treatment that are pooled by default, by year of publication."""
    return [one.arm_id for one in pooling_candidates(evidence, treatment) if not one.reason]


def held_back_arms(evidence: Evidence, treatment: str = COMBINATION) -> list[str]:
    """Return the arms that a sensitivity analysis takes in."""
    return [one.arm_id for one in pooling_candidates(evidence, treatment) if one.held_back]


def network_ratios(evidence: Evidence, outcome: str) -> list[str]:
    """Return the rows that print a contrast of the network of an outcome.

    They are the hazard ratios with an interval of studies whose field `networks` names the
    outcome; of several analyses of one contrast, the first of `QUALIFIERS`.
    """
    found = []
    for study, networks in evidence.values("studies", "study_id", "networks"):
        if outcome not in networks.split(";"):
            continue
        rows = evidence.where("outcomes", study_id=study, outcome=outcome, statistic="hazard_ratio")
        own = rows[(rows["ci_low_reported"] != "") & (rows["ci_high_reported"] != "")]
        ids = set(own["row_id"])
        for pair in dict.fromkeys(zip(own["arm_a"], own["arm_b"], strict=True)):
            plain = f"{study}.{outcome}.hazard_ratio.{pair[0]}_v_{pair[1]}"
            found += [f"{plain}{end}" for end in QUALIFIERS if f"{plain}{end}" in ids][:1]
    return found
