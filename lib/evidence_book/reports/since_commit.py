"""What changed in the sources since a page was committed: rows, modules, packages, by name.

A page stores fingerprints of what it depends on, which say that something changed, not what. What
stood there when the page was committed is asked of git; without it the kind of change is named.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pandas as pd

from evidence.files.paths import environment_lock, notebook_path, project_root
from evidence.record.results import read_results
from evidence.sources.csv_tables import read_table, read_table_text
from evidence.sources.data import load_evidence
from evidence.sources.problems import DataError
from evidence_book.reports.snapshots import locked_packages_in
from evidence_book.runs.freshness import read_notebook, why_stale
from evidence_book.runs.library_imports import packages, reached

_KINDS = {
    "code": "the code of the page",
    "data": "the data that the page asked for",
    "library": "library code",
    "environment": "the locked packages",
    "outputs": "the outputs, which were edited after the page ran",
    "not run in order": "the order in which its cells were run",
    "never run": "the page, which was never run",
}
_LOCK = "requirements.lock"


def changes_since_commit(page: str) -> list[str]:
    """Return in words what the outputs of a page depend on and has changed since it was committed.

    Empty where nothing has: then this machine gives another result.
    """
    try:
        kinds = why_stale(page, load_evidence())
    except (DataError, ValueError) as error:
        return [f"the data or the page cannot be read: {error}"]
    commit = _git("log", "-1", "--format=%H", "--", str(notebook_path(page))).strip()
    found = []
    for kind in kinds:
        named = _NAMED[kind](page, commit) if commit and kind in _NAMED else []
        found += named or [_KINDS.get(kind, kind)]
    return found


def _git(*words: str, folder: Path | None = None) -> str:
    """Return what git prints, "" where there is no git, no repository, or no such thing."""
    git = shutil.which("git")
    if git is None:
        return ""
    done = subprocess.run(  # noqa: S603 - every word of the command is ours
        [git, *words], cwd=folder or project_root(), capture_output=True, check=False, timeout=30
    )
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def _rows(page: str, commit: str) -> list[str]:
    """Return the cells that differ in rows under the page's numbers, else tables that differ."""
    recorded = read_results(notebook_path(page)).results.values()
    used = {row for result in recorded for row in result.rows}
    found, tables = [], []
    for path in sorted((project_root() / "data").glob("*.csv")):
        name = f"data/{path.name}"
        before = _git("show", f"{commit}:./{name}")
        if not before or before == path.read_text(encoding="utf-8"):
            continue
        tables.append(f"{name}, in rows that no number of the page rests on")
        old, new = _by_id(read_table_text(name, before)), _by_id(read_table(path))
        for row in sorted((old.keys() | new.keys()) & used):
            if row not in old or row not in new:
                found.append(f"data row {row}: {'added' if row in new else 'removed'}")
                continue
            found += [
                f"data row {row}, {column}: {was or 'empty'} \u2192 {text or 'empty'}"
                for column, text in new[row].items()
                if text != (was := old[row].get(column, ""))
            ]
    return found or tables


def _by_id(table: pd.DataFrame) -> dict[str, dict[str, str]]:
    identity = table.columns[0]
    rows = table.to_dict("records")
    return {str(row[identity]): {str(n): str(text) for n, text in row.items()} for row in rows}


def _modules(page: str, commit: str) -> list[str]:
    cells = read_notebook(notebook_path(page))["cells"]
    used = reached("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    changed = {
        f"{package}/{name}"
        for package, folder in packages().items()
        for name in _git(
            "diff", "--name-only", "--relative", commit, "--", ".", folder=folder
        ).splitlines()
    }
    return [f"module {name}" for name in used if name in changed]


def _packages(_: str, commit: str) -> list[str]:
    before = locked_packages_in(_git("show", f"{commit}:./{_LOCK}"))
    now = locked_packages_in(environment_lock().read_text(encoding="utf-8"))
    return [
        f"package {name}: {before.get(name, 'absent')} \u2192 {now.get(name, 'absent')}"
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]


_NAMED = {"data": _rows, "library": _modules, "environment": _packages}
