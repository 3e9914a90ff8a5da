"""Reading one data table: CSV in UTF-8, one row to a line, every cell as text."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from evidence.sources.problems import DataError, Problem

# The largest table of the book has 535 rows, the longest cell 259 characters. What is beyond these
# was not read from papers by a person, and would be checked for hours.
MAX_ROWS = 50_000
_MAX_BYTES = 20_000_000
_MAX_CELL = 2000


def read_table(path: Path) -> pd.DataFrame:
    """Return one CSV table with every cell as text, indexed from 0.

    Raises
    ------
    DataError
        Where the file is missing or too large, is not UTF-8, is not CSV, or has rows of another
        width than its header.
    """
    name = f"data/{path.name}"
    return read_table_text(name, _read_text(name, path))


def read_table_text(name: str, text: str) -> pd.DataFrame:
    """Return the table that a text holds, as `read_table` does; `name` is that of its file."""
    lines = _read_lines(name, text)
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


def _read_text(name: str, path: Path) -> str:
    """Return the text of a table, with every line end as a line feed."""
    try:
        if path.exists() and not path.is_file():
            # Reading a pipe or a device may never end.
            given = "a folder" if path.is_dir() else "a pipe or device"
            raise DataError([Problem(name, 0, "", "a file", given)])
        size = path.stat().st_size
        if size > _MAX_BYTES:
            given = f"{size // 1_000_000} MB"
            raise DataError([Problem(name, 0, "", f"at most {_MAX_BYTES // 1_000_000} MB", given)])
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError([Problem(name, 0, "", "a file of this name", "none")]) from None
    except OSError as error:
        raise DataError([Problem(name, 0, "", "a readable file", str(error.strerror))]) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        given = f"byte 0x{error.object[error.start]:02x}"
        raise DataError([Problem(name, line, "", "text in UTF-8", given)]) from None
    if text.startswith("\ufeff"):
        raise DataError([Problem(name, 1, "", "UTF-8 without a byte order mark", "one")])
    return text


def _read_lines(name: str, text: str) -> list[list[str]]:
    """Return the records of a CSV text, each of which is one line of it."""
    # Strict: a quote that is never closed would swallow the rows behind it.
    reader = csv.reader(io.StringIO(text), strict=True)
    lines: list[list[str]] = []
    while True:
        number = len(lines) + 1
        try:
            cells = next(reader)
        except StopIteration:
            return lines
        except csv.Error as error:
            raise DataError(
                [Problem(name, number, "", "CSV whose quotes are closed", str(error))]
            ) from None
        if reader.line_num != number:
            given = f"one that ends on line {reader.line_num}"
            raise DataError([Problem(name, number, "", "a row on one line", given)])
        if number > MAX_ROWS + 1:
            raise DataError([Problem(name, 0, "", f"at most {MAX_ROWS} rows", "more")])
        if max(map(len, cells), default=0) > _MAX_CELL:
            given = f"one of {max(map(len, cells))}"
            expected = f"cells of at most {_MAX_CELL} characters"
            raise DataError([Problem(name, number, "", expected, given)])
        lines.append(cells)
