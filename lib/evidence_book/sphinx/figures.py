"""Figures on the page: light and dark, with their files to take away.

The name of a figure is its id on the page and the name of its files in `downloads/figures/`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from markupsafe import Markup
from sphinx.application import Sphinx

from evidence.record.results import FIGURE_MIME, iterate_outputs
from evidence_book.extras.page_files import FOLDER
from evidence_book.rendering.earlier_files import EarlierFiles
from evidence_book.rendering.fingerprints import digest
from evidence_book.reports.registry import Registry
from evidence_book.runs.figure_variants import as_png, for_the_dark
from evidence_book.sphinx.handlers import Context, on_page, when_written

_SVG = "image/svg+xml"
# A figure as Sphinx writes it: its id, its image, its caption.
_FIGURE = re.compile(
    r'(?P<open><figure [^>]*id="(?P<name>[\w-]+)">\s*)(?P<image><img (?P<facts>[^>]*?)/?>)'
    r"(?P<rest>.*?)(?P<close></figcaption>)",
    re.DOTALL,
)
_VIEW_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)')
# CSS pixels between the margins of a phone that is 390 wide; on it a wider figure scrolls in its
# own frame, for its text would be too small to read.
_PHONE = 358
_SOURCE = re.compile(r'\ssrc="[^"]*"')


def figures_of(path: Path) -> Iterator[tuple[str, str, bool]]:
    """Yield the name and SVG of every figure of a notebook, and whether it comes with data."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for data in iterate_outputs(notebook):
        if FIGURE_MIME in data and _SVG in data:
            facts = data[FIGURE_MIME]
            yield facts["name"], "".join(data[_SVG]), bool(facts.get("data"))


def _write_files(app: Sphinx) -> None:
    registry: Registry = app.evidence_registry  # type: ignore[attr-defined]
    # Drawing pixels costs a tenth of a second a figure.
    earlier = EarlierFiles(Path(app.outdir), Path(app.doctreedir) / "figures.json")
    for path in registry.paths():
        if path.relative_to(app.srcdir).with_suffix("").as_posix() not in app.env.found_docs:
            continue
        for name, svg, _ in figures_of(path):
            earlier.write(name, digest({"svg": svg}), partial(_forms, name, svg))
    earlier.close()


def _forms(name: str, svg: str) -> dict[str, bytes]:
    """Return the files of a figure."""
    stem = f"{FOLDER}/figures/{name}"
    return {
        f"{stem}.svg": svg.encode(),
        f"{stem}.dark.svg": for_the_dark(svg).encode(),
        f"{stem}.png": as_png(svg),
    }


def _dress(app: Sphinx, page: str, context: Context) -> None:
    """Give every figure of a notebook its dark form, and links to its files."""
    if "<figure " not in context["body"]:
        return
    registry: Registry = app.evidence_registry  # type: ignore[attr-defined]
    name = page.removeprefix("chapters/")
    path = registry.path_of(name, name)
    if path is None:
        return
    known = {name: (_size(svg), has_data) for name, svg, has_data in figures_of(path)}
    folder = str(context["pathto"](f"{FOLDER}/figures", 1))

    def dressed(found: re.Match[str]) -> str:
        name = found["name"]
        if name not in known:
            return found[0]
        (width, height), has_data = known[name]
        # Its place is kept before it is loaded, so that the text below does not jump.
        facts = f'{found["facts"].strip()} width="{width:.0f}" height="{height:.0f}"'
        dark = _SOURCE.sub(f' src="{folder}/{name}.dark.svg"', f" {facts}").strip()
        light = f'<img class="figure-light" {facts}>'
        dark = f'<img class="figure-dark" loading="lazy" {dark}>'
        kind = "picture wide" if width > _PHONE else "picture"
        picture = (
            f'<div class="{kind}" role="region" tabindex="0" aria-label="Figure {name}">'
            f"{light}{dark}</div>"
        )
        links = _links(folder, name, has_data)
        return f"{found['open']}{picture}{found['rest']}{links}{found['close']}"

    context["body"] = _FIGURE.sub(dressed, context["body"])


def _size(svg: str) -> tuple[float, float]:
    """Return width and height in CSS pixels where text has the size it was drawn with."""
    found = _VIEW_BOX.search(svg)
    return (float(found[1]) * 96 / 72, float(found[2]) * 96 / 72) if found else (0.0, 0.0)


def _links(folder: str, name: str, has_data: bool) -> Markup:
    kinds = {"svg": "SVG", "png": "PNG", **({"csv": "data as CSV"} if has_data else {})}
    links = Markup(", ").join(
        Markup('<a href="{}/{}.{}" download>{}</a>').format(folder, name, end, words)
        for end, words in kinds.items()
    )
    return Markup('<p class="figure-files">Figure {}: {}</p>').format(name, links)


def connect(app: Sphinx) -> None:
    """Register the dressing of figures and the writing of their files."""
    on_page(app, _dress)
    when_written(app, _write_files)
