"""The command line: check, audit, run, build, status, params."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from evidence.problems import DataError, Problem

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Check, run and build the evidence book.",
)
console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

PageArgument = Annotated[
    str | None, typer.Argument(help="A page, e.g. questions/biomarker_prognosis.")
]
WorkersOption = Annotated[int, typer.Option(min=1, max=64, help="Kernels at a time.")]


class UserError(Exception):
    """A mistake that the user can mend; shown without a traceback."""


def fail(lines: Iterable[object], summary: str) -> None:
    """Print what is wrong and leave with exit code 1."""
    for line in lines:
        errors.print(str(line), markup=False)
    errors.print(summary, style="bold red", markup=False)
    raise typer.Exit(1)


def find_problems() -> list[Problem]:
    """Return everything wrong with data, contents and chapters; starts no kernel."""
    from evidence.book.lint import lint_chapters
    from evidence.book.notebooks import check_notebooks
    from evidence.book.toc import check_toc
    from evidence.data import load_evidence
    from evidence.datapackage import check_package

    load_evidence()
    problems = check_package() + check_toc() + check_notebooks() + lint_chapters()
    return sorted(set(problems))


@app.command()
def check() -> None:
    """Check data, contents, notebooks and prose; no kernel."""
    problems = find_problems()
    if problems:
        fail(problems, f"{len(problems)} problem{'s' if len(problems) > 1 else ''} found")
    console.print("data, contents, notebooks and prose are in order")


@app.command()
def run(
    page: PageArgument = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="name=value; makes a variant of the page.")
    ] = None,
    params: Annotated[
        Path | None, typer.Option(help="YAML file of parameters; makes a variant of the page.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Run fresh pages too.")] = False,
    workers: WorkersOption = 2,
) -> None:
    """Run stale pages in place; with --set or --params make a variant below _build/."""
    if set_ or params:
        _run_variant(page, set_ or [], params)
    else:
        _refresh(page, force=force, workers=workers)


def _known(page: str | None) -> str:
    import difflib

    from evidence.book.freshness import list_pages

    pages = list_pages()
    name = (page or "").removeprefix("chapters/").removesuffix(".ipynb")
    if name not in pages:
        near = difflib.get_close_matches(name, pages, n=1)
        hint = f"did you mean {near[0]}?" if near else "pages: " + ", ".join(pages)
        raise UserError(f"expected the name of a page, got {page!r}; {hint}")
    return name


def _refresh(page: str | None, *, force: bool = False, workers: int = 2) -> None:
    from evidence.book.execute import Run, refresh
    from evidence.book.freshness import list_pages, why_stale
    from evidence.data import load_evidence

    evidence = load_evidence()
    pages = [_known(page)] if page else list_pages()
    stale = [name for name in pages if force or why_stale(name, evidence)]
    if not stale:
        console.print(f"fresh: {len(pages)} of {len(pages)}, nothing to run")
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=errors) as progress:
        task = progress.add_task("running pages", total=len(stale))

        def report(run: Run) -> None:
            progress.update(task, advance=1, description=run.page)

        runs = refresh(stale, workers=workers, report=report)
    failed = [run.error for run in runs if run.error]
    changed = sum(run.changed for run in runs)
    console.print(f"pages run: {len(runs) - len(failed)}, changed: {changed}")
    if failed:
        fail(failed, f"{len(failed)} of {len(runs)} pages failed; their last good form is kept")


def _run_variant(page: str | None, assignments: list[str], file: Path | None) -> None:
    from evidence.book.variant import make_variant, read_parameters

    name = _known(page)
    given = read_parameters(assignments, file)
    variant = make_variant(name, given)
    console.print(f"variant of {name}: {variant.describe()}", markup=False)
    for key, (before, after) in variant.moved.items():
        console.print(f"  {key}: {before} -> {after}", markup=False)
    for key, (old, new) in variant.flipped.items():
        console.print(f"  claim {key}: {old} -> {new}", markup=False, style="bold")
    console.print(f"{len(variant.moved)} of {variant.total} numbers moved")
    console.print(str(variant.html), markup=False)


@app.command()
def build(workers: WorkersOption = 2) -> None:
    """Check, run what is stale, render the book, publish it at _build/html/index.html."""
    from evidence.book.build import BuildError, build_book

    _refresh(None, workers=workers)
    check()
    with errors.status("rendering"):
        try:
            index = build_book()
        except BuildError as error:
            fail([error], "the book was not rendered; the published book is as it was")
            return
    console.print(str(index), markup=False)


@app.command()
def status() -> None:
    """Show which pages are fresh, why others are stale, and what each records."""
    from evidence.book.freshness import list_pages, why_stale
    from evidence.data import load_evidence
    from evidence.paths import notebook_path
    from evidence.results import read_results

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


@app.command()
def audit(
    study: Annotated[str | None, typer.Argument(help="A study, e.g. jonasch-2010.")] = None,
    min_severity: Annotated[
        str, typer.Option(help="Mildest to show: info, note, warning or error.")
    ] = "note",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """Recompute what the sources print, and show what does not fit; findings are no failure."""
    from dataclasses import asdict
    from typing import cast

    from evidence.audit import AuditError, Severity
    from evidence.audit import audit as find
    from evidence.data import load_evidence

    evidence = load_evidence()
    if study is not None and study not in set(evidence.tables["studies"]["study_id"]):
        raise UserError(f"expected the id of a study, got {study!r}")
    try:
        findings = find(evidence, min_severity=cast(Severity, min_severity))
    except AuditError as error:
        fail([error], "a rule of the audit could not run")
        return
    findings = tuple(one for one in findings if study in (None, one.study_id))
    if as_json:
        print(json.dumps([asdict(one) for one in findings], indent=2, ensure_ascii=False))
        return
    for one in findings:
        about = one.study_id or "bibliography"
        console.print(f"{one.severity:8}{one.rule:4}{about}: {one.what}", markup=False)
        console.print(f"            {one.computation}", markup=False)
        if one.explanation:
            console.print(f"            {one.explanation}", markup=False)
    console.print(f"{len(findings)} finding{'' if len(findings) == 1 else 's'}")


@app.command()
def datapackage() -> None:
    """Write data/datapackage.json, the Frictionless description of the tables."""
    from evidence.datapackage import package_text
    from evidence.paths import data_folder

    path = data_folder() / "datapackage.json"
    path.write_text(package_text(), encoding="utf-8")
    console.print(str(path), markup=False)


@app.command()
def params(page: Annotated[str, typer.Argument(help="A page with parameters.")]) -> None:
    """Show the parameters of a page: what each allows, its default, its meaning."""
    from evidence.parameters import model_of
    from evidence.validation import describe

    model = model_of(_known(page))
    if model is None:
        raise UserError(f"{page} has no parameters")
    for row in describe(model):
        console.print(row["name"], style="bold", markup=False)
        console.print(f"    {row['meaning']}", markup=False)
        console.print(f"    {row['allowed']}; default {row['default'] or 'none'}", markup=False)


def main() -> None:
    """Run the command line; a user's mistake is a message, never a traceback."""
    from evidence.validation import ParameterError

    try:
        app()
    except DataError as error:
        for problem in error.problems:
            errors.print(str(problem), markup=False)
        count = len(error.problems)
        errors.print(f"{count} problem{'s' if count > 1 else ''} found", style="bold red")
        sys.exit(1)
    except (UserError, ParameterError, ValueError, json.JSONDecodeError) as error:
        errors.print(str(error), markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        errors.print("stopped; pages that were running keep their last good form")
        sys.exit(130)


if __name__ == "__main__":
    main()
