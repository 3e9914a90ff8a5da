"""What a page asked of the data, so that it is known when it must run again.

A page is fresh as long as everything it asked still has the same answer: a corrected row makes
only those pages stale that read it, or that chose among rows by something that changed.

Vocabulary
----------
**Reading**: one question to the tables: rows where columns have these values, or the distinct
values of some columns of them; a row by its id; a publication by its key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, order=True)
class TableReading:
    """One question to a table.

    Attributes
    ----------
    table : str
        Name of the table.
    where : tuple of (str, tuple of str)
        Columns and the values that they may have; empty for the whole table.
    columns : tuple of str
        Columns whose distinct values are asked for; empty for whole rows.
    """

    table: str
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    columns: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, table: str, columns: Iterable[str], where: Mapping[str, str | Collection[str]]
    ) -> TableReading:
        """Return the reading of keyword arguments: a column and a value, or several values."""
        chosen = {
            name: (value,) if isinstance(value, str) else tuple(sorted(value))
            for name, value in where.items()
        }
        return cls(table, tuple(sorted(chosen.items())), tuple(columns))

    def answer(self, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        """Return rows in the order of the table, numbered from 0, or distinct values."""
        table = tables[self.table]
        if self.where:
            fits = [table[name].isin(values) for name, values in self.where]
            table = table[np.logical_and.reduce(fits)]
        if self.columns:
            table = table[list(self.columns)].drop_duplicates()
        return table.reset_index(drop=True)

    def to_json(self) -> list[Any]:
        """Return the form stored in a notebook."""
        return [self.table, {name: list(values) for name, values in self.where}, list(self.columns)]

    @classmethod
    def from_json(cls, stored: list[Any]) -> TableReading:
        """Return the reading that was stored by `to_json`."""
        table, where, columns = stored
        return cls.of(table, columns, where)


@dataclass(slots=True)
class Readings:
    """Everything that was asked, each question once.

    Attributes
    ----------
    rows, publications : dict of str to None
        Ids of rows and keys of publications that were looked up, found or not.
    tables : dict of TableReading to None
        Questions to tables.
    """

    rows: dict[str, None] = field(default_factory=dict)
    publications: dict[str, None] = field(default_factory=dict)
    tables: dict[TableReading, None] = field(default_factory=dict)

    def to_json(self) -> dict[str, list[Any]]:
        """Return the form stored in a notebook; kinds that were not asked for are left out."""
        kinds: dict[str, list[Any]] = {
            "rows": sorted(self.rows),
            "publications": sorted(self.publications),
            "tables": [reading.to_json() for reading in sorted(self.tables)],
        }
        return {kind: asked for kind, asked in kinds.items() if asked}

    @classmethod
    def from_json(cls, stored: Mapping[str, list[Any]]) -> Readings:
        """Return the readings that were stored by `to_json`."""
        return cls(
            dict.fromkeys(stored.get("rows", ())),
            dict.fromkeys(stored.get("publications", ())),
            dict.fromkeys(map(TableReading.from_json, stored.get("tables", ()))),
        )

    def add(self, other: Readings) -> None:
        """Take in what was asked elsewhere."""
        self.rows |= other.rows
        self.publications |= other.publications
        self.tables |= other.tables

    def without(self, other: Readings) -> Readings:
        """Return what was asked here and not there."""
        return Readings(
            {key: None for key in self.rows if key not in other.rows},
            {key: None for key in self.publications if key not in other.publications},
            {key: None for key in self.tables if key not in other.tables},
        )
