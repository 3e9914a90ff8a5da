"""What a card beside a number says: the number, how it was made, its rows and their places.

The cards of a page are one JSON object; `cards.js` shows them. Data rows are read as they stand in
the tables, so that rendering a book needs no data library.
"""

from __future__ import annotations

import html
import json
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from evidence.record.results import GRADES, Result
from evidence.sources.bibliography import read_bibliography
from evidence_book.reports.data_rows import read_rows
from evidence_book.reports.registry import Registry

# More rows than this hide the links below them on a phone; the line of the number has them all.
ROWS_SHOWN = 4
# As in the words of the provenance page.
_OUTSIDE = "read outside the source documents"
_LINK = re.compile(r'href="([^"#]*)#(result|claim)-([^"]+)"')


@dataclass(frozen=True, slots=True)
class Place:
    """Where a data row was read.

    Attributes
    ----------
    words : str
        Publication and place in it.
    address : str
        The page that was read, "" where it has no address.
    """

    words: str
    address: str


def read_places(data: Path) -> dict[str, Place]:
    """Return the place of every data row below a folder of tables, by the id of the row."""
    publications = read_bibliography(data / "references.bib")
    found = {}
    for row_id, row in read_rows(data):
        publication = publications.get(row["source_key"])
        source = publication.short if publication else row["source_key"]
        address = row["read_at"] if row["read_at"].startswith("https://") else ""
        found[row_id] = Place(f"{source}, {row['locator']}", address)
    return found


def rows_script(data: Path) -> str:
    """Return a script with the place of every data row.

    All pages share it, so that a corrected row makes no page but its own be rendered again.
    """
    rows = {row: [place.words, place.address] for row, place in read_places(data).items()}
    stored = json.dumps(rows, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return f"window.evidenceRows = {stored};\n"


@dataclass(frozen=True, slots=True)
class Linked:
    """A number or conclusion that a page links to.

    Attributes
    ----------
    href : str
        The address as it stands on the page.
    kind : str
        result or claim.
    page, key : str
        Where it was recorded, and its name there.
    """

    href: str
    kind: str
    page: str
    key: str


def linked_from(body: str, docname: str) -> Iterator[Linked]:
    """Yield each number and conclusion that the HTML of a page links to, once each."""
    for address, kind, key in dict.fromkeys(_LINK.findall(body)):
        path = unquote(html.unescape(address)).removesuffix(".html")
        there = posixpath.normpath(posixpath.join(posixpath.dirname(docname), path))
        page = (there if path else docname).removeprefix("chapters/")
        href = html.unescape(f"{address}#{kind}-{key}")
        yield Linked(href, kind, page, unquote(html.unescape(key)))


@dataclass(frozen=True, slots=True)
class CardMaker:
    """Makes the cards of one page.

    Attributes
    ----------
    docname : str
        The page.
    registry : Registry
        What all pages recorded.
    notebook : callable
        Returns the address of the notebook of a page, as seen from this one.
    """

    docname: str
    registry: Registry
    notebook: Callable[[str], str]
    numbers: dict[str, dict[str, Any]] = field(default_factory=dict)
    claims: dict[str, dict[str, Any]] = field(default_factory=dict)

    def make(self, body: str) -> dict[str, Any]:
        """Return the cards of all links in the HTML of the page, {} where there is none."""
        for link in linked_from(body, self.docname):
            if link.kind == "claim":
                self._add_claim(link)
            else:
                self._add_number(link.href, link.page, link.key)
        if not self.numbers and not self.claims:
            return {}
        return {"numbers": self.numbers, "claims": self.claims}

    def _seen_from(self) -> str:
        return self.docname.removeprefix("chapters/")

    def _add_number(self, href: str, page: str, key: str) -> bool:
        try:
            result = self.registry.result(page, key, self._seen_from())
        except KeyError:
            # A variant has no such number; its page says so in words.
            return False
        self.numbers.setdefault(href, _number(result) | {"code": self.notebook(page)})
        return True

    def _add_claim(self, link: Linked) -> None:
        try:
            claim = self.registry.claim(link.page, link.key, self._seen_from())
        except KeyError:
            return
        base = link.href.partition("#")[0]
        rests_on = [f"{base}#result-{key}" for key in claim["rests_on"]]
        self.claims[link.href] = {
            "on": [
                href
                for href, key in zip(rests_on, claim["rests_on"], strict=True)
                if self._add_number(href, link.page, key)
            ],
            "tested": claim["tested"],
            "state": claim["state"],
            "code": self.notebook(link.page),
        }


def _number(result: Result) -> dict[str, Any]:
    grade = f"{result.provenance.replace(chr(0xA0), ' ')}: {GRADES[result.grade]}"
    return {
        "name": result.label,
        "text": result.text,
        "how": result.method,
        "conventions": list(result.conventions),
        "grade": f"{grade}; {_OUTSIDE}" if result.external else grade,
        "rows": list(result.rows[:ROWS_SHOWN]),
        "more": max(0, len(result.rows) - ROWS_SHOWN),
    }


def as_script(cards: dict[str, Any]) -> str:
    """Return the element that holds the cards; no text in them can end it or begin another."""
    stored = json.dumps(cards, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for mark in "<>&\u2028\u2029":
        stored = stored.replace(mark, f"\\u{ord(mark):04x}")
    return f'<script type="application/json" id="card-data">{stored}</script>'
