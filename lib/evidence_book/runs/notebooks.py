"""What every notebook of the book must be, checked without running it."""

from __future__ import annotations

import ast
import json
import warnings
from pathlib import Path
from typing import Any

from evidence.files.paths import notebook_path
from evidence.record.chapter_parameters import ChapterParameters, Study
from evidence.sources.data import Evidence
from evidence.sources.problems import Problem
from evidence_book.runs.freshness import list_pages, read_notebook
from evidence_book.runs.own_library import model_of


def parameters_in(path: Path) -> dict[str, str]:
    """Return the names and default values, as source text, of a notebook's parameters cell."""
    from papermill import inspect_notebook

    with warnings.catch_warnings():
        # Of cells without ids, which `check_notebooks` says with the name of the file.
        warnings.simplefilter("ignore")
        return {name: fact["default"] for name, fact in inspect_notebook(str(path)).items()}


def _code_cells(notebook: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [
        ("".join(cell["source"]), cell["metadata"].get("tags", []))
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]


def study_code(notebook: dict[str, Any]) -> list[str]:
    """Return the code of a study chapter apart from its parameters, the same in all of them."""
    return [source for source, tags in _code_cells(notebook) if "parameters" not in tags]


def check_notebooks() -> list[Problem]:
    """Return where parameters cells differ from their models and study chapters from each other."""
    problems: list[Problem] = []
    pattern: list[str] | None = None
    for page in list_pages():
        path = notebook_path(page)
        name = f"chapters/{page}.ipynb"
        try:
            notebook = read_notebook(path)
        except ValueError as error:
            # The message begins with the name of the file, and with what was expected.
            given = str(error).partition(": expected a notebook, got ")[2]
            problems.append(Problem(name, 0, "", "a notebook", given))
            continue
        problems += _check_form(notebook, name)
        if notebook.get("nbformat") != 4:
            # Nothing else of it can be read.
            continue
        broken = [_broken_code(cell, name, n) for n, cell in enumerate(_code_cells(notebook), 1)]
        problems += filter(None, broken)
        model = model_of(page)
        if model is not None and not any(broken):
            problems += _check_parameters(page, model, path, name)
        if model is Study:
            code = study_code(notebook)
            pattern = pattern or code
            if code != pattern:
                problems.append(
                    Problem(name, 0, "", "the code cells that all study chapters share", "others")
                )
    return problems


def check_questions(evidence: Evidence) -> list[Problem]:
    """Return the judgements of questions that are no page of the book."""
    asked = list(evidence.tables["certainty"]["question"])
    there = {Path(page).name for page in list_pages() if page.startswith("questions/")}
    expected = f"one of {', '.join(sorted(there))}, the chapters of questions"
    return [
        Problem("data/certainty.csv", line, "question", expected, f'"{name}"')
        for line, name in enumerate(asked, start=2)
        if name not in there
    ]


def _check_form(notebook: dict[str, Any], name: str) -> list[Problem]:
    """Return what other programs would mend or refuse, each in its own way."""
    ids = [cell.get("id") for cell in notebook["cells"]]
    version = notebook.get("nbformat")
    kernel = notebook.get("metadata", {}).get("kernelspec", {})
    language = kernel.get("name") if isinstance(kernel, dict) else kernel
    found = {
        "an id for every cell, each once": None in ids or len(set(map(str, ids))) < len(ids),
        "nbformat 4": version != 4,
        "the kernel python3": language != "python3",
    }
    mend = f"another form; `evidence normalise {name}` mends it"
    return [Problem(name, 0, "", expected, mend) for expected, wrong in found.items() if wrong]


def _broken_code(cell: tuple[str, list[str]], name: str, number: int) -> Problem | None:
    """Return where a code cell is no Python, nor what IPython reads as such."""
    source, tags = cell
    try:
        ast.parse(source)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        try:
            ast.parse(TransformerManager().transform_cell(source))
        except SyntaxError as error:
            place = "the parameters cell" if "parameters" in tags else f"code cell {number}"
            line = (source.splitlines() or [""])[min(error.lineno or 1, source.count("\n") + 1) - 1]
            given = f"{error.msg} in line {error.lineno}, `{line.strip()}`"
            return Problem(name, 0, place, "Python", given)
    return None


def _check_parameters(
    page: str, model: type[ChapterParameters], path: Path, name: str
) -> list[Problem]:
    found = parameters_in(path)
    fields = model.model_fields
    if list(found) != list(fields):
        return [Problem(name, 0, "", f"the parameters {', '.join(fields)}", ", ".join(found))]
    problems = []
    for field, text in found.items():
        default = fields[field].get_default()
        if field == "study_id":
            default = Path(page).name
        if _value(text) != default:
            problems.append(Problem(name, 0, field, f"the default {default!r}", text))
    return problems


def _value(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def parameters_cell(page: str) -> str:
    """Return the source of the parameters cell that a page must have."""
    model = model_of(page)
    if model is None:
        raise ValueError(f"{page} has no parameters")
    return literal_lines(model, Path(page).name)


def literal_lines(model: type[ChapterParameters], study_id: str = "") -> str:
    """Return one assignment per parameter of a model, with its meaning as a comment."""
    lines = []
    for name, field in model.model_fields.items():
        default = study_id if model is Study and name == "study_id" else field.get_default()
        literal = repr(default) if isinstance(default, bool) else json.dumps(default)
        lines.append(f"{name} = {literal}  # {field.description}")
    return "\n".join(lines)
