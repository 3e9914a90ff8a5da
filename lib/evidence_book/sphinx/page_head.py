"""What search engines and those who are sent a link see of a page: description and picture."""

from __future__ import annotations

import re
from html import unescape

from markupsafe import Markup
from sphinx.application import Sphinx

from evidence_book.extras.page_files import FOLDER
from evidence_book.sphinx.handlers import Context, on_page
from evidence_book.sphinx.reuse import addresses_of

# What search engines show of a description.
_MOST = 300
_PARAGRAPH = re.compile(r"<p\b[^>]*>(.*?)</p>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_FIGURE = re.compile(r'<figure [^>]*id="([\w-]+)"')
# A paragraph of fewer characters is a label.
_FEW = 40


def first_paragraph(body: str) -> str:
    """Return the first paragraph of a page that says something, cut at a word."""
    for found in _PARAGRAPH.findall(body):
        text = " ".join(unescape(_TAG.sub("", found)).split())
        if len(text) >= _FEW:
            return text if len(text) <= _MOST else text[:_MOST].rpartition(" ")[0] + " \u2026"
    return ""


def _add_to_head(app: Sphinx, page: str, context: Context) -> None:
    title = app.env.titles[page].astext()
    told = first_paragraph(context["body"])
    addresses = addresses_of(app)
    facts = {
        "og:type": "article",
        "og:title": title,
        "og:description": told,
        "og:site_name": app.config.html_title,
        "og:url": addresses.page(f"{page}.html"),
    }
    figure = _FIGURE.search(context["body"])
    if figure and addresses.book:
        facts["og:image"] = addresses.page(f"{FOLDER}/figures/{figure[1]}.png")
    lines = [Markup('<meta name="description" content="{}">').format(told or title)]
    lines += [
        Markup('<meta property="{}" content="{}">').format(name, text)
        for name, text in facts.items()
        if text
    ]
    context["metatags"] = f"{context.get('metatags') or ''}{Markup('').join(lines)}"


def connect(app: Sphinx) -> None:
    """Register the description of pages."""
    on_page(app, _add_to_head)
