"""Parts of a notebook or an edition that may come from elsewhere: what each of them can be."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from evidence_stats.printed.unseen import visible


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_number(value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value is None or (number and math.isfinite(value))  # type: ignore[arg-type]


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


# What the fields of a stored result hold, apart from texts: notebooks may come from elsewhere.
_KINDS: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(("value", "low", "high", "level", "p", "n", "events"), _is_number),
    **dict.fromkeys(("rows", "conventions"), _is_list),
    **dict.fromkeys(("external", "withheld"), _is_flag),
}


def check_field(name: str, value: object) -> None:
    """Refuse what a field of a stored result cannot hold.

    Raises
    ------
    ValueError
        With the name of the field.
    """
    if not _KINDS.get(name, _is_text)(value):
        raise ValueError(f"expected another {name} of a result, got {visible(repr(value))}")


def read_claim(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored claim, which may come from elsewhere.

    Raises
    ------
    ValueError
        Where its parts are not those of a claim.
    """
    texts = ("key", "text", "state", "certainty")
    if not all(isinstance(stored[name], str) for name in texts) or not isinstance(
        stored.get("tested", ""), str
    ):
        raise ValueError(f"expected a claim, got {visible(repr(stored))}")
    if not _is_list(stored["rests_on"]):
        raise ValueError(f"expected keys that a claim rests on, got {stored['rests_on']!r}")
    # Editions before 0.3 do not say what was tested.
    return {"tested": "", **stored}


def read_figure(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored figure, which may come from elsewhere; its name becomes that of a file.

    Raises
    ------
    ValueError
        Where its parts are not those of a figure.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", str(stored["name"])):
        raise ValueError(f"expected a figure named in letters, got {stored['name']!r}")
    if not all(isinstance(stored.get(name, ""), str) for name in ("caption", "alt", "data")):
        raise ValueError(f"expected a figure with texts, got {stored['name']}")
    return dict(stored)
