"""The book and its ledgers as PDFs: nothing missing, nothing cut, links and page numbers true."""

import io
import json
import re
import time
import unicodedata
from contextlib import contextmanager
from functools import cache
from itertools import pairwise

import pypdfium2
import pytest
import typer
from bs4 import BeautifulSoup
from pypdf import PdfReader

from evidence.sources.problems import DataError
from evidence_book.commands.build import build
from evidence_book.extras import chromium, pdf
from evidence_book.extras.chromium import PrintError, find_chromium, open_document
from evidence_book.extras.print_pages import anchor, read_chapters
from evidence_book.rendering.toc import toc_parts

_compose_book = pdf.compose_book
# The part of the contents that is printed with the ledgers, see _config.yml.
APART = "For reproducers"
# Between the margins of A4 in print.css, at 96 pixels to the inch.
CONTENT_WIDTH = int((210 - 32) / 25.4 * 96)
# Every element beyond the sheet's edges, named by what it is and how it begins.
OUTSIDE = """() => [...document.querySelectorAll('body *')]
    .filter(one => getComputedStyle(one).display !== 'none')
    .filter(one => { const box = one.getBoundingClientRect();
        return box.width && (box.right > innerWidth + 1 || box.left < -1); })
    .map(one => `${one.tagName} ${one.className} ${one.textContent.slice(0, 40)}`)"""


# The ledgers are three times as long: they are printed in `make test-everywhere`.
VOLUMES = ["book", pytest.param("ledgers", marks=pytest.mark.everywhere)]


@pytest.fixture(scope="session", params=VOLUMES)
def volume(request):
    """Return which of the two documents is looked at."""
    return request.param


@pytest.fixture(scope="session")
def printed(site, volume, worker_id):
    """Return a printed document; the processes of pytest-xdist share one."""
    target = site.parent / f"{volume}.pdf"
    if worker_id != "master" and not _first(site, volume):
        deadline = time.monotonic() + 600
        while not target.exists():
            if time.monotonic() > deadline or (site.parent / "print-failed").exists():
                pytest.fail("the book was not printed by the process that began it")
            time.sleep(0.2)
    else:
        _need_chromium()
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(pdf, "compose_book", _composed)
                patch.setattr(pdf, "open_document", _measured(target.with_suffix(".json")))
                printed = pdf.print_book(site, ledgers=volume == "ledgers")
                target.with_suffix(".part").write_bytes(printed)
            target.with_suffix(".part").rename(target)
        except BaseException:
            (site.parent / "print-failed").touch()
            raise
    return PdfReader(target)


def _measured(path):
    """Return `open_document` that also writes what is wider than the paper, once it is printed."""

    @contextmanager
    def opened(document):
        with open_document(document) as page:
            yield page
            page.set_viewport_size({"width": CONTENT_WIDTH, "height": 900})
            path.write_text(json.dumps(page.evaluate(OUTSIDE)))

    return opened


def _first(site, volume):
    try:
        (site.parent / f"printing-{volume}").mkdir()
    except FileExistsError:
        return False
    return True


def _need_chromium():
    try:
        find_chromium()
    except PrintError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def document(site, volume):
    """Return the document that is printed; composing it takes seconds, once is enough."""
    return BeautifulSoup(_composed(site, ledgers=volume == "ledgers")[1].html, "html.parser")


@cache
def _composed(site, *, ledgers):
    return _compose_book(site, ledgers=ledgers)


def pages_of(volume):
    """Return the pages that a document has, in their order: the book all but the ledgers."""
    parts = toc_parts()
    apart = {page for caption, pages in parts if caption == APART for page in pages}
    return [page for _, pages in parts for page in pages if page not in apart or volume != "book"]


@cache
def texts(reader):
    """Return the words of each page; pdfium reads them a hundred times as fast as pypdf."""
    with pypdfium2.PdfDocument(reader.stream) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


