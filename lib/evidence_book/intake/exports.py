"""Reading an export of a database, in whichever of five formats it is."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from evidence.sources.problems import DataError, Problem
from evidence_book.intake.bibtex_exports import read_bibtex
from evidence_book.intake.pubmed_xml import read_pubmed_xml
from evidence_book.intake.record import Entry, Record, make_record
from evidence_book.intake.register_json import read_register_json
from evidence_book.intake.tagged import read_nbib, read_ris

# PubMed gives at most 10 000 records at once, which are 100 MB of XML.
_MAX_BYTES = 200_000_000
_MAX_WORDS = 1500
# What a format is known by, wherever the file comes from and however it is called.
_FORMATS: tuple[tuple[re.Pattern[str], Callable[[str, str], Iterator[Entry]]], ...] = (
    (re.compile(r"\A\s*[{\[]"), read_register_json),
    (re.compile(r"\A\s*<"), read_pubmed_xml),
    (re.compile(r"^PMID *- ?[0-9]", re.MULTILINE), read_nbib),
    (re.compile(r"^TY  -", re.MULTILINE), read_ris),
    (re.compile(r"^\s*@\w+\s*[{(]", re.MULTILINE), read_bibtex),
)


def read_export(path: Path, database: str = "") -> tuple[list[Record], list[Problem]]:
    """Return the records of an export, and what could not be read in records that were.

    Parameters
    ----------
    path : Path
        RIS, nbib, PubMed XML, BibTeX or ClinicalTrials.gov JSON, in UTF-8 or UTF-16.
    database : str, optional
        Where it comes from, for an export that does not say so.

    Raises
    ------
    DataError
        Where it is in no such format or breaks its own; then none of its records is read.
    """
    name = path.name
    text = _read_text(path)
    read = next((read for form, read in _FORMATS if form.search(text)), None)
    if read is None:
        expected = "RIS, nbib, PubMed XML, BibTeX or ClinicalTrials.gov JSON"
        first = next((line for line in text.split("\n") if line.strip()), "an empty file")
        raise DataError([Problem(name, 1, "", expected, first)])
    records: list[Record] = []
    refused: list[Problem] = []
    unread: list[Problem] = []
    for entry in read(name, text):
        record = make_record(replace(entry, database=database or entry.database))
        refused += _refused(name, record)
        unread += _unread(name, entry, record)
        records.append(record)
    if not records and not refused:
        refused.append(Problem(name, 0, "", "at least one record", "none"))
    if refused:
        raise DataError(refused)
    return records, unread


def _read_text(path: Path) -> str:
    """Return the text of an export without byte order mark, with line feeds at line ends."""
    name = path.name
    try:
        if not path.is_file():
            given = "none" if not path.exists() else "a folder, pipe or device"
            raise DataError([Problem(name, 0, "", "a file", given)])
        if path.stat().st_size > _MAX_BYTES:
            expected = f"at most {_MAX_BYTES // 1_000_000} MB"
            raise DataError([Problem(name, 0, "", expected, "more")])
        content = path.read_bytes()
        wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except OSError as error:
        raise DataError([Problem(name, 0, "", "a readable file", str(error.strerror))]) from None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        given = f"byte 0x{error.object[error.start]:02x}"
        expected = "text in UTF-8 (databases ask for the encoding when they export)"
        raise DataError([Problem(name, line, "", expected, given)]) from None
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")


def _refused(name: str, record: Record) -> Iterator[Problem]:
    """Yield why a record cannot be taken in: nothing tells it apart, or an end is missing."""
    if not (record.title or record.doi or record.pmid or record.nct):
        expected = "a title, a DOI, a PubMed number or a registration"
        yield Problem(name, record.line, "title", expected, "none of them")
    if not record.database:
        expected = "the database that it comes from (--database says it)"
        yield Problem(name, record.line, "database", expected, "none")
    for field in ("title", "authors", "journal"):
        words = getattr(record, field)
        if len(words) > _MAX_WORDS:
            expected = f"at most {_MAX_WORDS} characters"
            yield Problem(name, record.line, field, expected, words)


def _unread(name: str, entry: Entry, record: Record) -> Iterator[Problem]:
    """Yield fields that hold something other than they should; the record is taken in without."""
    forms = {"year": "a year", "doi": "a DOI such as 10.1002/cncr.24685", "pmid": "a PubMed number"}
    for field, expected in forms.items():
        given = getattr(entry, field)
        if given.strip() and not getattr(record, field):
            yield Problem(name, entry.line, field, expected, given)
