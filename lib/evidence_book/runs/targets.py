"""Where roles, references and links of the prose lead; a dead one is found before rendering.

Sphinx finds them, too, but minutes later, in a copy, and in words of its own.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

from evidence.files.paths import chapters_folder, data_folder, page_name, project_root
from evidence.sources.bibliography import read_bibliography
from evidence.sources.problems import DataError, Problem
from evidence_book.reports.registry import Registry, split_target
from evidence_book.runs.freshness import read_notebook

# Code shows roles, and has none: blocks that are no directive, and what stands between two or
# more backticks.
_NO_ROLES = (
    re.compile(r"^[ \t]*(`{3,}|~{3,})(?!\{)[^\n]*\n.*?^[ \t]*\1[ \t]*$", re.DOTALL | re.MULTILINE),
    re.compile(r"(?<!`)(``+)(?!`)(?!\{).*?(?<!`)\1(?!`)", re.DOTALL),
    re.compile(r"<!--.*?-->", re.DOTALL),
)
# A role, or code between single backticks: whichever begins first.
_SPAN = re.compile(r"\{[a-z][\w:-]*\}`[^`]+`|`[^`\n]+`")
_ROLE = re.compile(r"\{([a-z][\w:-]*)\}`([^`]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]*)>?(?:\s[^)]*)?\)")
_INTERVALS = re.compile(r"^(:{3,})\{intervals\}[^\n]*\n(.*?)^\1[ \t]*$", re.DOTALL | re.MULTILINE)
_PICTURE = re.compile(r"^[ \t]*(?:`{3,}|:{3,})\{(?:figure|image)\}[ \t]+(\S+)", re.MULTILINE)
_NAMED = re.compile(r"^(?:\(([\w.-]+)\)=|[ \t]*:(?:name|label):[ \t]*(\S+))", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
# The words of a role, and where they lead.
_WORDED = re.compile(r".*<([^>]+)>\Z", re.DOTALL)
_AFFIX = re.compile(r"\{[^}]*\}")
# Ids that the build makes; results and claims among them are those of the page.
_MADE = ("row-", "table-", "convention-", "difference-", "discrepancy-", "term-", "index-", "id")
# Roles that lead nowhere, of docutils and Sphinx.
_PLAIN = (
    "abbr", "code", "command", "dfn", "download", "edition", "emphasis", "eq", "file", "guilabel",
    "index", "kbd", "literal", "math", "menuselection", "pep", "rfc", "samp", "strong", "sub",
    "subscript", "sup", "superscript",
)  # fmt: skip
_ROLES = ("num", "claim", "certainty", "published", "term", "ref", "numref", "doc", "cite", *_PLAIN)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of prose: its page, where it stands, and its text without code."""

    page: str
    place: str
    text: str

    def say(self, at: int, expected: str, given: str, near: str = "") -> Problem:
        """Return a problem of what stands at a position of the text."""
        line = 1 + self.text.count("\n", 0, at)
        said = f'"{given}"' + (f"; did you mean {near}?" if near else "")
        return Problem(self.place, line, "", expected, said)


def check_targets() -> list[Problem]:
    """Return every role, reference and link of the chapters that leads nowhere."""
    book = _Book()
    return [problem for page in sorted(book.prose) for problem in book.check(page)]


