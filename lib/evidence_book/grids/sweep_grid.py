"""Reading a grid: which combinations of parameters a sweep runs.

A grid is YAML. `{name: [values], ...}` means every combination; `runs: [{name: value}, ...]`
means a list; `fixed: {name: value}` is added to each run of either. Nothing in it is code, and
nothing in it reaches a notebook before `check_runs` has let every run pass.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evidence.files.plain_yaml import read_yaml_file
from evidence.record.chapter_parameters import Study
from evidence.record.validation import ParameterError, shown
from evidence.sources.data import Evidence
from evidence_book.runs.own_library import model_of
from evidence_book.runs.variant import checked_parameters

MAX_RUNS = 20_000
_MAX_LINES = 20
_FORM = "{parameter: [values], ...} or runs: [{parameter: value, ...}, ...]"


def read_grid(path: Path) -> list[dict[str, Any]]:
    """Return the runs that a grid file asks for, in its order, the last name fastest.

    Raises
    ------
    ParameterError
        Where the file cannot be read, is not a grid, or asks for more than `MAX_RUNS` runs.
    """
    where = f"--grid {path.name}"
    try:
        stored = read_yaml_file(path)
    except ValueError as error:
        raise ParameterError(f"{where}: {error}") from None
    return list_runs(stored, where)


def list_runs(grid: Any, where: str = "grid") -> list[dict[str, Any]]:
    """Return the runs of a grid that was read from YAML.

    Parameters
    ----------
    grid : Any
        What stands in the file.
    where : str
        Where it comes from, for messages.

    Raises
    ------
    ParameterError
        Where it is not a grid.
    """
    if not isinstance(grid, dict) or not grid:
        raise ParameterError(f"{where}: expected {_FORM}, got {shown(grid)}")
    for name in grid:
        _expect(isinstance(name, str), where, "the name of a parameter", name)
    fixed = grid.get("fixed", {})
    _expect(isinstance(fixed, dict), f"{where}, fixed", "{parameter: value, ...}", fixed)
    lists = {name: values for name, values in grid.items() if name not in ("fixed", "runs")}
    if "runs" in grid:
        if lists:
            names = ", ".join(shown(name) for name in lists)
            raise ParameterError(f"{where}: expected runs, or lists of values, not both: {names}")
        runs = grid["runs"]
        _expect(isinstance(runs, list) and bool(runs), f"{where}, runs", "a list of tables", runs)
        for number, run in enumerate(runs, start=1):
            _expect(isinstance(run, dict), f"{where}, run {number}", "{parameter: value, ...}", run)
        _expect_size(len(runs), where)
    else:
        for name, values in lists.items():
            _expect(
                isinstance(values, list) and bool(values),
                f"{where}, {shown(name)}",
                "a list of values (one value for all runs stands under fixed)",
                values,
            )
        _expect_size(math.prod(len(values) for values in lists.values()), where)
        runs = [
            dict(zip(lists, values, strict=True)) for values in itertools.product(*lists.values())
        ]
    for name in fixed:
        twice = any(name in run for run in runs)
        _expect(not twice, f"{where}, fixed", "each parameter in one place", name)
    return [{**fixed, **run} for run in runs]


def _expect(holds: bool, where: str, what: str, given: object) -> None:
    if not holds:
        raise ParameterError(f"{where}: expected {what}, got {shown(given)}")


def _expect_size(count: int, where: str) -> None:
    if count > MAX_RUNS:
        raise ParameterError(
            f"{where}: expected at most {MAX_RUNS} runs, got {count}; "
            "give fewer values, or split the grid over several files"
        )


def check_runs(
    page: str, runs: Sequence[Mapping[str, Any]], evidence: Evidence
) -> list[dict[str, Any]]:
    """Return every run with all parameters of the page, checked and with defaults filled in.

    Raises
    ------
    ParameterError
        With one line for each distinct thing that is wrong, in any of the runs.
    """
    model = model_of(page)
    defaults: dict[str, Any] = {}
    if model is not None:
        fields = model.model_fields.items()
        defaults = {name: field.get_default() for name, field in fields}
        if model is Study:
            defaults["study_id"] = Path(page).name
    made: list[dict[str, Any]] = []
    problems: dict[str, None] = {}
    for run in runs:
        try:
            made.append({**defaults, **checked_parameters(page, run, evidence)})
        except ParameterError as error:
            problems.update(dict.fromkeys(str(error).splitlines()))
    if problems:
        lines = list(problems)
        if len(lines) > _MAX_LINES:
            lines[_MAX_LINES:] = [f"... and {len(lines) - _MAX_LINES} more"]
        raise ParameterError("\n".join([*lines, "nothing was run"]))
    return made