@cache
def places(reader):
    """Return the page of each named place, counted from 1."""
    return {
        name.removeprefix("/"): reader.get_destination_page_number(one) + 1
        for name, one in reader.named_destinations.items()
    }


def outline(reader):
    """Return level, title and page of every entry."""
    found = []

    def walk(entries, level):
        for entry in entries:
            if isinstance(entry, list):
                walk(entry, level + 1)
            else:
                page = reader.get_destination_page_number(entry) + 1
                found.append((level, squeezed(entry.title), page))

    walk(reader.outline, 1)
    return found


def squeezed(text):
    """Return text without what a line break may add or take, spaces and hyphens, or a ligature."""
    # pdfium writes \x02 for a hyphen at the end of a line.
    return re.sub(r"[\s\x02\u00ad\u2010-]", "", unicodedata.normalize("NFKC", text))


def test_every_page_of_the_contents_is_in_it_and_in_order(printed, volume):
    # Of a page on which nothing is folded the ledgers have nothing.
    begins = [
        places(printed)[anchor(page)]
        for page in pages_of(volume)
        if volume == "book" or anchor(page) in places(printed)
    ]
    assert len(begins) > 40
    assert all(before < after for before, after in pairwise(begins))


def test_the_book_for_readers_has_at_most_110_pages(printed, volume):
    if volume == "book":
        assert 60 < len(printed.pages) <= 110


def test_the_ledgers_have_every_number_and_the_book_its_conclusions(document, volume):
    lines = document.select('tr[id*="--result-"]')
    claims = document.select(".claim")
    assert (len(lines) > 1500) == (volume == "ledgers")
    assert (len(claims) > 40) == (volume == "book")


def test_the_contents_name_the_page_on_which_each_chapter_begins(printed, document):
    lines = [
        squeezed(line)
        for text in texts(printed)[1 : min(places(printed).values()) + 1]
        for line in text.splitlines()
    ]
    told = "".join(lines)
    entries = document.select(".print-contents a")
    assert len(entries) > 40
    for entry in entries:
        name = entry["href"].removeprefix("#")
        page = places(printed)[name]
        assert f"{squeezed(entry.span.get_text())}{page}" in told, name
        assert squeezed(entry.span.get_text()) in squeezed(texts(printed)[page - 1]), name


def test_every_page_but_the_first_bears_its_number(printed):
    for number, text in enumerate(texts(printed)[1:], start=2):
        assert f"Notclinicaladvice.{number}" in squeezed(text), number


def test_no_page_is_empty(printed):
    head_and_foot = 3
    for number, text in enumerate(texts(printed), start=1):
        assert len(text.strip().splitlines()) > head_and_foot, number


def test_every_internal_link_leads_to_a_place_and_none_to_a_file(printed):
    inside = outside = 0
    for number, page in enumerate(printed.pages, start=1):
        for link in page.get("/Annots", []):
            link = link.get_object()
            if "/Dest" in link:
                assert str(link["/Dest"]).removeprefix("/") in places(printed), number
                inside += 1
            else:
                assert re.match(r"https?://|mailto:", link["/A"]["/URI"]), number
                outside += 1
    assert inside > 200
    assert outside > 100


