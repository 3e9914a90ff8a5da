"""What the parts of the extension are told of: a page about to be written, and all of them written.

Sphinx calls handlers for every kind of output, for pages of its own, and after errors; the parts
want none of these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

Context = dict[str, Any]


def on_page(
    app: Sphinx,
    change: Callable[[Sphinx, str, Context], None],
    *,
    priority: int = 500,
    also_without_source: bool = False,
) -> None:
    """Have `change` called with the name and the context of every HTML page before it is written.

    Parameters
    ----------
    app : Sphinx
        The build.
    change : callable
        Takes the build, the name of the page, and its context, in which it makes its changes.
    priority : int
        Handlers of lower numbers come first.
    also_without_source : bool
        True for the pages that Sphinx makes by itself, too, such as that of the search.
    """

    def told(
        app: Sphinx,
        pagename: str,
        templatename: str,
        context: Context,
        doctree: nodes.document | None,
    ) -> None:
        if app.builder.format == "html" and (also_without_source or doctree is not None):
            change(app, pagename, context)

    app.connect("html-page-context", told, priority=priority)


def when_written(app: Sphinx, write: Callable[[Sphinx], None], *, priority: int = 500) -> None:
    """Have `write` called when all HTML pages are written and nothing has failed."""

    def told(app: Sphinx, exception: Exception | None) -> None:
        if exception is None and app.builder.format == "html":
            write(app)

    app.connect("build-finished", told, priority=priority)


def load_when_used(context: Context, what: str, *scripts: str, **told: object) -> None:
    """Have a page load scripts when a reader first uses what they are for, see theme.js.

    Parameters
    ----------
    context : dict
        Of the page.
    what : str
        `cards`, `tables` or `menus`.
    *scripts : str
        Names in `_static/`, loaded in this order.
    **told : object
        Facts for the script that loads them.
    """
    asked = context.setdefault("on_demand", {})
    asked[what] = [str(context["pathto"](f"_static/{name}", 1)) for name in scripts]
    asked.update(told)
