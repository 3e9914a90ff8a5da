"""The theme of the book, and what its template asks for: icons, and the files that are the book's.

Extensions of Jupyter Book add style sheets and scripts of their own to every page; the template
takes none of them (theme/layout.html).
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from markupsafe import Markup
from sphinx.application import Sphinx

from evidence_book.sphinx.handlers import Context, on_page, when_written

NAME = "evidence"
# The two icons of the bar on top, in a box of 24 by 24.
_ICONS = {
    "menu": Markup('<path d="M4 6h16M4 12h16M4 18h16"/>'),
    "theme": Markup(
        '<circle cx="12" cy="12" r="9"/><path d="M12 3a9 9 0 0 0 0 18z" fill="currentColor"/>'
    ),
}


def icon(name: str) -> Markup:
    """Return an icon as SVG; it says nothing to a screen reader, its button does."""
    return Markup('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>').format(
        _ICONS[name]
    )


def _own(app: Sphinx, ending: str) -> list[str]:
    """Return the files of the book's `_static/` that every page loads, by their ending."""
    folder = Path(app.srcdir) / "_static"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob(f"*{ending}"))


def _prepare(app: Sphinx) -> None:
    app.evidence_template = {  # type: ignore[attr-defined]
        "icon": icon,
        "own_stylesheets": _own(app, ".css"),
        "own_scripts": _own(app, ".js"),
        "author": app.config.author,
    }


def _tell_template(app: Sphinx, page: str, context: Context) -> None:
    context.update(app.evidence_template)  # type: ignore[attr-defined]


def _welcome_robots(app: Sphinx) -> None:
    """Say that search engines may read every page, where the book is the root of its host."""
    (Path(app.outdir) / "robots.txt").write_text("User-agent: *\nAllow: /\n", encoding="utf-8")


def connect(app: Sphinx) -> None:
    """Register the theme; `_config.yml` chooses it by its name, `evidence`."""
    app.add_html_theme(NAME, str(files("evidence_book") / "theme"))
    app.connect("builder-inited", _prepare)
    on_page(app, _tell_template, also_without_source=True)
    when_written(app, _welcome_robots)
