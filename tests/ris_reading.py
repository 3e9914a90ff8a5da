"""References read back from RIS, to compare them with the bibliography that they came from."""

import re
from typing import Any

_LINE = re.compile(r"([A-Z][A-Z0-9])  - (.*)")


def read_ris(text: str) -> dict[str, dict[str, Any]]:
    """Return the records of an RIS file by their ID; tags that may stand twice are lists.

    Raises
    ------
    ValueError
        Where a line is not `XX  - text`, or a record has no ID.
    """
    found: dict[str, dict[str, Any]] = {}
    record: dict[str, Any] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line:
            continue
        tag = _LINE.fullmatch(line)
        if tag is None:
            raise ValueError(f"line {number}: expected `XX  - text`, got {line!r}")
        if tag[1] == "ER":
            if "ID" not in record:
                raise ValueError(f"line {number}: expected a record with an ID, got none")
            found[record["ID"]] = record
            record = {}
        elif tag[1] == "AU":
            record.setdefault("AU", []).append(tag[2])
        else:
            record[tag[1]] = tag[2]
    return found
