"""Loading the data tables: the only module that reads them.

Vocabulary
----------
**Row**: one printed fact, known by its row id.
**Evidence**: all tables, or those rows of them that belong to one study.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
from dataclasses import astuple, dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from evidence.bibliography import Bibliography, read_bibliography
from evidence.estimates import Estimate, Unit
from evidence.paths import data_folder
from evidence.problems import DataError, Problem
from evidence.reported import NOT_A_NUMBER, read_reported
from evidence.vocabulary import describe_row

# Tables whose rows are facts with a row id and a source.
FACT_TABLES = ("outcomes", "characteristics", "biomarkers")
TABLE_NAMES = (
    "studies",
    "arms",
    *FACT_TABLES,
    "appraisals",
    "certainty",
    "discrepancies",
    "excluded",
)
# Tables that belong to no study: a study chapter does not read them.
_OF_NO_STUDY = ("certainty", "excluded")
# Digest of tables that this process's parent has already checked against the schema.
_CHECKED = "EVIDENCE_CHECKED"
# Months of 30.4375 days (365.25 / 12), weeks of 7 days.
_MONTHS_PER = {"months": 1.0, "weeks": 7 / 30.4375, "days": 1 / 30.4375}
_UNITS: dict[str, Unit] = {"ratio": "ratio", "percent": "proportion", "patients": "count"}


def read_table(path: Path) -> pd.DataFrame:
    """Return one CSV table with every cell as text, indexed from 0.

    Raises
    ------
    DataError
        Where the file is missing, is not UTF-8, or has rows of another width than its header.
    """
    name = f"data/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError([Problem(name, 0, "", "a file of this name", "none")]) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        given = f"byte 0x{error.object[error.start]:02x}"
        raise DataError([Problem(name, line, "", "text in UTF-8", given)]) from None
    if text.startswith("\ufeff"):
        raise DataError([Problem(name, 1, "", "UTF-8 without a byte order mark", "one")])
    lines = list(csv.reader(text.splitlines(keepends=True)))
    if not lines:
        raise DataError([Problem(name, 0, "", "a header line", "an empty file")])
    header, *rows = lines
    problems = [
        Problem(name, number, "", f"{len(header)} cells", str(len(row)))
        for number, row in enumerate(rows, start=2)
        if len(row) != len(header)
    ]
    if problems:
        raise DataError(problems)
    return pd.DataFrame(rows, columns=header, dtype=object)


def read_tables(folder: Path | None = None) -> dict[str, pd.DataFrame]:
    """Return all tables by name; every problem of every file is reported at once.

    Raises
    ------
    DataError
        As `read_table`.
    """
    folder = folder or data_folder()
    tables: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    for name in TABLE_NAMES:
        try:
            tables[name] = read_table(folder / f"{name}.csv")
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    return tables


def narrow_to_study(tables: dict[str, pd.DataFrame], study_id: str) -> dict[str, pd.DataFrame]:
    """Return only the rows that belong to one study."""
    narrowed = {}
    for name, table in tables.items():
        if name in _OF_NO_STUDY:
            continue
        if name == "discrepancies":
            mine = table["study_ids"].str.split(";").map(lambda ids: study_id in ids)
        else:
            mine = table["study_id"] == study_id
        narrowed[name] = table[mine].reset_index(drop=True)
    return narrowed


def digest(tables: dict[str, pd.DataFrame], publications: Bibliography) -> str:
    """Return a fingerprint of tables and of the publications they name.

    It is the same on every machine.
    """
    content: dict[str, list[object]] = {
        name: [list(table.columns), *table.to_numpy().tolist()] for name, table in tables.items()
    }
    named = {
        key
        for table in tables.values()
        for column in ("source_key", "publications", "cited_by")
        if column in table
        for keys in table[column]
        for key in keys.split(";")
    }
    content["publications"] = [
        astuple(publications[key]) for key in sorted(named) if key in publications
    ]
    canonical = json.dumps(content, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True)
class Evidence:
    """The tables, and where each row came from.

    Attributes
    ----------
    tables : dict of str to DataFrame
        Text cells, as in the files.
    bibliography : Bibliography
        The publications that rows name.
    reads : str
        "all", or the study that these tables were narrowed to.
    """

    tables: dict[str, pd.DataFrame]
    bibliography: Bibliography
    reads: str = "all"

    @cached_property
    def rows(self) -> dict[str, pd.Series]:
        """Every fact and every arm by its row id."""
        found: dict[str, pd.Series] = {}
        for name, key in (("arms", "arm_id"), *((name, "row_id") for name in FACT_TABLES)):
            table = self.tables[name]
            for position in range(len(table)):
                row = table.iloc[position]
                found[row[key]] = row.copy()
                found[row[key]].name = name
        return found

    def row(self, row_id: str) -> pd.Series:
        """Return one row; its `name` is the table that it stands in.

        Raises
        ------
        KeyError
            Where there is no such row.
        """
        try:
            return self.rows[row_id]
        except KeyError:
            raise KeyError(f'expected the id of a data row, got "{row_id}"') from None

    def study(self, study_id: str) -> pd.Series:
        """Return one row of studies.csv.

        Raises
        ------
        KeyError
            Where there is no such study; the message names those there are.
        """
        studies = self.tables["studies"]
        found = studies[studies["study_id"] == study_id]
        if found.empty:
            known = ", ".join(studies["study_id"])
            raise KeyError(f'expected one of the studies {known}, got "{study_id}"')
        return found.iloc[0]

    def digest(self) -> str:
        """Return a fingerprint of everything here."""
        return digest(self.tables, self.bibliography)

    def narrowed(self, study_id: str) -> Evidence:
        """Return only what belongs to one study.

        Raises
        ------
        KeyError
            Where there is no such study.
        """
        self.study(study_id)
        return Evidence(narrow_to_study(self.tables, study_id), self.bibliography, reads=study_id)

    def is_external(self, row_id: str) -> bool:
        """Return True where the row was read outside the three source documents."""
        return bool(self.row(row_id)["status"] != "source")

    def arm_labels(self, study_id: str) -> dict[str, str]:
        """Return the label of each arm of one study; other studies use the same short names."""
        arms = self.tables["arms"]
        own = arms[arms["study_id"] == study_id]
        return dict(zip(own["arm"], own["label"], strict=True))

    def describe(self, row: pd.Series) -> str:
        """Return in words what a data row is about."""
        return describe_row(row, self.arm_labels(row["study_id"]))

    def printed(self, row_id: str) -> str:
        """Return what a row prints, as printed."""
        return printed_text(self.row(row_id))

    def estimate(self, row_id: str) -> Estimate | None:
        """Return what a row prints, grade D0, times in months, per cent as proportions.

        It is None where the row prints no number ("not reached", only a P value or a bound).

        Raises
        ------
        KeyError
            Where there is no such row.
        """
        row = self.row(row_id)
        unit = row["unit"]
        scale = 0.01 if unit == "percent" else _MONTHS_PER.get(unit, 1.0)
        value = read_reported(row["value_reported"])
        if value is None or value.value is None or value.bound:
            return None
        low, high = (_limit(row.get(f"ci_{side}_reported", "")) for side in ("low", "high"))
        level = _limit(row.get("ci_level", ""))
        p = read_reported(row.get("p_reported", ""))
        return Estimate(
            value=value.value * scale,
            low=None if low is None else low * scale,
            high=None if high is None else high * scale,
            level=None if level is None else level / 100,
            kind="confidence" if level is not None else "",
            unit=_unit_of(row),
            p=p.value if p is not None and not p.bound else None,
            n=int(row["n"]) if row["n"] else None,
            events=int(row["events"]) if row["events"] else None,
            method="as printed",
            grade="D0",
        )


def _limit(text: str) -> float | None:
    """Return a printed limit; None where it is empty, not attained, or only a bound ("<1")."""
    reported = read_reported(text)
    return None if reported is None or reported.bound else reported.value


def _unit_of(row: pd.Series) -> Unit:
    if row["statistic"] == "hazard_ratio":
        return "ratio"
    return "months" if row["unit"] in _MONTHS_PER else _UNITS.get(row["unit"], "number")


# How units are written behind a printed number; others are written as they stand.
_UNIT_SUFFIX = {"percent": " %", "ratio": "", "p value": "", "patients": "", "not reported": ""}


def printed_text(row: pd.Series) -> str:
    """Return what a row prints, as printed: "7.39 months (5.52 to 9.20)"."""
    value = row["value_reported"]
    if row["statistic"] == "p_value":
        return f"P {value}" if value.startswith(("<", ">")) else f"P = {value}"
    suffix = "" if value in NOT_A_NUMBER else _UNIT_SUFFIX.get(row["unit"], f" {row['unit']}")
    inside = []
    low, high = (row.get(f"ci_{s}_reported", row.get(f"{s}_reported", "")) for s in ("low", "high"))
    if low or high:
        inside.append(f"{low} to {high}")
    p = row.get("p_reported", "")
    if p:
        inside.append(f"P {p}" if p.startswith(("<", ">")) else f"P = {p}")
    if not value:
        return ", ".join(inside)
    return f"{value}{suffix} ({', '.join(inside)})" if inside else value + suffix


def load_evidence(folder: Path | None = None) -> Evidence:
    """Return all evidence, checked.

    Raises
    ------
    DataError
        Where a table breaks the schema or a rule across tables; carries every problem.
    """
    tables = read_tables(folder)
    bibliography = read_bibliography((folder or data_folder()) / "references.bib")
    if os.environ.get(_CHECKED) != digest(tables, bibliography):
        # pandera costs a second to import; a refresh checks once, for all its kernels.
        from evidence.consistency import check_tables

        problems = check_tables(tables, bibliography)
        if problems:
            raise DataError(problems)
    return Evidence(tables, bibliography)
