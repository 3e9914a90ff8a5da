"""Numbers and conclusions as files that other programs read: JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evidence.record.results import GRADES, PageResults
from evidence_book.extras.citation import LICENCES, BookFacts
from evidence_book.extras.spreadsheet import safe_cell

# Columns of results.csv, each a field of a result; `page` stands first.
_RESULT_FIELDS = (
    "key", "label", "text", "value", "low", "high", "level", "kind", "unit", "p", "n", "events",
    "grade", "external", "withheld", "method", "rows", "conventions",
)  # fmt: skip
_CLAIM_FIELDS = ("key", "text", "tested", "state", "certainty", "rests_on")
_INSIDE = ";"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return _INSIDE.join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _csv(header: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([[safe_cell(_cell(value)) for value in line] for line in lines])
    return stream.getvalue()


def results_csv(pages: Mapping[str, PageResults]) -> str:
    """Return every number of every page, one line each; lists are joined with semicolons."""
    return _csv(
        ("page", *_RESULT_FIELDS),
        (
            [page, *(getattr(result, name) for name in _RESULT_FIELDS)]
            for page, recorded in pages.items()
            for result in recorded.results.values()
        ),
    )


def claims_csv(pages: Mapping[str, PageResults]) -> str:
    """Return every conclusion of every page, one line each."""
    return _csv(
        ("page", *_CLAIM_FIELDS),
        (
            [page, *(claim[name] for name in _CLAIM_FIELDS)]
            for page, recorded in pages.items()
            for claim in recorded.claims.values()
        ),
    )


def _page(recorded: PageResults) -> dict[str, Any]:
    return {
        "parameters": recorded.facts.get("parameters", {}),
        "results": [result.to_json() for result in recorded.results.values()],
        "claims": list(recorded.claims.values()),
    }


def _head(facts: BookFacts) -> dict[str, Any]:
    return {
        "title": facts.title,
        "edition": facts.version,
        "date": facts.date,
        "released": facts.released,
        "licence": LICENCES["text and data"],
        "grades": GRADES,
    }


def _lines(value: Any, depth: int, indent: str = "") -> str:
    """Return JSON with one line per item down to `depth`: quick to write, and lines can differ."""
    if depth == 0 or not value or not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    inner = indent + " "
    if isinstance(value, dict):
        items = [
            f"{json.dumps(name, ensure_ascii=False)}: {_lines(item, depth - 1, inner)}"
            for name, item in value.items()
        ]
    else:
        items = [_lines(item, depth - 1, inner) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n{inner}" + f",\n{inner}".join(items) + f"\n{indent}{closing}"


def results_json(pages: Mapping[str, PageResults], facts: BookFacts) -> str:
    """Return every number and conclusion of the edition, by page."""
    whole = {**_head(facts), "pages": {name: _page(one) for name, one in pages.items()}}
    return _lines(whole, depth=4) + "\n"


def page_json(page: str, recorded: PageResults, facts: BookFacts) -> str:
    """Return the numbers and conclusions of one page."""
    return _lines({**_head(facts), "page": page, **_page(recorded)}, depth=2) + "\n"
