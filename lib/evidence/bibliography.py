"""The publications: what a source key stands for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from evidence.problems import DataError, Problem


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
        Where the file is missing or is not BibTeX.
    """
    from pybtex.database import PybtexError, parse_string

    name = f"data/{path.name}"
    try:
        return dict(parse_string(path.read_text(encoding="utf-8"), "bibtex").entries)
    except FileNotFoundError:
        raise DataError([Problem(name, 0, "", "a file of this name", "none")]) from None
    except (PybtexError, UnicodeDecodeError) as error:
        raise DataError([Problem(name, 0, "", "BibTeX in UTF-8", str(error))]) from None


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
