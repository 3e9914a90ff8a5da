"""The live page in Chromium: changed by keyboard alone, put back whole, told of what goes wrong."""

import pytest
from playwright.sync_api import expect

from tests.live_server import built_project, served

# A page that is asked for at once waits until everything has been started.
expect.set_options(timeout=120_000)

PAGE = "questions/landscape"
# What is read of a page, without what scripts make of it: its text, and the words of its pictures.
SHOWN = """root => [root.textContent.replace(/\\s+/g, ' '),
  ...[...root.querySelectorAll('img')].map(image => image.alt)]"""


@pytest.fixture(scope="module")
def server(_rendered, tmp_path_factory):
    project = built_project(_rendered, tmp_path_factory.mktemp("live-page") / "project")
    with served(project) as server:
        yield server


def open_page(browser, server, query="", **context):
    tab = browser.new_context(**context).new_page()
    tab.set_default_timeout(90_000)
    faults = []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.goto(server.page(PAGE, query))
    tab.wait_for_selector(".live-field", state="attached")
    return tab, faults


def status(tab):
    return tab.locator(".live-status")


def test_a_parameter_is_changed_and_put_back_by_keyboard(browser, server):
    tab, faults = open_page(browser, server)
    article = tab.locator("main").first
    published = article.evaluate(SHOWN)
    tab.locator("#live-open").focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("#live-heading")).to_be_focused()
    tab.locator("#live-outcome").focus()
    tab.keyboard.press("ArrowDown")
    expect(status(tab)).to_contain_text("conclusions changed")
    assert "set.outcome=os" in tab.url
    assert tab.locator("#live-outcome").evaluate("one => one === document.activeElement")

    # The page is the one that the server has rendered: every text, every picture.
    answer = server.run(PAGE, {"outcome": "os"})[-1]
    rendered = tab.evaluate(
        """([html, shown]) => {
            const page = new DOMParser().parseFromString(html, 'text/html');
            return eval(shown)(page.querySelector('main article') || page.querySelector('main'));
        }""".replace("eval(shown)", f"({SHOWN})"), [answer["html"], ""],
    )  # fmt: skip
    now = tab.locator("main article").first.evaluate(SHOWN)
    assert set(rendered[1:]) == set(now[1:])
    assert tab.locator("main .moved").count() > 10
    key = "claim-sor_vs_ifn" if "claim-sor_vs_ifn" in answer["html"] else "result-"
    assert key in answer["html"]

    tab.go_back()
    expect(status(tab)).to_contain_text("The published page")
    assert article.evaluate(SHOWN) == published
    tab.go_forward()
    expect(status(tab)).to_contain_text("conclusions changed")
    tab.keyboard.press("Escape")
    tab.locator("#live-open").focus()
    tab.keyboard.press("Enter")
    tab.get_by_role("button", name="Published values").focus()
    tab.keyboard.press("Enter")
    expect(status(tab)).to_contain_text("The published page")
    assert article.evaluate(SHOWN) == published
    assert tab.locator(".moved").count() == 0
    assert faults == []


def test_a_wrong_value_is_said_at_its_field_and_the_last_good_page_stays(browser, server):
    tab, faults = open_page(browser, server, "?set.outcome=os")
    expect(status(tab)).to_contain_text("conclusions changed")
    shown = tab.locator("main").first.evaluate(SHOWN)
    tab.get_by_text("Every page", exact=True).click()
    field = tab.locator("#live-level")
    field.fill("3")
    field.press("Tab")
    message = tab.locator("#live-level-message")
    expect(message).to_have_text("level: expected a number from 0.8 to 0.99, got 3")
    assert field.get_attribute("aria-invalid") == "true"
    assert tab.locator("main").first.evaluate(SHOWN) == shown
    field.fill("0.9")
    field.press("Enter")
    field.blur()
    expect(status(tab)).to_contain_text("level = 0.9")
    expect(message).to_be_hidden()
    assert faults == []


def test_a_later_change_overtakes_and_a_run_can_be_cancelled(browser, server):
    tab, faults = open_page(browser, server, "?set.level=0.83")
    tab.locator(".live-close").click()
    tab.locator("#live-open").click()
    tab.locator("#live-outcome").select_option("os")
    tab.locator("#live-model").select_option("random")
    expect(status(tab)).to_contain_text('model = "random"')
    expect(status(tab)).to_contain_text('outcome = "os"')
    tab.locator("#live-sunitinib_cut").select_option("interim")
    tab.get_by_role("button", name="Cancel").click()
    expect(status(tab)).to_contain_text("Cancelled")
    assert "sunitinib_cut" not in tab.url
    assert tab.locator("#live-sunitinib_cut").input_value() == "final"
    assert faults == []


def test_a_telephone_shows_the_panel_without_scrolling_sideways(browser, server):
    tab, _ = open_page(
        browser, server, "?set.level=0.9&compare=", viewport={"width": 390, "height": 844}
    )
    expect(status(tab)).to_contain_text("compared with the published page")
    assert tab.locator("#live-panel").evaluate("one => one.scrollWidth <= one.clientWidth")
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
