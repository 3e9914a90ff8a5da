"""What a run notebook shows: its tables and figures, by the ids they have on the page."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evidence.record.results import FIGURE_MIME

_TABLE_ID = re.compile(r'<div id="(table-\d+)"')


def shown_outputs(notebook: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return every table and figure of a run notebook by id.

    Returns
    -------
    dict
        For a table `{"html": ...}`; for a figure `{"svg", "caption", "alt"}`.
    """
    found: dict[str, dict[str, str]] = {}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            figure = data.get(FIGURE_MIME)
            html = "".join(data.get("text/html", ""))
            table = _TABLE_ID.search(html)
            if figure:
                svg = "".join(data["image/svg+xml"])
                found[figure["name"]] = {
                    "svg": svg,
                    "caption": figure["caption"],
                    "alt": figure["alt"],
                }
            elif table:
                found[table[1]] = {"html": html}
    return found


def read_shown(path: Path) -> dict[str, dict[str, str]]:
    """Return what a run notebook on disk shows."""
    return shown_outputs(json.loads(path.read_text(encoding="utf-8")))
