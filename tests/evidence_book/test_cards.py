"""Cards: what a number is, beside it, by pointer, keyboard and finger, with no word made up."""

import csv
import json
from pathlib import Path

import pytest

import evidence_book.sphinx.cards as extension
from evidence.record.results import GRADES
from evidence_book.reports.registry import Registry
from evidence_book.runs.addresses import Addresses
from evidence_book.sphinx.card_data import as_script, linked_from
from tests.evidence_book.test_accessibility import grave_findings
from tests.parsed_pages import parse
from tests.used_pages import open_menus

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "questions/combination_vs_monotherapy"
SHOWN = ["index", QUESTION, "questions/biomarker_prognosis", "studies/rini-2011"]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def open_page(browser, site, page, **context):
    tab = browser.new_context(**context).new_page()
    tab.goto((site / "chapters" / f"{page}.html").as_uri())
    return tab


def cards_of(site, page):
    stored = parse(site / "chapters" / f"{page}.html").find(id="card-data")
    return json.loads(stored.string) if stored else None


def recorded(page, href):
    (link,) = linked_from(f'href="{href}"', f"chapters/{page}")
    return Registry(ROOT).result(link.page, link.key, "")


def places():
    """Where each row was read, straight from the tables."""
    found = {}
    for name, key in (("arms", "arm_id"), ("outcomes", "row_id"), ("characteristics", "row_id"),
                      ("biomarkers", "row_id")):  # fmt: skip
        with (ROOT / "data" / f"{name}.csv").open(encoding="utf-8") as stream:
            found |= {row[key]: row for row in csv.DictReader(stream)}
    return found


def hover(tab, link):
    link.scroll_into_view_if_needed()
    link.hover()
    tab.wait_for_selector("#card")


@pytest.mark.parametrize("page", SHOWN)
def test_the_card_of_a_number_says_what_was_recorded_and_where_it_was_read(page, site, browser):
    tab = open_page(browser, site, page)
    rows = places()
    for number in range(min(4, tab.locator("article a.num").count())):
        link = tab.locator("article a.num").nth(number)
        result = recorded(page, link.get_attribute("href"))
        hover(tab, link)
        assert tab.inner_text("#card-name") == result.label
        assert tab.inner_text("#card-value") == result.text
        text = tab.inner_text("#card")
        assert result.method in text
        assert GRADES[result.grade] in text
        assert ("outside the source documents" in text) == result.external
        for row in result.rows[:4]:
            assert row in text
            assert rows[row]["locator"] in text
        hidden = len(result.rows) - 4
        assert (f"and {hidden} more" in text) == (hidden > 0)
        tab.mouse.move(0, 0)
        tab.keyboard.press("Escape")


def test_every_link_of_every_card_leads_somewhere(site):
    anchors = {
        name: {tag["id"] for tag in parse(site / "chapters" / f"{name}.html").find_all(id=True)}
        for name in ("appendix/provenance", "methods/conventions", "appendix/glossary")
    }  # fmt: skip
    rows = json.loads(
        (site / "_static" / "card-rows.js").read_text().partition(" = ")[2].strip().rstrip(";")
    )
    seen = 0
    for path in (site / "chapters").rglob("*.html"):
        cards = cards_of(site, path.relative_to(site / "chapters").with_suffix("").as_posix()) or {}
        for card in [*cards.get("numbers", {}).values(), *cards.get("claims", {}).values()]:
            seen += 1
            assert (path.parent / card["code"]).resolve().exists()
            assert set(card.get("on", [])) <= set(cards["numbers"])
            assert {f"row-{row}" for row in card.get("rows", [])} <= anchors["appendix/provenance"]
            marks = {f"convention-{key}" for key in card.get("conventions", [])}
            assert marks <= anchors["methods/conventions"]
            assert all(rows[row][0] for row in card.get("rows", []))
        for href in cards.get("terms", {}):
            assert href.partition("#")[2] in anchors["appendix/glossary"]
    assert seen > 400


def test_every_number_in_prose_has_a_card(site):
    for path in (site / "chapters").rglob("*.html"):
        page = path.relative_to(site / "chapters").with_suffix("").as_posix()
        article = parse(path).article
        links = {a["href"] for a in article.select("a.num, a[href*='#result-']")}
        badges = {a["href"] for a in article.select("a.claim-mark")}
        if links or badges:
            assert links <= set(cards_of(site, page)["numbers"]), page
            assert badges <= set(cards_of(site, page)["claims"]), page


