"""The process that renders pages: `python -m evidence_book.live.page_writer FD`.

Sphinx has read the whole book and waits. For each run a fork of this process reads the one page
anew and writes it, by the same roles, directives and templates as the book; then it ends, so that
nothing of a run stays behind.
"""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jupyter_book.config import get_final_config
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError
from sphinx.util.build_phase import BuildPhase

from evidence_book.live.child import PAGES_FOLDER, Handler, Message, Tell, answer
from evidence_book.rendering.rendering import copy_read
from evidence_book.reports.registry import BASE_FOLDER, SET_FILE
from evidence_book.reports.shown import read_shown
from evidence_book.runs.figure_variants import for_the_dark

_set_up = BuildEnvironment.setup
# A figure of a page, as `sphinx.figures` has dressed it: its id, its images, its files.
_FIGURE = re.compile(r'<figure [^>]*id="(?P<name>[\w-]+)">.*?</figure>', re.DOTALL)
_IMAGE = re.compile(r'<img class="figure-(?P<kind>light|dark)"[^>]*>')
_SOURCE = re.compile(r'\ssrc="[^"]*"')
_FILES = re.compile(r'<p class="figure-files">.*?</p>', re.DOTALL)


def _set_up_elsewhere(env: BuildEnvironment, app: Sphinx) -> None:
    """Set up what Sphinx read in the folder of a rendering, in another one with the same files."""
    if env.config is not None:
        # What else is kept by its whole path: where the bibliography was read.
        for kept in env.domaindata.get("cite", {}).get("bibliographies", {}).values():
            found = [one.relative_to(env.srcdir) for one in kept.bibfiles]
            kept.bibfiles[:] = [app.srcdir / one for one in found]
        env.srcdir = env.project.srcdir = app.srcdir
        env.config.external_toc_path = app.config.external_toc_path
    _set_up(env, app)


class PageWriter(Handler):
    """The book as Sphinx has read it, and the pages that are written from it."""

    def __init__(self) -> None:
        self._folder = Path(os.environ[PAGES_FOLDER])
        self._source, work = copy_read(self._folder)
        # It takes this key out of what it is given, without a look whether anything is.
        given = {
            "latex_individualpages": False,
            "external_toc_path": (self._source / "_toc.yml").as_posix(),
        }
        config, _ = get_final_config(
            user_yaml=self._source / "_config.yml", sourcedir=self._source, cli_config=given
        )
        # Of this process alone, which does nothing else.
        BuildEnvironment.setup = _set_up_elsewhere  # type: ignore[assignment, method-assign]
        self._app = Sphinx(
            self._source, None, work / "html", work / ".doctrees", "html", config,
            status=None, warning=sys.stderr,
        )  # fmt: skip
        self._app.builder.read()
        self._app.env.check_consistency()
        self._app.builder.prepare_writing(set(self._app.env.found_docs))
        self._warm_up()

    def _warm_up(self) -> None:
        """Write a page of each folder: what is imported, compiled and read then, forks have."""
        pages = sorted(self._source.glob("chapters/*/*.ipynb"))
        for path in {path.parent: path for path in pages}.values():
            page = path.relative_to(self._source / "chapters").with_suffix("").as_posix()
            self._write(page, self._folder / "page.html", path, path.read_bytes())
        gc.collect()
        gc.freeze()

    def handle(self, request: Mapping[str, Any], tell: Tell) -> Message:
        """Write a page as a run or an edit has left it; answer with its HTML.

        What a run has left, with what was `stored` of it, is a variant of the page that was read.
        Whoever asks for no page waits until everything has been read.
        """
        if "page" not in request:
            return {}
        page, written = request["page"], Path(request["source"])
        place = self._source / "chapters" / f"{page}{written.suffix}"
        base = self._source / BASE_FOLDER / f"{page}.ipynb"
        target = self._folder / "page.html"
        target.unlink(missing_ok=True)
        published = place.read_bytes()
        try:
            if "stored" in request:
                base.parent.mkdir(parents=True, exist_ok=True)
                base.write_bytes(published)
                (self._source / BASE_FOLDER / SET_FILE).write_text(json.dumps(request["stored"]))
            place.write_bytes(written.read_bytes())
            said = _in_a_fork(lambda: self._write(page, target, place, published))
        finally:
            shutil.rmtree(self._source / BASE_FOLDER, ignore_errors=True)
            place.write_bytes(published)
        if said:
            return {"error": f"{page}, the page was not rendered: {said}"}
        return {"html": target.read_text(encoding="utf-8")}

    def _write(self, page: str, target: Path, place: Path, published: bytes) -> None:
        """Read and write one page, whose source is `place`; in a process of its own."""
        app, docname = self._app, f"chapters/{page}"
        env, builder = app.env, app.builder
        numbers = env.toc_fignumbers.get(docname, {}), env.toc_secnumbers.get(docname, {})
        app.phase = BuildPhase.READING
        app.emit("env-purge-doc", env, docname)
        env.clear_doc(docname)
        builder.read_doc(docname)
        # Places of other pages do not move with the numbers of this one.
        env.toc_fignumbers[docname], env.toc_secnumbers[docname] = numbers
        app.phase = BuildPhase.RESOLVING
        doctree = env.get_and_resolve_doctree(docname, builder)
        builder.write_doc(docname, doctree)
        html = Path(builder.get_outfilename(docname)).read_text(encoding="utf-8")  # type: ignore[attr-defined]
        if place.suffix == ".ipynb":
            before = self._folder / "before.ipynb"
            before.write_bytes(published)
            drawn, known = _figures(place), _figures(before)
            moved = {name: svg for name, svg in drawn.items() if known.get(name) != svg}
            html = with_figures(html, moved)
        target.write_text(html, encoding="utf-8")


def _figures(notebook: Path) -> dict[str, str]:
    shown = read_shown(notebook)
    return {name: item["svg"] for name, item in shown.items() if "svg" in item}


def with_figures(html: str, figures: Mapping[str, str]) -> str:
    """Return a page in which figures that moved hold their pictures themselves.

    The files of the book are those of the published page.

    Parameters
    ----------
    html : str
        The page, with images as the book has them.
    figures : mapping
        SVG of the figures that moved, by name.
    """

    def drawn(found: re.Match[str]) -> str:
        svg = figures.get(found["name"])
        if svg is None:
            return found[0]

        def image(tag: re.Match[str]) -> str:
            picture = svg if tag["kind"] == "light" else for_the_dark(svg)
            address = f"data:image/svg+xml;charset=utf-8,{quote(picture)}"
            return _SOURCE.sub(lambda _: f' src="{address}"', tag[0])

        return _FILES.sub("", _IMAGE.sub(image, found[0]))

    return _FIGURE.sub(drawn, html)


def _in_a_fork(work: Callable[[], None]) -> str:
    """Do work in a fork of this process; return what it said of what went wrong."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            work()
            code = 0
        except (SphinxError, OSError, KeyError, ValueError) as error:
            os.write(writing, f"{type(error).__name__}: {error}"[:2000].encode())
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            # No handler of this process is its own.
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as stream:
        said = stream.read()
    _, status = os.waitpid(child, 0)
    return said or (
        "" if status == 0 else "its process ended; _build/live-page_writer.log may say why"
    )


if __name__ == "__main__":
    answer(PageWriter)
