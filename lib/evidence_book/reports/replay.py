"""The command that makes a page again, as it can be pasted into a shell."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from evidence.files.plain_yaml import YamlError, read_yaml


def set_text(value: Any) -> str:
    """Return a value as `--set` reads it: bare text where YAML reads that as itself, else JSON."""
    if isinstance(value, str):
        try:
            if read_yaml(value) == value:
                return value
        except YamlError:
            pass
    return json.dumps(value)


def replay_command(page: str, given: Mapping[str, Any], data: str = "") -> str:
    """Return the command that makes the page with these parameters and this folder of data.

    Parameters
    ----------
    page : str
        Name of the page.
    given : mapping
        What was set; nothing for the published page.
    data : str
        Name of the folder that was read, "" for the book's own data.
    """
    words = ["evidence", "run", page]
    for name, value in given.items():
        words += ["--set", f"{name}={set_text(value)}"]
    if data:
        words += ["--data", data]
    if len(words) == 3:
        words.append("--force")
    return shlex.join(words)
