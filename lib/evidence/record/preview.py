"""The prose of a page with its numbers and conclusions filled in, inside the notebook."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from evidence.record.claims import Claim
from evidence.record.results import Result
from evidence.sources.certainty import certainty_mark

_NUMBER = re.compile(r"\{num\}`([\w.-]+?)(?::(\w+))?`")
_CLAIM = re.compile(r"\{claim\}`([\w.-]+)`")
# Citations, references to figures and the like: their target stands for them.
_OTHER_ROLE = re.compile(r"\{[a-z][\w:-]*\}`([^`]+)`")
# A link without words shows the title of what it leads to, here the name of its file.
_LINK = re.compile(r"\[\]\((?:[^)\s]*/)?([\w-]+)(?:\.\w+)?\)")
# What only the built page shows: lists of numbers, menus, boxes that open.
_DIRECTIVE = re.compile(r"^(```|:::+)\{.*?^\1\s*$\n?", re.MULTILINE | re.DOTALL)


def preview(path: Path, results: Mapping[str, Result], claims: Mapping[str, Claim]) -> str:
    """Return the prose of a saved notebook as Markdown, with what has been recorded.

    Parameters
    ----------
    path : Path
        Notebook file; its Markdown cells are read as they were saved.
    results, claims : mapping
        What the cells that ran have recorded. What is not there yet is said so.
    """

    def number(found: re.Match[str]) -> str:
        key, part = found[1], found[2] or ""
        if key not in results:
            return _missing(key)
        try:
            return f"**{results[key].part(part)}**"
        except KeyError as error:
            return f"**[{error.args[0]}]**"

    def conclusion(found: re.Match[str]) -> str:
        if found[1] not in claims:
            return _missing(found[1])
        claim = claims[found[1]]
        return f"**{claim.text}** ({certainty_mark(claim.certainty)}; tested: {claim.tested})"

    cells = json.loads(path.read_text())["cells"]
    prose = "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    prose = _CLAIM.sub(conclusion, _NUMBER.sub(number, _DIRECTIVE.sub("", prose)))
    return _OTHER_ROLE.sub(r"[\1]", _LINK.sub(r"[\1]", prose))


def _missing(key: str) -> str:
    return f"**[{key}: not recorded]**"
