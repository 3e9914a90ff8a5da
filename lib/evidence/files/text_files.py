"""Reading text and JSON that somebody wrote, or that came from somebody else's book."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

from evidence_stats.printed.unseen import visible

# The longest YAML of ours has 4 kB; a grid of 20 000 listed runs has 1 MB and is read in seconds.
MAX_BYTES = 2_000_000
# A notebook of the book has at most 2 MB; one with many figures, ten times as much.
MAX_JSON_BYTES = 100_000_000


def read_text_file(path: Path, limit: int = MAX_BYTES) -> str:
    """Return the text of a file that somebody wrote.

    Raises
    ------
    ValueError
        Where it is missing, is no file (reading a pipe or a device may never end), is too long,
        or is not UTF-8.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("expected a readable file, got a folder or device")
        if found.st_size > limit:
            raise ValueError(
                f"expected a readable file of at most {limit // 1000} kB, got "
                f"{found.st_size // 1000} kB"
            )
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ValueError(f"expected a readable file, got {visible(str(path))}: {reason}") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"expected a readable file in UTF-8, got {error.reason}") from None


def refuse_constant(constant: str) -> None:
    """Refuse NaN and Infinity, which Python's JSON would read: no number of a page is either.

    Raises
    ------
    ValueError
        Always.
    """
    raise ValueError(f"a number that is not finite: {constant}")


def read_json_file(path: Path) -> Any:
    """Return what a JSON file holds, whose numbers are all finite.

    Raises
    ------
    ValueError
        As `read_text_file`, and where the text is not JSON.
    """
    text = read_text_file(path, MAX_JSON_BYTES)
    try:
        return json.loads(text, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"expected JSON, got {visible(str(error))}") from None
