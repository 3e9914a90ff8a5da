"""`evidence intake` and `screen`: records of databases taken in, and decided one by one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from evidence_book.commands.app import UserError, app, console, errors


@app.command()
def intake(
    exports: Annotated[
        list[Path],
        typer.Argument(help="Exports: RIS, nbib, PubMed XML, BibTeX, ClinicalTrials.gov JSON."),
    ],
    database: Annotated[
        str, typer.Option(help="Database of these exports, where they do not say so.")
    ] = "",
    update: Annotated[
        str, typer.Option(help="Update that they belong to, e.g. 2026-11; this month if none.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be added, and write nothing.")
    ] = False,
    markdown: Annotated[
        Path | None, typer.Option(help="Also write what is said to a file, for a comment.")
    ] = None,
) -> None:
    """Take records of databases into data/screening.csv, each publication once."""
    from evidence_book.intake.intake import as_markdown, take_exports, told_of
    from evidence_book.runs.own_data import refuse_own_data

    refuse_own_data("an intake")
    done = take_exports(
        exports, database=database, update=update, today=date.today(), dry_run=dry_run
    )
    lines = list(told_of(done, dry_run=dry_run))
    unread = [f"taken in without: {problem}" for problem in done.unread]
    for line in unread:
        errors.print(line, markup=False)
    for line in lines:
        console.print(line, markup=False)
    if markdown is not None:
        markdown.write_text(as_markdown([*lines, *unread]), encoding="utf-8")


@app.command()
def screen(
    record: Annotated[str | None, typer.Argument(help="Id of a record, e.g. C0001.")] = None,
    decision: Annotated[str | None, typer.Argument(help="include or exclude.")] = None,
    reason: Annotated[str, typer.Option(help="Why; needed to exclude.")] = "",
    reader: Annotated[str, typer.Option(help="Who decides.", envvar="EVIDENCE_READER")] = "",
    again: Annotated[bool, typer.Option("--again", help="Replace an earlier decision.")] = False,
    asreview: Annotated[
        Path | None, typer.Option(help="Write all records with their labels for ASReview.")
    ] = None,
    abstracts: Annotated[
        list[Path] | None,
        typer.Option(help="With --asreview: exports to take abstracts from, once per file."),
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(help="Record the labels of a table that ASReview wrote.")
    ] = None,
) -> None:
    """List the records that wait for a decision, or record one."""
    from evidence_book.intake.candidates import read_screening
    from evidence_book.intake.screening import (
        export_labels,
        import_labels,
        record_decision,
        shown_record,
        waiting_lines,
    )
    from evidence_book.runs.own_data import refuse_own_data

    refuse_own_data("screening")
    lines: Iterable[str]
    if asreview is not None:
        lines = export_labels(asreview, abstracts or [])
    elif labels is not None:
        lines = import_labels(labels, reason=reason, reader=reader, again=again)
    elif record is None:
        lines = waiting_lines(read_screening())
    elif decision is None:
        lines = shown_record(record)
    elif decision in ("include", "exclude"):
        lines = record_decision(record, decision, reason=reason, reader=reader, again=again)
    else:
        raise UserError(f"expected include or exclude, got {decision!r}")
    for line in lines:
        console.print(line, markup=False)
