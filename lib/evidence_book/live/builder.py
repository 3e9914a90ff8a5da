"""The process that brings the book up to date after an edit: `python -m evidence_book.live.builder FD`.

It has imported everything, builds once as `evidence build` does, apart from menus, which take
minutes, and is replaced by another one, which waits for the next edit.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evidence.files.paths import build_folder, project_root
from evidence.sources.data import load_evidence
from evidence.sources.problems import DataError
from evidence_book.commands.check import find_problems
from evidence_book.grids.multiverse import due_multiverses
from evidence_book.grids.switch import due_menus
from evidence_book.kernels.execute import Run, refresh
from evidence_book.live.child import Message, Tell, answer
from evidence_book.rendering.build import build_book, key_after
from evidence_book.rendering.exclusive import hold_project
from evidence_book.rendering.fingerprints import hash_files
from evidence_book.rendering.renderer import BuildError, Renderer
from evidence_book.runs.freshness import list_pages, why_stale


class NotInOrder(Exception):
    """An edit that cannot be shown; its lines name file, line and column."""


def _require_code(paths: list[str]) -> None:
    """Refuse a module that is no Python, before pages are asked whether they reach it."""
    for name in paths:
        path = Path(name)
        if path.suffix != ".py" or not path.is_file():
            continue
        try:
            compile(path.read_bytes(), name, "exec")
        except SyntaxError as error:
            where = path.relative_to(project_root())
            raise NotInOrder(f"{where}:{error.lineno}:{error.offset}: {error.msg}") from None


def _refresh(tell: Tell) -> None:
    """Run the pages that are stale, in place."""
    evidence = load_evidence()
    # Tables that were checked once are not checked again where they are read again.
    os.environ["EVIDENCE_CHECKED"] = evidence.digest()
    stale = [page for page in list_pages() if why_stale(page, evidence)]

    def report(run: Run) -> None:
        tell({"doing": f"{run.page} was run"})

    tell({"doing": f"running {', '.join(stale)}" if stale else "rendering"})
    failed = [run.error for run in refresh(stale, report=report) if run.error]
    if failed:
        raise NotInOrder("\n".join(failed))


def _build(renderer: Renderer, tell: Tell) -> None:
    with hold_project("evidence live", lambda words: tell({"doing": words})), renderer:
        key = key_after(lambda: _refresh(tell))
        problems = find_problems()
        if problems:
            raise DataError(problems)
        tell({"doing": "rendering"})
        # A book with menus that are due is never recorded as up to date.
        proven = key if not due_menus(load_evidence()) else None
        build_book(lambda words: tell({"doing": words}), proven=proven, renderer=renderer)


class Builder:
    """Builds the book; what renders it imports meanwhile."""

    def __init__(self) -> None:
        self._renderer = Renderer()

    def handle(self, request: Mapping[str, Any], tell: Tell) -> Message:
        """Build the book after the edit of some files; answer with the files that it changed."""
        published = build_folder() / "html"
        before = hash_files(published) if published.exists() else {}
        try:
            _require_code(request["edited"])
            _build(self._renderer, tell)
        except DataError as error:
            return {"problems": [str(one) for one in error.problems]}
        except (NotInOrder, BuildError, ValueError, OSError) as error:
            return {"problems": str(error).splitlines()}
        except Exception:
            # A library in the middle of an edit can raise anything.
            return {"problems": traceback.format_exc().splitlines()[-3:]}
        after = hash_files(published)
        changed = {name for name in before.keys() | after if before.get(name) != after.get(name)}
        evidence = load_evidence()
        due = [*due_menus(evidence), *due_multiverses(evidence)]
        return {"changed": sorted(changed), "due": due, "problems": []}


def main() -> None:
    """Answer on the socket whose descriptor is the first argument."""
    answer(Builder().handle)


if __name__ == "__main__":
    main()
