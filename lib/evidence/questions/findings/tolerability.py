"""Summary of findings: severe harms of sorafenib with and without interferon-alfa."""

from __future__ import annotations

from collections.abc import Mapping

from evidence.data import Evidence
from evidence.questions.certainty import judge_certainty
from evidence.questions.findings.summary import Finding, tabulate_findings
from evidence.questions.tolerability import QUESTION
from evidence.reported import NOT_REPORTED
from evidence.results import Result
from evidence.tables import Table

_OUTCOMES = ("Any event of grade 3 or more", "Dose reduction", "Stopping for adverse events")


def summarise(evidence: Evidence, results: Mapping[str, Result]) -> Table:
    """Return one line per harm: what the randomized trial prints of it, by arm."""
    rating = judge_certainty(evidence, QUESTION)
    combination, alone = results["events_combination"].text, results["events_sorafenib"].text
    printed = NOT_REPORTED not in (combination, alone)
    words = (
        f"Printed: {combination} with the combination, {alone} with sorafenib."
        if printed
        else "We cannot tell: no number is printed by arm."
    )
    return tabulate_findings(
        [Finding(name, rating, words) for name in _OUTCOMES],
        caption="Summary of findings: severe harms, sorafenib with and without interferon-alfa",
        without="Per 1000 with sorafenib",
        with_="Per 1000 with the combination",
    )
