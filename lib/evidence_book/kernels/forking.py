"""Asking a warm process for kernels: the other side of `zygote`.

A warm process is found by a socket, whose name says which library, which Python and which
variables it was warmed with. Whoever needs such a process and finds none starts one; all
processes of this user share it, and it ends some time after the last of them has left.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import select
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from evidence_book.kernels.zygote import PREPARE
from evidence_book.runs.freshness import library_digest
from evidence_book.runs.library_imports import packages

KERNEL = "EVIDENCE_KERNEL"
START_SECONDS = 120.0
# What a kernel is told of its book and its run when it starts, not when it was warmed; and what
# differs between processes that are otherwise alike. Any other variable asks for a process of
# its own: an interpreter or a numerical library may have read it while it was warmed.
_TOLD_LATER = frozenset(
    {
        "EVIDENCE_CHECKED",
        "EVIDENCE_DATA",
        "EVIDENCE_ROOT",
        "EVIDENCE_TIME_LIMIT",
        "COLUMNS",
        "LINES",
        "OLDPWD",
        "PWD",
        "SHLVL",
        "_",
    }
)
_TOLD_LATER_OF = ("PYTEST_", "JPY_")


class ZygoteError(RuntimeError):
    """The process that kernels are forked from could not be started, or has died."""


def _folder() -> Path:
    """Return the folder of the sockets of this user, which nobody else may enter.

    Raises
    ------
    ZygoteError
        Where another user made it, or others may write to it.
    """
    folder = Path(tempfile.gettempdir()) / f"evidence-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise ZygoteError(f"{folder}: expected a folder of this user alone")
    return folder


def _connected(key: str, environment: Mapping[str, str]) -> socket.socket:
    """Return a connection to the warm process of a key, which is started where there is none."""
    # Windows has none, and no kernel is forked there.
    import fcntl

    folder = _folder()
    path = folder / hashlib.sha256(key.encode()).hexdigest()[:24]
    own = socket.socket(socket.AF_UNIX)
    # Of two that find none, the second finds that of the first.
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            own.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            path.unlink(missing_ok=True)
            _start(path, environment)
            own.connect(str(path))
    return own


def _start(path: Path, environment: Mapping[str, str]) -> None:
    """Start a warm process that listens on a socket; it imports while others already connect."""
    with socket.socket(socket.AF_UNIX) as listener, path.with_suffix(".log").open("wb") as log:
        listener.bind(str(path))
        listener.listen()
        # A session of its own: Ctrl-C in a terminal reaches whoever asked for kernels alone. What
        # it says goes to a file: it may outlive whoever reads the output of this process.
        # It leaves itself to the system at once, and nobody here waits for it; where it fails, its
        # socket refuses the connection.
        subprocess.run(  # noqa: S603
            [sys.executable, "-P", "-m", "evidence_book.kernels.zygote", str(listener.fileno())],
            env={**environment, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            pass_fds=(listener.fileno(),), start_new_session=True, check=False,
        )  # fmt: skip


class Zygote:
    """A warm process, seen from a process that wants kernels.

    Parameters
    ----------
    key : str
        What it was warmed with.
    environment : mapping of str to str
        Environment variables of the process, should it have to be started.
    """

    def __init__(self, key: str, environment: Mapping[str, str]) -> None:
        self._lock = threading.Lock()
        self.owner = os.getpid()
        self._socket = _connected(key, environment)
        self._socket.settimeout(START_SECONDS)
        self._stream = self._socket.makefile("rwb")
        self._ready = False
        self.running: set[int] = set()

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
        """Return True while the process is there, and this connection belongs to this process."""
        if self.owner != os.getpid() or self._socket.fileno() < 0:
            return False
        # It speaks only when it is asked: with no request on its way, what can be read is the end.
        with self._lock:
            return not self._ready or not select.select([self._socket], [], [], 0)[0]

    def close(self) -> None:
        """Leave the process, which ends the kernels that are left."""
        if self.owner == os.getpid():
            self._stream.close()
            self._socket.close()


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


def _key(environment: Mapping[str, str]) -> str:
    """Return what a warm process for these variables is warmed with."""
    # What is prepared for a page rests on a book and its data.
    told_later = frozenset() if PREPARE in environment else _TOLD_LATER
    read = {
        name: value
        for name, value in environment.items()
        if name not in told_later and not name.startswith(_TOLD_LATER_OF)
    }
    library = library_digest.__wrapped__(), *map(str, packages().values())
    return json.dumps([library, sys.executable, read], sort_keys=True)


def zygote_for(environment: Mapping[str, str]) -> Zygote:
    """Return the warm process for an environment and the library as it is on disk now.

    One that was warmed with another library, or other variables that are read only once, is
    never used again.
    """
    key = _key(environment)
    with _zygotes_lock:
        for old in [name for name, zygote in _zygotes.items() if not zygote.is_alive()]:
            _zygotes.pop(old).close()
        if key not in _zygotes:
            for old in [name for name, zygote in _zygotes.items() if not zygote.running]:
                _zygotes.pop(old).close()
            _zygotes[key] = Zygote(key, environment)
        return _zygotes[key]


@atexit.register
def close_zygotes() -> None:
    """Leave all warm processes that this process asks."""
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
