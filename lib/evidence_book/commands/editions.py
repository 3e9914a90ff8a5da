"""`evidence release`, `archive` and `diff`: editions, and what changed between two of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_book.commands.app import UserError, app, console, errors, fail

if TYPE_CHECKING:
    from evidence.record.editions import Edition

_Side = Annotated[
    str | None,
    typer.Argument(
        help="A version, working, or a path: edition, variant, copy of the book, executed notebook."
    ),
]


@app.command()
def release(
    version: Annotated[str, typer.Argument(help="Three numbers, e.g. 0.2.0; it must rise.")],
) -> None:
    """Write data/released/VERSION.json from committed pages that are fresh and pass the check."""
    from evidence_book.commands.check import find_problems
    from evidence_book.reports.releases import check_version, refuse_uncommitted
    from evidence_book.reports.releases import release as write
    from evidence_book.runs.own_data import refuse_own_data

    refuse_own_data("a release")
    check_version(version)
    problems = find_problems()
    if problems:
        again = f"mend them, commit, then `evidence release {version}` again"
        fail(problems, f"nothing was released: `evidence check` finds {len(problems)}; {again}")
    refuse_uncommitted()
    console.print(str(write(version)), markup=False)


@app.command()
def archive(
    version: Annotated[str, typer.Argument(help="A released version, e.g. 0.2.0.")],
) -> None:
    """Write dist/evidence-book-VERSION.zip from the built book, and its SHA-256 beside it."""
    from evidence_book.extras.release_archive import archive_release

    for path in archive_release(version):
        console.print(str(path), markup=False)


@app.command()
def diff(
    old: _Side = None,
    new: _Side = None,
    markdown: Annotated[
        Path | None, typer.Option(help="Write the report to this file as Markdown.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    modules: Annotated[
        bool, typer.Option("--modules", help="Name every module of the library that differs.")
    ] = False,
) -> None:
    """Show what moved between two editions, variants or notebooks, and why.

    Without arguments: from the last release to the pages as they stand; with one: from that to
    the pages as they stand.
    """
    from evidence.record.edition_changes import compare_editions
    from evidence_book.reports import report
    from evidence_book.reports.releases import list_releases, open_side

    if old is None:
        versions = list_releases()
        if not versions:
            raise UserError(
                "expected two sides, since nothing is released yet; "
                "`evidence release VERSION` makes the first edition"
            )
        old = versions[-1]
    sides = (old, new or "working")
    # Files first: a wrong name is said before any table is read.
    opened = {side: open_side(side) for side in sides if side != "working"}
    if "working" in sides:
        opened["working"] = _working()
    changes = compare_editions(*(opened[side] for side in sides))
    shown = changes if modules else changes.folded()
    if markdown is not None:
        _write(markdown, report.markdown(shown))
    if as_json:
        print(json.dumps(changes.to_json(), indent=1, ensure_ascii=False))
        return
    for line in report.terminal_lines(shown):
        console.print(line, markup=False)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UserError(f"--markdown: expected a file that can be written, got {reason}") from None


def _working() -> Edition:
    """Return the pages as they stand, and say on standard error how many are stale."""
    from evidence.sources.data import load_evidence
    from evidence_book.reports.releases import open_side
    from evidence_book.runs.freshness import list_pages, why_stale
    from evidence_book.runs.own_data import refuse_own_data

    refuse_own_data("a comparison with the working tree")
    evidence = load_evidence()
    stale = sum(bool(why_stale(page, evidence)) for page in list_pages())
    if stale:
        words = f"{stale} pages are stale; their numbers are those of their last run"
        errors.print(words, style="yellow", markup=False)
    return open_side("working", evidence)
