"""Menus in the page: every combination shows what a papermill run of it shows, and says what it is.

Values of the grids are run again by papermill; a browser then drives the menus over them.
"""

import json
import os
from pathlib import Path

import pytest

from evidence.sources.certainty import certainty_mark
from evidence.sources.data import load_evidence
from evidence.sources.readings import Readings
from evidence_book.grids.sweep import sweep
from evidence_book.grids.switch import (
    build_switch,
    cited_parts,
    describe_runs,
    fingerprint,
    stored_switch,
    written,
)
from evidence_book.grids.switch_grid import (
    SwitchError,
    read_switch_grid,
    switch_path,
    switched_pages,
)
from evidence_book.reports.shown import read_shown
from tests.used_pages import open_menus

PAGES = [
    "questions/biomarker_prognosis",
    "questions/combination_vs_monotherapy",
    "questions/landscape",
    "studies/tcga-kirc",
]


def to_be_run(page):
    """Return the combinations that are run again: all when asked, else few that move each menu.

    Freshness is checked of all of them, by what they were made from.
    """
    computed = read_switch_grid(page).computed()
    if os.environ.get("EVIDENCE_EVERY_COMBINATION"):
        return computed
    wanted = [min(computed), max(computed)]
    for number in range(len(wanted[0])):
        if not any(chosen[number] for chosen in wanted):
            # The last menus may be one where a choice of the first leaves no other.
            wanted.append(next(chosen for chosen in computed if chosen[number]))
    return {chosen: computed[chosen] for chosen in wanted}


@pytest.fixture(scope="module")
def runs():
    """Combinations of all pages, run by papermill: page, positions, run."""
    made = {}
    for page in PAGES:
        wanted = to_be_run(page)
        done = sweep(page, list(wanted.values()), keep_notebook=True)
        made[page] = dict(zip(wanted, done, strict=True))
    return made


def open_page(browser, site, page, **context):
    tab = browser.new_context(**context).new_page()
    tab.goto(f"file://{site}/chapters/{page}.html")
    if context.get("java_script_enabled", True):
        open_menus(tab)
    return tab


def choose(tab, chosen):
    """Choose by the same events that a reader causes."""
    for number, value in enumerate(chosen):
        tab.select_option(f"#switch-{number}", index=value)


def test_four_pages_have_menus():
    assert switched_pages() == PAGES


@pytest.mark.parametrize("page", PAGES)
def test_the_committed_values_belong_to_the_page(page):
    stored = stored_switch(page)
    asked = Readings.from_json(stored["asked"])
    assert stored["of"] == fingerprint(page, load_evidence(), asked)


@pytest.mark.parametrize("page", PAGES)
def test_the_committed_values_are_those_of_papermill_runs(page, runs):
    assert all(not run.error for run in runs[page].values())
    made = json.loads(json.dumps(describe_runs(read_switch_grid(page), runs[page])))
    stored = stored_switch(page)
    assert made["cells"].items() <= stored["cells"].items()
    assert made["pool"].items() <= stored["pool"].items()
    # What all combinations together asked of the data, and what follows from it.
    together = {"of", "asked"} if len(runs[page]) < len(stored["cells"]) else set()
    for name in stored.keys() - {"cells", "pool"} - together:
        assert made[name] == stored[name], name
    assert made.keys() == stored.keys()


@pytest.mark.parametrize("page", PAGES)
def test_every_menu_is_moved_at_least_once(page):
    grid, wanted = read_switch_grid(page), to_be_run(page)
    assert set(wanted) <= set(grid.computed())
    for number, menu in enumerate(grid.menus):
        assert len({chosen[number] for chosen in wanted}) > 1, menu


NUMBERS = """() => Array.from(document.querySelectorAll('article a.num[href^="#result-"]'), a => [
  a.getAttribute('href').slice(8),
  (Array.from(a.classList).find(c => c.startsWith('part-')) || 'part-').slice(5),
  a.textContent])"""
ROWS = """() => Object.fromEntries(Array.from(
  document.querySelectorAll('tr[id^="result-"]'), r => [r.id.slice(7), r.cells[2].textContent]))"""
CLAIMS = """() => Object.fromEntries(Array.from(document.querySelectorAll('article .claim'),
  c => [c.querySelector('a').getAttribute('href').slice(7),
        [c.firstElementChild.textContent, c.querySelector('a').textContent]]))"""
# As they were written: paper gets them without the copies that sort and search.
TABLES = """() => {
  window.dispatchEvent(new Event('beforeprint'));
  const found = Object.fromEntries(Array.from(document.querySelectorAll('[id^="table-"]'),
    t => [t.id, [Boolean(t.closest('.not-shown')), t.innerHTML]]));
  window.dispatchEvent(new Event('afterprint'));
  return found;
}"""
FIGURES = """() => Object.fromEntries(Array.from(document.querySelectorAll('article figure'),
  f => [f.id, [f.querySelector('img').alt, f.querySelector('img').src]]))"""
PARSE = "html => new DOMParser().parseFromString(html, 'text/html').querySelector('[id]').innerHTML"
MISSING = "not part of these assumptions"


