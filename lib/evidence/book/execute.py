"""Running chapters: papermill executes, this module decides what, where, and what is kept.

A notebook is run beside its committed form and replaces it in one rename, only after it ran to
its end. One process per run: papermill changes the working directory of its whole process.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from time import perf_counter
from typing import Any

from evidence.book.freshness import dependencies
from evidence.book.normalise import normalise, serialise
from evidence.book.whole_writes import write_whole
from evidence.data import Evidence, load_evidence
from evidence.paths import build_folder, notebook_path, project_root

# A kernel binds ports that were free a moment before; where another program was quicker it dies
# before it has run anything, and a second one finds other ports.
UNBORN = "RuntimeError: Kernel died before"
_STARTS = 3
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Run:
    """What became of running one page.

    Attributes
    ----------
    page : str
        Name of the page.
    seconds : float
        How long it took.
    error : str
        "" where it ran to its end, else chapter, cell and error in one line.
    changed : bool
        True where the file on disk changed.
    """

    page: str
    seconds: float
    error: str = ""
    changed: bool = False


def kernel_environment(evidence: Evidence | None = None) -> dict[str, str]:
    """Return the variables that every kernel is started with; reads the evidence if not given."""
    return {
        "EVIDENCE_ROOT": str(project_root()),
        "EVIDENCE_CHECKED": (evidence or load_evidence()).digest(),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MPLBACKEND": "agg",
        "PYTHONHASHSEED": "0",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def _start_worker(environment: Mapping[str, str]) -> None:
    """Prepare a process that runs notebooks.

    Its standard error goes to a file, for ipykernel prints a notice per kernel; it ends with the
    process that made it, killed or not; and it warms the process its kernels are forked from.
    """
    from evidence.book.forking import warm

    log = build_folder() / "kernel.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as stream:
        os.dup2(stream.fileno(), 2)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.update(environment)
    warm()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _where(notebook: Mapping[str, Any]) -> str:
    """Return the number and first line of the cell that raised."""
    code = [
        cell
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
        and "injected-parameters" not in cell["metadata"].get("tags", [])
    ]
    for number, cell in enumerate(code, start=1):
        if any(output["output_type"] == "error" for output in cell.get("outputs", [])):
            first = "".join(cell["source"]).strip().splitlines() or [""]
            return f"code cell {number} ({first[0][:60]})"
    return "a cell"


def execute(
    source: Path, target: Path, parameters: Mapping[str, Any] | None = None, timeout: int = 600
) -> str:
    """Run the notebook `source` into `target`; return "" or what went wrong.

    `target` holds the run notebook also where a cell raised, so that it can be looked at.
    """
    said = ""
    for _ in range(_STARTS):
        said = _execute_once(source, target, dict(parameters or {}), timeout)
        if not said.startswith(UNBORN):
            break
    return said


def _execute_once(source: Path, target: Path, parameters: dict[str, Any], timeout: int) -> str:
    import papermill
    from papermill.exceptions import PapermillException, PapermillExecutionError

    from evidence.book.forked_kernel import kernel_options

    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        papermill.execute_notebook(
            str(source),
            str(target),
            parameters=parameters,
            kernel_name="python3",
            cwd=str(project_root()),
            progress_bar=False,
            # Otherwise papermill writes the whole notebook before and after every cell.
            request_save_on_cell_execute=False,
            execution_timeout=timeout,
            **kernel_options(),
        )
    except PapermillExecutionError as error:
        text = _COLOUR.sub("", error.evalue)
        where = _where(json.loads(target.read_text(encoding="utf-8")))
        return f"{where}: {error.ename}: {text}"
    except (PapermillException, RuntimeError, TimeoutError, OSError) as error:
        return f"{type(error).__name__}: {_COLOUR.sub('', str(error)).strip()}"
    return ""


def process_pool(workers: int, environment: Mapping[str, str]) -> ProcessPoolExecutor:
    """Return a pool of processes that run notebooks, with the kernel's environment.

    A spawned process shares no thread, lock or random state with this one.

    Raises
    ------
    ValueError
        Where EVIDENCE_KERNEL is neither forked nor stock.
    """
    from evidence.book.forking import forking_works

    forking_works()
    return ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_worker,
        initargs=(environment,),
    )


def execute_apart(source: Path, target: Path, parameters: Mapping[str, Any]) -> str:
    """Run a notebook as `execute` does, in a process of its own with the kernel's environment."""
    with process_pool(1, kernel_environment()) as pool:
        return pool.submit(execute, source, target, parameters).result()


def refresh_page(page: str) -> Run:
    """Run one page in place, in a process made by `process_pool`."""
    start = perf_counter()
    path = notebook_path(page)
    working = build_folder() / "running" / f"{page.replace('/', '--')}.ipynb"
    error = execute(path, working)
    if error:
        return Run(page, perf_counter() - start, f"{page}, {error}")
    executed = normalise(json.loads(working.read_text(encoding="utf-8")))
    executed["metadata"]["evidence"] = dependencies(executed, load_evidence()).to_json()
    text = serialise(executed)
    changed = path.read_text(encoding="utf-8") != text
    if changed:
        write_whole(path, text.encode())
    working.unlink()
    return Run(page, perf_counter() - start, changed=changed)


def refresh(
    pages: Sequence[str], *, workers: int = 2, report: Callable[[Run], None] = lambda run: None
) -> list[Run]:
    """Run pages in place, several at a time; a failure stops no other page.

    Parameters
    ----------
    pages : sequence of str
        Names of the pages.
    workers : int
        Processes at a time.
    report : callable
        Called with each run as it ends.
    """
    if not pages:
        return []
    runs: list[Run] = []
    with process_pool(min(workers, len(pages)), kernel_environment()) as pool:
        waiting = {pool.submit(refresh_page, page): page for page in pages}
        for future in as_completed(waiting):
            page = waiting[future]
            try:
                run = future.result()
            except BrokenProcessPool:
                run = Run(page, 0.0, f"{page}: the process running it was killed")
            except Exception as error:
                run = Run(page, 0.0, f"{page}: {type(error).__name__}: {error}")
            runs.append(run)
            report(run)
    return sorted(runs, key=lambda run: run.page)
