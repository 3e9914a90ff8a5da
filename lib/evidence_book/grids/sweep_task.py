"""One run of a sweep, as a worker does it: in a pool on this machine or on a Dask cluster.

A task carries all it needs, and returns its results as text, so that a worker needs the same
project at the same place, and no shared folder to write to.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from evidence.files.paths import notebook_path, project_root
from evidence.record.results import PICTURES, read_results
from evidence_book.grids.sweep_store import files_stamp, read_run, run_path, run_text
from evidence_book.kernels.execute import LOST, execute
from evidence_book.kernels.forking import KERNEL
from evidence_book.kernels.zygote import PREPARE
from evidence_book.rendering.whole_writes import write_whole

# papermill changes the directory, and a task the environment, of the whole process. A Dask
# worker with several threads therefore runs one notebook at a time.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Task:
    """One run to be done.

    Attributes
    ----------
    page : str
        The page.
    parameters : dict
        All parameters, defaults filled in, checked.
    given : dict
        Those that differ from the defaults: what papermill is told.
    key : str
        The `dependency_key` that the sweep began with.
    stamp : str
        The `files_stamp` that it began with.
    environment : dict
        Variables of the kernel.
    keep_notebook : bool
        True where the run notebook is stored beside its results.
    """

    page: str
    parameters: dict[str, Any]
    given: dict[str, Any]
    key: str
    stamp: str
    environment: dict[str, str]
    keep_notebook: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one task.

    Attributes
    ----------
    kind : str
        done; failed, where the page raised; lost, where the kernel was killed; changed, where
        the files are not those the sweep began with.
    text : str
        The results as they are stored, or the error.
    seconds : float
        How long it took.
    """

    kind: Literal["done", "failed", "lost", "changed"]
    text: str
    seconds: float = 0.0


def run_task(task: Task) -> Outcome:
    """Run one task, store its results, and return them; never raise for what a page does."""
    with _one_at_a_time:
        start = perf_counter()
        os.environ.update(task.environment)
        try:
            kind, text = _run(task)
        except (OSError, ValueError) as error:
            kind, text = "failed", f"{type(error).__name__}: {error}"
        return Outcome(kind, text, perf_counter() - start)


@lru_cache(maxsize=8)
def _began_with(stamp: str, page: str, root: Path) -> bool:
    """Return True where this worker sees the files that the sweep began with; looked up once."""
    return files_stamp(page) == stamp


def _run(task: Task) -> tuple[Literal["done", "failed", "lost", "changed"], str]:
    source = notebook_path(task.page)
    if not source.exists():
        return "failed", f"expected the project at {project_root()}, got no {task.page} there"
    if not _began_with(task.stamp, task.page, project_root()):
        return "changed", ""
    stored = run_path(task.page, task.key, task.parameters)
    recorded = read_run(stored, task.parameters)
    kept = stored.with_suffix(".ipynb")
    if recorded is None or (task.keep_notebook and not kept.exists()):
        working = stored.with_name("running") / f"{stored.stem}.ipynb"
        error = execute(source, working, task.given)
        if files_stamp(task.page) != task.stamp:
            return "changed", ""
        if error:
            return "lost" if error.startswith(LOST) else "failed", error
        recorded = read_results(working)
        if recorded.facts.get("parameters") != task.parameters:
            return "failed", "expected the page to record its parameters, got others"
        if task.keep_notebook:
            write_whole(kept, working.read_bytes())
        write_whole(stored, run_text(recorded).encode())
        working.unlink(missing_ok=True)
    return "done", run_text(recorded)


def environment_of(variables: Mapping[str, str], page: str, *, pictures: bool) -> dict[str, str]:
    """Return the variables of a task: those of a kernel, which kind of kernel, and the page.

    Without pictures a run has the same results, in less time.
    """
    drawn = {PICTURES: "drawn" if pictures else "none"}
    return {**variables, KERNEL: os.environ.get(KERNEL, "forked"), PREPARE: page, **drawn}
