"""The book's own library, by the name that `book.yml` gives: its questions and their parameters.

The engine serves any book and imports none; it asks for the library of the one it works on.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from evidence.files.paths import BOOK_FILE, find_own_library, project_root
from evidence.files.plain_yaml import read_yaml_file

if TYPE_CHECKING:
    from evidence.record.chapter_parameters import ChapterParameters


def library_name() -> str:
    """Return the name of the package of what this book alone computes and says.

    Raises
    ------
    ValueError
        Where the project does not say it.
    """
    return _library_name(project_root())


@lru_cache(maxsize=16)
def _library_name(root: Path) -> str:
    expected = f'{BOOK_FILE}: expected "library: NAME", the name of the Python package of this book'
    path = root / BOOK_FILE
    if not path.exists():
        raise ValueError(f"{expected}, got no such file in {root}")
    stored = read_yaml_file(path)
    name = stored.get("library") if isinstance(stored, dict) else None
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(f"{expected}, got {name!r}")
    return name


def own_module(name: str) -> ModuleType:
    """Return a module of the book's library.

    Raises
    ------
    ValueError
        Where the library is not installed.
    """
    library = library_name()
    library_folder(library)
    return import_module(f"{library}.{name}")


@lru_cache(maxsize=16)
def library_folder(library: str) -> Path:
    """Return the folder of a package.

    Raises
    ------
    ValueError
        Where it is not installed.
    """
    find_own_library()
    found = find_spec(library)
    if found is None or not found.submodule_search_locations:
        raise ValueError(
            f"{BOOK_FILE}, library: expected a Python package in lib/ or installed, got {library}"
        )
    return Path(found.submodule_search_locations[0]).resolve()


def question_models() -> dict[str, type[ChapterParameters]]:
    """Return the parameter model of every question of the book, by its page, in the order of names.

    A question is a package of the book's library with a module `parameters`, in which a class
    names the page; so is a study whose chapter has parameters of its own.
    """
    folder = library_folder(library_name())
    names = sorted(path.parent.name for path in folder.glob("*/parameters.py"))
    found = {f"questions/{name}": _model_in(name, f"questions/{name}") for name in names}
    return {page: model for page, model in found.items() if model is not None}


def _model_in(package: str, page: str) -> type[ChapterParameters] | None:
    module = own_module(f"{package}.parameters")
    pages = {}
    for value in vars(module).values():
        if isinstance(value, type) and isinstance(getattr(value, "page", None), str):
            pages[value.page] = value  # type: ignore[attr-defined]
    if page not in pages and f"studies/{package.replace('_', '-')}" not in pages:
        raise ValueError(f'{module.__name__}: expected a class with page = "{page}", got none')
    return pages.get(page)


def model_of(page: str) -> type[ChapterParameters] | None:
    """Return the parameter model of a page, None for a page without parameters.

    A study has that of all studies, unless a package of its name has one for its page.
    """
    # Imported where it is needed: it takes longer than a build that finds nothing to do.
    from evidence.record.chapter_parameters import Study

    part, _, name = page.rpartition("/")
    package = name.replace("-", "_")
    # The parameters of all studies are known without the book's own library.
    known = part == "questions" or (part == "studies" and (project_root() / BOOK_FILE).exists())
    there = known and (library_folder(library_name()) / package / "parameters.py").exists()
    own = _model_in(package, page) if there else None
    return Study if own is None and part == "studies" else own
