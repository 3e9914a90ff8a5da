"""Running chapters: papermill executes, this module decides what, where, and what is kept.

A notebook is run beside its committed form and replaces it in one rename, only after it ran to
its end. One process per run: papermill changes the working directory of its whole process.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from evidence.files.paths import build_folder, data_folder, notebook_path, project_root
from evidence.files.text_files import MAX_JSON_BYTES
from evidence.record.results import PICTURES
from evidence.sources.data import load_evidence
from evidence.sources.data_files import read_files
from evidence_book.kernels.time_limit import VARIABLE, Clock, time_limit
from evidence_book.kernels.worker_pool import ATTEMPTS, WorkerPool, dispatch
from evidence_book.rendering.whole_writes import write_whole
from evidence_book.runs.freshness import dependencies
from evidence_book.runs.normalise import normalise, serialise
from evidence_stats.printed.unseen import visible

# A stock kernel binds ports that were free a moment before; where another program was quicker it
# dies, or never answers, before it has run anything, and a second one finds other ports.
UNBORN = ("RuntimeError: Kernel died before", "RuntimeError: Kernel didn't respond")
_STARTS = 3
# A kernel that was killed, or could not bind its ports, says nothing about the page.
LOST = ("DeadKernelError", *UNBORN)
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


def kernel_environment(digest: str | None = None) -> dict[str, str]:
    """Return the variables that every kernel is started with.

    `digest` is that of data which are checked before a kernel is started; if not given, they are
    checked here.
    """
    return {
        "EVIDENCE_ROOT": str(project_root()),
        "EVIDENCE_CHECKED": digest or load_evidence().digest(),
        VARIABLE: f"{time_limit():g}",
        PICTURES: "drawn",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MPLBACKEND": "agg",
        "PYTHONHASHSEED": "0",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def _raised(cell: Mapping[str, Any]) -> bool:
    return any(output["output_type"] == "error" for output in cell.get("outputs", []))


def _where(notebook: Mapping[str, Any], found: Mapping[str, Any] | None) -> str:
    """Return the number and first line of a cell of a notebook."""
    if found is None:
        return "a cell"
    code = [
        cell
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
        and "injected-parameters" not in cell["metadata"].get("tags", [])
    ]
    keys = [(cell.get("id"), "".join(cell["source"])) for cell in code]
    key = found.get("id"), "".join(found["source"])
    if key not in keys:
        return "the cell of parameters"
    first = key[1].strip().splitlines() or [""]
    return f"code cell {keys.index(key) + 1} ({first[0][:60]})"


def execute(
    source: Path,
    target: Path,
    parameters: Mapping[str, Any] | None = None,
    seconds: float | None = None,
    begins: Callable[[Mapping[str, Any]], None] = lambda cell: None,
) -> str:
    """Run the notebook `source` into `target`; return "" or what went wrong.

    `target` holds the run notebook also where a cell raised, so that it can be looked at. Its
    cells may take `seconds` together; if not given, `time_limit()`. `begins` is called with each
    cell before it runs.
    """
    limit = time_limit() if seconds is None else seconds
    said = ""
    for _ in range(_STARTS):
        said = _execute_once(source, target, dict(parameters or {}), Clock(limit, begins))
        if not said.startswith(UNBORN):
            break
    return said or _too_large(target)


def _too_large(path: Path) -> str:
    """Return which cell made a notebook larger than any that is read again, "" where none did."""
    size = path.stat().st_size
    if size <= MAX_JSON_BYTES:
        return ""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    largest = max(notebook["cells"], key=lambda cell: len(json.dumps(cell.get("outputs", []))))
    limit, megabytes = MAX_JSON_BYTES // 1_000_000, size // 1_000_000
    return (
        f"{_where(notebook, largest)}: expected a page of at most {limit} MB, got one of "
        f"{megabytes} MB; most of it is what this cell puts out"
    )


def _printed(notebook: Mapping[str, Any]) -> str:
    """Return which cell printed or warned, "" where none did: `evidence check` refuses both."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if output["output_type"] == "stream":
                words = visible(" ".join("".join(output["text"]).split()))
                return (
                    f"{_where(notebook, cell)}: expected no printed text or warning in a page, "
                    f'got "{words}"'
                )
    return ""


def _execute_once(source: Path, target: Path, parameters: dict[str, Any], clock: Clock) -> str:
    import papermill
    from nbclient.exceptions import CellTimeoutError
    from papermill.exceptions import PapermillException, PapermillExecutionError

    from evidence_book.kernels.forked_kernel import kernel_options

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
            timeout_func=clock,
            # What a cell printed may still be on its way when it has ended; on a busy machine the
            # four seconds of nbclient are few, and papermill takes them for the time limit.
            iopub_timeout=60,
            **kernel_options(),
        )
    except PapermillExecutionError as error:
        text = _COLOUR.sub("", error.evalue)
        notebook = json.loads(target.read_text(encoding="utf-8"))
        raised = (cell for cell in notebook["cells"] if _raised(cell))
        return f"{_where(notebook, next(raised, None))}: {error.ename}: {text}"
    except CellTimeoutError:
        where = _where(json.loads(source.read_text(encoding="utf-8")), clock.cell)
        return (
            f"{where}: stopped after {clock.seconds:g} s, the most that the cells of a page may "
            "take together; --time-limit, or EVIDENCE_TIME_LIMIT, sets another number of seconds"
        )
    except (PapermillException, RuntimeError, TimeoutError, OSError) as error:
        return f"{type(error).__name__}: {_COLOUR.sub('', str(error)).strip()}"
    return ""


class ApartProcess:
    """A process of its own that runs a notebook; it imports from the moment it is made.

    The data need not be checked by then, but before a notebook is run.

    Raises
    ------
    DataError
        Where the tables cannot be read.
    """

    def __init__(self) -> None:
        self._pool = WorkerPool(1, kernel_environment(read_files(data_folder()).digest))
        # A pool starts its process at the first job, whatever that is.
        self._pool.submit((int, 0))

    def execute(self, source: Path, target: Path, parameters: Mapping[str, Any]) -> str:
        """Run a notebook as `execute` does, with the kernel's environment."""
        return str(self._pool.submit((partial(execute, source, target), parameters)).result())

    def __enter__(self) -> ApartProcess:
        return self

    def __exit__(self, *raised: object) -> None:
        self._pool.stop()


def refresh_page(page: str) -> Run:
    """Run one page in place, in a process made by `process_pool`."""
    start = perf_counter()
    path = notebook_path(page)
    working = build_folder() / "running" / f"{page.replace('/', '--')}.ipynb"
    error = execute(path, working)
    if error:
        return Run(page, perf_counter() - start, f"{page}, {error}")
    executed = normalise(json.loads(working.read_text(encoding="utf-8")))
    error = _printed(executed)
    if error:
        return Run(page, perf_counter() - start, f"{page}, {error}")
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

    def end(page: str, outcome: Run | BaseException) -> None:
        if isinstance(outcome, BaseException):
            said = f"{page}: its process was killed {ATTEMPTS} times ({type(outcome).__name__})"
            outcome = Run(page, 0.0, said)
        runs.append(outcome)
        report(outcome)

    pool = WorkerPool(min(workers, len(pages)), kernel_environment())
    jobs = {page: (refresh_page, page) for page in pages}
    dispatch(jobs, pool, end, lost=lambda run: any(words in run.error for words in LOST))
    return sorted(runs, key=lambda run: run.page)
