"""Reading the built HTML: a page that renders can still be wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

from evidence.problems import Problem

# Pages that Sphinx makes; nothing of ours is on them.
_MADE_BY_SPHINX = {"genindex.html", "search.html"}
_DEBRIS = re.compile(
    r"\{(?:num|claim|cite[:\w]*|ref|numref|term|doc)\}`|<Figure size|object at 0x|Traceback \(most"
)
_NAN = re.compile(r"(?<![\w-])nan(?![\w-])", re.IGNORECASE)


def _parse(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def check_site(folder: Path) -> list[Problem]:
    """Return broken links, missing images, images without words, and debris in a built book."""
    pages = {
        path: _parse(path) for path in sorted(folder.rglob("*.html")) if "_static" not in path.parts
    }
    anchors = {
        path: {str(tag["id"]) for tag in page.find_all(id=True)} for path, page in pages.items()
    }
    problems: list[Problem] = []
    if not pages:
        return [Problem(str(folder.name), 0, "", "a built book", "no HTML page")]
    for path, page in pages.items():
        name = path.relative_to(folder).as_posix()
        problems += _links(name, path, page, anchors)
        if path.name not in _MADE_BY_SPHINX:
            problems += _images(name, path, page)
            problems += _debris(name, page)
    return problems


def _links(
    name: str, path: Path, page: BeautifulSoup, anchors: dict[Path, set[str]]
) -> Iterator[Problem]:
    for tag in page.find_all("a", href=True):
        address = str(tag["href"])
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        target = path if not parts.path else (path.parent / unquote(parts.path)).resolve()
        if not target.exists():
            yield Problem(name, 0, "", "links that lead somewhere", address)
        elif (
            parts.fragment and target in anchors and unquote(parts.fragment) not in anchors[target]
        ):
            yield Problem(name, 0, "", "links to places that exist", address)


def _images(name: str, path: Path, page: BeautifulSoup) -> Iterator[Problem]:
    for tag in page.find_all("img"):
        source = str(tag.get("src", ""))
        if not source.startswith("data:") and not (path.parent / unquote(source)).exists():
            yield Problem(name, 0, "", "images that exist", source)
        words = str(tag.get("alt", ""))
        if tag.find_parent("article") and (len(words) < 20 or words.endswith((".svg", ".png"))):
            yield Problem(name, 0, "", "an image with its finding in words", f'alt="{words}"')


def _debris(name: str, page: BeautifulSoup) -> Iterator[Problem]:
    article = page.find("article") or page
    for tag in article.find_all(["pre", "code", "script", "style"]):
        if tag.find_parent(class_="cell_input") or tag.name in ("script", "style"):
            tag.extract()
    text = article.get_text(" ")
    for pattern in (_DEBRIS, _NAN):
        found = pattern.search(text)
        if found:
            near = " ".join(text[max(0, found.start() - 20) : found.end() + 20].split())
            yield Problem(name, 0, "", "no unresolved role, raw object or NaN", f'"{near}"')
    if article.find(class_="problematic") or article.find(class_="system-message"):
        yield Problem(name, 0, "", "no error text on a page", "one")
