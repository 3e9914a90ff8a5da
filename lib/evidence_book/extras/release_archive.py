"""The archive of a released edition: book, edition file, bill of materials; and a checksum."""

from __future__ import annotations

import json
from pathlib import Path

from evidence.files.paths import build_folder, environment_lock, project_root, released_folder
from evidence_book.extras.archives import read_folder, write_checksum, write_zip
from evidence_book.extras.page_files import FOLDER
from evidence_book.extras.sbom import NAME as SBOM
from evidence_book.extras.sbom import sbom_text
from evidence_book.reports.releases import ReleaseError, read_release

_BESIDE = ("LICENSE", "CITATION.cff", "CHANGELOG.md", "requirements.lock")


def archive_release(version: str) -> tuple[Path, Path]:
    """Write dist/evidence-book-VERSION.zip and its checksum from the published book.

    Returns
    -------
    tuple of Path
        The archive, and the file with its SHA-256.

    Raises
    ------
    ReleaseError
        Where the version is not released, or the published book is not that edition.
    """
    date = read_release(version).date
    book = build_folder() / "html"
    _check_book(book, version)
    name = f"evidence-book-{version}"
    files = read_folder(book, f"{name}/html")
    files[f"{name}/{version}.json"] = (released_folder() / f"{version}.json").read_bytes()
    for beside in _BESIDE:
        path = project_root() / beside
        if path.exists():
            files[f"{name}/{beside}"] = path.read_bytes()
    lock = environment_lock().read_text(encoding="utf-8")
    files[f"{name}/{SBOM}"] = sbom_text(lock, version, date).encode()
    archive = project_root() / "dist" / f"{name}.zip"
    write_zip(archive, files)
    return archive, write_checksum(archive)


def _check_book(book: Path, version: str) -> None:
    """Refuse a book that is not built, or that was built from something else than the edition."""
    results = book / FOLDER / "results.json"
    if not results.exists():
        raise ReleaseError(
            "_build/html: expected the built book with its downloads, got none; "
            "`evidence build` makes it"
        )
    stored = json.loads(results.read_text(encoding="utf-8"))
    if stored.get("edition") != version or not stored.get("released"):
        state = "" if stored.get("released") else " with changes that are not released"
        raise ReleaseError(
            f"_build/html: expected edition {version}, got {stored.get('edition')}{state}; "
            "`evidence build` makes it again"
        )
