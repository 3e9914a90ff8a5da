"""What differs between two outputs of the same cells, in a line each: numbers, tables, figures."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bs4 import BeautifulSoup

from evidence.record.compare import compare_pages
from evidence.record.edition_changes import EditionChanges, PageChanges
from evidence.record.results import FIGURE_MIME, PAGE_MIME, read_recorded
from evidence_book.reports.report import terminal_lines

Data = Mapping[str, Any]
_SVG, _HTML = "image/svg+xml", "text/html"
_MARK = re.compile(r"<(?:path|use|rect|circle|polygon|image)\b[^>]*>")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# Names made from what they name; those of letters stay, so that another digit is another form.
_NAME = re.compile(r'\s(?:id|clip-path|xlink:href)="(?:url\()?#?\w*[0-9a-f]{10}\)?"')
_MOST_LINES = 12


def changed_outputs(was: Sequence[Data], now: Sequence[Data]) -> list[str]:
    """Return what differs between the outputs of a cell, most important first.

    Parameters
    ----------
    was, now : sequence of mappings
        Data of the outputs by MIME type, as committed and as they came out now.
    """
    if list(map(_joined, was)) == list(map(_joined, now)):
        return []
    lines = [*changed_parameters(was, now), *_recorded(was, now)]
    for number, (one, other) in enumerate(zip(was, now, strict=False), start=1):
        before, after = _joined(one), _joined(other)
        if _SVG in before and _SVG in after and before[_SVG] != after[_SVG]:
            name = before.get(FIGURE_MIME, {}).get("name", "without a name")
            lines.append(f"figure {name}: {changed_marks(before[_SVG], after[_SVG])}")
        if before.get(FIGURE_MIME) != after.get(FIGURE_MIME):
            lines += _figure_words(before.get(FIGURE_MIME, {}), after.get(FIGURE_MIME, {}))
        if before.get(_HTML) != after.get(_HTML):
            lines += _cells(
                f"table in output {number}", before.get(_HTML, ""), after.get(_HTML, "")
            )
    if len(was) != len(now):
        lines.append(f"{len(was)} outputs were committed, {len(now)} came out")
    return lines or [*_anything(was, now)]


def _joined(data: Data) -> dict[str, Any]:
    return {name: "".join(value) if _is_lines(value) else value for name, value in data.items()}


def _is_lines(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(line, str) for line in value)


def changed_parameters(was: Sequence[Data], now: Sequence[Data]) -> list[str]:
    """Return the parameters that the outputs of the first cell were made with and differ in."""
    before, after = (_facts(side).get("parameters", {}) for side in (was, now))
    return [
        f"parameter {name}: {json.dumps(before.get(name))} \u2192 {json.dumps(after.get(name))}"
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]


def _facts(outputs: Sequence[Data]) -> dict[str, Any]:
    return next((dict(data[PAGE_MIME]) for data in outputs if PAGE_MIME in data), {})


def _recorded(was: Sequence[Data], now: Sequence[Data]) -> list[str]:
    """Return the numbers and conclusions that moved, as the rerun report says it."""
    try:
        sides = [
            read_recorded({"cells": [{"outputs": [{"data": data} for data in side]}]})
            for side in (was, now)
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"what was recorded cannot be read: {error}"]
    compared = compare_pages("", *sides)
    if compared.is_same:
        return []
    changes = EditionChanges("committed", "now", (PageChanges(compared, ()),))
    # Not its heading, nor the line that would name causes: they are known for the whole page.
    return [line.strip() for line in terminal_lines(changes)[1:-1] if line.strip()]


def changed_marks(was: str, now: str) -> str:
    """Return how many marks of a drawing differ, and how far they moved.

    >>> changed_marks('<rect x="1" y="2"/>', '<rect x="1.5" y="2"/>')
    '1 of 1 marks moved, at most by 0.5 points'
    """
    marks = [_MARK.findall(_NAME.sub("", svg)) for svg in (was, now)]
    counts = [len(side) for side in marks]
    if counts[0] != counts[1]:
        return f"{counts[0]} marks became {counts[1]}"
    furthest, moved, redrawn = 0.0, 0, 0
    for one, other in zip(*marks, strict=True):
        if one == other:
            continue
        if _NUMBER.sub("", one) != _NUMBER.sub("", other):
            redrawn += 1
            continue
        moved += 1
        pairs = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
        furthest = max(furthest, *(abs(float(a) - float(b)) for a, b in pairs))
    parts = [f"{moved} of {counts[0]} marks moved, at most by {furthest:g} points"] if moved else []
    parts += [f"{redrawn} of {counts[0]} marks have another form"] if redrawn else []
    return "; ".join(parts) or "the same marks under other names"


def _figure_words(was: Data, now: Data) -> Iterator[str]:
    name = was.get("name", now.get("name", ""))
    for part, words in (("caption", "caption"), ("alt", "alternative text")):
        if was.get(part) != now.get(part):
            yield f"{words} of {name}: {was.get(part)!r} \u2192 {now.get(part)!r}"
    rows = [str(side.get("data", "")).splitlines() for side in (was, now)]
    if rows[0] != rows[1]:
        changed = list(difflib.unified_diff(rows[0], rows[1], lineterm="", n=0))[2:]
        lines = [line for line in changed if not line.startswith("@@")]
        yield f"data of {name}: {_first(lines)}"


def _cells(where: str, was: str, now: str) -> Iterator[str]:
    """Yield the cells of a table that differ."""
    texts = [
        [
            cell.get_text(" ", strip=True)
            for cell in BeautifulSoup(html, "html.parser")(["td", "th"])
        ]
        for html in (was, now)
    ]
    if len(texts[0]) != len(texts[1]):
        yield f"{where}: {len(texts[0])} cells became {len(texts[1])}"
        return
    changed = [
        f"{one!r} \u2192 {other!r}" for one, other in zip(*texts, strict=True) if one != other
    ]
    if changed:
        yield f"{where}: {len(changed)} of {len(texts[0])} cells differ: {_first(changed)}"
    else:
        yield f"{where}: the same texts with other marks around them"


def _first(lines: Sequence[str]) -> str:
    left = len(lines) - _MOST_LINES
    return "; ".join(lines[:_MOST_LINES]) + (f"; and {left} more" if left > 0 else "")


def _anything(was: Sequence[Data], now: Sequence[Data]) -> Iterator[str]:
    """Yield where outputs differ that hold nothing of the above."""
    for number, (one, other) in enumerate(zip(was, now, strict=False), start=1):
        before, after = _joined(one), _joined(other)
        for kind in before.keys() | after.keys():
            if before.get(kind) != after.get(kind):
                texts = [
                    value if isinstance(value, str) else json.dumps(value, sort_keys=True)
                    for value in (before.get(kind), after.get(kind))
                ]
                yield f"output {number}, {kind}: {_around(*texts)}"


def _around(one: str, other: str) -> str:
    """Return the first place at which two texts differ, with what stands there."""
    pairs = enumerate(zip(one, other, strict=False))
    place = next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))
    start = max(0, place - 30)
    return f"{one[start : place + 50]!r} \u2192 {other[start : place + 50]!r}"
