"""`evidence multiverse`: every defensible choice of analysis, run and kept in data/multiverse/."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.progress import TaskID

from evidence_book.commands.app import UserError, WorkersOption, app, console, fail, progress_bar


@app.command()
def multiverse(
    question: Annotated[
        str | None, typer.Argument(help="A question, e.g. biomarker_prognosis; all without one.")
    ] = None,
    workers: WorkersOption = 2,
) -> None:
    """Run every specification of data/multiverse/*.yml; the multiverse page shows them."""
    from evidence.multiverse.design import questions_with_designs
    from evidence_book.grids.multiverse import MultiverseError, count_specifications, run_multiverse
    from evidence_book.grids.sweep import SweepError, SweepRun

    known = questions_with_designs()
    name = (question or "").removeprefix("questions/")
    if question is not None and name not in known:
        raise UserError(f"expected one of {', '.join(known)}, got {question!r}")
    for each in [name] if question else known:
        with progress_bar() as progress:
            task = progress.add_task(each, total=count_specifications(each))

            def report(run: SweepRun, task: TaskID = task) -> None:
                progress.update(task, advance=1)

            try:
                path = run_multiverse(each, workers=workers, report=report)
            except (MultiverseError, SweepError) as error:
                fail([error], f"{each}: the multiverse is as it was")
        console.print(str(path), markup=False)
    console.print("run `evidence run` to bring the multiverse page up to date")
