"""Downloads, citation, launch links and JSON-LD on every page, without a word in any notebook.

The files are written when the build ends, so that plain `jupyter-book build .` makes them too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from evidence.record.results import PageResults
from evidence_book.extras import linked_data
from evidence_book.extras.citation import BookFacts, cite_text, read_book_facts
from evidence_book.extras.exports import EDITION_FILES, write_downloads
from evidence_book.extras.fhir_citations import sources_of_rows
from evidence_book.extras.page_files import Download, list_downloads
from evidence_book.extras.reference_files import References, read_references
from evidence_book.reports.registry import Registry
from evidence_book.runs.addresses import Addresses, read_addresses
from evidence_book.sphinx.handlers import Context, on_page, when_written

_INDEX = "chapters/index"
_REUSE = "chapters/appendix/reuse"


@dataclass(frozen=True)
class _Reuse:
    """What the pages of one build share; each part is read when it is first asked for."""

    app: Sphinx

    @cached_property
    def registry(self) -> Registry:
        found: Registry = self.app.evidence_registry  # type: ignore[attr-defined]
        return found

    @cached_property
    def facts(self) -> BookFacts:
        return read_book_facts(Path(self.app.srcdir), self.registry)

    @cached_property
    def addresses(self) -> Addresses:
        options = self.app.config.html_theme_options
        return read_addresses(self.app.config.html_baseurl, options)

    @cached_property
    def references(self) -> References:
        return read_references(Path(self.app.srcdir) / "data" / "references.bib")

    @cached_property
    def sources(self) -> dict[str, str]:
        return sources_of_rows(Path(self.app.srcdir) / "data")

    @cached_property
    def studies(self) -> dict[str, dict[str, str]]:
        return linked_data.read_studies(Path(self.app.srcdir) / "data")

    def recorded(self, page: str) -> PageResults | None:
        path = self.registry.path_of(page, page)
        return None if path is None else self.registry.page(page, page)


def addresses_of(app: Sphinx) -> Addresses:
    """Return where the book and its sources are published, read once for all pages."""
    return _reuse(app).addresses


def _reuse(app: Sphinx) -> _Reuse:
    found: _Reuse = app.evidence_reuse  # type: ignore[attr-defined]
    return found


def _items(downloads: Sequence[Download], link: Callable[[str], str]) -> Markup:
    return Markup("").join(
        Markup('<li><a href="{}" download>{}</a></li>').format(link(one.path), _words(one.words))
        for one in downloads
    )


def _words(words: str) -> Markup:
    """Return words in which what stands between backticks is code."""
    parts = words.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else Markup("{}").format(part)
        for number, part in enumerate(parts)
    )


class DownloadsDirective(SphinxDirective):
    """List what the whole edition offers, and how it is cited."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return the citation and the list of links."""
        reuse = _reuse(self.env.app)
        # Whether the pages are those of a released edition shows in the citation.
        for path in reuse.registry.paths():
            self.env.note_dependency(str(path))
        up = "../" * self.env.docname.count("/")
        html = Markup('<p class="cite-this">{}</p><ul class="downloads">{}</ul>').format(
            cite_text(reuse.facts, url=reuse.addresses.book),
            _items(EDITION_FILES, lambda path: f"{up}{path}"),
        )
        return [nodes.raw("", str(html), format="html")]


def _box(
    reuse: _Reuse, docname: str, title: str, link: Callable[[str], str], reuse_page: str
) -> Markup:
    """Return the box at the foot of a page: downloads, launch links, and how to cite it."""
    page = docname.removeprefix("chapters/")
    recorded = reuse.recorded(page)
    items = Markup("") if recorded is None else _items(list_downloads(page, recorded), link)
    if recorded is not None:
        items += Markup("").join(
            Markup('<li><a class="external" href="{}">Open in {}</a></li>').format(address, name)
            for name, address in reuse.addresses.launches(f"{docname}.ipynb").items()
        )
    listed = Markup('<ul class="downloads">{}</ul>').format(items) if items else items
    more = (
        Markup('<p><a href="{}">Downloads of the whole edition, and licences</a></p>').format(
            reuse_page
        )
        if reuse_page
        else Markup("")
    )
    part = "" if docname == _INDEX else title
    cited = cite_text(reuse.facts, part, reuse.addresses.page(f"{docname}.html"))
    return Markup(
        '<section class="reuse" aria-labelledby="reuse-this-page">'
        '<h2 id="reuse-this-page">Reuse and cite this page</h2>{}'
        '<p class="cite-this">{}</p>{}</section>'
    ).format(listed, cited, more)


