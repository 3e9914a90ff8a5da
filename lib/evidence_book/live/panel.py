"""The panel of a page, as data: its parameter class, and the words of its menus, in groups."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from evidence.record.chapter_parameters import ChapterParameters
from evidence.record.validation import describe
from evidence.sources.data import Evidence
from evidence_book.grids.switch_grid import Menu
from evidence_book.reports.replay import set_text

# In the order of the panel: what the menus of the page offer, then by whose class it is.
_MENUS, _OWN, _SHARED, _ALL = (
    "Main assumptions", "This page", "Shared with other pages", "Every page",
)  # fmt: skip
# Where what a parameter refers to is listed, by table and column.
_LISTED = {"study": ("studies", "study_id"), "arm": ("arms", "arm_id")}
_UNIT = re.compile(r"\b(percentage points|months|MU a week|weekly MU|SD)\b")
_BOUNDS = {"minimum": "min", "maximum": "max", "exclusiveMinimum": "min", "exclusiveMaximum": "max"}
_NUMBERS = {"integer": "whole", "number": "number"}


def panel_of(
    model: type[ChapterParameters], menus: Mapping[str, Menu], evidence: Evidence
) -> list[dict[str, Any]]:
    """Return the groups of a panel.

    Parameters
    ----------
    model : type
        Parameter class of the page.
    menus : mapping
        Its menus by parameter, for their words; none for a page without.
    evidence : Evidence
        What parameters may refer to.

    Returns
    -------
    list of dict
        `title` and `fields`; a field has what a control needs, its values as text of `--set`.
    """
    schema = model.model_json_schema()["properties"]
    groups: dict[str, list[dict[str, Any]]] = {_MENUS: [], _OWN: [], _SHARED: [], _ALL: []}
    for row in describe(model):
        facts, menu = schema[row["name"]], menus.get(row["name"])
        # What a page fixes, such as the study of a study chapter, is no choice.
        if "default" in facts:
            title = _MENUS if menu else _group(model, row["name"])
            groups[title].append(_field(row, facts, menu, evidence))
    return [{"title": title, "fields": fields} for title, fields in groups.items() if fields]


def _group(model: type[ChapterParameters], name: str) -> str:
    if name in ChapterParameters.model_fields:
        return _ALL
    return _OWN if name in vars(model)["__annotations__"] else _SHARED


def _field(
    row: Mapping[str, str], facts: Mapping[str, Any], menu: Menu | None, evidence: Evidence
) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": row["name"],
        "label": menu.label if menu else "",
        "meaning": row["meaning"],
        "allowed": row["allowed"],
        "default": set_text(facts["default"]),
        "kind": _NUMBERS.get(facts.get("type", ""), "text"),
    }
    if choices := _choices(facts):
        said = dict(zip(map(set_text, menu.values), menu.words, strict=True)) if menu else {}
        texts = map(set_text, choices)
        field |= {"kind": "choice", "choices": [[text, said.get(text, text)] for text in texts]}
    field |= {name: facts[bound] for bound, name in _BOUNDS.items() if bound in facts}
    if unit := _UNIT.search(row["meaning"]):
        field["unit"] = unit[0]
    if listed := _LISTED.get(facts.get("refers_to", "")):
        field["known"] = [str(one) for (one,) in evidence.values(*listed)]
    return field


def _choices(facts: Mapping[str, Any]) -> list[Any]:
    if facts.get("type") == "boolean":
        return [False, True]
    return list(facts.get("enum", [facts["const"]] if "const" in facts else []))
