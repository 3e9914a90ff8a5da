"""Where a page stands in the book, on top of it: Home, the part, the page."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx

from evidence_book.rendering.toc import captions_of
from evidence_book.sphinx.handlers import Context, on_page

_CONTENTS = "_toc.yml"


def breadcrumbs(home: str, caption: str, title: str) -> Markup:
    """Return the trail as HTML; a part is no page, so that its caption leads nowhere.

    Parameters
    ----------
    home : str
        Address of the first page.
    caption, title : str
        Words of the part, "" where the page stands in none, and of the page.
    """
    part = Markup('<li class="crumb-part">{}</li>').format(caption) if caption else Markup("")
    return Markup(
        '<nav class="crumbs d-print-none" aria-label="Breadcrumb"><ol>'
        '<li><a href="{}">Home</a></li>{}<li class="crumb-page" aria-current="page">{}</li>'
        "</ol></nav>"
    ).format(home, part, title)


def _prepare(app: Sphinx) -> None:
    contents = Path(app.srcdir) / _CONTENTS
    found = captions_of(contents) if contents.exists() else {}
    app.evidence_captions = found  # type: ignore[attr-defined]


def _add_breadcrumbs(app: Sphinx, page: str, context: Context) -> None:
    """Put the trail before every page that has a source, except the first one."""
    root = app.config.root_doc
    if page == root:
        return
    captions: dict[str, str] = app.evidence_captions  # type: ignore[attr-defined]
    title = app.env.titles[page].astext()
    home = app.builder.get_relative_uri(page, root)
    # As text: Markup would escape the page that it is put before.
    context["body"] = str(breadcrumbs(home, captions.get(page, ""), title)) + context["body"]


def _depend_on_contents(app: Sphinx, doctree: nodes.document) -> None:
    """Have a page rendered again when the table of contents changes."""
    app.env.note_dependency(str(Path(app.srcdir) / _CONTENTS))


def connect(app: Sphinx) -> None:
    """Register the trail."""
    app.connect("builder-inited", _prepare)
    app.connect("doctree-read", _depend_on_contents)
    on_page(app, _add_breadcrumbs)
