"""The list of all pages that stands beside every page, and the trail on top of it.

The list is made once for each folder of pages, and marked for the page that is read: made anew for
every page it would be most of rendering a book of hundreds.
"""

from __future__ import annotations

import html
import posixpath
from functools import cached_property
from pathlib import Path

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx

from evidence_book.rendering.toc import toc_parts
from evidence_book.sphinx.handlers import Context, on_page

_CONTENTS = "_toc.yml"
# Parts that are open beside the first page, which stands in none.
_OPEN_AT_HOME = 2
# A name that no page has.
_NO_PAGE = "~"


class Navigation:
    """The parts of the book with their pages, as they are linked from one folder or another."""

    def __init__(self, app: Sphinx) -> None:
        self._app = app
        self._made: dict[str, list[tuple[frozenset[str], str]]] = {}

    @cached_property
    def parts(self) -> list[tuple[str, list[str]]]:
        """Captions of the parts and their pages; none where the book has no contents."""
        contents = Path(self._app.srcdir) / _CONTENTS
        return toc_parts(contents)[1:] if contents.exists() else []

    def caption(self, page: str) -> str:
        """Return the caption of the part that a page stands in, "" where it stands in none."""
        return next((caption for caption, pages in self.parts if page in pages), "")

    def pages_of_the_book(self, page: str) -> Markup:
        """Return the list as one page shows it: its own part open, its own entry marked."""
        here = posixpath.join(posixpath.dirname(page), _NO_PAGE)
        address = html.escape(self._app.builder.get_relative_uri(here, page))
        listed = []
        for number, (pages, text) in enumerate(self._seen_from(posixpath.dirname(page))):
            if page == self._app.config.root_doc and number < _OPEN_AT_HOME:
                text = text.replace("<details>", "<details open>", 1)
            if page in pages:
                text = text.replace("<details>", '<details open class="here">', 1)
                text = text.replace(f'href="{address}"', f'href="{address}" aria-current="page"', 1)
            listed.append(text)
        return Markup("".join(listed))  # noqa: S704 # nosec B704 - made of escaped parts

    def _seen_from(self, folder: str) -> list[tuple[frozenset[str], str]]:
        if folder not in self._made:
            here = posixpath.join(folder, _NO_PAGE)
            self._made[folder] = [
                (frozenset(pages), str(self._part(caption, pages, here)))
                for caption, pages in self.parts
            ]
        return self._made[folder]

    def _part(self, caption: str, pages: list[str], here: str) -> Markup:
        items = Markup("").join(
            Markup('<li><a href="{}">{}</a></li>').format(
                self._app.builder.get_relative_uri(here, page),
                self._app.env.titles[page].astext(),
            )
            for page in pages
            if page in self._app.env.titles
        )
        return Markup("<details><summary>{}</summary><ul>{}</ul></details>").format(caption, items)


def trail(home: str, caption: str, title: str) -> Markup:
    """Return where a page stands, as HTML, with the switch that shows its code.

    Parameters
    ----------
    home : str
        Address of the first page.
    caption, title : str
        Words of the part, "" where the page stands in none, and of the page; a part is no page, so
        that its caption leads nowhere.
    """
    part = Markup('<li class="crumb-part">{}</li>').format(caption) if caption else Markup("")
    return Markup(
        '<nav class="crumbs" aria-label="Breadcrumb"><ol>'
        '<li><a href="{}">Home</a></li>{}<li class="crumb-page" aria-current="page">{}</li></ol>'
        '<button type="button" id="show-code" aria-pressed="false" hidden>Show code</button></nav>'
    ).format(home, part, title)


def _prepare(app: Sphinx) -> None:
    app.evidence_navigation = Navigation(app)  # type: ignore[attr-defined]


def _add_list(app: Sphinx, page: str, context: Context) -> None:
    navigation: Navigation = app.evidence_navigation  # type: ignore[attr-defined]
    context["pages_of_the_book"] = lambda: navigation.pages_of_the_book(page)


def _add_trail(app: Sphinx, page: str, context: Context) -> None:
    """Put the trail before every page that has a source, except the first one."""
    root = app.config.root_doc
    if page == root:
        return
    navigation: Navigation = app.evidence_navigation  # type: ignore[attr-defined]
    title = app.env.titles[page].astext()
    home = app.builder.get_relative_uri(page, root)
    # As text: Markup would escape the page that it is put before.
    context["body"] = str(trail(home, navigation.caption(page), title)) + context["body"]


def _depend_on_contents(app: Sphinx, doctree: nodes.document) -> None:
    """Have a page rendered again when the table of contents changes."""
    app.env.note_dependency(str(Path(app.srcdir) / _CONTENTS))


def connect(app: Sphinx) -> None:
    """Register the list and the trail."""
    app.connect("builder-inited", _prepare)
    app.connect("doctree-read", _depend_on_contents)
    on_page(app, _add_trail)
    on_page(app, _add_list, also_without_source=True)
