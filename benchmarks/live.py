"""Changing a parameter in the live book, beside papermill and nbconvert of the same chapter.

The book is open, as when a reader has read for a while; between two changes the server rests for
two seconds, as a reader does. What is measured ends with the HTML of the page and its report.
"""

from __future__ import annotations

import asyncio
import sys
from importlib.util import find_spec
from pathlib import Path
from statistics import quantiles
from time import perf_counter

from benchmarks.measuring import run
from benchmarks.rows import Row
from evidence.files.paths import notebook_path, project_root
from evidence_book.live.session import Session
from evidence_book.runs.freshness import list_pages
from evidence_book.runs.own_library import model_of

# The slowest question, a question of middle size, a study.
_BESIDE = ("questions/combination_vs_monotherapy", "questions/landscape", "studies/jonasch-2010")
_REST = 2.0


async def _changed(session: Session, page: str, level: str) -> float:
    """Return the seconds from a change of the level of intervals to the page."""
    await asyncio.sleep(_REST)
    begun = perf_counter()
    answers = [one async for one in session.run(page, [{"level": level}])]
    if "html" not in answers[-1]:
        raise RuntimeError(f"{page}: {answers[-1]}")
    return perf_counter() - begun


def _plain(page: str, level: str, folder: Path) -> float:
    made = str(folder / "made.ipynb")
    words = [str(notebook_path(page)), made, "-p", "level", level, "--no-progress-bar"]
    root = project_root()
    seconds = run([sys.executable, "-m", "papermill", *words, "--cwd", "."], root).seconds
    if find_spec("nbconvert"):
        convert = [sys.executable, "-m", "nbconvert", "--to", "html", made]
        seconds += run(convert, root).seconds
    return seconds


def compare_live(folder: Path, rounds: int) -> list[Row]:
    """Return changes of three chapters beside papermill, and the quantiles of all pages."""
    return asyncio.run(_compare(folder, rounds))


async def _compare(folder: Path, rounds: int) -> list[Row]:
    pages = [page for page in list_pages() if model_of(page) is not None]
    against = "papermill and nbconvert" if find_spec("nbconvert") else "papermill alone"
    session = Session(workers=1)
    session.start_pages()
    rows = []
    try:
        # Whoever asks at once waits for what is being started; that is not measured here.
        for page in _BESIDE:
            await _changed(session, page, "0.8")
        for page in _BESIDE:
            levels = [str(round(0.81 + turn / 100, 2)) for turn in range(rounds)]
            ours = [await _changed(session, page, level) for level in levels]
            theirs = [_plain(page, level, folder) for level in levels]
            rows.append(Row("evidence live, a change", against, (*ours,), (*theirs,), 0.25, page))
        everything = [await _changed(session, page, "0.97") for page in pages]
    finally:
        session.stop()
    cuts = quantiles(everything, n=20)
    for name, at in (("median", 9), ("95th percentile", 18)):
        note = f"{name} of {len(pages)} pages, beside the seconds of the issue"
        limit = (1.0,) if at == 9 else (2.0,)
        rows.append(Row("evidence live, a change", "1 and 2 s", (cuts[at],), limit, 1, note))
    return rows
