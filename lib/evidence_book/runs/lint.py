"""Reading the chapters as an editor would: no naked number, no claim without one, no debris."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from itertools import chain
from pathlib import Path
from typing import Any

from evidence.files.paths import chapters_folder, project_root
from evidence.record.results import CLAIM_MIME, FIGURE_MIME
from evidence.sources.problems import Problem
from evidence_book.rendering.active_html import active_parts, is_active_address
from evidence_book.runs.freshness import read_notebook

# Removed before prose is searched: what is not prose, or is checked elsewhere.
_NOT_PROSE = (
    re.compile(r"\A---\n.*?\n---\n", re.DOTALL),  # front matter
    re.compile(r"^(`{3,}|~{3,}).*?^\1", re.DOTALL | re.MULTILINE),  # fenced code, directives
    # Labels of a small figure are names: "At latitude 13".
    re.compile(r"^(:{3,})\{intervals\}.*?^\1[ \t]*$", re.DOTALL | re.MULTILINE),
    re.compile(r"^:{3,}(?:\{.*)?$", re.MULTILINE),  # directives around prose
    re.compile(r"^:[\w-]+:.*$", re.MULTILINE),  # their options
    re.compile(r"\{[\w:-]+\}`[^`]*`"),  # roles
    re.compile(r"`[^`]*`"),  # code
    re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL),  # formulas
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"\]\([^)]*\)"),  # targets of links
    re.compile(r"<https?://[^>]+>"),
)
# Code as a reader sees it: a span ends with its paragraph, a fence has no directive.
_CODE = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n[ \t]*\n).)*?(?<!`)\1(?!`)", re.DOTALL)
_FENCE = re.compile(
    r"^[ \t]*(`{3,}|~{3,})(?![`~{])[^\n]*\n.*?^[ \t]*\1[ \t]*$", re.DOTALL | re.MULTILINE
)
# Markdown takes HTML as it is; the book needs none. Addresses and comments look alike.
_HTML = re.compile(r"<(?!https?://|mailto:|!--)[a-zA-Z/!?][^\s>]*")
# Where a link leads, and attributes behind a piece of text.
_TARGET = re.compile(r"\]\(\s*<?([^)\s>]*)|^ {0,3}\[[^\]]+\]:\s*<?([^\s>]*)", re.MULTILINE)
_HANDLER = re.compile(r"\{[^}`]*\bon[a-z]+\s*=[^}]*\}?")
# Directives whose content is taken as it is, or from another file.
# What is left of fences are those of directives, whose content is prose.
_MARKS = re.compile(r"^[ \t]*(?:`{3,}|~{3,})", re.MULTILINE)
# Front matter may put elements into the head of a page.
_RAW = re.compile(
    r"^[ \t]*(?:`{3,}|~{3,}|:{3,})\{(?:raw|include|literalinclude)\}.*$"
    # Docstrings of a module, and nothing else.
    r"|^[ \t]*(?:`{3,}|~{3,}|:{3,})\{eval-rst\}"
    r"(?!\n\.\. automodule:: [\w.]+\n(?:   :[a-z-]+:[\w, ]*\n)+```$).*$"
    r"|^[ \t]*html_meta[ \t]*:.*$",
    re.MULTILINE,
)
# What a cell of the book may leave; a browser would run some others.
_KINDS = ("text/plain", "text/html", "image/svg+xml", "image/png")
_OURS = "application/vnd.evidence."
# Digits that are names, not results: "phase 2", "Table 1", "grade 3", years, dates, identifiers
# that mix letters and digits (NCT00126594, alfa-2b, S0412), and numbered list items.
_NAMES = (
    re.compile(
        r"\b(?:phase|table|figure|grade|cohort|page|rule|stage)s? "
        r"\d+(?:[-\u2013]\d+| (?:to|and|or) \d+)?",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:19|20)\d\d\b"),
    re.compile(r"\b(?=[\w.-]*[A-Za-z])(?=[\w.-]*\d)[\w][\w.-]*"),
    re.compile(r"^\s*\d+\.\s", re.MULTILINE),
    re.compile(r"\bD[0-3]\b"),
)
_NUMBER = re.compile(r"\d[\d.,]*")
_SENTENCE = re.compile(r"[^.!?]*[.!?]")
_SIGNIFICANT = re.compile(r"\b(?:statistically )?significan(?:t|tly|ce)\b", re.IGNORECASE)
_NO_EFFECT = re.compile(r"\b(?:no effect|had no effect|was ineffective)\b", re.IGNORECASE)
# What concludes: a figure says what is drawn, a claim what follows from it.
_CONCLUDES = re.compile(
    r"\b(?:so|thus|hence|therefore)\b|\b(?:cannot(?! tell\b)|contradict|allow|exclude|prove)s?\b"
    r"|\b(?:allowed|excluded|shown to|shows that|means that|not certain|at most a|hypothesis)\b",
    re.IGNORECASE,
)
_LEFTOVER = re.compile(r"\b(?:TODO|FIXME|XXX|lorem ipsum)\b")
# What git leaves where two versions of a line met; a row of seven = alone may underline a heading.
_CONFLICT = re.compile(r"^(?:<{7}|>{7}|\|{7})(?: .*)?$", re.MULTILINE)
# A path of somebody's machine.
_ABSOLUTE = re.compile(r"(?<![\w/.:])(?:/(?:home|Users|root|tmp|work)/|[A-Z]:\\)\S*")

# A cell is read at one glance; the longest are one conclusion with its three sentences.
MAX_CODE_LINES = 16


def _blank(match: re.Match[str]) -> str:
    """Return spaces in place of a match, so that lines keep their numbers."""
    return re.sub(r"[^\n]", " ", match[0])


def lint_prose(text: str, file: str, first_line: int = 1) -> Iterator[Problem]:
    """Yield what is wrong with one piece of Markdown."""
    with_roles = text
    for pattern in _NOT_PROSE[:2]:
        with_roles = pattern.sub(_blank, with_roles)
    prose = with_roles
    for pattern in _NOT_PROSE[2:]:
        prose = pattern.sub(_blank, prose)

    def problem(position: int, expected: str, given: str) -> Problem:
        return Problem(file, first_line + text.count("\n", 0, position), "", expected, given)

    yield from _lint_active(text, problem)
    for found in _LEFTOVER.finditer(prose):
        yield problem(found.start(), "finished prose", f'"{found[0]}"')
    for found in _CONFLICT.finditer(text):
        yield problem(found.start(), "one version of this passage", f'"{found[0][:60]}"')
    for found in _ABSOLUTE.finditer(prose):
        yield problem(found.start(), "no path of one machine", f'"{found[0]}"')
    for found in _NO_EFFECT.finditer(prose):
        yield problem(found.start(), "what the interval still allows", f'"{found[0]}"')
    for sentence in _SENTENCE.finditer(with_roles):
        word = _SIGNIFICANT.search(sentence[0])
        if word and "{num}" not in sentence[0] and "{claim}" not in sentence[0]:
            place = sentence.start() + word.start()
            yield problem(place, "a number in a sentence that says significant", f'"{word[0]}"')
    for pattern in _NAMES:
        prose = pattern.sub(_blank, prose)
    for found in _NUMBER.finditer(prose):
        yield problem(found.start(), "{num}`key` for a number in prose", f'"{found[0]}"')


def _lint_active(text: str, problem: Callable[[int, str, str], Problem]) -> Iterator[Problem]:
    """Yield what a browser could run: HTML, handlers, links that are scripts, raw directives."""
    for found in _RAW.finditer(text):
        yield problem(found.start(), "text in Markdown", f'"{found[0].strip()[:60]}"')
    shown = _CODE.sub(_blank, _MARKS.sub(_blank, _FENCE.sub(_blank, text)))
    for found in chain(_HTML.finditer(shown), _HANDLER.finditer(shown)):
        expected = "Markdown and no HTML (code stands between backticks)"
        yield problem(found.start(), expected, f'"{found[0][:60]}"')
    for found in _TARGET.finditer(shown):
        address = unescape(found[1] or found[2] or "")
        if is_active_address(address):
            yield problem(found.start(), "a link to a page", f'"{address[:60]}"')


def lint_notebook(path: Path) -> Iterator[Problem]:
    """Yield what is wrong with the prose and the stored outputs of a notebook.

    What is no notebook at all is said by `notebooks.check_notebooks`.
    """
    file = path.relative_to(project_root()).as_posix()
    try:
        cells = read_notebook(path)["cells"]
    except ValueError:
        return
    claims = _claims(cells)
    for number, cell in enumerate(cells, start=1):
        place = f"{file} cell {number}"
        if cell["cell_type"] == "markdown":
            yield from lint_prose("".join(cell["source"]), place)
            continue
        if cell["cell_type"] != "code":
            yield Problem(place, 0, "", "a cell of Markdown or code", str(cell["cell_type"]))
            continue
        code = [line for line in "".join(cell["source"]).splitlines() if line.strip()]
        if "parameters" not in cell["metadata"].get("tags", []) and len(code) > MAX_CODE_LINES:
            yield Problem(place, 0, "", f"at most {MAX_CODE_LINES} lines of code", str(len(code)))
        for output in cell.get("outputs", []):
            yield from _lint_output(output, place)
            yield from _lint_figure_words(output.get("data", {}), claims, place)


def _claims(cells: list[dict[str, Any]]) -> str:
    """Return the sentences of all conclusions of a page."""
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    made = [output.get("data", {}).get(CLAIM_MIME) for output in outputs]
    return " ".join(str(claim["text"]) for claim in made if claim)


def _lint_figure_words(data: dict[str, Any], claims: str, place: str) -> Iterator[Problem]:
    """Yield the captions and alternative texts that conclude what no claim of the page says."""
    facts = data.get(FIGURE_MIME, {})
    for name in ("caption", "alt"):
        for sentence in _SENTENCE.findall(str(facts.get(name, ""))):
            word = _CONCLUDES.search(sentence)
            if word and sentence.strip() not in claims:
                expected = f"what is drawn in the {name} of {facts.get('name')}, or a claim"
                yield Problem(place, 0, "", expected, f'"{word[0]}" in "{sentence.strip()[:60]}"')


def _lint_output(output: dict[str, object], place: str) -> Iterator[Problem]:
    kind = output["output_type"]
    if kind == "error":
        yield Problem(place, 0, "", "a page that ran to its end", str(output["ename"]))
    if kind == "stream":
        text = "".join(output["text"])[:60]  # type: ignore[arg-type]
        yield Problem(place, 0, "", "no printed text or warning in a page", f'"{text}"')
    data = output.get("data", {})
    if not isinstance(data, dict):
        return
    for name, shown in data.items():
        if name not in _KINDS and not name.startswith(_OURS):
            yield Problem(place, 0, "", f"outputs of {', '.join(_KINDS)}", name)
        elif name in ("text/html", "image/svg+xml"):
            for part in active_parts("".join(shown)):
                yield Problem(place, 0, "", "an output in which nothing runs", f'"{part[:60]}"')
    if any(name.startswith("image/") for name in data):
        facts = data.get(FIGURE_MIME, {})
        for name in ("caption", "alt"):
            if _HTML.search(str(facts.get(name, ""))):
                yield Problem(place, 0, "", f"a figure whose {name} has no HTML", "some")
        for name in ("name", "caption", "alt"):
            if not facts.get(name):
                yield Problem(place, 0, "", f"a figure with {name}", "none")
    for name in ("text/plain", "text/html"):
        text = "".join(data.get(name, ""))
        if re.search(r"\bnan\b|\bNaN\b|<Figure size|object at 0x", text):
            yield Problem(place, 0, "", "no NaN and no raw object in a page", f'"{text[:60]}"')


def lint_chapters() -> list[Problem]:
    """Return everything wrong with the chapters."""
    problems: list[Problem] = []
    for path in sorted(chapters_folder().rglob("*.md")):
        file = path.relative_to(project_root()).as_posix()
        problems += lint_prose(path.read_text(encoding="utf-8"), file)
    for path in sorted(chapters_folder().rglob("*.ipynb")):
        if ".ipynb_checkpoints" not in path.parts:
            problems += lint_notebook(path)
    return problems
