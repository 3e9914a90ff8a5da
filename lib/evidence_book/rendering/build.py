"""Building the book: beside the published one, which it replaces only when it is whole."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from evidence.files.paths import build_folder
from evidence.sources.problems import DataError
from evidence_book.rendering.exclusive import hold_project
from evidence_book.rendering.fingerprints import book_key, hash_sources, renderer_digest
from evidence_book.rendering.publishing import (
    publish,
    publish_copy,
    published_is_whole,
    record_published,
    recorded_key,
    remove_leftovers,
)
from evidence_book.rendering.renderer import BuildError, Renderer, run_renderer
from evidence_book.rendering.rendering import Say, copy_sources, facts_file, kept_html, render_book
from evidence_book.rendering.site import check_site

# What `evidence run` writes: executed pages, and what their menus show.
_WRITTEN_BY_RUNS = re.compile(r"chapters/.+\.(ipynb|switch\.json)")

__all__ = ["BuildError", "build_book", "copy_sources", "key_after", "publish", "render"]


def render(source: Path, target: Path) -> None:
    """Render the book in the folder `source` into `target`/_build/html, from nothing.

    Raises
    ------
    BuildError
        Where jupyter-book warns or fails.
    """
    command = [
        str(Path(sys.executable).with_name("jupyter-book")), "build", str(source),
        "--path-output", str(target), "-n", "-W", "--keep-going", "--all", "-q",
    ]  # fmt: skip
    run_renderer(command, source)


def key_after(refresh: Callable[[], None]) -> str:
    """Refresh pages; return the key of the project in which they are fresh.

    Raises
    ------
    BuildError
        Where anything but pages changed meanwhile: they may have been run with either.
    """
    sources, renderer = hash_sources(), renderer_digest()
    refresh()
    now = hash_sources()
    changed = {path for path in sources.keys() | now.keys() if sources.get(path) != now.get(path)}
    others = sorted(path for path in changed if not _WRITTEN_BY_RUNS.fullmatch(path))
    if others or renderer_digest() != renderer:
        raise BuildError(
            f"expected the project to stay as it is while pages run, got another "
            f"{others[0] if others else 'library'}; build again"
        )
    return book_key(now, renderer)


def build_book(
    say: Say = lambda words: None,
    *,
    proven: str | None = None,
    renderer: Renderer | None = None,
    force: bool = False,
) -> Path:
    """Render, check and publish the book; return its index page.

    Parameters
    ----------
    say : callable
        Called with a line where more is done than a user would expect.
    proven : str, optional
        Key of the project whose pages were found fresh and whose checks passed. Without it the
        book is published, but not recorded as up to date.
    renderer : Renderer, optional
        A process that was started beforehand.
    force : bool
        Render every page, whatever is kept.

    Raises
    ------
    BuildError
        Where rendering failed, or the project changed meanwhile. The published book stays as it
        was.
    DataError
        Where the rendered pages have broken links, images without words, or debris.
    """
    with hold_project("evidence build", say):
        remove_leftovers()
        key = render_book(say, renderer=renderer, force=force)
        if proven is not None and key != proven:
            raise BuildError(
                "expected the project to stay as it was checked, got other files; build again"
            )
        problems = check_site(kept_html(), facts_file())
        if problems:
            raise DataError(problems)
        published = build_folder() / "html"
        if recorded_key() == key and published.exists() and not published_is_whole():
            say("the published book was changed by other means: it is published again")
        publish_copy(kept_html(), published)
        if proven is not None:
            record_published(key)
    return published / "index.html"
