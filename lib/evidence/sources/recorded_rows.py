"""Rows of a table that remember which of their columns were read.

They stand in the place of pandas' own, with the few ways of reading that pages use; each says
which columns it reads. Whatever else is asked of them is answered by pandas, and counts as a
reading of whole rows, so that nothing can be read past the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

# Stands for every column.
WHOLE = "*"
Note = Callable[[Iterable[str]], None]


class RecordedRow:
    """One row; `row["n"]` and `row.get("n")` read a column."""

    __slots__ = ("_note", "_row")

    def __init__(self, row: pd.Series, note: Note) -> None:
        self._row = row
        self._note = note

    def __getitem__(self, column: str) -> Any:
        if isinstance(column, str) and column in self._row.index:
            self._note([column])
            return self._row[column]
        self._note([WHOLE])
        return self._row[column]

    def get(self, column: str, default: Any = None) -> Any:
        """Return a cell, or `default` where the table has no such column."""
        return self[column] if column in self._row.index else default

    @property
    def name(self) -> Any:
        """What pandas names a row by: its number, or the table it was found in."""
        return self._row.name

    def __contains__(self, column: object) -> bool:
        return column in self._row.index

    def __iter__(self) -> Iterator[Any]:
        self._note([WHOLE])
        return iter(self._row)

    def __len__(self) -> int:
        return len(self._row)

    def __getattr__(self, name: str) -> Any:
        self._note([WHOLE])
        return getattr(self._row, name)


class RecordedRows:
    """Rows; `rows["n"]` reads a column of all of them, and comparing it chooses among them."""

    __slots__ = ("_note", "_rows")

    def __init__(self, rows: pd.DataFrame, note: Note) -> None:
        self._rows = rows
        self._note = note

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            self._note([key])
            # A copy: a page that writes into it changes no later answer.
            return self._rows[key].copy()
        if str(getattr(key, "dtype", "")) == "bool":
            return RecordedRows(self._rows[key], self._note)
        names = isinstance(key, list) and all(isinstance(name, str) for name in key)
        self._note(key if names else [WHOLE])
        return self._rows[key].copy()

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def empty(self) -> bool:
        """True where there is no row."""
        return bool(self._rows.empty)

    @property
    def iloc(self) -> _Positions:
        """Rows by their position."""
        return _Positions(self._rows, self._note)

    def iterrows(self) -> Iterator[tuple[Any, RecordedRow]]:
        """Yield the number of each row, and the row."""
        for number, row in self._rows.iterrows():
            yield number, RecordedRow(row, self._note)

    def groupby(self, by: Any, **options: Any) -> Iterator[tuple[Any, RecordedRows]]:
        """Yield the values of columns, and the rows that have them."""
        self._note([by] if isinstance(by, str) else by)
        for value, rows in self._rows.groupby(by, **options):
            yield value, RecordedRows(rows, self._note)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def __getattr__(self, name: str) -> Any:
        self._note([WHOLE])
        return getattr(self._rows.copy(), name)


class _Positions:
    __slots__ = ("_note", "_rows")

    def __init__(self, rows: pd.DataFrame, note: Note) -> None:
        self._rows = rows
        self._note = note

    def __getitem__(self, position: Any) -> Any:
        if isinstance(position, int):
            return RecordedRow(self._rows.iloc[position], self._note)
        if isinstance(position, slice):
            return RecordedRows(self._rows.iloc[position], self._note)
        self._note([WHOLE])
        return self._rows.copy().iloc[position]
