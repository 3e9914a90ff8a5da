"""Which files of the library a page can reach: what it imports, and what that imports.

Imports are read from the code, wherever in a file they stand; nothing is run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
# Read by `evidence.figures.style` while it draws.
_READ_BY = {"figures/style.py": ("theme.mplstyle",)}


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
            waiting += [*_imports_of(name), *_READ_BY.get(name, ())]
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
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return ()
    modules: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules.update(name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # A name may be a module of the package or something inside it.
            modules.add(node.module)
            modules.update(f"{node.module}.{name.name}" for name in node.names)
    return tuple(
        sorted(
            file
            for module in modules
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
