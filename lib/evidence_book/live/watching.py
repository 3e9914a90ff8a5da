"""Edits of the project: seen as they are saved, one build for those that come together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from watchfiles import Change, awatch

from evidence.files.paths import BOOK_FILE, data_folder, environment_lock, project_root
from evidence_book.live.book_files import THEME
from evidence_book.live.session import Session
from evidence_book.rendering.fingerprints import SOURCES, is_source, present_key
from evidence_book.runs.library_imports import packages

# What editors and a stopped write leave for a moment.
_PASSING = (".tmp", ".swp", "~", ".part")


def is_edit(change: Change, path: str) -> bool:
    """Return True for a file that the book is made from."""
    parts = Path(path).relative_to(project_root()).parts if _inside(path) else (Path(path).name,)
    return all(map(is_source, parts)) and not path.endswith(_PASSING)


def _inside(path: str) -> bool:
    return Path(path).is_relative_to(project_root())


def is_of(paths: list[str], held: Iterable[Path]) -> bool:
    """Return True where one of these files is one of `held`, or inside one of them."""
    there = [folder.resolve() for folder in held]
    return any(Path(path).resolve().is_relative_to(one) for path in paths for one in there)


async def watch(session: Session) -> None:
    """Build after every edit, as long as the server runs; at first where the book is behind."""
    root = project_root()
    library = {*packages().values(), environment_lock(), root / BOOK_FILE}
    places = {root / name for name in SOURCES} | library | {THEME} | set(session.watched)
    known = await run_in_threadpool(present_key)
    if await run_in_threadpool(session.is_behind):
        known = await session.build([], code=False, data=False) or known
    looked = False
    async for changes in awatch(
        *filter(Path.exists, places),
        watch_filter=is_edit, debounce=150, step=50, rust_timeout=1000, yield_on_timeout=True,
    ):  # fmt: skip
        # Once without news of a file: it may have been saved before anybody looked.
        if looked and not changes:
            continue
        looked = True
        paths = sorted({path for _, path in changes})
        if session.reads_other_data(paths):
            session.renew(runners=True)
            session.tell(changed=["data"])
        now = await run_in_threadpool(present_key)
        # What a build itself has written, executed pages, is no edit.
        if now != known:
            if is_of(paths, [THEME]):
                session.tell(changed=["_static/theme"])
            code = not paths or is_of(paths, library)
            data = is_of(paths, [data_folder()])
            known = await session.build(paths, code=code, data=data) or now
