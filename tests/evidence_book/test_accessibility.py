"""Pages pass axe-core without a serious or critical finding, in both themes and switched."""

from itertools import pairwise
from pathlib import Path

import axe_playwright_python
import pytest

from tests.parsed_pages import covering, parse
from tests.used_pages import open_menus, open_tools

AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text("utf-8")
FLAT = "document.querySelectorAll('.evidence-table').forEach(x => { x.style.background = 'none'; })"
# What the theme decides; the rest is the same in the light and in the dark.
BY_THEME = {"runOnly": ["color-contrast", "link-in-text-block"]}
GRAVE = {"serious", "critical"}


def grave_findings(tab, options=None, without=()):
    tab.evaluate(AXE)
    # Axe judges no text on a gradient: the shade at the edge of a table is taken away, so that it
    # looks at the words on the ground of the page.
    tab.evaluate(FLAT)
    found = tab.evaluate(
        "([without, options]) => axe.run({include: [['html']], exclude: without}, options)",
        [[[place] for place in without], {"resultTypes": ["violations"], **(options or {})}],
    )
    return [
        f"{item['id']}: {item['help']}: {node['html'][:120]}"
        for item in found["violations"]
        if item["impact"] in GRAVE
        for node in item["nodes"]
    ]


# Rows of a table are made alike; of five hundred axe would spend minutes on each page.
ROWS_LOOKED_AT = 4
# The same on every page; it is looked at on the first one.
SIDEBAR = "#pages"
SHORTEN = "document.querySelectorAll('tbody > tr:nth-child(n + {})').forEach(row => row.remove())"


def every_page(site):
    return sorted((site / "chapters").rglob("*.html"))


def wrong_pages(pages, tab):
    """Return what axe finds on pages in the light, and in the dark on a phone: each opened once."""
    found = {}
    for path in pages:
        without = [] if path == pages[0] else [SIDEBAR]
        tab.set_viewport_size({"width": 1300, "height": 900})
        tab.emulate_media(color_scheme="light")
        tab.goto(path.as_uri())
        tab.evaluate(SHORTEN.format(ROWS_LOOKED_AT + 1))
        found[path.stem, "light"] = grave_findings(tab, without=without)
        tab.evaluate(SHORTEN.format(2))
        tab.set_viewport_size({"width": 390, "height": 844})
        tab.emulate_media(color_scheme="dark")
        # A page hears of the other theme as an event, which may come after the call has returned.
        tab.locator("html[data-theme=dark]").wait_for(state="attached")
        found[path.stem, "dark"] = grave_findings(tab, BY_THEME, without)
    return {page: findings for page, findings in found.items() if findings}


@pytest.mark.parametrize("pages", [covering, pytest.param(list, marks=pytest.mark.everywhere)])
def test_no_page_has_a_grave_finding_in_the_light_or_in_the_dark_on_a_phone(site, browser, pages):
    chosen = pages(every_page(site))
    assert len(chosen) > 5
    # Text that is still fading in has no contrast yet.
    tab = browser.new_page(reduced_motion="reduce")
    assert wrong_pages(chosen, tab) == {}
    tab.close()


def test_what_only_one_page_has_or_only_one_theme_shows_is_found(tmp_path, browser):
    plain = """<html lang=en><title>x</title><script>
        const dark = matchMedia('(prefers-color-scheme: dark)');
        const told = () => { document.documentElement.dataset.theme = dark.matches ? 'dark' : ''; };
        dark.onchange = told; told();</script>
        <style>[data-theme=dark] .dim { color: #777; background: #666; }</style>
        <body><main><h1>x</h1>"""
    pages = [tmp_path / f"{name}.html" for name in ("button", "dim", "plain", "plain_too")]
    for path, more in zip(
        pages, ("<button></button>", "<p class=dim>Some words.</p>", "", ""), strict=True
    ):
        path.write_text(plain + more)
    chosen = covering(pages)
    assert [path.stem for path in chosen] == ["button", "dim"]
    tab = browser.new_page()
    assert wrong_pages(chosen, tab).keys() == {("button", "light"), ("dim", "dark")}
    tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_switched_page_with_everything_open_has_none_either(site, browser, scheme):
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce")
    tab = context.new_page()
    tab.goto((site / "chapters" / "questions" / "landscape.html").as_uri())
    open_menus(tab)
    open_tools(tab)
    tab.select_option("#switch-0", index=1)
    tab.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    assert grave_findings(tab) == []
    context.close()


def test_a_page_without_labels_would_be_found(browser):
    tab = browser.new_page()
    tab.set_content("<html lang=en><title>x</title><main><h1>x</h1><select></select></main></html>")
    assert any(finding.startswith("select-name") for finding in grave_findings(tab))
    tab.close()


def test_every_id_of_a_page_is_its_own(site):
    for path in every_page(site):
        ids = [tag["id"] for tag in parse(path).find_all(id=True)]
        assert len(ids) == len(set(ids)), path.stem


def test_headings_do_not_skip_a_level(site):
    for path in every_page(site):
        headings = parse(path).article.find_all(["h1", "h2", "h3", "h4"])
        levels = [int(heading.name[1]) for heading in headings]
        assert levels[0] == 1, path.stem
        steps = [after - before for before, after in pairwise(levels)]
        assert max(steps, default=0) <= 1, path.stem


def test_at_twice_the_size_nothing_scrolls_sideways(site, browser):
    # 1280 pixels at a zoom of 200 per cent are 640 (WCAG 1.4.10 asks for 320 at 400 per cent).
    for width in (640, 320):
        tab = browser.new_page(viewport={"width": width, "height": 800})
        for name in ("index", "questions/combination_vs_monotherapy", "methods/multiverse"):
            tab.goto((site / "chapters" / f"{name}.html").as_uri())
            assert tab.evaluate("document.documentElement.scrollWidth") <= width + 1, (width, name)
        tab.close()
