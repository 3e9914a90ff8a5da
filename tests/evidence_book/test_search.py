"""The search gives excerpts wherever the book is opened, questions first, no page twice."""

import json
import re
from urllib.parse import quote

import pytest

from evidence_book.sphinx.search import text_of
from tests.evidence_book.test_content_security import served


def results(tab):
    """Return what is listed: title, address and excerpt."""
    return tab.evaluate(
        "[...document.querySelectorAll('#search-results li')].map(item => [item.querySelector('a')"
        ".textContent, item.querySelector('a').getAttribute('href'),"
        " (item.querySelector('p.context') || {textContent: ''}).textContent])"
    )


@pytest.mark.parametrize("way", ["disk", "server"])
@pytest.mark.parametrize("query", ["sorafenib", "hazard ratio", "progression", "non-inferiority"])
def test_every_result_has_an_excerpt_and_the_console_is_silent(site, browser, way, query):
    said, asked, missing = [], [], []
    with served(site, way) as base:
        tab = browser.new_page()
        tab.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("response", lambda got: missing.append(got.url) if got.status >= 400 else None)
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(f"{base}/search.html?q={query}")
        tab.get_by_text("Search finished").wait_for()
        tab.wait_for_timeout(200)
        found = results(tab)
        tab.close()
    assert len(found) > 1
    # An entry of the index may lead to a place whose page says it in other words.
    word = query.split()[0].lower()[:6]
    assert all(excerpt for _, _, excerpt in found)
    assert sum(word in excerpt.lower() for _, _, excerpt in found) >= len(found) / 2
    # The theme says at the first visit that no mode is set; a server has no icon of its own.
    assert [x for x in said if "theme mode" not in x and "404" not in x] == []
    assert [url for url in missing if not url.endswith("/favicon.ico")] == []
    assert not [url for url in asked if "chapters/" in url]
    pages = [(title, address.partition("#")[0]) for title, address, _ in found]
    assert len(set(pages)) == len(pages)
    questions = ["chapters/questions/" in address for _, address, _ in found]
    assert questions == sorted(questions, reverse=True)
    assert questions[0]


@pytest.mark.parametrize(
    ("query", "number"), [("0.98", "0.98"), ("hazard 1.15", "1.15"), ("P = .0411", ".0411")]
)
def test_a_decimal_number_is_found_where_it_stands(site, browser, query, number):
    tab = browser.new_page()
    tab.goto(f"{(site / 'search.html').as_uri()}?q={quote(query)}")
    tab.get_by_text("Search finished").wait_for()
    tab.wait_for_timeout(200)
    found = results(tab)
    tab.close()
    assert len(found) > 1
    texts = [text_of((site / address.partition("#")[0]).read_text()) for _, address, _ in found]
    assert all(re.search(rf"(?<![\d.]){re.escape(number)}(?!\d)", text) for text in texts)
    assert all(number in excerpt for _, _, excerpt in found)


@pytest.mark.parametrize("query", ["Ryan", "0.98", "sorafenib"])
def test_results_are_no_wider_than_a_phone(site, browser, query):
    tab = browser.new_page(viewport={"width": 390, "height": 844})
    tab.goto(f"{(site / 'search.html').as_uri()}?q={query}")
    tab.get_by_text("Search finished").wait_for()
    tab.wait_for_timeout(200)
    width = tab.evaluate("document.documentElement.scrollWidth")
    tab.close()
    assert width <= 390


def test_only_the_page_of_the_search_loads_the_texts(site):
    loading = [
        path.relative_to(site).as_posix()
        for path in site.rglob("*.html")
        if "_static" not in path.parts and "search_texts.js" in path.read_text()
    ]
    assert loading == ["search.html"]
    script = (site / "_static" / "search_texts.js").read_text()
    texts = json.loads(script.removeprefix("window.evidenceTexts = ").rstrip(";\n"))
    assert len(texts) > 50
    assert not [name for name, text in texts.items() if "<" in text and "</" in text]


def test_the_text_of_a_page_is_what_a_reader_reads():
    body = (
        '<h1>One<a class="headerlink" href="#x">#</a></h1><script>run()</script>'
        "<p>P&nbsp;&lt;.05 &amp; <b>more</b></p><svg><text>3</text></svg>"
    )
    assert text_of(body) == "One P <.05 & more"


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("pAKT", "questions/biomarker_prognosis"),
        ("toxicity", "questions/tolerability"),
        ("hand-foot", "questions/tolerability"),
        ("survival", "questions/"),
        ("interferon dose", "questions/interferon_dose"),
        ("Jonasch", "studies/jonasch-2010"),
    ],
)
def test_a_readers_word_finds_its_page_first(site, browser, query, first):
    tab = browser.new_page()
    tab.goto(f"{(site / 'search.html').as_uri()}?q={quote(query)}")
    tab.get_by_text("Search finished").wait_for()
    found = results(tab)
    tab.close()
    assert first in found[0][1], [address for _, address, _ in found[:4]]


def test_results_follow_what_is_typed_and_no_older_ones_come_after(site, browser):
    tab = browser.new_page()
    tab.goto((site / "search.html").as_uri())
    field = tab.locator(".find-here input")
    assert field.evaluate("one => one === document.activeElement")
    tab.keyboard.type("survival")
    tab.wait_for_selector("#search-results li")
    field.fill("pAKT")
    tab.get_by_text("Search finished").wait_for()
    tab.wait_for_timeout(300)
    found = results(tab)
    assert "biomarker_prognosis" in found[0][1]
    assert tab.url.endswith("?q=pAKT")
    assert len({(title, address) for title, address, _ in found}) == len(found)
    field.fill("")
    assert tab.locator("#search-results li").count() == 0
    tab.close()
