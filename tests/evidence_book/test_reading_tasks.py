"""What a stranger comes for, done with the keyboard alone: the answer, its source, the citation."""

import re

import pytest

# Places that a page is made of, for those who jump from one to the next.
LANDMARKS = ("main", "[role=navigation], nav", "[role=contentinfo], footer")


@pytest.fixture
def tab(browser):
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    yield page
    page.close()


def open_page(tab, site, name):
    tab.goto((site / "chapters" / f"{name}.html").as_uri())


def focused(tab):
    return tab.evaluate("document.activeElement.textContent.trim()")


def tab_until(tab, wanted, most=120):
    """Press Tab until the focus is on what matches; return how often it took."""
    for count in range(1, most + 1):
        tab.keyboard.press("Tab")
        if re.search(wanted, focused(tab)):
            return count
    raise AssertionError(f"expected to reach {wanted} with {most} steps, got to {focused(tab)}")


def test_the_first_step_of_the_keyboard_skips_to_the_content(tab, site):
    open_page(tab, site, "questions/combination_vs_monotherapy")
    tab.keyboard.press("Tab")
    assert "Skip to main content" in focused(tab)
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("Boolean(document.activeElement.closest('main'))")


def test_the_answer_stands_on_the_first_screen(tab, site):
    open_page(tab, site, "index")
    plain = tab.get_by_text("too small to tell whether", exact=False).first.bounding_box()
    assert plain["y"] + plain["height"] < 700
    certainty = tab.get_by_text("very low certainty").first.bounding_box()
    assert certainty["y"] < 700


def test_a_question_opens_with_its_answer_and_its_figure_not_with_code(tab, site):
    open_page(tab, site, "questions/combination_vs_monotherapy")
    first = tab.locator("article .claim").first.bounding_box()
    assert first["y"] < 700
    assert tab.locator("article details.above-input:visible").count() == 0


def test_a_number_is_traced_to_the_page_of_record_by_keyboard(tab, site):
    open_page(tab, site, "index")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab_until(tab, r"^Does adding interferon-alfa to sorafenib help\?$")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/combination_vs_monotherapy.html*")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab_until(tab, r"^10/40$")
    card = tab.locator("[popover]:popover-open, .card:visible").first
    card.wait_for()
    assert "Jonasch" in card.text_content()
    tab.keyboard.press("Enter")
    assert tab.url.endswith("#result-orr_combination")
    row = tab.locator("tr#result-orr_combination")
    assert row.is_visible()
    row.locator('a[href*="#row-jonasch-2010.orr"]').first.press("Enter")
    tab.wait_for_url("**/provenance.html#row-*")
    source = tab.locator('[id="row-jonasch-2010.orr.percent.sorafenib_ifn"] a.external').first
    assert source.get_attribute("href").startswith("https://pubmed.ncbi.nlm.nih.gov/")


def test_a_page_says_how_to_cite_it(tab, site):
    open_page(tab, site, "questions/biomarker_prognosis")
    cited = tab.locator(".cite-this").first.text_content()
    assert "Is phosphorylated AKT associated with outcome?" in cited
    assert re.search(r"Edition \d+\.\d+\.\d+ of \d{4}-\d\d-\d\d", cited)


def test_a_page_says_how_to_run_it_again(tab, site):
    open_page(tab, site, "questions/combination_vs_monotherapy")
    text = tab.locator("article").inner_text()
    assert "evidence run questions/combination_vs_monotherapy" in text


@pytest.mark.parametrize("name", ["index", "studies/jonasch-2010", "appendix/provenance"])
def test_a_page_has_landmarks_with_names(tab, site, name):
    open_page(tab, site, name)
    for landmark in LANDMARKS:
        assert tab.locator(landmark).count() >= 1, landmark
    assert tab.locator("main").count() == 1
    unnamed = tab.evaluate(
        "Array.from(document.querySelectorAll('nav')).filter(nav => "
        "!nav.getAttribute('aria-label') && !nav.getAttribute('aria-labelledby')).length"
    )
    assert unnamed == 0


def test_what_has_the_focus_is_seen(tab, site):
    open_page(tab, site, "questions/combination_vs_monotherapy")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    for _ in range(12):
        tab.keyboard.press("Tab")
        seen = tab.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return s.outlineStyle !== 'none' || s.boxShadow !== 'none'; }"
        )
        assert seen, focused(tab)
