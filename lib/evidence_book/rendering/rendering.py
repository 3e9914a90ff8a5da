"""Rendering only what changed, with the same outcome as rendering everything.

Sphinx keeps what it read. `_build/rendering/kept` holds that work and the HTML of the last good
rendering; the next one begins from a copy of it. Sphinx decides by dates what to read again, and
paths are part of what it keeps. So the sources are copied to a place that never changes, and each
copy gets its date from its content: long past where it is as it was read, far ahead where not.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from evidence.files.paths import build_folder, project_root
from evidence_book.rendering.earlier_files import EARLIER
from evidence_book.rendering.exclusive import hold_project
from evidence_book.rendering.fingerprints import (
    SOURCES,
    book_key,
    digest,
    hash_files,
    hash_sources,
    is_source,
    renderer_digest,
)
from evidence_book.rendering.publishing import publish
from evidence_book.rendering.renderer import BuildError, Renderer
from evidence_book.rendering.source_links import links_outside
from evidence_book.rendering.whole_writes import write_whole

# What Sphinx reads again by itself, page by page; any other change reads everything again.
# The bibliography, notices, the contents and the released editions show on pages that do not
# name them.
_READ_PAGE_BY_PAGE = re.compile(r"chapters/.+|data/(?!references\.bib|notices\.csv|released/).+")
# Dates in seconds: of what is as it was read (2001), and of what is not (2100).
_AS_READ, _CHANGED = 1_000_000_000, 4_102_444_800

Say = Callable[[str], None]


def copy_sources(target: Path) -> None:
    """Copy what a book is rendered from into an empty folder.

    Raises
    ------
    BuildError
        Where a link leads out of the project.
    """
    outside = links_outside(project_root(), SOURCES)
    if outside:
        raise BuildError("\n".join(map(str, outside)))
    target.mkdir(parents=True)

    def skipped(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if not is_source(name)]

    for name in SOURCES:
        origin = project_root() / name
        if origin.is_dir():
            shutil.copytree(origin, target / name, ignore=skipped)
        elif origin.exists():
            shutil.copy2(origin, target / name)


def _folder() -> Path:
    return build_folder() / "rendering"


def _source() -> Path:
    return _folder() / "source"


def _work() -> Path:
    return _folder() / "work"


def kept_html() -> Path:
    """Return the folder of the HTML of the last good rendering."""
    return _folder() / "kept" / "_build" / "html"


def facts_file() -> Path:
    """Return the file of what was found on each page of it, see `site`."""
    return _folder() / "facts.json"


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the last good rendering was made from: sources by path, and the renderer."""

    sources: Mapping[str, str]
    renderer: str

    @property
    def key(self) -> str:
        return book_key(self.sources, self.renderer)

    def changed(self, sources: Mapping[str, str]) -> set[str]:
        """Return the paths whose content is another one, or that are on one side only."""
        paths = self.sources.keys() | sources.keys()
        return {path for path in paths if self.sources.get(path) != sources.get(path)}

    def why_unusable(self, sources: Mapping[str, str], renderer: str) -> str:
        """Return why these sources cannot be rendered from it, "" where they can."""
        if renderer != self.renderer:
            return "the code, Python or an installed package changed"
        changed = self.changed(sources)
        others = {path for path in changed if not _READ_PAGE_BY_PAGE.fullmatch(path)}
        others |= changed & (sources.keys() ^ self.sources.keys())
        return f"{min(others)} shows on every page" if others else ""


def _read_record(kept: Path) -> tuple[_Kept, str]:
    """Return what kept work was made from, and the fingerprint that it had."""
    stored = json.loads((kept / "record.json").read_text(encoding="utf-8"))
    return _Kept(dict(stored["sources"]), str(stored["renderer"])), stored["digest"]


def _digest_of(folder: Path, key: str) -> str:
    """Return a fingerprint of every byte of kept work and of what is said of it."""
    return digest({**hash_files(folder / "_build"), "": key})


def _read_kept(say: Say) -> _Kept | None:
    """Return what is kept; whatever is damaged or was begun and not finished is removed."""
    kept = _folder() / "kept"
    if not kept.exists():
        return None
    try:
        found, stored = _read_record(kept)
        whole = stored == _digest_of(kept, found.key)
    except (OSError, ValueError, KeyError, TypeError):
        whole = False
    if whole:
        return found
    say("what was kept of the last rendering is damaged: it is removed, every page is rendered")
    shutil.rmtree(kept)
    return None


def _keep(sources: Mapping[str, str], renderer: str) -> None:
    whole = _digest_of(_work(), book_key(sources, renderer))
    record = {"sources": dict(sources), "renderer": renderer, "digest": whole}
    write_whole(_work() / "record.json", json.dumps(record).encode())
    publish(_work(), _folder() / "kept")


