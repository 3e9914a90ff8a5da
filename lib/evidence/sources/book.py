"""What the engine is told of a book: the file `book.yml` at the root of the project."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from evidence.files.paths import BOOK_FILE, project_root
from evidence.files.plain_yaml import read_yaml_file
from evidence.sources.problems import DataError, Problem
from evidence_stats.estimates import Unit


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


class Threshold(_Part):
    """From where an effect is small, important and large, who says so, and why."""

    small: float
    important: float
    large: float
    set_by: str
    reason: str


class Information(_Part):
    """Power and two-sided size of the trial whose information an estimate is measured by."""

    power: float = Field(0.8, gt=0, lt=1)
    alpha: float = Field(0.05, gt=0, lt=1)


class ArmNumber(_Part):
    """How a dose of an arm is recorded on the page of its study: key, label, unit."""

    key: str
    words: str
    unit: Unit


class ArmColumn(_Part):
    """A column of arms.csv that only this book has.

    Attributes
    ----------
    description : str
        What a cell says.
    values : tuple of str
        The words that a cell may hold, where they are few; then none is empty.
    most : int or None
        Makes it a dose, or a range of doses, none above this.
    regimen : str
        Its cell in the regimen of an arm, such as "{} mg a day"; empty leaves it out.
    number : ArmNumber or None
        How it is recorded on the page of its study.
    product_of : tuple of str
        Two columns whose product it is.
    also_in : dict of str to dict of str to float
        Characteristics that spell the same dose, and their units as multiples of the column's.
    """

    description: str
    values: tuple[str, ...] = Field((), strict=False)
    most: int | None = None
    regimen: str = ""
    number: ArmNumber | None = None
    product_of: tuple[str, ...] = Field((), strict=False, max_length=2)
    also_in: dict[str, dict[str, float]] = {}


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
    better : dict of str to str
        Of an outcome that is counted: what is better for patients, fewer or more.
    appraised : tuple of str
        Outcomes whose risk of bias is judged one by one (RoB 2).
    networks : tuple of str
        Outcomes whose reported contrasts may enter a network of treatments.
    exclusions : tuple of str
        Kinds of reason why something was left out.
    colours : dict of str to str
        Colours of treatments in figures, by code.
    arm_columns : dict of str to ArmColumn
        Columns of arms.csv that only this book has, in their order.
    units : tuple of str
        Units of what is measured beyond those of every book, such as "degrees".
    study_parts : dict of str to str
        Part of the contents for a new study, by the treatments that one of its arms has together.
    thresholds : dict of str to Threshold
        By measure: a ratio such as hazard_ratio or risk_ratio, or response_points.
    current_to : str
        Day to which the evidence was searched for; ages of searches on pages are those of it.
    information : Information
        What the optimal information size is computed with.
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
    better: dict[str, Literal["fewer", "more"]] = {}
    appraised: tuple[str, ...] = Field((), strict=False)
    networks: tuple[str, ...] = Field((), strict=False)
    exclusions: tuple[str, ...] = Field(
        ("other people", "other treatment", "other outcome", "duplicate", "not verified"),
        strict=False,
    )
    qualifiers: dict[str, str] = {}
    arm_columns: dict[str, ArmColumn] = {}
    units: tuple[str, ...] = Field((), strict=False)
    study_parts: dict[str, str] = {}
    thresholds: dict[str, Threshold] = {}
    current_to: str = Field("", pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")
    information: Information = Information()
    frames: dict[str, Frame] = {}

    @field_validator("current_to")
    @classmethod
    def _is_a_day(cls, text: str) -> str:
        return text and date.fromisoformat(text).isoformat()

    @property
    def products(self) -> list[tuple[str, str, str]]:
        """Columns of arms that are a product, each with its two factors."""
        return [
            (name, *column.product_of)
            for name, column in self.arm_columns.items()
            if len(column.product_of) == 2
        ]


def read_book() -> Book:
    """Return what `book.yml` of the project says.

    Raises
    ------
    DataError
        Where something is missing, unknown or of the wrong kind, one line each.
    """
    path = project_root() / BOOK_FILE
    if not path.exists():
        raise DataError(
            [
                Problem(
                    BOOK_FILE,
                    0,
                    "",
                    "a file of this name in the project (outside of one, EVIDENCE_ROOT names it)",
                    "none",
                )
            ]
        )
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
