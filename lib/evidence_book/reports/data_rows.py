"""The rows of a folder of tables as they stand, for what is rendered without a data library."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

# Tables whose rows name the publication that they were read in, and the column of their id.
_TABLES = {
    "arms": "arm_id",
    "outcomes": "row_id",
    "characteristics": "row_id",
    "biomarkers": "row_id",
}


def read_rows(data: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield id and cells of every row of arms and facts; a table that is not there has none."""
    for name, key in _TABLES.items():
        path = data / f"{name}.csv"
        if path.exists():
            with path.open(encoding="utf-8", newline="") as stream:
                for row in csv.DictReader(stream):
                    yield row[key], row
