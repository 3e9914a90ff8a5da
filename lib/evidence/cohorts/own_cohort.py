"""An analyst's own cohort: a CSV of survival and markers, analysed by the design of another."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from evidence.cohorts.design import Adjustment, CohortDesign, Covariate
from evidence.cohorts.patients import DEATH, ID, TIME, read_text
from evidence.sources.csv_tables import read_table_text
from evidence.sources.problems import DataError, Problem

# A text of which more cells are no numbers is no marker.
_NAME = re.compile(r"[a-z0-9_]+")


def read_own(path: Path, design: CohortDesign) -> tuple[pd.DataFrame, CohortDesign]:
    """Return the cells of a CSV file, and the design with what this file has.

    Survival is `follow_up_days` and `death`; columns with the names of the design's covariates are
    those; `patient` may be missing; every other column of numbers is a marker. Populations and
    adjustments that need a covariate which is not there are left out.

    Raises
    ------
    DataError
        Where there is no survival or no marker.
    """
    cells = read_table_text(path.name, read_text(path, "a CSV file of survival and markers"))
    if ID not in cells:
        width = len(str(len(cells)))
        cells.insert(0, ID, [f"P{number:0{width}d}" for number in range(1, len(cells) + 1)])
    missing = [name for name in (TIME, DEATH) if name not in cells]
    if missing:
        given = f"the columns {', '.join(cells.columns)}"[:120]
        problems = [Problem(path.name, 1, name, f"a column {name}", given) for name in missing]
        raise DataError(problems)
    covariates = {name: told for name, told in design.covariates.items() if name in cells}
    others = [c for c in cells.columns if c not in (ID, TIME, DEATH, "drugs", *design.covariates)]
    markers = {name: name for name in others if _is_marker(cells[name])}
    wrong = [name for name in markers if not _NAME.fullmatch(name)]
    if wrong or not markers:
        expected = "a column of numbers, its name of lower-case letters, digits and _"
        given = ", ".join(wrong) or "no column of numbers beside survival"
        raise DataError([Problem(path.name, 1, "", expected, given)])
    return cells, _with(design, covariates, markers, path.stem)


def _is_marker(column: pd.Series) -> bool:
    filled = column[column != ""]
    return bool(len(filled) and pd.to_numeric(filled, errors="coerce").notna().all())


def _base(wanted: str, adjustments: dict[str, Adjustment]) -> str:
    """Return the model to which a marker may add: that of the design, or the largest there is."""
    largest = max(adjustments, key=lambda name: len(adjustments[name].columns))
    return wanted if wanted in adjustments else largest


def _with(
    design: CohortDesign,
    covariates: dict[str, Covariate],
    markers: dict[str, str],
    title: str,
) -> CohortDesign:
    adjustments = {
        name: told
        for name, told in design.adjustments.items()
        if set(told.columns) | set(told.strata) <= set(covariates)
    }
    return design.model_copy(
        update={
            "title": title,
            "locator": f"own file {title}",
            "snapshot": "an analyst's own file",
            "id_pattern": ".+",
            "expected": None,
            "columns": {},
            "markers": markers,
            "covariates": covariates,
            "populations": {
                name: told
                for name, told in design.populations.items()
                if set(told.where) <= set(covariates)
            },
            "adjustments": adjustments,
            "base": _base(design.base, adjustments),
        }
    )
