"""The evidence: what the data tables say, and what of it was asked.

Vocabulary
----------
**Row**: one reported fact, known by its row id.
**Evidence**: all tables, or those rows of them that belong to one study.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection
from dataclasses import astuple, dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import cast

import pandas as pd

from evidence.files.paths import data_folder
from evidence.sources.bibliography import Bibliography, Publication
from evidence.sources.data_files import (
    FACT_TABLES,
    LITERATURE_TABLES,
    digest_of_tables,
    read_files,
)
from evidence.sources.printed_rows import printed_estimate, printed_text
from evidence.sources.problems import DataError
from evidence.sources.readings import Readings, TableReading
from evidence.sources.recorded_rows import WHOLE, RecordedRow, RecordedRows
from evidence.sources.vocabulary import describe_row
from evidence_stats.estimates import Estimate

# Tables that belong to no study: a study chapter does not read them.
_OF_NO_STUDY = ("certainty", "excluded", *LITERATURE_TABLES)
# Stands for journal, year and volume of every publication among those asked for.
_ALL = "*"
# Digest of tables that this process's parent has already checked against the schema.
_CHECKED = "EVIDENCE_CHECKED"


def narrow_to_study(tables: dict[str, pd.DataFrame], study_id: str) -> dict[str, pd.DataFrame]:
    """Return only the rows that belong to one study."""
    narrowed = {}
    for name, table in tables.items():
        if name in _OF_NO_STUDY:
            continue
        if name == "discrepancies":
            # Of no rows pandas would make no mask.
            mine = table["study_ids"].str.split(";").map(lambda ids: study_id in ids).astype(bool)
        else:
            mine = table["study_id"] == study_id
        narrowed[name] = table[mine].reset_index(drop=True)
    return narrowed


@dataclass(frozen=True, repr=False)
class Evidence:
    """The tables, and where each row came from.

    Attributes
    ----------
    tables : dict of str to DataFrame
        Text cells, as in the files. What pages compute with is asked for by `where`, `values`,
        `row` and their like, which remember the question; see `readings`.
    bibliography : Bibliography
        The publications that rows name.
    reads : str
        "all", or the study that these tables were narrowed to.
    asked : Readings
        What was asked so far.
    """

    tables: dict[str, pd.DataFrame]
    bibliography: Bibliography
    reads: str = "all"
    asked: Readings = field(default_factory=Readings, compare=False, repr=False)
    # Pages ask the same questions dozens of times.
    _answers: dict[TableReading, pd.DataFrame] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    _found: dict[str, pd.Series] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(table)} {name}" for name, table in self.tables.items())
        return f"<Evidence of {self.reads}: {counts}>"

    @cached_property
    def _places(self) -> dict[str, tuple[str, int]]:
        """The table and the position in it of every row id."""
        keys = {"arms": "arm_id", **dict.fromkeys(FACT_TABLES, "row_id")}
        return {
            row_id: (name, position)
            for name, key in keys.items()
            for position, row_id in enumerate(self.tables[name][key])
        }

    def _row(self, row_id: str) -> pd.Series | None:
        if row_id not in self._found and row_id in self._places:
            name, position = self._places[row_id]
            row = self.tables[name].iloc[position].copy()
            row.name = name
            self._found[row_id] = row
        return self._found.get(row_id)

    @property
    def rows(self) -> dict[str, pd.Series]:
        """Every fact and every arm by its row id."""
        for name in ("arms", *FACT_TABLES):
            self.asked.note_table(TableReading(name), ["arm_id" if name == "arms" else "row_id"])
        return {row_id: self._recorded(row_id) for row_id in self._places}

    def where(self, table: str, **values: str | Collection[str]) -> pd.DataFrame:
        """Return the rows of a table whose columns have one of the values given.

        The rows are in the order of the table and numbered from 0; without values, all of them.
        They remember which of their columns are read.
        """
        reading = TableReading.of(table, (), values)
        note = partial(self.asked.note_table, reading)
        # It has the ways of reading of the table for which it stands.
        return cast("pd.DataFrame", RecordedRows(self._ask(reading), note))

    def values(
        self, table: str, *columns: str, **values: str | Collection[str]
    ) -> list[tuple[str, ...]]:
        """Return the distinct values of columns, in the rows that `where` would return."""
        found = self._ask(TableReading.of(table, columns, values))
        return list(found.itertuples(index=False, name=None))

    def _ask(self, reading: TableReading) -> pd.DataFrame:
        self.asked.note_table(reading)
        if reading not in self._answers:
            self._answers[reading] = reading.answer(self.tables)
        return self._answers[reading]

    def find(self, row_id: str) -> pd.Series | None:
        """Return one row, None where there is none; its `name` is the table it stands in."""
        self.asked.note_row(row_id)
        return self._recorded(row_id) if row_id in self._places else None

    def _recorded(self, row_id: str) -> pd.Series:
        row = cast("pd.Series", self._row(row_id))
        return cast("pd.Series", RecordedRow(row, partial(self.asked.note_row, row_id)))

    def row(self, row_id: str) -> pd.Series:
        """Return one row; its `name` is the table that it stands in.

        Raises
        ------
        KeyError
            Where there is no such row.
        """
        found = self.find(row_id)
        if found is None:
            raise KeyError(f'expected the id of a data row, got "{row_id}"')
        return found

    def publication(self, key: str) -> Publication:
        """Return what a source key stands for.

        Raises
        ------
        KeyError
            Where there is no such publication.
        """
        self.asked.publications[key] = None
        return self.bibliography[key]

    def publications(self) -> Bibliography:
        """Return all publications by key, of which only journal, year and volume may be read."""
        self.asked.publications[_ALL] = None
        return self.bibliography

    def study(self, study_id: str) -> pd.Series:
        """Return one row of studies.csv.

        Raises
        ------
        KeyError
            Where there is no such study; the message names those there are.
        """
        found = self.where("studies", study_id=study_id)
        if found.empty:
            known = ", ".join(self.tables["studies"]["study_id"])
            raise KeyError(f'expected one of the studies {known}, got "{study_id}"')
        return found.iloc[0]

    def digest(self) -> str:
        """Return a fingerprint of everything here."""
        return digest_of_tables(self.tables, self.bibliography)

    def digest_of(self, asked: Readings) -> str:
        """Return a fingerprint of the present answers to what was asked."""
        tables = [
            reading.seen(self.tables, columns) for reading, columns in sorted(asked.tables.items())
        ]
        rows = {key: self._cells(key, columns) for key, columns in sorted(asked.rows.items())}
        keys = asked.publications.keys() - {_ALL}
        publications = {key: self.bibliography.get(key) for key in sorted(keys)}
        every = self.bibliography.values() if _ALL in asked.publications else ()
        answers = {
            "tables": tables,
            "rows": rows,
            "publications": {
                key: None if entry is None else astuple(entry)
                for key, entry in publications.items()
            },
            "volumes": sorted((one.key, one.container, one.year, one.volume) for one in every),
        }
        return hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()

    def _cells(self, row_id: str, columns: set[str]) -> list[object] | None:
        """Return what was read of a row: the table it stands in, and its cells."""
        row = self._row(row_id)
        if row is None:
            return None
        if WHOLE in columns:
            return [row.name, *row.to_list()]
        return [row.name, [[name, row[name]] for name in sorted(columns) if name in row.index]]

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
        """Return True where the row was read outside the source documents."""
        return bool(self.row(row_id)["status"] != "source")

    def arm_labels(self, study_id: str) -> dict[str, str]:
        """Return the label of each arm of one study; other studies use the same short names."""
        own = self.where("arms", study_id=study_id)
        return dict(zip(own["arm"], own["label"], strict=True))

    def describe(self, row: pd.Series) -> str:
        """Return in words what a data row is about."""
        return describe_row(row, self.arm_labels(row["study_id"]))

    def printed(self, row_id: str) -> str:
        """Return what a row gives, as reported."""
        return printed_text(self.row(row_id))

    def estimate(self, row_id: str) -> Estimate | None:
        """Return what a row gives, grade D0, times in months, per cent as proportions.

        It is None where the row gives no number ("not reached", only a P value or a bound).

        Raises
        ------
        KeyError
            Where there is no such row.
        """
        return printed_estimate(self.row(row_id))


def load_evidence(folder: str | Path | None = None) -> Evidence:
    """Return all evidence, checked; of another folder of tables where one is named.

    Parameters
    ----------
    folder : str or Path, optional
        Of the tables; those of the book where none is named.

    Returns
    -------
    Evidence
        Tables of text as printed, and the bibliography; ask it by `where` and `estimate`.

    Raises
    ------
    DataError
        Where a table breaks the schema or a rule across tables; carries every problem.

    Examples
    --------
    >>> evidence = load_evidence()
    >>> len(evidence.tables["studies"]) > 0
    True
    """
    read = read_files(data_folder() if folder is None else Path(folder))
    if os.environ.get(_CHECKED) != read.digest and read.problems:
        raise DataError(read.problems)
    # Tables of its own: a cell that writes into one changes no other page.
    tables = {name: table.copy() for name, table in read.tables.items()}
    return Evidence(tables, read.bibliography)