def test_every_id_of_the_document_is_its_own_and_every_link_has_one(document):
    ids = [tag["id"] for tag in document.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for link in document.select('a[href^="#"]'):
        assert link["href"].removeprefix("#") in ids


def test_the_outline_has_every_part_chapter_and_section(printed, document):
    headings = document.find_all(["h1", "h2", "h3", "h4"])
    expected = [(int(tag.name[1]), squeezed(tag.get_text())) for tag in headings]
    assert [entry[:2] for entry in outline(printed)] == expected
    assert len(expected) > 100
    pages = [page for _, _, page in outline(printed)]
    assert pages == sorted(pages)


def test_a_heading_stands_on_the_page_that_the_outline_names(printed):
    for _, title, page in outline(printed):
        assert title in squeezed(texts(printed)[page - 1]), title


def test_the_last_column_of_every_table_is_there_to_its_last_sign(printed, document):
    whole = squeezed(" ".join(texts(printed)))
    cells = document.select("table tr > :last-child")
    assert len(cells) > 500
    # A row longer than a page is interrupted by foot and head; no other cell is.
    cut = [cell.get_text() for cell in cells if squeezed(cell.get_text()) not in whole]
    assert len(cut) == 0, cut[:5]


def test_nothing_is_wider_than_the_paper(site, printed, volume):
    assert json.loads((site.parent / f"{volume}.json").read_text()) == []


def test_what_is_wider_than_the_paper_would_be_found(tmp_path):
    _need_chromium()
    path = tmp_path / "wide.html"
    path.write_text(f"<p style='width: {CONTENT_WIDTH + 20}px'>Wide.</p><p>Narrow.</p>")
    with _measured(tmp_path / "outside.json")(path):
        pass
    assert json.loads((tmp_path / "outside.json").read_text()) == ["P  Wide."]


def test_each_figure_is_on_one_page_with_its_caption(printed, document, volume):
    figures = document.find_all("figure")
    assert len(figures) > 10 or volume == "ledgers"
    pages = [squeezed(text) for text in texts(printed)]
    for figure in figures:
        caption = squeezed(figure.figcaption.get_text())
        assert sum(caption in page for page in pages) == 1, caption


def test_the_pdf_says_what_it_is(printed):
    root = printed.root_object
    assert "Sorafenib" in printed.metadata.title
    assert root["/Lang"].startswith("en")
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert printed.metadata["/CreationDate"].startswith("D:20261122000000")
    assert [round(side) for side in printed.pages[0].mediabox[2:]] == [595, 842]


def test_the_first_page_says_what_the_book_is_and_is_not(printed):
    title = " ".join(texts(printed)[0].split())
    for words in (
        "Published summaries and aggregates only, no patient data",
        "Not clinical advice",
        "How to cite",
    ):
        assert words in title


def test_what_only_a_screen_can_use_is_not_printed(printed, document):
    assert not document.select("form, button, nav, .cell_input, section.reuse, a[download]")
    assert len(document.select(".print-cite")) == 1
    assert "Hide code" not in " ".join(texts(printed))


@pytest.mark.parametrize("name", ["index", "questions/landscape", "appendix/provenance"])
def test_one_page_printed_from_the_browser_shows_tables_and_no_controls(site, name):
    _need_chromium()
    with open_document(site / "chapters" / f"{name}.html") as page:
        page.set_viewport_size({"width": CONTENT_WIDTH, "height": 900})
        for screen_only in page.locator(".explore, .cell_input, a.headerlink, .top, .pages").all():
            assert not screen_only.is_visible()
        for table in page.locator("article table").all():
            assert table.bounding_box()["width"] <= CONTENT_WIDTH


# Sheets of A4 that a question takes, without what is folded on it.
MOST_SHEETS = 8
OTHERS = ["adding_interferon", "biomarker_prognosis", "interferon_dose", "landscape",
          "tolerability"]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "combination_vs_monotherapy",
        *(pytest.param(one, marks=pytest.mark.everywhere) for one in OTHERS),
    ],
)
def test_a_question_is_printed_on_few_sheets_which_say_what_they_leave_out(site, name):
    _need_chromium()
    with open_document(site / "chapters" / "questions" / f"{name}.html") as page:
        printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        assert len(printed.pages) <= MOST_SHEETS
        said = " ".join(" ".join(sheet.extract_text() for sheet in printed.pages).split())
        assert "open it on the page to print it" in said
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        whole = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        assert len(whole.pages) > len(printed.pages)


