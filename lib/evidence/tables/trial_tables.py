"""All trials of the book in one table, a line per arm, and how many came from where."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup, escape

from evidence.sources.data import Evidence
from evidence.sources.vocabulary import study_words
from evidence.tables.appraisal_tables import outcome_words
from evidence.tables.arm_tables import arm_cell, is_main, joined_lines, without_repeats
from evidence.tables.study_tables import regimen_words
from evidence.tables.table import Table, make_table

# What a reader looks for first: header, outcome, and the statistics that may give it.
_RESULTS = (
    ("Response", "orr", ("percent", "count")),
    ("Median PFS", "pfs", ("median",)),
    ("Median OS", "os", ("median",)),
)
_OVERALL = "overall"


def count_studies(evidence: Evidence) -> dict[str, int]:
    """Return how many studies stand at each step, from the tables of studies and of exclusions."""
    studies, excluded = evidence.where("studies"), evidence.where("excluded")
    own = studies["status"] == "source"
    cited = (studies["cited_by"] != "") & ~own
    return {
        "studies that are source documents": int(own.sum()),
        "studies that they cite and that entered": int(cited.sum()),
        "studies looked up beside them": int((~own & ~cited).sum()),
        "cited publications left out": int((excluded["cited_by"] != "").sum()),
        "single numbers left out": int((excluded["cited_by"] == "").sum()),
        "studies with data rows": len(studies),
        "studies with a page of their own": int((studies["chapter"] == "yes").sum()),
        "studies in a network of hazard ratios": int((studies["networks"] != "").sum()),
    }


def tabulate_trials(evidence: Evidence) -> Table:
    """Return every trial with arms, a line per arm: who, what, response, medians, risk of bias."""
    lines: list[list[object]] = []
    for _, study in evidence.where("studies").iterrows():
        study_id = study["study_id"]
        results = evidence.where("outcomes", study_id=study_id)
        main = [row for _, row in results.iterrows() if is_main(row)]
        name, bias = _trial(study), _bias(evidence, study_id)
        for _, arm in evidence.where("arms", study_id=study_id).iterrows():
            regimen = regimen_words(arm)
            small = Markup("<br><small>{}</small>").format(regimen) if regimen else ""
            lines.append([
                name,
                study_words(study, "line"),
                escape(arm["label"]) + small,
                arm["n_reported"],
                *(_result(main, arm["arm"], code, forms) for _, code, forms in _RESULTS),
                bias,
            ])  # fmt: skip
    heads = [head for head, _, _ in _RESULTS]
    return make_table(
        ["Trial", "Line", "Arm", "Patients", *heads, "Risk of bias"],
        lines,
        caption="All trials of this book, arm by arm",
        numeric=("Patients",),
        missing="\N{EN DASH}",
        footnotes=[
            "A dash: nothing is entered here, or the risk of bias was not judged. "
            "Arms of different trials cannot be compared."
        ],
    )


def _trial(study: pd.Series) -> Markup:
    name = escape(study["short_name"])
    if study["chapter"] == "yes":
        name = Markup('<a href="../studies/{}.html">{}</a>').format(study["study_id"], name)
    phase = f"phase {study['phase']}, " if study["phase"] else ""
    return name + Markup("<br><small>{}{}</small>").format(phase, study["design"])


def _result(
    rows: Sequence[pd.Series], arm: str, outcome: str, statistics: tuple[str, ...]
) -> Markup:
    own = [
        row
        for row in rows
        if (row["arm"], row["outcome"]) == (arm, outcome) and row["statistic"] in statistics
    ]
    return arm_cell(without_repeats(own), arm)


def _bias(evidence: Evidence, study_id: str) -> Markup:
    """Return the overall judgement of each outcome that was appraised."""
    judged = evidence.where("appraisals", study_id=study_id)
    lines = []
    for _, row in judged.iterrows():
        outcome, _, domain = row["domain"].partition(": ")
        if domain == _OVERALL:
            lines.append(escape(f"{outcome_words(outcome)}: {row['judgement']}"))
    return joined_lines(lines)
