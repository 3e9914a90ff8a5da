"""Reading the files of the data folder, all together.

A process reads files with one content once: the warm process that kernels are forked from has read
them before any page asks, so that a page does not become slower with every study of the book.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import pandas as pd

from evidence.files.paths import data_folder
from evidence.sources.bibliography import Bibliography, read_bibliography
from evidence.sources.csv_tables import read_table
from evidence.sources.problems import DataError, Problem

# Tables whose rows are facts with a row id and a source.
FACT_TABLES = ("outcomes", "characteristics", "biomarkers")
# Tables about publications, whose rows belong to no study.
LITERATURE_TABLES = ("screening", "searches", "notices")
TABLE_NAMES = (
    "studies",
    "arms",
    *FACT_TABLES,
    "appraisals",
    "certainty",
    "discrepancies",
    "excluded",
    *LITERATURE_TABLES,
)
# A book without the others has none of their rows.
_NEEDED = ("studies", "arms", "outcomes")
_BIBLIOGRAPHY = "references.bib"


def read_tables(folder: Path | None = None) -> dict[str, pd.DataFrame]:
    """Return all tables by name; every problem of every file is reported at once.

    Studies, arms and outcomes are needed; another table whose file is missing has no rows.

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
            there = name in _NEEDED or (folder / f"{name}.csv").exists()
            tables[name] = read_table(folder / f"{name}.csv") if there else _empty(name)
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    return tables


def _empty(name: str) -> pd.DataFrame:
    from evidence.sources.schema import TABLES

    return pd.DataFrame(columns=list(TABLES[name].columns), dtype=object)


def digest_of_tables(tables: dict[str, pd.DataFrame], publications: Bibliography) -> str:
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
class DataFiles:
    """What was read from a folder of data, never to be changed by who got it.

    Attributes
    ----------
    tables : dict of str to DataFrame
        Text cells, as in the files.
    bibliography : Bibliography
        The publications.
    digest : str
        Fingerprint of both.
    """

    tables: dict[str, pd.DataFrame]
    bibliography: Bibliography
    digest: str

    @cached_property
    def problems(self) -> list[Problem]:
        """Everything wrong with the tables; they are checked when it is first asked for."""
        # pandera costs a second to import; a refresh checks once, for all its kernels.
        from evidence.sources.consistency import check_tables

        return check_tables(self.tables, self.bibliography)


def read_files(folder: Path) -> DataFiles:
    """Return what is in a folder of data.

    Raises
    ------
    DataError
        As `read_tables`, and where the bibliography cannot be read.
    """
    return _read(folder, _content(folder))


def _content(folder: Path) -> tuple[tuple[str, str], ...]:
    """Return the SHA-256 of every file that evidence is read from; "" for one that is missing."""
    names = [*(f"{name}.csv" for name in TABLE_NAMES), _BIBLIOGRAPHY]
    paths = [(name, folder / name) for name in names]
    return tuple(
        (name, hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
        for name, path in paths
    )


@lru_cache(maxsize=1)
def _read(folder: Path, content: tuple[tuple[str, str], ...]) -> DataFiles:
    tables = read_tables(folder)
    bibliography = read_bibliography(folder / _BIBLIOGRAPHY)
    return DataFiles(tables, bibliography, digest_of_tables(tables, bibliography))
