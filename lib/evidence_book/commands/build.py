"""`evidence build` and `evidence status`: the book as a whole."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from evidence_book.commands.app import (
    TimeLimitOption,
    WorkersOption,
    app,
    console,
    describe_os_error,
    errors,
    fail,
)
from evidence_book.commands.check import check, warn_of_literature
from evidence_book.commands.run import refresh_pages
from evidence_book.kernels.time_limit import limit_time


@app.command()
def build(
    workers: WorkersOption = 2,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Also print the book and its ledgers, to _build/*.pdf.")
    ] = False,
    force: Annotated[bool, typer.Option(help="Render every page, whatever is kept.")] = False,
    time_limit: TimeLimitOption = None,
) -> None:
    """Check, run what is stale, render the book, publish it at _build/html/index.html."""
    from evidence.files.paths import build_folder
    from evidence_book.rendering.publishing import is_up_to_date

    limit_time(time_limit)
    if pdf:
        _need_chromium()
    # With other data named, the pages refuse to run in place, and say so.
    if not force and not os.environ.get("EVIDENCE_DATA") and is_up_to_date():
        console.print("nothing changed since the book was published")
        console.print(str(build_folder() / "html" / "index.html"), markup=False)
    else:
        _build(workers, force=force)
    if pdf:
        _print_book()


def _build(workers: int, *, force: bool) -> None:
    from evidence.sources.data import load_evidence
    from evidence_book.rendering.build import build_book, key_after
    from evidence_book.rendering.exclusive import hold_project
    from evidence_book.rendering.renderer import BuildError, Renderer
    from evidence_book.runs.own_data import refuse_own_data

    def say(words: str) -> None:
        errors.print(words, markup=False)

    refuse_own_data("a build of the book")
    try:
        with hold_project("evidence build", say), Renderer() as renderer:
            # Tables that were checked once are not checked again where they are read again.
            os.environ["EVIDENCE_CHECKED"] = load_evidence().digest()
            key = key_after(lambda: refresh_pages(None, workers=workers))
            check()
            with errors.status("rendering"):
                index = build_book(say, proven=key, renderer=renderer, force=force)
    except (BuildError, OSError) as error:
        said = describe_os_error(error) if isinstance(error, OSError) else error
        fail([said], "the book was not rendered; the published book is as it was")
        return
    console.print(str(index), markup=False)


def _need_chromium() -> None:
    """Say that there is no Chromium before minutes are spent on pages."""
    from evidence_book.extras.chromium import PrintError, find_chromium

    try:
        find_chromium()
    except PrintError as error:
        fail([error], "nothing was built; without --pdf no Chromium is needed")


def _print_book() -> None:
    """Print the published book and its ledgers."""
    from evidence_book.extras.chromium import PrintError
    from evidence_book.extras.pdf import make_pdfs

    with errors.status("printing"):
        try:
            printed = make_pdfs()
        except PrintError as error:
            fail([error], "the book was not printed; the last PDFs, if any, are as they were")
            return
    for path in printed:
        console.print(str(path), markup=False)


@app.command()
def status() -> None:
    """Show which pages are fresh, why others are stale, and what each records."""
    from rich.table import Table

    from evidence.files.paths import notebook_path
    from evidence.record.results import read_results
    from evidence.sources.data import load_evidence
    from evidence_book.grids.multiverse import due_multiverses
    from evidence_book.grids.switch import due_menus
    from evidence_book.runs.freshness import list_pages, why_stale
    from evidence_book.runs.own_data import refuse_own_data

    refuse_own_data("the status of pages")
    evidence = load_evidence()
    table = Table("page", "state", "numbers", "claims", "figures", box=None)
    stale = 0
    broken = []
    for page in list_pages():
        try:
            why = why_stale(page, evidence)
        except ValueError as error:
            broken.append(str(error))
            table.add_row(page, "no notebook")
            continue
        stale += bool(why)
        recorded = read_results(notebook_path(page))
        state = "fresh" if not why else "stale: " + ", ".join(why)
        counts = (len(recorded.results), len(recorded.claims), len(recorded.figures))
        table.add_row(page, state, *map(str, counts))
    console.print(table)
    if stale:
        console.print(f"{stale} stale; `evidence run` brings them up to date")
    for line in [*due_menus(evidence), *due_multiverses(evidence)]:
        console.print(line, markup=False)
    warn_of_literature()
    if broken:
        fail(broken, f"{len(broken)} of {len(list_pages())} pages cannot be read")
