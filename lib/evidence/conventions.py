"""The ledger of conventions: choices on which textbooks and programs differ.

Each statistics module states its own conventions beside the code that follows them; this module
only gathers them, so that an estimate can name them and the book can print them.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

import evidence


@lru_cache(maxsize=1)
def ledger() -> dict[str, tuple[str, str]]:
    """Return every convention by key: what it is, and the module that follows it.

    Raises
    ------
    ValueError
        Where two modules use one key for different sentences.
    """
    found: dict[str, tuple[str, str]] = {}
    for info in pkgutil.iter_modules(evidence.__path__):
        if info.ispkg or info.name in ("__main__", "conventions"):
            continue
        module = importlib.import_module(f"evidence.{info.name}")
        for key, sentence in getattr(module, "CONVENTIONS", {}).items():
            if key in found and found[key][0] != sentence:
                raise ValueError(f"convention {key} is stated in {found[key][1]} and {info.name}")
            found.setdefault(key, (sentence, info.name))
    return dict(sorted(found.items()))
