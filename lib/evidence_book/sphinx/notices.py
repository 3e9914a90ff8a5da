"""Notices at the head of a page that rests on a retracted or corrected publication."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup
from sphinx.application import Sphinx

from evidence.record.results import Result
from evidence_book.reports.notices import Notice, notices_of, read_notices, resting_on
from evidence_book.reports.registry import Registry
from evidence_book.sphinx.card_data import linked_from
from evidence_book.sphinx.handlers import Context, on_page

_END_OF_TITLE = "</h1>"


def rows_behind(registry: Registry, docname: str, body: str) -> set[str]:
    """Return the ids of the data rows behind every number that a page records or links to."""
    page = docname.removeprefix("chapters/")
    found: list[Result] = []
    if registry.path_of(page, page) is not None:
        found += registry.page(page, page).results.values()
    for link in linked_from(body, docname):
        try:
            if link.kind == "result":
                found.append(registry.result(link.page, link.key, page))
            else:
                recorded = registry.page(link.page, page).results
                rests_on = registry.claim(link.page, link.key, page)["rests_on"]
                found += [recorded[key] for key in rests_on if key in recorded]
        except KeyError:
            # A variant has no such number; its page says so in words.
            continue
    return {row for result in found for row in result.rows}


def _shown(notice: Notice) -> Markup:
    name = notice.identifier
    link = Markup('<a href="{}">{}</a>').format(notice.link, name) if notice.link else name
    return Markup(
        '<div class="admonition warning notice" role="note"><p class="admonition-title">{}</p>'
        "<p>This page rests on a publication that {}: {}. Notice: {}. {}</p></div>"
    ).format(notice.kind.capitalize(), notice.words.removeprefix(f"{notice.publication} "),
             notice.publication, link, notice.note)  # fmt: skip


def _add_notices(app: Sphinx, docname: str, context: Context) -> None:
    data = Path(app.srcdir) / "data"
    notices = read_notices(data)
    if not notices:
        return
    registry: Registry = app.evidence_registry  # type: ignore[attr-defined]
    rows = rows_behind(registry, docname, context["body"])
    page = docname.removeprefix("chapters/")
    own = notices_of(notices, page, rows, resting_on(data))
    if own:
        title, end, rest = context["body"].partition(_END_OF_TITLE)
        shown = Markup("").join(map(_shown, own))
        context["body"] = f"{title}{end}{shown}{rest}" if end else f"{shown}{title}"


def connect(app: Sphinx) -> None:
    """Register the notices."""
    on_page(app, _add_notices)
