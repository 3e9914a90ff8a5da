"""Random settings of pages: one or two parameters at values that their class allows, seeded."""

from __future__ import annotations

import random
from typing import Any

from evidence.record.validation import ParameterError
from evidence.sources.data import load_evidence
from evidence_book.runs.freshness import list_pages
from evidence_book.runs.own_library import model_of
from evidence_book.runs.variant import checked_parameters

PAGES = [page for page in list_pages() if model_of(page) is not None]


def random_value(facts: dict[str, Any], draw: random.Random) -> Any:
    """Return a value that a field allows, from its JSON schema; None where that is not easy."""
    if "enum" in facts:
        return draw.choice(facts["enum"])
    if facts.get("type") == "boolean":
        return draw.random() < 0.5
    low = facts.get("minimum", facts.get("exclusiveMinimum"))
    high = facts.get("maximum", facts.get("exclusiveMaximum"))
    if facts.get("type") == "integer" and None not in (low, high):
        # The larger simulations take half a minute.
        return draw.randint(low, max(low, min(high - 1, 2 * facts["default"])))
    if facts.get("type") == "number" and None not in (low, high):
        return round(draw.uniform(low, high), 3)
    return None


def random_settings(
    count: int, seed: int = 20261129, pages: list[str] = PAGES
) -> list[tuple[str, dict[str, Any]]]:
    """Return pages, each with one or two parameters at values that are allowed."""
    draw = random.Random(seed)
    evidence = load_evidence()
    found: list[tuple[str, dict[str, Any]]] = []
    while len(found) < count:
        page = draw.choice(pages)
        fields = model_of(page).model_json_schema()["properties"]
        given = {}
        for name in draw.sample(sorted(fields), 2):
            value = random_value(fields[name], draw)
            if value is not None and "default" in fields[name]:
                given[name] = value
        try:
            # Two values that exclude each other are refused before a kernel starts.
            given = checked_parameters(page, given, evidence)
        except ParameterError:
            continue
        if given:
            found.append((page, given))
    return found
