"""Cards: what a number, a conclusion or a term is, beside it, on every page that links to one.

Without the script the links lead where they always led.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from sphinx.application import Sphinx

from evidence_book.extras.page_files import FOLDER
from evidence_book.sphinx.absent_pages import OPTIONAL
from evidence_book.sphinx.card_data import CardMaker, as_script, rows_script
from evidence_book.sphinx.glossary import definitions_linked_from
from evidence_book.sphinx.handlers import Context, load_when_used, on_page, when_written
from evidence_book.sphinx.reuse import addresses_of

_SCRIPT = "cards.js"
_ROWS = "card-rows.js"


def _add_cards(app: Sphinx, page: str, context: Context) -> None:
    """Add the cards of a page, and the script that shows them, where there are any."""
    addresses = addresses_of(app)
    pathto = context["pathto"]

    def notebook(page: str) -> str:
        source = addresses.source(f"chapters/{page}.ipynb")
        return source or str(pathto(f"{FOLDER}/{page}.ipynb", 1))

    registry = app.evidence_registry  # type: ignore[attr-defined]
    cards = CardMaker(page, registry, notebook).make(context["body"])
    if cards:
        link = app.builder.get_relative_uri
        for other in OPTIONAL:
            there = other in app.env.found_docs
            cards[other.rpartition("/")[2]] = link(page, other) if there else ""
    terms = definitions_linked_from(context["body"], app.env)
    if terms:
        cards["terms"] = terms
    if cards:
        context["body"] += as_script(cards)
        load_when_used(context, "cards", *((_ROWS,) if "numbers" in cards else ()), _SCRIPT)


def _write_scripts(app: Sphinx) -> None:
    folder = Path(app.outdir) / "_static"
    shutil.copy(Path(__file__).with_name(_SCRIPT), folder / _SCRIPT)
    (folder / _ROWS).write_text(rows_script(Path(app.srcdir) / "data"), encoding="utf-8")


def connect(app: Sphinx) -> None:
    """Register the cards."""
    # Last, so that links which others add to the page have cards too.
    on_page(app, _add_cards, priority=800)
    when_written(app, _write_scripts)
