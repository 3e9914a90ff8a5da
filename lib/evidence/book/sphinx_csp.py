"""A Content-Security-Policy in every page: nothing from another origin, no script but the book's.

The policy names the inline scripts of the theme by their hashes, which are known only when a page
is written, so that it is added when the build ends. Why each part of it is as it is:
docs/decisions/0016-input-and-security.md.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

# After everything else that touches pages.
_LAST = 999
_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_TYPE = re.compile(r"""\btype\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
# Scripts that a browser runs; all other types are data.
_RUN = ("", "text/javascript", "application/javascript", "module")
_HEAD = re.compile(r"<head>\s*(?:<meta charset=[^>]*>)?", re.IGNORECASE)
_POLICY = '<meta http-equiv="Content-Security-Policy" content="'
_OLD = re.compile(re.escape(f"\n{_POLICY}") + '[^"]*" />')


def inline_scripts(html: str) -> list[str]:
    """Return the text of the scripts that stand in a page and are run."""
    found = []
    for attributes, text in _SCRIPT.findall(html):
        kind = _TYPE.search(attributes)
        if "src=" not in attributes and (kind[1].lower() if kind else "") in _RUN:
            found.append(text)
    return found


def policy(scripts: list[str]) -> str:
    """Return the policy of a page with these inline scripts."""
    hashes = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts}
    allowed = " ".join(["'self'", *(f"'sha256-{one}'" for one in sorted(hashes))])
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {allowed}",
            # MathJax and DataTables write style elements and attributes while they run.
            "style-src 'self' 'unsafe-inline'",
            # Menus and tables draw from data of the page itself.
            "img-src 'self' data:",
            "font-src 'self'",
            # The search reads pages of the book for its summaries.
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
        )
    )


def with_policy(html: str) -> str:
    """Return a page with the policy of what is in it; a page that has it stays as it is.

    Raises
    ------
    ValueError
        Where there is no head to put it into.
    """
    bare = _OLD.sub("", html)
    head = _HEAD.search(bare)
    if head is None:
        raise ValueError("expected a page with a head, got none")
    # First of all, for a policy says nothing of scripts before it.
    tag = f'\n{_POLICY}{policy(inline_scripts(bare))}" />'
    return bare[: head.end()] + tag + bare[head.end() :]


def _add_policies(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    folder = Path(app.outdir)
    for path in sorted(folder.rglob("*.html")):
        # Jupyter Book writes the first page, which only leads to another, after this.
        if "_static" in path.relative_to(folder).parts or path == folder / "index.html":
            continue
        # Bytes: a line end within a script is part of its hash.
        before = path.read_bytes().decode("utf-8")
        after = with_policy(before)
        if after != before:
            path.write_bytes(after.encode("utf-8"))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the adding of policies."""
    app.connect("build-finished", _add_policies, priority=_LAST)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
