"""How each command grows with the studies: time, memory, weight of pages, from 10 to 500 of them.

    python -m benchmarks.growth [--sizes 10,50,200,500] [--out growth.json]

Each project is made in a temporary folder, see `made_project`. The exponent is the slope of the
logarithm of time on that of studies, over the sizes of at least 50: 1 is linear. A cost per study
is of the time beyond that of the smallest project, so that what every command costs once does not
hide what a study costs.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from math import log
from pathlib import Path
from statistics import linear_regression, mean

from benchmarks.made_project import make_project
from benchmarks.made_tables import study_ids
from benchmarks.measuring import Measured, evidence, run
from benchmarks.rows import Row

SIZES = (10, 50, 200, 500)
_SWEEP_RUNS = 20
# Below this, what a command costs once is most of what it costs.
_FIRST_OF_SLOPE = 50


@dataclass(frozen=True)
class Step:
    """What one command took in a project of one size."""

    name: str
    studies: int
    took: Measured


def _correct_row(folder: Path) -> None:
    path = folder / "data" / "outcomes.csv"
    before = path.read_text(encoding="utf-8")
    line = next(one for one in before.splitlines() if ".pfs.hazard_ratio." in one)
    after = before.replace(line, f"{line}Corrected.", 1)
    assert after != before, "expected a row to correct"
    path.write_text(after, encoding="utf-8")


def _write_grid(folder: Path) -> Path:
    levels = [round(0.80 + 0.19 * number / _SWEEP_RUNS, 4) for number in range(_SWEEP_RUNS)]
    grid = folder / "grid.yml"
    grid.write_text(f"level: {json.dumps(levels)}\n", encoding="utf-8")
    return grid


def measure_project(folder: Path, studies: int) -> Iterator[Step]:
    """Yield what each command takes in a project that was just made."""
    page = f"studies/{study_ids(1)[0]}"
    yield Step("check", studies, run(evidence("check"), folder))
    yield Step("run, every page", studies, run(evidence("run"), folder))
    yield Step("run, nothing stale", studies, run(evidence("run"), folder))
    yield Step("run, one page", studies, run(evidence("run", page, "--force"), folder))
    yield Step("build, every page", studies, run(evidence("build"), folder))
    yield Step("build, nothing changed", studies, run(evidence("build"), folder))
    _correct_row(folder)
    yield Step("build, one corrected row", studies, run(evidence("build"), folder))
    sweep = evidence("sweep", page, "--grid", str(_write_grid(folder)))
    yield Step(f"sweep, {_SWEEP_RUNS} variants", studies, run(sweep, folder))


def weigh(folder: Path) -> dict[str, float]:
    """Return kilobytes of the rendered pages: on average of a study, and of the heaviest one."""
    html = folder / "_build" / "html"
    studies = [path.stat().st_size for path in (html / "chapters" / "studies").glob("*.html")]
    heaviest = max(html.rglob("*.html"), key=lambda path: path.stat().st_size)
    return {
        "a study page": round(mean(studies) / 1000, 1),
        heaviest.relative_to(html).as_posix(): round(heaviest.stat().st_size / 1000, 1),
        "search index": round((html / "searchindex.js").stat().st_size / 1000, 1),
    }


def exponent(points: dict[int, float]) -> float | None:
    """Return the slope of log time on log studies, None with fewer than two sizes to fit it to."""
    large = {size: time for size, time in points.items() if size >= _FIRST_OF_SLOPE and time > 0}
    if len(large) < 2:
        return None
    return linear_regression([log(n) for n in large], [log(t) for t in large.values()]).slope


def per_study(points: dict[int, float]) -> dict[int, float]:
    """Return milliseconds per study beyond what the smallest project takes."""
    first, *others = sorted(points)
    return {size: 1000 * (points[size] - points[first]) / (size - first) for size in others}


def summarise(steps: list[Step]) -> list[dict[str, object]]:
    """Return one line per command: its times, exponent, cost per study, and memory."""
    lines = []
    for name in dict.fromkeys(step.name for step in steps):
        own = [step for step in steps if step.name == name]
        seconds = {step.studies: step.took.seconds for step in own}
        cpu = {step.studies: step.took.cpu for step in own}
        each = per_study(cpu)
        lines.append(
            {
                "name": name,
                "seconds": seconds,
                "cpu": cpu,
                "exponent": exponent(seconds),
                "cpu exponent": exponent(cpu),
                "cpu ms per study": each,
                "last over 50": each[max(each)] / each[50] if each.get(50) else None,
                "peak_mb": {step.studies: step.took.peak_mb for step in own},
            }
        )
    return lines


def compare_sizes(lines: list[dict[str, object]]) -> list[Row]:
    """Return what a study costs among the most, beside among 50, in CPU seconds."""
    rows = []
    for line in lines:
        each = line["cpu ms per study"]
        if line["name"] in ("check", "run, every page", "build, every page"):
            name = f"evidence {line['name']}, a study of {max(each)}"
            ours, other = each[max(each)] / 1000, each[_FIRST_OF_SLOPE] / 1000
            note = f"CPU seconds beyond those of a book of {min(line['cpu'])}"
            rows.append(Row(name, f"a study of {_FIRST_OF_SLOPE}", (ours,), (other,), 1.2, note))
    return rows


def measure_sizes(sizes: Iterable[int]) -> tuple[list[Step], dict[int, dict[str, float]]]:
    """Make a project of each size; return what its commands took and what its pages weigh."""
    steps, weights = [], {}
    for size in sorted(sizes):
        with tempfile.TemporaryDirectory() as temporary:
            folder = make_project(Path(temporary) / "project", size)
            for step in measure_project(folder, size):
                steps.append(step)
                print(f"{size:4} {step.name:26}{step.took}", file=sys.stderr, flush=True)
            weights[size] = weigh(folder)
    return steps, weights


def _number(value: object, form: str) -> str:
    return format(value, form) if isinstance(value, int | float) else "-"


def print_table(lines: list[dict[str, object]]) -> None:
    """Print times, exponents and costs per study."""
    print(f"{'':26}{'seconds':>30}{'exponent':>10}{'(CPU)':>7}{'CPU ms a study':>24}{'MB':>24}")
    for line in lines:
        seconds, each, memory = line["seconds"], line["cpu ms per study"], line["peak_mb"]
        print(
            f"{line['name']:26}{' '.join(f'{t:.1f}' for t in seconds.values()):>30}"
            f"{_number(line['exponent'], '.2f'):>10}{_number(line['cpu exponent'], '.2f'):>7}"
            f"{' '.join(f'{t:.0f}' for t in each.values()):>24}"
            f"{' '.join(f'{m:.0f}' for m in memory.values()):>24}"
        )


def main() -> None:
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("--sizes", default=",".join(map(str, SIZES)))
    words.add_argument("--out", type=Path, default=Path("_build/benchmarks/growth.json"))
    given = words.parse_args()
    steps, weights = measure_sizes(map(int, given.sizes.split(",")))
    lines = summarise(steps)
    print(f"\n{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print_table(lines)
    print(json.dumps(weights, indent=1))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    report = {"load": os.getloadavg()[0], "steps": [asdict(step) for step in steps]}
    given.out.write_text(
        json.dumps({**report, "lines": lines, "weights": weights}, indent=1) + "\n"
    )


if __name__ == "__main__":
    main()
