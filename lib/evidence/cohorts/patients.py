"""Reading the patients of a cohort from outside the project, and refusing what is not they.

What is read here is never written: only `evidence.cohorts.aggregates` writes, and only aggregates.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from evidence.cohorts.design import CohortDesign
from evidence.record.canonical import stored_text
from evidence.sources.csv_tables import read_table_text
from evidence.sources.problems import DataError, Problem
from evidence_stats.survival.kaplan_meier import Floats, Ints

DAYS_PER_MONTH = 30.4375
ID, TIME, DEATH = "patient", "follow_up_days", "death"
# A group of fewer patients is no group, and no cell of a table.
FEWEST = 5
# No patient is followed, and none lives, beyond these.
_MOST_DAYS, _MOST_YEARS = 20_000, 120.0
# A log2 protein level beyond this is another unit.
_MOST_LEVEL = 50.0
_MOST_BYTES = 20_000_000


@dataclass(frozen=True, eq=False)
class Patients:
    """A cohort as it was read, in memory only.

    Attributes
    ----------
    design : CohortDesign
        What is to be analysed.
    table : DataFrame
        One row per patient: text covariates taken together, numbers as floats.
    columns : dict of str to str
        Fingerprint of each column.
    """

    design: CohortDesign
    table: pd.DataFrame
    columns: dict[str, str]

    @property
    def digest(self) -> str:
        """Fingerprint of all columns together, whatever file they came from."""
        text = "\n".join(f"{name} {value}" for name, value in self.columns.items())
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def studied(self) -> pd.DataFrame:
        """Patients with all markers and with follow-up above zero, `months` beside `death`."""
        kept = self.table[self.table[TIME] > 0].dropna(subset=list(self.design.markers))
        return kept.assign(months=kept[TIME] / DAYS_PER_MONTH).reset_index(drop=True)

    def within(self, population: str) -> pd.Series:
        """Return which studied patients belong to a population."""
        inside = pd.Series(True, index=self.studied.index)
        for name, allowed in self.design.populations[population].where.items():
            inside &= self.studied[name].isin(allowed)
        return inside

    def columns_of(self, names: list[str], kept: Ints) -> Floats:
        """Return covariates of some patients as columns of a model.

        A group has a column for each value but the first; one of fewer than five patients counts
        with the first.
        """
        found: list[Floats] = [np.empty((len(kept), 0))]
        for name in names:
            told, values = self.design.covariates[name], self.studied[name].iloc[kept]
            if told.per is not None:
                column = values.to_numpy(float)[:, None] / told.per
                found.append(column if column.size and column.std() > 0 else column[:, :0])
                continue
            levels = [
                level
                for level in dict.fromkeys(told.values.values())
                if (values == level).sum() >= FEWEST
            ]
            for level in levels[1:]:
                found.append(np.asarray(values == level, dtype=np.float64)[:, None])
        return np.concatenate(found, axis=1)


def read_patients(path: Path, design: CohortDesign) -> Patients:
    """Return the patients of a CSV file, checked.

    Raises
    ------
    DataError
        With every problem of the file: its row, column, what was expected and what was given.
    """
    text = read_text(path, f"a file of the cohort: {design.files}")
    return check_patients(read_table_text(path.name, text), path.name, design)


def read_text(path: Path, expected: str) -> str:
    """Return the text of a file outside the project.

    Raises
    ------
    DataError
        Where it is missing, too large, or not text.
    """
    if not path.is_file():
        raise DataError([Problem(path.name, 0, "", expected, "no such file")])
    if path.stat().st_size > _MOST_BYTES:
        raise DataError([Problem(path.name, 0, "", "at most 20 MB", "more")])
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise DataError([Problem(path.name, 0, "", "CSV text in UTF-8", "other bytes")]) from None


def check_patients(cells: pd.DataFrame, file: str, design: CohortDesign) -> Patients:
    """Return the patients of a table of texts, checked; see `read_patients`."""
    needed = [ID, TIME, DEATH, *design.covariates, *design.markers]
    missing = [name for name in needed if name not in cells.columns]
    problems = [
        Problem(file, 1, name, f"a column {name}", f"no such column among {len(cells.columns)}")
        for name in missing
    ]
    if problems:
        raise DataError(problems)
    problems = [*_ids(cells, file, design), *_numbers(cells, file, design)]
    problems += [*_groups(cells, file, design)]
    if problems:
        raise DataError(problems)
    made = Patients(design, _typed(cells, design), _fingerprints(cells, design))
    problems = [*_counts(made, file), *_contents(made, file)]
    if problems:
        raise DataError(problems)
    return made


def _ids(cells: pd.DataFrame, file: str, design: CohortDesign) -> Iterator[Problem]:
    before = ""
    seen: dict[str, int] = {}
    for line, name in enumerate(cells[ID], start=2):
        if not re.fullmatch(design.id_pattern, name):
            yield Problem(file, line, ID, f"a patient of the form {design.id_pattern}", name[:40])
        elif name in seen:
            yield Problem(file, line, ID, "each patient once", f"that of line {seen[name]} again")
        elif name < before:
            yield Problem(file, line, ID, "patients in the order of their names", "an earlier one")
        seen.setdefault(name, line)
        before = max(before, name)


def _numbers(cells: pd.DataFrame, file: str, design: CohortDesign) -> Iterator[Problem]:
    kinds = {TIME: (0.0, _MOST_DAYS, False), DEATH: (0.0, 1.0, False)}
    kinds |= {
        name: (0.0, _MOST_YEARS, True)
        for name, told in design.covariates.items()
        if told.per is not None
    }
    kinds |= dict.fromkeys(design.markers, (-_MOST_LEVEL, _MOST_LEVEL, True))
    for name, (low, high, optional) in kinds.items():
        whole = name == DEATH
        words = "0 or 1" if whole else f"a number from {low:g} to {high:g}"
        for line, cell in enumerate(cells[name], start=2):
            if cell == "" and optional:
                continue
            value = pd.to_numeric(cell, errors="coerce")
            wrong = not low <= value <= high or (whole and value not in (0, 1))
            if wrong:
                given = "nothing" if cell == "" else f'"{cell[:40]}"'
                yield Problem(file, line, name, words + (", or nothing" if optional else ""), given)
    for line, row in enumerate(cells[list(design.markers)].to_numpy(), start=2):
        empty = int((row == "").sum())
        if 0 < empty < len(row):
            expected = "all markers of a patient, or none"
            yield Problem(file, line, "", expected, f"{empty} of {len(row)} empty")


def _groups(cells: pd.DataFrame, file: str, design: CohortDesign) -> Iterator[Problem]:
    """Refuse a column of groups that holds none of the values, as that of another disease."""
    for name, told in design.covariates.items():
        if told.values and not cells[name].isin(list(told.values)).any() and len(cells):
            expected = f"one of {', '.join(told.values)} in some row"
            yield Problem(file, 2, name, expected, f'"{cells[name].iloc[0][:40]}"')


def _typed(cells: pd.DataFrame, design: CohortDesign) -> pd.DataFrame:
    numbers = [TIME, DEATH, *design.markers]
    made = {name: pd.to_numeric(cells[name], errors="coerce").astype(float) for name in numbers}
    for name, told in design.covariates.items():
        if told.per is None:
            made[name] = cells[name].map(told.values)
        else:
            made[name] = pd.to_numeric(cells[name], errors="coerce").astype(float)
    if "drugs" in cells:
        made["drugs"] = cells["drugs"]
    return pd.DataFrame(made)


def _fingerprints(cells: pd.DataFrame, design: CohortDesign) -> dict[str, str]:
    """Return a short fingerprint of each column, numbers as they are settled."""
    numbers = {TIME, DEATH, *design.markers}
    numbers |= {name for name, told in design.covariates.items() if told.per is not None}
    read = [ID, TIME, DEATH, *design.covariates, *design.markers]
    found = {}
    for name in read:
        texts = [
            stored_text(float(cell)) if name in numbers and cell else cell for cell in cells[name]
        ]
        found[name] = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    return found


def _counts(made: Patients, file: str) -> Iterator[Problem]:
    expected = made.design.expected
    if expected is None:
        return
    table = made.table
    found = {
        "patients": (expected.patients, len(table)),
        "patients with markers": (
            expected.with_markers,
            int(table[list(made.design.markers)].notna().all(axis=1).sum()),
        ),
        "deaths": (expected.deaths, int(table[DEATH].sum())),
    }
    if expected.with_drugs is not None and "drugs" in table:
        found["patients with a drug"] = (expected.with_drugs, int((table["drugs"] != "").sum()))
    for words, (wanted, given) in found.items():
        if wanted != given:
            yield Problem(file, 0, "", f"{wanted} {words}, as in the snapshot", str(given))


def _contents(made: Patients, file: str) -> Iterator[Problem]:
    for name, wanted in made.design.columns.items():
        given = made.columns.get(name, "no such column")
        if wanted != given:
            expected = f"the column of the snapshot (fingerprint {wanted})"
            yield Problem(file, 0, name, expected, f"another ({given})")
