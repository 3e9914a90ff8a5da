"""Putting a folder in the place of another in one step, and knowing what was published.

Readers, and a process killed at any moment, find the old folder or the new one, always whole.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import re
import shutil
from itertools import chain
from pathlib import Path

from evidence.files.paths import build_folder, chapters_folder
from evidence_book.rendering.fingerprints import digest, hash_files, present_key
from evidence_book.rendering.whole_writes import write_whole

# <linux/fcntl.h> and <linux/fs.h>: paths are relative to the working directory; swap both names.
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
# What the call answers where kernel, C library or file system do not know it.
_UNKNOWN_CALL = (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP)
# The process in the name of a file (.page.ipynb.PROCESS-THREAD) or folder (.html.old-PROCESS).
_OWNER = re.compile(r"(?:\.(\d+)-\d+|-(\d+))\Z")


def _swapped(one: Path, other: Path) -> bool:
    """Swap two names in one step; False where this system cannot."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    names = os.fsencode(one), os.fsencode(other)
    if call(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNKNOWN_CALL:
        return False
    raise OSError(code, os.strerror(code), str(one), None, str(other))


def publish(built: Path, published: Path) -> None:
    """Put a built folder in the place of the published one, which is removed.

    Where the system cannot swap two names, this takes two renames; `restore` mends what a process
    killed between them leaves.
    """
    published.parent.mkdir(parents=True, exist_ok=True)
    if not published.exists():
        os.replace(built, published)
        return
    old = _beside(published, "old")
    if _swapped(built, published):
        os.replace(built, old)
    else:
        os.replace(published, old)
        os.replace(built, published)
    shutil.rmtree(old, ignore_errors=True)


def _beside(published: Path, word: str) -> Path:
    """Return a name of this process beside a folder, free to be used."""
    path = published.with_name(f".{published.name}.{word}-{os.getpid()}")
    shutil.rmtree(path, ignore_errors=True)
    return path


def publish_copy(built: Path, published: Path) -> None:
    """Put a copy of a built folder in the place of the published one."""
    copy = _beside(published, "new")
    try:
        # Without their dates, which say what Sphinx has read, and not when a page was made.
        shutil.copytree(built, copy, copy_function=shutil.copy)
        publish(copy, published)
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def _owner_is_dead(path: Path) -> bool:
    """Return True where a name ends in the number of a process that is no more."""
    owner = _OWNER.search(path.name)
    if owner is None:
        return False
    try:
        os.kill(int(owner[1] or owner[2]), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        pass
    return False


def restore(published: Path) -> None:
    """Put the last good folder back where a process was killed between two renames."""
    for old in sorted(published.parent.glob(f".{published.name}.old-*")):
        if not published.exists() and _owner_is_dead(old):
            os.replace(old, published)


def remove_leftovers() -> None:
    """Remove what killed builds, runs and variants left; what a living process uses stays."""
    rendering = build_folder() / "rendering"
    for folder in (build_folder() / "html", rendering / "kept"):
        restore(folder)
    here = [build_folder().glob(".*-*"), rendering.glob(".*-*")]
    here += [(build_folder() / "variants").glob(".*-*"), chapters_folder().rglob(".*-*")]
    for path in filter(_owner_is_dead, chain.from_iterable(here)):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _record() -> Path:
    return build_folder() / ".published.json"


def record_published(key: str) -> None:
    """Write down which book is published, with a fingerprint of every byte of it."""
    files = digest(hash_files(build_folder() / "html"))
    write_whole(_record(), json.dumps({"key": key, "files": files}).encode())


def recorded_key() -> str:
    """Return the key of the book that was published last, "" where none is known."""
    return _read_record().get("key", "")


def _read_record() -> dict[str, str]:
    try:
        stored = json.loads(_record().read_text(encoding="utf-8"))
        return {name: str(stored[name]) for name in ("key", "files")}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def published_is_whole() -> bool:
    """Return True where every byte of the published folder is as it was published."""
    files = _read_record().get("files")
    try:
        return files is not None and files == digest(hash_files(build_folder() / "html"))
    except OSError:
        # A file that cannot be read, or that is removed meanwhile.
        return False


def is_up_to_date() -> bool:
    """Return True where the published book is whole and made from the project as it stands.

    Only a book whose pages were fresh and whose checks had passed is ever recorded as published,
    so that nothing of that has to be asked again.
    """
    return recorded_key() == present_key() and published_is_whole()