def test_a_number_in_a_table_has_a_card_too(site, browser):
    tab = open_page(browser, site, QUESTION)
    tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    link = tab.locator('[id^="table-"] td a[href^="#result-"]').first
    hover(tab, link)
    assert tab.inner_text("#card-value") == link.inner_text()


def test_a_conclusion_says_which_numbers_it_rests_on(site, browser):
    tab = open_page(browser, site, "index")
    badge = tab.locator("a.claim-mark").first
    (link,) = linked_from(f'href="{badge.get_attribute("href")}"', "chapters/index")
    registry = Registry(ROOT)
    claim = registry.claim(link.page, link.key, "")
    hover(tab, badge)
    text = tab.inner_text("#card")
    assert claim["state"] in text
    assert claim["rests_on"]
    for key in claim["rests_on"]:
        result = registry.result(link.page, key, "")
        assert f"{result.label}: {result.text}" in text


def test_the_pointer_can_move_into_the_card_and_leaving_closes_it(site, browser):
    tab = open_page(browser, site, QUESTION)
    hover(tab, tab.locator("article a.num").first)
    tab.hover("#card .card-ways a:first-child")
    tab.wait_for_timeout(600)
    assert tab.is_visible("#card")
    tab.mouse.move(2, 2)
    tab.wait_for_selector("#card", state="detached")


def test_the_keyboard_opens_the_card_reaches_its_links_and_escape_leads_back(site, browser):
    tab = open_page(browser, site, QUESTION)
    number = tab.locator("article a.num").first
    title = number.get_attribute("title")
    tab.keyboard.press("Tab")
    number.focus()
    tab.wait_for_selector("#card")
    assert number.get_attribute("aria-expanded") == "true"
    # Neither the browser's own words over the card, nor none for those who hear the page.
    assert number.get_attribute("title") is None
    assert number.get_attribute("aria-describedby") == "card-value"
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.closest('#card') !== null")
    tab.keyboard.press("Escape")
    assert tab.locator("#card").count() == 0
    assert number.evaluate("link => link === document.activeElement")
    assert number.get_attribute("title") == title
    assert number.get_attribute("aria-expanded") is None
    tab.keyboard.press("Tab")
    assert not number.evaluate("link => link === document.activeElement")


def test_escape_closes_a_card_that_the_pointer_opened(site, browser):
    tab = open_page(browser, site, QUESTION)
    hover(tab, tab.locator("article a.num").first)
    tab.keyboard.press("Escape")
    assert tab.locator("#card").count() == 0


def test_leaving_the_last_link_of_a_card_closes_it(site, browser):
    tab = open_page(browser, site, QUESTION)
    tab.keyboard.press("Tab")
    tab.locator("article a.num").first.focus()
    tab.wait_for_selector("#card")
    tab.locator("#card .card-ways a").last.focus()
    tab.keyboard.press("Tab")
    assert not tab.evaluate("document.activeElement.closest('#card')")
    first = tab.locator("article a.num").first
    assert first.get_attribute("aria-expanded") is None


