"""Every benchmark in one go: `make bench`, or `python -m benchmarks [PART ...] [--rounds 2]`.

Writes benchmarks/results.json, and the table in benchmarks/README.md between its marks. Parts that
are not named keep the rows that they had; without any named, all are measured.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from benchmarks import builds, chapters
from benchmarks.against_r import compare_with_r
from benchmarks.growth import SIZES, compare_sizes, measure_sizes, summarise
from benchmarks.live import compare_live
from benchmarks.measuring import PROGRAMS, evidence, run
from benchmarks.permutations import compare_permutations
from benchmarks.rows import Row, in_turns, put_between_marks, to_markdown
from benchmarks.sweep_throughput import loop, variants

_HERE = Path(__file__).resolve().parent
_TOOLS = ("papermill", "jupyter-book", "nbclient", "Sphinx", "pandas", "numpy", "ipykernel")
_VARIANTS = 200
# A printed median that a study, the audit and the table of all rows show; no menu rests on it.
_ROW = tuple(
    f"ryan-2007.pfs.median.sorafenib_ifn,ryan-2007,sorafenib_ifn,,,pfs,median,7,{low},11"
    for low in (4, 5)
)


def compare_builds(folder: Path, rounds: int) -> list[Row]:
    """Return a build of nothing new beside Jupyter Book's, and one of a row beside a whole one."""
    made = builds.copy_project(_empty(folder / "builds"))
    plain = [str(PROGRAMS / "jupyter-book"), "build", ".", "-q", "--path-output"]
    jupyter_book = [*plain, str(folder / "plain")]
    config = made / "_config.yml"
    # As its users have it: it executes what its cache lacks, and here it lacks nothing.
    cached = config.read_text("utf-8").replace('notebooks: "off"', "notebooks: cache")
    beside = builds.copy_project(_empty(folder / "beside"))
    (beside / "_config.yml").write_text(cached, "utf-8")
    full = run(evidence("build"), made).seconds
    run(jupyter_book, beside)
    ours, theirs = in_turns(
        lambda: run(evidence("build"), made).seconds,
        lambda: run(jupyter_book, beside).seconds,
        rounds + 1,
    )
    rows = [Row("evidence build, nothing changed", "jupyter-book, its cache", ours, theirs, 0.2)]
    before, after = _ROW

    def correct() -> float:
        nonlocal before, after
        builds.edit(made / "data" / "outcomes.csv", before, after)
        before, after = after, before
        return run(evidence("build"), made).seconds

    def whole() -> float:
        # What the menus of pages show is computed again, too, as after a change of the library.
        for path in (made / "chapters").rglob("*.switch.json"):
            path.unlink()
        executed = run(evidence("run", "--force"), made).seconds
        return executed + run(evidence("build", "--force"), made).seconds

    ours, theirs = in_turns(correct, whole, rounds)
    name = "one corrected row, to its HTML"
    said = f"run and render; a build with fresh pages took {full:.0f} s"
    return [*rows, Row(name, "every page run and rendered", ours, theirs, 0.15, said)]


def _empty(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def compare_sweep(folder: Path, rounds: int) -> list[Row]:
    """Return a sweep beside a loop of papermill over five of its variants, per variant."""
    page = "questions/adding_interferon"
    made = builds.copy_project(_empty(folder / "sweep"))
    runs = variants(page, _VARIANTS)
    name = next(iter(runs[0]))
    grid = made / "grid.yml"
    grid.write_text(json.dumps({name: [one[name] for one in runs]}), encoding="utf-8")
    out = folder / "loop"
    out.mkdir()

    def swept() -> float:
        shutil.rmtree(made / "_build", ignore_errors=True)
        command = evidence("sweep", page, "--grid", str(grid))
        return run(command, made).seconds / _VARIANTS

    ours, theirs = in_turns(swept, lambda: loop(page, runs[:5], out)[0] / 5, rounds)
    note = "seconds a variant; five in the loop"
    return [Row(f"sweep of {_VARIANTS}", "papermill in a loop", ours, theirs, 0.08, note)]


PARTS: dict[str, Callable[[Path, int], list[Row]]] = {
    "chapters": chapters.compare_all,
    "tools": chapters.compare_subset,
    "rerun": chapters.compare_rerun,
    "live": compare_live,
    "builds": compare_builds,
    "sweep": compare_sweep,
    "statistics": lambda folder, rounds: compare_with_r(rounds),
    "permutations": lambda folder, rounds: compare_permutations(rounds),
    "growth": lambda folder, rounds: compare_sizes(summarise(measure_sizes(SIZES)[0])),
}


def describe_machine() -> str:
    """Return the machine, the versions, and the date of the commit that was measured."""
    shown = ["git", "show", "-s", "--format=%cs %h", "HEAD"]
    commit = subprocess.run(shown, cwd=_HERE, capture_output=True, text=True, check=True).stdout
    tools = ", ".join(f"{name} {version(name)}" for name in _TOOLS)
    return (
        f"Commit of {commit.strip()}; {os.cpu_count()} cores ({platform.machine()}), "
        f"load {os.getloadavg()[0]:.1f} at the end; Python {platform.python_version()}, {tools}."
    )


def main() -> None:
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    words.add_argument("--rounds", type=int, default=2)
    given = words.parse_args()
    store = _HERE / "results.json"
    known = json.loads(store.read_text(encoding="utf-8")) if store.exists() else {}
    measured: dict[str, list[dict[str, object]]] = known.get("parts", {})
    for name in given.parts or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            rows = PARTS[name](Path(folder), given.rounds)
        measured[name] = [{**row.to_json(), "load": os.getloadavg()[0]} for row in rows]
        print(to_markdown(rows, name), flush=True)
    about = describe_machine()
    store.write_text(json.dumps({"about": about, "parts": measured}, indent=1) + "\n", "utf-8")
    fields = Row.__dataclass_fields__
    rows = [
        Row(**{key: _tuple(row[key]) for key in fields})
        for name in PARTS
        for row in measured.get(name, [])
    ]
    put_between_marks(_HERE / "README.md", to_markdown(rows, about))


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


if __name__ == "__main__":
    main()
