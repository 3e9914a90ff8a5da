"""What of a piece of HTML or SVG would run, or load something, if a page showed it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

# Elements that run, frame or redirect. The policy of a page refuses most; a refresh it cannot.
_ELEMENTS = frozenset(
    ("script", "iframe", "frame", "frameset", "object", "embed", "applet", "portal", "form",
     "meta", "base", "link", "foreignobject")
)  # fmt: skip
_HANDLER = re.compile(r"on[a-z]+")
# Browsers pass over these within the name of a scheme.
_UNSEEN = re.compile(r"[\x00-\x20]")
# Most tables have nothing that would have to be read closer: no such element, no handler, and
# addresses that begin as those of the book do.
_SUSPICIOUS = re.compile(
    rf"<[\w:]*(?:{'|'.join(sorted(_ELEMENTS))})|[\s\"'/]on[a-z]+\s*="
    r"|[\s\"'/](?:[\w:]*href|src|action|formaction|data|poster|background|from|to|values)\s*="
    r"(?!\s*[\"']?(?:\#|\.\.?/|https?://))",
    re.IGNORECASE,
)
_SCHEMES = ("javascript:", "vbscript:", "data:")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += active_tag(tag, attributes)


def active_tag(tag: str, attributes: Iterable[tuple[str, str | None]]) -> Iterator[str]:
    """Yield what of an element by itself would run: its name, or attributes of it."""
    if tag.rpartition(":")[2] in _ELEMENTS:
        yield f"<{tag}>"
    for name, value in attributes:
        if _HANDLER.fullmatch(name) or is_active_address(value or ""):
            yield f"{name}={value or ''}"


def active_parts(html: str) -> list[str]:
    """Return the elements and attributes of a piece of HTML or SVG that would run."""
    if not _SUSPICIOUS.search(html):
        return []
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found


def is_active_address(address: str) -> bool:
    """Return True for the address of a script or of a page inside itself; images may be."""
    plain = _UNSEEN.sub("", address).lower()
    return plain.startswith(_SCHEMES) and not plain.startswith("data:image/")