@pytest.mark.parametrize("page", ["index", QUESTION, "studies/jonasch-2010"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_tap_opens_the_card_within_the_window_and_its_link_leads_on(page, scheme, site, browser):
    tab = open_page(browser, site, page, color_scheme=scheme, **PHONE)
    before = tab.url
    links = tab.locator("article a.num")
    for number in range(min(5, links.count())):
        links.nth(number).tap()
        box = tab.locator("#card").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 844
        assert tab.url == before
        assert tab.evaluate("document.documentElement.scrollWidth") <= 391
        # The same number again closes its card, which may cover the next one.
        links.nth(number).tap()
        assert tab.locator("#card").count() == 0
    links.first.tap()
    tab.locator("#card .card-ways a").first.tap()
    tab.wait_for_url("**#result-*")


def test_a_tap_beside_the_card_closes_it(site, browser):
    tab = open_page(browser, site, "index", **PHONE)
    tab.locator("article a.num").first.tap()
    tab.locator("#card").wait_for()
    tab.locator("h1").last.tap(force=True)
    tab.wait_for_selector("#card", state="detached")


def test_without_a_script_the_link_leads_to_the_line_of_the_number(site, browser):
    tab = open_page(browser, site, QUESTION, java_script_enabled=False)
    number = tab.locator("article a.num").first
    assert number.get_attribute("title")
    number.click()
    assert "#result-" in tab.url
    assert tab.locator("#card").count() == 0


def test_a_switched_page_shows_the_chosen_and_the_published_value(site, browser):
    tab = open_page(browser, site, "questions/landscape")
    open_menus(tab)
    tab.select_option("#switch-0", index=1)
    moved = tab.locator("article p a.num.moved[href^='#result-']").first
    href = moved.get_attribute("href")
    published = recorded("questions/landscape", href).text
    hover(tab, moved)
    line = tab.evaluate("id => document.getElementById(id).cells[2].textContent", href[1:])
    assert tab.inner_text("#card-value") == line != published
    assert f"Published: {published}" in tab.inner_text("#card .card-moved")
    tab.keyboard.press("Escape")
    tab.click("#switch button")
    tab.mouse.move(0, 0)
    hover(tab, tab.locator(f'article p a.num[href="{href}"]').first)
    assert tab.inner_text("#card-value") == published
    assert tab.locator(".card-moved").count() == 0


def test_a_choice_in_the_menus_closes_an_open_card(site, browser):
    tab = open_page(browser, site, "questions/landscape")
    hover(tab, tab.locator("article a.num").first)
    open_menus(tab)
    tab.select_option("#switch-0", index=1)
    assert tab.locator("#card").count() == 0


EVIL = '</script><!--<img src=x onerror="window.ran = true"> & \u2028'


def test_markup_in_a_label_is_shown_as_text_and_never_run(tmp_path, browser):
    number = {
        "name": EVIL, "text": EVIL, "how": EVIL, "conventions": [], "grade": EVIL,
        "rows": ["x"], "more": 0, "code": "x.ipynb",
    }  # fmt: skip
    cards = {
        "numbers": {"#result-a": number}, "claims": {},
        "provenance": "p.html", "conventions": "c.html",
    }  # fmt: skip
    script = Path(extension.__file__).with_name("cards.js").read_text()
    evil = json.dumps(EVIL).replace("<", "\\u003c")
    (tmp_path / "page.html").write_text(
        f'<!doctype html><article><a class="num" href="#result-a">1</a></article>'
        f"{as_script(cards)}<script>window.evidenceRows = {{x: [{evil}, '']}}; {script}</script>"
    )
    tab = browser.new_page()
    tab.goto((tmp_path / "page.html").as_uri())
    hover(tab, tab.locator("a.num"))
    assert tab.text_content("#card-name") == EVIL
    assert tab.locator("#card img").count() == 0
    assert tab.evaluate("window.ran") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_open_card_has_no_grave_finding(site, browser, scheme):
    tab = open_page(browser, site, "index", color_scheme=scheme, reduced_motion="reduce")
    hover(tab, tab.locator("article a.num").first)
    assert grave_findings(tab) == []
    tab.keyboard.press("Escape")
    hover(tab, tab.locator("article a.claim-mark").first)
    assert grave_findings(tab) == []


def test_a_card_is_not_printed(site, browser):
    tab = open_page(browser, site, "index")
    hover(tab, tab.locator("article a.num").first)
    tab.emulate_media(media="print")
    assert not tab.is_visible("#card")


def test_cards_ask_no_other_host_for_anything(site, browser):
    context = browser.new_context(offline=True)
    tab = context.new_page()
    asked, said = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("pageerror", lambda error: said.append(str(error)))
    for page in SHOWN:
        tab.goto((site / "chapters" / f"{page}.html").as_uri())
        hover(tab, tab.locator("article a.num").first)
    context.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize(
    ("repository", "address"),
    [
        ("", ""),
        ("https://github.com/a/b", "https://github.com/a/b/blob/main/chapters/x.ipynb"),
        ("https://gitlab.com/a/b", "https://gitlab.com/a/b/-/blob/main/chapters/x.ipynb"),
    ],
)
def test_with_a_repository_the_code_is_the_notebook_there(repository, address):
    assert Addresses(repository=repository).source("chapters/x.ipynb") == address


def test_pages_without_numbers_and_terms_load_no_cards(site):
    page = (site / "chapters" / "appendix" / "data-dictionary.html").read_text()
    assert "card-data" not in page
    assert "cards.js" not in page
