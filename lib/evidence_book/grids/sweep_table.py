"""The summary of a sweep: one row per run that ran to its end, in the order of the grid.

Columns
-------
``run``
    Number in the grid, from 1; failed runs leave a gap.
``parameter.<name>``
    Every parameter that differs between runs, or is not at its default; lists as JSON.
``<key>``, ``<key>:low``, ``<key>:high``
    A number of the page and its interval, as they are named in prose; empty where the run has no
    such number, or it is withheld. Limits have no column where no run has any.
``claim:<key>``
    holds, does not hold, or cannot tell.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from evidence_book.extras.spreadsheet import safe_csv
from evidence_book.grids.sweep import SweepRun
from evidence_book.rendering.whole_writes import write_whole

_PARAMETER = "parameter."
_CLAIM = "claim:"


def _cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | dict) else value


def _row(number: int, run: SweepRun, names: Sequence[str]) -> dict[str, Any] | None:
    recorded = run.results
    if recorded is None:
        return None
    row: dict[str, Any] = {"run": number}
    row |= {f"{_PARAMETER}{name}": _cell(run.parameters[name]) for name in names}
    for key, result in recorded.results.items():
        # What a page records of its parameters stands in the columns before.
        if not key.startswith(_PARAMETER):
            row |= {key: result.value, f"{key}:low": result.low, f"{key}:high": result.high}
    return row | {f"{_CLAIM}{key}": claim["state"] for key, claim in recorded.claims.items()}


def tabulate(
    runs: Sequence[SweepRun], defaults: Mapping[str, Any], keys: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the summary of a sweep.

    Parameters
    ----------
    runs : sequence of SweepRun
        In the order of the grid.
    defaults : mapping
        Parameters of the published page.
    keys : sequence of str
        Numbers and claims to be kept, as `key` or `claim:key`; empty keeps all.
    """
    names = [
        name
        for name, default in defaults.items()
        if any(run.parameters[name] != default for run in runs)
    ]
    rows = [_row(number, run, names) for number, run in enumerate(runs, start=1)]
    made = pd.DataFrame([row for row in rows if row is not None])
    columns = [str(name) for name in made.columns]
    numbers = [name for name in columns[1:] if not name.startswith((_PARAMETER, _CLAIM))]
    limits = [name for name in numbers if name.endswith((":low", ":high"))]
    bases = {name: name.rpartition(":")[0] for name in limits}
    empty = {name for name in limits if made[name].isna().all()}
    made = made.astype(dict.fromkeys(numbers, "float64"))
    wanted = [
        name
        for name in columns
        if name == "run"
        or name.startswith(_PARAMETER)
        or (name not in empty and (not keys or name in keys or bases.get(name) in keys))
    ]
    # Claims last: a number that only some runs have would otherwise stand behind them.
    claims = [name for name in wanted if name.startswith(_CLAIM)]
    return made[[*(name for name in wanted if name not in claims), *claims]]


def tabulate_failures(runs: Sequence[SweepRun]) -> pd.DataFrame:
    """Return the failed runs: number in the grid, error, all parameters as JSON."""
    rows = [
        {"run": number, "error": run.error, "parameters": json.dumps(run.parameters)}
        for number, run in enumerate(runs, start=1)
        if run.error
    ]
    return pd.DataFrame(rows, columns=["run", "error", "parameters"])


def _csv(table: pd.DataFrame) -> bytes:
    return safe_csv(table.to_csv(index=False, lineterminator="\n")).encode()


def write_tables(
    folder: Path, runs: Sequence[SweepRun], defaults: Mapping[str, Any], keys: Sequence[str] = ()
) -> list[Path]:
    """Write sweep.csv, sweep.parquet and, where runs failed, failures.csv; return the files."""
    table, failures = tabulate(runs, defaults, keys), tabulate_failures(runs)
    parquet = io.BytesIO()
    table.to_parquet(parquet, index=False, engine="pyarrow")
    contents = {
        "sweep.csv": _csv(table),
        "sweep.parquet": parquet.getvalue(),
    }
    if len(failures):
        contents["failures.csv"] = _csv(failures)
    else:
        (folder / "failures.csv").unlink(missing_ok=True)
    for name, content in contents.items():
        write_whole(folder / name, content)
    return [folder / name for name in contents]
