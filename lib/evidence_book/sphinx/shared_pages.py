"""Pages show things of other pages: titles in the sidebar, numbers of figures, cited works.

Sphinx writes again the pages that it read again. Where what pages see of each other changed, all
are written again, so that building on kept work gives the same book as building from nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jinja2 import FileSystemBytecodeCache
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from evidence_book.sphinx.handlers import when_written

# Late: after the collectors of Sphinx have given figures and sections their numbers.
_AFTER_NUMBERING = 900


def _numbers(env: BuildEnvironment) -> dict[tuple[str, str], tuple[int, ...]]:
    """Return the number of every figure and table, by its page and place."""
    return {
        (docname, place): number
        for docname, kinds in env.toc_fignumbers.items()
        for numbers in kinds.values()
        for place, number in numbers.items()
    }


def _seen_by_others(env: BuildEnvironment) -> Iterable[tuple[str, Any]]:
    """Return what pages can show of each other; not where on its page it stands."""
    yield "pages", sorted(env.found_docs)
    yield "titles", sorted((name, str(title)) for name, title in env.titles.items())
    yield "contents", sorted(env.toctree_includes.items())
    yield "sections", sorted(env.toc_secnumbers.items())
    slugs = {name: facts.get("myst_slugs", {}) for name, facts in env.metadata.items()}
    yield (
        "headings",
        sorted(
            (name, slug, place, title)
            for name, found in slugs.items()
            for slug, (_line, place, title) in found.items()
        ),
    )
    standard, numbers = env.domaindata["std"], _numbers(env)
    for kind in ("labels", "anonlabels"):
        known = standard[kind].items()
        yield kind, sorted((name, *to, numbers.get((to[0], to[1]))) for name, to in known)
    for kind in ("objects", "terms"):
        yield kind, sorted((str(name), str(value)) for name, value in standard[kind].items())
    yield "equations", sorted(env.domaindata["math"].get("objects", {}).items())
    cited = env.domaindata.get("cite", {}).get("citations", [])
    yield "citations", sorted((c.citation_id, c.key, str(c.formatted_entry.label)) for c in cited)


def _pages_to_write(app: Sphinx, env: BuildEnvironment) -> list[str]:
    total = hashlib.sha256(repr(list(_seen_by_others(env))).encode()).hexdigest()
    if getattr(env, "evidence_shared", None) == total:
        return []
    env.evidence_shared = total  # type: ignore[attr-defined]
    return sorted(env.found_docs)


def _keep_compiled_templates(app: Sphinx) -> None:
    """Keep what Jinja makes of templates, by their content: a third of a second per build."""
    environment = getattr(app.builder.templates, "environment", None)
    if environment is not None:
        folder = Path(app.doctreedir) / "templates"
        folder.mkdir(parents=True, exist_ok=True)
        environment.bytecode_cache = FileSystemBytecodeCache(str(folder))


def _complete_search(app: Sphinx) -> list[Any]:
    """Make the search index that of all pages, where Sphinx wrote only some of them.

    Sphinx 7.4 takes what it did not write from the index of the last build, but forgets the index
    terms, and keeps words that no page has any more.
    """
    if app.builder.format == "html" and getattr(app.builder, "indexer", None) is not None:
        indexer = app.builder.indexer  # type: ignore[attr-defined]
        memory = Path(app.doctreedir) / "index-terms.json"
        known = json.loads(memory.read_text(encoding="utf-8")) if memory.exists() else {}
        terms = {**known, **indexer._index_entries}
        indexed = sorted(app.env.found_docs & terms.keys())
        indexer._index_entries = {name: terms[name] for name in indexed}
        memory.write_text(json.dumps(indexer._index_entries), encoding="utf-8")
        for words in (indexer._mapping, indexer._title_mapping):
            for word in [word for word, pages in words.items() if not pages]:
                del words[word]
    return []


def _remove_old_images(app: Sphinx) -> None:
    """Remove the images that no page shows any more."""
    shown = {name for _, name in app.env.images.values()}
    for path in (Path(app.outdir) / app.builder.imagedir).glob("*"):
        if path.name not in shown:
            path.unlink()


def connect(app: Sphinx) -> None:
    """Register what decides which pages are written again."""
    app.connect("builder-inited", _keep_compiled_templates)
    app.connect("env-get-updated", _pages_to_write, priority=_AFTER_NUMBERING)
    app.connect("html-collect-pages", _complete_search)
    when_written(app, _remove_old_images)
