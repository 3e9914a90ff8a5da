"""An analyst's own data: a chapter run on another folder of tables with the same columns.

The folder is named by EVIDENCE_DATA, which `evidence.files.paths.data_folder` alone reads, in this
process and in the kernels that it starts. The book's own pages are never run in place with it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from evidence.sources.data import Evidence, load_evidence
from evidence.sources.data_files import TABLE_NAMES
from evidence.sources.problems import DataError

VARIABLE = "EVIDENCE_DATA"


class DataFolderError(ValueError):
    """A folder of data that cannot be read; the message says what was expected."""


@contextmanager
def reading(folder: Path | None) -> Iterator[None]:
    """Read the tables of another folder inside the `with` block; of the book for None.

    Raises
    ------
    DataFolderError
        Where there is no such folder, or it holds none of the tables.
    DataError
        Where a table breaks the schema inside the block; problems name this folder.
    """
    before = os.environ.get(VARIABLE)
    if folder is not None:
        os.environ[VARIABLE] = str(_checked(folder))
    try:
        yield
    except DataError as error:
        if folder is None:
            raise
        name = folder.resolve().name
        raise DataError(
            [
                replace(one, file=f"{name}/{one.file.removeprefix('data/')}")
                for one in error.problems
            ]
        ) from None
    finally:
        if before is None:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = before


def _checked(folder: Path) -> Path:
    if not folder.is_dir():
        raise DataFolderError(f"--data: expected a folder of tables, got {str(folder)!r}")
    found = [name for name in TABLE_NAMES if (folder / f"{name}.csv").is_file()]
    if not found:
        names = ", ".join(f"{name}.csv" for name in TABLE_NAMES)
        raise DataFolderError(
            f"--data: expected a folder with {names} and references.bib, got {str(folder)!r} "
            "with none of them; copy data/ of this project and edit the copy"
        )
    return folder.resolve()


def own_evidence(folder: Path) -> Evidence:
    """Return the checked evidence of a folder."""
    with reading(folder):
        return load_evidence()


def refuse_own_data(what: str) -> None:
    """Raise where EVIDENCE_DATA is set: pages in place belong to the book's own data.

    Raises
    ------
    DataFolderError
        Always where the variable is set.
    """
    if os.environ.get(VARIABLE):
        raise DataFolderError(
            f"{VARIABLE} is set, and {what} works on the book's own data: unset it, or use "
            "`evidence run PAGE --data DIR` for a page with other data"
        )
