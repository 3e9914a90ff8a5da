"""A variant of one page: the same notebook with other parameters, below _build/, never in git."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evidence.book.build import copy_sources, publish, render
from evidence.book.execute import execute_apart
from evidence.book.normalise import normalise, serialise
from evidence.book.registry import BASE_FOLDER
from evidence.data import load_evidence
from evidence.parameters import Study, model_of
from evidence.paths import build_folder, notebook_path
from evidence.results import PageResults, read_results
from evidence.validation import ParameterError, shown, validate


class VariantError(ValueError):
    """A variant that could not be run; the message names the cell and the error."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A page that was run with other parameters.

    Attributes
    ----------
    page : str
        The page.
    parameters : dict
        What was set.
    html, notebook, results : Path
        The rendered page, the executed notebook, and its numbers and claims as JSON.
    moved : dict of str to (str, str)
        Numbers that differ from the committed page: before, after.
    flipped : dict of str to (str, str)
        Claims whose state differs: before, after.
    total : int
        Numbers on the page.
    """

    page: str
    parameters: dict[str, Any]
    html: Path
    notebook: Path
    results: Path
    moved: dict[str, tuple[str, str]]
    flipped: dict[str, tuple[str, str]]
    total: int

    def describe(self) -> str:
        """Return the parameters that were set, in words."""
        return ", ".join(f"{name} = {shown(value)}" for name, value in self.parameters.items())


def _yaml(text: str, where: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise ParameterError(f"{where}: expected YAML, got {shown(text)} ({reason})") from None


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
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ParameterError(f"--params: expected a readable file, got {error}") from None
        stored = _yaml(text, f"--params {file}")
        if not isinstance(stored, dict):
            raise ParameterError(
                f"--params {file}: expected name: value lines, got {shown(stored)}"
            )
        given.update({str(name): value for name, value in stored.items()})
    seen: set[str] = set()
    for word in assignments:
        name, equals, text = word.partition("=")
        if not equals or not name:
            raise ParameterError(f"--set: expected name=value, got {shown(word)}")
        if name in seen:
            raise ParameterError(f"--set: expected each name once, got {name} again")
        seen.add(name)
        given[name] = _yaml(text, f"--set {name}")
    return given


def checked_parameters(page: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was set, as the model reads it; nothing else reaches a notebook.

    Raises
    ------
    ParameterError
        With one line for every wrong name, type, value, study or arm.
    """
    model = model_of(page)
    if model is None:
        raise ParameterError(f"{page} has no parameters")
    if "study_id" in given:
        raise ParameterError("study_id: a study chapter is that of its study; run the other page")
    fixed = {"study_id": Path(page).name} if model is Study else {}
    whole = _as_numbers(model.model_fields, given)
    parameters = validate(model, {**fixed, **whole}, load_evidence())
    return {name: parameters.model_dump(mode="json")[name] for name in given}


def _as_numbers(fields: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return `given` with whole numbers as floats where the default is one: 27 means 27.0."""
    made = dict(given)
    for name, value in given.items():
        default = fields[name].get_default() if name in fields else None
        if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
            made[name] = float(value)
        if isinstance(default, list) and isinstance(value, list) and default:
            numbers = isinstance(default[0], float)
            made[name] = [float(item) if numbers and type(item) is int else item for item in value]
    return made


def _banner(notebook: dict[str, Any], variant: str) -> None:
    text = (
        ":::{warning}\n**Variant, not the published page.** "
        f"Parameters set: `{variant}`. All other parameters are at their defaults.\n"
        "Sentences outside of claims were written for the defaults.\n:::"
    )
    first = notebook["cells"][0]
    banner = {"cell_type": "markdown", "id": "variant", "metadata": {}, "source": text}
    title, _, rest = "".join(first["source"]).partition("\n")
    first["source"] = rest
    heading = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": title}
    notebook["cells"] = [heading, banner, *notebook["cells"]]


def make_variant(page: str, given: Mapping[str, Any]) -> Variant:
    """Run a page with other parameters and render it in the book's own look.

    Raises
    ------
    ParameterError
        Where a parameter is unknown or cannot be taken; no kernel was started.
    VariantError
        Where the notebook raised.
    """
    parameters = checked_parameters(page, given)
    canonical = json.dumps([page, parameters], sort_keys=True)
    name = f"{page.replace('/', '--')}-{hashlib.sha256(canonical.encode()).hexdigest()[:12]}"
    folder = build_folder() / "variants" / name
    staging = folder.with_name(f".{name}.staging-{os.getpid()}")
    shutil.rmtree(staging, ignore_errors=True)
    try:
        notebook_file = staging / f"{Path(page).name}.ipynb"
        error = execute_apart(notebook_path(page), notebook_file, parameters)
        if error:
            raise VariantError(f"{page}, {error}")
        executed = normalise(json.loads(notebook_file.read_text(encoding="utf-8")))
        executed["metadata"].pop("evidence", None)
        notebook_file.write_text(serialise(executed), encoding="utf-8")
        before, after = read_results(notebook_path(page)), read_results(notebook_file)
        results_file = staging / "results.json"
        results_file.write_text(_results_json(after), encoding="utf-8")
        _render(page, executed, parameters, staging)
        publish(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Variant(
        page=page,
        parameters=parameters,
        html=folder / "html" / "chapters" / f"{page}.html",
        notebook=folder / notebook_file.name,
        results=folder / results_file.name,
        moved={
            key: (before.results[key].text if key in before.results else "", result.text)
            for key, result in after.results.items()
            if key not in before.results or before.results[key] != result
        },
        flipped={
            key: (before.claims[key]["state"], claim["state"])
            for key, claim in after.claims.items()
            if key in before.claims and before.claims[key]["state"] != claim["state"]
        },
        total=len(after.results),
    )


def _results_json(recorded: PageResults) -> str:
    stored = {
        **recorded.facts,
        "results": {key: result.to_json() for key, result in recorded.results.items()},
        "claims": recorded.claims,
    }
    return json.dumps(stored, indent=1, ensure_ascii=False) + "\n"


def _render(page: str, executed: dict[str, Any], parameters: dict[str, Any], staging: Path) -> None:
    """Render a copy of the book in which this page is the variant."""
    source = staging / "source"
    copy_sources(source)
    base = source / BASE_FOLDER / f"{page}.ipynb"
    base.parent.mkdir(parents=True)
    shutil.copy2(notebook_path(page), base)
    words = ", ".join(f"{name} = {shown(value)}" for name, value in parameters.items())
    _banner(executed, words.replace("`", "'"))
    (source / "chapters" / f"{page}.ipynb").write_text(serialise(executed), encoding="utf-8")
    render(source, staging / "rendered")
    os.replace(staging / "rendered" / "_build" / "html", staging / "html")
    shutil.rmtree(source)
    shutil.rmtree(staging / "rendered")
