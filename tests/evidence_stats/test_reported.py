"""Printed text becomes numbers in one place, and nothing else passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_stats.printed.reported import read_number, read_range, read_reported


@pytest.mark.parametrize(
    ("text", "value", "decimals", "bound"),
    [
        ("7.39", 7.39, 2, ""),
        ("0.80", 0.80, 2, ""),
        ("0.8", 0.8, 1, ""),
        (".0411", 0.0411, 4, ""),
        ("<.0001", 0.0001, 4, "<"),
        ("> 12", 12.0, 0, ">"),
        ("-18", -18.0, 0, ""),
    ],
)
def test_a_printed_number_keeps_its_decimals_and_its_bound(text, value, decimals, bound):
    read = read_reported(text)
    assert (read.value, read.decimals, read.bound) == (value, decimals, bound)


@pytest.mark.parametrize("text", ["not reached", "not attained", "not reported"])
def test_words_for_a_missing_number_are_read_as_no_number(text):
    assert read_reported(text).value is None
    assert read_number(text) is None


def test_an_empty_cell_prints_nothing():
    assert read_reported("") is None
    assert read_number("") is None
    assert read_range("") is None


@pytest.mark.parametrize("text", ["5,52", "seven", "1.2.3", "1e5", "nan", "inf", " 7", "7 ", "--7"])
def test_other_text_is_an_error_that_shows_it(text):
    with pytest.raises(ValueError, match="expected a number"):
        read_reported(text)


def test_a_bound_is_not_a_number():
    with pytest.raises(ValueError, match='got the bound "<.0001"'):
        read_number("<.0001")


def test_a_range_must_rise():
    assert read_range("18-27") == (18.0, 27.0)
    assert read_range("7") == (7.0, 7.0)
    with pytest.raises(ValueError, match="rises"):
        read_range("27-18")
    with pytest.raises(ValueError, match="a number or a range"):
        read_range("not reached")


@given(st.decimals(min_value=0, max_value=10**6, allow_nan=False, allow_infinity=False, places=3))
def test_the_decimal_printed_is_exact(number):
    assert read_reported(format(number, "f")).decimal == number


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused_with_one_kind_of_error(text):
    try:
        read_reported(text)
    except ValueError as error:
        assert "expected a number" in str(error)
