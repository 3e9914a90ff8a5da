"""Reading the built HTML: a page that renders can still be wrong."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from evidence.sources.problems import Problem
from evidence_book.rendering.active_html import active_tag
from evidence_book.rendering.inline_scripts import inline_scripts
from evidence_book.rendering.whole_writes import write_whole

# The files that say what a page may not be.
_RULES = ("site.py", "active_html.py", "inline_scripts.py")
# Pages that Sphinx makes; nothing of ours is on them.
_MADE_BY_SPHINX = {"genindex.html", "search.html"}
_DEBRIS = re.compile(
    r"\{(?:num|claim|cite[:\w]*|ref|numref|term|doc)\}`|<Figure size|object at 0x|Traceback \(most"
)
# The list of all pages that every page has, which is most of a page in a book of hundreds. It
# holds nothing but links, so that it need not be parsed.
_LIST_OF_PAGES = re.compile(r'<nav id="pages".*?</nav>', re.DOTALL)
_ADDRESS = re.compile(r'\shref="([^"]*)"')
_NAN = re.compile(r"(?<![\w-])nan(?![\w-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What was found on one page.

    Attributes
    ----------
    anchors, links, images : list of str
        Places that can be linked to; addresses inside the book; sources of images.
    faults : list of [str, str]
        What was expected of the page by itself, and what it has.
    """

    anchors: list[str]
    links: list[str]
    images: list[str]
    faults: list[list[str]]


def read_page(name: str, html: str) -> PageFacts:
    """Return what is on a page; `name` is its file."""
    listed = _LIST_OF_PAGES.search(html)
    aside = listed[0] if listed and listed[0].count(" id=") == 1 else ""
    page = BeautifulSoup(html.replace(aside, "", 1) if aside else html, "html.parser")
    # One walk: a search by name or attribute asks every element for each of them.
    tags = page.find_all(True)
    addresses = [unescape(address) for address in _ADDRESS.findall(aside)]
    addresses += [str(tag["href"]) for tag in tags if tag.name == "a" and "href" in tag.attrs]
    addresses = list(dict.fromkeys(addresses))
    own = name not in _MADE_BY_SPHINX
    images = [tag for tag in tags if own and tag.name == "img"]
    return PageFacts(
        anchors=sorted({str(tag["id"]) for tag in tags if "id" in tag.attrs}),
        links=[one for one in addresses if not (urlsplit(one).scheme or urlsplit(one).netloc)],
        images=[str(tag.get("src", "")) for tag in images],
        faults=[list(fault) for fault in _faults(page, images)] if own else [],
    )


def check_site(folder: Path, memory: Path | None = None) -> list[Problem]:
    """Return broken links, missing images, images without words, and debris in a built book.

    Parameters
    ----------
    folder : Path
        The built book.
    memory : Path, optional
        File of what was found on pages before, by their content; pages in it are not parsed.
    """
    pages = _read_pages(folder, memory)
    if not pages:
        return [Problem(str(folder.name), 0, "", "a built book", "no HTML page")]
    anchors = {path: set(facts.anchors) for path, facts in pages.items()}
    problems: list[Problem] = []
    for path, facts in pages.items():
        name = os.path.relpath(path, folder).replace(os.sep, "/")
        problems += _links(name, path, facts.links, anchors)
        problems += _images(name, path, facts.images)
        problems += [Problem(name, 0, "", expected, got) for expected, got in facts.faults]
    return problems


def _read_pages(folder: Path, memory: Path | None) -> dict[str, PageFacts]:
    """Return what is on each page, by its file."""
    known = _recall(memory)
    found, kept = {}, {}
    # What is looked for is part of what a page is known by.
    beside = Path(__file__).parent
    rules = b"".join((beside / name).read_bytes() for name in _RULES)
    for path in sorted(folder.rglob("*.html")):
        if "_static" in path.parts:
            continue
        content = path.read_bytes()
        key = hashlib.sha256(rules + content).hexdigest()
        facts = known.get(key) or read_page(path.name, content.decode("utf-8"))
        found[str(path)] = kept[key] = facts
    if memory is not None and kept.keys() != known.keys():
        stored = json.dumps({key: asdict(facts) for key, facts in kept.items()})
        write_whole(memory, f"{_digest(stored)}\n{stored}".encode())
    return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _recall(memory: Path | None) -> dict[str, PageFacts]:
    """Return what was stored, nothing where a byte of it is another one."""
    try:
        digest, _, stored = memory.read_text("utf-8").partition("\n") if memory else ("", "", "")
    except (OSError, UnicodeDecodeError):
        return {}
    if digest != _digest(stored):
        return {}
    return {key: PageFacts(**facts) for key, facts in json.loads(stored).items()}


def _links(
    name: str, path: str, links: list[str], anchors: dict[str, set[str]]
) -> Iterator[Problem]:
    for address in links:
        parts = urlsplit(address)
        inside = os.path.join(os.path.dirname(path), unquote(parts.path))
        target = os.path.normpath(inside) if parts.path else path
        if target not in anchors and not os.path.exists(target):
            yield Problem(name, 0, "", "links that lead somewhere", address)
        elif (
            parts.fragment and target in anchors and unquote(parts.fragment) not in anchors[target]
        ):
            yield Problem(name, 0, "", "links to places that exist", address)


def _images(name: str, path: str, images: list[str]) -> Iterator[Problem]:
    for source in images:
        target = os.path.join(os.path.dirname(path), unquote(source))
        if not source.startswith("data:") and not os.path.exists(target):
            yield Problem(name, 0, "", "images that exist", source)


def _faults(page: BeautifulSoup, images: Iterable[Tag]) -> Iterator[tuple[str, str]]:
    yield from _wordless(images)
    article = page.find("article")
    if article is not None:
        yield from _foreign(article.find_all(True))
    yield from _debris(article or page)


def _wordless(images: Iterable[Tag]) -> Iterator[tuple[str, str]]:
    for tag in images:
        words = str(tag.get("alt", ""))
        if tag.find_parent("article") and (len(words) < 20 or words.endswith((".svg", ".png"))):
            yield "an image with its finding in words", f'alt="{words}"'


def _foreign(tags: Sequence[Tag]) -> Iterator[tuple[str, str]]:
    """Yield what would run, or load something, and is none of the book's own."""
    # The menus are a form; data for our scripts stand in the article, too.
    foreign = [
        part
        for tag in tags
        for part in active_tag(tag.name, ((name, str(value)) for name, value in tag.attrs.items()))
        if part not in ("<script>", "<form>")
    ]
    scripts = inline_scripts("".join(str(tag) for tag in tags if tag.name == "script"))
    foreign += [f"<script>{text}" for text in scripts]
    for part in foreign:
        yield "a page in which nothing runs but the book's own", f'"{part[:60]}"'


def _debris(article: Tag) -> Iterator[tuple[str, str]]:
    for tag in article.find_all(True):
        hidden = tag.name in ("script", "style")
        if hidden or (tag.name in ("pre", "code") and tag.find_parent(class_="cell_input")):
            tag.extract()
    text = article.get_text(" ")
    for pattern in (_DEBRIS, _NAN):
        found = pattern.search(text)
        if found:
            near = " ".join(text[max(0, found.start() - 20) : found.end() + 20].split())
            yield "no unresolved role, raw object or NaN", f'"{near}"'
    if article.find(class_=["problematic", "system-message"]):
        yield "no error text on a page", "one"
