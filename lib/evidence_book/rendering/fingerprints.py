"""What a published book is known by: the content of everything that it was made from.

Time stamps say nothing here: a checkout, a copy or a clock set back changes them, and no content.
"""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path

from evidence.files.paths import BOOK_FILE, build_folder, project_root
from evidence_book.runs.library_imports import packages

# What a book is rendered from; nothing else of the project is copied to where it is rendered.
SOURCES = (
    BOOK_FILE,
    "_config.yml",
    "_toc.yml",
    "_static",
    "_templates",
    "chapters",
    "data",
    "requirements.lock",
    "CITATION.cff",
    "LICENSE",
)
_CACHES = ("__pycache__",)


def is_source(name: str) -> bool:
    """Return False for what editors, Jupyter and a killed process leave beside sources."""
    return not name.startswith(".") and name not in _CACHES


def digest(parts: Mapping[str, str]) -> str:
    """Return one fingerprint of names and what stands behind them, in whatever order."""
    total = hashlib.sha256()
    for name in sorted(parts):
        total.update(f"{name}\0{parts[name]}\0".encode())
    return total.hexdigest()


def hash_files(folder: Path, wanted: Callable[[str], bool] = lambda name: True) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, by its path in it; {} where none is.

    Parameters
    ----------
    folder : Path
        The folder.
    wanted : callable
        Called with the name of each file and folder; those that are not wanted are passed over.
    """
    found: dict[str, str] = {}
    base = str(folder)
    for here, folders, files in os.walk(base):
        folders[:] = [name for name in folders if name not in _CACHES and wanted(name)]
        for name in filter(wanted, files):
            path = os.path.join(here, name)
            with open(path, "rb") as stream:
                content = stream.read()
            inside = os.path.relpath(path, base).replace(os.sep, "/")
            found[inside] = hashlib.sha256(content).hexdigest()
    return found


def hash_sources(root: Path | None = None) -> dict[str, str]:
    """Return the SHA-256 of everything that a book is rendered from, by its path."""
    root = root or project_root()
    found: dict[str, str] = {}
    for name in SOURCES:
        origin = root / name
        if origin.is_dir():
            inside = hash_files(origin, is_source)
            found |= {f"{name}/{path}": sha for path, sha in inside.items()}
        elif origin.exists():
            found[name] = hashlib.sha256(origin.read_bytes()).hexdigest()
    return found


def renderer_digest() -> str:
    """Return a fingerprint of what renders: our code, Python, what is installed, and where.

    What is installed is known by the names of its records, which carry versions; the lock file
    says what should be there. Where, for the kept work of Sphinx holds paths.
    """
    folders = {**packages(), "evidence_book": Path(__file__).resolve().parents[1]}
    library = {name: digest(hash_files(folder)) for name, folder in folders.items()}
    installed = os.listdir(sysconfig.get_path("purelib"))
    return digest(
        {
            "library": digest(library),
            "python": sys.version,
            "installed": "\n".join(sorted(n for n in installed if n.endswith(".dist-info"))),
            "where": str(build_folder()),
            # Sphinx puts this year in the place of the one in the copyright line.
            "SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH", ""),
        }
    )


def book_key(sources: Mapping[str, str], renderer: str) -> str:
    """Return the fingerprint of a book: what it is rendered from, and by what."""
    return digest({**sources, "": renderer})


def present_key() -> str:
    """Return the key of the book that the project as it stands would make."""
    return book_key(hash_sources(), renderer_digest())
