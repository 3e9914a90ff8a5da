"""Is a page fresh? Its outputs must belong to its code, its data, the library and the lock.

A page is known by what it depends on, never by time stamps. Prose is not part of it: editing a
sentence makes no number stale.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from evidence.files.paths import (
    BOOK_FILE,
    chapters_folder,
    data_folder,
    environment_lock,
    notebook_path,
    page_name,
    project_root,
)
from evidence.files.text_files import read_json_file
from evidence.record.results import PAGE_MIME, READINGS_MIME, iterate_outputs
from evidence.sources.data import Evidence
from evidence.sources.readings import Readings
from evidence_book.runs.code_forms import lines_form, read_code
from evidence_book.runs.library_imports import forget_imports, packages, reached
from evidence_book.runs.normalise import outputs_digest

# What no page imports (tests/project/test_architecture.py), so that a change there moves no number:
# the comparison of runs, and the whole engine.
_NOT_IMPORTED_BY_PAGES = (
    "evidence/record/compare.py",
    "evidence/record/causes.py",
    "evidence/record/editions.py",
    "evidence/record/edition_changes.py",
)


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Fingerprints of everything that a page's outputs depend on."""

    code: str
    data: str
    library: str
    environment: str
    outputs: str

    def to_json(self) -> dict[str, str]:
        """Return the form stored in the notebook."""
        return {name: getattr(self, name) for name in self.__slots__}


def _sha256(*parts: bytes) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(hashlib.sha256(part).digest())
    return total.hexdigest()


def list_pages() -> list[str]:
    """Return the names of all notebooks of the book, in alphabetical order."""
    files = chapters_folder().rglob("*.ipynb")
    return sorted(page_name(path) for path in files if ".ipynb_checkpoints" not in path.parts)


def read_notebook(path: Path) -> dict[str, Any]:
    """Return a notebook as JSON.

    Raises
    ------
    ValueError
        Where the file is not a notebook.
    """
    name = _shown_name(path)
    try:
        notebook: dict[str, Any] = read_json_file(path)
    except ValueError as error:
        raise ValueError(f"{name}: expected a notebook, got an error: {error}") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ValueError(f"{name}: expected a notebook, got JSON without cells")
    if not isinstance(notebook.get("metadata", {}), dict):
        raise ValueError(f"{name}: expected a notebook, got other metadata than a table")
    for number, cell in enumerate(notebook["cells"], start=1):
        if not _is_cell(cell):
            raise ValueError(f"{name}: expected a notebook, got no cell as cell {number}")
    return notebook


def _shown_name(path: Path) -> str:
    """Return the path of a notebook from the root of the project, of another one its name."""
    inside = path.is_relative_to(project_root())
    return path.relative_to(project_root()).as_posix() if inside else path.name


def _is_cell(cell: Any) -> bool:
    """Return True for what has the parts that every cell of a notebook has."""
    if not isinstance(cell, dict) or not isinstance(cell.get("metadata"), dict):
        return False
    outputs = cell.get("outputs", [])
    return (
        cell.get("cell_type") in ("code", "markdown", "raw")
        and isinstance(cell.get("source"), str | list)
        and all(isinstance(line, str) for line in cell["source"])
        and ("outputs" in cell or cell["cell_type"] != "code")
        and isinstance(outputs, list)
        and all(
            isinstance(one, dict) and "output_type" in one and isinstance(one.get("data", {}), dict)
            for one in outputs
        )
    )


def _library_files() -> list[tuple[str, Path]]:
    """Return name and file of everything in the library that pages can import, and of book.yml."""
    files = {
        f"{package}/{path.relative_to(folder).as_posix()}": path
        for package, folder in packages().items()
        for path in folder.rglob("*")
        if path.suffix in (".py", ".mplstyle")
    }
    files[BOOK_FILE] = project_root() / BOOK_FILE
    return sorted((name, files[name]) for name in files.keys() - {*_NOT_IMPORTED_BY_PAGES})


@lru_cache(maxsize=1)
def library_digest() -> str:
    """Return a fingerprint of the library code that pages can import."""
    return _sha256(
        *(part for name, path in _library_files() for part in (name.encode(), path.read_bytes()))
    )


