"""Directives about runs: the report on top of a variant, and its parameters at the foot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from evidence.book.registry import BASE_FOLDER, REPORT_FILE


class RerunReportDirective(SphinxDirective):
    """The banner and the rerun report of a variant; nothing in the published book."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return the HTML that was written beside the variant, every text in it escaped."""
        path = Path(self.env.srcdir) / BASE_FOLDER / REPORT_FILE
        if not path.exists():
            return []
        return [nodes.raw("", path.read_text(encoding="utf-8"), format="html")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("rerun-report", RerunReportDirective)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
