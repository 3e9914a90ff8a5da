"""One writer at a time: a build or a run in place holds the project, another waits for it.

The lock is the operating system's (flock): it ends with the process, killed or not, so that no
stale lock is ever left for a person to remove.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from evidence.files.paths import build_folder

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows, where kernels are not forked either
    fcntl = None  # type: ignore[assignment]

# By path, the open lock files of this process: a build that runs pages holds the project once.
_held: dict[Path, int] = {}


def lock_file() -> Path:
    """Return the file that a writer of the project holds; it names the owner."""
    return build_folder() / ".lock"


def held_descriptors() -> tuple[int, ...]:
    """Return what a child inherits so that the project is held until the child, too, has ended."""
    return tuple(_held.values())


def describe_owner(path: Path | None = None) -> str:
    """Return who holds the project, or a part of it, in words."""
    try:
        owner = json.loads((path or lock_file()).read_text(encoding="utf-8"))
        return "{command} (process {pid} on {host}, since {since})".format(**owner)
    except (OSError, ValueError, KeyError):
        return "another command, which has not said its name"


def _take(path: Path, say: Callable[[str], None]) -> int:
    """Return the descriptor of the locked file, waiting for its owner."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for {describe_owner(path)}")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            say(f"no locks on this file system ({error.strerror}): run one command at a time")
        # The folder may have been removed meanwhile, and made again with another lock file.
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), os.stat(path)):
                return descriptor
        os.close(descriptor)
        path.parent.mkdir(parents=True, exist_ok=True)


@contextmanager
def hold_project(
    command: str, say: Callable[[str], None] = lambda words: None, *, part: str = ""
) -> Iterator[None]:
    """Hold the project while notebooks or the book are written; waits where another does.

    Parameters
    ----------
    command : str
        What this process is doing, for the message that another one shows.
    say : callable
        Called with one line before waiting; it names the owner.
    part : str
        A folder below _build that alone is held, e.g. of the sweeps of one page.
    """
    path = build_folder() / part / ".lock"
    if fcntl is None or path in _held:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = _take(path, say)
    _held[path] = descriptor
    since = datetime.now().astimezone().isoformat(" ", "seconds")
    owner = {"command": command, "pid": os.getpid(), "host": socket.gethostname(), "since": since}
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(owner).encode(), 0)
        yield
    finally:
        del _held[path]
        os.close(descriptor)
