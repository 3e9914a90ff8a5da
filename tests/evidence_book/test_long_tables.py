"""Long tables sort by value, search, download, and keep every place that links lead to."""

import csv
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from evidence_book.sphinx.long_tables import LONG_AFTER, as_plain_script, has_long_table
from tests.evidence_book.test_accessibility import grave_findings
from tests.used_pages import open_menus, open_tools

QUESTION = "questions/biomarker_prognosis"
ALL = "Every number of this page"
PROVENANCE = "appendix/provenance"
ROW = "row-jonasch-2010.orr.percent.sorafenib"


def open_page(browser, site, page, hash_="", **context):
    tab = browser.new_context(**context).new_page()
    tab.goto((site / "chapters" / f"{page}.html").as_uri() + hash_)
    tab.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    open_tools(tab)
    return tab


def table_of(tab, caption):
    return tab.locator(f"article table:has(caption:has-text('{caption}'))").first


def search(tab, caption):
    return tab.get_by_label(f"Search this table: {caption}").first


def header(table, name):
    return table.locator("thead th", has_text=name).first


def sort_by(head, order, act=None):
    """Sort by a header as a reader does, and wait until the table says that it is sorted.

    DataTables sorts after the event, in a turn of its own; a reading of the cells at once can
    come before it. `order` is what the header then says: ascending, descending or None.
    """
    act() if act else head.click()
    condition = f"@aria-sort='{order}'" if order else "not(@aria-sort) or @aria-sort='none'"
    head.locator(f"xpath=self::th[{condition}]").wait_for()


def column(table, name):
    return table.evaluate(
        """(table, name) => {
          const at = Array.from(table.tHead.rows[0].cells).findIndex(
            cell => cell.textContent.trim().startsWith(name));
          return Array.from(table.tBodies[0].rows, row => row.cells[at].textContent.trim());
        }""",
        name,
    )


def page_of(tmp_path, site, body):
    """Write a page with one table and the scripts of the built book."""
    path = tmp_path / "page.html"
    static = (site / "_static").as_uri()
    path.write_text(
        f"<!doctype html><meta charset=utf-8><article>{body}</article>"
        f'<script src="{static}/datatables.js"></script>'
        f'<script src="{static}/long_tables.js" data-rows="3"></script>'
    )
    return path


