"""Switching in the page: what every combination of a page's menus shows, computed beforehand.

Each combination is a papermill run of the chapter. What differs from the published page (numbers,
claims, tables, figures) is kept in chapters/<page>.switch.json, which the page reads without a
server; a test runs all of them again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from evidence.files.paths import notebook_path
from evidence.record.results import PageResults, Result
from evidence.sources.certainty import certainty_mark
from evidence.sources.data import Evidence, load_evidence
from evidence.sources.readings import Readings
from evidence_book.grids.sweep import SweepRun, sweep
from evidence_book.grids.switch_grid import (
    Grid,
    SwitchError,
    read_switch_grid,
    switch_path,
    switched_pages,
)
from evidence_book.rendering.whole_writes import write_whole
from evidence_book.reports.shown import read_shown
from evidence_book.runs.freshness import data_digest, dependencies, files_read_by, read_notebook
from evidence_book.runs.own_library import model_of

_ROLE = re.compile(r"\{num\}`([\w.-]+)(?::(\w+))?`")
# Parts of a number that the table of all numbers shows, whatever the prose cites.
_ALWAYS = ("", "label")


def cited_parts(page: str) -> dict[str, set[str]]:
    """Return which parts of which numbers the prose of a page cites."""
    cited: dict[str, set[str]] = {}
    for cell in read_notebook(notebook_path(page))["cells"]:
        if cell["cell_type"] == "markdown":
            for key, part in _ROLE.findall("".join(cell["source"])):
                cited.setdefault(key, set()).add(part)
    return cited


def written(result: Result, parts: set[str]) -> dict[str, str]:
    """Return the parts of a number as the page writes them."""
    made = {"": result.text, "label": result.label}
    for part in sorted(parts - set(_ALWAYS)):
        try:
            made[part] = result.part(part)
        except KeyError:
            made[part] = result.text
    return made


def difference(base: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is new or other in `other`, and None for what it lacks."""
    changed = {key: value for key, value in other.items() if base.get(key) != value}
    return {**changed, **{key: None for key in base if key not in other}}


def describe_run(
    recorded: PageResults, shown: Mapping[str, Any], cited: Mapping[str, set[str]]
) -> dict[str, dict[str, Any]]:
    """Return all that a run puts on the page: numbers, claims, tables and figures."""
    return {
        "numbers": {
            key: written(result, cited.get(key, set())) for key, result in recorded.results.items()
        },
        "claims": {
            key: {
                "text": claim["text"],
                "state": claim["state"],
                "tested": claim["tested"],
                "mark": certainty_mark(claim["certainty"]),
            }
            for key, claim in recorded.claims.items()
        },
        "shown": dict(shown),
    }


def build_switch(
    page: str, *, workers: int = 2, report: Callable[[SweepRun], None] = lambda run: None
) -> dict[str, Any]:
    """Run every combination of a page's menus and return the content of its file.

    Raises
    ------
    SwitchError
        Where the menus are not in order, the first values are not the defaults of the page, or a
        combination failed; it names them.
    """
    grid = read_switch_grid(page)
    _require_defaults(grid)
    computed = grid.computed()
    runs = sweep(page, list(computed.values()), workers=workers, report=report, keep_notebook=True)
    failed = [f"{run.parameters}: {run.error}" for run in runs if run.error]
    if failed:
        raise SwitchError(f"{page}: combinations that failed\n" + "\n".join(failed))
    return describe_runs(grid, dict(zip(computed, runs, strict=True)))


