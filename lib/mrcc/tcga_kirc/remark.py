"""REMARK: what a study of a tumour marker is asked to report, for this analysis and the trial's.

McShane et al. 2005, J Natl Cancer Inst 97:1180, its twenty items in short.
"""

from __future__ import annotations

from dataclasses import dataclass

from evidence.tables.table import Table, make_table

_YES, _PART, _NO, _ABSENT = "met", "in part", "not met", "not in the abstract"


@dataclass(frozen=True, slots=True)
class _Item:
    """An item, how this analysis meets it, and how the trial's abstract does."""

    name: str
    ours: str
    how: str
    theirs: str = _ABSENT
    seen: str = ""


_ITEMS = (
    _Item(
        "1 marker, aim, hypotheses",
        _PART,
        "protein and aim are named; no hypothesis was written beforehand",
        _PART,
        "the marker is named",
    ),
    _Item(
        "2 patients",
        _PART,
        "stage, grade, sex, age; who was asked is not in the files",
        _PART,
        "patients of the trial; those with tissue are not described",
    ),
    _Item(
        "3 treatments",
        _PART,
        "drugs on forms are counted, without order or dose",
        _YES,
        "by lot, with doses",
    ),
    _Item("4 material", _PART, "primary tumours, one array each; storage is not in the files"),
    _Item("5 assay", _PART, "protein array; the antibody is known by the name of its column"),
    _Item("6 case selection", _YES, "every patient with an array and follow-up, in retrospect"),
    _Item(
        "7 endpoints",
        _YES,
        "death from any cause, from diagnosis",
        _PART,
        "progression-free and overall survival, named",
    ),
    _Item("8 candidate variables", _YES, "all are listed in the design of the analysis"),
    _Item("9 sample size", _NO, "what the public files hold"),
    _Item(
        "10 statistical methods",
        _YES,
        "every model is a row",
        _PART,
        "a multivariable model, not described",
    ),
    _Item(
        "11 handling of marker values",
        _YES,
        "five scales; the best cut-point is shown as a trap",
        _NO,
        "per unit of a scale that is not named",
    ),
    _Item("12 flow of patients", _YES, "from the file to each model"),
    _Item("13 distributions", _YES, "stage, grade, sex and age by thirds of the protein"),
    _Item("14 marker and standard variables", _YES, "the same table"),
    _Item("15 univariable results", _YES, "hazard ratio with interval, curves, tests"),
    _Item(
        "16 multivariable results",
        _PART,
        "four adjustments with intervals; the ratios of stage, grade and age are not given",
        _PART,
        "the marker's hazard ratios with intervals",
    ),
    _Item(
        "17 marker beside standard variables",
        _YES,
        "stage, grade and age; likelihood ratio, concordance, net benefit",
    ),
    _Item(
        "18 assumptions, validation",
        _PART,
        "proportional hazards, bootstrap, permutation; no second cohort",
    ),
    _Item("19 interpretation", _YES, "on this page, with what it does not say"),
    _Item("20 implications", _YES, "none for treatment; what would answer is named"),
)


def tabulate_remark() -> Table:
    """Return the items of REMARK for this analysis and for the trial's abstract."""
    cells = [
        [
            item.name,
            f"{item.ours}: {item.how}",
            f"{item.theirs}: {item.seen}" if item.seen else item.theirs,
        ]
        for item in _ITEMS
    ]
    ours, theirs = (
        sum(getattr(item, who) == _YES for item in _ITEMS) for who in ("ours", "theirs")
    )
    return make_table(
        ["Item", "This analysis", "The trial's abstract"],
        cells,
        caption="REMARK: what a study of a tumour marker is asked to report",
        footnotes=(
            f"Met in full: {ours} of {len(_ITEMS)} by this analysis, {theirs} by the trial's "
            "abstract. The trial's full paper was not read: what is not in the abstract may stand "
            "there.",
        ),
    )
