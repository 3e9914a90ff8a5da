"""The folders of templates that scaffolds fill in: `book`, and `question`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Any

from evidence_book.runs.normalise import normalise, serialise

_SUFFIX = ".tmpl"
# What stands in the names of files for a fact, or for a dot that would hide a template.
_PLACES = {"LIBRARY": "library", "NAME": "name", "STUDY": "study"}


def fill_in(folder: str, facts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every file of a folder of templates, filled in.

    Parameters
    ----------
    folder : str
        Name of the folder beside this module.
    facts : mapping of str to str
        What the templates name with a dollar sign, and the names of files in capitals.
    """
    templates = Path(__file__).with_name(folder)
    for path in sorted(templates.rglob(f"*{_SUFFIX}")):
        name = path.relative_to(templates).as_posix().removesuffix(_SUFFIX).replace("dot_", ".")
        for mark, fact in _PLACES.items():
            name = name.replace(mark, facts.get(fact, mark))
        text = Template(path.read_text(encoding="utf-8")).substitute(facts)
        yield name, _notebook(text) if name.endswith(".ipynb") else text


def _notebook(text: str) -> str:
    """Return a notebook from cells that each begin with a line: %%, its kind, its tags."""
    cells: list[dict[str, Any]] = []
    for part in re.split(r"^%% ", text, flags=re.MULTILINE)[1:]:
        head, _, source = part.partition("\n")
        kind, *tags = head.split()
        cell = {"cell_type": kind, "metadata": {"tags": tags}, "source": source.strip("\n")}
        more: dict[str, Any] = {"outputs": [], "execution_count": None} if kind == "code" else {}
        cells.append({**cell, **more})
    return serialise(normalise({"cells": cells, "metadata": {}}))
