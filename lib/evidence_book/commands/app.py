"""What the commands share: the application, where they write, and how they fail."""

from __future__ import annotations

import difflib
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from evidence_book.kernels.time_limit import MOST_SECONDS, SECONDS, VARIABLE
from evidence_stats.printed.unseen import spelt_out, visible

# "[Errno 28] No space left on device: 'path'"
_REASON = re.compile(r"^\[Errno \d+\] ([^:]*).*", re.DOTALL)

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Check, run and build the evidence book.",
)


class PlainConsole(Console):
    """A console on which words of others move no cursor and change no colour."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print objects; in texts, characters that would not be seen are spelt out."""
        super().print(*(_plain(one) for one in objects), **options)


def _plain(words: object) -> object:
    return "\n".join(map(spelt_out, words.split("\n"))) if isinstance(words, str) else words


console = PlainConsole(highlight=False, soft_wrap=True)
errors = PlainConsole(stderr=True, highlight=False, soft_wrap=True)

PageArgument = Annotated[
    str | None,
    typer.Argument(help="A page, e.g. questions/landscape; landscape, where one page ends in it."),
]


def _folder(text: str) -> Path:
    """Return the path of a folder; an empty word, as of a variable not set, means none."""
    if not text:
        raise typer.BadParameter("expected a folder of tables, got an empty word")
    return Path(text)


DataOption = Annotated[
    Path | None,
    typer.Option(
        parser=_folder,
        metavar="DIRECTORY",
        help="Folder of other tables to read, with the same columns.",
    ),
]
TimeLimitOption = Annotated[
    float | None,
    typer.Option(
        min=0.001,
        max=MOST_SECONDS,
        envvar=VARIABLE,
        help=f"Seconds that the cells of one page may take together; {SECONDS} without it.",
    ),
]
WorkersOption = Annotated[int, typer.Option(min=1, max=64, help="Kernels at a time.")]


class UserError(Exception):
    """A mistake that the user can mend; shown without a traceback."""


def describe_os_error(error: OSError) -> str:
    """Return which file could not be used, and why."""
    where, reason, more = error.filename, error.strerror, ""
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        # What copying a folder raises: source, target and reason of every file of it.
        (_, where, reason), *others = error.args[0]
        reason = _REASON.sub(r"\1", str(reason))
        more = f" (and {len(others)} more)" if others else ""
    place = f"{visible(str(where))}: " if where else ""
    reason = reason or type(error).__name__
    return f"{place}expected a file that can be used, got: {visible(str(reason))}{more}"


def fail(lines: Iterable[object], summary: str) -> None:
    """Print what is wrong and leave with exit code 1."""
    for line in lines:
        errors.print(str(line), markup=False)
    errors.print(summary, style="bold red", markup=False)
    raise typer.Exit(1)


def known_page(page: str | None) -> str:
    """Return the name of a page of the book; its last part is enough where one page ends in it.

    Raises
    ------
    UserError
        Where there is none of this name, or several; the message names the nearest, or all.
    """
    from evidence_book.runs.freshness import list_pages

    pages = list_pages()
    name = (page or "").removeprefix("chapters/").removesuffix(".ipynb")
    if name in pages:
        return name
    by_short: dict[str, list[str]] = {}
    for one in pages:
        by_short.setdefault(one.rpartition("/")[2], []).append(one)
    found = by_short.get(name, [])
    if len(found) == 1:
        return found[0]
    given = visible(repr(page))
    if found:
        raise UserError(
            f"expected the name of one page, got {given}, which is {' or '.join(found)}"
        )
    near = difflib.get_close_matches(name, [*pages, *by_short], n=1)
    names = by_short.get(near[0], near) if near else []
    hint = f"did you mean {' or '.join(names)}?" if names else "pages: " + ", ".join(pages)
    raise UserError(f"expected the name of a page, got {given}; {hint}")


def progress_bar() -> Progress:
    """Return a progress bar on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=errors)
