"""Writing files whole or not at all: one, or several as one."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Mapping
from pathlib import Path


def need_writable(path: Path) -> None:
    """Refuse a file that cannot be written, before minutes are spent on what it would hold.

    Raises
    ------
    PermissionError
        Where its folder may not be written into.
    """
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path.parent))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, whenever the process is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    with beside.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(beside, path)


def write_all(texts: Mapping[Path, str]) -> None:
    """Write files so that a failure leaves every one of them as it was.

    Parameters
    ----------
    texts : mapping of Path to str
        New text of each file, UTF-8, line ends as given.
    """
    before = {path: path.read_bytes() if path.exists() else None for path in texts}
    beside = {path: path.with_name(f".{path.name}.new-{os.getpid()}") for path in texts}
    replaced: list[Path] = []
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            beside[path].write_bytes(text.encode("utf-8"))
        for path in texts:
            os.replace(beside[path], path)
            replaced.append(path)
    except BaseException:
        for path in replaced:
            old = before[path]
            if old is None:
                path.unlink()
            else:
                path.write_bytes(old)
        raise
    finally:
        for path in beside.values():
            path.unlink(missing_ok=True)
