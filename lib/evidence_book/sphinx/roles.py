"""Numbers and claims in prose: the roles {num} and {claim}, the directives results and used-by.

The book is rendered from what notebooks recorded in their own outputs; nothing is executed and
no data library is imported. An unknown key is an error with file and line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from evidence.record.results import GRADES, Result
from evidence.sources.certainty import certainty_mark
from evidence_book.rendering.scrolling_table import scrolling_table
from evidence_book.reports.registry import Registry, split_target
from evidence_book.sphinx.handlers import Context, on_page

_LOG = logging.getLogger(__name__)
_PROVENANCE = "chapters/appendix/provenance"
_CONVENTIONS = "chapters/methods/conventions"
# A page of a study names the first conclusions of a question that rest on it; all stand there.
_CLAIMS_SHOWN = 2
# In the metadata of a page: the questions that use its study, and what they conclude from it.
_USED_BY = "evidence_used_by"


def _registry(env: BuildEnvironment) -> Registry:
    return env.app.evidence_registry  # type: ignore[attr-defined, no-any-return]


def _tooltip(result: Result) -> str:
    grade = GRADES[result.grade]
    outside = "; read outside the source documents" if result.external else ""
    method = f" {result.method}." if result.method else ""
    rows = ", ".join(result.rows[:4]) + (" \u2026" if len(result.rows) > 4 else "")
    return f"{result.label}.{method} {result.grade}: {grade}{outside}. Data rows: {rows}"


class _Target(SphinxRole):
    """What both roles share: the page and key they name, and the link to it."""

    def page(self) -> str:
        return self.env.docname.removeprefix("chapters/")

    def address(self, page: str, anchor: str) -> str:
        """Return the link, and have this page rendered again when the other one changes."""
        here = self.env.docname
        there = f"chapters/{page}"
        path = _registry(self.env).path_of(page, self.page())
        if path is not None:
            self.env.note_dependency(str(path))
        if here == there:
            return f"#{anchor}"
        return f"{self.env.app.builder.get_relative_uri(here, there)}#{anchor}"

    def is_absent(self, page: str, kind: str, key: str) -> bool:
        """Return True for what only the published form of a variant's page records."""
        registry = _registry(self.env)
        path = registry.path_of(page, self.page())
        if page != self.page() or path is None or key in getattr(registry.page(page, page), kind):
            return False
        return registry.only_published(page, kind, key)

    def failed(self, message: str) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        _LOG.error(message, location=self.get_location())
        return [nodes.problematic(self.rawtext, self.rawtext)], []


class NumberRole(_Target):
    """{num}`key`, {num}`key:part`, {num}`questions/page.key:part`."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the nodes of the role, or report what is wrong."""
        page, key, part = split_target(self.text, self.page())
        if self.is_absent(page, "results", key):
            return [nodes.emphasis("", "not part of this variant")], []
        try:
            result = _registry(self.env).result(page, key, self.page())
            text = result.part(part)
        except KeyError as error:
            return self.failed(f"num: {error.args[0]}")
        # The part is a class so that the switch in the page finds what to replace.
        classes = ["num", f"grade-{result.grade}", *([f"part-{part}"] if part else [])]
        number = nodes.reference("", text, internal=True, classes=classes)
        number["refuri"] = self.address(page, f"result-{key}")
        number["reftitle"] = _tooltip(result)
        return [number], []


class ClaimRole(_Target):
    """{claim}`key` or {claim}`questions/page.key`: the sentence and its certainty.

    {certainty}`questions/page.key` gives the certainty alone, for a table that says the rest.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the nodes of the role, or report what is wrong."""
        page, key, _ = split_target(self.text, self.page())
        if self.is_absent(page, "claims", key):
            words = "This conclusion is not part of this variant."
            return [nodes.inline("", "", nodes.emphasis("", words), classes=["claim"])], []
        try:
            claim = _registry(self.env).claim(page, key, self.page())
        except KeyError as error:
            return self.failed(f"claim: {error.args[0]}")
        mark = self.mark(page, key, claim)
        if self.name == "certainty":
            return [mark], []
        sentence = nodes.inline("", "", nodes.inline("", claim["text"]), classes=["claim"])
        sentence += [nodes.Text(" "), mark]
        return [sentence], []

    def mark(self, page: str, key: str, claim: dict[str, Any]) -> nodes.reference:
        """Return the certainty of a conclusion, as a link to what it rests on."""
        words = certainty_mark(claim["certainty"])
        mark = nodes.reference("", words, internal=True, classes=["claim-mark"])
        mark["refuri"] = self.address(page, f"claim-{key}")
        mark["reftitle"] = "What this conclusion rests on"
        return mark


class ResultsDirective(SphinxDirective):
    """List every number and claim of this page: the targets of all links to them."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return the two tables as HTML."""
        page = self.env.docname.removeprefix("chapters/")
        recorded = _registry(self.env).page(page, page)
        builder = self.env.app.builder

        def link(docname: str) -> str:
            return builder.get_relative_uri(self.env.docname, docname)

        html = _claims_html(recorded.claims) + _results_html(
            list(recorded.results.values()), link(_PROVENANCE), link(_CONVENTIONS)
        )
        return [nodes.raw("", str(html), format="html")]


