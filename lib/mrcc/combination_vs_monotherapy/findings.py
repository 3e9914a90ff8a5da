"""Summary of findings: sorafenib with interferon-alfa against sorafenib alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from evidence.record.results import Result
from evidence.sources.certainty import judge_certainty
from evidence.sources.data import Evidence
from evidence.tables.table import Table
from evidence_stats.estimates import Estimate
from mrcc.combination_vs_monotherapy.analysis import QUESTION
from mrcc.combination_vs_monotherapy.parameters import CombinationVsMonotherapy
from mrcc.summary_of_findings import (
    PROGRESSION,
    RESPONSE,
    Finding,
    find,
    per_1000_range,
    responders,
    seen,
    tabulate_findings,
)


def summarise(
    evidence: Evidence, results: Mapping[str, Result], p: CombinationVsMonotherapy
) -> Table:
    """Return the summary of findings; absolute effects follow the baselines of the parameters.

    The interval of an absolute response is the Miettinen-Nurminen interval of the difference
    added to the baseline, which is narrower than that of the ratio and the one the page reports.
    """
    rating = judge_certainty(evidence, QUESTION, steps=p.downgrade)
    patients = results["trial_patients"].text
    response = find(
        "Objective response",
        rating,
        RESPONSE.of("The combination"),
        seen(results["orr_ratio"]),
        name="response ratio",
        good_below_one=False,
        absolute=responders,
        baseline=p.baseline_orr,
        patients=patients,
    )
    difference = seen(results["orr_difference"])
    if (
        isinstance(difference, Estimate)
        and difference.low is not None
        and difference.high is not None
    ):
        parts = (difference.value, difference.low, difference.high)
        response = replace(response, with_=per_1000_range([p.baseline_orr + d for d in parts]))
    findings = [
        response,
        find(
            "Free of progression at one year",
            rating,
            PROGRESSION.of("The combination"),
            seen(results["pfs_hr"]),
            name="hazard ratio",
            good_below_one=True,
            baseline=p.baseline_pfs_12m,
            patients=patients,
        ),
        Finding(
            "Overall survival",
            rating,
            _survival(results),
            patients=patients,
        ),
        Finding(
            "Severe adverse events",
            rating,
            "We cannot tell: no number is printed by arm.",
            patients=patients,
        ),
    ]
    return tabulate_findings(
        findings,
        caption="Summary of findings: sorafenib with interferon-alfa against sorafenib alone",
        without="Per 1000 with sorafenib",
        with_="Per 1000 with the combination",
    )


def _survival(results: Mapping[str, Result]) -> str:
    """Return why the printed medians of survival do not tell which is longer."""
    medians = [results[key] for key in ("os_combination", "os_sorafenib")]
    names = ("the combination", "sorafenib alone")
    short = [name for name, one in zip(names, medians, strict=True) if one.value is None]
    if short:
        return f"We cannot tell: the median was not reached with {' and '.join(short)}."
    texts = " and ".join(one.text for one in medians)
    return f"We cannot tell: medians of {texts} are printed, no hazard ratio."
