"""Decisions about records: what waits, what was decided, and what an included record leads to."""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from evidence.files.paths import data_folder
from evidence.sources.csv_tables import read_table
from evidence_book.intake.asreview import read_labels, write_labels
from evidence_book.intake.candidates import (
    decide,
    find_row,
    read_screening,
    row_of,
    write_screening,
)
from evidence_book.intake.duplicates import KnownRows, Row
from evidence_book.intake.exports import read_export
from evidence_book.intake.intake import record_line

# Letters that have no accent to be taken off.
_SPELT = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ł": "l", "Ł": "L"})
# What a title of a study must not have.
_UNCLEAN = re.compile(r"[{}\\]")


def waiting_lines(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the records that wait, the oldest first, and how many were decided."""
    waiting = [row for row in rows if not row["decision"]]
    yield from map(record_line, waiting)
    counts = {word: sum(row["decision"] == word for row in rows) for word in ("include", "exclude")}
    yield (
        f"{len(waiting)} of {len(rows)} records wait; "
        f"{counts['include']} included, {counts['exclude']} excluded"
    )
    if waiting:
        name = waiting[0]["candidate_id"]
        yield f"next: evidence screen {name} exclude --reason '...' --reader '...'"


def shown_record(name: str) -> Iterator[str]:
    """Yield everything that is known about one record."""
    yield from (
        f"{column}: {cell}" for column, cell in find_row(read_screening(), name).items() if cell
    )


def record_decision(
    name: str, decision: str, *, reason: str, reader: str, again: bool
) -> list[str]:
    """Record a decision about one record; return what is next.

    Raises
    ------
    ScreeningError
        As `decide`, and where there is no such record.
    """
    rows = read_screening()
    row = find_row(rows, name)
    decide(row, decision, reason=reason, reader=reader, again=again)
    write_screening(rows)
    lines = [f"{row['candidate_id']}: {decision}d by {row['reader']}", next_of(rows)]
    return [*lines[:1], new_study_command(row), *lines[1:]] if decision == "include" else lines


def next_of(rows: Sequence[Row]) -> str:
    """Return the record that waits next, or that none does."""
    waiting = [row for row in rows if not row["decision"]]
    return f"{len(waiting)} wait; next: {record_line(waiting[0])}" if waiting else "no record waits"


def new_study_command(row: Row) -> str:
    """Return the command that begins a study from a record, with all that the record says."""
    return shlex.join(
        ["evidence", "new", "study", free_study_id(row), "--record", row["candidate_id"]]
    )


def known_of(candidate: str) -> Row:
    """Return what a record of `data/screening.csv` says of a publication, in plain text.

    Raises
    ------
    ScreeningError
        Where there is no such record.
    """
    row = find_row(read_screening(), candidate)
    return {name: _UNCLEAN.sub("", cell) for name, cell in row.items()}


def free_study_id(row: Row) -> str:
    """Return an id that no study has: first author and year, then b, c and so on."""
    letters = unicodedata.normalize(
        "NFKD", row["authors"].partition(" et al.")[0].translate(_SPELT)
    )
    latin = letters.encode("ascii", "ignore").decode().lower()
    author = "-".join(re.findall("[a-z0-9]+", latin)) or f"record-{row['candidate_id'].lower()}"
    taken = set(read_table(data_folder() / "studies.csv")["study_id"])
    name = f"{author}-{row['year']}".rstrip("-")
    return next(
        f"{name}{end}" for end in ("", *"bcdefghijklmnopqrstuvwxyz") if name + end not in taken
    )


def export_labels(path: Path, exports: Sequence[Path]) -> list[str]:
    """Write all records with their labels for ASReview, abstracts from exports read again."""
    rows = read_screening()
    known = KnownRows(rows)
    abstracts: dict[str, str] = {}
    for export in exports:
        # A database that is not named is no matter here.
        for record in read_export(export, "any")[0]:
            for row in known.same_as(row_of(record)):
                abstracts.setdefault(row["candidate_id"], record.abstract)
    write_labels(path, rows, abstracts)
    found = sum(map(bool, abstracts.values()))
    return [f"{path}: {len(rows)} records, {found} with their abstract"]


def import_labels(path: Path, *, reason: str, reader: str, again: bool) -> list[str]:
    """Record the labels of a table of ASReview for records that wait; all of them or none.

    Raises
    ------
    DataError
        As `read_labels`.
    ScreeningError
        As `decide`; where the table names a record that there is not.
    """
    rows = read_screening()
    decided = 0
    for name, decision in read_labels(path).items():
        row = find_row(rows, name)
        if decision and decision != row["decision"]:
            why = reason if decision == "exclude" else ""
            decide(row, decision, reason=why, reader=reader, again=again)
            decided += 1
    if decided:
        write_screening(rows)
    return [f"{decided} decisions recorded", next_of(rows)]
