"""Reading the committed aggregates of a cohort, as pages do: text cells, no computation."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from evidence.cohorts.design import FOLDER
from evidence.cohorts.tables import PROVENANCE, TABLES
from evidence.files.paths import data_folder
from evidence.sources.csv_tables import read_table_text
from evidence.sources.problems import DataError, Problem


def cohort_files(name: str) -> list[str]:
    """Return the files below data/ that a page on a cohort reads."""
    return [f"{FOLDER}/{name}.yml", *(f"{FOLDER}/{name}/{table}.csv" for table in TABLES)]


def read_aggregate(name: str, table: str) -> pd.DataFrame:
    """Return one committed table of a cohort, every cell as text.

    Raises
    ------
    DataError
        Where it is missing, or has other columns.
    """
    path = data_folder() / FOLDER / name / f"{table}.csv"
    file = f"data/{FOLDER}/{name}/{table}.csv"
    if not path.is_file():
        expected = f"a table of the cohort (`evidence cohort {name} --from FILE` makes it)"
        raise DataError([Problem(file, 0, "", expected, "none")])
    return _read(file, path.read_text(encoding="utf-8"), table)


@lru_cache(maxsize=64)
def _read(file: str, text: str, table: str) -> pd.DataFrame:
    found = read_table_text(file, text)
    columns = [*TABLES[table].columns, *PROVENANCE]
    if list(found.columns) != columns:
        expected = f"the columns {', '.join(columns)}"
        raise DataError([Problem(file, 1, "", expected, ", ".join(found.columns))])
    return found
