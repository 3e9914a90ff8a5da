"""Kills at random moments of a build, a refresh and a sweep: is anything lost or half written?

    python -m benchmarks.kills [--kills 50] [--seed 1]

After every kill each file that a reader or a committer would see must be what it was before or
what it becomes, byte for byte; after the last one, the same command must end well, with the bytes
of one that nobody killed.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.builds import copy_project
from benchmarks.measuring import evidence
from evidence_book.rendering.fingerprints import hash_files

Files = Mapping[str, str]


def start(folder: Path, command: list[str]) -> subprocess.Popen[bytes]:
    """Start a command on a project, its words thrown away."""
    quiet = subprocess.DEVNULL
    environment = {**os.environ, "EVIDENCE_ROOT": str(folder)}
    return subprocess.Popen(command, cwd=folder, stdout=quiet, stderr=quiet, env=environment)


def finish(folder: Path, command: list[str]) -> float:
    """Run a command to its end; return its seconds."""
    begun = time.perf_counter()
    if start(folder, command).wait() != 0:
        sys.exit(f"expected {' '.join(command[1:])} to end well in {folder}")
    return time.perf_counter() - begun


@dataclass(frozen=True)
class Target:
    """What is killed.

    Attributes
    ----------
    name, command
        In words, and as it is started.
    seen : callable
        Returns the files that must be whole at any moment, with their fingerprints.
    prepare : callable
        Gives the command something to do.
    wrong : callable
        How many files are wrong, of those before a kill and those after it.
    """

    name: str
    command: list[str]
    seen: Callable[[], Files]
    prepare: Callable[[], None]
    wrong: Callable[[Files, Files], int]


def torture(target: Target, folder: Path, kills: int, chance: random.Random) -> int:
    """Kill a command again and again; return how many files were found lost or half written."""
    target.prepare()
    seconds = finish(folder, target.command)
    wrong = landed = 0
    for _ in range(kills):
        target.prepare()
        given = target.seen()
        process = start(folder, target.command)
        time.sleep(chance.uniform(0, seconds))
        landed += process.poll() is None
        process.kill()
        process.wait()
        wrong += target.wrong(given, target.seen())
    given = target.seen()
    finish(folder, target.command)
    wrong += target.wrong(given, target.seen())
    print(
        f"{target.name}: {kills} kills, {landed} before its end ({seconds:.1f} s): "
        f"{wrong} files lost or half written",
        flush=True,
    )
    return wrong


def of_each(final: Files) -> Callable[[Files, Files], int]:
    """Let every file be as it was or as it becomes."""

    def wrong(given: Files, found: Files) -> int:
        odd = [path for path, now in found.items() if now not in (given.get(path), final.get(path))]
        return len(odd) + len(given.keys() - found.keys())

    return wrong


def as_a_whole(states: Sequence[Files]) -> Callable[[Files, Files], int]:
    """Let the files be those of one state, all of them."""

    def wrong(given: Files, found: Files) -> int:
        return min(
            sum(found.get(path) != state.get(path) for path in found.keys() | state.keys())
            for state in states
        )

    return wrong


def main() -> int:
    """Kill builds, refreshes and sweeps; return 1 where a file was lost or half written."""
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("--kills", type=int, default=51)
    words.add_argument("--seed", type=int, default=1)
    given = words.parse_args()
    chance, each = random.Random(given.seed), given.kills // 3
    wrong = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = copy_project(Path(temporary))
        wrong += torture(_sweep(folder, chance), folder, each, chance)
        wrong += torture(_refresh(folder), folder, each, chance)
        wrong += torture(_build(folder), folder, each, chance)
    return 1 if wrong else 0


def _sweep(folder: Path, chance: random.Random) -> Target:
    grid = folder / "grid.yml"
    grid.write_text("multiarm_rho: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]\n", encoding="utf-8")
    command = evidence("sweep", "questions/adding_interferon", "--grid", str(grid))
    store = folder / "_build" / "sweeps"

    def runs() -> Files:
        return {name: mark for name, mark in hash_files(store).items() if name.endswith(".json")}

    def forget_half() -> None:
        for path in sorted(store.rglob("*.json")):
            if chance.random() < 0.5:
                path.unlink()

    finish(folder, command)
    return Target("sweep", command, runs, forget_half, of_each(runs()))


def _refresh(folder: Path) -> Target:
    pages = folder / "chapters"

    def notebooks() -> Files:
        return {name: mark for name, mark in hash_files(pages).items() if name.endswith(".ipynb")}

    def edit_outputs() -> None:
        # An output that is not of its run is stale; running makes the page what it was.
        for page in ("ryan-2007", "jonasch-2010", "yang-2003"):
            path = pages / "studies" / f"{page}.ipynb"
            text = path.read_text(encoding="utf-8")
            path.write_text(
                text.replace('"execution_count": 2,', '"execution_count": 3,'), encoding="utf-8"
            )

    return Target("refresh", evidence("run"), notebooks, edit_outputs, of_each(notebooks()))


def _build(folder: Path) -> Target:
    prose = folder / "chapters" / "how-to-read.md"
    texts = [prose.read_text(encoding="utf-8")]
    texts.append(f"{texts[0]}\nOne more sentence.\n")
    states = []

    def published() -> Files:
        return hash_files(folder / "_build" / "html")

    def other_prose() -> None:
        now = prose.read_text(encoding="utf-8")
        prose.write_text(texts[now == texts[0]], encoding="utf-8")

    for _ in texts:
        other_prose()
        finish(folder, evidence("build"))
        states.append(published())
    return Target("build", evidence("build"), published, other_prose, as_a_whole(states))


if __name__ == "__main__":
    sys.exit(main())
