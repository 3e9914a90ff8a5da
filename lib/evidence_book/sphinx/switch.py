"""The directive switch: menus in the page, filled by a script from what was computed beforehand.

Without the script the page is whole and shows the published values.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from evidence_book.reports.registry import BASE_FOLDER
from evidence_book.runs.figure_variants import DARK
from evidence_book.sphinx.handlers import Context, load_when_used, on_page, when_written

_SCRIPT = "switch.js"


def _data_file(source: Path, docname: str) -> Path:
    return source / f"{docname}.switch.json"


def _data_script(docname: str) -> str:
    return f"switch/{docname.replace('/', '--')}.js"


class SwitchDirective(SphinxDirective):
    """Hold the place of the menus of a page that has them."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return an empty place; nothing in the build of a variant of this page."""
        source, docname = Path(self.env.app.srcdir), self.env.docname
        path = _data_file(source, docname)
        page = docname.removeprefix("chapters/")
        if not path.exists() or (source / BASE_FOLDER / f"{page}.ipynb").exists():
            return []
        self.env.note_dependency(str(path))
        html = Markup(
            '<details id="explore" class="explore"><summary>Explore: other assumptions</summary>'
            '<form id="switch" class="switch" data-page="{}" hidden></form></details>'
        ).format(page)
        return [nodes.raw("", str(html), format="html")]


def _add_scripts(app: Sphinx, page: str, context: Context) -> None:
    """Load the values and the script when the menus are opened."""
    if '<form id="switch"' in context["body"]:
        load_when_used(context, "menus", _data_script(page), _SCRIPT)


def _write_data(app: Sphinx) -> None:
    """Write the values of each page as a script: a page opened from a disk may not fetch."""
    source = Path(app.srcdir)
    shutil.copy(Path(__file__).with_name(_SCRIPT), Path(app.outdir) / "_static" / _SCRIPT)
    for path in sorted((source / "chapters").rglob("*.switch.json")):
        docname = path.relative_to(source).as_posix().removesuffix(".switch.json")
        target = Path(app.outdir) / "_static" / _data_script(docname)
        target.parent.mkdir(parents=True, exist_ok=True)
        stored = json.loads(path.read_text(encoding="utf-8"))
        content = json.dumps({**stored, "dark": DARK}, separators=(",", ":"))
        target.write_text(f"window.evidenceSwitch = {content};\n", encoding="utf-8")


def connect(app: Sphinx) -> None:
    """Register the directive and the writing of its values."""
    app.add_directive("switch", SwitchDirective)
    on_page(app, _add_scripts)
    when_written(app, _write_data)
