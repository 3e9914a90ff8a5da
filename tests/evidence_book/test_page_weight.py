"""A page is light: what a reader loads to see it, compressed, stays within a budget by its kind."""

import gzip
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.parsed_pages import parse

# Compressed bytes of the first view, everything included; a page of Jupyter Book's own theme loads
# 1.1 to 1.2 million. A third above the largest page of each kind.
BUDGETS = {"index": 40_000, "questions": 130_000, "studies": 140_000, "methods": 100_000,
           "library": 80_000, "appendix": 70_000, "how-to-read": 30_000}  # fmt: skip
# Bytes as they are written, for a stylesheet is read by people too.
STYLE, SCRIPT = 12_800, 4_000


def weigh(path):
    return len(gzip.compress(path.read_bytes(), 9))


def first_view(tab, page):
    """Return the files that a page asks for before anybody touches it."""
    asked = set()
    tab.on("request", lambda request: asked.add(request.url))
    tab.goto(page.as_uri(), wait_until="load")
    files = {Path(unquote(urlsplit(url).path)) for url in asked if url.startswith("file:")}
    tab.close()
    return files


def test_the_first_view_of_every_page_is_within_its_budget(site, browser):
    heavy = {}
    for page in sorted((site / "chapters").rglob("*.html")):
        kind = page.relative_to(site / "chapters").with_suffix("").parts[0]
        weight = sum(map(weigh, first_view(browser.new_page(), page)))
        if weight > BUDGETS[kind]:
            heavy[page.stem] = weight
    assert heavy == {}


def test_the_stylesheet_and_the_script_of_all_pages_are_small(site):
    assert (site / "_static" / "book.css").stat().st_size <= STYLE
    assert weigh(site / "_static" / "theme.js") < SCRIPT


@pytest.mark.parametrize(
    ("script", "use"),
    [
        ("cards.js", "document.dispatchEvent(new PointerEvent('pointermove'))"),
        ("datatables.js", "document.querySelector('.table-tools button').click()"),
        ("switch.js", "document.getElementById('explore').open = true"),
    ],
)
def test_a_script_loads_when_what_it_does_is_used(site, browser, script, use):
    page = site / "chapters" / "questions" / "combination_vs_monotherapy.html"
    assert not [tag for tag in parse(page).select("script[src]") if script in tag["src"]]
    tab = browser.new_page()
    tab.goto(page.as_uri(), wait_until="load")
    tab.evaluate(use)
    # Chromium may have moved the pointer before, when it drew the page.
    tab.wait_for_selector(f"script[src*='{script}']", state="attached")
    tab.close()


def test_a_figure_is_at_most_60_thousand_bytes(site):
    # An interval for each of some hundred analyses, and the choices behind it.
    many_points = {"marker-specifications"}
    heavy = {
        path.stem: path.stat().st_size
        for path in (site / "downloads" / "figures").glob("*.svg")
        if path.stat().st_size > 60_000 and path.stem.split(".")[0] not in many_points
    }
    assert heavy == {}
