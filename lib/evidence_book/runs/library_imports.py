"""Which files of the library a page can reach: what it imports, and what that imports.

Imports are read from the code, wherever in a file they stand; nothing is run. Those that serve
annotations alone, below `if TYPE_CHECKING:`, are no imports.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from evidence.conventions.ledger import stating_files
from evidence.files.paths import BOOK_FILE
from evidence_book.runs.code_forms import read_code
from evidence_book.runs.own_library import library_folder, library_name

# In a package's `__init__.py`: the names it imports when they are first used, and from where.
FACE = "_FACE"


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
    texts = list(code)
    waiting = [name for text in texts for name in _imported(text)] + _behind_faces(texts)
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
    text = (packages()[package] / inside).read_text(encoding="utf-8")
    return (*_imported(text), *_behind_faces([text]))


def forget_imports() -> None:
    """Read the imports of files again when they are next asked for."""
    _imports_of.cache_clear()
    _face.cache_clear()


def _behind_faces(texts: list[str]) -> list[str]:
    """Return the files that define what pieces of code, run together, ask of the faces."""
    read = [read_code(text) for text in texts]
    aliases = {local: module for code in read for local, module in code.aliases}
    asked = {
        f"{aliases[local]}.{name}"
        for code in read
        for local, name in code.attributes
        if local in aliases
    }
    asked.update(module for code in read for module in code.modules)
    found = []
    for dotted in sorted(asked):
        package, _, name = dotted.rpartition(".")
        module = _face(package).get(name, dotted)
        # A room that is asked for as a whole may be asked for any of its names.
        whole = _face(module).values() if "." in module else ()
        for one in (module, *whole) if module != dotted or whole else ():
            root, *parts = one.split(".")
            found += [f"{root}/{file}" for file in _files(packages()[root], parts)]
    return found


@lru_cache(maxsize=64)
def _face(package: str) -> dict[str, str]:
    """Return the names that a package gives on demand, and the modules that define them."""
    root, *rooms = package.split(".")
    file = packages().get(root, Path()).joinpath(*rooms, "__init__.py")
    if root not in packages() or not file.is_file():
        return {}
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == FACE:
            found: dict[str, str] = ast.literal_eval(node.value)
            return found
    return {}


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
