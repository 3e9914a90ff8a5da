"""The ledger of conventions: choices on which textbooks and programs differ.

Each statistics module states its own conventions beside the code that follows them; this module
only gathers them, so that an estimate can name them and the book can give them.
"""

from __future__ import annotations

import importlib
import re
from functools import lru_cache
from pathlib import Path

import evidence_stats

_STATISTICS = Path(evidence_stats.__file__).resolve().parent
# Stated in a module, at whatever depth of the package; not what it imports from another.
_STATED = re.compile(r"^CONVENTIONS\b[^=\n]*=", re.MULTILINE)


def stating_files() -> tuple[str, ...]:
    """Return the files that state conventions, sorted, each with its package."""
    return tuple(
        sorted(
            path.relative_to(_STATISTICS.parent).as_posix()
            for path in _STATISTICS.rglob("*.py")
            if _STATED.search(path.read_text(encoding="utf-8"))
        )
    )


@lru_cache(maxsize=1)
def ledger() -> dict[str, str]:
    """Return every convention by key: what it is.

    Raises
    ------
    ValueError
        Where two modules use one key for different sentences.
    """
    found: dict[str, str] = {}
    for file in stating_files():
        name = ".".join(Path(file).with_suffix("").parts).removesuffix(".__init__")
        for key, sentence in importlib.import_module(name).CONVENTIONS.items():
            if found.setdefault(key, sentence) != sentence:
                raise ValueError(f"{name}: convention {key} is stated otherwise in another module")
    return dict(sorted(found.items()))
