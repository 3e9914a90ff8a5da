"""Which files of the library a page can reach: what it imports, and what that imports.

Imports are read from the code, wherever in a file they stand; nothing is run. Those that serve
annotations alone, below `if TYPE_CHECKING:`, are no imports.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from evidence.book.code_forms import read_code
from evidence.conventions import stating_files

PACKAGE = Path(__file__).resolve().parents[1]


def _read_by(name: str) -> tuple[str, ...]:
    """Return the files that a module reaches without an import that stands in its code."""
    if name == "figures/style.py":
        return ("theme.mplstyle",)
    return stating_files() if name == "conventions.py" else ()


def reached(code: Iterable[str]) -> tuple[str, ...]:
    """Return the files of the library that code can import, sorted, relative to the package.

    Parameters
    ----------
    code : iterable of str
        Python source; what cannot be parsed reaches nothing.
    """
    waiting = [name for text in code for name in _imported(text)]
    found: set[str] = {"__init__.py"}
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [*_imports_of(name), *_read_by(name)]
    return tuple(sorted(found))


@lru_cache(maxsize=512)
def _imports_of(name: str) -> tuple[str, ...]:
    path = PACKAGE / name
    return _imported(path.read_text(encoding="utf-8")) if path.suffix == ".py" else ()


def forget_imports() -> None:
    """Read the imports of files again when they are next asked for."""
    _imports_of.cache_clear()


def _imported(text: str) -> tuple[str, ...]:
    """Return the files that a piece of code imports from the package, parents included."""
    return tuple(
        sorted(
            file
            for module in read_code(text).modules
            if module.partition(".")[0] == "evidence"
            for file in _files(module.split(".")[1:])
        )
    )


def _files(parts: list[str]) -> list[str]:
    """Return the file of a module and of the packages around it, where there are such."""
    found = []
    for end in range(len(parts) + 1):
        inside = Path(*parts[:end])
        for name in (inside / "__init__.py", inside.with_suffix(".py") if end else None):
            if name is not None and (PACKAGE / name).is_file():
                found.append(name.as_posix())
    return found
