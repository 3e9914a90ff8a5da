"""A sweep: one page with many combinations of parameters, each run once and never again.

`sweep` is what the command line and other parts of the book call. Runs go to anything with the
interface of `concurrent.futures`; without one, to a pool of processes on this machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evidence.record.results import PageResults
from evidence.sources.data import load_evidence
from evidence_book.grids.sweep_grid import check_runs
from evidence_book.grids.sweep_store import (
    dependency_key,
    files_stamp,
    from_text,
    read_run,
    run_path,
)
from evidence_book.grids.sweep_task import Outcome, Task, environment_of, run_task
from evidence_book.kernels.execute import kernel_environment
from evidence_book.kernels.worker_pool import ATTEMPTS, Job, WorkerPool, dispatch
from evidence_book.rendering.whole_writes import write_whole

_CHANGED = (
    "the page, its data, the library or the lock are not what they were when the sweep began, "
    "here or on a worker; what is finished is kept, start it again"
)


class SweepError(RuntimeError):
    """A sweep that cannot go on; what is finished is kept."""


@dataclass(frozen=True, slots=True)
class SweepRun:
    """One run of a sweep.

    Attributes
    ----------
    parameters : dict
        All parameters of the page, defaults filled in.
    path : Path
        Where its results are stored.
    error : str
        "" where it ran to its end, else cell and error in one line.
    earlier : bool
        True where it was not run now: its results were there already.
    seconds : float
        How long it took; 0 where it was not run now.
    """

    parameters: dict[str, Any]
    path: Path
    error: str = ""
    earlier: bool = False
    seconds: float = 0.0

    @property
    def notebook(self) -> Path:
        """Where the run notebook is stored, if the sweep was asked to keep it."""
        return self.path.with_suffix(".ipynb")

    @property
    def results(self) -> PageResults | None:
        """What the page recorded, read from the store; None where it failed."""
        return None if self.error else read_run(self.path, self.parameters)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sweep is to do.

    Attributes
    ----------
    defaults : dict
        Parameters of the published page.
    runs : list of SweepRun
        All runs, in the order given; `earlier` says which are stored.
    tasks : dict of Path to Task
        What is to be run, by the file it will be stored in.
    """

    defaults: dict[str, Any]
    runs: list[SweepRun] = field(default_factory=list)
    tasks: dict[Path, Task] = field(default_factory=dict)

    def without_repeats(self) -> Plan:
        """Return the same with each run once, where it was given first."""
        once: dict[Path, SweepRun] = {}
        for run in self.runs:
            once.setdefault(run.path, run)
        return Plan(self.defaults, list(once.values()), self.tasks)


def plan(page: str, runs: Sequence[Mapping[str, Any]], *, keep_notebook: bool = False) -> Plan:
    """Check every run and find out which are stored; nothing is started.

    With `keep_notebook` a run is stored only where its notebook is too.

    Raises
    ------
    ParameterError
        With one line for each distinct thing that is wrong.
    SweepError
        Where files change in this very moment.
    """
    stamp = files_stamp(page)
    evidence = load_evidence()
    checked = check_runs(page, runs, evidence)
    (defaults,) = check_runs(page, [{}], evidence)
    key = dependency_key(page, evidence)
    if files_stamp(page) != stamp:
        raise SweepError(_CHANGED)
    environment = environment_of(
        kernel_environment(evidence.digest()), page, pictures=keep_notebook
    )
    made = Plan(defaults)
    stored: dict[Path, bool] = {}
    for parameters in checked:
        path = run_path(page, key, parameters)
        if path not in stored:
            stored[path] = read_run(path, parameters) is not None and (
                not keep_notebook or path.with_suffix(".ipynb").exists()
            )
        if not stored[path]:
            given = {n: value for n, value in parameters.items() if value != defaults[n]}
            made.tasks[path] = Task(page, parameters, given, key, stamp, environment, keep_notebook)
        made.runs.append(SweepRun(parameters, path, earlier=stored[path]))
    return made


def sweep(
    page: str,
    runs: Sequence[Mapping[str, Any]],
    *,
    workers: int = 2,
    executor: Executor | None = None,
    report: Callable[[SweepRun], None] = lambda run: None,
    keep_notebook: bool = False,
) -> list[SweepRun]:
    """Run a page with many combinations of parameters; a failure stops no other run.

    Parameters
    ----------
    page : str
        The page.
    runs : sequence of mappings
        Parameters of each run; those not named are at their defaults.
    workers : int
        Runs at a time.
    executor : concurrent.futures.Executor, optional
        Where to run them, e.g. `distributed.Client(address).get_executor()`. It is left open.
    report : callable
        Called with each run as it ends, and at once with those that were stored already.
    keep_notebook : bool
        Keep the run notebooks too, `SweepRun.notebook`; on this machine only.

    Returns
    -------
    list of SweepRun
        In the order given; a run that is given twice is run once.

    Raises
    ------
    ParameterError
        Where a parameter is unknown or cannot be taken; nothing was run.
    SweepError
        Where the page, its data or the library change meanwhile, or the executor is gone. What
        is finished is kept.
    """
    return carry_out(
        plan(page, runs, keep_notebook=keep_notebook),
        workers=workers,
        executor=executor,
        report=report,
    )


def carry_out(
    made: Plan,
    *,
    workers: int = 2,
    executor: Executor | None = None,
    report: Callable[[SweepRun], None] = lambda run: None,
) -> list[SweepRun]:
    """Do what was planned; see `sweep`."""
    ended: dict[Path, SweepRun] = {}
    for run in made.runs:
        if run.earlier and run.path not in ended:
            ended[run.path] = run
            report(run)

    def end(path: Path, outcome: Outcome | BaseException) -> None:
        if isinstance(outcome, BaseException):
            words = f"its worker was lost {ATTEMPTS} times ({type(outcome).__name__})"
            outcome = Outcome("lost", words)
        if outcome.kind == "changed":
            raise SweepError(_CHANGED)
        task, error = made.tasks[path], "" if outcome.kind == "done" else outcome.text
        if not error and not path.exists():
            # The worker has another disk than this process.
            from_text(outcome.text)
            write_whole(path, outcome.text.encode())
        ended[path] = SweepRun(task.parameters, path, error, False, outcome.seconds)
        report(ended[path])

    if made.tasks:
        size = min(workers, len(made.tasks))
        environment = next(iter(made.tasks.values())).environment
        pool = WorkerPool(size, environment) if executor is None else _Given(workers, executor)
        jobs = {path: (run_task, task) for path, task in made.tasks.items()}
        dispatch(jobs, pool, end, lost=lambda outcome: outcome.kind == "lost")
    return [ended[run.path] for run in made.runs]


class _Given:
    """An executor that someone else made and will close."""

    def __init__(self, workers: int, executor: Executor) -> None:
        self.workers = workers
        self._executor = executor
        self._futures: set[Future[Outcome]] = set()

    def submit(self, job: Job) -> Future[Outcome]:
        try:
            future: Future[Outcome] = self._executor.submit(job[0], job[1])
        except Exception as error:
            raise SweepError(
                f"no more runs can be started ({error}); what is finished is kept"
            ) from error
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        return future

    def stop(self) -> None:
        for future in list(self._futures):
            future.cancel()

    def close(self) -> None:
        """Leave it open."""
