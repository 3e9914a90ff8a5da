"""The status of the book: what it was made with, and what the outputs of each page belong to."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from evidence_book.extras.citation import read_book_facts
from evidence_book.rendering.scrolling_table import scrolling_table
from evidence_book.reports.registry import Registry

# What computes, draws, runs and renders; the lock file has every other package.
_PACKAGES = (
    "numpy", "scipy", "pandas", "statsmodels", "lifelines", "matplotlib", "papermill", "nbclient",
    "ipykernel", "jupyter-book", "Sphinx",
)  # fmt: skip
# What a page's outputs belong to, and how many characters of its digest are shown.
_PARTS, _SHOWN = ("code", "data", "library", "environment", "outputs"), 8


class StatusDirective(SphinxDirective):
    """Two tables: versions and platform; pages with their counts and fingerprints."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return both tables."""
        registry: Registry = self.env.app.evidence_registry  # type: ignore[attr-defined]
        source = Path(self.env.app.srcdir)
        for path in (*registry.paths(), source / "CITATION.cff", source / "requirements.lock"):
            self.env.note_dependency(str(path))
        html = _made_with(read_book_facts(source, registry).edition) + _pages(registry)
        return [nodes.raw("", str(html), format="html")]


def _made_with(edition: str) -> Markup:
    rows = {
        "edition": edition,
        "rendered on": f"{platform.system()}, {platform.machine()}",
        "Python": platform.python_version(),
        **{name: _version(name) for name in _PACKAGES},
    }
    return _table("What this book was made with", ("what", "version"), rows.items())


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _pages(registry: Registry) -> Markup:
    rows = []
    for page, path in registry.committed_paths().items():
        recorded = registry.page(page, "")
        stored = json.loads(path.read_text(encoding="utf-8"))["metadata"].get("evidence", {})
        link = Markup('<a href="../{}.html">{}</a>').format(page, page)
        counts = len(recorded.results), len(recorded.claims), len(recorded.figures)
        marks = (Markup("<code>{}</code>").format(stored.get(part, "")[:_SHOWN]) for part in _PARTS)
        rows.append((link, *counts, *marks))
    head = "page", "numbers", "conclusions", "figures", *_PARTS
    return _table("Pages, and the first signs of what their outputs belong to", head, rows)


def _table(caption: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Markup:
    return scrolling_table(caption, columns, Markup("").join(map(_line, rows)))


def _line(row: Iterable[object]) -> Markup:
    first, *others = row
    cells = Markup("").join(Markup("<td>{}</td>").format(cell) for cell in others)
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(first, cells)


def connect(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("status", StatusDirective)
