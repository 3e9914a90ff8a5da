"""Scaffolding a book: the templates of `scaffold/book`, filled in for one question.

What is written builds, is tested and runs again at once; its one study is made up, and says so.
"""

from __future__ import annotations

import datetime
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import distributions, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from evidence_book.runs.lint import lint_prose
from evidence_book.scaffold.templates import fill_in

_ENGINE = "evidence-book"
# Words that stand unharmed in YAML, CSV, BibTeX, Python and a page alike.
_WORDS = re.compile(r"[^\W_][\w ()'/+-]*")
_QUESTION = re.compile(r"[^\W_][\w ,()'/+-]*\?")
_STUDY = "example-2020"


class NewBookError(ValueError):
    """A book that cannot be scaffolded; nothing was written."""


@dataclass(frozen=True, slots=True)
class NewBook:
    """What a new book asks.

    Attributes
    ----------
    question : str
        In words, with its mark.
    treatment, comparator : str
        What is compared with what.
    outcome : str
        What is counted in both.
    better : str
        What is better for people: fewer with the outcome, or more.
    patients : str
        Who they are.
    author : str
        Whom the book is cited by.
    """

    question: str
    treatment: str
    comparator: str
    outcome: str
    better: Literal["fewer", "more"]
    patients: str = "People in the studies"
    author: str = "The authors of this book"


def scaffold_book(folder: Path, book: NewBook) -> list[Path]:
    """Write a whole small book into a folder that is empty or not there yet; return its files.

    Parameters
    ----------
    folder : Path
        Where the book will be.
    book : NewBook
        What it asks.

    Raises
    ------
    NewBookError
        Where the folder has files, or words cannot be taken; then nothing was written.
    """
    folder = folder.absolute()
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise NewBookError(f"expected an empty folder or a new one, got {folder.name} with files")
    facts = _facts(folder.name, book)
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Beside its place, so that the last step is a rename: the book is there whole or not at all.
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as beside:
        made = Path(beside) / "book"
        for name, text in [*fill_in("book", facts), ("requirements.lock", _installed())]:
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        _describe_tables(made)
        if folder.exists():
            folder.rmdir()
        os.replace(made, folder)
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _facts(folder: str, book: NewBook) -> dict[str, str]:
    """Return what the templates are filled in with."""
    for name in ("treatment", "comparator", "outcome", "patients", "author"):
        _need_words(name, getattr(book, name), _WORDS, "plain words on one line")
    expected = "plain words on one line that end with a question mark"
    _need_words("question", book.question, _QUESTION, expected)
    if book.better not in ("fewer", "more"):
        raise NewBookError(f"--better: expected fewer or more, got {book.better!r}")
    arms = {name: _slug(name, getattr(book, name)) for name in ("treatment", "comparator")}
    if arms["treatment"] == arms["comparator"]:
        raise NewBookError(f"--treatment: expected two, got {book.treatment!r} twice")
    outcome = _slug("outcome", book.outcome)
    library = f"{_slug('the folder', folder)}_book"
    library = library if library[0].isalpha() else f"book_{library}"
    if find_spec(library) is not None:
        raise NewBookError(
            f"expected a folder whose name is no Python package, got {folder}: there is {library}"
        )
    name = f"effect_on_{outcome}"
    return {
        "author": book.author,
        "better": book.better,
        "cls": "".join(part.capitalize() for part in name.split("_")),
        "comparator": book.comparator,
        "comparator_arm": arms["comparator"],
        "comparator_code": arms["comparator"].upper(),
        "comparator_label": _capital(book.comparator),
        "condition": book.outcome,
        "engine": version(_ENGINE),
        "library": library,
        "name": name,
        "outcome": book.outcome,
        "outcome_code": outcome,
        "patients": book.patients,
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "question": book.question,
        "slug": outcome.replace("_", "-"),
        "study": _STUDY,
        "title": book.question.removesuffix("?"),
        "treatment": book.treatment,
        "treatment_arm": arms["treatment"],
        "treatment_code": arms["treatment"].upper(),
        "treatment_label": _capital(book.treatment),
        "year": str(datetime.datetime.now(datetime.UTC).year),
    }


def _need_words(name: str, given: str, form: re.Pattern[str], expected: str) -> None:
    if not form.fullmatch(given):
        raise NewBookError(f"--{name}: expected {expected}, got {given!r}")
    # The words will stand in prose, where `evidence check` would refuse them later.
    for problem in lint_prose(given, name):
        raise NewBookError(f"--{name}: expected {problem.expected}, got {problem.given}")


def _slug(name: str, words: str) -> str:
    """Return words as a code: lower-case letters, digits and underscores."""
    found = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
    if not found:
        raise NewBookError(f"{name}: expected a letter from a to z, got {words!r}")
    return found


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _installed() -> str:
    """Return the packages of this environment with their versions, as pip takes constraints."""
    found = {one.metadata["Name"].lower(): one.version for one in distributions()}
    lines = [f"{name}=={number}" for name, number in sorted(found.items()) if name != _ENGINE]
    head = "# The environment in which the numbers of this book were made."
    return "\n".join([head, *lines]) + "\n"


def _describe_tables(folder: Path) -> None:
    """Write data/datapackage.json, in a process that knows no other book."""
    environment = {**os.environ, "EVIDENCE_ROOT": str(folder)}
    environment.pop("EVIDENCE_DATA", None)
    command = [sys.executable, "-m", "evidence_book", "datapackage"]
    done = subprocess.run(  # noqa: S603 - every word of the command is ours
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NewBookError(f"expected a book that can be read, got {done.stderr.strip()}")
    shutil.rmtree(folder / "_build", ignore_errors=True)
