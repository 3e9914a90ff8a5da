"""`evidence new study`, `new question` and `new undo`: what each begins with, what to fill in."""

from __future__ import annotations

from typing import Annotated

import typer

from evidence_book.commands.app import app, console

new = typer.Typer(no_args_is_help=True, help="Scaffold a study or a question, or undo that.")
app.add_typer(new, name="new")
_UNDONE_BY = "`evidence new undo` takes all of it back, until one of these files is changed"


@new.command()
def study(
    study_id: Annotated[str, typer.Argument(help="First author and year, e.g. doe-2016.")],
    title: Annotated[str, typer.Option(help="Title of its main publication.")],
    arm: Annotated[
        list[str] | None,
        typer.Option("--arm", help="name=TREATMENT, once per arm; sorafenib_ifn=SOR+IFN if none."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Citation key; from the id if not given.")
    ] = None,
) -> None:
    """Write rows, chapter, contents and a bibliography entry for a study, with TODO inside."""
    from evidence.files.paths import project_root
    from evidence_book.scaffold.new_study import NewStudy, scaffold_study, what_is_next

    pairs = [word.partition("=") for word in arm or ["sorafenib_ifn=SOR+IFN"]]
    made = NewStudy(
        study_id=study_id,
        title=title,
        arms=tuple((name, treatment) for name, _, treatment in pairs),
        source=study_id.replace("-", "") if source is None else source,
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
