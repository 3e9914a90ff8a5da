"""Tables are escaped, complete and readable without sight."""

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from evidence.sources.vocabulary import words
from evidence.tables.table import make_table, row_link, source_link


def parsed(table):
    return BeautifulSoup(table.html, "html.parser")


def test_a_table_has_a_caption_scopes_and_a_region_that_takes_the_keyboard():
    html = parsed(make_table(["A", "B, %"], [["x", "1"]], caption="What", numeric=("B, %",)))
    assert html.caption.text == "What"
    assert [th["scope"] for th in html.find_all("th")] == ["col", "col", "row"]
    assert html.div["tabindex"] == "0"
    assert html.td["class"] == ["number"]


def test_an_empty_cell_says_that_nothing_is_reported():
    table = make_table(["A", "B"], [["x", ""]], caption="What")
    assert parsed(table).td.text == "not reported"
    assert "not reported" in table.text


@given(st.text())
def test_no_text_becomes_markup(text):
    html = parsed(make_table(["A", "B"], [["x", text]], caption=text))
    assert html.find(["script", "img", "a", "b"]) is None


def test_links_go_to_the_row_and_to_https_only():
    assert 'href="../appendix/provenance.html#row-a.b"' in row_link("a.b", "text")
    assert "<a" in source_link("text", "https://doi.org/10.1/x")
    assert "<a" not in source_link("text", "javascript:alert(1)")


def test_a_row_of_another_width_is_refused():
    with pytest.raises(ValueError, match="expected 2 cells in a row, got 1"):
        make_table(["A", "B"], [["x"]], caption="What")


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("ae_hand_foot_grade_3_4", "hand-foot skin reaction, grade 3 or 4"),
        ("ae_grade_3_4", "any adverse event, grade 3 or 4"),
        ("ae_rash_grade_3_5", "rash, grade 3 or higher"),
        ("ae_fatigue_grade_1", "fatigue, grade 1"),
        ("ae_any", "any adverse event"),
        ("orr", "objective response"),
        ("dose_reduction", "dose reduced"),
    ],
)
def test_codes_are_shown_in_words(code, text):
    assert words(code) == text


def test_an_empty_cell_says_what_it_was_told_to_say():
    table = make_table(["A", "B"], [["x", ""]], caption="What", missing="not in the abstract")
    assert table.data.iloc[0]["B"] == "not in the abstract"
    assert ">not in the abstract<" in table.html


def test_a_folded_table_is_opened_by_its_caption():
    table = make_table(["A"], [["x"]], caption="What & why")
    html = BeautifulSoup(table.folded(), "html.parser")
    assert html.details.summary.text == "What & why"
    assert html.details.table.caption.text == "What & why"
    assert not html.details.has_attr("open")
