"""The GRADE summary of findings of the main question, from the numbers of its page."""

from __future__ import annotations

from collections.abc import Mapping

from evidence.parameters import CombinationVsMonotherapy
from evidence.questions.combination_vs_monotherapy import certainty
from evidence.results import Result
from evidence.tables import NOT_REPORTED, Table, make_table

_COLUMNS = [
    "Outcome",
    "Relative effect",
    "Per 1000 with sorafenib",
    "Per 1000 with the combination",
    "Patients",
    "Certainty",
    "In plain words",
]
_REASONS = {
    "risk_of_bias": "risk of bias (open label, allocation not described)",
    "inconsistency": "inconsistency",
    "indirectness": "indirectness (a lower dose than elsewhere)",
    "imprecision": "imprecision (few events)",
    "publication": "publication bias",
}


def _per_1000(value: float) -> str:
    return f"{max(0.0, min(1000.0, 1000 * value)):.0f}"


def _range(middle: float, low: float, high: float) -> str:
    return f"{_per_1000(middle)} ({_per_1000(low)} to {_per_1000(high)})"


def _response(results: Mapping[str, Result], p: CombinationVsMonotherapy) -> list[str]:
    found = results["orr_difference"]
    base = p.baseline_orr
    absolute = [base + (value or 0.0) for value in (found.value, found.low, found.high)]
    return [
        "Objective response",
        f"ratio {results['orr_ratio'].text}",
        _per_1000(base),
        _range(*absolute),
        results["trial_patients"].text,
        certainty(p),
        "We cannot tell whether fewer or more patients respond.",
    ]


def _progression(results: Mapping[str, Result], p: CombinationVsMonotherapy) -> list[str]:
    found = results["pfs_hr"]
    base = p.baseline_pfs_12m
    hr, low, high = (value or 1.0 for value in (found.value, found.low, found.high))
    return [
        "Free of progression at one year",
        f"hazard ratio {found.text}",
        _per_1000(base),
        _range(base**hr, base**high, base**low),
        results["trial_patients"].text,
        certainty(p),
        "We cannot tell whether progression is delayed or hastened.",
    ]


def tabulate_findings(results: Mapping[str, Result], p: CombinationVsMonotherapy) -> Table:
    """Return the summary of findings; absolute effects follow the baselines of the parameters.

    The interval of an absolute response is the Miettinen-Nurminen interval of the difference added
    to the baseline; that of progression-free survival the baseline to the power of the limits of
    the hazard ratio (Skoetz 2020, J Clin Epidemiol 118:124).
    """
    rows = [
        _response(results, p),
        _progression(results, p),
        ["Overall survival", "not estimable", NOT_REPORTED, NOT_REPORTED,
         results["trial_patients"].text, certainty(p),
         "We cannot tell: the median was not reached with sorafenib alone."],
        ["Severe adverse events", NOT_REPORTED, NOT_REPORTED, NOT_REPORTED,
         results["trial_patients"].text, certainty(p),
         "We cannot tell: no number is printed by arm."],
    ]  # fmt: skip
    steps = [
        f"{count} for {_REASONS[reason]}" for reason, count in p.downgrade.items() if count > 0
    ]
    note = "Randomized evidence starts at high. Steps down: " + ", ".join(steps or ["none"]) + "."
    return make_table(
        _COLUMNS,
        rows,
        caption="Summary of findings: sorafenib with interferon-alfa against sorafenib alone",
        numeric=("Per 1000 with sorafenib", "Per 1000 with the combination", "Patients"),
        footnotes=(note,),
    )
