"""Summary of findings: severe harms of sorafenib with and without interferon-alfa."""

from __future__ import annotations

from collections.abc import Mapping

from evidence.record.results import Result
from evidence.sources.certainty import judge_certainty
from evidence.sources.data import Evidence
from evidence.tables.table import Table
from evidence_stats.printed.reported import NOT_REPORTED
from mrcc.summary_of_findings import Finding, tabulate_findings
from mrcc.tolerability.analysis import QUESTION

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
