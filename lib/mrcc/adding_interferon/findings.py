"""Summary of findings: interferon-alfa added to a treatment, against that treatment alone."""

from __future__ import annotations

from collections.abc import Sequence

from evidence.findings.summary import (
    SummaryLine,
    find,
    responders,
    survivors,
    tabulate_summary,
    visible_estimate,
    with_difference,
)
from evidence.sources.certainty import is_judged, judge_certainty
from evidence.sources.data import Evidence
from evidence.sources.printed_medians import reached_median
from evidence.sources.responses import arm_response
from evidence.sources.vocabulary import treatment_words
from evidence.tables.table import Table
from evidence_stats.estimates import Estimate, NotEstimable
from evidence_stats.printed.reported import NOT_REPORTED
from evidence_stats.survival.from_medians import landmark_survival
from mrcc.adding_interferon.analysis import QUESTION, Compared, response_difference
from mrcc.adding_interferon.parameters import AddingInterferon
from mrcc.effects import PROGRESSION, RESPONSE, SURVIVAL

# Months at which survival is shown per 1000.
_HORIZON = 12.0
_OUTCOMES = {
    "orr": ("Objective response", RESPONSE, "response ratio"),
    "pfs": ("Free of progression at one year", PROGRESSION, "hazard ratio"),
    "os": ("Alive at one year", SURVIVAL, "hazard ratio"),
}

# In a factorial trial interferon-alfa was added to arms with and without another drug.
_BACKBONES = {"MIX": "several treatments taken together"}


def _baseline(evidence: Evidence, item: Compared) -> float | None:
    """Return the share of responders or survivors in the arm without interferon-alfa."""
    study, arm = item.contrast.study_id, item.contrast.comparator
    if item.effect.outcome == "orr":
        control = arm_response(evidence, f"{study}.{arm}")
        return control.events / control.n
    median = reached_median(evidence, f"{study}.{item.effect.outcome}.median.{arm}")
    if isinstance(median, NotEstimable):
        return None
    return landmark_survival(median, _HORIZON).value


def _patients(evidence: Evidence, item: Compared) -> str:
    estimate = item.effect.estimate
    if isinstance(estimate, Estimate) and estimate.n:
        return str(estimate.n)
    sizes = [evidence.row(row)["n_reported"] for row in item.contrast.rows]
    return str(sum(map(int, sizes))) if all(map(str.isdigit, sizes)) else NOT_REPORTED


def _judged_as(item: Compared) -> str:
    return f"{item.effect.outcome}_{item.contrast.backbone.lower()}"


def _finding(evidence: Evidence, item: Compared, p: AddingInterferon) -> SummaryLine:
    outcome, backbone = item.effect.outcome, item.contrast.backbone
    words, effect, ratio = _OUTCOMES[outcome]
    rating = judge_certainty(evidence, QUESTION, _judged_as(item))
    effect = effect.of("Adding interferon-alfa")
    baseline = _baseline(evidence, item)
    line = find(
        f"{words}, on {_BACKBONES.get(backbone, treatment_words(backbone))}: {item.contrast.name}",
        rating,
        effect,
        visible_estimate(item.effect.estimate, p.provenance_max),
        name=ratio,
        measure="response_points" if outcome == "orr" else "hazard_ratio",
        absolute=responders if outcome == "orr" else survivors,
        baseline=baseline,
        patients=_patients(evidence, item),
    )
    gap = response_difference(evidence, item, p.level)
    if gap is None or baseline is None:
        return line
    shown = visible_estimate(gap, p.provenance_max)
    return with_difference(line, shown, baseline, rating, effect)


def find_all(
    evidence: Evidence, compared: Sequence[Compared], p: AddingInterferon
) -> dict[str, SummaryLine]:
    """Return the lines of the summary, each contrast that has an interval and is judged."""
    judged = [
        item
        for item in compared
        if item.interval is not None and is_judged(evidence, QUESTION, _judged_as(item))
    ]
    return {item.key: _finding(evidence, item, p) for item in judged}


def summarise(evidence: Evidence, compared: Sequence[Compared], p: AddingInterferon) -> Table:
    """Return one line per contrast and outcome that has an interval and is judged."""
    findings = find_all(evidence, compared, p)
    known = [item for item in compared if item.interval is not None]
    unjudged = [
        f"{item.words} is left out: data/certainty.csv does not judge {_judged_as(item)}."
        for item in known
        if not item.contrast.flag and item.key not in findings
    ]
    names = dict.fromkeys(
        item.contrast.name for item in known if item.derived and item.key in findings
    )
    derived = (
        [f"No source gives the hazard ratio, which is derived: {', '.join(names)}."]
        if names
        else []
    )
    return tabulate_summary(
        list(findings.values()),
        caption="Summary of findings: interferon-alfa added, against the same treatment alone",
        without="Without interferon-alfa",
        with_="With interferon-alfa",
        notes=(
            "Only comparisons that have an interval. Patients without interferon-alfa are those of "
            "the trial's own comparator; survival at one year is read off an exponential curve "
            "through its median.",
            *derived,
            *unjudged,
        ),
    )
