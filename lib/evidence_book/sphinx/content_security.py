"""A Content-Security-Policy in every page: nothing from another origin, no script but the book's.

The policy names the inline scripts of the theme by their hashes; a few name the page they stand
in, so that it is added when the build ends. An inline script that is not one of these has no hash:
it does not run, and the build says where it stands. Why each part of it is as it is:
docs/decisions/0016-input-and-security.md.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

from evidence_book.rendering.inline_scripts import inline_scripts, is_known
from evidence_book.sphinx.handlers import when_written

_LOG = logging.getLogger(__name__)
# After everything else that touches pages.
_LAST = 999
_HEAD = re.compile(r"<head>\s*(?:<meta charset=[^>]*>)?", re.IGNORECASE)
_POLICY = '<meta http-equiv="Content-Security-Policy" content="'
_OLD = re.compile(re.escape(f"\n{_POLICY}") + '[^"]*" />')


def policy(scripts: list[str]) -> str:
    """Return the policy of a page with these inline scripts; only known ones may run."""
    known = filter(is_known, scripts)
    hashes = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in known}
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


def _add_policies(app: Sphinx) -> None:
    folder = Path(app.outdir)
    for path in sorted(folder.rglob("*.html")):
        # Jupyter Book writes the first page, which only leads to another, after this.
        if "_static" in path.relative_to(folder).parts or path == folder / "index.html":
            continue
        # Bytes: a line end within a script is part of its hash.
        before = path.read_bytes().decode("utf-8")
        for script in inline_scripts(before):
            if not is_known(script):
                name = path.relative_to(folder).as_posix()
                _LOG.warning(f"{name}: an inline script that is none of the theme: {script[:60]!r}")
        after = with_policy(before)
        if after != before:
            path.write_bytes(after.encode("utf-8"))


def connect(app: Sphinx) -> None:
    """Register the adding of policies."""
    when_written(app, _add_policies, priority=_LAST)