def page_of(tmp_path, monkeypatch, body):
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: chapters/index\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "html" / "chapters").mkdir(parents=True)
    page = tmp_path / "html" / "chapters" / "index.html"
    page.write_text(f"<article><h1 id='a'>Title</h1>{body}</article>")
    monkeypatch.setenv("EVIDENCE_ROOT", str(tmp_path))
    return tmp_path / "html"


def test_a_link_to_a_file_is_text_or_an_address_of_the_published_book(tmp_path, monkeypatch):
    link = '<p><a href="../downloads/all.csv" download>All</a> <a href="#a">Up</a></p>'
    html = page_of(tmp_path, monkeypatch, link)
    (unpublished,) = read_chapters(html, tmp_path)
    assert [a["href"] for a in unpublished.article.find_all("a")] == ["#index--a"]
    assert "All" in unpublished.article.get_text()
    (published,) = read_chapters(html, tmp_path, "https://example.org/book/")
    assert published.article.a["href"] == "https://example.org/book/downloads/all.csv"


def test_a_long_list_of_data_rows_names_the_studies_and_counts_their_rows(tmp_path, monkeypatch):
    rows = ", ".join(f'<a href="#a">{name}</a>' for name in ("x.a", "x.b", "y.a", "x.c", "x.d"))
    table = f'<table><tr id="result-n"><th>n</th><td>{rows}</td></tr></table>'
    (chapter,) = read_chapters(page_of(tmp_path, monkeypatch, table), tmp_path)
    assert chapter.article.td.get_text() == "x (4 rows), y (1 row)"


def test_the_id_of_a_data_row_is_broken_at_no_hyphen(printed):
    broken = []
    for text in texts(printed):
        for line, after in pairwise(text.splitlines()):
            name = re.split(r"[\s,]", line.strip())[-1] + after.strip()
            if line.strip().endswith("-") and re.match(r"[a-z0-9]+(-[a-z0-9]+)+\.[a-z]", name):
                broken.append(line)
    # Words that say what an id looks like are prose.
    assert [line for line in broken if "such as" not in line] == []


def test_an_image_that_is_missing_is_named(tmp_path):
    _need_chromium()
    path = tmp_path / "page.html"
    path.write_text('<img src="gone.svg" alt="">')
    with pytest.raises(PrintError, match="image gone.svg"), open_document(path):
        pass


def test_without_chromium_the_message_says_what_was_looked_for(monkeypatch):
    monkeypatch.delenv("EVIDENCE_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PrintError, match="looked for chromium.*, .*apt-get install chromium"):
        find_chromium()
    monkeypatch.setenv("EVIDENCE_CHROMIUM", "no-such-program")
    with pytest.raises(PrintError, match="EVIDENCE_CHROMIUM: expected .* got 'no-such-program'"):
        find_chromium()


def test_without_chromium_nothing_is_built_for_a_pdf(monkeypatch, capsys):
    monkeypatch.delenv("EVIDENCE_CHROMIUM", raising=False)
    monkeypatch.setattr(chromium, "NAMES", ("no-such-program",))
    with pytest.raises(typer.Exit):
        build(pdf=True)
    assert "looked for no-such-program" in capsys.readouterr().err


def test_a_program_that_is_no_browser_is_said_in_words(tmp_path, monkeypatch):
    monkeypatch.setenv("EVIDENCE_CHROMIUM", "true")
    path = tmp_path / "page.html"
    path.write_text("<p>Words.</p>")
    with pytest.raises(PrintError, match="true could not print the book"), open_document(path):
        pass


def test_a_print_that_fails_leaves_the_last_pdf_as_it_was(project):
    last = project / "_build" / pdf.PDF_NAME
    last.parent.mkdir()
    last.write_bytes(b"the last one")
    with pytest.raises(DataError, match="a built page"):
        pdf.make_pdfs()
    assert last.read_bytes() == b"the last one"
    assert [path.name for path in last.parent.iterdir()] == [pdf.PDF_NAME]
