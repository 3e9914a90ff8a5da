"""What is analysed in a cohort: `data/cohorts/NAME.yml`, read and checked."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evidence.files.paths import data_folder
from evidence.files.plain_yaml import read_yaml_file
from evidence.sources.problems import DataError, Problem

FOLDER = "cohorts"
Scale = Literal["per_sd", "tertiles", "median", "best_cut", "spline"]
# How a marker may enter a model: its words, and what its hazard ratio compares.
SCALES: dict[Scale, tuple[str, str]] = {
    "per_sd": ("per standard deviation", "one standard deviation more"),
    "tertiles": ("highest against lowest third", "highest against lowest third"),
    "median": ("split at the median", "upper against lower half"),
    "best_cut": ("split at the best cut-point", "above against below the best cut-point"),
    "spline": ("curved, by a spline", "75th against 25th percentile, by a spline"),
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Expected(_Part):
    """Counts that the whole file has."""

    patients: int
    with_markers: int
    deaths: int
    with_drugs: int | None = None


class Covariate(_Part):
    """A covariate: a number, per so many units, or values taken together under a name."""

    words: str
    per: float | None = None
    values: dict[str, str] = {}


class Population(_Part):
    """Patients in whom the marker is studied: covariates and the values they must have."""

    words: str
    where: dict[str, list[str]] = {}


class Adjustment(_Part):
    """Covariates beside the marker: as columns of the model, or as strata."""

    words: str
    columns: list[str] = []
    strata: list[str] = []


class CohortDesign(_Part):
    """What is read, checked and computed; see the comments of the file."""

    title: str
    study_id: str
    source_key: str
    locator: str
    snapshot: str
    files: str
    id_pattern: str = ".+"
    expected: Expected | None = None
    # Fingerprint of each column as it was read, so that another file is refused by its column.
    columns: dict[str, str] = {}
    seed: int = Field(ge=0, lt=2**32)
    permutations: int = Field(ge=10, le=10_000)
    bootstraps: int = Field(ge=10, le=2000)
    markers: dict[str, str] = Field(min_length=1)
    covariates: dict[str, Covariate]
    populations: dict[str, Population] = Field(min_length=1)
    adjustments: dict[str, Adjustment] = Field(min_length=1)
    base: str
    horizons: list[int] = Field(min_length=1)
    periods: list[int]
    drugs: dict[str, list[str]] = {}
    # P values printed elsewhere: rows of data/biomarkers.csv, each with its P.
    printed_p: dict[str, float] = {}

    @property
    def size(self) -> int:
        """Number of models: every marker on every scale, in every population and adjustment."""
        choices = (self.markers, SCALES, self.populations, self.adjustments)
        size = 1
        for choice in choices:
            size *= len(choice)
        return size


def cohort_path(name: str, folder: Path | None = None) -> Path:
    """Return the file of the design of a cohort."""
    return (folder or data_folder()) / FOLDER / f"{name}.yml"


def known_cohorts(data: Path | None = None) -> list[str]:
    """Return the names of the cohorts that have a design, in a folder of tables or the book's."""
    return sorted(path.stem for path in ((data or data_folder()) / FOLDER).glob("*.yml"))


def read_cohort(name: str) -> CohortDesign:
    """Return the design of a cohort.

    Raises
    ------
    DataError
        Where there is none of this name, or it is not in order.
    """
    path = cohort_path(name)
    return _read(path, path.read_bytes() if path.is_file() else b"")


@lru_cache(maxsize=4)
def _read(path: Path, content: bytes) -> CohortDesign:
    file = f"data/{FOLDER}/{path.name}"
    if not content:
        raise DataError([Problem(file, 0, "", "a file of this name", "none")])
    try:
        stored = read_yaml_file(path)
        if isinstance(stored, dict) and not isinstance(stored.get("snapshot"), str):
            # YAML reads a date where a text is meant.
            stored["snapshot"] = str(stored.get("snapshot"))
        return CohortDesign.model_validate(stored)
    except ValidationError as error:
        problems = [
            Problem(file, 0, ".".join(map(str, item["loc"])), item["msg"], repr(item["input"])[:80])
            for item in error.errors()
        ]
        raise DataError(problems) from None
    except ValueError as error:
        raise DataError([Problem(file, 0, "", "a design in YAML", str(error))]) from None


def design_text(design: CohortDesign) -> str:
    """Return a design as the text of its file."""
    import yaml

    stored = design.model_dump(mode="json", exclude_none=True)
    text: str = yaml.safe_dump(stored, sort_keys=False, allow_unicode=True)
    return text
