"""Processes of this machine that run notebooks: one that is killed loses nothing.

Long runs go through `dispatch`: it hands out as many jobs as run at a time, tries those again
whose process was killed, and hears of Ctrl-C between two of them.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import Counter, deque
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from multiprocessing.connection import wait as wait_for_end
from pathlib import Path
from typing import Any, Protocol, TypeVar

from evidence.files.paths import build_folder

# A job that is lost three times, the last two times running alone, is a failure.
ATTEMPTS = 3
# What such a process imports before it runs its first notebook.
_IMPORTED = ["evidence_book.kernels.execute", "evidence_book.kernels.forked_kernel", "papermill"]

Key = TypeVar("Key", bound=Hashable)
Job = tuple[Callable[[Any], Any], Any]


def _start_worker(environment: Mapping[str, str]) -> None:
    """Prepare a process that runs notebooks.

    Its standard error goes to a file, for ipykernel prints a notice per kernel; it ends with the
    process that made it, killed or not; and it warms the process its kernels are forked from.
    """
    from evidence_book.kernels.forking import warm

    # Those of the process that it was forked from are of an earlier pool.
    os.environ.clear()
    os.environ.update(environment)
    with _log().open("a") as stream:
        os.dup2(stream.fileno(), 2)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    warm()


def _log() -> Path:
    return build_folder() / "kernel.log"


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for_end([parent.sentinel])
        os._exit(1)


def process_pool(workers: int, environment: Mapping[str, str]) -> ProcessPoolExecutor:
    """Return a pool of processes that run notebooks, with the kernel's environment.

    They are forked from a process of its own, which has imported what they need, and share no
    thread, lock or random state with this one.

    Raises
    ------
    ValueError
        Where EVIDENCE_KERNEL is neither forked nor stock.
    OSError
        Where nothing can be written below _build: before a process fails of it, or an hour is
        spent on runs that cannot be kept.
    """
    from evidence_book.kernels.forking import forking_works

    forking_works()
    _log().parent.mkdir(parents=True, exist_ok=True)
    _log().open("a").close()
    context = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")
    context.set_forkserver_preload(_IMPORTED)
    return ProcessPoolExecutor(
        workers,
        mp_context=context,
        initializer=_start_worker,
        initargs=({**os.environ, **environment},),
    )


class Pool(Protocol):
    """Where jobs go: processes of this machine, or workers elsewhere."""

    workers: int

    def submit(self, job: Job) -> Future[Any]:
        """Start a job, a function and its argument, or have it wait for a free worker."""

    def stop(self) -> None:
        """Give up what is running."""

    def close(self) -> None:
        """Leave, after all jobs have ended."""


class WorkerPool:
    """Processes of this machine; made again where one of them is killed."""

    def __init__(self, workers: int, environment: Mapping[str, str]) -> None:
        self.workers = workers
        self._environment = environment
        self._others = set(multiprocessing.active_children())
        self._executor = process_pool(workers, environment)

    def submit(self, job: Job) -> Future[Any]:
        """Start a job or have it wait for a free process."""
        try:
            return self._executor.submit(job[0], job[1])
        except BrokenExecutor:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = process_pool(self.workers, self._environment)
            return self._executor.submit(job[0], job[1])

    def stop(self) -> None:
        """End all processes at once, with the kernels they have."""
        for process in multiprocessing.active_children():
            if process not in self._others:
                process.kill()
        # Once, and waiting: an executor that was told before to leave without waiting forgets its
        # thread, which may then still close a pipe that the interpreter writes to as it ends.
        self._executor.shutdown(wait=True, cancel_futures=True)

    def close(self) -> None:
        """Let the processes end."""
        self._executor.shutdown(wait=True)


def dispatch(
    jobs: Mapping[Key, Job],
    pool: Pool,
    end: Callable[[Key, Any], None],
    *,
    lost: Callable[[Any], bool],
) -> None:
    """Run all jobs; one whose process or kernel is killed is tried again, at last and alone.

    Parameters
    ----------
    jobs : mapping
        A function and its argument by key, in the order in which they begin. A job returns what
        goes wrong in it; what it raises befell its process.
    pool : Pool
        Closed where all jobs ended, stopped where this is left by an error or by Ctrl-C.
    end : callable
        Called with key and outcome as each job ends; with the error of the last attempt where the
        process was killed at each of them.
    lost : callable
        True for an outcome that says that a kernel was killed.
    """
    try:
        _dispatch(jobs, pool, end, lost)
    except BaseException:
        pool.stop()
        raise
    pool.close()


def _dispatch(
    jobs: Mapping[Any, Job],
    pool: Pool,
    end: Callable[[Any, Any], None],
    lost: Callable[[Any], bool],
) -> None:
    times: Counter[Any] = Counter()
    suspects: deque[Any] = deque()
    for queue, window in ((deque(jobs), pool.workers), (suspects, 1)):
        running: dict[Future[Any], Any] = {}
        while queue or running:
            while queue and len(running) < window:
                key = queue.popleft()
                running[pool.submit(jobs[key])] = key
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                key = running.pop(future)
                outcome: Any = future.exception() or future.result()
                befell = isinstance(outcome, BaseException) or lost(outcome)
                times[key] += befell
                if befell and times[key] < ATTEMPTS:
                    suspects.append(key)
                else:
                    end(key, outcome)
