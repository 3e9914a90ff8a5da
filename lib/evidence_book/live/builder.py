"""The process that builds after an edit: `python -m evidence_book.live.builder FD`.

It has imported and read everything, and builds as `evidence build` does, apart from menus, which
take minutes. After an edit of the library another process takes its place.
"""

from __future__ import annotations

import ast
import os
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from evidence.files.paths import build_folder, project_root
from evidence.sources.data import load_evidence
from evidence.sources.problems import DataError
from evidence_book.commands.check import find_problems
from evidence_book.grids.multiverse import due_multiverses
from evidence_book.grids.switch import due_menus
from evidence_book.kernels.execute import Run, kernel_environment, refresh, refresh_page
from evidence_book.kernels.forking import warm
from evidence_book.live.child import Handler, Message, Tell, answer
from evidence_book.rendering.build import build_book, key_after
from evidence_book.rendering.exclusive import hold_project
from evidence_book.rendering.fingerprints import hash_files, present_key
from evidence_book.rendering.publishing import is_up_to_date
from evidence_book.rendering.renderer import BuildError, Renderer
from evidence_book.runs.freshness import list_pages, why_stale

# More pages than that run faster in two processes of their own, which have to warm up. A row
# is on six or seven: its study, what pools it, and the pages that list all rows.
_FEW = 8
# Of the built book, what a page in a browser is made of.
_SHOWN = (".html", ".css", ".js")


class EditError(Exception):
    """An edit that cannot be shown; its lines name file, line and column."""


def _require_code(paths: list[str]) -> None:
    """Refuse a module that is no Python, before pages are asked whether they reach it."""
    for name in paths:
        path = Path(name)
        if path.suffix != ".py" or not path.is_file():
            continue
        try:
            ast.parse(path.read_bytes(), name)
        except SyntaxError as error:
            where = path.relative_to(project_root())
            raise EditError(f"{where}:{error.lineno}:{error.offset}: {error.msg}") from None


class Builder(Handler):
    """Builds the book; what renders it next has been imported meanwhile."""

    def __init__(self) -> None:
        self._renderer = Renderer()
        # What the fingerprints of pages are taken of is read once, before an edit asks for them.
        with suppress(DataError, ValueError, OSError, SyntaxError):
            self._stale()
            os.environ.update(kernel_environment())
            warm()
        # Pages that a reader waits for come first; what forks the kernels was started before.
        os.nice(5)

    def handle(self, request: Mapping[str, Any], tell: Tell) -> Message:
        """Build the book after the edit of some files; answer with the pages that it changed."""
        if is_up_to_date():
            # As after an edit that was taken back.
            return {"changed": [], "due": [], "problems": [], "key": present_key()}
        published = build_folder() / "html"
        before = hash_files(published) if published.exists() else {}
        try:
            _require_code(request["edited"])
            key, due = self._build(tell, request["first"])
        except DataError as error:
            return {"problems": [str(one) for one in error.problems]}
        except (EditError, BuildError, ValueError, OSError) as error:
            return {"problems": str(error).splitlines()}
        except Exception:
            # A library in the middle of an edit can raise anything.
            return {"problems": traceback.format_exc().splitlines()[-3:]}
        after = hash_files(published)
        changed = {name for name in before.keys() | after if before.get(name) != after.get(name)}
        shown = sorted(name for name in changed if name.endswith(_SHOWN))
        return {"changed": shown, "due": due, "problems": [], "key": key}

    def idle(self) -> None:
        """Start what renders the next time; it imports meanwhile."""
        self._renderer.close()
        self._renderer = Renderer()

    def _stale(self) -> list[str]:
        """Return the pages that are not as their code, data and library make them."""
        evidence = load_evidence()
        # Tables that were checked once are not checked again where they are read again.
        os.environ["EVIDENCE_CHECKED"] = evidence.digest()
        return [page for page in list_pages() if why_stale(page, evidence)]

    def _build(self, tell: Tell, first: list[str]) -> tuple[str, list[str]]:
        """Build; return the key of what was built, and what is due beyond it, in sentences.

        Pages that somebody looks at are run `first`.
        """
        with hold_project("evidence live", lambda words: tell({"doing": words})):
            key = key_after(lambda: self._refresh(tell, first))
            problems = find_problems()
            if problems:
                raise DataError(problems)
            tell({"doing": "rendering"})
            evidence = load_evidence()
            menus = due_menus(evidence)
            # A book with menus that are due is never recorded as up to date.
            build_book(
                lambda words: tell({"doing": words}),
                proven=None if menus else key,
                renderer=self._renderer,
            )
        return key, [*menus, *due_multiverses(evidence)]

    def _refresh(self, tell: Tell, first: list[str]) -> None:
        """Run the pages that are stale, in place; few of them here, where a kernel is warm."""
        # The pages that list all rows come last, unless somebody looks at one of them.
        stale = sorted(
            self._stale(), key=lambda page: (page not in first, page.startswith("appendix/"))
        )

        def report(run: Run) -> None:
            tell({"doing": f"{run.page} was run", "ran": "" if run.error else run.page})

        tell({"doing": f"running {', '.join(stale)}" if stale else "rendering"})
        if len(stale) <= _FEW:
            runs = []
            for page in stale:
                runs.append(refresh_page(page))
                report(runs[-1])
        else:
            runs = refresh(stale, report=report)
        failed = [run.error for run in runs if run.error]
        if failed:
            raise EditError("\n".join(failed))


if __name__ == "__main__":
    answer(Builder)
