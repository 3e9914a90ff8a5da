"""`evidence build` and `evidence status`: the book as a whole."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from evidence.commands.app import WorkersOption, app, console, errors, fail
from evidence.commands.check import check
from evidence.commands.run import refresh_pages


@app.command()
def build(
    workers: WorkersOption = 2,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Also print the book to _build/evidence-book.pdf.")
    ] = False,
) -> None:
    """Check, run what is stale, render the book, publish it at _build/html/index.html."""
    from evidence.book.build import BuildError, build_book

    if pdf:
        _need_chromium()
    refresh_pages(None, workers=workers)
    check()
    with errors.status("rendering"):
        try:
            index = build_book()
        except BuildError as error:
            fail([error], "the book was not rendered; the published book is as it was")
            return
    console.print(str(index), markup=False)
    if pdf:
        _print_book()


def _need_chromium() -> None:
    """Say that there is no Chromium before minutes are spent on pages."""
    from evidence.book.chromium import PrintError, find_chromium

    try:
        find_chromium()
    except PrintError as error:
        fail([error], "nothing was built; without --pdf no Chromium is needed")


def _print_book() -> None:
    """Print the published book as one PDF."""
    from evidence.book.chromium import PrintError
    from evidence.book.pdf import make_pdf

    with errors.status("printing"):
        try:
            printed = make_pdf()
        except PrintError as error:
            fail([error], "the book was not printed; the last PDF, if any, is as it was")
            return
    console.print(str(printed), markup=False)


@app.command()
def status() -> None:
    """Show which pages are fresh, why others are stale, and what each records."""
    from evidence.book.freshness import list_pages, why_stale
    from evidence.book.own_data import refuse_own_data
    from evidence.data import load_evidence
    from evidence.paths import notebook_path
    from evidence.results import read_results

    refuse_own_data("the status of pages")
    evidence = load_evidence()
    table = Table("page", "state", "numbers", "claims", "figures", box=None)
    stale = 0
    for page in list_pages():
        why = why_stale(page, evidence)
        stale += bool(why)
        recorded = read_results(notebook_path(page))
        state = "fresh" if not why else "stale: " + ", ".join(why)
        counts = (len(recorded.results), len(recorded.claims), len(recorded.figures))
        table.add_row(page, state, *map(str, counts))
    console.print(table)
    if stale:
        console.print(f"{stale} stale; `evidence run` brings them up to date")
