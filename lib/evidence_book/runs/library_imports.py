"""Which files of the library a page can reach: what it imports, and what that imports.

Imports are read from the code, wherever in a file they stand; nothing is run. Those that serve
annotations alone, below `if TYPE_CHECKING:`, are no imports.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from evidence.conventions.ledger import stating_files
from evidence.files.paths import BOOK_FILE
from evidence_book.runs.code_forms import read_code
from evidence_book.runs.own_library import library_folder, library_name


def packages() -> dict[str, Path]:
    """Return name and folder of the packages that pages compute with; the engine is none."""
    names = ("evidence_stats", "evidence", library_name())
    return {name: library_folder(name) for name in names}


def _read_by(name: str) -> tuple[str, ...]:
    """Return the files that a module reaches without an import that stands in its code."""
    if name == "evidence/figures/style.py":
        return ("evidence/figures/theme.mplstyle",)
    if name == "evidence/sources/book.py":
        return (BOOK_FILE,)
    return stating_files() if name == "evidence/conventions/ledger.py" else ()


def reached(code: Iterable[str]) -> tuple[str, ...]:
    """Return the files of the library that code can import, sorted, each with its package.

    Parameters
    ----------
    code : iterable of str
        Python source; what cannot be parsed reaches nothing.
    """
    waiting = [name for text in code for name in _imported(text)]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [*_imports_of(name), *_read_by(name)]
    return tuple(sorted(found))


@lru_cache(maxsize=512)
def _imports_of(name: str) -> tuple[str, ...]:
    if not name.endswith(".py"):
        return ()
    package, _, inside = name.partition("/")
    return _imported((packages()[package] / inside).read_text(encoding="utf-8"))


def forget_imports() -> None:
    """Read the imports of files again when they are next asked for."""
    _imports_of.cache_clear()


def _imported(text: str) -> tuple[str, ...]:
    """Return the files that a piece of code imports from the packages, parents included."""
    folders = packages()
    return tuple(
        sorted(
            f"{package}/{file}"
            for module in read_code(text).modules
            for package, *parts in [module.split(".")]
            if package in folders
            for file in _files(folders[package], parts)
        )
    )


def _files(folder: Path, parts: list[str]) -> list[str]:
    """Return the file of a module and of the packages around it, where there are such."""
    found = []
    for end in range(len(parts) + 1):
        inside = Path(*parts[:end])
        for name in (inside / "__init__.py", inside.with_suffix(".py") if end else None):
            if name is not None and (folder / name).is_file():
                found.append(name.as_posix())
    return found
