"""`evidence live`: the book in a browser, with its parameters to be changed there."""

from __future__ import annotations

from typing import Annotated

import typer

from evidence_book.commands.app import (
    DataOption,
    TimeLimitOption,
    UserError,
    WorkersOption,
    app,
    console,
    errors,
)
from evidence_book.kernels.time_limit import limit_time


@app.command()
def live(
    data: DataOption = None,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port on this machine; 0 for any free one.")
    ] = 0,
    workers: WorkersOption = 2,
    time_limit: TimeLimitOption = None,
) -> None:
    """Serve the book on this machine: change parameters in the browser, see edits at once."""
    from evidence.files.paths import build_folder
    from evidence_book.live.server import serve_book
    from evidence_book.live.session import Session
    from evidence_book.rendering.exclusive import hold_project
    from evidence_book.runs.freshness import list_pages
    from evidence_book.runs.own_data import own_evidence, refuse_own_data

    limit_time(time_limit)
    refuse_own_data("the live book")
    if not (build_folder() / "html" / "index.html").is_file():
        raise UserError(
            "expected a built book in _build/html, got none; run `evidence build` first"
        )
    if data is not None:
        # What is wrong with it is said here, with file, line and column.
        own_evidence(data)

    def say(words: str) -> None:
        errors.print(words, markup=False)

    def started(address: str) -> None:
        console.print(address, markup=False)
        say("open this address in a browser of this machine; Ctrl-C ends the server")

    with hold_project("evidence live", say, part="live-server"):
        try:
            serve_book(Session(workers, data), frozenset(list_pages()), port, started)
        except OSError as error:
            raise UserError(
                f"--port: expected a free port, got {port} ({error.strerror})"
            ) from None
