"""Taking exports in: all of them or none, and in words what that did."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evidence.sources.data import load_evidence
from evidence.sources.literature_tables import UPDATE
from evidence.sources.problems import DataError, Problem
from evidence_book.intake.candidates import (
    ScreeningError,
    Taken,
    include_known,
    read_screening,
    take_in,
    write_screening,
)
from evidence_book.intake.duplicates import Row
from evidence_book.intake.exports import read_export
from evidence_book.intake.record import plain_words
from evidence_stats.printed.unseen import spelt_out

# Titles are listed where a person can still read the list.
_LISTED = 20


@dataclass(frozen=True)
class Intake:
    """What an intake did, or would do.

    Attributes
    ----------
    taken : dict of str to Taken
        By the name of the export.
    included : list of dict
        Rows that belong to a study of the book.
    waiting : int
        Records of the table without a decision.
    unread : list of Problem
        Fields without which a record was taken in.
    """

    taken: dict[str, Taken]
    included: list[Row]
    waiting: int
    unread: list[Problem]


def take_exports(
    paths: Sequence[Path], *, database: str, update: str, today: date, dry_run: bool
) -> Intake:
    """Take all exports in, or none where one of them is refused.

    Parameters
    ----------
    paths : sequence of Path
        The exports.
    database : str
        Where they come from, if they do not say so.
    update : str
        Such as "2026-11"; the month of `today` where empty.
    today : date
        Day of the intake.
    dry_run : bool
        Writes nothing.

    Raises
    ------
    DataError
        With every problem of every export.
    ScreeningError
        Where two exports have one name, or the update is no date.
    """
    update = update or today.strftime("%Y-%m")
    if not re.fullmatch(UPDATE, update):
        raise ScreeningError(f"--update: expected a date such as 2026-11, got {update!r}")
    names = [path.name for path in paths]
    if len(set(names)) < len(names):
        raise ScreeningError(f"expected exports of different names, got {', '.join(names)}")
    exports, unread, problems = {}, [], []
    for path in paths:
        try:
            exports[path.name], fields = read_export(path, database)
            unread += fields
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    evidence, rows = load_evidence(), read_screening()
    before = [dict(row) for row in rows]
    taken = {
        name: take_in(
            rows, records, file=plain_words(name).replace(";", ","), taken_in=today, update=update
        )
        for name, records in exports.items()
    }
    included = include_known(rows, evidence)
    if rows != before and not dry_run:
        write_screening(rows)
    return Intake(taken, included, sum(not row["decision"] for row in rows), unread)


def told_of(done: Intake, *, dry_run: bool = False) -> Iterator[str]:
    """Yield what an intake did, a line for each export, then what is to do."""
    verb = "would be added" if dry_run else "added"
    for name, taken in done.taken.items():
        yield f"{name}: {len(taken.added)} {verb}, {taken.known} known already"
        for row in taken.added[:_LISTED]:
            yield f"  {record_line(row)}"
        if len(taken.added) > _LISTED:
            yield f"  and {len(taken.added) - _LISTED} more"
        for gone, kept in taken.joined.items():
            yield f"  {gone} is the same as {kept}: one row now"
        for one, other in taken.undecided:
            yield f"  {one} and {other} are one publication with two decisions: take one out"
    for row in done.included:
        yield f"{row['candidate_id']} is included: {row['reason']}"
    yield f"{done.waiting} wait for a decision; `evidence screen` lists them"


def as_markdown(lines: Iterable[str]) -> str:
    """Return lines for a comment, in which no word of a database is a link, a name or markup."""
    told = "\n".join(spelt_out(line).replace("`", "'") for line in lines)
    return f"### What the exports would add\n\n```text\n{told}\n```\n"


def record_line(row: Row) -> str:
    """Return a row on a line: id, authors and year, title, where to read it."""
    place = f"https://doi.org/{row['doi']}" if row["doi"] else ""
    if not place and row["pmid"]:
        place = f"https://pubmed.ncbi.nlm.nih.gov/{row['pmid']}/"
    if not place and row["nct"]:
        place = f"https://clinicaltrials.gov/study/{row['nct'].partition(';')[0]}"
    who = " ".join(filter(None, (row["authors"], row["year"])))
    return "  ".join(filter(None, (row["candidate_id"], who, row["title"], place)))
