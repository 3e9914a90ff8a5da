"""The marker in other patients: what a public cohort says, from its aggregates."""

from __future__ import annotations

from mrcc import Numbers
from mrcc.biomarker_prognosis.parameters import BiomarkerPrognosis
from mrcc.tcga_kirc import analysis
from mrcc.tcga_kirc.parameters import TcgaKirc

_WORDS = {
    "hr_none": "Another cohort: hazard ratio of death per SD of AKT pS473, unadjusted",
    "hr_stage_grade_age": "Another cohort: the same beside stage, grade and age",
    "explained": "Another cohort: share of the log hazard ratio that these take away",
}


def in_other_patients(p: BiomarkerPrognosis) -> Numbers:
    """Return survival per SD of the protein in the cohort, unadjusted and adjusted."""
    chosen = TcgaKirc(level=p.level)
    found = analysis.facts() | analysis.association(chosen)
    words = {"studied": "Another cohort: patients", "studied_deaths": "Another cohort: deaths"}
    return {f"cohort_{key}": (found[key][0], label) for key, label in (words | _WORDS).items()}
