"""What the engine is told of a book: the file `book.yml` at the root of the project."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from evidence.files.paths import BOOK_FILE, project_root
from evidence.files.plain_yaml import read_yaml_file
from evidence.sources.problems import DataError, Problem


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DataPackage(_Part):
    """Name and title of the tables where they are downloaded."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    title: str


class Frame(_Part):
    """How the lines of a summary of findings are split; texts may name groups of `pattern`.

    Attributes
    ----------
    population, exposure, comparator, outcome : str
        The four variables of a finding.
    pattern : str
        Regular expression, read on the outcome cell of a line.
    """

    population: str
    exposure: str
    comparator: str
    outcome: str = "{outcome}"
    pattern: str = "(?P<outcome>.+)"

    @field_validator("pattern")
    @classmethod
    def _is_a_pattern(cls, text: str) -> str:
        try:
            re.compile(text)
        except re.error as error:
            raise ValueError(f"expected a regular expression, got one with {error}") from None
        return text


class Book(_Part):
    """What a book is about.

    Attributes
    ----------
    library : str
        Python package of what this book alone computes and says.
    condition, patients : str
        The condition as exports name it, and who has it.
    data_package : DataPackage
        Name and title of the tables.
    treatments, outcomes, qualifiers : dict of str to str
        Words for the codes of treatments, of outcomes and markers, and for ends of row ids.
    colours : dict of str to str
        Colours of treatments in figures, by code.
    frames : dict of str to Frame
        By question.
    """

    library: str
    condition: str
    patients: str
    data_package: DataPackage
    treatments: dict[str, str]
    colours: dict[str, str] = {}
    outcomes: dict[str, str] = {}
    qualifiers: dict[str, str] = {}
    frames: dict[str, Frame] = {}


def read_book() -> Book:
    """Return what `book.yml` of the project says.

    Raises
    ------
    DataError
        Where something is missing, unknown or of the wrong kind, one line each.
    """
    path = project_root() / BOOK_FILE
    if not path.exists():
        raise DataError([Problem(BOOK_FILE, 0, "", "a file of this name in the project", "none")])
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _read(path: Path, changed: int) -> Book:
    """Read the file as it is since it was changed."""
    stored = read_yaml_file(path)
    try:
        return Book.model_validate(stored)
    except ValidationError as error:
        found = [_problem(item["type"], item["loc"], item["msg"]) for item in error.errors()]
        raise DataError(found) from None


def _problem(kind: str, place: tuple[int | str, ...], words: str) -> Problem:
    name = ".".join(map(str, place))
    expected, given = {
        "missing": ("a value", "nothing"),
        "extra_forbidden": ("a name that a book has", "another one"),
    }.get(kind, (words[:1].lower() + words[1:], "another value"))
    return Problem(BOOK_FILE, 0, name, expected, given)
