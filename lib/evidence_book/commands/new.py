"""`evidence new book`, `study`, `question` and `undo`: what each begins with, what to fill in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from evidence_book.commands.app import UserError, app, console

new = typer.Typer(no_args_is_help=True, help="Scaffold a book, a study or a question.")
app.add_typer(new, name="new")
_UNDONE_BY = "`evidence new undo` takes all of it back, until one of these files is changed"


@new.command()
def book(
    folder: Annotated[Path, typer.Argument(help="An empty folder, or one that is not there yet.")],
    question: Annotated[str, typer.Option(help="The question in words, with its mark.")] = "",
    treatment: Annotated[
        list[str] | None,
        typer.Option(help="Twice: what is compared, then with what."),
    ] = None,
    outcome: Annotated[str, typer.Option(help="What is counted in both groups.")] = "",
    better: Annotated[str, typer.Option(help="Better for people: fewer with it, or more.")] = "",
    patients: Annotated[str, typer.Option(help="Who they are.")] = "People in the studies",
    author: Annotated[str, typer.Option(help="Who writes it.")] = "The authors of this book",
) -> None:
    """Write a whole small book that builds at once; what is not given is asked for."""
    from evidence_book.scaffold.new_book import NewBook, scaffold_book

    pair = [*(treatment or []), "", ""]
    if len(pair) > 4:
        raise UserError(f"--treatment: expected it twice, got it {len(pair) - 2} times")
    given = _ask_for_missing(
        {
            "question": (question, "The question, with its mark"),
            "treatment": (pair[0], "The treatment"),
            "comparator": (pair[1], "What it is compared with"),
            "outcome": (outcome, "What is counted in both groups"),
            "better": (better, "Better for people: fewer with it, or more"),
        }
    )
    asked = NewBook(**given, patients=patients, author=author)  # type: ignore[arg-type]
    written = scaffold_book(folder, asked)
    console.print(f"{len(written)} files in {folder}", markup=False)
    console.print(f"next: cd {folder}, then `make book` and `make test`", markup=False)


def _ask_for_missing(answers: dict[str, tuple[str, str]]) -> dict[str, str]:
    """Return the answers, asking in a terminal for those that were not given.

    Raises
    ------
    UserError
        Where there is no terminal to ask in.
    """
    missing = [name for name, (answer, _) in answers.items() if not answer]
    if missing and not sys.stdin.isatty():
        options = {"comparator": "a second --treatment"}
        names = ", ".join(options.get(name, f"--{name}") for name in missing)
        raise UserError(f"expected {names}, got none, and no terminal to ask in")
    return {name: answer or str(typer.prompt(words)) for name, (answer, words) in answers.items()}


@new.command()
def study(
    study_id: Annotated[str, typer.Argument(help="First author and year, e.g. doe-2016.")],
    title: Annotated[
        str, typer.Option(help="Title of its main publication, where no record gives it.")
    ] = "",
    arm: Annotated[
        list[str] | None,
        typer.Option(
            "--arm", help="name=TREATMENT, once per arm; those of the last study if none."
        ),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Citation key; from the id if not given.")
    ] = None,
    record: Annotated[
        str, typer.Option(help="Record of data/screening.csv that it begins from, e.g. C0001.")
    ] = "",
) -> None:
    """Write rows, chapter, contents and a bibliography entry for a study, with TODO inside."""
    from evidence.files.paths import project_root
    from evidence_book.intake.screening import known_of
    from evidence_book.scaffold.new_study import (
        NewStudy,
        arms_of_last_study,
        scaffold_study,
        what_is_next,
    )

    pairs = [word.partition("=") for word in arm or ()]
    known = known_of(record) if record else {}
    if not title and not known:
        raise UserError("expected --title, or the --record that gives it, got neither")
    made = NewStudy(
        study_id=study_id,
        title=title or known["title"],
        arms=tuple((name, treatment) for name, _, treatment in pairs) or arms_of_last_study(),
        source=study_id.replace("-", "") if source is None else source,
        known=known,
    )
    for path in scaffold_study(made):
        console.print(path.relative_to(project_root()).as_posix(), markup=False)
    for line in what_is_next(made):
        console.print(line, markup=False)
    console.print(_UNDONE_BY)


@new.command()
def question(
    name: Annotated[str, typer.Argument(help="One name for all its files, e.g. quality_of_life.")],
    title: Annotated[str, typer.Option(help="The question in words.")],
) -> None:
    """Write parameter class, module, chapter, contents and test for a question; it runs at once."""
    from evidence.files.paths import project_root
    from evidence_book.scaffold.new_question import NewQuestion, scaffold_question

    for path in scaffold_question(NewQuestion(name, title)):
        console.print(path.relative_to(project_root()).as_posix(), markup=False)
    console.print(
        f"next: parameters, numbers and claims of {name}, its figure, its prose, its test"
    )
    console.print("`evidence check` says what is missing, then `evidence run`")
    console.print(_UNDONE_BY)


@new.command()
def undo() -> None:
    """Take back what the last `evidence new` wrote, unless a file was changed since."""
    from evidence.files.paths import project_root
    from evidence_book.scaffold.undo import undo_new

    for path in undo_new():
        words = "as before" if path.exists() else "removed"
        console.print(f"{path.relative_to(project_root()).as_posix()}: {words}", markup=False)
