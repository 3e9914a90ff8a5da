"""Taking an edition from notebooks on disk: the pages as they stand, one run, or a file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from evidence.files.paths import environment_lock, notebook_path, project_root
from evidence.record.causes import rows_of
from evidence.record.editions import Edition, Rows, Snapshot, as_printed
from evidence.record.results import read_results
from evidence.sources.bibliography import read_bibliography
from evidence.sources.data import Evidence
from evidence.sources.data_files import read_tables
from evidence_book.runs.freshness import (
    code_digest,
    dependencies,
    library_modules,
    list_pages,
    read_notebook,
)

# What a fingerprint of a page is taken of; its outputs are the results themselves.
_FINGERPRINTS = ("code", "data", "library", "environment")
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def locked_packages(root: Path) -> dict[str, str]:
    """Return the version of every package in the lock file of a project."""
    return locked_packages_in(environment_lock(root).read_text(encoding="utf-8"))


def locked_packages_in(text: str) -> dict[str, str]:
    """Return the version of every package in the text of a lock file."""
    return {name.lower(): version for name, version in _LOCKED.findall(text)}


def table_digests(evidence: Evidence) -> dict[str, str]:
    """Return a short fingerprint of every table by file name."""
    return {
        f"{name}.csv": hashlib.sha256(
            json.dumps([list(table.columns), *table.to_numpy().tolist()]).encode()
        ).hexdigest()[:12]
        for name, table in evidence.tables.items()
    }


def rows_under(snapshots: Iterable[Snapshot], evidence: Evidence) -> Rows:
    """Return as printed the data rows that the numbers of pages rest on."""
    used = set().union(*(rows_of(snapshot) for snapshot in snapshots))
    # Made anew each time it is asked for.
    rows = evidence.rows
    known = sorted(used & set(rows))
    return {row: as_printed({str(n): c for n, c in rows[row].items()}) for row in known}


def snapshot_of(path: Path) -> Snapshot:
    """Return what an executed notebook recorded, with the fingerprints that it stores.

    Raises
    ------
    ValueError
        Where the file is not an executed notebook of a book of this kind.
    """
    notebook = read_notebook(path)
    recorded = read_results(path)
    if "page" not in recorded.facts:
        raise ValueError(f"{path.name}: expected an executed notebook of the book, got another")
    stored = notebook["metadata"].get("evidence", {})
    known = {name: stored[name] for name in _FINGERPRINTS if name in stored}
    return Snapshot(recorded, known or {"code": code_digest(notebook)})


def page_edition(page: str, notebook: Path, evidence: Evidence, name: str, data: str) -> Edition:
    """Return the edition of one page that was just run with this evidence.

    Parameters
    ----------
    page : str
        Name of the page.
    notebook : Path
        The executed notebook.
    evidence : Evidence
        What it read.
    name, data : str
        As in `Edition`.
    """
    now = dependencies(read_notebook(notebook), evidence).to_json()
    snapshot = Snapshot(read_results(notebook), {kind: now[kind] for kind in _FINGERPRINTS})
    return _edition(name, {page: snapshot}, evidence, data=data, whole=False)


def _edition(
    name: str,
    pages: dict[str, Snapshot],
    evidence: Evidence,
    *,
    root: Path | None = None,
    **facts: Any,
) -> Edition:
    return Edition(
        name=name,
        pages=pages,
        rows=rows_under(pages.values(), evidence),
        tables=table_digests(evidence),
        modules=library_modules(),
        packages=locked_packages(root or project_root()),
        **facts,
    )


def committed_edition(
    evidence: Evidence, pages: Iterable[str] | None = None, name: str = "working tree"
) -> Edition:
    """Return the pages as they stand on disk, all or some.

    Their rows are those of `evidence`, so that pages should be fresh.
    """
    names = list(pages) if pages is not None else list_pages()
    snapshots = _executed({page: notebook_path(page) for page in names})
    return _edition(name, snapshots, evidence, whole=pages is None)


def built_edition(pages: dict[str, Path], source: Path) -> Edition:
    """Return the pages of a build, with the tables that lie in its source folder."""
    data = source / "data"
    evidence = Evidence(read_tables(data), read_bibliography(data / "references.bib"))
    return _edition("this book", _executed(pages), evidence, root=source)


def _executed(pages: dict[str, Path]) -> dict[str, Snapshot]:
    """Return a snapshot of every page that was ever run; a new chapter has recorded nothing."""
    ran = {page: path for page, path in pages.items() if read_results(path).facts}
    return {page: snapshot_of(path) for page, path in ran.items()}


def notebook_edition(path: Path) -> Edition:
    """Return one executed notebook, wherever it lies; what it does not store is not known."""
    snapshot = snapshot_of(path)
    return Edition(path.name, {snapshot.recorded.facts["page"]: snapshot}, whole=False)