class _Book:
    """What prose may lead to: pages, numbers, claims, sources, terms, labels."""

    def __init__(self) -> None:
        self.registry = Registry(project_root())
        self.prose: dict[str, list[_Piece]] = {}
        self.labels: set[str] = set()
        for path in sorted(chapters_folder().rglob("*")):
            if path.suffix in (".md", ".ipynb") and ".ipynb_checkpoints" not in path.parts:
                self._read(path)

    def _read(self, path: Path) -> None:
        file = path.relative_to(project_root()).as_posix()
        page = page_name(path)
        pieces = self.prose.setdefault(page, [])
        if path.suffix == ".md":
            pieces.append(_Piece(page, file, _without_code(path.read_text(encoding="utf-8"))))
        else:
            try:
                cells = read_notebook(path)["cells"]
            except ValueError:
                # `check_notebooks` says so.
                return
            for number, cell in enumerate(cells, start=1):
                if cell["cell_type"] == "markdown":
                    text = _without_code("".join(cell["source"]))
                    pieces.append(_Piece(page, f"{file} cell {number}", text))
                figure = cell["metadata"].get("mystnb", {}).get("figure", {})
                self.labels.add(figure.get("name", ""))
        for piece in pieces:
            self.labels |= {one or other for one, other in _NAMED.findall(piece.text)}

    @cached_property
    def sources(self) -> Collection[str]:
        try:
            return list(read_bibliography(data_folder() / "references.bib"))
        except DataError:
            return []

    @cached_property
    def terms(self) -> Collection[str]:
        """Entries of the glossary, in lower case."""
        lines = [
            line
            for piece in self.prose.get("appendix/glossary", [])
            for line in piece.text.splitlines()
        ]
        return [
            line.strip().lower()
            for line, after in zip(lines, [*lines[1:], ""], strict=True)
            if line[:1].strip() and after[:1] == " " and after.strip()
        ]

    def check(self, page: str) -> Iterator[Problem]:
        """Yield what leads nowhere on a page."""
        for piece in self.prose[page]:
            text = piece.text
            for found in _ROLE.finditer(text):
                yield from self._role(piece, found[1], found[2], found.start())
            for found in _INTERVALS.finditer(text):
                for line in found[2].splitlines():
                    if "|" in line:
                        at = text.index(line, found.start())
                        yield from self._number(piece, line.partition("|")[2], at)
            for found in _PICTURE.finditer(text):
                yield from self._link(piece, found[1], found.start(1))
            for found in _LINK.finditer(text):
                yield from self._link(piece, found[1], found.start(1))

    def _role(self, piece: _Piece, name: str, text: str, at: int) -> Iterator[Problem]:
        worded = _WORDED.match(text)
        target = (worded[1] if worded else text).strip()
        if name == "num":
            yield from self._number(piece, text, at)
        elif name in ("claim", "certainty"):
            there, key, _ = split_target(text, piece.page)
            yield from self._recorded(piece, there, key, "claims", "conclusion", at)
        elif name == "published":
            yield from self._recorded(piece, target, "", "results", "number", at)
        elif name.partition(":")[0] == "cite":
            for key in _AFFIX.sub("", text).split(","):
                yield from _known(
                    piece, key.strip(), self.sources, "a key of data/references.bib", at
                )
        elif name == "term":
            if target.lower() not in self.terms:
                yield piece.say(at, "a term of the glossary", target, _near(target, self.terms))
        elif name in ("ref", "numref"):
            yield from _known(piece, target, self.labels, "the name of a figure or place", at)
        elif name == "doc":
            yield from self._link(piece, target, at)
        elif name not in _PLAIN and ":" not in name:
            yield piece.say(at, "a role that there is", name, _near(name, _ROLES))

    def _number(self, piece: _Piece, text: str, at: int) -> Iterator[Problem]:
        there, key, part = split_target(text, piece.page)
        found = list(self._recorded(piece, there, key, "results", "number", at))
        yield from found
        if not found and part and self._has_run(there):
            try:
                self.registry.result(there, key, piece.page).part(part)
            except KeyError as error:
                yield piece.say(at, "a part of the number", f"{text.strip()}: {error.args[0]}")

    def _has_run(self, page: str) -> bool:
        return bool(self.registry.page(page, page).facts)

    def _recorded(
        self, piece: _Piece, page: str, key: str, kind: str, word: str, at: int
    ) -> Iterator[Problem]:
        """Yield a problem where a page does not record a key; one that never ran may yet do so."""
        try:
            if not self._has_run(page):
                return
            known: Mapping[str, object] = getattr(self.registry.page(page, page), kind)
        except (KeyError, ValueError):
            pages = [self.registry.name_of(path) for path in self.registry.paths()]
            yield piece.say(at, f"a page with {word}s", page, _near(page, pages))
            return
        if key and key not in known:
            expected = f"a {word} that {page} recorded when it last ran"
            yield piece.say(at, expected, key, _near(key, known))

    def _link(self, piece: _Piece, address: str, at: int) -> Iterator[Problem]:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not (parts.path or parts.fragment):
            return
        there = piece.page
        if parts.path:
            inside = Path(unquote(parts.path).lstrip("/"))
            here = (chapters_folder() / piece.page).parent
            base = project_root() if parts.path.startswith("/") else here
            resolved = _normal(base / inside)
            if {"downloads", "_static"} & set(inside.parts):
                return
            pages = {_normal(chapters_folder() / name): name for name in self.prose}
            name = pages.get(resolved) or pages.get(resolved.with_suffix(""))
            if name is None:
                if not resolved.is_file():
                    yield piece.say(at, "a link to a page or file that there is", address)
                return
            there = name
        if parts.fragment and not self._has_place(there, unquote(parts.fragment)):
            yield piece.say(at, f"a link to a place on {there}", f"#{parts.fragment}")

    def _has_place(self, page: str, fragment: str) -> bool:
        if fragment.startswith(_MADE) or fragment in self.labels:
            return True
        for kind, prefix in (("results", "result-"), ("claims", "claim-")):
            if fragment.startswith(prefix):
                recorded = getattr(self.registry.page(page, page), kind)
                return not self._has_run(page) or fragment.removeprefix(prefix) in recorded
        headings = [x for piece in self.prose[page] for x in _HEADING.findall(piece.text)]
        # What a role in a heading becomes is not known here.
        return any("{" in words for words in headings) or fragment in map(_slug, headings)


def _without_code(text: str) -> str:
    for pattern in _NO_ROLES:
        text = pattern.sub(_blank, text)
    return _SPAN.sub(lambda found: found[0] if found[0].startswith("{") else _blank(found), text)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _slug(words: str) -> str:
    return re.sub(r"[^\w\- ]", "", words.lower()).strip().replace(" ", "-")


def _normal(path: Path) -> Path:
    return Path(os.path.normpath(path))


def _near(given: str, known: Collection[str]) -> str:
    return next(iter(difflib.get_close_matches(given, list(known), n=1, cutoff=0.6)), "")


def _known(
    piece: _Piece, given: str, known: Collection[str], expected: str, at: int
) -> Iterator[Problem]:
    if given not in known:
        yield piece.say(at, expected, given, _near(given, known))
