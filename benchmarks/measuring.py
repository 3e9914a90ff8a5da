"""Running a command and measuring it: time, work of the processor, memory of all its processes."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import psutil

PROGRAMS = Path(sys.executable).parent
# Adding up the pages of ten processes takes some hundredths of a second of a processor.
_SAMPLE_SECONDS = 1.0


@dataclass(frozen=True)
class Measured:
    """What a command took.

    Attributes
    ----------
    seconds, cpu : float
        Of the wall, and of processors by it and all processes that it waited for.
    peak_mb : float
        Most memory at one time of the process and all below it; shared pages count once.
    """

    seconds: float
    cpu: float
    peak_mb: float


class CommandError(RuntimeError):
    """A command that was to be measured failed."""


def _memory(process: psutil.Process) -> int:
    total = 0
    for one in (process, *process.children(recursive=True)):
        try:
            info = one.memory_full_info()
        except psutil.Error:
            continue
        total += getattr(info, "pss", info.uss)
    return total


def _watch(process: psutil.Process, ended: threading.Event, peak: list[int]) -> None:
    # Soon for the first time: a short command ends before the second.
    wait = 0.2
    while not ended.wait(wait):
        wait = _SAMPLE_SECONDS
        try:
            peak.append(_memory(process))
        except psutil.Error:
            return


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> Measured:
    """Run a command in a folder, as its project, and return what it took.

    Kernels are killed by who started them without being waited for by this process; the system
    hands their time to their parents, so that it is counted all the same.

    Raises
    ------
    CommandError
        Where it fails, with the end of what it said.
    """
    variables = {**os.environ, **(environment or {}), "EVIDENCE_ROOT": str(folder)}
    cpu, start, ended, peak = _children_cpu(), perf_counter(), threading.Event(), [0]
    process = subprocess.Popen(
        command, cwd=folder, env=variables, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip
    watcher = threading.Thread(target=_watch, args=(psutil.Process(process.pid), ended, peak))
    watcher.start()
    said, _ = process.communicate()
    seconds = perf_counter() - start
    ended.set()
    watcher.join()
    if process.returncode != 0:
        raise CommandError(f"{' '.join(command)}\n{said[-3000:]}")
    used = _children_cpu() - cpu
    return Measured(round(seconds, 2), round(used, 2), round(max(peak) / 1e6, 1))


def evidence(*words: str) -> list[str]:
    """Return the command line of `evidence` with these words."""
    return [str(PROGRAMS / "evidence"), *words]
