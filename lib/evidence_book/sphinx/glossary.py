"""The glossary of the book: its terms, their definitions, and where a text names one.

Vocabulary
----------
**Term**: an entry of the glossary, in exactly its own words. An entry in lower case also matches
at the start of a sentence; anything else, plurals included, is no match.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from docutils import nodes
from sphinx.addnodes import glossary
from sphinx.environment import BuildEnvironment

GLOSSARY = "chapters/appendix/glossary"
_LINK = re.compile(r'href="([^"#]*\bglossary\.html)#(term-[^"]+)"')


@dataclass(frozen=True, slots=True)
class Term:
    """An entry of the glossary.

    Attributes
    ----------
    name : str
        The entry, as written.
    anchor : str
        Its id on the page of the glossary.
    definition : str
        Its first paragraph, as text.
    """

    name: str
    anchor: str
    definition: str


def read_glossary(doctree: nodes.document) -> dict[str, Term]:
    """Return the terms of the page of the glossary by their ids."""
    found = {}
    for entry in doctree.findall(nodes.definition_list_item):
        if not isinstance(entry.parent.parent, glossary):
            continue
        words = " ".join(next(iter(entry.findall(nodes.paragraph))).astext().split())
        for term in entry.findall(nodes.term):
            for anchor in term["ids"]:
                found[anchor] = Term(term.astext(), anchor, words)
    return found


def glossary_of(env: BuildEnvironment) -> dict[str, Term]:
    """Return the terms of the book by their ids; none where it has no glossary."""
    app = env.app
    if not hasattr(app, "evidence_glossary"):
        known = GLOSSARY in env.found_docs
        made = read_glossary(env.get_doctree(GLOSSARY)) if known else {}
        app.evidence_glossary = made  # type: ignore[attr-defined]
    found: dict[str, Term] = app.evidence_glossary  # type: ignore[attr-defined]
    return found


def definitions_linked_from(body: str, env: BuildEnvironment) -> dict[str, list[str]]:
    """Return name and definition of every term that the HTML of a page links to, by address."""
    terms = glossary_of(env)
    return {
        html.unescape(f"{page}#{anchor}"): [terms[anchor].name, terms[anchor].definition]
        for page, anchor in dict.fromkeys(_LINK.findall(body))
        if anchor in terms
    }


def pattern_of(terms: Mapping[str, Term]) -> re.Pattern[str]:
    """Return what finds any of the terms as whole words, the longest first."""
    forms = sorted((_form(term.name) for term in terms.values()), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(forms) or '(?!)'})(?![\w-])")


def _form(name: str) -> str:
    words = r"\s+".join(map(re.escape, name.split()))
    return f"(?i:{words[0]}){words[1:]}" if name[0].islower() and name.islower() else words


def term_named(text: str, terms: Mapping[str, Term]) -> Term:
    """Return the term that a text found by `pattern_of` is.

    Raises
    ------
    KeyError
        Where it is none.
    """
    words = " ".join(text.split())
    for term in terms.values():
        if words in (term.name, term.name[0].upper() + term.name[1:]):
            return term
    raise KeyError(f"expected a term of the glossary, got {text}")
