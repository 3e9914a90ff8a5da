"""Running chapters from nothing: `evidence run` beside papermill, Jupyter Book, nbconvert, nbmake.

Everything runs in copies of the project, from the same sources, with nothing kept. The floor is
the code of all cells as one program: one process, one import, no kernel, no notebook.
"""

from __future__ import annotations

import json
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from benchmarks.builds import copy_project
from benchmarks.measuring import PROGRAMS, evidence, run
from benchmarks.rows import Row, in_turns
from evidence.files.paths import notebook_path
from evidence_book.runs.freshness import list_pages

# The slower tools run these: two questions, seven studies and the largest table.
SUBSET = (
    "questions/landscape", "questions/interferon_dose", "studies/jonasch-2010",
    "studies/ryan-2007", "studies/bracarda-2013", "studies/negrier-2007", "studies/hudes-2007",
    "studies/escudier-2009", "studies/yang-2003", "appendix/provenance",
)  # fmt: skip
_PAPERMILL = """
import sys, papermill
for path in sys.argv[1:]:
    papermill.execute_notebook(path, path, cwd=".", kernel_name="python3", progress_bar=False)
"""
_REFRESH = """
import sys
from evidence_book.kernels.execute import refresh
sys.exit("; ".join(run.error for run in refresh(sys.argv[1:]) if run.error) or 0)
"""
_TWO_PROCESSES = """
import sys, papermill
from concurrent.futures import ProcessPoolExecutor
def execute(path):
    papermill.execute_notebook(path, path, cwd=".", kernel_name="python3", progress_bar=False)
if __name__ == "__main__":
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(execute, sys.argv[1:]))
"""
# Prints the seconds of the cells; imports are made, and counted, before them.
_FLOOR = """
import contextlib, json, os, sys
from time import perf_counter
start = perf_counter()
from evidence_book.kernels.execute import kernel_environment
from evidence.sources.data import load_evidence
os.environ.update(kernel_environment(load_evidence().digest()))
from evidence_book.kernels.zygote import warm_up
warm_up()
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
    for path in sys.argv[1:]:
        shell.reset()
        for cell in json.loads(open(path).read())["cells"]:
            if cell["cell_type"] == "code":
                shell.run_cell("".join(cell["source"])).raise_error()
"""


class Chapters:
    """A copy of the project in which some chapters are to be run, and the ways to run them."""

    def __init__(self, folder: Path, pages: tuple[str, ...]) -> None:
        folder.mkdir(parents=True)
        self.folder = copy_project(folder)
        self.pages = pages
        self.paths = [f"chapters/{page}.ipynb" for page in pages]
        self._committed = {page: notebook_path(page).read_text(encoding="utf-8") for page in pages}

    def _reset(self, *, stale: bool) -> None:
        """Put the chapters back as committed, or with nothing in them that ran."""
        shutil.rmtree(self.folder / "_build", ignore_errors=True)
        shutil.rmtree(self.folder / ".jupyter_cache", ignore_errors=True)
        for page, text in self._committed.items():
            notebook = json.loads(text)
            if stale:
                notebook["metadata"].pop("evidence", None)
                for cell in notebook["cells"]:
                    if cell["cell_type"] == "code":
                        cell["outputs"], cell["execution_count"] = [], None
            path = self.folder / "chapters" / f"{page}.ipynb"
            path.write_text(json.dumps(notebook), encoding="utf-8")

    def _run(self, command: list[str], environment: dict[str, str] | None = None) -> float:
        self._reset(stale=True)
        return run(command, self.folder, environment).seconds

    def by_evidence(self) -> float:
        """Return seconds of the refresh, without the menus, which no other tool computes."""
        return self._run([sys.executable, "-c", _REFRESH, *self.pages])

    def by_papermill(self) -> float:
        """Return seconds of a loop of papermill."""
        return self._run([sys.executable, "-c", _PAPERMILL, *self.paths])

    def by_two_papermills(self) -> float:
        """Return seconds of papermill in two processes."""
        script = self.folder / "two.py"
        script.write_text(_TWO_PROCESSES, encoding="utf-8")
        return self._run([sys.executable, str(script), *self.paths])

    def by_jupyter_book(self, mode: str) -> float:
        """Return seconds of a build of these chapters alone; `mode` is force or cache."""
        contents = ["format: jb-book", "root: chapters/index", "chapters:"]
        contents += [f"  - file: chapters/{page}" for page in self.pages]
        others = {path: path.read_text("utf-8") for path in self.folder.glob("_*.yml")}
        (self.folder / "_toc.yml").write_text("\n".join(contents) + "\n", encoding="utf-8")
        config = self.folder / "_config.yml"
        config.write_text(
            others[config].replace('execute_notebooks: "off"', f"execute_notebooks: {mode}"),
            "utf-8",
        )
        try:
            command = [str(PROGRAMS / "jupyter-book"), "build", ".", "-q", "--all"]
            return self._run(command, {"PYTHONWARNINGS": "ignore"})
        finally:
            for path, text in others.items():
                path.write_text(text, encoding="utf-8")

    def by_nbconvert(self) -> float:
        """Return seconds of `jupyter nbconvert --execute`."""
        words = ["--to", "notebook", "--execute", "--inplace", *self.paths]
        return self._run([sys.executable, "-m", "nbconvert", *words])

    def by_nbmake(self) -> float:
        """Return seconds of `pytest --nbmake`."""
        words = ["--nbmake", "-q", "-p", "no:cacheprovider", "-W", "default", *self.paths]
        return self._run([sys.executable, "-m", "pytest", *words])

    def as_one_program(self) -> float:
        """Return seconds of the code of all cells in one process."""
        return self._run([sys.executable, "-c", _FLOOR, *self.paths])


