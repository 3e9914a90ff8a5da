"""The tables of a study chapter, each from the rows of that study."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup

from evidence.sources.book import read_book
from evidence.sources.data import Evidence
from evidence.sources.printed_rows import printed_text
from evidence.sources.recomputation import Recomputed
from evidence.sources.vocabulary import treatment_words
from evidence.tables.formatting import format_estimate
from evidence.tables.table import Table, make_table, row_link, source_link
from evidence_stats.printed.reported import NOT_REPORTED

# Order of severity, worst first.
SEVERITY_SYMBOLS = {"error": "\u2717", "warning": "!", "note": "\u2022", "info": "i"}
_VERDICT_SYMBOLS = {"agrees": "\u2713", "does not agree": "\u2717", "adds": "+", "cannot tell": "?"}


def cite_source(evidence: Evidence, row: pd.Series) -> Markup:
    """Return the publication and place of a row, linked to the page of record that was read."""
    publication = evidence.publication(row["source_key"])
    address = row["read_at"] if row["read_at"].startswith("https://") else ""
    return source_link(f"{publication.short}, {row['locator']}", address)


def tabulate_design(evidence: Evidence, study_id: str) -> Table:
    """Return who, what and how: one line per fact of the study."""
    study = evidence.study(study_id)
    facts = [
        ("Design", study["design"]),
        ("Phase", study["phase"]),
        ("Randomized", study["randomized"]),
        ("Blinding", study["blinding"]),
        ("Line of treatment", study["line"]),
        ("Histology", study["histology"]),
        ("Patients", study["n_total"]),
        ("Enrolled", study["accrual"]),
        ("Registration", study["registry_id"]),
        ("Read in", cite_source(evidence, study)),
        ("Note", study["note"] or "none"),
    ]
    return make_table(["Item", "As reported"], facts, caption=f"{study['short_name']}: design")


def tabulate_arms(evidence: Evidence) -> Table:
    """Return the arms with their doses: the columns of the book that any of them has."""
    arms = evidence.where("arms")
    told = {
        name: column
        for name, column in read_book().arm_columns.items()
        if column.heading and any(cell not in ("", "none") for cell in arms[name])
    }
    rows = [
        [
            row_link(arm["arm_id"], arm["label"]),
            treatment_words(arm["treatment"]),
            arm["n_reported"],
            *(arm[name] or NOT_REPORTED for name in told),
        ]
        for _, arm in arms.iterrows()
    ]
    columns = ["Arm", "Treatment", "Patients", *(column.heading for column in told.values())]
    numeric = ("Patients", *(c.heading for c in told.values() if c.most is not None))
    return make_table(columns, rows, caption="Arms and doses", numeric=numeric)


def tabulate_printed(evidence: Evidence, tables: Sequence[str], caption: str) -> Table:
    """Return what the sources print, each line linked to its data row and its source."""
    rows = []
    for name in tables:
        table = evidence.where(name)
        for position in range(len(table)):
            row = table.iloc[position]
            counts = f"{row['events']}/{row['n']}" if row["events"] and row["n"] else row["n"]
            rows.append(
                [
                    row_link(row["row_id"], evidence.describe(row)),
                    printed_text(row),
                    counts,
                    cite_source(evidence, row),
                ]
            )
    columns = ["What", "As printed", "n or events/n", "Source and place"]
    numeric = ("As printed", "n or events/n")
    return make_table(columns, rows, caption=caption, numeric=numeric)


def tabulate_recomputed(recomputed: Sequence[Recomputed]) -> Table:
    """Return printed results beside what they recompute to."""
    rows = [
        [
            item.what,
            item.printed,
            "nothing fits" if item.estimate is None and item.verdict == "does not agree"
            else "several" if item.estimate is None
            else format_estimate(item.estimate),
            f"{_VERDICT_SYMBOLS[item.verdict]} {item.verdict}",
            item.comment,
        ]
        for item in recomputed
    ]  # fmt: skip
    return make_table(
        ["What", "As printed", "Recomputed", "Verdict", "Why"],
        rows or [["Nothing that is printed can be recomputed", "none", "none", "none", "none"]],
        caption="Printed results beside what they recompute to",
        numeric=("As printed", "Recomputed"),
    )


def tabulate_appraisal(evidence: Evidence) -> Table:
    """Return the appraisal of a study, domain by domain."""
    table = evidence.where("appraisals")
    columns = ["Domain", "Judgement", "Why", "Tool", "Basis"]
    rows = [
        [r["domain"], r["judgement"], r["reason"], r["tool"], f"{r['basis']}, {r['assessor']}"]
        for _, r in table.iterrows()
    ]
    return make_table(columns, rows, caption="Appraisal")


def tabulate_discrepancies(evidence: Evidence) -> Table:
    """Return where the sources on a study disagree with each other or with arithmetic."""
    table = evidence.where("discrepancies")
    rows = [
        [
            f"{r['discrepancy_id']}: {r['what']}",
            r["explanation"] or "none found",
            f"{SEVERITY_SYMBOLS[r['severity']]} {r['severity']}",
            r["status"],
        ]
        for _, r in table.iterrows()
    ]
    columns = ["What does not fit", "What may explain it", "Severity", "Status"]
    empty = [["Nothing found", "none", "none", "none"]]
    return make_table(columns, rows or empty, caption="Discrepancies")


def tabulate_publications(evidence: Evidence, study_id: str) -> Table:
    """Return the publications of a study and every other source that prints numbers about it."""
    own = evidence.study(study_id)["publications"].split(";")
    tables = ("arms", "outcomes", "characteristics", "biomarkers")
    used = [key for name in tables for key in evidence.where(name)["source_key"]]
    rows = []
    for key in dict.fromkeys([*own, *used]):
        publication = evidence.publication(key)
        rows.append(
            [
                source_link(publication.title, publication.link),
                publication.short,
                publication.container,
                "of the study" if key in own else "about the study",
                str(used.count(key)),
            ]
        )
    columns = ["Title", "Authors", "In", "Publication", "Rows"]
    return make_table(columns, rows, caption="Sources", numeric=("Rows",))
