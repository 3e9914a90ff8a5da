"""All tests of the project: `make test`, or `python -m tests`.

Style first, because it fails fastest; types beside the library, the engine and the built book; then
nbval, which runs every chapter again and compares its outputs with the committed ones.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

ROOT = Path(__file__).resolve().parents[1]
# One file per worker at a time: nbval's cells of one notebook share a kernel. One worker more than
# processors, for tests wait a third of their time for processes and browsers.
WORKERS = ["-n", str(min((os.cpu_count() or 1) + 1, 8)), "--dist", "loadfile"]
# nbval, too, gets its kernels from a process that has imported the libraries; where none can be
# forked they start as Jupyter starts them.
FORKED = {"JUPYTER_DEFAULT_PROVISIONER_NAME": "evidence-forked"}


@dataclass(frozen=True)
class Step:
    """One command; it is ended where it takes three times what it takes on two slow processors.

    What it says is shown as it comes; of one that runs `beside` the next steps, when it has ended.
    """

    name: str
    command: Sequence[str]
    minutes: float = 5
    environment: Mapping[str, str] = field(default_factory=dict)
    beside: bool = False


STEPS = [
    Step("style", ["ruff", "check", "."]),
    Step("layout", ["ruff", "format", "--check", "--quiet", "."]),
    # One process of its own, which would leave the other processor idle.
    Step("types", ["mypy"], 10, beside=True),
    # In the order of tests/conftest.py, not by how many tests a file has.
    Step("tests", ["pytest", "--quiet", *WORKERS, "--no-loadscope-reorder", "tests"], 60),
    Step(
        "chapters",
        ["pytest", "--quiet", *WORKERS, "--nbval", "--nbval-current-env",
         "--nbval-cell-timeout", "300", "-p", "no:cacheprovider", "-W", "default", "chapters"],
        10,
        FORKED,
    ),
]  # fmt: skip


def run_step(step: Step) -> bool:
    """Run a step and return True where it passed."""
    if not step.beside:
        print(_title(step), flush=True)
        return _passes(step)
    with tempfile.TemporaryFile() as said:
        passed = _passes(step, said)
        said.seek(0)
        print(f"{_title(step)}\n{said.read().decode()}", end="", flush=True)
        return passed


def _title(step: Step) -> str:
    return f"== {step.name}: {' '.join(step.command)}"


def _passes(step: Step, said: IO[bytes] | None = None) -> bool:
    """Run the command of a step, its words into a file where one is given.

    One that does not end is ended with all its processes. pytest then writes what each was doing.
    """
    environment = {**os.environ, **step.environment}
    command = [sys.executable, "-m", *step.command]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=said, stderr=said and subprocess.STDOUT
    ) as process:
        try:
            return process.wait(60 * step.minutes) == 0
        except subprocess.TimeoutExpired:
            print(f"\n== {step.name}: not ended after {step.minutes:g} minutes", flush=True)
            _end(psutil.Process(process.pid))
            return False


def _end(process: psutil.Process) -> None:
    """End a process and all that it started, with a traceback of each that can give one."""
    everyone = [*process.children(recursive=True), process]
    for number in (signal.SIGABRT, signal.SIGKILL):
        for one in everyone:
            try:
                one.send_signal(number)
            except psutil.NoSuchProcess:
                continue
        # Where every processor is taken, a traceback takes its time.
        psutil.wait_procs(everyone, timeout=20)


def chosen_steps(words: Sequence[str]) -> list[Step]:
    """Return the steps that the words of the command line name, all without one."""
    parser = argparse.ArgumentParser(prog="python -m tests", description=__doc__)
    names = {step.name: step for step in STEPS}
    parser.add_argument("step", nargs="*", help=f"{', '.join(names)}; all of them without one")
    wanted = parser.parse_args(words).step
    for name in wanted:
        if name not in names:
            parser.error(f"expected one of {', '.join(names)}, got {name!r}")
    return [step for step in STEPS if not wanted or step.name in wanted]


def main(words: Sequence[str] = ()) -> int:
    """Run the steps, whatever the others say; return 0 where all passed."""
    steps = chosen_steps(words)
    with ThreadPoolExecutor() as pool:
        running = {step.name: pool.submit(run_step, step) for step in steps if step.beside}
        passed = {step.name: run_step(step) for step in steps if not step.beside}
    passed |= {name: one.result() for name, one in running.items()}
    failed = [step.name for step in steps if not passed[step.name]]
    print(f"== failed: {', '.join(failed)}" if failed else "== all passed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
