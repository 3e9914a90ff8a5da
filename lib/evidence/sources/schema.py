"""The data tables: their columns and what they mean.

These pandera schemas are the single source: `evidence check`, the Frictionless data package
(`data/datapackage.json`) and the data dictionary page are made from them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandera.pandas as pa

from evidence.sources.appraisal_tools import JUDGEMENTS, TOOLS
from evidence.sources.book import ArmColumn, read_book
from evidence.sources.columns import (
    ARM,
    ROW_ID,
    STUDY_ID,
    choice,
    dose,
    level,
    pattern,
    provenance,
    reported,
    row_key,
    source_keys,
    study_key,
    table,
    text,
    whole,
)
from evidence.sources.literature_tables import LITERATURE
from evidence.sources.units import units_of
from evidence.sources.vocabulary import MISSING_WORDS


def _own_column(told: ArmColumn) -> pa.Column:
    """Return a column of arms that the book adds: a dose, a closed vocabulary, or text."""
    if told.most is not None:
        return dose(told.description, told.most)
    return choice(told.description, *told.values) if told.values else text(told.description)


def _joined(words: Sequence[str]) -> str:
    """Return the pattern of one or more of some words, joined by semicolons; of none, nothing."""
    one = "|".join(map(re.escape, words))
    return f"({one})(;({one}))*" if words else ""


TABLES: dict[str, pa.DataFrameSchema] = {
    "studies": table(
        {
            "study_id": pattern(
                "Name of the study.", STUDY_ID, "an id such as doe-2016", unique=True
            ),
            "short_name": text("Name shown in tables and figures.", required=True, unique=True),
            "title": text("Title of the main publication.", required=True),
            "design": choice(
                "Design.",
                "randomized trial",
                "quasi-randomized trial",
                "single-arm trial",
                "dose-finding trial",
                "case report",
                "systematic review",
                "cohort study",
            ),
            "phase": choice("Trial phase as reported.", "1", "2", "3", required=False),
            "randomized": choice("Were patients randomized?", "yes", "no"),
            "blinding": choice(
                "Blinding.", "double blind", "open label", "not reported", "not applicable"
            ),
            "line": choice(
                "Line of treatment, where a disease has lines.",
                "first",
                "second",
                "third or fourth",
                "mixed",
                "not reported",
                required=False,
            ),
            "histology": text("Histology of the population."),
            "n_total": whole("Patients in the study as reported."),
            "accrual": text("When patients were enrolled."),
            "registry_id": text("Registration; no two studies share one."),
            "publications": source_keys(
                "All publications of the study, keys of references.bib.", required=True
            ),
            "cited_by": source_keys("Which of the source documents cite it."),
            "networks": pattern(
                "Networks of treatments that its reported contrasts enter.",
                _joined(read_book().networks),
                f"{', '.join(read_book().networks) or 'none'}, or several joined by ;",
                required=False,
            ),
            "chapter": choice("Has the study a chapter of its own?", "yes", "no"),
            "read_as": choice("What of its own publications was read.", *MISSING_WORDS),
            **provenance(),
        },
        "One row per study. Several publications of one trial are one study.",
    ),
    "arms": table(
        {
            "arm_id": pattern(
                "study_id.arm", ROW_ID, "an id such as doe-2016.control", unique=True
            ),
            "study_id": study_key(),
            "arm": pattern("Short name of the arm.", ARM, "lower-case letters, digits, _"),
            "label": text("Name shown.", required=True),
            "treatment": choice(
                "Treatment: codes of its components joined by +.",
                *read_book().treatments,
            ),
            "role": choice(
                "Role in the design; pooled: arms taken together for a reported comparison.",
                "experimental",
                "control",
                "single",
                "cohort",
                "pooled",
            ),
            "n_reported": whole("Patients in the arm as reported."),
            **{name: _own_column(one) for name, one in read_book().arm_columns.items()},
            "not_pooled_because": text(
                "Why the arm stays out of the pooled response though one is reported; it is then "
                "pooled as a sensitivity analysis. Empty lets it in."
            ),
            "also_differs": text(
                "What else differs from the arm without the added drug; empty where nothing does."
            ),
            **provenance(),
        },
        "One row per arm, and per dose cohort where a trial had cohorts.",
    ),
    "outcomes": table(
        {
            "row_id": row_key(),
            "study_id": study_key(),
            "arm": pattern("Arm, or all.", ARM, "the arm of a study, or all", required=False),
            "arm_a": pattern("First arm of an effect.", ARM, "the arm of a study", required=False),
            "arm_b": pattern("Arm it is compared with.", ARM, "the arm of a study", required=False),
            "outcome": pattern("Outcome, e.g. orr, pfs, os.", ARM, "lower-case letters, digits, _"),
            "statistic": choice(
                "What was reported.",
                "count",
                "percent",
                "median",
                "hazard_ratio",
                "odds_ratio",
                "risk_ratio",
                "mean_difference",
                "standard_error",
                "rate",
                "p_value",
                "duration",
            ),
            "value_reported": reported("As reported.", required=True),
            "ci_low_reported": reported("Lower limit as reported."),
            "ci_high_reported": reported("Upper limit as reported."),
            "ci_kind": choice("What the limits are.", "confidence", "range", required=False),
            "ci_level": level("Level of a confidence interval, per cent, as reported."),
            "p_reported": reported("P value as reported."),
            "test": text("Test behind the P value, where named."),
            "unit": choice("Unit.", *units_of("outcomes")),
            "n": whole("Denominator as reported."),
            "events": whole("Events as reported."),
            "analysis_set": text("Which patients were analysed."),
            "population": text("Subgroup or condition."),
            **provenance(),
        },
        "One reported statistic per row. What a paper does not give stays empty.",
    ),
    "characteristics": table(
        {
            "row_id": row_key(),
            "study_id": study_key(),
            "arm": pattern("Arm, or all.", ARM, "the arm of a study, or all"),
            "characteristic": pattern("Characteristic.", ARM, "lower-case letters, digits, _"),
            "statistic": choice("What was reported.", "count", "percent", "median", "value"),
            "value_reported": reported("As reported.", required=True),
            "low_reported": reported("Lower end of the reported range."),
            "high_reported": reported("Upper end of the reported range."),
            "unit": choice("Unit.", *units_of("characteristics")),
            "n": whole("Denominator as reported."),
            "events": whole("Count as reported."),
            **provenance(),
        },
        "Who the patients were, one reported statistic per row.",
    ),
    "biomarkers": table(
        {
            "row_id": row_key(),
            "study_id": study_key(),
            "arm": pattern("Arm, or all.", ARM, "the arm of a study, or all"),
            "marker": pattern("Marker.", ARM, "lower-case letters, digits, _"),
            "outcome": pattern("Outcome.", ARM, "lower-case letters, digits, _", required=False),
            "statistic": choice(
                "What was reported.", "hazard_ratio", "p_value", "percent", "count"
            ),
            "model": text("Model as named."),
            "value_reported": reported("As reported.", required=True),
            "ci_low_reported": reported("Lower limit as reported."),
            "ci_high_reported": reported("Upper limit as reported."),
            "ci_level": level("Level, per cent, as reported."),
            "p_reported": reported("P value as reported."),
            "unit": choice(
                "Unit of the value; of a ratio, the step of the marker.", *units_of("biomarkers")
            ),
            "n": whole("Patients as reported."),
            "events": whole("Events as reported."),
            "direction": text("What a higher value means."),
            **provenance(),
        },
        "One reported biomarker statistic per row.",
    ),
    "appraisals": table(
        {
            "study_id": study_key(),
            "tool": choice("Appraisal tool.", *TOOLS),
            "domain": text("Domain of the tool.", required=True),
            "judgement": choice("Judgement in the words of the tool.", *JUDGEMENTS),
            "reason": text("Why.", required=True),
            "basis": text("What was read.", required=True),
            "assessor": text("Who judged.", required=True),
        },
        "Appraisal of each study, one domain per row.",
    ),
    "certainty": table(
        {
            "question": pattern(
                "Question, the name of its chapter.", ARM, "lower-case letters, digits, _"
            ),
            "finding": pattern(
                "Line of the summary of findings; any is every line of the chapter.",
                ARM,
                "lower-case letters, digits, _",
            ),
            "domain": choice(
                "Reason of GRADE for a step down; study_design is a start below high.",
                "study_design",
                "risk_of_bias",
                "inconsistency",
                "indirectness",
                "imprecision",
                "publication",
            ),
            "steps": choice("Steps down.", "1", "2", "3"),
            "reason": text("Why, in a sentence.", required=True),
        },
        "Steps down from high certainty (GRADE), one reason per row.",
    ),
    "discrepancies": table(
        {
            "discrepancy_id": pattern("Number.", r"D\d\d", "an id such as D01", unique=True),
            "study_ids": text("Studies concerned, joined by ;.", required=True),
            "row_ids": text("Rows concerned, joined by ;."),
            "what": text("What does not fit.", required=True),
            "explanation": text("What may explain it."),
            "severity": choice("Severity.", "info", "note", "warning", "error"),
            "status": choice("Open or explained.", "open", "explained"),
            "source_key": source_keys("Publications concerned, keys of references.bib."),
        },
        "Where sources disagree with each other, or with arithmetic.",
    ),
    "excluded": table(
        {
            "excluded_id": pattern("Number.", r"X\d\d", "an id such as X01", unique=True),
            "citation": text("What was left out.", required=True),
            "cited_by": source_keys("Which source document cites it."),
            "reason": text("Why.", required=True),
            "category": choice(
                "Kind of reason.",
                *read_book().exclusions,
            ),
            "source_key": source_keys("Key of references.bib, where it has one."),
        },
        "Evidence that was considered and left out, with the reason.",
    ),
    **LITERATURE,
}
