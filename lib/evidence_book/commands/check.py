"""`evidence check`, `datapackage` and `normalise`: the order of tables and chapters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from evidence.sources.problems import DataError, Problem
from evidence_book.commands.app import DataOption, UserError, app, console, errors, fail


def find_problems() -> list[Problem]:
    """Return everything wrong with data, contents and chapters; starts no kernel."""
    from evidence.cohorts.checks import check_cohorts
    from evidence.files.paths import project_root
    from evidence.sources.data import load_evidence
    from evidence.sources.datapackage import check_package
    from evidence_book.rendering.fingerprints import SOURCES
    from evidence_book.rendering.source_links import links_outside
    from evidence_book.rendering.toc import check_toc
    from evidence_book.runs.lint import lint_chapters
    from evidence_book.runs.notebooks import check_notebooks, check_questions
    from evidence_book.runs.study_chapters import check_study_chapters
    from evidence_book.runs.targets import check_targets

    outside = links_outside(project_root(), SOURCES)
    if outside:
        return outside
    problems = check_package() + check_toc() + check_notebooks() + lint_chapters()
    problems += check_targets() + check_cohorts()
    try:
        problems += check_study_chapters()
        problems += check_questions(load_evidence())
    except DataError as error:
        problems += error.problems
    return sorted(set(problems))


def warn_of_literature() -> None:
    """Print what is no mistake in a file: searches older than promised, and notices."""
    from evidence.files.paths import project_root
    from evidence.sources.data import load_evidence
    from evidence.sources.searches import overdue_lines
    from evidence_book.reports.notices import notice_lines

    searches = load_evidence().tables["searches"].to_dict("records")
    for line in [*overdue_lines(searches, date.today()), *notice_lines(project_root())]:
        errors.print(f"warning: {line}", markup=False)


@app.command()
def check(data: DataOption = None) -> None:
    """Check data, contents, notebooks and prose; no kernel. With --data only that folder."""
    if data is not None:
        from evidence_book.runs.notebooks import check_questions
        from evidence_book.runs.own_data import own_evidence

        evidence, name = own_evidence(data), data.resolve().name
        problems = [
            replace(one, file=f"{name}/{Path(one.file).name}") for one in check_questions(evidence)
        ]
        if problems:
            raise DataError(problems)
        studies = len(evidence.tables["studies"])
        console.print(f"the tables of {name} are in order: {studies} studies")
        return
    from evidence_book.runs.own_data import refuse_own_data

    refuse_own_data("a check of the book")
    problems = find_problems()
    if not problems:
        warn_of_literature()
    if problems:
        fail(problems, f"{len(problems)} problem{'s' if len(problems) > 1 else ''} found")
    console.print("data, contents, notebooks and prose are in order")


@app.command()
def datapackage() -> None:
    """Write data/datapackage.json, the Frictionless description of the tables."""
    from evidence.files.paths import data_folder
    from evidence.sources.datapackage import package_text

    path = data_folder() / "datapackage.json"
    path.write_text(package_text(), encoding="utf-8")
    console.print(str(path), markup=False)


@app.command()
def normalise(
    notebooks: Annotated[
        list[Path] | None, typer.Argument(help="Notebooks; every chapter if none is named.")
    ] = None,
) -> None:
    """Bring notebooks that were edited in Jupyter into the form in which they are committed."""
    from evidence.files.paths import notebook_path
    from evidence_book.runs.freshness import list_pages, read_notebook
    from evidence_book.runs.normalise import normalise as normalised
    from evidence_book.runs.normalise import serialise

    paths = notebooks or [notebook_path(page) for page in list_pages()]
    changed = 0
    for path in paths:
        if not path.is_file():
            raise UserError(f"expected a notebook, got {str(path)!r}")
        text = serialise(normalised(read_notebook(path)))
        if text != path.read_text(encoding="utf-8"):
            path.write_text(text, encoding="utf-8")
            console.print(str(path), markup=False)
            changed += 1
    console.print(f"{changed} of {len(paths)} notebooks changed")
