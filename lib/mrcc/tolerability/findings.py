"""Summary of findings: severe harms of sorafenib with and without interferon-alfa."""

from __future__ import annotations

from collections.abc import Mapping

from evidence.findings.summary import SummaryLine, tabulate_summary
from evidence.record.results import Result
from evidence.tables.table import Table


def summarise(results: Mapping[str, Result]) -> Table:
    """Return one line: what the randomized trial reports of severe events, by arm."""
    combination, alone = results["events_combination"].text, results["events_sorafenib"].text
    patients = f"{results['trial_patients'].text} (1 trial)"
    given = None not in (results["events_combination"].value, results["events_sorafenib"].value)
    words = (
        f"{combination} with the combination, {alone} with sorafenib alone."
        if given
        else "The abstract states that toxicities were comparable, without numbers."
    )
    return tabulate_summary(
        [SummaryLine("Severe adverse events", None, words, patients=patients)],
        caption="Summary of findings: severe harms, sorafenib with and without interferon-alfa",
        without="With sorafenib alone",
        with_="With the combination",
    )
