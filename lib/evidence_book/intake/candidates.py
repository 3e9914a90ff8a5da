"""`data/screening.csv`: records taken in, each once, and what was decided about them."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from evidence.files.paths import data_folder
from evidence.sources.consistency import check_schema
from evidence.sources.csv_tables import MAX_ROWS, read_table, read_table_text
from evidence.sources.data import Evidence
from evidence.sources.datapackage import package_text
from evidence.sources.literature_tables import LITERATURE
from evidence.sources.problems import DataError
from evidence_book.intake.duplicates import KnownRows, Row
from evidence_book.intake.record import Record
from evidence_book.rendering.whole_writes import write_whole

_COLUMNS = tuple(LITERATURE["screening"].columns)
# What another database may add to a row.
_FILLED = ("title", "authors", "year", "journal", "doi", "pmid", "nct")
# Who decided that a publication of a study of the book is included.
ENGINE = "evidence intake"


class ScreeningError(ValueError):
    """A decision that cannot be recorded; nothing was written."""


@dataclass
class Taken:
    """What an intake did.

    Attributes
    ----------
    added : list of dict
        New rows.
    known : int
        Records that were there already, or twice in what was read.
    completed : set of str
        Rows that got an identifier, a database or a file more.
    joined : dict of str to str
        Rows that proved to be the same as an earlier one, and which; they are gone.
    undecided : list of (str, str)
        Rows that are one publication and about which two decisions were made: for a person.
    """

    added: list[Row] = field(default_factory=list)
    known: int = 0
    completed: set[str] = field(default_factory=set)
    joined: dict[str, str] = field(default_factory=dict)
    undecided: list[tuple[str, str]] = field(default_factory=list)


def screening_path() -> Path:
    """Return the file of the records of this book."""
    return data_folder() / "screening.csv"


def read_screening() -> list[Row]:
    """Return the rows of `data/screening.csv`; none where the book has no such file.

    Raises
    ------
    DataError
        Where the file is no such table.
    """
    if not screening_path().exists():
        return []
    table = read_table(screening_path())
    problems = check_schema("screening", table)
    if problems:
        raise DataError(problems)
    return [dict(zip(_COLUMNS, cells, strict=True)) for cells in table.to_numpy().tolist()]


def write_screening(rows: Iterable[Row]) -> None:
    """Write `data/screening.csv` whole or not at all, and that the data package has it.

    Raises
    ------
    DataError
        Where the rows break the schema of the table; then nothing is written.
    """
    stream = io.StringIO()
    writer = csv.DictWriter(stream, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    problems = check_schema("screening", read_table_text("data/screening.csv", stream.getvalue()))
    if problems:
        raise DataError(problems)
    write_whole(screening_path(), stream.getvalue().encode("utf-8"))
    package = data_folder() / "datapackage.json"
    if package.exists():
        write_whole(package, package_text().encode("utf-8"))


def row_of(record: Record) -> Row:
    """Return a row of what a record says; it has no id yet."""
    own = {name: getattr(record, name) for name in (*_FILLED, "database")}
    return dict.fromkeys(_COLUMNS, "") | own


def take_in(
    rows: list[Row], records: Sequence[Record], *, file: str, taken_in: date, update: str
) -> Taken:
    """Add the records of one export to the rows, each publication once.

    Parameters
    ----------
    rows : list of dict
        Of `data/screening.csv`; added to, and completed in place.
    records : sequence of Record
        In the order of the export.
    file : str
        Name of the export.
    taken_in : date
        Day of the intake.
    update : str
        Update of the book that the search was run for, such as "2026-11".

    Returns
    -------
    Taken
        What changed.
    """
    taken, known = Taken(), KnownRows(rows)
    last = max((int(row["candidate_id"][1:]) for row in rows), default=0)
    for record in records:
        row = row_of(record) | {
            "candidate_id": f"C{last + 1:04}",
            "file": file,
            "taken_in": taken_in.isoformat(),
            "update": update,
        }
        same = known.same_as(row)
        if not same:
            last += 1
            rows.append(row)
            known.note(row)
            taken.added.append(row)
            continue
        taken.known += 1
        if _complete(same[0], row):
            taken.completed.add(same[0]["candidate_id"])
        known.note(same[0])
        for other in same[1:]:
            _join(known, same[0], other, taken)
    if len(rows) > MAX_ROWS:
        raise ScreeningError(f"expected at most {MAX_ROWS} records in screening.csv, got more")
    taken.completed -= {row["candidate_id"] for row in taken.added}
    return taken


def _complete(row: Row, other: Row) -> bool:
    """Give a row what another of the same publication has more; return whether it did."""
    before = dict(row)
    for name in _FILLED:
        row[name] = row[name] or other[name]
    # The column of an earlier update in the flow of records stays as it was.
    if row["update"] == other["update"]:
        for name in ("database", "file"):
            row[name] = ";".join(dict.fromkeys([*row[name].split(";"), *other[name].split(";")]))
    return row != before


def _join(known: KnownRows, row: Row, other: Row, taken: Taken) -> None:
    """Join two rows that a third showed to be one publication, unless both were decided."""
    if row["decision"] and other["decision"]:
        taken.undecided.append((row["candidate_id"], other["candidate_id"]))
        return
    _complete(row, other)
    if other["decision"]:
        row.update({name: other[name] for name in ("decision", "reason", "reader")})
    known.forget(other)
    taken.added[:] = [one for one in taken.added if one is not other]
    taken.joined[other["candidate_id"]] = row["candidate_id"]


def include_known(rows: Iterable[Row], evidence: Evidence) -> list[Row]:
    """Include what waits and is a publication or registration of a study; return those rows."""
    studies = _studies_by_identifier(evidence)
    found = []
    for row in rows:
        keys = [row["doi"], row["pmid"], *([row["nct"]] if not row["doi"] + row["pmid"] else [])]
        study = next((studies[key] for key in keys if key in studies), "")
        if study and not row["decision"]:
            row.update(decision="include", reason=f"of the study {study}", reader=ENGINE)
            found.append(row)
    return found


def _studies_by_identifier(evidence: Evidence) -> dict[str, str]:
    found: dict[str, str] = {}
    for study in evidence.tables["studies"].to_dict("records"):
        keys = study["publications"].split(";")
        publications = [evidence.bibliography[key] for key in keys]
        own = [key for one in publications for key in (one.doi.lower(), one.pmid)]
        found |= {key: study["study_id"] for key in [*own, study["registry_id"]] if key}
    return found


def decide(row: Row, decision: str, *, reason: str, reader: str, again: bool = False) -> None:
    """Record a decision in a row.

    Raises
    ------
    ScreeningError
        Where a reader or the reason of an exclusion is missing, or the row was decided otherwise.
    """
    name = row["candidate_id"]
    if not reader.strip():
        raise ScreeningError(f"--reader: expected who decides about {name}, got none")
    if decision == "exclude" and not reason.strip():
        raise ScreeningError(f"--reason: expected why {name} is left out, got none")
    if row["decision"] not in ("", decision) and not again:
        raise ScreeningError(
            f"{name}: expected a record that waits, got one with the decision {row['decision']} "
            f"of {row['reader']}; --again replaces it"
        )
    row.update(decision=decision, reason=reason.strip(), reader=reader.strip())


def find_row(rows: Collection[Row], name: str) -> Row:
    """Return the row of a record.

    Raises
    ------
    ScreeningError
        Where there is none of this name.
    """
    found = next((row for row in rows if row["candidate_id"] == name.upper()), None)
    if found is None:
        known = f"C0001 to {max(row['candidate_id'] for row in rows)}" if rows else "none"
        raise ScreeningError(f"expected the id of a record ({known}), got {name!r}")
    return found
