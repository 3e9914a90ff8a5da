"""Which counts can have printed a number."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_stats.rates.inversion import (
    counts_printing_interval,
    counts_printing_percent,
    sizes_printing,
)
from evidence_stats.rates.proportions import proportion
from tests.response_reference import VALUES, keys_under


@pytest.mark.parametrize(
    ("shown", "key"),
    [(("30", "16.6", "46.5"), "sorafenib"), (("25", "12.7", "41.2"), "combination")],
)
def test_the_printed_interval_identifies_the_counts_as_in_r(shown, key):
    found = counts_printing_interval(*shown, max_n=120)
    assert [x for pair in found for x in pair] == VALUES[f"inversion.{key}"]
    assert len(found) == 1


def test_inversion_reference_is_complete():
    assert len(keys_under("inversion.")) == 2


@pytest.mark.parametrize("method", ["wilson", "jeffreys", "agresti_coull", "midp"])
def test_no_other_method_can_have_printed_the_intervals_of_the_trial(method):
    assert counts_printing_interval("30", "16.6", "46.5", method=method, max_n=120) == ()
    assert counts_printing_interval("25", "12.7", "41.2", method=method, max_n=120) == ()


def test_two_percentages_share_13_patients_or_a_multiple():
    assert sizes_printing(["7.7", "61.5"], max_n=60) == (13, 26, 39, 52)


@pytest.mark.parametrize(
    ("percent", "rounding", "expected"),
    [
        # 13/40 = 32.5 and 5/40 = 12.5 are ties: 33 is half-up, 12 is half-even or cut off.
        ("33", "half_up", ((13, 40),)),
        ("33", "half_even", ()),
        ("33", "trunc", ()),
        ("12", "half_up", ()),
        ("12", "half_even", ((5, 40),)),
        ("12", "trunc", ((5, 40),)),
        ("33", "any", ((13, 40),)),
        ("12", "any", ((5, 40),)),
    ],
)
def test_ties_are_decided_by_the_rounding_convention(percent, rounding, expected):
    assert counts_printing_percent(percent, n=40, rounding=rounding) == expected


def test_digits_as_printed_carry_meaning():
    assert (1, 4) in counts_printing_percent("25", n=4)
    assert counts_printing_percent("25.1", n=4) == ()
    assert len(counts_printing_percent("25", n=400)) > len(counts_printing_percent("25.0", n=400))


def test_the_grim_test_fails_where_no_count_fits():
    assert counts_printing_percent("50", n=3) == ()
    assert sizes_printing(["50", "33"], max_n=5) == ()


@settings(max_examples=150, deadline=None)
@given(data=st.data(), n=st.integers(1, 300), decimals=st.integers(0, 2))
def test_a_printed_share_is_always_found_again(data, n, decimals):
    events = data.draw(st.integers(0, n))
    # Rounded half up in whole numbers, so that the test does not share the module's arithmetic.
    scale = 10**decimals
    units = (2 * 100 * scale * events + n) // (2 * n)
    shown = f"{units // scale}.{units % scale:0{decimals}d}" if decimals else str(units)
    for rounding in ("half_up", "any"):
        assert (events, n) in counts_printing_percent(shown, n=n, rounding=rounding)


@settings(max_examples=40, deadline=None)
@given(data=st.data(), n=st.integers(1, 120))
def test_a_printed_interval_is_always_found_again(data, n):
    events = data.draw(st.integers(0, n))
    exact = proportion(events, n)
    shown = [f"{100 * value:.1f}" for value in (exact.value, exact.low, exact.high)]
    assert (events, n) in counts_printing_interval(*shown, max_n=120)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: counts_printing_percent("101", n=4), "from 0 to 100 as reported; got '101'"),
        (lambda: counts_printing_percent("5,52", n=4), "from 0 to 100 as reported"),
        (lambda: counts_printing_percent("nan", n=4), "from 0 to 100 as reported"),
        (lambda: counts_printing_percent("5"), "either n or max_n"),
        (lambda: counts_printing_percent("5", n=4, max_n=5), "either n or max_n"),
        (lambda: counts_printing_percent("5", n=0), "n must be at least 1"),
        (lambda: counts_printing_percent("5", n=4, rounding="up"), "rounding must be one of"),
        (lambda: counts_printing_interval("5", "1", "9", level=1), "level must lie strictly"),
        (lambda: counts_printing_interval("5", "1", "9", method="wald"), "method must be one of"),
        (lambda: sizes_printing([]), "at least one percentage"),
    ],
)
def test_what_was_not_printed_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