@pytest.mark.parametrize("page", PAGES)
def test_a_combination_shows_what_its_run_shows(page, runs, site, browser):
    tab = open_page(browser, site, page)
    errors = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    cited = cited_parts(page)
    published = tab.evaluate(FIGURES)
    for chosen, run in runs[page].items():
        choose(tab, chosen)
        recorded, shown = run.results, read_shown(run.notebook)
        for key, part, text in tab.evaluate(NUMBERS):
            if key in recorded.results:
                assert text == written(recorded.results[key], cited[key])[part], (chosen, key)
            else:
                assert text == MISSING, (chosen, key)
        rows = tab.evaluate(ROWS)
        assert {k: v for k, v in rows.items() if v != MISSING} == {
            key: result.text for key, result in recorded.results.items()
        }, chosen
        for key, (text, badge) in tab.evaluate(CLAIMS).items():
            if key in recorded.claims:
                assert text == recorded.claims[key]["text"], (chosen, key)
                assert badge == certainty_mark(recorded.claims[key]["certainty"]), (chosen, key)
            else:
                assert "not part of these assumptions" in text
        for name, (hidden, html) in tab.evaluate(TABLES).items():
            assert hidden == (name not in shown), (chosen, name)
            if not hidden:
                assert html == tab.evaluate(PARSE, shown[name]["html"]), (chosen, name)
        for name, (alt, source) in tab.evaluate(FIGURES).items():
            if name in shown:
                assert alt == shown[name]["alt"], (chosen, name)
                if source != published[name][1]:
                    text = tab.evaluate(
                        "s => decodeURIComponent(s.split(',').slice(1).join(','))", source
                    )
                    assert text == shown[name]["svg"], (chosen, name)
    tab.click("#switch button")
    assert tab.evaluate(FIGURES) == published
    assert not tab.evaluate("document.body.classList.contains('switched')")
    assert not errors


def test_what_was_not_computed_says_so_and_shows_the_published_page(site, browser):
    tab = open_page(browser, site, "questions/landscape")
    before = tab.evaluate(NUMBERS)
    choose(tab, (1, 0, 1, 0))
    status = tab.inner_text(".switch-status")
    assert "Not computed" in status
    assert "do not enter overall survival" in status
    assert tab.evaluate(NUMBERS) == before


def test_the_status_counts_and_gives_the_command(site, browser):
    tab = open_page(browser, site, "questions/biomarker_prognosis")
    choose(tab, (1, 0, 0, 0))
    status = tab.inner_text(".switch-status")
    assert "Not the published page" in status
    assert "1 conclusion changes its state" in status
    assert "evidence run questions/biomarker_prognosis --set n_hypotheses=2" in status
    line = tab.locator("#claim-association_fragile")
    assert line.locator("td").nth(1).text_content() == "does not hold"
    assert "not both above" in tab.evaluate(CLAIMS)["association_fragile"][0]


def test_the_menus_work_with_the_keyboard(site, browser):
    tab = open_page(browser, site, "questions/biomarker_prognosis")
    tab.focus("#switch-0")
    tab.keyboard.press("ArrowDown")
    assert "--set n_hypotheses=2" in tab.inner_text(".switch-status")
    for _ in range(4):
        tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert "published page: every parameter" in tab.inner_text(".switch-status")


def test_every_menu_has_a_label_and_the_status_is_announced(site, browser):
    tab = open_page(browser, site, "questions/landscape")
    for number in range(tab.locator("#switch select").count()):
        assert tab.inner_text(f'label[for="switch-{number}"]')
    assert tab.get_attribute(".switch-status", "role") == "status"


@pytest.mark.parametrize("page", PAGES)
def test_without_a_script_the_page_is_whole(page, site, browser):
    tab = open_page(browser, site, page, java_script_enabled=False)
    assert not tab.is_visible("#switch")
    assert tab.locator("article a.num").count() > 5


def test_other_pages_load_no_menu_script(site):
    with_menus = {Path(page).name for page in PAGES}
    for path in site.glob("chapters/studies/*.html"):
        assert ("switch.js" in path.read_text()) is (path.stem in with_menus)


def test_a_first_value_that_is_not_the_default_is_refused(project):
    path = switch_path("questions/landscape")
    path.write_text(path.read_text().replace("[[common, common effect], ", "["))
    with pytest.raises(SwitchError, match="model: expected the default of the page"):
        build_switch("questions/landscape")


@pytest.mark.parametrize("text", ["", "menus: 3", "menus: {model: {}}", "{"])
def test_a_broken_file_of_menus_is_named(project, text):
    switch_path("questions/landscape").write_text(text)
    with pytest.raises(SwitchError, match=r"questions/landscape\.switch\.yml: expected"):
        read_switch_grid("questions/landscape")


def test_too_many_combinations_are_refused(project):
    values = ", ".join(f"[{number / 1000}, x]" for number in range(100))
    switch_path("questions/landscape").write_text(
        f"menus: {{multiarm_rho: {{label: x, values: [{values}]}}}}"
    )
    with pytest.raises(SwitchError, match="at most 80 combinations, got 100"):
        read_switch_grid("questions/landscape")
