"""Terms of the glossary: linked once a page, in prose only, in exactly their own words."""

import pytest
from bs4 import BeautifulSoup

from evidence_book.rendering.build import render
from evidence_book.sphinx.glossary import Term, pattern_of, term_named
from tests.evidence_book.test_accessibility import grave_findings
from tests.parsed_pages import parse
from tests.small_book import make_book

TERMS = {
    name: Term(name, f"term-{name}", "") for name in ("hazard ratio", "OS", "MU", "E-value", "pAKT")
}


def found(text):
    return [term_named(one[0], TERMS).name for one in pattern_of(TERMS).finditer(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The hazard ratio is", ["hazard ratio"]),
        ("Hazard ratio of OS", ["hazard ratio", "OS"]),
        ("the hazard\nratio", ["hazard ratio"]),
        ("two hazard ratios, Hazard Ratio, haphazard ratio", []),
        ("os, OSX, non-OS, COS", []),
        ("an E-value, not an e-value", ["E-value"]),
        ("PAKT and pAKT-negative", []),
    ],
)
def test_only_the_exact_words_of_an_entry_are_its_term(text, names):
    assert found(text) == names


def test_without_terms_nothing_is_found():
    assert pattern_of({}).search("anything") is None


def articles(site):
    for path in sorted((site / "chapters").rglob("*.html")):
        yield path.stem, parse(path).article


def test_a_page_links_each_term_once_and_only_in_prose(site):
    count = 0
    for name, article in articles(site):
        links = article.select("a.glossary-term")
        count += len(links)
        assert len({link["href"] for link in links}) == len(links), name
        for link in links:
            assert link.find_parent(["p"]), name
            outside = ["h1", "h2", "h3", "h4", "table", "code", "pre", "figcaption"]
            assert not link.find_parent(outside), name
            assert not link.find_parent(class_="claim"), name
            assert not link.find_parent("a"), name
    assert count > 20


def test_the_glossary_does_not_link_to_itself(site):
    assert not dict(articles(site))["glossary"].select("a.glossary-term")


def test_the_link_leads_to_the_entry_and_its_card_shows_the_definition(site, browser):
    tab = browser.new_page()
    tab.goto((site / "chapters" / "questions" / "combination_vs_monotherapy.html").as_uri())
    link = tab.locator("a.glossary-term", has_text="hazard ratio").first
    link.scroll_into_view_if_needed()
    link.hover()
    tab.wait_for_selector("#card")
    assert tab.inner_text("#card-name") == "hazard ratio"
    words = (
        "Ratio of the rates at which events happen in two arms; below one favours the first arm."
    )
    assert tab.inner_text("#card-value") == words
    assert grave_findings(tab) == []
    link.click()
    tab.wait_for_url("**/appendix/glossary.html#term-hazard-ratio")
    assert "hazard ratio" in tab.locator(":target").inner_text()
    tab.close()


def test_terms_that_a_page_links_by_hand_are_not_linked_again(tmp_path, monkeypatch):
    book = make_book(tmp_path / "book")
    monkeypatch.setenv("EVIDENCE_ROOT", str(book))
    terms = book / "chapters" / "appendix" / "glossary.md"
    terms.with_name("terms.md").rename(terms)
    contents = book / "_toc.yml"
    contents.write_text(contents.read_text().replace("appendix/terms", "appendix/glossary"))
    more = "word\n  What is said.\n\nE-value\n  How strong.\n\nMU\n  The unit.\n"
    terms.write_text(terms.read_text().replace("word\n  What is said.\n", more))
    page = book / "chapters" / "methods" / "two.md"
    page.write_text(f"{page.read_text()}\nThe {{term}}`E-value` is an E-value; MU and MU.\n")
    render(book, tmp_path)
    built = tmp_path / "_build" / "html" / "chapters" / "methods" / "two.html"
    article = BeautifulSoup(built.read_text(), "html.parser").article
    texts = [link.text for link in article.select("a.glossary-term")]
    assert "E-value" not in texts
    assert texts.count("MU") == 1
    cards = article.find(id="card-data").string
    assert "How strong." in cards