@lru_cache(maxsize=1)
def library_modules() -> dict[str, str]:
    """Return a short fingerprint of what every file that pages can import says to a machine."""
    return {
        name: (read_code(text).form if path.suffix == ".py" else lines_form(text))[:12]
        for name, path in _library_files()
        for text in [path.read_text("utf-8")]
    }


def forget_library() -> None:
    """Read the library again when it is next asked for: a process may outlive an edit of it."""
    for remembered in (library_digest, library_modules, _reached_digest):
        remembered.cache_clear()
    forget_imports()


def reached_digest(notebook: dict[str, Any]) -> str:
    """Return a fingerprint of the library code that the cells of a page can reach."""
    cells = (cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    files = reached("".join(cell["source"]) for cell in cells)
    return _reached_digest(files)


@lru_cache(maxsize=256)
def _reached_digest(names: tuple[str, ...]) -> str:
    known = library_modules()
    return _sha256(*(f"{name} {known[name]}".encode() for name in names if name in known))


def code_digest(notebook: dict[str, Any]) -> str:
    """Return a fingerprint of the code cells, apart from the cell that papermill injects."""
    code = [
        [
            read_code("".join(cell["source"]), cell=True).form,
            sorted(cell["metadata"].get("tags", [])),
        ]
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
        and "injected-parameters" not in cell["metadata"].get("tags", [])
    ]
    return _sha256(json.dumps(code).encode())


def reads_of(notebook: dict[str, Any]) -> str:
    """Return what the page said it read when it last ran: "all", or one study."""
    for data in iterate_outputs(notebook):
        if PAGE_MIME in data:
            return str(data[PAGE_MIME]["reads"])
    return "all"


def files_read_by(notebook: dict[str, Any]) -> list[str]:
    """Return the files below data/, apart from the tables, that the page said it read."""
    for data in iterate_outputs(notebook):
        if PAGE_MIME in data:
            return list(data[PAGE_MIME].get("files", ()))
    return []


def readings_of(notebook: dict[str, Any]) -> Readings | None:
    """Return what the page asked of all data when it last ran, None where it does not tell."""
    told = [data[READINGS_MIME] for data in iterate_outputs(notebook) if READINGS_MIME in data]
    asked = Readings()
    for stored in told:
        asked.add(Readings.from_json(stored))
    return asked if told else None


def _data_digest(notebook: dict[str, Any], evidence: Evidence) -> str:
    """Return a fingerprint of the answers to what the page asked, and of the files it read.

    A page that tells nothing of what it asked depends on everything it could have read.
    """
    reads = reads_of(notebook)
    asked = readings_of(notebook)
    if reads != "all" and reads in set(evidence.tables["studies"]["study_id"]):
        evidence = evidence.narrowed(reads)
    answers = evidence.digest() if asked is None else evidence.digest_of(asked)
    return data_digest(answers, files_read_by(notebook))


def data_digest(answers: str, files: Sequence[str]) -> str:
    """Return a fingerprint of answers of the tables together with files below data/."""
    if not files:
        return answers
    paths = [data_folder() / name for name in files]
    contents = [path.read_bytes() if path.exists() else b"" for path in paths]
    return _sha256(answers.encode(), *contents)


def dependencies(notebook: dict[str, Any], evidence: Evidence) -> Dependencies:
    """Return the present fingerprints of what a page depends on."""
    return Dependencies(
        code=code_digest(notebook),
        data=_data_digest(notebook, evidence),
        library=reached_digest(notebook),
        environment=lines_form(environment_lock().read_text("utf-8")),
        outputs=outputs_digest(notebook),
    )


def why_stale(page: str, evidence: Evidence) -> list[str]:
    """Return what has changed since the page last ran; empty for a fresh page."""
    notebook = read_notebook(notebook_path(page))
    stored = notebook["metadata"].get("evidence")
    if stored is None:
        return ["never run"]
    now = dependencies(notebook, evidence).to_json()
    changed = [name for name in Dependencies.__slots__ if stored.get(name) != now[name]]
    return changed if _in_order(notebook) else [*changed, "not run in order"]


def _in_order(notebook: Mapping[str, Any]) -> bool:
    """Return True where the code cells were run once, from first to last."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return [cell.get("execution_count") for cell in code] == list(range(1, len(code) + 1))
