"""What the book says of itself to those who cite it: CITATION.cff, and which edition this is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.files.plain_text import has_markup
from evidence.files.plain_yaml import read_yaml_file
from evidence.sources.problems import DataError, Problem
from evidence_book.extras.reference_files import ris_text
from evidence_book.reports.registry import Registry
from evidence_book.reports.releases import list_releases, read_release
from evidence_stats.printed.unseen import has_unseen, visible

_FILE = "CITATION.cff"
# What may stand in links and names of files, and what that is in words.
_FORMS = {
    "version": (r"[0-9A-Za-z.+-]{1,40}", "a version such as 0.2.0"),
    "date-released": (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "a date such as 2026-11-30"),
    "doi": (r"10\.[0-9]{4,9}/[^\s\"'<>`\\]+", "a DOI such as 10.5281/zenodo.1"),
    "url": (r"https://[^\s\"'<>`\\]+", "an https address"),
}
# Licences by what they cover; LICENSE holds their text.
LICENCES = {"code": "BSD-3-Clause", "text and data": "CC-BY-4.0"}
CONTENT_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
CODE_LICENCE = "https://opensource.org/license/bsd-3-clause"


@dataclass(frozen=True, slots=True)
class BookFacts:
    """How the book is cited.

    Attributes
    ----------
    title, version, date : str
        As in CITATION.cff; the date is that of the release, "" before the first one.
    authors : tuple of str
        Names as they are printed.
    doi, url : str
        "" where CITATION.cff has none; neither is ever made up.
    released : bool
        True where the pages are those of the released edition of this version.
    """

    title: str
    version: str
    date: str
    authors: tuple[str, ...]
    doi: str
    url: str
    released: bool

    @property
    def edition(self) -> str:
        """The edition in words."""
        dated = f" of {self.date}" if self.date else ""
        if self.released:
            return f"edition {self.version}{dated}"
        return f"edition {self.version}{dated}, with changes that are not released"

    @property
    def edition_first(self) -> str:
        """The edition in words, as a sentence begins."""
        return f"{self.edition[:1].upper()}{self.edition[1:]}"

    def where(self, url: str = "") -> str:
        """Return where the book is found: its DOI, else an address that is known, else its own."""
        return f"https://doi.org/{self.doi}" if self.doi else url or self.url


def _author(stored: dict[str, Any]) -> str:
    if "name" in stored:
        return str(stored["name"])
    return " ".join(str(stored[n]) for n in ("given-names", "family-names") if n in stored)


def read_book_facts(source: Path, registry: Registry | None = None) -> BookFacts:
    """Return how the book in a source folder is cited.

    Parameters
    ----------
    source : Path
        Folder of the book.
    registry : Registry, optional
        Its pages, which are compared with the released edition of the same version.

    Raises
    ------
    DataError
        Where CITATION.cff is missing or does not name title, version and authors.
    """
    stored = _read(source / _FILE)
    version = stored["version"]
    return BookFacts(
        title=stored["title"],
        version=version,
        date=stored["date-released"],
        authors=stored["authors"],
        doi=stored["doi"],
        url=stored["url"],
        released=registry is not None and _is_released(version, source, registry),
    )


def _read(path: Path) -> dict[str, Any]:
    """Return title, version, authors, date, DOI and address; all of them go into pages."""
    if not path.exists():
        raise DataError([Problem(_FILE, 0, "", "a file of this name", "none")])
    expected = "YAML with title, version and authors"
    try:
        stored = read_yaml_file(path)
        authors = stored["authors"]
        if not isinstance(authors, list) or not all(isinstance(one, dict) for one in authors):
            raise ValueError(f"authors: {visible(str(authors))}")
        found = {name: str(stored[name]) for name in ("title", "version")}
        found |= {name: str(stored.get(name, "")) for name in _FORMS}
        names = tuple(_author(one) for one in authors)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        given = " ".join(str(error).split())
        raise DataError([Problem(_FILE, 0, "", expected, given)]) from None
    problems = [
        Problem(_FILE, 0, name, form[1], f'"{found[name]}"')
        for name, form in _FORMS.items()
        if found[name] and not re.fullmatch(form[0], found[name])
    ]
    for name, text in (("title", found["title"]), *(("authors", one) for one in names)):
        if not text or has_markup(text) or has_unseen(text):
            expected = "plain text without markup or line breaks"
            problems.append(Problem(_FILE, 0, name, expected, f'"{text}"'))
    if problems:
        raise DataError(problems)
    return {**found, "authors": names}


def _is_released(version: str, source: Path, registry: Registry) -> bool:
    """Return True where every page of the released edition records the same as now."""
    folder = source / "data" / "released"
    if version not in list_releases(folder):
        return False
    pages = read_release(version, folder).pages
    now = {page: registry.recorded(path) for page, path in registry.committed_paths().items()}
    ran = {page: recorded for page, recorded in now.items() if recorded.facts}
    return pages.keys() == ran.keys() and all(
        (ran[page].results, ran[page].claims) == (one.recorded.results, one.recorded.claims)
        for page, one in pages.items()
    )


def cite_text(facts: BookFacts, part: str = "", url: str = "") -> str:
    """Return the citation of the book, or of one page of it, as one line of text.

    Parameters
    ----------
    facts : BookFacts
        How the book is cited.
    part : str
        Title of the page, "" for the book.
    url : str
        Address of the page, "" where none is known.
    """
    where = facts.where(url)
    stop = "" if part.endswith(("?", "!", ".")) else "."
    inside = f"{part}{stop} In: " if part else ""
    cited = f"{'; '.join(facts.authors)}. {inside}{facts.title}. {facts.edition_first}."
    return f"{cited}{where and f' {where}'}"


def cite_as_reference(facts: BookFacts, part: str, page: str) -> tuple[str, str]:
    """Return the citation of one page for reference managers, as BibTeX and as RIS.

    Parameters
    ----------
    facts : BookFacts
        How the book is cited.
    part : str
        Title of the page.
    page : str
        Its name, of which the key of the entry is made.
    """
    key = re.sub(r"[^a-z0-9]+", "-", page.lower()).strip("-")
    fields = {
        "title": part,
        "booktitle": facts.title,
        "edition": facts.version,
        "year": facts.date[:4],
        "doi": facts.doi,
        "url": facts.where(),
        "note": facts.edition_first,
    }
    told = {name: text for name, text in fields.items() if text}
    # Braces keep a name that is no person's in one piece, and titles in their case.
    people = {"author": " and ".join(f"{{{name}}}" for name in facts.authors)}
    escaped = {name: _bibtex_text(name, text) for name, text in told.items()}
    lines = [f"  {name} = {{{text}}}" for name, text in (people | escaped).items()]
    bibtex = f"@incollection{{{key},\n" + ",\n".join(lines) + "\n}\n"
    entry = {**told, "type": "incollection", "authors": facts.authors}
    return bibtex, ris_text({key: entry})


def _bibtex_text(name: str, text: str) -> str:
    if name in ("url", "doi"):
        return text
    plain = re.sub(r"([%&#_$])", r"\\\1", text)
    return f"{{{plain}}}" if name in ("title", "booktitle") else plain
