"""The built pages as chapters of one document: one set of ids, links that stay inside it.

What only works on a screen is left out: menus, buttons, code, and what each page offers to load.
The book for readers leaves out what is folded on a page, too; the ledgers have just that, and the
pages for those who compute the book again.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from evidence.sources.problems import DataError, Problem
from evidence_book.rendering.toc import toc_parts

# Code, menus and marks for the mouse; the foot of each page is on paper once, on the title page.
_NOT_PRINTED = ", ".join(
    (
        "script", "form", "nav", "button", "a.headerlink", "div.toctree-wrapper",
        "details.above-input", "section.reuse", "p.cite-this", ".noprint", ".d-print-none",
        ".figure-dark", ".figure-files",
        # Heads of columns that a phone repeats in their cells.
        ".findings .h",
        ".sd-summary-state-marker",
    )
)  # fmt: skip
# Attributes that name an element of the same page by its id.
_NAMING = ("aria-labelledby", "aria-describedby", "aria-controls", "headers", "for")
_KEPT_SCHEMES = ("http", "https", "mailto")
# A number that rests on more data rows than these names the studies that they are of, with counts:
# on paper the names of some hundred rows, again for every number, would fill half of the book.
_MOST_ROWS_NAMED = 4
# What a page opens on demand.
_FOLDED = "details.sd-dropdown, details.folded"
_HEADING = re.compile(r"h[1-6]")
_ROW_ID = re.compile(r"\A[a-z0-9]+(-[a-z0-9]+)+(\.[a-z0-9_]+)+(: [a-z_, ]+)?\Z")


@dataclass(frozen=True, slots=True)
class Chapter:
    """One page of the book in the printed document.

    Attributes
    ----------
    anchor : str
        Its id in the document.
    part : str
        Caption of the part that begins with it, "" where none does.
    in_part : bool
        True where it stands below the caption of a part.
    title : str
        Its heading.
    article : Tag
        Its content.
    """

    anchor: str
    part: str
    in_part: bool
    title: str
    article: Tag


def anchor(page: str, fragment: str = "") -> str:
    """Return the id in the printed document of a page, or of an id on it."""
    name = page.removeprefix("chapters/").replace("/", ".")
    return f"{name}--{fragment}" if fragment else name


def read_chapters(
    html: Path,
    beside: Path,
    book: str = "",
    *,
    ledgers: bool = False,
    apart: Collection[str] = (),
) -> list[Chapter]:
    """Return the pages of a built book in the order of its contents.

    Parameters
    ----------
    html : Path
        Folder of the built book.
    beside : Path
        Folder that the printed document lies in; images are named from there.
    book : str
        Address that the book is published at, "" where there is none.
    ledgers : bool
        False for the book that is read: what is folded on its pages is left out, and so are the
        parts `apart`. True for just these.
    apart : collection of str
        Captions of the parts that belong to the ledgers as a whole.

    Raises
    ------
    DataError
        Where a page of the contents is not built.
    """
    parts = []
    articles = {}
    for caption, pages in toc_parts():
        if caption in apart and not ledgers:
            continue
        for page in pages:
            articles[page] = _read_article(html, page)
            if caption not in apart:
                _keep_folded(articles[page], folded=ledgers)
        printed = [page for page in pages if caption in apart or _says_anything(articles[page])]
        if printed:
            parts.append((caption, printed))
    articles = {page: articles[page] for _, pages in parts for page in pages}
    ids = {
        page: {str(tag["id"]) for tag in one.find_all(id=True)} for page, one in articles.items()
    }
    chapters = []
    for caption, pages in parts:
        for number, page in enumerate(pages):
            article = articles[page]
            _rewrite_links(page, article, ids, book)
            _rewrite_ids(page, article)
            _rewrite_images(html / page, article, beside)
            if caption:
                _lower_headings(article)
            heading = article.find(["h1", "h2"])
            title = " ".join(heading.get_text().split()) if heading else anchor(page)
            part = caption if number == 0 else ""
            chapters.append(Chapter(anchor(page), part, bool(caption), title, article))
    return chapters


def _read_article(html: Path, page: str) -> Tag:
    """Return what a page prints, its folded parts open."""
    path = html / f"{page}.html"
    if not path.exists():
        raise DataError([Problem(f"{page}.html", 0, "", "a built page", "none")])
    article = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").find("article")
    if not isinstance(article, Tag):
        raise DataError([Problem(f"{page}.html", 0, "", "an article", "none")])
    for tag in article.select(_NOT_PRINTED):
        tag.decompose()
    for cell in article.select("div.cell"):
        if not cell.get_text(strip=True) and not cell.find("img"):
            cell.decompose()
    for folded in article.find_all("details"):
        folded["open"] = ""
    for cell in article.select('tr[id^="result-"] > td:last-child'):
        _shorten_rows(cell)
    for name in article.find_all(string=_ROW_ID):
        if name.find_parent(["td", "th"]):
            _break_at_dots(name)
    return article


def _keep_folded(article: Tag, *, folded: bool) -> None:
    """Leave out what is folded, or all but that, and the headings of sections left empty."""
    if folded:
        kept = {
            id(tag)
            for one in (*article.select(_FOLDED), *article.find_all(_HEADING))
            for tag in (one, *one.find_all(True), *one.parents)
        }
        for tag in article.find_all(True):
            if id(tag) not in kept and not tag.decomposed:
                tag.decompose()
    else:
        for one in article.select(_FOLDED):
            one.decompose()
    for section in reversed(article.find_all("section")):
        if section.name and not _says_anything(section):
            section.decompose()


def _says_anything(section: Tag) -> bool:
    """Return True where there is more than headings."""
    headings = sum(len(one.get_text(strip=True)) for one in section.find_all(_HEADING))
    return len(section.get_text(strip=True)) > headings or section.find("img") is not None


def _unbroken(words: str) -> Tag:
    """Return words between which no line ends; print.css knows the class."""
    made = Tag(name="span", attrs={"class": "unbroken"})
    made.string = words
    return made


def _break_at_dots(name: NavigableString) -> None:
    """Let the id of a data row break behind its dots alone: at a hyphen it would read as two."""
    first, *parts = name.split(".")
    made: list[Tag | str] = [_unbroken(first)]
    for part in parts:
        made += [".", Tag(name="wbr", can_be_empty_element=True), part]
    name.replace_with(*made)


def _shorten_rows(cell: Tag) -> None:
    """Put the studies in the place of a long list of data rows, and how many rows each gives."""
    links = cell.find_all("a", href=True)
    if len(links) > _MOST_ROWS_NAMED:
        counts = Counter(link.get_text().partition(".")[0] for link in links)
        cell.clear()
        for study, count in counts.items():
            rows = f" ({count} {'row' if count == 1 else 'rows'})"
            cell.extend([*([", "] if cell.contents else []), _unbroken(study), rows])


def _rewrite_links(page: str, article: Tag, ids: dict[str, set[str]], book: str) -> None:
    """Lead links to pages into the document, and make text of those that lead to no address."""
    for link in article.find_all("a", href=True):
        address = _address(page, str(link["href"]), ids, book)
        # A tip that appears under the mouse would be read out as the text of the link.
        del link["title"], link["download"]
        if address:
            link["href"] = address
        else:
            link.name = "span"
            del link["href"]


def _address(page: str, href: str, ids: dict[str, set[str]], book: str) -> str:
    """Return where a link leads in the document, "" where it leads to no address."""
    parts = urlsplit(href)
    if parts.scheme or parts.netloc:
        return href if parts.scheme in _KEPT_SCHEMES else ""
    path = f"{page}.html"
    if parts.path:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))
    target, fragment = path.removesuffix(".html"), unquote(parts.fragment)
    if target in ids:
        # Where the place itself is not printed, its page is the nearest.
        return f"#{quote(anchor(target, fragment if fragment in ids[target] else ''))}"
    return f"{book}{quote(path)}" if book else ""


def _rewrite_ids(page: str, article: Tag) -> None:
    for tag in article.find_all(id=True):
        tag["id"] = anchor(page, str(tag["id"]))
    for name in _NAMING:
        for tag in article.select(f"[{name}]"):
            tag[name] = " ".join(anchor(page, one) for one in str(tag[name]).split())


def _rewrite_images(page: Path, article: Tag, beside: Path) -> None:
    for image in article.find_all("img", src=True):
        if not str(image["src"]).startswith("data:"):
            source = (page.parent / unquote(str(image["src"]))).resolve()
            image["src"] = quote(Path(os.path.relpath(source, beside.resolve())).as_posix())


def _lower_headings(article: Tag) -> None:
    """Make room above the chapter's title for the caption of its part."""
    for level in (5, 4, 3, 2, 1):
        for heading in article.find_all(f"h{level}"):
            heading.name = f"h{level + 1}"