def _describe(reuse: _Reuse, docname: str, title: str, link: Callable[[str], str]) -> str:
    """Return the JSON-LD of a page."""
    page = docname.removeprefix("chapters/")
    recorded = reuse.recorded(page)
    own = list_downloads(page, recorded) if recorded is not None else []
    addresses = {
        one.path: reuse.addresses.page(one.path) or link(one.path) for one in (*own, *EDITION_FILES)
    }
    url = reuse.addresses.page(f"{docname}.html")
    if docname == _INDEX:
        return linked_data.script(
            linked_data.describe_index(reuse.facts, EDITION_FILES, addresses, url)
        )
    node = linked_data.describe_page(title, reuse.facts, own, addresses, url)
    if page.startswith("questions/") and recorded is not None:
        keys = dict.fromkeys(
            reuse.sources[row]
            for result in recorded.results.values()
            for row in result.rows
            if row in reuse.sources
        )
        cited = [linked_data.article(reuse.references[k]) for k in keys if k in reuse.references]
        told = [claim["text"] for claim in recorded.claims.values()]
        node = linked_data.describe_question(node, cited, told)
    study = reuse.studies.get(page.removeprefix("studies/"))
    if page.startswith("studies/") and study is not None:
        node = linked_data.describe_study(node, study, reuse.references)
    return linked_data.script(node)


def _add_to_page(app: Sphinx, page: str, context: Context) -> None:
    """Add box, JSON-LD and `rel=cite-as` to every page that has a source."""
    reuse = _reuse(app)
    pathto = context["pathto"]

    def link(path: str) -> str:
        return str(pathto(path, 1))

    title = app.env.titles[page].astext()
    reuse_page = str(pathto(_REUSE)) if _REUSE in app.env.found_docs and page != _REUSE else ""
    # As text: Markup would escape the page that it is added to.
    context["body"] += str(_box(reuse, page, title, link, reuse_page))
    head = _describe(reuse, page, title, link)
    address = f"https://doi.org/{reuse.facts.doi}" if reuse.facts.doi else ""
    address = address or reuse.addresses.page(f"{page}.html")
    if address:
        head += str(Markup('<link rel="cite-as" href="{}">').format(address))
    context["metatags"] = f"{context.get('metatags', '')}{head}"


def _pages_to_write(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages whose foot or description is another one than when they were written.

    They are made of data tables and of what other pages record, so that a page can be as it was
    read and still has to be written again.
    """
    reuse = _reuse(app)
    now = {}
    for docname in sorted(env.found_docs):
        title = env.titles[docname].astext()
        foot = _box(reuse, docname, title, str, _REUSE)
        shown = f"{foot}{_describe(reuse, docname, title, str)}"
        now[docname] = hashlib.sha256(shown.encode()).hexdigest()
    before = getattr(env, "evidence_feet", {})
    env.evidence_feet = now  # type: ignore[attr-defined]
    return [docname for docname, digest in now.items() if before.get(docname) != digest]


def _write(app: Sphinx) -> None:
    pages = {name.removeprefix("chapters/") for name in app.env.found_docs}
    record = Path(app.doctreedir) / "downloads.json"
    write_downloads(_reuse(app).registry, Path(app.srcdir), Path(app.outdir), pages, record)


def _prepare(app: Sphinx) -> None:
    app.evidence_reuse = _Reuse(app)  # type: ignore[attr-defined]


def connect(app: Sphinx) -> None:
    """Register the directive, the foot of pages, and the writing of the files."""
    app.connect("builder-inited", _prepare)
    app.connect("env-get-updated", _pages_to_write)
    on_page(app, _add_to_page)
    when_written(app, _write)
    app.add_directive("downloads", DownloadsDirective)
