"""REMARK: what a study of a tumour marker is asked to report, for this analysis and the trial's.

McShane et al. 2005, J Natl Cancer Inst 97:1180, its twenty items in short.
"""

from __future__ import annotations

from evidence.tables.table import Table, make_table

YES, PART, NO = "met", "in part", "not met"
ABSENT = "not in the abstract"

# Item; this analysis: met or not, and how; the trial's abstract: the same.
_ITEMS: tuple[tuple[str, str, str, str, str], ...] = (
    ("1 marker, objectives, hypotheses", PART, "protein and aim named; no hypothesis written beforehand",
     PART, "marker named; no hypothesis"),
    ("2 patients", PART, "stage, sex, age; how patients were asked is not in the files",
     PART, "patients of the trial; those with tissue not described"),
    ("3 treatments", PART, "drugs on forms are counted, without order or dose",
     YES, "treatment by lot"),
    ("4 material", YES, "frozen primary tumours, one each", NO, ABSENT),
    ("5 assay", PART, "reverse-phase protein array; the antibody is named by its column",
     NO, ABSENT),
    ("6 case selection", YES, "every patient with an array and follow-up", NO, ABSENT),
    ("7 endpoints", YES, "death from any cause, from diagnosis",
     PART, "progression-free and overall survival named"),
    ("8 candidate variables", YES, "all listed in the design of the analysis", NO, ABSENT),
    ("9 sample size", NO, "what the public files hold", NO, ABSENT),
    ("10 statistical methods", YES, "every model is a row", PART, "a multivariable model, not described"),
    ("11 handling of marker values", YES, "five scales, the best cut-point shown as a trap",
     NO, "per unit of an unnamed scale"),
    ("12 flow of patients", YES, "from the file to each model", NO, ABSENT),
    ("13 demographics", YES, "table by thirds", NO, "not for patients with tissue"),
    ("14 marker and standard variables", YES, "table by thirds", NO, ABSENT),
    ("15 univariable results", YES, "hazard ratio with interval, curves", NO, ABSENT),
    ("16 multivariable results", YES, "four adjustments with intervals", YES, "hazard ratio with interval"),
    ("17 marker beside standard variables", YES, "likelihood ratio, concordance, net benefit",
     NO, "covariates not named"),
    ("18 assumptions and validation", PART, "proportional hazards, bootstrap, permutation; no other cohort",
     NO, ABSENT),
    ("19 interpretation with limits", YES, "on this page", PART, "called exploratory"),
    ("20 implications", YES, "none for treatment", PART, "further study proposed or not is not judged here"),
)  # fmt: skip


def tabulate_remark() -> Table:
    """Return the items of REMARK for this analysis and for the trial's abstract."""
    cells = [
        [item, f"{ours}: {how}", theirs if seen == ABSENT and theirs == NO else f"{theirs}: {seen}"]
        if seen != ABSENT
        else [item, f"{ours}: {how}", ABSENT]
        for item, ours, how, theirs, seen in _ITEMS
    ]
    met = sum(ours == YES for _, ours, *_ in _ITEMS)
    theirs_met = sum(one[3] == YES for one in _ITEMS)
    return make_table(
        ["Item", "This analysis", "The trial's abstract"],
        cells,
        caption="REMARK: what a study of a tumour marker is asked to report",
        footnotes=(
            f"Met in full: {met} of {len(_ITEMS)} by this analysis, {theirs_met} by the trial's "
            "abstract. The trial's full paper was not read; what is not in an abstract may stand "
            "there.",
        ),
    )
