"""Every figure for light and dark, as vector and pixels; the first page's small figures."""

import re
import struct

import pytest

from evidence.figures.style import INK, MUTED, SHADE, WARNING_INK, treatment_colour
from evidence.files.paths import project_root
from evidence.sources.book import read_book
from evidence_book.reports.registry import Registry
from evidence_book.runs.figure_variants import DARK, as_png, for_the_dark
from evidence_book.sphinx.figures import figures_of
from evidence_book.sphinx.interval_strip import StripLine, draw_strip
from tests.parsed_pages import parse
from tests.used_pages import open_menus

DARK_PAGE, WHITE = "#121212", "#ffffff"
COLOUR = re.compile(r"#[0-9a-f]{6}")
DRAWN = {
    name: svg
    for path in Registry(project_root()).paths()
    for name, svg, _ in figures_of(path)
}  # fmt: skip


SIZE = re.compile(r"font(?:-size)?: (?:\w+ )*(\d+(?:\.\d+)?)px")


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_there_are_figures():
    assert len(DRAWN) >= 15


def test_every_colour_of_a_figure_has_a_form_for_the_dark():
    drawn = {colour for svg in DRAWN.values() for colour in COLOUR.findall(svg)}
    assert drawn <= set(DARK) | {colour.lower() for colour in read_book().colours.values()}


@pytest.mark.parametrize("colour", [INK, MUTED, WARNING_INK, "#444444", "#000000"])
def test_what_is_written_is_legible_on_both_pages(colour):
    assert contrast(colour, WHITE) >= 4.5
    assert contrast(DARK[colour], DARK_PAGE) >= 4.5


@pytest.mark.parametrize("name", read_book().colours)
def test_a_treatment_is_seen_on_both_pages(name):
    colour = treatment_colour(name).lower()
    assert contrast(colour, WHITE) >= 3 or name == "PAZ"
    assert contrast(DARK.get(colour, colour), DARK_PAGE) >= 3


def test_the_shade_stays_behind_what_it_shades():
    assert contrast(SHADE, WHITE) < 1.5
    assert contrast(DARK[SHADE], DARK_PAGE) < 1.7


def test_in_the_dark_what_has_no_colour_is_light():
    dark = for_the_dark('<svg width="1"><path d="M0 0"/><path style="fill: #222222"/></svg>')
    assert '<svg fill="#f2f2f2"' in dark
    assert "#222222" not in dark


def test_pixels_are_sharp_and_always_the_same():
    name, svg = next(iter(DRAWN.items()))
    pixels = as_png(svg)
    assert pixels.startswith(b"\x89PNG"), name
    width, height = struct.unpack(">II", pixels[16:24])
    assert width > 700
    assert height > 200
    assert as_png(svg) == pixels


def test_a_page_shows_one_form_of_each_figure_with_caption_and_files(site, browser):
    page = site / "chapters" / "questions" / "combination_vs_monotherapy.html"
    for scheme, shown in (("light", "figure-light"), ("dark", "figure-dark")):
        context = browser.new_context(color_scheme=scheme)
        tab = context.new_page()
        tab.goto(page.as_uri())
        figure = tab.locator("figure#response-posterior")
        visible = [image for image in figure.locator("img").all() if image.is_visible()]
        assert [image.get_attribute("class") for image in visible] == [shown]
        assert figure.locator("figcaption .caption-text").is_visible()
        for link in figure.locator(".figure-files a").all():
            assert (page.parent / link.get_attribute("href")).resolve().stat().st_size > 100
        context.close()


def test_a_switched_figure_follows_in_the_dark_too(site, browser):
    context = browser.new_context(color_scheme="dark")
    tab = context.new_page()
    tab.goto((site / "chapters" / "questions" / "landscape.html").as_uri())
    open_menus(tab)
    tab.select_option("#switch-0", index=1)
    source = tab.locator("figure#network img.figure-dark").get_attribute("src")
    assert source.startswith("data:image/svg+xml")
    assert "%22%23f2f2f2%22" in source
    assert "%23222222" not in source
    context.close()


def test_the_first_page_shows_the_ratios_that_the_questions_recorded(site):
    text = (site / "chapters" / "index.html").read_text(encoding="utf-8")
    registry = Registry(project_root())
    for page, key in (
        ("questions/landscape", "hr_sor"),
        ("questions/landscape", "hr_sun"),
    ):
        result = registry.page(page, "").results[key]
        assert re.search(rf'<svg class="strip"[^>]*aria-label="[^"]*{re.escape(result.text)}', text)


def test_the_answer_to_the_main_question_begins_on_the_first_screen_of_a_laptop(site, browser):
    tab = browser.new_page(viewport={"width": 1440, "height": 1000})
    tab.goto((site / "chapters" / "index.html").as_uri())
    box = tab.locator(".answer .claim").first.bounding_box()
    assert box["y"] + box["height"] < 1000
    tab.close()


def ratio(**changes):
    registry = Registry(project_root())
    made = registry.page("questions/landscape", "").results["hr_sun"]
    return type(made)(**{name: changes.get(name, getattr(made, name)) for name in made.__slots__})


def test_an_interval_beyond_the_axis_ends_in_an_arrow():
    inside = draw_strip([StripLine("x", ratio())], "a", "b")
    beyond = draw_strip([StripLine("x", ratio(high=40.0))], "a", "b")
    assert "<path" not in inside
    assert beyond.count("<path") == 1


def test_a_ratio_without_interval_is_refused():
    with pytest.raises(ValueError, match="expected a ratio with an interval"):
        draw_strip([StripLine("x", ratio(low=None))], "a", "b")


def test_a_label_that_would_run_into_its_interval_is_refused():
    with pytest.raises(ValueError, match='at most 19 signs, got "Sorafenib, in part derived"'):
        draw_strip([StripLine("Sorafenib, in part derived", ratio())], "a", "b")


def test_words_of_a_label_are_text_in_the_picture():
    drawn = draw_strip([StripLine("<script>", ratio())], "a", 'b"')
    assert "<script>" not in drawn
    assert 'b"' not in drawn


@pytest.mark.parametrize("name", DRAWN)
def test_no_text_is_below_nine_points(name):
    sizes = [float(size) for size in SIZE.findall(DRAWN[name])]
    assert sizes
    assert min(sizes) >= 9


def test_on_a_phone_a_figure_keeps_the_size_of_its_text_and_scrolls_in_its_frame(site, browser):
    tab = browser.new_page(viewport={"width": 390, "height": 900})
    page = site / "chapters" / "questions" / "combination_vs_monotherapy.html"
    tab.goto(page.as_uri(), wait_until="load")
    for picture in tab.locator(".picture").all():
        shown = picture.locator("img.figure-light")
        # 96 pixels are 72 points.
        drawn = shown.evaluate("one => one.naturalWidth")
        assert shown.evaluate("one => one.clientWidth") == pytest.approx(drawn, abs=1)
        assert picture.evaluate("one => one.clientWidth") <= 390
        says = picture.evaluate(
            "one => getComputedStyle(one.nextElementSibling, '::before').content"
        )
        assert ("sideways" in says) == (drawn > 358)
    tab.close()


def test_every_figure_of_a_page_keeps_its_place_before_it_is_loaded(site):
    page = parse(site / "chapters" / "questions" / "landscape.html")
    images = page.select(".picture img")
    assert len(images) >= 4
    for image in images:
        assert min(int(image["width"]), int(image["height"])) > 100
