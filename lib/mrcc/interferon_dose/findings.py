"""Summary of findings: more interferon-alfa a week against less, beside sorafenib."""

from __future__ import annotations

from collections.abc import Mapping

from evidence.findings.summary import SummaryLine, find, odds_responders, seen, tabulate_summary
from evidence.record.results import Result
from evidence.sources.certainty import judge_certainty
from evidence.sources.data import Evidence
from evidence.tables.table import Table
from evidence_stats.printed.reported import NOT_REPORTED
from mrcc.effects import RESPONSE
from mrcc.interferon_dose.analysis import QUESTION
from mrcc.interferon_dose.parameters import InterferonDose


def find_all(
    evidence: Evidence, results: Mapping[str, Result], p: InterferonDose
) -> dict[str, SummaryLine]:
    """Return two lines: across trials, and between the schedules of the one that randomized."""
    slope, schedule = results["dose_or"], results["schedule_or"]
    overall = None if slope.n is None else (slope.events or 0) / slope.n
    higher = results["schedule_higher"].value
    return {
        "across": find(
            f"Objective response, {p.dose_step:g} MU a week more, across trials",
            judge_certainty(evidence, QUESTION, "response_across_trials"),
            RESPONSE.of("A higher weekly dose of interferon-alfa"),
            seen(slope),
            name="odds ratio",
            measure="response_points",
            absolute=odds_responders,
            baseline=overall,
            patients=str(results["arms"].n),
        ),
        "schedules": find(
            "Objective response, lower against higher dose within one trial (RAPSODY)",
            judge_certainty(evidence, QUESTION, "response_between_schedules"),
            RESPONSE.of("A lower weekly dose of interferon-alfa"),
            seen(schedule),
            name="odds ratio",
            measure="response_points",
            absolute=odds_responders,
            baseline=None if higher == 1 else higher,
            patients=NOT_REPORTED if schedule.n is None else str(schedule.n),
        ),
    }


def summarise(evidence: Evidence, results: Mapping[str, Result], p: InterferonDose) -> Table:
    """Return the summary of findings."""
    return tabulate_summary(
        list(find_all(evidence, results, p).values()),
        caption="Summary of findings: the weekly dose of interferon-alfa beside sorafenib",
        without="At the dose compared with",
        with_="At the other dose",
        notes=(
            "Across trials the response compared with is that of all arms taken together; within "
            "the trial it is that of the higher dose.",
        ),
    )