def _date_sources(changed: set[str], source: Path | None = None) -> None:
    source = source or _source()
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        date = _CHANGED if name in changed else _AS_READ
        os.utime(path, (date, date))


def _begin(*, from_kept: bool) -> None:
    """Make the folder in which Sphinx works: empty, or a copy of what is kept."""
    shutil.rmtree(_work(), ignore_errors=True)
    if from_kept:
        shutil.copytree(_folder() / "kept", _work())
        # Written again in every rendering, so that nothing stays that no page offers any more;
        # and Sphinx marks an address with a checksum where the file is there before the page.
        html, earlier = _work() / "_build" / "html", _work() / "_build" / EARLIER
        shutil.rmtree(html / "_static", ignore_errors=True)
        if (html / "downloads").exists():
            earlier.mkdir()
            os.replace(html / "downloads", earlier / "downloads")


def copy_read(folder: Path) -> tuple[Path, Path]:
    """Copy the sources, and what Sphinx read of them in the last good rendering.

    Sphinx then reads what has changed since; everything where that rendering cannot be used.

    Parameters
    ----------
    folder : Path
        A folder of _build: Sphinx knows other files by the way from the sources to them.

    Returns
    -------
    Path, Path
        The folder of the sources, and that of what was made of them.
    """
    source, work = folder / "source", folder / "work" / "_build"
    copy_sources(source)
    kept, sources = _folder() / "kept", hash_sources(source)
    try:
        found, made = _read_record(kept)
        usable = not found.why_unusable(sources, renderer_digest())
        if usable:
            shutil.copytree(kept / "_build", work, ignore=shutil.ignore_patterns("html"))
            usable = _read_record(kept)[1] == made
    except (OSError, ValueError, KeyError, TypeError):
        usable = False
    if usable:
        _date_sources(found.changed(sources), source)
    else:
        # Nothing was rendered, or another rendering took its place meanwhile.
        shutil.rmtree(work, ignore_errors=True)
    return source, work


def render_book(say: Say, *, renderer: Renderer | None = None, force: bool = False) -> str:
    """Render the project as it stands into `kept_html`; return the key of the book.

    Nothing is rendered where nothing changed, and only some pages where others cannot be touched
    by what changed; in either case the files are those of rendering everything.

    Parameters
    ----------
    say : callable
        Called with a line where more is rendered than a user would expect.
    renderer : Renderer, optional
        A process that was started beforehand; one is started where none is given.
    force : bool
        Render everything.

    Raises
    ------
    BuildError
        Where a page warns or fails. What was kept stays as it was.
    """
    with hold_project("rendering", say):
        if force:
            shutil.rmtree(_folder() / "kept", ignore_errors=True)
        shutil.rmtree(_source(), ignore_errors=True)
        copy_sources(_source())
        sources, code = hash_sources(_source()), renderer_digest()
        key = book_key(sources, code)
        kept = _read_kept(say)
        if kept is not None and kept.key == key:
            return key
        why = kept.why_unusable(sources, code) if kept else ""
        if why:
            say(f"every page is rendered: {why}")
        usable = kept if not why else None
        _date_sources(usable.changed(sources) if usable else set())
        try:
            _begin(from_kept=usable is not None)
            with renderer or Renderer() as process:
                process.render(_source(), _work())
            shutil.rmtree(_work() / "_build" / EARLIER, ignore_errors=True)
            _keep(sources, code)
        finally:
            shutil.rmtree(_work(), ignore_errors=True)
        return key


def render_variant(
    page: str, write: Callable[[Path], None], target: Path, renderer: Renderer | None = None
) -> None:
    """Render the book with one page in another form into the folder `target`.

    Parameters
    ----------
    page : str
        Name of the page; all others are taken from what is kept.
    write : callable
        Called with the folder of the sources; writes the page, and what stands beside it.
    target : Path
        Folder of the HTML, not yet there.
    renderer : Renderer, optional
        A process that was started beforehand; one is started where none is given.

    Raises
    ------
    BuildError
        Where a page warns or fails.
    """
    with hold_project(f"rendering a variant of {page}"), renderer or Renderer() as process:
        render_book(lambda words: None)
        _date_sources(set())
        try:
            _begin(from_kept=True)
            write(_source())
            # Other pages show the committed form of this one, which has not changed: only this
            # page is read again, because what Sphinx kept of it is gone.
            (_work() / "_build" / ".doctrees" / "chapters" / f"{page}.doctree").unlink()
            _date_sources(set())
            process.render(_source(), _work())
            os.replace(_work() / "_build" / "html", target)
        finally:
            shutil.rmtree(_work(), ignore_errors=True)
