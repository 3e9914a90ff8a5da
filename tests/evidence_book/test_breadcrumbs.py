"""Breadcrumbs: where a page stands in the book, on top of every page but the first."""

import yaml

from evidence_book.sphinx.navigation import trail as trail_of
from tests.conftest import ROOT
from tests.parsed_pages import parse


def trail(site, page):
    return parse(site / f"{page}.html").select_one('nav[aria-label="Breadcrumb"]')


def test_every_page_says_which_part_it_stands_in(site):
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text())
    for part in contents["parts"]:
        for chapter in part["chapters"]:
            items = trail(site, chapter["file"]).find_all("li")
            page = parse(site / f"{chapter['file']}.html")
            heading = page.article.h1.get_text().removesuffix("#")
            assert [item.get_text() for item in items] == ["Home", part["caption"], heading]


def test_home_leads_to_the_first_page_and_the_page_is_named_as_the_current_one(site):
    nav = trail(site, "chapters/studies/jonasch-2010")
    assert nav.a["href"] == "../index.html"
    assert len(nav.find_all("a")) == 1
    assert nav.find_all("li")[-1]["aria-current"] == "page"


def test_the_first_page_has_none(site):
    assert trail(site, "chapters/index") is None


def test_markup_in_a_title_is_text():
    assert "&lt;b&gt;" in str(trail_of("index.html", "<b>", "<b>"))
    assert "<b>" not in str(trail_of("index.html", "<b>", "<b>"))


def test_on_a_phone_the_trail_is_one_line_within_the_window(site, browser):
    tab = browser.new_page(viewport={"width": 390, "height": 844})
    for page in ("studies/jonasch-2010", "questions/combination_vs_monotherapy"):
        tab.goto((site / "chapters" / f"{page}.html").as_uri())
        box = tab.locator(".crumbs ol").bounding_box()
        assert box["height"] < 30
        last = tab.locator(".crumbs li").last.bounding_box()
        assert last["width"] > 30
        assert last["x"] + last["width"] <= 390
    tab.close()


def test_the_trail_is_not_printed(site, browser):
    tab = browser.new_page()
    tab.goto((site / "chapters" / "how-to-read.html").as_uri())
    assert tab.is_visible(".crumbs")
    tab.emulate_media(media="print")
    assert not tab.is_visible(".crumbs")
    tab.close()
