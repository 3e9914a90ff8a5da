"""Where the results of a sweep are kept: one file per run, named by all it depends on.

`_build/sweeps/<page>/<dependency key>/<key of the parameters>.json` is written once, whole, and
never changed. Any later sweep, and any other part of the book, that wants the page with these
parameters finds it there; once the page, its data, the library or the lock differ, it does not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evidence.files.paths import build_folder, data_folder, environment_lock, notebook_path
from evidence.record.results import PageResults, Result
from evidence.sources.data import Evidence
from evidence.sources.readings import Readings
from evidence_book.runs.freshness import (
    data_digest,
    dependencies,
    files_read_by,
    forget_library,
    library_digest,
    read_notebook,
)

_KEY_LENGTH = 16


def sweep_folder(page: str) -> Path:
    """Return the folder of everything that sweeps of a page have made."""
    return build_folder() / "sweeps" / page.replace("/", "--")


def _key_of(value: Any) -> str:
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def dependency_key(page: str, evidence: Evidence) -> str:
    """Return the key of all that a page depends on but parameters: code, data, library, lock.

    With other parameters a page may read other rows than it did when it was published, so that
    all data belong to it.
    """
    forget_library()
    notebook = read_notebook(notebook_path(page))
    found = dependencies(notebook, evidence).to_json()
    found["data"] = data_digest(evidence.digest(), files_read_by(notebook))
    del found["outputs"]
    return _key_of(found)[:_KEY_LENGTH]


def files_stamp(page: str) -> str:
    """Return a fingerprint of the files a run reads, as they are on disk now.

    It is cheap, so that every run can be held against it: results are stored under a key that
    was computed when the sweep began, and files may have changed since.
    """
    tables = sorted(path for path in data_folder().iterdir() if path.suffix in (".csv", ".bib"))
    files = [notebook_path(page), environment_lock(), *tables]
    total = hashlib.sha256(library_digest.__wrapped__().encode())
    for path in files:
        total.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def run_path(page: str, key: str, parameters: Mapping[str, Any]) -> Path:
    """Return the file of one run.

    Parameters
    ----------
    page : str
        The page.
    key : str
        Its `dependency_key`.
    parameters : mapping
        All parameters of the page, defaults filled in.
    """
    return sweep_folder(page) / key / f"{_key_of(dict(parameters))}.json"


def run_text(recorded: PageResults) -> str:
    """Return what a page recorded as the text of a file."""
    stored = {
        **recorded.facts,
        "results": {key: result.to_json() for key, result in recorded.results.items()},
        "claims": recorded.claims,
        "figures": recorded.figures,
        "asked": recorded.asked.to_json(),
    }
    return json.dumps(stored, ensure_ascii=False, separators=(",", ":")) + "\n"


def from_text(text: str) -> PageResults:
    """Return what a page recorded, from the text of a file.

    Raises
    ------
    ValueError
        Where the text is not that of a whole file.
    """
    stored = json.loads(text)
    try:
        return PageResults(
            results={key: Result.from_json(r) for key, r in stored.pop("results").items()},
            claims=stored.pop("claims"),
            figures=stored.pop("figures"),
            asked=Readings.from_json(stored.pop("asked")),
            facts=stored,
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"expected the results of a run, got {error!r}") from None


def read_run(path: Path, parameters: Mapping[str, Any]) -> PageResults | None:
    """Return what a run recorded; None where it is not stored, or not whole."""
    try:
        recorded = from_text(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return recorded if recorded.facts.get("parameters") == dict(parameters) else None
