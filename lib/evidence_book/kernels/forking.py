"""Asking a warm process for kernels: the worker's side of `zygote`.

There is one warm process per worker, made at need, and never used for another library or other
variables than those it was warmed with.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from time import monotonic, sleep
from typing import Any

from evidence_book.runs.freshness import library_digest

KERNEL = "EVIDENCE_KERNEL"
START_SECONDS = 120.0
# What an interpreter or a numerical library reads once, when it starts.
_READ_ONCE = ("PYTHON", "OPENBLAS_", "OMP_", "MKL_", "MPL", "LC_", "LANG", "TZ", "EVIDENCE_")


class ZygoteError(RuntimeError):
    """The process that kernels are forked from could not be started, or has died."""


class Zygote:
    """One warm process, seen from the process that wants kernels.

    Parameters
    ----------
    environment : mapping of str to str
        Environment variables of the process.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._lock = threading.Lock()
        self.owner = os.getpid()
        own, its = socket.socketpair()
        with its:
            # A session of its own: Ctrl-C in a terminal reaches whoever asked for kernels alone.
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-P", "-m", "evidence_book.kernels.zygote", str(its.fileno())],
                env={**environment, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                stdin=subprocess.DEVNULL,
                pass_fds=(its.fileno(),),
                start_new_session=True,
            )
        self._socket = own
        own.settimeout(START_SECONDS)
        self._stream = own.makefile("rwb")
        self._ready = False
        self.running: set[int] = set()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Send one request and return the answer.

        Raises
        ------
        ZygoteError
            Where the process is gone or cannot be forked.
        """
        with self._lock:
            try:
                if not self._ready:
                    hello = self._read()
                    if hello["threads"] != 1:
                        raise ZygoteError(f"expected one thread to fork from, got {hello}")
                    self._ready = True
                self._stream.write(json.dumps(request).encode() + b"\n")
                self._stream.flush()
                return self._read()
            except (OSError, ValueError) as error:
                raise ZygoteError(f"the process to fork from is gone ({error})") from None

    def _read(self) -> dict[str, Any]:
        line = self._stream.readline()
        if not line:
            raise ZygoteError("the process to fork from has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def is_alive(self) -> bool:
        """Return True while the process runs and belongs to this one."""
        return self.owner == os.getpid() and self._process.poll() is None

    def close(self) -> None:
        """End the process and the kernels that are left."""
        if self.owner != os.getpid():
            return
        self._stream.close()
        self._socket.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class ForkedProcess:
    """A forked kernel, with the part of `subprocess.Popen` that jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, zygote: Zygote, pid: int) -> None:
        self._zygote = zygote
        self.pid = pid
        self.returncode: int | None = None
        zygote.running.add(pid)

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        if self.returncode is None:
            try:
                self.returncode = self._zygote.ask({"poll": self.pid})["status"]
            except ZygoteError:
                # Its kernels end with it.
                self.returncode = -signal.SIGKILL
            if self.returncode is not None:
                self._zygote.running.discard(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code once it has ended.

        Raises
        ------
        subprocess.TimeoutExpired
            Where it has not ended in time.
        """
        deadline = None if timeout is None else monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and monotonic() > deadline:
                raise subprocess.TimeoutExpired("kernel", timeout or 0.0)
            sleep(0.005)
        return code

    def send_signal(self, signum: int) -> None:
        """Send a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


_zygotes: dict[str, Zygote] = {}
_zygotes_lock = threading.Lock()


def zygote_for(environment: Mapping[str, str]) -> Zygote:
    """Return the warm process for an environment and the library as it is on disk now.

    One that was warmed with another library, or other variables that are read only once, is
    never used again.
    """
    read_once = {name: value for name, value in environment.items() if name.startswith(_READ_ONCE)}
    library = library_digest.__wrapped__()
    key = json.dumps([library, sys.executable, read_once], sort_keys=True)
    with _zygotes_lock:
        for old in [name for name, zygote in _zygotes.items() if not zygote.is_alive()]:
            _zygotes.pop(old).close()
        if key not in _zygotes:
            for old in [name for name, zygote in _zygotes.items() if not zygote.running]:
                _zygotes.pop(old).close()
            _zygotes[key] = Zygote(environment)
        return _zygotes[key]


@atexit.register
def close_zygotes() -> None:
    """End all warm processes of this process."""
    with _zygotes_lock:
        while _zygotes:
            _zygotes.popitem()[1].close()


def kill_kernels() -> None:
    """End the kernels that this process has running; whoever waits for one hears that it died."""
    with _zygotes_lock:
        pids = [pid for zygote in _zygotes.values() for pid in zygote.running]
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def forking_works() -> bool:
    """Return True where kernels are to be forked: not on Windows, not with EVIDENCE_KERNEL=stock.

    Raises
    ------
    ValueError
        Where EVIDENCE_KERNEL is neither forked nor stock.
    """
    asked = os.environ.get(KERNEL, "forked")
    if asked not in ("forked", "stock"):
        raise ValueError(f"{KERNEL}: expected forked or stock, got {asked}")
    return asked == "forked" and hasattr(os, "fork")


def warm() -> None:
    """Start the warm process of this process, if it is to have one, without waiting for it."""
    if forking_works():
        zygote_for(os.environ)
