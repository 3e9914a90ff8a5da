"""The directive of the appendix page: what changed since the last release."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from evidence_book.reports import report
from evidence_book.reports.registry import Registry


class WhatChangedDirective(SphinxDirective):
    """The report from the last released edition to the pages of this build."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return the report, or a sentence where nothing is released or nothing changed."""
        from evidence_book.reports.releases import last_release

        released = last_release(Path(self.env.srcdir) / "data" / "released")
        if released is None:
            return [nodes.paragraph("", "No edition has been released yet.")]
        registry: Registry = self.env.app.evidence_registry  # type: ignore[attr-defined]
        tables = sorted((Path(self.env.srcdir) / "data").glob("*.csv"))
        for path in (*registry.paths(), *tables):
            self.env.note_dependency(str(path))
        # The tables are read here only, and only where an edition is there to compare with.
        from evidence.record.edition_changes import compare_editions
        from evidence_book.reports.snapshots import built_edition

        built = built_edition(registry.committed_paths(), Path(self.env.srcdir))
        changes = compare_editions(released, built)
        since = f"Since edition {released.name} of {released.date}:"
        if not (changes.changed or changes.added or changes.removed):
            return [nodes.paragraph("", f"{since} no number and no conclusion changed.")]
        builder = self.env.app.builder

        def address(page: str) -> str:
            return builder.get_relative_uri(self.env.docname, f"chapters/{page}")

        return [
            nodes.paragraph("", since),
            nodes.raw("", str(report.html(changes.folded(), address)), format="html"),
        ]


def connect(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("what-changed", WhatChangedDirective)
