"""Editions on disk: `data/released/<version>.json`, written once and never changed."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from evidence.files.paths import project_root, released_folder
from evidence.files.text_files import MAX_JSON_BYTES, read_text_file
from evidence.record.editions import Edition, edition_text, read_edition
from evidence_book.rendering.whole_writes import write_whole

if TYPE_CHECKING:
    # Not at run time: the book is rendered without a data library.
    from evidence.sources.data import Evidence

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_DATE = r"\d{4}-\d{2}-\d{2}"


class ReleaseError(ValueError):
    """An edition that cannot be written or found; the message says what was expected."""


def _order(version: str) -> tuple[int, int, int]:
    found = _VERSION.fullmatch(version)
    if found is None:
        raise ReleaseError(f"expected a version such as 0.2.0, got {version!r}")
    return int(found[1]), int(found[2]), int(found[3])


def list_releases(folder: Path | None = None) -> list[str]:
    """Return the released versions, oldest first; of this project or of another folder."""
    names = [path.stem for path in (folder or released_folder()).glob("*.json")]
    return sorted((name for name in names if _VERSION.fullmatch(name)), key=_order)


def read_release(version: str, folder: Path | None = None) -> Edition:
    """Return a released edition of this project, or of another folder of releases.

    Raises
    ------
    ReleaseError
        Where there is none of this version; the message names those there are.
    """
    versions = list_releases(folder)
    if version not in versions:
        known = ", ".join(versions) or "none yet"
        raise ReleaseError(f"expected a released version ({known}), got {version!r}")
    text = ((folder or released_folder()) / f"{version}.json").read_text(encoding="utf-8")
    return read_edition(text, f"data/released/{version}.json")


def last_release(folder: Path | None = None) -> Edition | None:
    """Return the newest released edition, None before the first one."""
    versions = list_releases(folder)
    return read_release(versions[-1], folder) if versions else None


def release_date(version: str) -> str:
    """Return the date that CHANGELOG.md, else CITATION.cff, gives a version; never the clock's.

    Raises
    ------
    ReleaseError
        Where neither names a date, or CITATION.cff names another version.
    """
    changes, citation = (
        path.read_text(encoding="utf-8") if path.exists() else ""
        for path in (project_root() / name for name in ("CHANGELOG.md", "CITATION.cff"))
    )
    cited = re.search(r"^version: *[\"']?([^\s\"']+)", citation, re.MULTILINE)
    if cited and cited[1] != version:
        raise ReleaseError(f"CITATION.cff: expected version: {version}, got {cited[1]}")
    heading = re.search(rf"^## \[?{re.escape(version)}\]?[^\n]*?({_DATE})", changes, re.MULTILINE)
    released = re.search(rf"^date-released: *[\"']?({_DATE})", citation, re.MULTILINE)
    found = heading or (released if cited else None)
    if found is None:
        raise ReleaseError(
            f"CHANGELOG.md: expected a heading such as `## {version} (2026-11-30)`, got none"
        )
    return found[1]


def check_version(version: str) -> None:
    """Refuse a version that is not three numbers, is there already, or does not rise.

    Raises
    ------
    ReleaseError
        With what was expected.
    """
    order = _order(version)
    versions = list_releases()
    if version in versions:
        raise ReleaseError(
            f"data/released/{version}.json: expected a new version, got one that is released; "
            "a released edition is never written again"
        )
    if versions and order < _order(versions[-1]):
        raise ReleaseError(f"expected a version above {versions[-1]}, got {version}")


def refuse_uncommitted() -> None:
    """Refuse a project whose files are not all committed: nobody could find the edition again.

    Where git is not installed, or the project is no checkout, nothing is said.

    Raises
    ------
    ReleaseError
        With the files that are not committed.
    """
    git = shutil.which("git")
    if git is None:
        return
    done = subprocess.run(  # noqa: S603 - every word of the command is ours
        [git, "status", "--porcelain"], cwd=project_root(), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    files = [line[3:] for line in done.stdout.splitlines()]
    if done.returncode == 0 and files:
        raise ReleaseError(
            f"expected a project whose files are all committed, got {len(files)} that are not "
            f"({', '.join(files[:3])}{', ...' if len(files) > 3 else ''}); commit them, or put "
            "them aside, then release again"
        )


def release(version: str) -> Path:
    """Write the edition of the committed pages; return its file.

    Raises
    ------
    ReleaseError
        Where the version cannot be released, a page is stale, or a multiverse or menus are due.
    """
    from evidence.sources.data import load_evidence
    from evidence_book.grids.multiverse import due_multiverses
    from evidence_book.grids.switch import due_menus
    from evidence_book.reports.snapshots import committed_edition
    from evidence_book.runs.freshness import list_pages, why_stale
    from evidence_book.runs.own_data import refuse_own_data

    refuse_own_data("a release")
    check_version(version)
    date = release_date(version)
    evidence = load_evidence()
    stale = [page for page in list_pages() if why_stale(page, evidence)]
    if stale:
        raise ReleaseError(
            f"expected fresh pages, got {len(stale)} stale ({', '.join(stale[:3])}"
            f"{', ...' if len(stale) > 3 else ''}); `evidence run` brings them up to date"
        )
    due = [*due_multiverses(evidence), *due_menus(evidence)]
    if due:
        raise ReleaseError("\n".join(["nothing was released:", *due]))
    made = committed_edition(evidence, name=version)
    return _write(made, version, date)


def _write(edition: Edition, version: str, date: str) -> Path:
    from dataclasses import replace

    path = released_folder() / f"{version}.json"
    write_whole(path, edition_text(replace(edition, date=date)).encode())
    return path


def open_side(text: str, evidence: Evidence | None = None) -> Edition:
    """Return one side of a comparison.

    Parameters
    ----------
    text : str
        A released version, "working" for the pages as they stand, or a path: an edition, the
        results of a variant, the folder of a variant or of another copy of the book, or an
        executed notebook.
    evidence : Evidence, optional
        The book's tables, where they were already read.

    Raises
    ------
    ReleaseError
        Where it is none of these.
    """
    if text == "working":
        from evidence.sources.data import load_evidence
        from evidence_book.reports.snapshots import committed_edition

        return committed_edition(evidence or load_evidence())
    path = Path(text)
    if not path.exists():
        if _VERSION.fullmatch(text):
            return read_release(text)
        raise ReleaseError(
            "expected a released version, working, or the path of an edition, of a variant or of "
            f"an executed notebook, got {text!r}"
        )
    if path.is_dir() and (path / "_toc.yml").exists():
        return _other_copy(path)
    if path.is_dir():
        path = path / "results.json"
        if not path.exists():
            raise ReleaseError(
                "expected the folder of a variant with results.json, or of a copy of the book, "
                f"got {text!r}"
            )
    return _reader(path)(path)


def _other_copy(folder: Path) -> Edition:
    """Return the pages of another copy of the book; which library it ran is not known."""
    from dataclasses import replace

    from evidence_book.reports.registry import Registry
    from evidence_book.reports.snapshots import built_edition

    pages = Registry(folder).committed_paths()
    return replace(built_edition(pages, folder), name=folder.resolve().name, modules={})


def _reader(path: Path) -> Callable[[Path], Edition]:
    if path.suffix == ".ipynb":
        from evidence_book.reports.snapshots import notebook_edition

        return notebook_edition
    return lambda file: read_edition(_text(file), file.name)


def _text(path: Path) -> str:
    try:
        return read_text_file(path, MAX_JSON_BYTES)
    except ValueError as error:
        raise ReleaseError(f"{path.name}: {error}") from None
