"""The list of all pages that stands beside every page, made once for each folder of pages.

The theme makes it anew for every page, which is most of rendering a book of hundreds: pages times
pages. In a flat table of contents two pages of one folder see the same list, but for the marks on
their own entry. So the theme makes the list for a place in the folder that is no page, and the
marks are set in its text. Where the contents are not flat the theme makes every list.
"""

from __future__ import annotations

import html
import posixpath
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment.adapters.toctree import global_toctree_for_doc

from evidence_book.sphinx.handlers import Context, on_page

_THEIRS, _OURS = "sbt-sidebar-nav.html", "sidebar-once.html"
# A name that no page has.
_NO_PAGE = "~"
_ENTRY = '<li class="toctree-l1"><a class="reference internal" href="{}">'
_MARKED = '<li class="toctree-l1 current active"><a class="current reference internal" href="#">'
_LIST, _MARKED_LIST = '<ul class="nav bd-sidenav">', '<ul class="current nav bd-sidenav">'

MakeList = Callable[..., Any]


def mark_page(listed: str, address: str) -> str | None:
    """Return the list of pages with the marks of the page that is read.

    Parameters
    ----------
    listed : str
        The list without marks.
    address : str
        Address of the page in it.

    Returns
    -------
    str or None
        None where the page does not stand in it once, at its first level.
    """
    before, entry, after = listed.partition(_ENTRY.format(html.escape(address)))
    opened = before.rfind(_LIST)
    if not entry or opened < 0 or html.escape(address) in after.partition("</a>")[2]:
        return None
    return f"{before[:opened]}{_MARKED_LIST}{before[opened + len(_LIST) :]}{_MARKED}{after}"


class _Lists:
    """The list as seen from each folder, by how the theme asks for it."""

    def __init__(self, app: Sphinx) -> None:
        self._app = app
        self._made: dict[tuple[Any, ...], str] = {}
        root = app.config.root_doc
        contents = app.env.toctree_includes
        self._listed = set(contents.get(root, ()))
        self._is_flat = set(contents) <= {root}

    def list_for(self, pagename: str, context: dict[str, Any], theirs: MakeList) -> MakeList:
        """Return what makes the list of one page, in place of what the theme has for it."""

        def make(**asked: Any) -> Any:
            if not self._is_flat:
                return theirs(**asked)
            unmarked = self._unmarked(posixpath.dirname(pagename), context, theirs, asked)
            if pagename not in self._listed:
                return unmarked
            here = posixpath.join(posixpath.dirname(pagename), _NO_PAGE)
            address = self._app.builder.get_relative_uri(here, pagename)
            marked = mark_page(unmarked, address)
            return theirs(**asked) if marked is None else marked

        return make

    def _unmarked(
        self, folder: str, context: dict[str, Any], theirs: MakeList, asked: dict[str, Any]
    ) -> str:
        key = (folder, *sorted(asked.items()))
        if key not in self._made:
            builder, here = self._app.builder, posixpath.join(folder, _NO_PAGE)

            def seen_from_folder(**options: Any) -> Any:
                tree = global_toctree_for_doc(self._app.env, here, builder, **options)
                return builder.render_partial(tree)["fragment"]  # type: ignore[attr-defined]

            own = context["toctree"]
            context["toctree"] = seen_from_folder
            try:
                # Not `theirs` itself: it remembers what it returned, for this page.
                self._made[key] = str(getattr(theirs, "__wrapped__", theirs)(**asked))
            finally:
                context["toctree"] = own
        return self._made[key]


def _find_template(app: Sphinx, config: Any) -> None:
    config.templates_path = [*config.templates_path, str(Path(__file__).with_name("templates"))]


def _list_once(app: Sphinx, page: str, context: Context) -> None:
    """Have the sidebar of a page take its list from those that were made."""
    if not context.get("sidebars"):
        return
    if not hasattr(app, "evidence_lists"):
        app.evidence_lists = _Lists(app)  # type: ignore[attr-defined]
    lists: _Lists = app.evidence_lists  # type: ignore[attr-defined]
    context["sidebar_once"] = lambda theirs: lists.list_for(page, context, theirs)
    context["sidebars"] = [_OURS if name == _THEIRS else name for name in context["sidebars"]]


def connect(app: Sphinx) -> None:
    """Register the lists."""
    app.connect("config-inited", _find_template)
    # Before the theme, which renders the parts of the sidebar to see which are empty.
    on_page(app, _list_once, priority=400, also_without_source=True)
