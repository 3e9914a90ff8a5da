"""Runs a minute: a plain loop of papermill calls, and `sweep`, on one machine, in one go.

    python benchmarks/sweep_throughput.py [--runs 20] [--workers 2] [--page questions/...]

Both run the same variants of the same page from nothing; `sweep` works in a copy of the project,
so that it finds nothing done. The results of both are compared.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from time import perf_counter

from evidence.files.paths import notebook_path, project_root

_PROJECT = ("book.yml", "_config.yml", "_toc.yml", "chapters", "data", "requirements.lock")
# A page, a parameter that moves its numbers, and its range.
_PAGES = {
    "questions/adding_interferon": ("multiarm_rho", 0.0, 0.9),
    "questions/landscape": ("level", 0.80, 0.99),
    "questions/biomarker_prognosis": ("baseline_shape", 0.5, 3.0),
    "studies/ryan-2007": ("level", 0.80, 0.99),
}


def variants(page: str, count: int) -> list[dict[str, float]]:
    name, low, high = _PAGES[page]
    return [{name: round(low + (high - low) * i / count, 6)} for i in range(count)]


def copy_project(folder: Path) -> Path:
    for name in _PROJECT:
        source = project_root() / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, folder / name)
    return folder


def loop(page: str, runs: list[dict[str, float]], folder: Path) -> tuple[float, list[Path]]:
    """What one would write first: papermill, one variant after the other."""
    import papermill

    start = perf_counter()
    made = []
    for number, parameters in enumerate(runs):
        made.append(folder / f"{number}.ipynb")
        papermill.execute_notebook(
            str(notebook_path(page)), str(made[-1]), parameters=parameters, progress_bar=False
        )
    return perf_counter() - start, made


def swept(page: str, runs: list[dict[str, float]], workers: int, kernel: str) -> tuple[float, list]:
    from evidence_book.grids.sweep import sweep

    os.environ["EVIDENCE_KERNEL"] = kernel
    start = perf_counter()
    made = sweep(page, runs, workers=workers)
    return perf_counter() - start, made


def own_computation(page: str, count: int) -> float:
    """Seconds that the page's own code takes, in one process with everything imported."""
    import json

    from IPython.core.interactiveshell import InteractiveShell

    from evidence_book.kernels.execute import kernel_environment
    from evidence_book.kernels.zygote import warm_up

    os.environ.update(kernel_environment())
    warm_up()
    cells = json.loads(notebook_path(page).read_text())["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    shell, start = InteractiveShell.instance(), perf_counter()
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        for _ in range(count):
            shell.reset()
            for source in code:
                shell.run_cell(source).raise_error()
    return (perf_counter() - start) / count


def main() -> None:
    from evidence.record.results import read_results

    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument("--page", choices=sorted(_PAGES), default="questions/adding_interferon")
    words.add_argument("--runs", type=int, default=20)
    words.add_argument("--workers", type=int, default=2)
    given = words.parse_args()
    runs = variants(given.page, given.runs)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EVIDENCE_ROOT"] = str(copy_project(Path(folder)))
        rows = []
        seconds, notebooks = loop(given.page, runs, Path(folder))
        rows.append(("papermill in a loop", seconds))
        for kernel in ("stock", "forked"):
            shutil.rmtree(Path(folder) / "_build", ignore_errors=True)
            took, made = swept(given.page, runs, given.workers, kernel)
            assert [run.results for run in made] == [read_results(path) for path in notebooks]
            rows.append((f"sweep, {given.workers} workers, {kernel} kernels", took))
        took, _ = swept(given.page, runs, given.workers, "forked")
        rows.append(("the same again, all stored", took))
        own = own_computation(given.page, 5)
    print(f"{given.page}, {given.runs} runs, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"own computation of a run, in one process: {own:.2f} s\n")
    print(f"{'':40}{'s':>8}{'s/run':>8}{'runs/min':>10}{'ratio':>8}")
    for name, took in rows:
        each = took / given.runs
        print(f"{name:40}{took:8.1f}{each:8.2f}{60 / each:10.0f}{seconds / took:8.1f}")


if __name__ == "__main__":
    main()
