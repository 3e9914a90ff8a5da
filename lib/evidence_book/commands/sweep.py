"""`evidence sweep`: one page with many combinations of parameters."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from evidence_book.commands.app import (
    TimeLimitOption,
    UserError,
    WorkersOption,
    app,
    console,
    errors,
    fail,
    known_page,
)
from evidence_book.kernels.time_limit import limit_time

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from evidence_book.grids.sweep import Plan, SweepRun

_ADDRESS = re.compile(r"(tcp|tls|ws|wss)://(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}", re.ASCII)
# Failures shown on the screen; all of them stand in failures.csv.
_SHOWN = 10


@app.command()
def sweep(
    page: Annotated[str, typer.Argument(help="A page with parameters.")],
    grid: Annotated[Path, typer.Option(help="YAML file of the runs.")],
    workers: WorkersOption = 2,
    scheduler: Annotated[
        str | None, typer.Option(help="Dask scheduler to run on, e.g. tcp://host:8786.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables.")] = None,
    keys: Annotated[
        list[str] | None,
        typer.Option(help="A number or claim:name to be kept in the table; all without it."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count the runs.")] = False,
    time_limit: TimeLimitOption = None,
) -> None:
    """Run a page with every combination of a grid; what is finished is never run again."""
    from evidence.files.paths import build_folder
    from evidence_book.grids.sweep import SweepError
    from evidence_book.grids.sweep_grid import read_grid
    from evidence_book.grids.sweep_store import sweep_folder
    from evidence_book.grids.sweep_table import write_tables
    from evidence_book.rendering.exclusive import hold_project

    limit_time(time_limit)
    name = known_page(page)
    if out is not None and out.exists() and not out.is_dir():
        raise UserError(f"--out: expected a folder, got the file {out}")
    grid_runs = read_grid(grid)
    planned = _plan(name, grid_runs)
    kept = _known_keys(name, keys or [])
    _say_counts(planned, len(grid_runs))
    if dry_run:
        return
    waited: list[str] = []

    def say(words: str) -> None:
        errors.print(words, markup=False)
        waited.append(words)

    part = sweep_folder(name).relative_to(build_folder()).as_posix()
    try:
        with hold_project(f"evidence sweep {name}", say, part=part):
            if waited:
                # What the other sweep of this page has finished is not run again.
                planned = _plan(name, grid_runs)
                _say_counts(planned, len(grid_runs))
            runs = _carry_out(name, planned, workers, scheduler)
    except SweepError as error:
        raise UserError(str(error)) from None
    except KeyboardInterrupt:
        errors.print("stopped; what is finished is kept, the same command goes on from there")
        raise typer.Exit(130) from None
    # "..yml" is a file, and its stem a folder above.
    folder = out or sweep_folder(name) / (grid.stem.strip(".") or "grid")
    try:
        written = write_tables(folder, runs, planned.defaults, kept)
    except OSError as error:
        raise UserError(f"--out: the tables could not be written ({error})") from None
    for path in written:
        console.print(str(path), markup=False, soft_wrap=True)
    failed = [run for run in runs if run.error]
    if failed:
        lines = [f"{_words(run, planned.defaults)}: {run.error}" for run in failed[:_SHOWN]]
        more = [f"... and {len(failed) - _SHOWN} more"] if len(failed) > _SHOWN else []
        fail(
            [*lines, *more],
            f"{len(failed)} of {len(runs)} runs failed; the others are kept, and the same "
            "command runs the failed ones again",
        )


def _plan(page: str, runs: Sequence[Mapping[str, Any]]) -> Plan:
    from evidence_book.grids.sweep import SweepError, plan

    try:
        return plan(page, runs).without_repeats()
    except SweepError as error:
        raise UserError(str(error)) from None


def _say_counts(planned: Plan, given: int) -> None:
    there, repeated = sum(run.earlier for run in planned.runs), given - len(planned.runs)
    counts = f"runs: {len(planned.runs)}, finished: {there}, to do: {len(planned.tasks)}"
    console.print(counts + (f" ({repeated} given twice)" if repeated else ""))


def _carry_out(page: str, planned: Plan, workers: int, scheduler: str | None) -> list[SweepRun]:
    from evidence_book.grids.sweep import carry_out

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    remaining = TimeRemainingColumn(elapsed_when_finished=True)
    # A run takes seconds, so the speed is that of the last ten minutes.
    with (
        _executor(scheduler, workers) as (executor, at_a_time),
        Progress(*columns, remaining, console=errors, speed_estimate_period=600) as progress,
    ):
        task = progress.add_task(page, total=len(planned.tasks))
        failed = 0

        def report(run: SweepRun) -> None:
            nonlocal failed
            if not run.earlier:
                failed += bool(run.error)
                words = f"{page}, {failed} failed" if failed else page
                progress.update(task, advance=1, description=words)

        return carry_out(planned, workers=at_a_time, executor=executor, report=report)


@contextmanager
def _executor(scheduler: str | None, workers: int) -> Iterator[tuple[Executor | None, int]]:
    """Yield where to run, None for this machine, and how many runs to hand over at a time."""
    if scheduler is None:
        yield None, workers
        return
    try:
        from distributed import Client
    except ImportError:
        raise UserError(
            "--scheduler needs the package distributed: pip install 'evidence-book[cluster]'"
        ) from None
    expected = "--scheduler: expected the address of a running Dask scheduler, such as "
    expected += f"tcp://127.0.0.1:8786, got {scheduler!r}"
    if not _ADDRESS.fullmatch(scheduler):
        raise UserError(expected)
    try:
        client = Client(scheduler, timeout="10s", set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise UserError(f"{expected} ({error})") from None
    with client:
        threads = sum(client.nthreads().values())  # type: ignore[no-untyped-call]
        if not threads:
            raise UserError(f"--scheduler: the scheduler at {scheduler} has no workers yet")
        # Each is sent one run ahead, so that none waits for the next.
        executor = client.get_executor(pure=False)  # type: ignore[no-untyped-call]
        yield executor, 2 * threads


def _known_keys(page: str, keys: Sequence[str]) -> list[str]:
    """Return the keys that are to be kept in the table.

    Raises
    ------
    UserError
        Where the published page has no such number or claim.
    """
    from evidence.files.paths import notebook_path
    from evidence.record.results import read_results

    recorded = read_results(notebook_path(page))
    known = [*recorded.results, *(f"claim:{key}" for key in recorded.claims)]
    for key in keys:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"for example {', '.join(known[-3:])}"
            raise UserError(f"--keys: expected a number or claim of {page}, got {key!r}; {hint}")
    return list(keys)


def _words(run: SweepRun, defaults: dict[str, Any]) -> str:
    from evidence.record.validation import shown

    changed = {name: v for name, v in run.parameters.items() if v != defaults[name]}
    return ", ".join(f"{name} = {shown(v)}" for name, v in changed.items()) or "all at defaults"
