"""What a reader can take away from one page: notebook, parameters, results, data of figures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import yaml

from evidence.record.results import PageResults
from evidence_book.extras.citation import BookFacts, cite_as_reference, cite_text
from evidence_book.extras.result_files import page_json
from evidence_book.extras.spreadsheet import safe_csv
from evidence_book.reports.registry import Registry

# Where the downloads lie in the built book.
FOLDER = "downloads"
# A parameter that names the page rather than changes it, so that `evidence run` refuses it.
_NAMES_THE_PAGE = "study_id"


@dataclass(frozen=True, slots=True)
class Download:
    """A file that belongs to a page.

    Attributes
    ----------
    path : str
        Where it lies in the built book.
    words : str
        What it is.
    """

    path: str
    words: str


def _figures(recorded: PageResults) -> list[dict[str, Any]]:
    """Return the figures of a page that came with their data."""
    return [figure for figure in recorded.figures if figure.get("data")]


def parameters_of(recorded: PageResults) -> dict[str, Any]:
    """Return the parameters of a page as `evidence run --params` takes them."""
    stored = recorded.facts.get("parameters", {})
    return {name: value for name, value in stored.items() if name != _NAMES_THE_PAGE}


def list_downloads(page: str, recorded: PageResults) -> list[Download]:
    """Return the files of one page that `page_files` writes."""
    found = [Download(f"{FOLDER}/{page}.ipynb", "Notebook, executed")]
    if parameters_of(recorded):
        words = f"Parameters, for `evidence run {page} --params FILE`"
        found.append(Download(f"{FOLDER}/{page}.parameters.yml", words))
    if recorded.facts:
        found.append(Download(f"{FOLDER}/{page}.results.json", "Numbers and conclusions, JSON"))
    found += [
        Download(f"{FOLDER}/{page}.bib", "This page, cited as BibTeX"),
        Download(f"{FOLDER}/{page}.ris", "This page, cited as RIS"),
    ]
    found += [
        Download(f"{FOLDER}/figures/{figure['name']}.csv", f"Data of the figure {figure['name']}")
        for figure in _figures(recorded)
    ]
    return found


def page_files(registry: Registry, page: str, facts: BookFacts) -> dict[str, str]:
    """Return the text of every file of one page by its path in the built book."""
    path = registry.path_of(page, page)
    recorded = registry.page(page, page)
    if path is None:
        raise ValueError(f"expected the notebook of {page}, got none")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    bibtex, ris = cite_as_reference(facts, _title(notebook, page), page)
    texts = {
        f"{FOLDER}/{page}.bib": bibtex,
        f"{FOLDER}/{page}.ris": ris,
        f"{FOLDER}/{page}.ipynb": _notebook(notebook, page, facts),
        f"{FOLDER}/{page}.parameters.yml": _parameters(page, recorded),
        f"{FOLDER}/{page}.results.json": page_json(page, recorded, facts),
        **{
            f"{FOLDER}/figures/{one['name']}.csv": safe_csv(one["data"])
            for one in _figures(recorded)
        },
    }
    return {one.path: texts[one.path] for one in list_downloads(page, recorded)}


def _title(notebook: dict[str, Any], page: str) -> str:
    """Return the first heading of a notebook, the name of its page where it has none."""
    lines = (
        line
        for cell in notebook["cells"]
        if cell["cell_type"] == "markdown"
        for line in "".join(cell["source"]).splitlines()
    )
    return next((line[2:].strip() for line in lines if line.startswith("# ")), page)


def _parameters(page: str, recorded: PageResults) -> str:
    head = (
        f"# Parameters of {page}. Change them, keep the lines that you change, and run\n"
        f"# evidence run {page} --params FILE\n"
    )
    values = parameters_of(recorded)
    return f"{head}{yaml.safe_dump(values, sort_keys=False, allow_unicode=True)}"


def _notebook(notebook: dict[str, Any], page: str, facts: BookFacts) -> str:
    """Return a copy of a notebook that says what it is and what it needs to run elsewhere."""
    metadata = {k: v for k, v in notebook["metadata"].items() if k != "evidence"}
    words = (
        f"> A copy of the page `{page}` of: {cite_text(facts)}\n"
        ">\n"
        "> It runs wherever the environment of the book is installed (`make book`, or "
        "`bin/setup-environment`), and reads the tables of that copy of the book.\n"
        "> From another folder set `EVIDENCE_ROOT` to the folder of the book.\n"
        "> Roles such as `num` and `claim` are filled in by the book, not by Jupyter."
    )
    note = {"cell_type": "markdown", "id": "copy-of", "metadata": {}, "source": words}
    copy = {**notebook, "metadata": metadata, "cells": [note, *notebook["cells"]]}
    # On one line: laying out forty notebooks takes longer than all other downloads.
    return json.dumps(copy, ensure_ascii=False) + "\n"
