"""Where things are: the only module that knows the folders of the project."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# The two files that make a folder a project of this kind.
_MARKERS = ("_toc.yml", "data")
# What tells the engine what the book is about; `evidence.sources.book` reads it.
BOOK_FILE = "book.yml"
_LOCK = "requirements.lock"


def project_root() -> Path:
    """Return the root folder of the project that this process works on.

    It is the folder named by the environment variable EVIDENCE_ROOT, else the nearest folder
    above the working directory that looks like such a project, else the one this package was
    installed from.
    """
    named = os.environ.get("EVIDENCE_ROOT")
    if named:
        return Path(named).resolve()
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if all((folder / marker).exists() for marker in _MARKERS):
            return folder
    return Path(__file__).resolve().parents[3]


def environment_lock(root: Path | None = None) -> Path:
    """Return the lock of the environment: that of the project, else the nearest one above it.

    A book inside another project, such as an example of this one, runs in the environment of that.
    """
    own = (root or project_root()) / _LOCK
    above = (folder / _LOCK for folder in own.parents)
    return next((path for path in above if path.is_file()), own)


def find_own_library() -> None:
    """Have Python find the package that a book keeps in its folder `lib`, after all others."""
    folder = project_root() / "lib"
    if folder.is_dir() and str(folder) not in sys.path:
        sys.path.append(str(folder))


def data_folder() -> Path:
    """Return the folder of the data tables: EVIDENCE_DATA where it is set, else the book's own."""
    named = os.environ.get("EVIDENCE_DATA")
    return Path(named).resolve() if named else project_root() / "data"


def released_folder() -> Path:
    """Return the folder of the released editions, whatever data are read."""
    return project_root() / "data" / "released"


def chapters_folder() -> Path:
    """Return the folder of the chapters."""
    return project_root() / "chapters"


def build_folder() -> Path:
    """Return the folder for everything that is made and never committed."""
    return project_root() / "_build"


def page_name(path: Path) -> str:
    """Return the name of a page, e.g. `questions/biomarker_prognosis`, from its file."""
    return path.resolve().relative_to(chapters_folder()).with_suffix("").as_posix()


def notebook_path(page: str) -> Path:
    """Return the notebook file of a page."""
    return chapters_folder() / f"{page}.ipynb"
