"""Writing several files as one: all of them, or none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


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
