"""`evidence run` and `evidence params`: pages in place, or with other parameters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import TaskID

from evidence_book.commands.app import (
    DataOption,
    PageArgument,
    TimeLimitOption,
    UserError,
    WorkersOption,
    app,
    console,
    errors,
    fail,
    known_page,
    progress_bar,
)
from evidence_book.kernels.time_limit import limit_time

if TYPE_CHECKING:
    from evidence.sources.data import Evidence


@app.command()
def run(
    page: PageArgument = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="name=value; makes a variant of the page.")
    ] = None,
    params: Annotated[
        Path | None, typer.Option(help="YAML file of parameters; makes a variant of the page.")
    ] = None,
    data: DataOption = None,
    force: Annotated[bool, typer.Option(help="Run fresh pages too.")] = False,
    menus: Annotated[
        bool,
        typer.Option(
            "--menus/--no-menus",
            help="Also compute the menus, the lists of assumptions that a reader of a page picks "
            "from: the page is run with every combination, which takes minutes. Leave them for "
            "later while drafting.",
        ),
    ] = True,
    workers: WorkersOption = 2,
    time_limit: TimeLimitOption = None,
) -> None:
    """Run stale pages in place; with --set, --params or --data make a variant below _build/."""
    limit_time(time_limit)
    if set_ or params is not None or data is not None:
        _run_variant(page, set_ or [], params, data)
        return
    from evidence_book.rendering.exclusive import hold_project

    with hold_project("evidence run", lambda words: errors.print(words, markup=False)):
        refresh_pages(page, force=force, workers=workers, menus=menus)


def refresh_pages(
    page: str | None, *, force: bool = False, workers: int = 2, menus: bool = True
) -> None:
    """Run stale pages in place, all or one, and their menus; say what changed and what is due."""
    from evidence.sources.data import load_evidence
    from evidence_book.grids.multiverse import due_multiverses
    from evidence_book.grids.switch import due_menus
    from evidence_book.runs.freshness import list_pages, why_stale
    from evidence_book.runs.own_data import refuse_own_data

    refuse_own_data("a run in place")
    evidence = load_evidence()
    pages = list_pages() if page is None else [known_page(page)]
    stale = [name for name in pages if force or why_stale(name, evidence)]
    if stale:
        _refresh_stale(stale, workers)
    else:
        console.print(f"fresh: {len(pages)} of {len(pages)}, nothing to run")
    if menus:
        _refresh_switches(pages, evidence, workers)
    for line in [*due_menus(evidence), *due_multiverses(evidence)]:
        errors.print(line, style="yellow", markup=False)


def _refresh_switches(pages: list[str], evidence: Evidence, workers: int) -> None:
    """Compute again what the menus of pages show, where it is not of the page as it is."""
    from evidence_book.grids.sweep import SweepError
    from evidence_book.grids.switch import refresh_switch, stale_menus
    from evidence_book.grids.switch_grid import read_switch_grid

    due = [one for one in stale_menus(evidence) if one in pages]
    if due:
        errors.print(
            "menus, the lists of assumptions on a page, are computed beforehand: a run for every "
            "combination (--no-menus leaves them for later)"
        )
    for page in due:
        with progress_bar() as progress:
            total = len(read_switch_grid(page).computed())
            task = progress.add_task(f"menus of {page}", total=total)

            def report(_: object, task: TaskID = task) -> None:
                progress.update(task, advance=1)

            try:
                refresh_switch(page, workers=workers, report=report)
            except SweepError as error:
                fail([error], f"menus of {page}: they are as they were")
        console.print(f"menus of {page}: {total} combinations", markup=False)


def _refresh_stale(stale: list[str], workers: int) -> None:
    from evidence_book.kernels.execute import Run, refresh

    with progress_bar() as progress:
        task = progress.add_task("running pages", total=len(stale))

        def report(run: Run) -> None:
            progress.update(task, advance=1, description=run.page)

        try:
            runs = refresh(stale, workers=workers, report=report)
        except KeyboardInterrupt:
            done = int(progress.tasks[0].completed)
            errors.print(
                f"stopped: {done} of {len(stale)} pages were run and are kept; the same "
                "command runs the others"
            )
            raise typer.Exit(130) from None
    failed = [run.error for run in runs if run.error]
    changed = sum(run.changed for run in runs)
    console.print(f"pages run: {len(runs) - len(failed)}, changed: {changed}")
    if failed:
        fail(failed, f"{len(failed)} of {len(runs)} pages failed; their last good form is kept")


def _run_variant(
    page: str | None, assignments: list[str], file: Path | None, data: Path | None
) -> None:
    from evidence_book.rendering.renderer import BuildError
    from evidence_book.reports.report import terminal_lines
    from evidence_book.runs.variant import make_variant, read_parameters

    name = known_page(page)
    given = read_parameters(assignments, file)
    try:
        variant = make_variant(name, given, data, lambda words: errors.print(words, markup=False))
    except BuildError as error:
        fail([error], "the variant was not rendered; nothing of it is kept")
        return
    for line in terminal_lines(variant.changes):
        console.print(line, markup=False)
    console.print(str(variant.html), markup=False)


@app.command()
def params(page: Annotated[str, typer.Argument(help="A page with parameters.")]) -> None:
    """Show the parameters of a page: what each allows, its default, its meaning."""
    from evidence.record.validation import describe
    from evidence_book.runs.own_library import model_of

    name = known_page(page)
    model = model_of(name)
    if model is None:
        raise UserError(f"{name} has no parameters")
    for row in describe(model):
        console.print(row["name"], style="bold", markup=False)
        console.print(f"    {row['meaning']}", markup=False)
        console.print(f"    {row['allowed']}; default {row['default'] or 'none'}", markup=False)
