"""Summary of findings: sorafenib with interferon-alfa against sorafenib alone."""

from __future__ import annotations

from collections.abc import Mapping

from evidence.findings.effect_words import say_together
from evidence.findings.summary import (
    SummaryLine,
    find,
    responders,
    seen,
    tabulate_summary,
    with_difference,
)
from evidence.record.results import Result
from evidence.sources.certainty import judge_certainty
from evidence.sources.data import Evidence
from evidence.tables.table import Table
from mrcc.combination_vs_monotherapy.analysis import QUESTION
from mrcc.combination_vs_monotherapy.parameters import CombinationVsMonotherapy
from mrcc.effects import PROGRESSION, RESPONSE


def find_all(
    evidence: Evidence, results: Mapping[str, Result], p: CombinationVsMonotherapy
) -> dict[str, SummaryLine]:
    """Return the lines of the summary by outcome; absolute effects follow the baselines given."""
    rating = judge_certainty(evidence, QUESTION, steps=p.downgrade)
    patients = f"{results['trial_patients'].text} (1 trial)"
    subject = "Adding interferon-alfa to sorafenib"
    effect = RESPONSE.of(subject)
    response = find(
        "Objective response",
        rating,
        effect,
        seen(results["orr_ratio"]),
        name="response ratio",
        measure="response_points",
        absolute=responders,
        baseline=p.baseline_orr,
        patients=patients,
        steps_given=True,
    )
    difference = seen(results["orr_difference"])
    progression = find(
        "Free of progression at one year",
        rating,
        PROGRESSION.of(subject),
        seen(results["pfs_hr"]),
        name="hazard ratio",
        baseline=p.baseline_pfs_12m,
        patients=patients,
        steps_given=True,
    )
    return {
        "response": with_difference(
            response, difference, p.baseline_orr, rating, effect, steps_given=True
        ),
        "progression": progression,
        "survival": SummaryLine("Overall survival", None, _survival(results), patients=patients),
        "harms": SummaryLine(
            "Severe adverse events",
            None,
            "The abstract states that toxicities were comparable, without numbers.",
            patients=patients,
        ),
        "quality of life": SummaryLine(
            "Symptoms and quality of life", None, "Not in the abstract.", patients=patients
        ),
    }


def say_both(lines: Mapping[str, SummaryLine]) -> str:
    """Return what the trial says of response and of progression, in a sentence or two."""
    return say_together(lines["response"].words, lines["progression"].words)


def summarise(
    evidence: Evidence, results: Mapping[str, Result], p: CombinationVsMonotherapy
) -> Table:
    """Return the summary of findings."""
    return tabulate_summary(
        list(find_all(evidence, results, p).values()),
        caption="Summary of findings: sorafenib with interferon-alfa against sorafenib alone",
        without="With sorafenib alone",
        with_="With the combination",
        notes=(
            "Responses with sorafenib alone and patients free of progression at one year are those "
            "of the parameters, the latter by default read off an exponential curve through the "
            "median of sorafenib alone (the page on pAKT takes a Weibull curve of both arms); the "
            "hazard ratio is not in the abstract and is computed from two medians unless they say "
            "otherwise.",
        ),
    )


def _survival(results: Mapping[str, Result]) -> str:
    """Return why the medians of survival do not tell which is longer."""
    medians = [results[key] for key in ("os_combination", "os_sorafenib")]
    names = ("the combination", "sorafenib alone")
    short = [name for name, one in zip(names, medians, strict=True) if one.value is None]
    if short:
        return f"Cannot be compared: the median was not reached with {' and '.join(short)}."
    texts = " and ".join(one.text for one in medians)
    return f"Cannot be compared: the abstract gives medians of {texts}, no hazard ratio."
