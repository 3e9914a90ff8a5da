"""The process in which pages run: `python -m evidence_book.live.runner FD`.

It checks what was asked for, runs the notebook by papermill in a kernel that is forked from a
warm process, and says what moved, as `evidence run` does; only that nothing is written but the
executed notebook, and that the next run finds everything imported.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from typing import Any

from evidence.files.paths import notebook_path
from evidence.record.compare import PageComparison
from evidence.record.edition_changes import EditionChanges, compare_editions
from evidence.record.editions import Edition
from evidence.record.validation import ParameterError
from evidence.sources.data import load_evidence
from evidence.sources.problems import DataError
from evidence_book.grids.switch_grid import Menu, SwitchError, read_switch_grid, switch_path
from evidence_book.kernels.execute import execute, kernel_environment
from evidence_book.kernels.forked_kernel import start_spare
from evidence_book.kernels.forking import kill_kernels, warm
from evidence_book.kernels.zygote import PREPARE
from evidence_book.live.child import Handler, Message, Tell, answer, runs_folder
from evidence_book.live.panel import panel_of
from evidence_book.reports import report
from evidence_book.reports.replay import replay_command, set_text
from evidence_book.reports.snapshots import committed_edition, page_edition
from evidence_book.runs.normalise import normalise, serialise
from evidence_book.runs.own_data import VARIABLE, DataFolderError
from evidence_book.runs.own_library import model_of, question_models
from evidence_book.runs.variant import checked_parameters, describe_variant, read_parameters


class _StoppedError(Exception):
    """The reader asked for something else."""


class Runner(Handler):
    """Runs pages on the tables of a folder, and compares them with those of the book."""

    def __init__(self) -> None:
        folder = os.environ.pop(VARIABLE, "")
        self._book = load_evidence()
        self._data = Path(folder).name if folder else ""
        if folder:
            os.environ[VARIABLE] = folder
        self._evidence = load_evidence()
        self._committed: dict[str, tuple[str, Edition]] = {}
        self._stopped = Event()
        os.environ.update(kernel_environment(self._evidence.digest()))
        os.environ[PREPARE] = " ".join(question_models())
        # It is forked once the warm process has computed what runs share.
        warm()

    def cancel(self) -> None:
        """Give up the run of another thread."""
        self._stopped.set()
        kill_kernels()

    def idle(self) -> None:
        """Start the kernel of the next run."""
        start_spare()

    def handle(self, request: Mapping[str, Any], tell: Tell) -> Message:
        """Answer one request."""
        self._stopped.clear()
        try:
            return self._answer(request, tell)
        except ParameterError as error:
            return {"problems": str(error).splitlines()}
        except _StoppedError:
            return {"stopped": True}
        except (DataError, ValueError, OSError) as error:
            return {"error": str(error)}

    def _answer(self, request: Mapping[str, Any], tell: Tell) -> Message:
        page = request["page"]
        if request["do"] == "panel":
            model = model_of(page)
            groups = panel_of(model, _menus(page), self._evidence) if model else []
            return {"page": page, "groups": groups, "data": self._data}
        runs = [self._run(page, asked, tell) for asked in request["runs"]]
        return self._describe(page, runs)

    def _run(self, page: str, asked: Mapping[str, str], tell: Tell) -> tuple[dict[str, Any], Path]:
        """Return the checked parameters and the executed notebook of a page."""
        words = [f"{name}={text}" for name, text in asked.items()]
        parameters = checked_parameters(page, read_parameters(words, None), self._evidence)
        source = notebook_path(page)
        if not parameters and not self._data:
            return parameters, source
        parts = [page, parameters, source.read_text(encoding="utf-8")]
        key = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
        target = runs_folder() / f"{os.getpid()}-{key}.ipynb"
        if not target.exists():
            self._execute(page, source, target, parameters, tell)
        return parameters, target

    def _execute(
        self, page: str, source: Path, target: Path, parameters: Mapping[str, Any], tell: Tell
    ) -> None:
        """Run a page; its notebook is there whole or not at all."""
        cells = json.loads(source.read_text(encoding="utf-8"))["cells"]
        # papermill adds one, of what was set.
        count = sum(cell["cell_type"] == "code" for cell in cells) + bool(parameters)
        begun = 0

        def begins(_: Mapping[str, Any]) -> None:
            nonlocal begun
            if self._stopped.is_set():
                raise _StoppedError
            tell({"cell": begun, "of": count})
            begun += 1

        working = target.with_suffix(".running.ipynb")
        error = execute(source, working, parameters, begins=begins)
        if self._stopped.is_set():
            raise _StoppedError
        if error:
            raise ValueError(f"{page}, {error}")
        executed = normalise(json.loads(working.read_text(encoding="utf-8")))
        executed["metadata"].pop("evidence", None)
        working.write_text(serialise(executed), encoding="utf-8")
        working.replace(target)

    def _describe(self, page: str, runs: list[tuple[dict[str, Any], Path]]) -> Message:
        """Return what one run changes of the published page, or the second of the first."""
        editions = [self._edition(page, *run) for run in runs]
        parameters, notebook = runs[-1]
        old = editions[0] if len(runs) > 1 else self._published(page)
        changes = compare_editions(old, editions[-1])
        made: PageComparison = changes.pages[0].comparison
        return {
            "notebook": str(notebook),
            "parameters": parameters,
            "data": self._data,
            "set": {name: set_text(value) for name, value in parameters.items()},
            "command": replay_command(page, parameters, self._data),
            "words": describe_variant(parameters, self._data) or "the published page",
            "report": _report(changes),
            "moved": len(made.moved),
            "numbers": made.numbers,
            "flipped": len(made.flipped),
        }

    def _edition(self, page: str, parameters: Mapping[str, Any], notebook: Path) -> Edition:
        if notebook == notebook_path(page):
            return self._published(page)
        name = describe_variant(parameters, self._data)
        return page_edition(page, notebook, self._evidence, f"variant ({name})", self._data)

    def _published(self, page: str) -> Edition:
        path = notebook_path(page)
        text = path.read_text(encoding="utf-8")
        if self._committed.get(page, ("",))[0] != text:
            self._committed[page] = text, committed_edition(self._book, [page], "published page")
        return self._committed[page][1]


def _report(changes: EditionChanges) -> str:
    return str(report.page_html(changes.pages[0]))


def _menus(page: str) -> Mapping[str, Menu]:
    try:
        grid = read_switch_grid(page) if switch_path(page).exists() else None
    except SwitchError:
        return {}
    return {menu.parameter: menu for menu in grid.menus} if grid else {}


class _Broken(Handler):
    """Says what is wrong with the project, until it is mended."""

    def __init__(self, said: str) -> None:
        self._said = said

    def handle(self, request: Mapping[str, Any], tell: Tell) -> Message:
        """Answer with what is wrong."""
        return {"error": self._said}


def _runner() -> Handler:
    try:
        return Runner()
    except (DataError, DataFolderError, ValueError, OSError) as error:
        return _Broken(str(error))


if __name__ == "__main__":
    answer(_runner)
