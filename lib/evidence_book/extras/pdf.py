"""The book as a PDF, and its ledgers as another.

Each is printed until the page numbers of its contents stay the same.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from playwright.sync_api import Page
from pypdf import PdfReader

from evidence.files.paths import build_folder, project_root
from evidence.files.plain_yaml import read_yaml_file
from evidence_book.extras.chromium import PrintError, open_document
from evidence_book.extras.citation import BookFacts, read_book_facts
from evidence_book.extras.print_document import PrintedBook, compose
from evidence_book.extras.print_pages import read_chapters
from evidence_book.rendering.whole_writes import write_whole
from evidence_book.reports.registry import Registry
from evidence_book.runs.addresses import read_addresses

PDF_NAME, LEDGERS_NAME = "evidence-book.pdf", "evidence-book-ledgers.pdf"
# When the PDF was made, as Chromium writes it.
_CLOCK = re.compile(rb"\(D:\d{14}\+00'00'\)")
# The second print is the last one unless its numbers changed a line of the contents.
_MOST_PRINTS = 4


def make_pdfs() -> list[Path]:
    """Print the published book and its ledgers to _build; return both files.

    Raises
    ------
    PrintError
        Where one cannot be printed. The last PDFs stay as they were.
    """
    html = build_folder() / "html"
    printed = {PDF_NAME: print_book(html), LEDGERS_NAME: print_book(html, ledgers=True)}
    for name, content in printed.items():
        write_whole(build_folder() / name, content)
    return [build_folder() / name for name in printed]


def print_book(html: Path, *, ledgers: bool = False) -> bytes:
    """Return a built book, or its ledgers, as one PDF.

    Parameters
    ----------
    html : Path
        Folder of the built book; the document that is printed lies beside it while this runs.
    ledgers : bool
        True for what pages open on demand and the pages for reproducers, in place of the rest.
    """
    facts, book = compose_book(html, ledgers=ledgers)
    document = html.parent / f".print-{os.getpid()}.html"
    try:
        document.write_text(book.html, encoding="utf-8")
        with open_document(document) as page:
            printed = _print_until_stable(page, book.anchors)
    finally:
        document.unlink(missing_ok=True)
    return _with_date(printed, facts.date) if facts.date else printed


def compose_book(html: Path, *, ledgers: bool = False) -> tuple[BookFacts, PrintedBook]:
    """Return how the book is cited, and the document to be printed from the folder above it."""
    root = project_root()
    facts = read_book_facts(root, Registry(root))
    config = read_yaml_file(root / "_config.yml") or {}
    address = read_addresses((config.get("html") or {}).get("baseurl"), {}).book
    options = ((config.get("sphinx") or {}).get("config") or {}).get("html_theme_options") or {}
    apart = options.get("printed_apart") or []
    chapters = read_chapters(html, html.parent, address, ledgers=ledgers, apart=apart)
    kind = "Ledgers" if ledgers else ""
    return facts, compose(chapters, facts, html, html.parent, address, kind)


def _print_until_stable(page: Page, anchors: Sequence[str]) -> bytes:
    """Print, write the page numbers into the contents, and print again until they are true."""
    numbers: dict[str, int] = {}
    for _ in range(_MOST_PRINTS):
        printed = page.pdf(
            prefer_css_page_size=True, print_background=True, outline=True, tagged=True
        )
        found = _page_numbers(printed, anchors)
        if found == numbers:
            return printed
        numbers = found
        page.evaluate(
            """numbers => document.querySelectorAll('[data-page-of]').forEach(
                one => { one.textContent = numbers[one.dataset.pageOf]; })""",
            numbers,
        )
    raise PrintError(f"the page numbers still moved after {_MOST_PRINTS} prints")


def _page_numbers(printed: bytes, anchors: Sequence[str]) -> dict[str, int]:
    """Return the page that each place begins on, counted from 1 as it is printed."""
    reader = PdfReader(BytesIO(printed))
    # Chromium writes them as names, which begin with a slash.
    places = {name.removeprefix("/"): one for name, one in reader.named_destinations.items()}
    missing = [name for name in anchors if name not in places]
    if missing:
        raise PrintError(f"chapters that are not in the printed book: {', '.join(missing)}")
    pages = {name: reader.get_destination_page_number(places[name]) for name in anchors}
    return {name: page + 1 for name, page in pages.items() if page is not None}


def _with_date(printed: bytes, date: str) -> bytes:
    """Return the PDF with the date of the edition in the place of the clock's.

    Both have the same length, so that no place in the file moves.
    """
    return _CLOCK.sub(f"(D:{date.replace('-', '')}000000+00'00')".encode(), printed)
