"""The publications: what a source key stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from evidence.files.plain_text import has_markup
from evidence.sources.problems import DataError, Problem
from evidence_stats.printed.unseen import has_unseen, visible

# Longest bibliography: ten thousand entries, which are read in seconds.
_MAX_BYTES = 2_000_000
# A macro can stand for gigabytes, and this book needs none.
_MACRO = re.compile(r"@\s*(?:string|preamble)\b", re.IGNORECASE)
DOI = r"10\.[0-9]{4,9}/[^\s\"'`\\{}|^]+"
PMID = "[0-9]{1,9}"
# Fields that lead or are sorted by, and what each may hold.
_FORMS = {
    "url": (re.compile(r"https://[^\s<>\"'`\\{}|^]+"), "an https address"),
    "doi": (re.compile(DOI), "a DOI such as 10.1002/cncr.24685"),
    "pmid": (re.compile(PMID), "a PubMed number"),
    "year": (re.compile(r"[0-9]{4}|TODO"), "a year"),
}
# Commands of LaTeX that pages would show as links or boxes; accents and & are text.
_COMMAND = re.compile(r"\\[a-zA-Z]{2,}")


@dataclass(frozen=True, slots=True)
class Publication:
    """One entry of references.bib.

    Attributes
    ----------
    key, title, year, container : str
        As in the entry; `container` is the journal or publisher.
    authors : tuple of str
        Last names.
    doi, pmid, url, volume : str
        "" where the entry has none.
    """

    key: str
    title: str
    year: str
    container: str
    authors: tuple[str, ...]
    doi: str
    pmid: str
    url: str
    volume: str = ""

    @property
    def short(self) -> str:
        """Name for tables: first author and year."""
        first = self.authors[0] if self.authors else self.container
        others = " et al." if len(self.authors) > 1 else ""
        return f"{first}{others} {self.year}"

    @property
    def link(self) -> str:
        """Address of the page of record, "" where the entry names none."""
        if self.doi:
            return f"https://doi.org/{quote(self.doi)}"
        if self.pmid:
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"
        return self.url


Bibliography = dict[str, Publication]


def _plain(text: str) -> str:
    return text.replace("{", "").replace("}", "").replace("\\&", "&").replace("--", "-")


def read_entries(path: Path) -> dict[str, Any]:
    """Return the entries of a BibTeX file by key, as pybtex reads them.

    Raises
    ------
    DataError
        Where the file is missing, is not BibTeX, or holds what a page must not show.
    """
    from pybtex.database import PybtexError, parse_string

    name = f"data/{path.name}"
    try:
        if path.exists() and not path.is_file():
            # Reading a pipe or a device may never end.
            given = "a folder" if path.is_dir() else "a pipe or device"
            raise DataError([Problem(name, 0, "", "a file", given)])
        if path.is_file() and path.stat().st_size > _MAX_BYTES:
            expected = f"at most {_MAX_BYTES // 1000} kB"
            raise DataError([Problem(name, 0, "", expected, f"{path.stat().st_size // 1000} kB")])
        text = path.read_text(encoding="utf-8")
        macro = _MACRO.search(text)
        if macro is not None:
            line = text.count("\n", 0, macro.start()) + 1
            raise DataError([Problem(name, line, "", "entries and no macros", macro[0])])
        entries = dict(parse_string(text, "bibtex").entries)
    except FileNotFoundError:
        raise DataError([Problem(name, 0, "", "a file of this name", "none")]) from None
    except (PybtexError, UnicodeDecodeError, OSError, RecursionError) as error:
        given = visible(" ".join(str(error).split()))
        raise DataError([Problem(name, 0, "", "BibTeX in UTF-8", given)]) from None
    problems = [problem for key, one in entries.items() for problem in _check(name, text, key, one)]
    if problems:
        raise DataError(problems)
    return entries


def _check(name: str, text: str, key: str, entry: Any) -> Iterator[Problem]:
    """Yield what is wrong with the words and addresses of one entry."""
    found = re.search(rf"@\w+\s*[{{(]\s*{re.escape(key)}\s*,", text)
    line = text.count("\n", 0, found.start()) + 1 if found else 0
    if not re.fullmatch("[a-z0-9]+", key):
        yield Problem(name, line, "", "a key of lower-case letters and digits", f'"{key}"')
    people = {role: " ".join(map(str, persons)) for role, persons in entry.persons.items()}
    for field, value in (*people.items(), *entry.fields.items()):
        place = f"{key}.{field}"
        form, expected = _FORMS.get(field.lower(), (None, ""))
        if form is not None and not form.fullmatch(value):
            yield Problem(name, line, place, expected, f'"{value}"')
        elif form is None:
            # A field may be broken over several lines of the file.
            words = " ".join(value.split())
            if has_markup(words) or has_unseen(words) or _COMMAND.search(words):
                expected = "plain text without markup, unseen characters or LaTeX commands"
                yield Problem(name, line, place, expected, f'"{words}"')


def read_bibliography(path: Path) -> Bibliography:
    """Return the publications of a BibTeX file by key.

    Raises
    ------
    DataError
        As `read_entries`.
    """
    found: Bibliography = {}
    for key, entry in read_entries(path).items():
        field = {name.lower(): _plain(value) for name, value in entry.fields.items()}
        people = entry.persons.get("author", [])
        found[key] = Publication(
            key=key,
            title=field.get("title", ""),
            year=field.get("year", ""),
            container=field.get("journal")
            or field.get("publisher")
            or field.get("howpublished", ""),
            authors=tuple(_plain(" ".join([*p.prelast_names, *p.last_names])) for p in people),
            doi=field.get("doi", ""),
            pmid=field.get("pmid", ""),
            url=field.get("url", ""),
            volume=field.get("volume", ""),
        )
    return found