def _claims_html(claims: dict[str, dict[str, Any]]) -> Markup:
    if not claims:
        return Markup("")
    rows = Markup("").join(
        Markup(
            '<tr id="claim-{}"><th scope="row">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td>'
            "</tr>"
        ).format(
            claim["key"],
            claim["text"],
            claim["tested"],
            claim["state"],
            claim["certainty"],
            Markup(", ").join(
                Markup('<a href="#result-{0}">{0}</a>').format(key) for key in claim["rests_on"]
            ),
        )
        for claim in claims.values()
    )
    return scrolling_table(
        "Conclusions of this page, and what they rest on",
        ("Conclusion", "Tested", "Result", "Certainty of the evidence", "Rests on"),
        rows,
    )


def _results_html(results: list[Result], provenance: str, conventions: str) -> Markup:
    rows = Markup("").join(
        Markup(
            '<tr id="result-{0}"><th scope="row"><code>{0}</code></th><td>{1}</td>'
            '<td class="number">{2}</td><td><abbr title="{3}">{4}</abbr></td>'
            "<td>{5}</td><td>{6}</td></tr>"
        ).format(
            result.key,
            result.label,
            result.text,
            GRADES[result.grade],
            result.provenance,
            _how(result, conventions),
            Markup(", ").join(
                Markup('<a href="{0}#row-{1}">{1}</a>').format(provenance, row)
                for row in result.rows
            ),
        )
        for result in results
    )
    return scrolling_table(
        "Every number of this page: what it is, how it was made, and the data rows it rests on",
        ("Key", "What it is", "Number", "Grade", "How", "Data rows"),
        rows,
    )


def _how(result: Result, conventions: str) -> Markup:
    marks = Markup(", ").join(
        Markup('<a href="{0}#convention-{1}">{1}</a>').format(conventions, key)
        for key in result.conventions
    )
    method = Markup("{}").format(result.method)
    return method + Markup(" [{}]").format(marks) if marks else method


class UsedByDirective(SphinxDirective):
    """List the questions with numbers from the study of this page, and what they conclude."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return a list of links, or a sentence where there is none."""
        page = self.env.docname.removeprefix("chapters/")
        using = _registry(self.env).questions_using(page.rpartition("/")[2])
        # Not by dependencies: every study would be read again for every number of a question.
        self.env.metadata[self.env.docname][_USED_BY] = using
        if not using:
            words = "No question of this book computes a number from this study yet."
            return [nodes.paragraph("", words)]
        items = [self._item(question, claims) for question, claims in using.items()]
        return [nodes.bullet_list("", *items)]

    def _item(self, question: str, claims: dict[str, str]) -> nodes.list_item:
        """Return the link to a question, and its first conclusions that rest on the study."""
        target = addnodes.pending_xref(
            "",
            nodes.inline("", "", classes=["std", "std-doc"]),
            refdomain="std",
            reftype="doc",
            reftarget=f"/chapters/{question}",
            refexplicit=False,
            refwarn=True,
            refdoc=self.env.docname,
        )
        item = nodes.list_item("", nodes.paragraph("", "", target))
        there = self.env.app.builder.get_relative_uri(self.env.docname, f"chapters/{question}")
        shown = [
            nodes.list_item(
                "",
                nodes.paragraph(
                    "",
                    "",
                    nodes.reference("", text, internal=True, refuri=f"{there}#claim-{key}"),
                ),
            )
            for key, text in list(claims.items())[:_CLAIMS_SHOWN]
        ]
        if shown:
            item += nodes.bullet_list("", *shown)
        return item


def _outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Return the pages on which the list of those that use their study is another one now."""
    registry = _registry(env)
    return [
        docname
        for docname, facts in env.metadata.items()
        if _USED_BY in facts
        and facts[_USED_BY] != registry.questions_using(docname.rpartition("/")[2])
    ]


def _load_registry(app: Sphinx) -> None:
    app.evidence_registry = Registry(Path(app.srcdir))  # type: ignore[attr-defined]


def _make_list_of_citations(app: Sphinx, page: str, context: Context) -> None:
    """Let the entries of the bibliography be items of the list that docutils says they are in.

    ARIA asks for items in a list; docutils gives them the role of an entry, which is none.
    """
    if 'class="citation-list"' in context["body"]:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def connect(app: Sphinx) -> None:
    """Register roles and directives."""
    app.connect("builder-inited", _load_registry)
    app.connect("env-get-outdated", _outdated)
    on_page(app, _make_list_of_citations)
    app.add_role("num", NumberRole())
    app.add_role("claim", ClaimRole())
    app.add_role("certainty", ClaimRole())
    app.add_directive("results", ResultsDirective)
    app.add_directive("used-by", UsedByDirective)
