"""What a page asked of the data, so that it is known when it must run again.

A page is fresh as long as everything it asked still has the same answer: a corrected cell makes
only those pages stale that read its column of the row, or that chose among rows by it.

Vocabulary
----------
**Reading**: one question to the tables: rows where columns have these values, or the distinct
values of some columns of them; a row by its id; a publication by its key.
**Columns read**: those of the rows of an answer that the page looked at; `WHOLE` for all. None is
an answer, too: how many rows there are, or whether there is one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from evidence.sources.recorded_rows import WHOLE

if TYPE_CHECKING:
    import pandas as pd

Key = TypeVar("Key")


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

    def seen(self, tables: Mapping[str, pd.DataFrame], columns: Collection[str]) -> list[Any]:
        """Return the question and what of its answer was read, as JSON."""
        answer = self.answer(tables)
        if self.columns or WHOLE in columns:
            return [self.to_json(), answer.to_numpy().tolist()]
        read = [name for name in answer.columns if name in columns]
        return [[*self.to_json(), sorted(columns)], answer[read].to_numpy().tolist()]

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
    rows : dict of str to set of str
        Ids of rows that were looked up, found or not, with the columns read.
    publications : dict of str to None
        Keys of publications that were looked up, found or not.
    tables : dict of TableReading to set of str
        Questions to tables, with the columns read of the rows found.
    """

    rows: dict[str, set[str]] = field(default_factory=dict)
    publications: dict[str, None] = field(default_factory=dict)
    tables: dict[TableReading, set[str]] = field(default_factory=dict)

    def to_json(self) -> dict[str, list[Any]]:
        """Return the form stored in a notebook; kinds that were not asked for are left out.

        Rows of which the same columns were read stand together, under `cells`.
        """
        alike: dict[tuple[str, ...], list[str]] = {}
        for row, columns in sorted(self.rows.items()):
            alike.setdefault(tuple(sorted(columns)), []).append(row)
        kinds: dict[str, list[Any]] = {
            "rows": alike.pop((WHOLE,), []),
            "cells": [[",".join(columns), rows] for columns, rows in sorted(alike.items())],
            "publications": sorted(self.publications),
            "tables": [
                reading.to_json()
                if reading.columns or WHOLE in columns
                else [*reading.to_json(), ",".join(sorted(columns))]
                for reading, columns in sorted(self.tables.items())
            ],
        }
        return {kind: asked for kind, asked in kinds.items() if asked}

    @classmethod
    def from_json(cls, stored: Mapping[str, list[Any]]) -> Readings:
        """Return the readings that were stored by `to_json`."""
        made = cls({row: {WHOLE} for row in stored.get("rows", ())})
        for columns, rows in stored.get("cells", ()):
            made.rows |= {row: _names(columns) for row in rows}
        made.publications = dict.fromkeys(stored.get("publications", ()))
        for table, where, distinct, *columns in stored.get("tables", ()):
            reading = TableReading.of(table, distinct, where)
            made.note_table(reading, _names(columns[0]) if columns else [WHOLE])
        return made

    def add(self, other: Readings) -> None:
        """Take in what was asked elsewhere."""
        for row, columns in other.rows.items():
            self.note_row(row, columns)
        for reading, columns in other.tables.items():
            self.note_table(reading, columns)
        self.publications |= other.publications

    def note_row(self, row_id: str, columns: Iterable[str] = ()) -> None:
        """Remember that a row was looked up, and columns of it."""
        _note(self.rows.setdefault(row_id, set()), columns)

    def note_table(self, reading: TableReading, columns: Iterable[str] = ()) -> None:
        """Remember that a question was asked, and columns of its answer."""
        _note(self.tables.setdefault(reading, set()), columns)

    def without(self, other: Readings) -> Readings:
        """Return what was asked here and not there."""
        return Readings(
            _left(self.rows, other.rows),
            {key: None for key in self.publications if key not in other.publications},
            _left(self.tables, other.tables),
        )


def _names(columns: str) -> set[str]:
    return set(filter(None, columns.split(",")))


def _note(known: set[str], columns: Iterable[str]) -> None:
    known.update(columns)
    if WHOLE in known:
        known.intersection_update({WHOLE})


def _left(asked: Mapping[Key, set[str]], told: Mapping[Key, set[str]]) -> dict[Key, set[str]]:
    """Return what is not told: questions with the columns that were read since."""
    found = {}
    for key, columns in asked.items():
        known = told.get(key)
        left = columns if known is None else set() if WHOLE in known else columns - known
        if left or known is None:
            found[key] = set(left)
    return found