def describe_runs(grid: Grid, runs: Mapping[tuple[int, ...], SweepRun]) -> dict[str, Any]:
    """Return the content of the file of a page with menus.

    Parameters
    ----------
    grid : Grid
        Its menus.
    runs : mapping
        The run of each combination, that of the published page among them.

    Raises
    ------
    SwitchError
        Where a run has no results.
    """
    page = grid.page
    cited = cited_parts(page)
    made: dict[tuple[int, ...], dict[str, dict[str, Any]]] = {}
    asked = Readings()
    for chosen, run in runs.items():
        recorded = run.results
        if recorded is None:
            raise SwitchError(f"{page}: expected the results of {run.parameters}, got none")
        asked.add(recorded.asked)
        made[chosen] = describe_run(recorded, read_shown(run.notebook), cited)
    base = made[(0,) * len(grid.menus)]
    pool: dict[str, Any] = {}
    cells = {}
    for chosen, description in made.items():
        moved = {kind: difference(base[kind], description[kind]) for kind in base}
        moved["shown"] = {name: _pooled(item, pool) for name, item in moved["shown"].items()}
        cells[_name(chosen)] = moved
    return {
        "page": page,
        "of": fingerprint(page, load_evidence(), asked),
        "asked": asked.to_json(),
        "menus": [
            {"parameter": m.parameter, "label": m.label, "words": m.words,
             "values": [json.dumps(value) for value in m.values]}
            for m in grid.menus
        ],
        "total": len(base["numbers"]),
        "cells": cells,
        "missing": {_name(c): why for c, why in grid.cells().items() if isinstance(why, str)},
        "pool": pool,
    }  # fmt: skip


def _require_defaults(grid: Grid) -> None:
    model = model_of(grid.page)
    if model is None:
        raise SwitchError(f"{grid.page} has no parameters")
    for menu in grid.menus:
        field = model.model_fields.get(menu.parameter)
        if field is None or field.get_default() != menu.values[0]:
            default = "no such parameter" if field is None else repr(field.get_default())
            raise SwitchError(
                f"chapters/{grid.page}.switch.yml, {menu.parameter}: expected the default of the "
                f"page as the first value, got {menu.values[0]!r} ({default})"
            )


def _name(chosen: tuple[int, ...]) -> str:
    return ",".join(map(str, chosen))


def _pooled(item: Mapping[str, str] | None, pool: dict[str, Any]) -> str | None:
    """Return the key of a table or figure in the pool, where each stands once."""
    if item is None:
        return None
    key = hashlib.sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()[:16]
    pool[key] = dict(item)
    return key


def fingerprint(page: str, evidence: Evidence, asked: Readings) -> str:
    """Return the fingerprint of all that the combinations of a page depend on.

    `asked` is what all combinations together asked of the data.
    """
    notebook = read_notebook(notebook_path(page))
    found = dependencies(notebook, evidence)
    answers = data_digest(evidence.digest_of(asked), files_read_by(notebook))
    parts = (found.code, answers, found.library, found.environment)
    prose = json.dumps({key: sorted(value) for key, value in sorted(cited_parts(page).items())})
    menus = switch_path(page).read_text(encoding="utf-8")
    return hashlib.sha256("\n".join((*parts, prose, menus)).encode()).hexdigest()


def stored_switch(page: str) -> dict[str, Any] | None:
    """Return the committed file of a page, None where there is none that can be read."""
    try:
        stored = json.loads(switch_path(page).with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        return None
    return stored if isinstance(stored, dict) else None


def is_fresh(page: str, evidence: Evidence) -> bool:
    """Return True where the committed combinations belong to the page as it is."""
    stored = stored_switch(page)
    if stored is None:
        return False
    try:
        asked = Readings.from_json(stored["asked"])
        return bool(stored["of"] == fingerprint(page, evidence, asked))
    except (AttributeError, KeyError, TypeError, ValueError):
        return False


def stale_menus(evidence: Evidence) -> list[str]:
    """Return the pages whose menus do not show the page as it is."""
    return [page for page in switched_pages() if not is_fresh(page, evidence)]


def due_menus(evidence: Evidence) -> list[str]:
    """Return a line for each of them that says what to do."""
    return [
        f"the menus of {page} (its lists of assumptions) are due; run `evidence run {page}`"
        for page in stale_menus(evidence)
    ]


def refresh_switch(
    page: str, *, workers: int = 2, report: Callable[[SweepRun], None] = lambda run: None
) -> bool:
    """Compute the combinations of a page again and write them; return True where they changed."""
    content = build_switch(page, workers=workers, report=report)
    text = json.dumps(content, ensure_ascii=False, indent=0, sort_keys=True) + "\n"
    path = switch_path(page).with_suffix(".json")
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    write_whole(path, text.encode())
    return True
