"""The scripts that stand in a page itself; the book has none, and its policy lets none run."""

from __future__ import annotations

import re

_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_TYPE = re.compile(r"""\btype\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
# Scripts that a browser runs; all other types are data.
_RUN = ("", "text/javascript", "application/javascript", "module")


def inline_scripts(html: str) -> list[str]:
    """Return the text of the scripts that stand in a page and are run."""
    found = []
    for attributes, text in _SCRIPT.findall(html):
        kind = _TYPE.search(attributes)
        if "src=" not in attributes and (kind[1].lower() if kind else "") in _RUN:
            found.append(text)
    return found
