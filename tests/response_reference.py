"""The pinned R values of the response-rate statistics, tests/reference/response.json."""

import json
from pathlib import Path

_REFERENCE = json.loads(
    (Path(__file__).parent / "reference" / "response.json").read_text(encoding="utf-8")
)
VALUES = {key: entry["value"] for key, entry in _REFERENCE["values"].items()}
COUNTS = {name: (counts["x"], counts["n"]) for name, counts in _REFERENCE["data"]["counts"].items()}
BCG = _REFERENCE["data"]["bcg"]
DOSE = _REFERENCE["data"]["dose"]


def keys_under(*prefixes):
    """Return the keys that begin with one of `prefixes`, in the order of the file."""
    return [key for key in VALUES if key.startswith(prefixes)]
