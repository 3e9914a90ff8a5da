"""A variant of one page: other parameters or other data, below _build/, never in git."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from evidence.files.paths import build_folder, notebook_path
from evidence.files.plain_yaml import YamlError, read_yaml
from evidence.files.text_files import read_text_file
from evidence.record.chapter_parameters import Study
from evidence.record.compare import PageComparison
from evidence.record.edition_changes import EditionChanges, compare_editions
from evidence.record.editions import Edition, variant_text
from evidence.record.validation import ParameterError, shown, validate
from evidence.sources.data import Evidence, load_evidence
from evidence_book.kernels.execute import ApartProcess
from evidence_book.rendering.exclusive import hold_project
from evidence_book.rendering.publishing import publish, remove_leftovers
from evidence_book.rendering.renderer import Renderer
from evidence_book.rendering.rendering import render_variant
from evidence_book.reports import report
from evidence_book.reports.registry import BASE_FOLDER, REPORT_FILE, SET_FILE
from evidence_book.reports.snapshots import committed_edition, page_edition
from evidence_book.runs.freshness import why_stale
from evidence_book.runs.normalise import normalise, serialise
from evidence_book.runs.own_data import reading
from evidence_book.runs.own_library import model_of


class VariantError(ValueError):
    """A variant that could not be run; the message names the cell and the error."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A page that was run with other parameters, or on other data.

    Attributes
    ----------
    page : str
        The page.
    parameters : dict
        What was set.
    data : str
        Name of the folder that was read, "" for the book's own data.
    folder : Path
        Where the files below lie, with report.md and report.json.
    html, notebook, results : Path
        The rendered page, the executed notebook, and its numbers and claims as JSON.
    changes : EditionChanges
        What differs from the committed page, and why.
    """

    page: str
    parameters: dict[str, Any]
    data: str
    folder: Path
    html: Path
    notebook: Path
    results: Path
    changes: EditionChanges

    @property
    def comparison(self) -> PageComparison:
        """What moved on the page."""
        return self.changes.pages[0].comparison

    def describe(self) -> str:
        """Return what was set, in words."""
        return describe_variant(self.parameters, self.data)


def describe_variant(parameters: Mapping[str, Any], data: str) -> str:
    """Return the parameters that were set and the folder that was read, in words."""
    words = [f"{name} = {shown(value)}" for name, value in parameters.items()]
    return ", ".join([*words, *([f"data from {shown(data)}"] if data else [])])


def _yaml(text: str, where: str) -> Any:
    try:
        return read_yaml(text)
    except YamlError as error:
        raise ParameterError(f"{where}: {error} in {shown(text)}") from None


def read_parameters(assignments: Sequence[str], file: Path | None) -> dict[str, Any]:
    """Return parameters from a YAML file and from name=value words; words win.

    Raises
    ------
    ParameterError
        Where a word is not name=value, a name is given twice, or the file is not a YAML table.
    """
    given: dict[str, Any] = {}
    if file is not None:
        try:
            text = read_text_file(file)
        except ValueError as error:
            raise ParameterError(f"--params {file}: {error}") from None
        # A file of nothing, or of comments, sets nothing, as in papermill.
        stored = _yaml(text, f"--params {file}")
        stored = {} if stored is None else stored
        if not isinstance(stored, dict):
            raise ParameterError(
                f"--params {file}: expected name: value lines, got {shown(stored)}"
            )
        for name, value in stored.items():
            if not isinstance(name, str):
                raise ParameterError(
                    f"--params {file}: expected the name of a parameter, got {shown(name)}"
                )
            given[name] = value
    seen: set[str] = set()
    for word in assignments:
        name, equals, text = word.partition("=")
        if not equals or not name:
            raise ParameterError(f"--set: expected name=value, got {shown(word)}")
        if name in seen:
            raise ParameterError(f"--set: expected each name once, got {shown(name)} again")
        seen.add(name)
        given[name] = _yaml(text, f"--set {shown(name)[1:-1]}")
    return given


def checked_parameters(
    page: str, given: Mapping[str, Any], evidence: Evidence | None = None
) -> dict[str, Any]:
    """Return what was set, as the model reads it; nothing else reaches a notebook.

    `evidence` is what parameters may refer to; without it, it is read.

    Raises
    ------
    ParameterError
        With one line for every parameter that is unknown or cannot be taken.
    """
    model = model_of(page)
    if model is None:
        if given:
            raise ParameterError(f"{page} has no parameters")
        return {}
    if "study_id" in given:
        raise ParameterError("study_id: a study chapter is that of its study; run the other page")
    fixed = {"study_id": Path(page).name} if model is Study else {}
    parameters = validate(model, {**fixed, **given}, evidence or load_evidence())
    return {name: parameters.model_dump(mode="json")[name] for name in given}


def _folder(page: str, parameters: Mapping[str, Any], digest: str) -> Path:
    """Return the folder of a variant: the same parameters and data, the same folder."""
    canonical = json.dumps([page, parameters, *([digest] if digest else [])], sort_keys=True)
    key = hashlib.sha256(canonical.encode()).hexdigest()[:12]
    return build_folder() / "variants" / f"{page.replace('/', '--')}-{key}"


def make_variant(
    page: str,
    given: Mapping[str, Any],
    data: Path | None = None,
    say: Callable[[str], None] = lambda words: None,
) -> Variant:
    """Run a page with other parameters or data and render it in the book's own look.

    Parameters
    ----------
    page : str
        Name of the page.
    given : mapping
        Parameters by name; those that are not given keep their defaults.
    data : Path, optional
        Folder of tables to read in place of the book's own.
    say : callable
        Called with one line before waiting for another command.

    Raises
    ------
    ParameterError
        Where a parameter is unknown or cannot be taken; no kernel was started.
    DataError
        Where the tables of the folder break a rule; no kernel was started.
    VariantError
        Where the notebook raised.
    """
    other = load_evidence() if data else None
    # What runs the page imports for some seconds; meanwhile data and parameters are checked.
    with reading(data), ApartProcess() as process:
        parameters = checked_parameters(page, given)
        evidence = load_evidence()
        book = other or evidence
        name = data.resolve().name if data else ""
        folder = _folder(page, parameters, evidence.digest() if data else "")
        staging = folder.with_name(f".{folder.name}.staging-{os.getpid()}")
        shutil.rmtree(staging, ignore_errors=True)
        try:
            # What renders imports for two seconds; meanwhile the page runs.
            with hold_project(f"a variant of {page}", say), Renderer() as renderer:
                remove_leftovers()
                notebook = _execute(process, page, parameters, staging)
                words = describe_variant(parameters, name)
                edition = page_edition(page, notebook, evidence, f"variant ({words})", name)
                changes = compare_editions(_committed(page, book), edition)
                _write_report(staging, page, edition, changes)
                top = banner(words, data=bool(name)) + report.page_html(changes.pages[0])
                stored = {"page": page, "parameters": parameters, "data": name}

                def write(source: Path) -> None:
                    _write_for_rendering(source, page, notebook, top, stored)

                render_variant(page, write, staging / "html", renderer)
                publish(staging, folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return Variant(
        page=page,
        parameters=parameters,
        data=name,
        folder=folder,
        html=folder / "html" / "chapters" / f"{page}.html",
        notebook=folder / notebook.name,
        results=folder / "results.json",
        changes=changes,
    )


def _execute(
    process: ApartProcess, page: str, parameters: Mapping[str, Any], staging: Path
) -> Path:
    """Run the page into the staging folder; return the normalised notebook."""
    target = staging / f"{Path(page).name}.ipynb"
    error = process.execute(notebook_path(page), target, parameters)
    if error:
        raise VariantError(f"{page}, {error}")
    executed = normalise(json.loads(target.read_text(encoding="utf-8")))
    executed["metadata"].pop("evidence", None)
    target.write_text(serialise(executed), encoding="utf-8")
    return target


def _committed(page: str, book: Evidence) -> Edition:
    stale = why_stale(page, book)
    name = "committed page" + (f" (stale: {', '.join(stale)})" if stale else "")
    return committed_edition(book, [page], name)


def _write_report(staging: Path, page: str, edition: Edition, changes: EditionChanges) -> None:
    texts = {
        "results.json": variant_text(page, edition),
        "report.md": report.markdown(changes),
        "report.json": json.dumps(changes.to_json(), indent=1, ensure_ascii=False) + "\n",
    }
    for name, text in texts.items():
        (staging / name).write_text(text, encoding="utf-8")


def banner(words: str, *, data: bool) -> Markup:
    """Return the warning that stands on top of a variant's page."""
    other = "The data are not those of this book. " if data else ""
    return Markup(
        '<div class="admonition warning"><p class="admonition-title">Variant: {}</p>'
        "<p>Variant, not the published page. {}All other parameters are at their defaults. "
        "Sentences outside of claims were written for the published numbers.</p></div>"
    ).format(words, other)


def _with_report(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return the notebook with the report below its title."""
    title, _, rest = "".join(notebook["cells"][0]["source"]).partition("\n")
    texts = {"title": title, "variant": "```{rerun-report}\n```", "opening": rest}
    cells = [
        {"cell_type": "markdown", "id": name, "metadata": {}, "source": text}
        for name, text in texts.items()
    ]
    return {**notebook, "cells": [*cells, *notebook["cells"][1:]]}


def _write_for_rendering(
    source: Path,
    page: str,
    notebook: Path,
    top: Markup,
    stored: dict[str, Any],
) -> None:
    """Write the page, its committed form, and what its directives show, beside the sources."""
    base = source / BASE_FOLDER / f"{page}.ipynb"
    base.parent.mkdir(parents=True)
    (source / BASE_FOLDER / REPORT_FILE).write_text(top, encoding="utf-8")
    (source / BASE_FOLDER / SET_FILE).write_text(json.dumps(stored), encoding="utf-8")
    shutil.copy2(source / "chapters" / f"{page}.ipynb", base)
    executed = _with_report(json.loads(notebook.read_text(encoding="utf-8")))
    (source / "chapters" / f"{page}.ipynb").write_text(serialise(executed), encoding="utf-8")
