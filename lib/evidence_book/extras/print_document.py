"""The document that is printed: title page, contents, chapters with their running heads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bs4 import BeautifulSoup
from markupsafe import Markup

from evidence_book.extras.citation import BookFacts, cite_text
from evidence_book.extras.print_pages import Chapter

_INDEX = "chapters/index.html"


@dataclass(frozen=True, slots=True)
class PrintedBook:
    """The document, and the places whose page numbers its contents name.

    Attributes
    ----------
    html : str
        The whole document.
    anchors : tuple of str
        Ids of the chapters, in reading order; the number of each goes into the element whose
        `data-page-of` names it.
    """

    html: str
    anchors: tuple[str, ...]


def compose(
    chapters: Sequence[Chapter],
    facts: BookFacts,
    html: Path,
    beside: Path,
    address: str = "",
    volume: str = "",
) -> PrintedBook:
    """Return the document that is printed.

    Parameters
    ----------
    chapters : sequence of Chapter
        In reading order.
    facts : BookFacts
        Title, edition and citation.
    html, beside : Path
        Folder of the built book, and folder that the document lies in.
    address : str
        Address that the book is published at, "" where there is none.
    volume : str
        What this document is called beside the book, "" for the book itself.
    """
    document = Markup(
        '<!DOCTYPE html>\n<html lang="en" data-theme="light" data-mode="light"><head>'
        '<meta charset="utf-8"><title>{}</title>{}<style>{}</style></head>\n'
        '<body class="printed-book">{}{}{}</body></html>\n'
    ).format(
        f"{facts.title}: {volume}" if volume else facts.title,
        _head(html, beside),
        # Nothing in it can end the element: CSS text escapes the sign that would.
        Markup(_running_heads(chapters, facts)),  # noqa: S704 # nosec B704
        _title_page(facts, address, volume),
        _contents(chapters),
        Markup("\n").join(_chapter(number, one) for number, one in enumerate(chapters)),
    )
    return PrintedBook(str(document), tuple(chapter.anchor for chapter in chapters))


def _head(html: Path, beside: Path) -> Markup:
    """Return the style sheets of the built book, and no script."""
    page = BeautifulSoup((html / _INDEX).read_text(encoding="utf-8"), "html.parser")
    found = page.select('link[rel="stylesheet"]')
    for tag in found:
        path = (html / _INDEX).parent / str(tag["href"]).partition("?")[0]
        tag["href"] = quote(Path(os.path.relpath(path.resolve(), beside.resolve())).as_posix())
    return Markup("\n").join(Markup(str(tag)) for tag in found)  # noqa: S704 # nosec B704 - our own build


def _css_text(text: str) -> str:
    """Return text as a string of CSS in which no sign has a meaning."""
    safe = "".join(c if c.isalnum() or c in " .,:?-" else f"\\{ord(c):06x}" for c in text)
    return f'"{safe}"'


def _running_heads(chapters: Sequence[Chapter], facts: BookFacts) -> str:
    """Return the rules that write title and edition on every page of a chapter."""
    foot = f"{facts.edition_first}. Not clinical advice."
    rules = [f"@page {{ @bottom-left {{ content: {_css_text(foot)}; }} }}"]
    rules += [
        f"@page chapter-{number} {{ @top-left {{ content: {_css_text(chapter.title)}; }} }}"
        for number, chapter in enumerate(chapters)
    ]
    return "\n".join(rules)


def _title_page(facts: BookFacts, address: str, volume: str) -> Markup:
    return Markup(
        '<header class="print-title"><p class="print-book-title">{}</p>{}<p>{}</p><p>{}.</p>'
        "<p>Published summaries and aggregates only, no patient data. "
        "<strong>Not clinical advice.</strong></p>"
        '<p class="print-cite"><strong>How to cite</strong><br>{}</p>'
        "<p>{}</p></header>"
    ).format(
        facts.title,
        Markup('<p class="print-volume">{}</p>').format(volume) if volume else "",
        "; ".join(facts.authors),
        facts.edition_first,
        cite_text(facts, url=address),
        _reading_on(facts.where(address), volume),
    )


def _reading_on(where: str, volume: str) -> Markup:
    words = (
        "This is the printed form of a book of web pages. Numbers and references are links inside "
        "it. "
    )
    words += (
        "It has what the pages open on demand, and the pages for those who compute the book "
        "again. Menus, code, files to download, and every data row of a number that rests on "
        "many are in the web pages"
        if volume
        else "What the pages open on demand, the lists of their numbers among it, is printed in a "
        "second document, the ledgers. Menus, code and files to download are in the web pages"
    )
    if not where:
        return Markup("{}.").format(words)
    return Markup('{}: <a href="{}">{}</a>.').format(words, where, where)


def _contents(chapters: Sequence[Chapter]) -> Markup:
    """Return the contents; the numbers are written in after the first print."""
    items = []
    for chapter in chapters:
        if chapter.part:
            items.append(Markup('<li class="print-contents-part">{}</li>').format(chapter.part))
        items.append(
            Markup(
                '<li><a href="#{0}"><span>{1}</span> <i aria-hidden="true"></i> '
                '<span class="print-number" data-page-of="{0}">000</span></a></li>'
            ).format(chapter.anchor, chapter.title)
        )
    return Markup(
        '<section class="print-contents" id="print-contents"><h1>Contents</h1><ul>{}</ul></section>'
    ).format(Markup("").join(items))


def _chapter(number: int, chapter: Chapter) -> Markup:
    part = Markup('<h1 class="print-part">{}</h1>').format(chapter.part) if chapter.part else ""
    title_level = "print-below-part" if chapter.in_part else ""
    return Markup(
        '<div class="print-chapter {}" id="{}" style="page: chapter-{}">{}{}</div>'
    ).format(title_level, chapter.anchor, number, part, Markup(str(chapter.article)))  # noqa: S704 # nosec B704
