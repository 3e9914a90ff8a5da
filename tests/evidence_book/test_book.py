"""The built book: rendered without a kernel, whole, offline, seen in a browser."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from evidence_book.rendering.build import build_book, publish
from evidence_book.rendering.fingerprints import present_key
from evidence_book.rendering.site import check_site
from evidence_book.rendering.toc import toc_pages
from evidence_book.runs.freshness import list_pages
from tests.evidence_book.test_content_security import wait_until
from tests.parsed_pages import parse
from tests.small_book import make_book

ROOT = Path(__file__).resolve().parents[2]
# Pages that a reader meets first, and one of each kind.
SEEN = [
    "index",
    "how-to-read",
    "questions/combination_vs_monotherapy",
    "questions/biomarker_prognosis",
    "studies/jonasch-2010",
    "methods/conventions",
    "appendix/provenance",
]


@pytest.fixture
def book(site):
    """Return the book, rendered with every warning an error."""
    return site


def page(book, name):
    return parse(book / "chapters" / f"{name}.html")


def words(book, name):
    return " ".join(page(book, name).article.get_text(" ").split())


def test_the_index_is_where_readers_open_the_book(book):
    assert (book / "index.html").exists()
    assert "chapters/index.html" in (book / "index.html").read_text()


def test_nothing_is_wrong_with_any_page(book):
    assert check_site(book) == []


def test_every_page_of_the_contents_was_built(book):
    for name in toc_pages():
        assert (book / f"{name}.html").exists(), name
    assert {f"chapters/{name}" for name in list_pages()} <= set(toc_pages())


def test_the_answers_stand_on_the_index_with_number_and_certainty(book):
    text = words(book, "index")
    assert "The evidence is very uncertain about the effect of adding interferon-alfa" in text
    assert "\u22125.0 points (95 % CI \u221224.5 to 14.8)" in text
    assert "0.98 (95 % CI 0.62 to 1.54)" in text
    assert "\u2295\u25ef\u25ef\u25ef very low certainty" in text
    assert "Not clinical advice" in text


def test_a_number_leads_to_how_it_was_made_and_on_to_its_source(book):
    question = page(book, "questions/combination_vs_monotherapy")
    number = question.find("a", class_="num", string=re.compile("10/40"))
    assert "Clopper-Pearson" in number["title"]
    line = question.find(id=number["href"].lstrip("#"))
    row = line.find("a", href=re.compile(r"provenance\.html#row-jonasch-2010\.orr"))
    anchor = row["href"].partition("#")[2]
    source = page(book, "appendix/provenance").find(id=anchor)
    assert "abstract, results" in source.text
    assert source.find("a", href="https://pubmed.ncbi.nlm.nih.gov/19862815/")


def test_studies_and_questions_link_to_each_other(book):
    study = page(book, "studies/jonasch-2010")
    assert study.article.find("a", href=re.compile("combination_vs_monotherapy"))
    question = page(book, "questions/combination_vs_monotherapy")
    assert question.article.find("a", href=re.compile("studies/jonasch-2010"))


def test_a_page_ends_with_its_parameters_and_the_command_that_makes_it_again(book):
    article = page(book, "questions/biomarker_prognosis").article
    commands = [block.get_text().strip() for block in article.find_all("pre")]
    assert "evidence run questions/biomarker_prognosis --force" in commands
    table = article.find(class_="parameters")
    (line,) = [row for row in table.find_all("tr") if row.th.text == "n_hypotheses"]
    assert "a whole number from 2 to 200" in line.text
    assert page(book, "studies/jonasch-2010").article.find(class_="parameters")


def test_the_appendix_says_what_changed_since_the_last_edition(book):
    text = words(book, "appendix/what-changed")
    assert "No edition has been released yet." in text or "Since edition" in text


def test_figures_have_number_caption_and_finding(book):
    for name, count in (
        ("combination_vs_monotherapy", 4),
        ("biomarker_prognosis", 2),
        ("interferon_dose", 1),
        ("adding_interferon", 2),
        ("landscape", 2),
    ):
        figures = page(book, f"questions/{name}").article.find_all("figure")
        assert len(figures) == count
        for figure in figures:
            assert figure.find(class_="caption-number")
            assert len(figure.img["alt"]) > 60


def test_reconstructions_say_that_they_are_no_patient_data(book):
    assert "not patient data" in words(book, "questions/combination_vs_monotherapy")


def test_an_unknown_number_fails_the_build_with_file_and_line(tmp_path, monkeypatch):
    book = make_book(tmp_path / "book")
    monkeypatch.setenv("EVIDENCE_ROOT", str(book))
    target = book / "chapters" / "methods" / "two.md"
    target.write_text(target.read_text() + "\nSee {num}`questions/one.nothing`.\n")
    done = subprocess.run(
        ["jupyter-book", "build", str(book), "--path-output", str(tmp_path), "-n", "-W",
         "--keep-going", "-q"],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.returncode != 0
    assert re.search(
        r"two\.md:\d+: ERROR: num: no result named nothing on questions/one",
        done.stdout + done.stderr,
    )


def test_a_failed_build_leaves_the_published_book_as_it_was(tmp_path, monkeypatch):
    book = make_book(tmp_path / "book")
    monkeypatch.setenv("EVIDENCE_ROOT", str(book))
    published = book / "_build" / "html"
    published.mkdir(parents=True)
    (published / "index.html").write_text("the last good book")
    (book / "chapters" / "methods" / "two.md").write_text("# Title\n\n{num}`nothing`\n")
    with pytest.raises(Exception, match="no result named nothing|expected the name of a page"):
        build_book(proven=present_key())
    assert (published / "index.html").read_text() == "the last good book"
    assert not list((book / "_build").glob(".staging*"))


def test_publishing_replaces_the_book_as_a_whole(tmp_path):
    new, old = tmp_path / "new", tmp_path / "html"
    new.mkdir()
    old.mkdir()
    (new / "index.html").write_text("new")
    (old / "left-over.html").write_text("old")
    publish(new, old)
    assert [path.name for path in old.iterdir()] == ["index.html"]
    assert [path.name for path in tmp_path.iterdir()] == ["html"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_pages_open_from_a_folder_without_network_errors_or_sideways_scrolling(
    book, browser, width, scheme
):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
    )
    tab = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("pageerror", lambda error: said.append(str(error)))
    for name in SEEN:
        tab.goto((book / "chapters" / f"{name}.html").as_uri(), wait_until="load")
        # Scripts that ask for something late get a moment to do so. Playwright's "networkidle"
        # is no substitute: on file:// pages it sometimes never comes.
        tab.wait_for_timeout(250)
        assert tab.locator("article h1").count() == 1, name
        assert tab.evaluate("document.documentElement.scrollWidth") <= width + 1, name
        # The form of a figure for the other theme is fetched when it is first shown.
        broken = (
            "Array.from(document.images).filter(i => i.checkVisibility())"
            ".filter(i => !i.complete || !i.naturalWidth).length"
        )
        tab.evaluate("for (const image of document.images) image.loading = 'eager'")
        wait_until(tab, f"{broken} === 0")
    context.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_formulas_are_drawn_without_a_network(book, browser):
    tab = browser.new_page()
    tab.goto((book / "chapters" / "methods" / "conventions.html").as_uri())
    assert tab.locator("math").count() >= 3
    # A fraction that the browser draws is higher than a line of text.
    assert tab.locator("math:has(mfrac)").first.bounding_box()["height"] > 30
    tab.close()


def test_the_keyboard_reaches_a_number_and_its_origin(book, browser):
    tab = browser.new_page()
    tab.goto((book / "chapters" / "questions" / "combination_vs_monotherapy.html").as_uri())
    number = tab.locator("article a.num").first
    number.focus()
    assert number.evaluate("element => element === document.activeElement")
    tab.keyboard.press("Enter")
    assert "#result-" in tab.url
    tab.close()