def small_table(cells):
    rows = "".join(f"<tr><th scope=row>r{n}</th><td>{cell}</td></tr>" for n, cell in cells)
    return (
        "<div class=evidence-table><table><caption>Small</caption><thead><tr><th scope=col>Row</th>"
        f"<th scope=col>Value</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def test_tables_longer_than_a_screen_have_tools_and_shorter_ones_none(site, browser):
    tab = open_page(browser, site, QUESTION)
    lengths = tab.evaluate(
        "Array.from(document.querySelectorAll('article table'), t => [t.tBodies[0].rows.length,"
        " t.classList.contains('dataTable')])"
    )
    assert any(length > LONG_AFTER for length, _ in lengths)
    assert all(tools == (length > LONG_AFTER) for length, tools in lengths)
    assert tab.locator(".table-tools").count() == sum(tools for _, tools in lengths)


CELLS = [
    "24.4 (18.6 to 31.4)", "not reported", "0.98", "\u22125.0 points (95 % CI \u221224.5 to 14.8)",
    "<0.001", "1,234", "10/40", "not reached", "7 MU a week", ".0411", "P = .5",
]  # fmt: skip
IN_ORDER = [
    "\u22125.0 points (95 % CI \u221224.5 to 14.8)", "<0.001", ".0411", "P = .5", "0.98",
    "7 MU a week", "24.4 (18.6 to 31.4)", "10/40", "1,234",
]  # fmt: skip
MISSING = ["not reported", "not reached"]


def test_numbers_order_by_value_with_what_is_missing_last_both_ways(tmp_path, site, browser):
    cells = enumerate(cell.replace("<", "&lt;") for cell in CELLS)
    tab = browser.new_page()
    tab.goto(page_of(tmp_path, site, small_table(cells)).as_uri())
    table = table_of(tab, "Small")
    head = header(table, "Value")
    sort_by(head, "ascending")
    assert column(table, "Value") == [*IN_ORDER, *MISSING]
    sort_by(head, "descending")
    values = column(table, "Value")
    assert values[: len(IN_ORDER)] == IN_ORDER[::-1]
    assert sorted(values[len(IN_ORDER) :]) == sorted(MISSING)
    sort_by(head, None)
    assert column(table, "Value") == CELLS


def test_words_order_as_words_and_count_their_numbers(tmp_path, site, browser):
    cells = ["arm 10", "Arm 9", "none", "beta"]
    tab = browser.new_page()
    tab.goto(page_of(tmp_path, site, small_table(enumerate(cells))).as_uri())
    table = table_of(tab, "Small")
    sort_by(header(table, "Value"), "ascending")
    assert column(table, "Value") == ["Arm 9", "arm 10", "beta", "none"]


def test_the_keyboard_sorts_and_headers_keep_their_scope(site, browser):
    tab = open_page(browser, site, QUESTION)
    table = table_of(tab, ALL)
    table.locator("thead [role=button]").first.focus()
    before = column(table, "Key")
    sort_by(header(table, "Key"), "ascending", lambda: tab.keyboard.press("Enter"))
    after = column(table, "Key")
    assert after != before
    assert sorted(after) == sorted(before)
    assert table.locator("thead th[scope=col]").count() == table.locator("thead th").count()
    rows = table.locator("tbody tr").count()
    assert table.locator("tbody th[scope=row]").count() == rows


def test_search_hides_rows_and_says_how_many_are_left(site, browser):
    tab = open_page(browser, site, QUESTION)
    table = table_of(tab, ALL)
    whole = table.locator("tbody tr").count()
    field = search(tab, ALL)
    field.fill("hazard")
    left = table.locator("tbody tr").count()
    assert 0 < left < whole
    assert all("hazard" in text.lower() for text in table.locator("tbody tr").all_inner_texts())
    tools = tab.locator(".table-tools", has=field)
    status = tools.get_by_role("status")
    assert status.inner_text() == f"{left} rows of {whole}"
    assert status.get_attribute("aria-live") == "polite"
    field.fill("there is no such word")
    assert "No row has these words" in table.inner_text()
    assert status.inner_text().startswith("No row")
    field.fill("")
    assert table.locator("tbody tr").count() == whole


def test_a_deep_link_is_seen_and_marked(site, browser):
    for hash_ in (f"#{ROW}", "#row-yang-2003.placebo"):
        tab = browser.new_page()
        tab.goto((site / "chapters" / f"{PROVENANCE}.html").as_uri() + hash_)
        row = tab.locator(f"[id='{hash_[1:]}']")
        assert row.evaluate("row => row.matches(':target')")
        top = row.evaluate("row => row.getBoundingClientRect().top")
        # Below the bar on top of the page, and in sight.
        assert 40 <= top < 500
        plain = tab.locator("tbody tr:not(:target) td").first
        colour = "cell => getComputedStyle(cell).backgroundColor"
        assert row.locator("td").first.evaluate(colour) != plain.evaluate(colour)


def test_a_link_to_a_row_that_a_search_hides_ends_the_search(site, browser):
    tab = open_page(browser, site, QUESTION)
    field = search(tab, ALL)
    field.fill("there is no such word")
    link = tab.locator("article p a.num[href^='#result-']").first
    link.click()
    assert field.input_value() == ""
    assert tab.evaluate("document.querySelector(':target') !== null")
    field.fill("there is no such word")
    tab.evaluate("location.hash = document.querySelectorAll('a.num')[1].hash")
    tab.locator("tr:target").wait_for()
    assert field.input_value() == ""


def read_csv(tab, tools, folder):
    with tab.expect_download() as download:
        tools.get_by_role("button", name="CSV").click()
    path = Path(folder) / "table.csv"
    download.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return download.value.suggested_filename, list(csv.reader(stream))


def test_a_table_is_downloaded_whole_even_while_it_is_searched(tmp_path, site, browser):
    tab = open_page(browser, site, QUESTION)
    field = search(tab, ALL)
    field.fill("hazard")
    name, lines = read_csv(tab, tab.locator(".table-tools", has=field), tmp_path)
    assert name == "biomarker_prognosis-every-number-of-this-page-what-it-is-how.csv"
    page = BeautifulSoup((site / "chapters" / f"{QUESTION}.html").read_text(), "html.parser")
    (written,) = [t for t in page.find_all("table") if t.caption and ALL in t.caption.text]
    assert lines == [
        [" ".join(cell.get_text().split()) for cell in row.find_all(["th", "td"])]
        for row in written.find_all("tr")
    ]


def test_a_cell_that_looks_like_a_formula_is_no_formula_in_the_download(tmp_path, site, browser):
    cells = ["=1+1", "+49 30", "-0.5", "@cmd", "-2+3", "+1.5 %", "fine"]
    tab = browser.new_page()
    tab.goto(page_of(tmp_path, site, small_table(enumerate(cells))).as_uri())
    _, lines = read_csv(tab, tab.locator(".table-tools"), tmp_path)
    assert [line[1] for line in lines[1:]] == [
        "'=1+1", "'+49 30", "-0.5", "'@cmd", "'-2+3", "+1.5 %", "fine",
    ]  # fmt: skip


def test_the_menus_find_the_tables_as_they_were_written(site, browser):
    unsearched = open_page(browser, site, QUESTION)
    open_menus(unsearched)
    unsearched.select_option("#switch-0", index=1)
    unsearched.wait_for_timeout(50)
    numbers = column(table_of(unsearched, ALL), "Number")
    tab = open_page(browser, site, QUESTION)
    open_menus(tab)
    search(tab, ALL).fill("there is no such word")
    tab.select_option("#switch-0", index=1)
    tab.wait_for_timeout(50)
    search(tab, ALL).fill("")
    # Rows that a search had hidden are switched as well, and none is there twice.
    assert column(table_of(tab, ALL), "Number") == numbers
    search(tab, ALL).fill("hazard")
    tab.select_option("#switch-0", index=2)
    tab.wait_for_timeout(50)
    # The numbers follow the menus, and the search is still there.
    assert search(tab, ALL).input_value() == "hazard"
    assert tab.locator("table .moved").count() > 0
    tab.click("#switch button")
    tab.wait_for_timeout(50)
    search(tab, ALL).fill("")
    assert tab.locator("table .moved").count() == 0
    page = BeautifulSoup((site / "chapters" / f"{QUESTION}.html").read_text(), "html.parser")
    (written,) = [t for t in page.find_all("table") if t.caption and ALL in t.caption.text]
    keys = [row.th.get_text() for row in written.tbody.find_all("tr")]
    assert column(table_of(tab, ALL), "Key") == keys


def test_paper_gets_every_row(site, browser):
    tab = open_page(browser, site, PROVENANCE)
    table = table_of(tab, "TARGET")
    whole = table.locator("tbody tr").count()
    search(tab, "TARGET").fill("placebo")
    assert table.locator("tbody tr").count() < whole
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert table_of(tab, "TARGET").locator("tbody tr").count() == whole
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert search(tab, "TARGET").input_value() == "placebo"
    tab.emulate_media(media="print")
    assert not tab.locator(".table-tools").first.is_visible()


def test_without_a_script_every_row_is_there(site, browser):
    tab = browser.new_context(java_script_enabled=False).new_page()
    tab.goto((site / "chapters" / f"{PROVENANCE}.html").as_uri() + f"#{ROW}")
    assert tab.locator("article tbody tr").count() > 700
    assert tab.locator(".table-tools").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_sorted_and_searched_table_has_no_grave_finding(site, browser, scheme):
    tab = open_page(browser, site, "studies/jonasch-2010", color_scheme=scheme,
                    reduced_motion="reduce")  # fmt: skip
    sort_by(header(table_of(tab, ALL), "Number"), "ascending")
    search(tab, ALL).fill("response")
    assert grave_findings(tab) == []


def test_on_a_phone_the_tools_fit_and_only_the_table_scrolls_sideways(site, browser):
    tab = open_page(browser, site, PROVENANCE, viewport={"width": 390, "height": 844})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 391
    for tools in tab.locator(".table-tools").all():
        box = tools.bounding_box()
        assert box["x"] + box["width"] <= 390
    assert tab.locator(".evidence-table").first.evaluate("e => e.scrollWidth > e.clientWidth")


def test_the_scripts_load_only_where_a_table_is_long(site):
    for path in (site / "chapters").rglob("*.html"):
        page = path.read_text()
        assert has_long_table(page) == ("datatables.js" in page), path.stem
    assert "datatables.js" not in (site / "chapters" / "index.html").read_text()


def test_nothing_is_asked_of_another_host(site, browser):
    context = browser.new_context(offline=True)
    tab = context.new_page()
    asked, said = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto((site / "chapters" / f"{PROVENANCE}.html").as_uri())
    tab.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    open_tools(tab)
    search(tab, "TARGET").fill("placebo")
    context.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_a_module_becomes_a_script_that_a_page_on_a_disk_may_load():
    made = as_plain_script("var a=1,b=2;export{a as one,b as default};\n/*! licence */")
    assert made.startswith("(function(){var a=1,b=2;window.evidenceDataTables=")
    assert '{"one":a,"default":b};' in made
    assert "licence" in made


@pytest.mark.parametrize(
    "module", ["var a", "export{a};export{b};", 'import {x} from "y";export{x};']
)
def test_a_module_of_another_shape_is_refused(module):
    with pytest.raises(ValueError, match="one list of exports"):
        as_plain_script(module)


@pytest.mark.parametrize("fragment", ["#%", "#%E0%A4%A"])
def test_a_fragment_that_is_no_text_breaks_nothing(site, browser, fragment):
    tab = browser.new_page()
    wrong = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.goto((site / "chapters" / f"{PROVENANCE}.html").as_uri() + fragment)
    tab.locator(".table-tools").first.wait_for(state="attached")
    open_tools(tab)
    tab.evaluate("location.hash = '#%'")
    tab.wait_for_timeout(100)
    assert wrong == []
    tab.close()
