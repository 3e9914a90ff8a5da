"""How long builds take: everything, nothing, a data row, a sentence, a variant; Jupyter Book alone.

    python benchmarks/builds.py [--whole-row] [--out builds.json]

All work on a copy of the project. Seconds are of the wall; CPU seconds, of this process and all its
children, say more where something else runs on the machine. `ratio` is to building everything.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from evidence.files.paths import project_root

_PROJECT = (
    "book.yml", "_config.yml", "_toc.yml", "chapters", "data", "requirements.lock",
    "CITATION.cff", "LICENSE",
)  # fmt: skip
# Pages that differ from the released edition say so, all of them; that is measured by itself.
_ROW_BEFORE = ("pfs,median,7.56,", "pfs,median,7.65,")
# A printed median that one question and one study compute with, and its correction.
_ROW = ("pfs,median,7.39,", "pfs,median,7.93,")
# The pages that show it. They are run, and the menus of one of them are not.
_PAGES_OF_ROW = ["studies/jonasch-2010", "questions/landscape", "appendix/provenance"]
_VARIANT = "questions/landscape", "level=0.9"


@dataclass(frozen=True)
class Measured:
    name: str
    seconds: float
    cpu: float


def copy_project(folder: Path) -> Path:
    for name in _PROJECT:
        source = project_root() / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, folder / name)
    return folder


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(name: str, work: Callable[[], None]) -> Measured:
    start, cpu = perf_counter(), cpu_seconds()
    work()
    return Measured(name, round(perf_counter() - start, 2), round(cpu_seconds() - cpu, 2))


def run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, f"expected {old!r} in {path.name}"
    path.write_text(text.replace(old, new, 1))


def measure_all(folder: Path, *, whole_row: bool) -> list[Measured]:
    programs = Path(sys.executable).parent

    def evidence(*words: str) -> Callable[[], None]:
        return lambda: run([str(programs / "evidence"), *words], folder)

    def rendering(code: str) -> Callable[[], None]:
        start = "from evidence_book.rendering.build import build_book; "
        return lambda: run([sys.executable, "-c", start + code], folder)

    # Outside of the project: in it, Jupyter Book takes its own output for sources.
    plain = [str(programs / "jupyter-book"), "build", ".", "-q", "--path-output"]
    elsewhere = folder.with_name(f"{folder.name}-plain")

    def jupyter_book() -> None:
        run([*plain, str(elsewhere)], folder)

    page, parameter = _VARIANT
    rows = [
        measure("evidence build, from nothing", evidence("build")),
        measure("evidence build, nothing changed", evidence("build")),
    ]
    edit(folder / "chapters" / "how-to-read.md", "\n\n", "\n\nOne sentence more.\n\n")
    rows.append(measure("evidence build, one sentence", evidence("build")))
    rows.append(measure("evidence run PAGE --set", evidence("run", page, "--set", parameter)))
    rows.append(measure("rendering alone, everything", rendering("build_book(force=True)")))
    refresh = f"from evidence_book.kernels.execute import refresh; refresh({_PAGES_OF_ROW!r})"
    for row, name in ((_ROW_BEFORE, "the first data row since an edition"), (_ROW, "one data row")):
        edit(folder / "data" / "outcomes.csv", *row)
        run([sys.executable, "-c", refresh], folder)
        rows.append(measure(f"rendering alone, {name}", rendering("build_book()")))
    if whole_row:
        rows.append(measure("evidence build, one data row", evidence("build")))
    rows.append(measure("jupyter-book build, from nothing", jupyter_book))
    rows.append(measure("jupyter-book build, nothing changed", jupyter_book))
    shutil.rmtree(elsewhere)
    return rows


def main() -> None:
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("--out", type=Path, default=Path("_build/benchmarks/builds.json"))
    words.add_argument("--whole-row", action="store_true", help="run all pages of the row, too")
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EVIDENCE_ROOT"] = str(copy_project(Path(folder)))
        rows = measure_all(Path(folder), whole_row=given.whole_row)
    whole = rows[0]
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print(f"{'':52}{'s':>8}{'CPU s':>8}{'ratio':>8}{'CPU ratio':>11}")
    for row in rows:
        ratios = f"{row.seconds / whole.seconds:8.2f}{row.cpu / whole.cpu:11.2f}"
        print(f"{row.name:52}{row.seconds:8.1f}{row.cpu:8.1f}{ratios}")
    given.out.parent.mkdir(parents=True, exist_ok=True)
    ratio = {row.name.strip(): round(row.cpu / whole.cpu, 3) for row in rows}
    report = {"load": os.getloadavg()[0], "rows": [asdict(row) for row in rows], "ratio": ratio}
    given.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
