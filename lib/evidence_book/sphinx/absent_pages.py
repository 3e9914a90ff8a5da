"""Links to pages that a book may leave out: their words stay, the link does not.

Numbers and tables link to their data rows and conventions; a small book has no page of them.
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx

from evidence_book.sphinx.handlers import Context, on_page

OPTIONAL = ("chapters/appendix/provenance", "chapters/methods/conventions")


def without_links(html: str, page: str) -> str:
    """Return HTML without its links to a page.

    Examples
    --------
    >>> without_links('<a href="../methods/conventions.html#x">REML</a>', "methods/conventions")
    'REML'
    """
    name = re.escape(page.rpartition("/")[2])
    return re.sub(rf'<a [^>]*href="[^"#]*\b{name}\.html(?:#[^"]*)?"[^>]*>(.*?)</a>', r"\1", html)


def _unlink(app: Sphinx, page: str, context: Context) -> None:
    for other in OPTIONAL:
        if other not in app.env.found_docs:
            context["body"] = without_links(context["body"], other)


def connect(app: Sphinx) -> None:
    """Register the handler, before the cards read the page."""
    on_page(app, _unlink, priority=790)
