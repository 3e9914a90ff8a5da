"""The tables of a study chapter, each from the rows of that study."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup, escape

from evidence.sources.book import read_book
from evidence.sources.data import Evidence
from evidence.sources.printed_rows import printed_text
from evidence.sources.recomputation import Recomputed
from evidence.sources.vocabulary import missing_words, treatment_words
from evidence.tables.formatting import format_estimate
from evidence.tables.table import Table, make_table, row_link, source_link
from evidence_stats.printed.reported import NOT_REPORTED

# Order of severity, worst first.
SEVERITY_SYMBOLS = {"error": "\u2717", "warning": "!", "note": "\u2022", "info": "i"}
# Cells of a dose that no regimen names.
_NO_DOSE = ("", "none", NOT_REPORTED)
_BLINDING = {NOT_REPORTED: "blinding not described", "not applicable": ""}
_LINES = {"": "", NOT_REPORTED: "", "mixed": "first and later lines"}
_VERDICT_SYMBOLS = {"agrees": "\u2713", "does not agree": "\u2717", "adds": "+", "cannot tell": "?"}


def cite_source(evidence: Evidence, row: pd.Series) -> Markup:
    """Return the publication and place of a row, linked to the page of record that was read."""
    publication = evidence.publication(row["source_key"])
    address = row["read_at"] if row["read_at"].startswith("https://") else ""
    return source_link(f"{publication.short}, {row['locator']}", address)


def _citation(evidence: Evidence, key: str) -> Markup:
    """Return a publication as a reader cites it, its title linked to its DOI."""
    one = evidence.publication(key)
    link = source_link(one.title, one.link)
    where = f"{one.container} {one.year}" + (f";{one.volume}" if one.volume else "")
    doi = f". doi:{one.doi}" if one.doi else ""
    who = f"{one.short.removesuffix(f' {one.year}').removesuffix('.')}. " if one.authors else ""
    return Markup("{}{}. {}{}").format(who, link, where, doi)


def read_as(evidence: Evidence) -> str:
    """Return what was read of the one study that the evidence is narrowed to."""
    ((found,),) = evidence.values("studies", "read_as")
    return str(found)


def tabulate_design(evidence: Evidence, study_id: str) -> Table:
    """Return who, what and how: one line per fact of the study."""
    study = evidence.study(study_id)
    first = study["publications"].partition(";")[0]
    parts = (
        f"phase {study['phase']}" if study["phase"] else "",
        study["design"],
        _BLINDING.get(study["blinding"], study["blinding"]),
    )
    line = _LINES.get(study["line"], f"{study['line']} line")
    facts = [
        ("Publication", _citation(evidence, first)),
        ("Registered as", study["registry_id"]),
        ("What was read", source_link(study["read_as"], study["read_at"])),
        ("Design", ", ".join(filter(None, parts))),
        ("Patients", ", ".join(filter(None, (study["n_total"], study["histology"], line)))),
        ("Enrolled", study["accrual"]),
        ("Note", study["note"]),
    ]
    told = [fact for fact in facts if fact[1]]
    return make_table(["Item", "What is known"], told, caption="The study")


def regimen_words(arm: pd.Series) -> str:
    """Return the doses of an arm in words, as the columns of the book have them; "" without any."""
    told = []
    for name, column in read_book().arm_columns.items():
        cell = arm[name]
        if not column.regimen or cell in _NO_DOSE:
            continue
        # A product that changes is told by its schedule: the range alone would hide a run-in.
        if column.most is None or "-" not in cell:
            told.append(column.regimen.format(cell))
        elif not column.product_of:
            told.append(column.regimen.format(cell.replace("-", " to ")))
    return "; ".join(told)


def tabulate_arms(evidence: Evidence) -> Table:
    """Return the arms with their patients and their regimens in words, those that were given.

    Arms that a publication takes together have no regimen of their own.
    """
    rows = []
    for _, arm in evidence.where("arms").iterrows():
        if arm["role"] == "pooled":
            continue
        regimen = escape(regimen_words(arm) or treatment_words(arm["treatment"]))
        if arm["note"]:
            regimen += Markup("<br><small>{}</small>").format(arm["note"])
        rows.append([row_link(arm["arm_id"], arm["label"]), arm["n_reported"], regimen])
    return make_table(
        ["Arm", "Patients", "Regimen"],
        rows,
        caption="Arms",
        numeric=("Patients",),
        missing=missing_words(read_as(evidence)),
    )


def tabulate_printed(evidence: Evidence, tables: Sequence[str], caption: str) -> Table:
    """Return what the sources report, each line linked to its data row and its source."""
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
                    counts or "none given",
                    cite_source(evidence, row),
                ]
            )
    columns = ["What", "As reported", "n or events/n", "Source and place"]
    numeric = ("As reported", "n or events/n")
    return make_table(columns, rows, caption=caption, numeric=numeric)


def tabulate_recomputed(recomputed: Sequence[Recomputed]) -> Table:
    """Return reported results beside what they recompute to."""
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
        ["What", "As reported", "Recomputed", "Verdict", "Why"],
        rows,
        caption="Reported results beside what they recompute to",
        numeric=("As reported", "Recomputed"),
    )


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
    return make_table(columns, rows, caption="What does not fit between the sources")


def tabulate_publications(evidence: Evidence, study_id: str) -> Table:
    """Return the publications of a study and every other source with numbers about it."""
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
