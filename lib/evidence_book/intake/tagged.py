"""RIS and nbib, the format of MEDLINE: a tag at the begin of each line, read by rispy.

rispy passes over a record that has no end, and over lines between records; here both are refused,
for a record that was passed over is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import rispy

from evidence.sources.problems import DataError, Problem
from evidence_book.intake.record import Entry

_RIS_TAG = re.compile("[A-Z][A-Z0-9]  -")
_NBIB_LINE = re.compile(r"[A-Z]{2,4} *- ?| {6}|\s*$")
# Where a RIS export may name a DOI, a PubMed number or a registration beside the fields for them.
_ABOUT = (
    "urls", "notes", "accession_number", "note", "id", "custom1", "custom2", "custom3", "custom4",
    "custom5", "custom6", "custom7", "journal_name", "alternate_title3", "secondary_title",
)  # fmt: skip
# Accession numbers of these are PubMed numbers.
_OF_PUBMED = re.compile("pubmed|medline", re.IGNORECASE)


class NbibParser(rispy.RisParser):  # type: ignore[misc]
    """How rispy reads nbib: the tags of MEDLINE, four signs wide."""

    START_TAG = "PMID"
    DEFAULT_MAPPING: ClassVar[dict[str, str]] = {
        "PMID": "pmid", "TI": "title", "BTI": "book_title", "TT": "own_title", "FAU": "full_names",
        "AU": "names", "CN": "groups", "DP": "date", "JT": "journal", "TA": "short_journal",
        "LID": "location", "AID": "article", "SI": "registered", "AB": "abstract", "ER": "end",
        "UK": "unknown",
    }  # fmt: skip
    DEFAULT_LIST_TAGS: ClassVar[list[str]] = ["FAU", "AU", "CN", "LID", "AID", "SI"]
    DEFAULT_DELIMITER_MAPPING: ClassVar[dict[str, str]] = {}

    def parse_line(self, line: str) -> tuple[str | None, str]:
        """Return tag and content of a line; None for the tag of one that goes on."""
        if line[4:5] == "-" and line[:4].strip().isupper():
            return line[:4].strip(), line[5:].strip()
        return None, line.strip()


def read_ris(name: str, text: str) -> Iterator[Entry]:
    """Yield the entries of a RIS export.

    Raises
    ------
    DataError
        Where a record has no begin or no end, with the line.
    """
    for number, lines in _ris_blocks(name, text.split("\n")):
        (found,) = rispy.loads("\n".join(lines))
        yield _ris_entry(number, found)


def _ris_blocks(name: str, lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    problems, begun, ended = [], 0, True
    for number, line in enumerate([*lines, "TY  - "], start=1):
        tag = line[:2] if _RIS_TAG.match(line) else ""
        if tag == "TY":
            if not ended:
                expected = f"ER at the end of the record that begins on line {begun}"
                given = "another TY" if number <= len(lines) else "the end of the file"
                problems.append(Problem(name, min(number, len(lines)), "ER", expected, given))
            begun, ended = number, False
        elif tag == "ER" and not ended:
            ended = True
            if not problems:
                yield begun, list(lines[begun - 1 : number])
        elif tag and ended:
            problems.append(Problem(name, number, tag, "TY at the begin of a record", line))
            ended = tag != "ER"
    if problems:
        raise DataError(problems)


def _ris_entry(number: int, found: dict[str, Any]) -> Entry:
    def first(*names: str) -> str:
        return next((found[name] for name in names if found.get(name)), "")

    about = [found.get(name, "") for name in _ABOUT]
    database = first("name_of_database", "database_provider")
    accession = first("accession_number")
    return Entry(
        line=number,
        title=first("title", "primary_title", "translated_title", "short_title"),
        authors=tuple(found.get("authors") or found.get("first_authors") or ()),
        year=first("year", "publication_year", "date"),
        journal=first("alternate_title3", "journal_name", "secondary_title", "alternate_title2",
                      "alternate_title1"),
        doi=first("doi"),
        pmid=accession if _OF_PUBMED.search(database) else "",
        database=database,
        abstract=first("abstract", "notes_abstract"),
        about=tuple(" ".join(one) if isinstance(one, list) else one for one in about),
    )  # fmt: skip


def read_nbib(name: str, text: str) -> Iterator[Entry]:
    """Yield the entries of a MEDLINE export.

    Raises
    ------
    DataError
        Where a line has no tag, or stands before the first record; all such lines.
    """
    lines = text.split("\n")
    begins = [number for number, line in enumerate(lines) if line.startswith("PMID")]
    problems = [
        Problem(name, number, "", 'a tag such as "TI  - ", or six spaces', line)
        for number, line in enumerate(lines, start=1)
        if not _NBIB_LINE.match(line)
    ]
    problems += [
        Problem(name, number, line[:4].strip(), "PMID at the begin of a record", line)
        for number, line in enumerate(lines[: begins[0]], start=1)
        if line.strip()
    ]
    if problems:
        raise DataError(problems)
    for begin, end in zip(begins, [*begins[1:], len(lines)], strict=True):
        # A value goes on after six spaces.
        block = re.sub("\n {6}", " ", "\n".join(filter(str.strip, lines[begin:end])))
        (found,) = rispy.loads(f"{block}\nER  - ", implementation=NbibParser)
        yield Entry(
            line=begin + 1,
            title=found.get("title") or found.get("book_title") or found.get("own_title", ""),
            authors=(*found.get("full_names", found.get("names", [])), *found.get("groups", [])),
            year=found.get("date", ""),
            journal=found.get("journal") or found.get("short_journal", ""),
            pmid=found["pmid"],
            database="PubMed",
            abstract=found.get("abstract", ""),
            about=tuple(found.get("location", []) + found.get("article", [])
                        + found.get("registered", [])),
        )  # fmt: skip
