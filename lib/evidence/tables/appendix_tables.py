"""The tables of the appendix: everything, not one study."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from evidence.sources.data import Evidence
from evidence.sources.printed_rows import printed_text
from evidence.sources.schema import TABLES
from evidence.sources.vocabulary import treatment_words
from evidence.tables.study_tables import SEVERITY_SYMBOLS, cite_source, regimen_words
from evidence.tables.table import Table, make_table, row_link

# What each status means, in the words of the provenance page.
STATUS_WORDS = {
    "source": "in the source documents",
    "verified": "read elsewhere (E)",
    "derived": "arithmetic on reported numbers (E)",
}


def tabulate_dictionary(name: str) -> Table:
    """Return the columns of one data table: what each holds and what a cell may be."""
    schema = TABLES[name]
    rows = []
    for column, facts in schema.columns.items():
        extra = facts.metadata or {}
        if "enum" in extra:
            allowed = "one of: " + ", ".join(extra["enum"])
        else:
            allowed = extra.get("holds") or str(facts.checks[-1].error)
        needed = "required" if extra.get("required") else "may be empty"
        rows.append([column, facts.description or "", allowed, needed])
    columns = ["Column", "Meaning", "A cell is", "Needed"]
    return make_table(columns, rows, caption=f"data/{name}.csv. {schema.description}")


def _place(evidence: Evidence, row: pd.Series) -> list[object]:
    return [cite_source(evidence, row), STATUS_WORDS[row["status"]], row["note"] or "none"]


def tabulate_rows_of(evidence: Evidence, study: str) -> Table:
    """Return every data row of a study with its source, arms first: an anchor per row.

    Parameters
    ----------
    evidence : Evidence
        The tables.
    study : str
        Id of the study.
    """
    rows = []
    for _, arm in evidence.where("arms", study_id=study).iterrows():
        patients = f"Patients: {arm['n_reported']}" if arm["n_reported"] else ""
        printed = "; ".join(filter(None, (patients, regimen_words(arm))))
        words = f"{arm['label']} ({treatment_words(arm['treatment'])})"
        rows.append([arm["arm_id"], words, printed, *_place(evidence, arm)])
    for table in ("outcomes", "characteristics", "biomarkers"):
        rows += [
            [row["row_id"], evidence.describe(row), printed_text(row), *_place(evidence, row)]
            for _, row in evidence.where(table, study_id=study).iterrows()
        ]
    name = evidence.study(study)["short_name"]
    count = f"{len(rows)} {'row' if len(rows) == 1 else 'rows'}"
    return _anchored(rows, f"{name}: {count}")


def _anchored(rows: list[list[object]], caption: str) -> Table:
    columns = ["Row", "What", "As reported", "Source and place", "Read", "Note"]
    anchors = [f"row-{row[0]}" for row in rows]
    return make_table(columns, rows, caption=caption, anchors=anchors)


def tabulate_all_discrepancies(evidence: Evidence) -> Table:
    """Return every discrepancy with the rows that it concerns."""
    rows = []
    for _, item in evidence.where("discrepancies").iterrows():
        ids = [row_id for row_id in item["row_ids"].split(";") if row_id]
        links = [row_link(row_id, row_id) for row_id in ids]
        rows.append(
            [
                item["discrepancy_id"],
                item["what"],
                item["explanation"] or "none found",
                f"{SEVERITY_SYMBOLS[item['severity']]} {item['severity']}",
                item["status"],
                Markup(", ").join(links) if links else "none",
            ]
        )
    columns = ["No.", "What does not fit", "What may explain it", "Severity", "Status", "Rows"]
    anchors = [f"discrepancy-{row[0]}" for row in rows]
    return make_table(columns, rows, caption="Discrepancies", anchors=anchors)


def tabulate_excluded(evidence: Evidence) -> Table:
    """Return what was considered and left out, with the reason."""
    rows = [
        [item["excluded_id"], item["citation"], item["reason"], item["category"]]
        for _, item in evidence.where("excluded").iterrows()
    ]
    columns = ["No.", "What", "Why", "Kind"]
    return make_table(columns, rows, caption="Considered and left out")
