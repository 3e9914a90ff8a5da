"""The first time a page names a term of the glossary, the words become a quiet link to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from evidence_book.sphinx.glossary import GLOSSARY, glossary_of, pattern_of, term_named

# Prose stands in paragraphs; what stands in one of these is not prose, or is a link already.
# Captions and conclusions are texts that the menus of a page replace as a whole.
_NOT_PROSE = (
    nodes.title,
    nodes.caption,
    nodes.reference,
    nodes.literal,
    nodes.literal_block,
    nodes.table,
    nodes.math,
    nodes.raw,
    nodes.term,
    nodes.footnote,
    nodes.citation,
)


def _is_prose(text: nodes.Text) -> bool:
    node, in_paragraph = text.parent, False
    while node is not None:
        if isinstance(node, _NOT_PROSE) or "claim" in getattr(node, "attributes", {}).get(
            "classes", []
        ):
            return False
        in_paragraph = in_paragraph or isinstance(node, nodes.paragraph)
        node = node.parent
    return in_paragraph


class LinkTerms(SphinxPostTransform):
    """Link the first occurrence of each term in the prose of a page."""

    # After cross-references were resolved: what is a link by then is left alone.
    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Replace words by links."""
        docname = self.env.docname
        if docname == GLOSSARY:
            return
        self._terms = glossary_of(self.env)
        self._pattern = pattern_of(self._terms)
        self._base = ""
        if self._terms:
            self._base = self.env.app.builder.get_relative_uri(docname, GLOSSARY)
        self._seen = self._linked_by_hand()
        for text in list(self.document.findall(nodes.Text)):
            if self._pattern.search(text) and _is_prose(text):
                self._link(text)

    def _linked_by_hand(self) -> set[str]:
        links = (str(node.get("refuri", "")) for node in self.document.findall(nodes.reference))
        return {link.partition("#")[2] for link in links if link.startswith(f"{self._base}#")}

    def _link(self, text: nodes.Text) -> None:
        pieces: list[nodes.Node] = []
        end = 0
        for found in self._pattern.finditer(text):
            term = term_named(found[0], self._terms)
            if term.anchor in self._seen:
                continue
            self._seen.add(term.anchor)
            link = nodes.reference("", found[0], internal=True, classes=["glossary-term"])
            link["refuri"] = f"{self._base}#{term.anchor}"
            pieces += [nodes.Text(text[end : found.start()]), link]
            end = found.end()
        if pieces:
            text.parent.replace(text, [*pieces, nodes.Text(text[end:])])


def _depend_on_glossary(app: Sphinx, doctree: nodes.document) -> None:
    """Have a page rendered again when the glossary changes."""
    if GLOSSARY in app.env.found_docs:
        app.env.note_dependency(str(Path(app.env.doc2path(GLOSSARY))))


def connect(app: Sphinx) -> None:
    """Register the links."""
    app.connect("doctree-read", _depend_on_glossary)
    app.add_post_transform(LinkTerms)
