"""CSV that a spreadsheet opens without running any of it."""

from __future__ import annotations

import csv
import io

from evidence.files.plain_text import is_formula


def safe_cell(text: str) -> str:
    """Return a cell that is shown as text where a spreadsheet would run it as a formula."""
    return f"'{text}" if is_formula(text) else text


def safe_csv(text: str) -> str:
    """Return a CSV text in which no cell is run; one without such a cell stays as it is."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if not any(is_formula(cell) for row in rows for cell in row):
        return text
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([map(safe_cell, row) for row in rows])
    return stream.getvalue()