def compare_all(folder: Path, rounds: int) -> list[Row]:
    """Return all chapters by `evidence run`, beside papermill one by one and beside the floor."""
    every = Chapters(folder / "every", tuple(list_pages()))
    said = f"all {len(every.pages)} chapters, cold"
    rows = []
    for against, other, target in (
        ("papermill, one by one", every.by_papermill, 0.20),
        ("papermill, two processes", every.by_two_papermills, None),
        ("cells as one program, one import", every.as_one_program, 1.5),
    ):
        ours, theirs = in_turns(every.by_evidence, other, rounds)
        rows.append(Row("evidence run", against, ours, theirs, target, said))
    return rows


def compare_subset(folder: Path, rounds: int) -> list[Row]:
    """Return ten chapters by `evidence run`, beside the tools that run chapters more slowly."""
    some = Chapters(folder / "some", SUBSET)
    others = {
        "papermill, one by one": some.by_papermill,
        "jupyter-book, execute force, with HTML": lambda: some.by_jupyter_book("force"),
        "jupyter-book, execute cache, with HTML": lambda: some.by_jupyter_book("cache"),
    }
    if find_spec("nbconvert"):
        others["nbconvert --execute"] = some.by_nbconvert
    if find_spec("nbmake"):
        others["pytest --nbmake"] = some.by_nbmake
    rows = []
    for against, other in others.items():
        ours, theirs = in_turns(some.by_evidence, other, rounds)
        rows.append(Row("evidence run", against, ours, theirs, None, "10 chapters, cold"))
    return rows


def compare_rerun(folder: Path, rounds: int) -> list[Row]:
    """Return one rerun with its report and page, beside papermill and nbconvert of that chapter."""
    page = "questions/landscape"
    some = Chapters(folder / "rerun", (page,))
    some._reset(stale=False)
    run(evidence("build"), some.folder)
    levels = iter(round(0.80 + step / 1000, 3) for step in range(100))

    def ours() -> float:
        return run(evidence("run", page, "--set", f"level={next(levels)}"), some.folder).seconds

    def theirs() -> float:
        source, made = some.paths[0], "rerun.ipynb"
        words = [source, made, "-p", "level", str(next(levels)), "--no-progress-bar", "--cwd", "."]
        first = run([sys.executable, "-m", "papermill", *words], some.folder).seconds
        if not find_spec("nbconvert"):
            return first
        second = [sys.executable, "-m", "nbconvert", "--to", "html", made]
        return first + run(second, some.folder).seconds

    mine, other = in_turns(ours, theirs, rounds)
    against = "papermill and nbconvert" if find_spec("nbconvert") else "papermill alone"
    return [Row("evidence run PAGE --set", against, mine, other, 0.5, page)]
