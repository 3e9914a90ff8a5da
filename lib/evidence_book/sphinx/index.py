"""What the first page needs: small figures of recorded ratios, and how old the evidence is."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from evidence_book.extras.citation import read_book_facts
from evidence_book.extras.fhir_citations import sources_of_rows
from evidence_book.extras.reference_files import read_references
from evidence_book.reports.registry import Registry, split_target
from evidence_book.sphinx.interval_strip import StripLine, draw_strip

_LOG = logging.getLogger(__name__)


class IntervalsDirective(SphinxDirective):
    """A small figure; each line of the content is `label | page.key` of a ratio."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "left": directives.unchanged_required,
        "right": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Return the figure, or report which line is no ratio with an interval."""
        here = self.env.docname.removeprefix("chapters/")
        try:
            lines = [self._line(text, here) for text in self.content if text.strip()]
            svg = draw_strip(lines, self.options["left"], self.options["right"])
        except (KeyError, ValueError) as error:
            _LOG.error(f"intervals: {error.args[0]}", location=self.get_location())
            return []
        return [nodes.raw("", str(svg), format="html")]

    def _line(self, text: str, here: str) -> StripLine:
        label, bar, target = text.partition("|")
        if not bar:
            raise ValueError(f"expected `label | page.key`, got {text}")
        registry: Registry = self.env.app.evidence_registry  # type: ignore[attr-defined]
        page, key, _ = split_target(target, here)
        path = registry.path_of(page, here)
        if path is not None:
            self.env.note_dependency(str(path))
        return StripLine(label.strip(), registry.result(page, key, here))


class PublishedRole(SphinxRole):
    """{published}`questions/page`: first and last year of the publications under its numbers."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the years."""
        here = self.env.docname.removeprefix("chapters/")
        source = Path(self.env.app.srcdir)
        registry: Registry = self.env.app.evidence_registry  # type: ignore[attr-defined]
        try:
            recorded = registry.page(self.text, here)
        except KeyError as error:
            _LOG.error(f"published: {error.args[0]}", location=self.get_location())
            return [], []
        self.env.note_dependency(str(registry.path_of(self.text, here)))
        self.env.note_dependency(str(source / "data" / "references.bib"))
        keys = sources_of_rows(source / "data")
        references = read_references(source / "data" / "references.bib")
        used = {keys[row] for one in recorded.results.values() for row in one.rows if row in keys}
        years = sorted(references[key]["year"] for key in used if "year" in references[key])
        text = years[0] if len(set(years)) == 1 else f"{years[0]} to {years[-1]}" if years else ""
        return [nodes.Text(text or "no publication")], []


class EditionRole(SphinxRole):
    """{edition}`of this book`: which edition this is, and of what date."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the edition in words."""
        source = Path(self.env.app.srcdir)
        registry: Registry = self.env.app.evidence_registry  # type: ignore[attr-defined]
        self.env.note_dependency(str(source / "CITATION.cff"))
        # Whether the pages are those of the release depends on every one of them.
        for path in registry.paths():
            self.env.note_dependency(str(path))
        return [nodes.Text(read_book_facts(source, registry).edition)], []


def connect(app: Sphinx) -> None:
    """Register the directive and the roles."""
    app.add_directive("intervals", IntervalsDirective)
    app.add_role("published", PublishedRole())
    app.add_role("edition", EditionRole())
