"""Tables fit the page where their words can wrap, and show that they go on where they cannot."""

import pytest

WIDE = """[...document.querySelectorAll('article .evidence-table')]
  .filter(region => region.scrollWidth > region.clientWidth + 1)
  .map(region => region.querySelector('caption').textContent)"""
COLUMNS = """[...document.querySelectorAll('article .evidence-table')].filter(region =>
  region.querySelector('thead tr').cells.length < 4 && region.scrollWidth > region.clientWidth + 1)
  .map(region => region.querySelector('caption').textContent)"""

# What is wider than the screen and stands in no frame that scrolls and can be reached by keyboard.
CUT = """() => {
  const wide = document.documentElement.clientWidth + 1;
  const framed = (one) => { const frame = one.closest('[tabindex="0"], div.math, .on-page, #pages');
    return frame && getComputedStyle(frame).overflowX === 'auto'; };
  return [...document.querySelectorAll('body *')]
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().width
      && one.getBoundingClientRect().right > wide && !one.closest('svg, math') && !framed(one))
    .map(one => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 30)}`)
    .concat(document.documentElement.scrollWidth > wide ? ['the page scrolls sideways'] : []);
}"""
# A page of each kind; what a study or a question adds is on the largest of them.
KINDS = ["index", "questions/landscape", "studies/tcga-kirc", "methods/multiverse",
         "methods/conventions", "appendix/audit", "appendix/trials"]  # fmt: skip
MORE = ["questions/adding_interferon", "questions/biomarker_prognosis", "questions/tolerability",
        "questions/combination_vs_monotherapy", "questions/interferon_dose",
        "appendix/discrepancies", "appendix/status", "appendix/provenance"]  # fmt: skip


@pytest.mark.parametrize(
    "page", [*KINDS, *(pytest.param(one, marks=pytest.mark.everywhere) for one in MORE)]
)
def test_nothing_is_cut_at_any_width(site, browser, page):
    tab = opened(browser, site, page, 1440)
    for width in (1440, 1024, 768, 390):
        tab.set_viewport_size({"width": width, "height": 900})
        assert tab.evaluate(CUT) == [], width
    tab.close()


def opened(browser, site, page, width):
    tab = browser.new_page(viewport={"width": width, "height": 900})
    tab.goto((site / "chapters" / f"{page}.html").as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    tab.wait_for_timeout(200)
    return tab


@pytest.mark.parametrize("study", ["jonasch-2010", "hudes-2007", "escudier-2007-target"])
def test_every_table_of_a_study_fits_a_laptop(site, browser, study):
    tab = opened(browser, site, f"studies/{study}", 1280)
    assert tab.evaluate("document.querySelectorAll('article .evidence-table').length") > 8
    assert tab.evaluate(WIDE) == []
    tab.close()


@pytest.mark.parametrize("page", ["studies/jonasch-2010", "questions/landscape"])
def test_a_table_of_few_columns_fits_a_phone_and_no_page_scrolls_sideways(site, browser, page):
    tab = opened(browser, site, page, 390)
    assert tab.evaluate(COLUMNS) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tab.close()


def test_a_table_that_goes_on_has_a_shade_at_its_edge(site, browser):
    tab = opened(browser, site, "studies/jonasch-2010", 390)
    assert tab.evaluate(WIDE)
    shade = "getComputedStyle(document.querySelector('.evidence-table')).backgroundAttachment"
    assert tab.evaluate(shade) == "local, local, scroll, scroll"
    tab.close()


def test_the_key_of_a_number_leaves_room_for_what_it_rests_on(site, browser):
    tab = opened(browser, site, "studies/jonasch-2010", 1280)
    key, *_, how, rows = tab.evaluate(
        "[...[...document.querySelectorAll('article caption')].find(one => one.textContent"
        ".startsWith('Every number')).parentElement.rows[1].cells].map(cell => cell.offsetWidth)"
    )
    assert key < 180
    assert min(how, rows) > 60
    tab.close()
