"""The rounding polygon against R, which intersects all bounding lines instead of clipping.

Published numbers: Jonasch et al. 2010, Cancer 116:57, abstract (phosphorylated AKT: 1.04, 1.00 to
1.08, P = .0411; 1.15, 1.02 to 1.29, P = .0173); AVOREN as in McDermott & George 2010, table 3
(0.63, 0.52 to 0.75); Sternberg et al. 2010, J Clin Oncol 28:1061, abstract (0.46, 0.34 to 0.62,
P < .0001).
"""

import json
import math
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_stats.normal import two_sided_p
from evidence_stats.printed.rounding import read_printed, rounding_polygon
from tests.tolerance import near

VALUES = json.loads((Path(__file__).parents[1] / "reference/biomarker.json").read_text())["values"]

PRINTED = {
    "pakt_pfs": ("1.04", "1.00", "1.08", ".0411"),
    "pakt_os": ("1.15", "1.02", "1.29", ".0173"),
    "avoren_pfs": ("0.63", "0.52", "0.75", ".0001"),
    "avoren_os": ("0.91", "0.76", "1.10", ".3360"),
    "either_side": ("1.00", "0.80", "1.25", "0.98"),
    "coarse": ("0.7", "0.5", "0.9", "0.02"),
    "fine": ("0.821", "0.673", "1.001", ".051"),
    "pazopanib": ("0.46", "0.34", "0.62", "<.0001"),
}


def computed(name, statistic):
    found = rounding_polygon(*PRINTED[name])
    if statistic == "consistent":
        return found.consistent
    if statistic == "p":
        return [found.p.low, found.p.high]
    return [found.hr.low, found.hr.high, found.log_hr_se.low, found.log_hr_se.high]


KEYS = sorted(key for key in VALUES if key.startswith("rounding."))


@pytest.mark.parametrize("key", KEYS)
def test_agrees_with_r(key):
    _, name, statistic = key.split(".")
    assert computed(name, statistic) == near(VALUES[key]["value"], VALUES[key]["kind"])


def test_every_reference_value_is_compared():
    assert len(KEYS) == 21
    assert {key.split(".")[1] for key in KEYS} == set(PRINTED)


def test_the_book_prints_these_ranges():
    akt = rounding_polygon(*PRINTED["pakt_pfs"])
    assert [akt.p.low, akt.p.high] == pytest.approx([0.02443, 0.08714], abs=5e-6)
    assert [akt.hr.low, akt.hr.high] == pytest.approx([1.037591, 1.042515], abs=5e-7)
    assert akt.consistent
    assert not rounding_polygon(*PRINTED["avoren_pfs"]).consistent


def printed(value, decimals):
    return str(Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN))


@given(st.floats(-1.2, 1.2), st.floats(0.03, 0.5), st.integers(2, 4))
def test_what_one_model_prints_is_consistent(log_hr, se, decimals):
    hr, low, high = (math.exp(log_hr + k * 1.959963984540054 * se) for k in (0, -1, 1))
    p = two_sided_p(log_hr / se)
    texts = [printed(x, decimals) for x in (hr, low, high)]
    found = rounding_polygon(*texts, printed(p, 4))
    assert found.consistent
    assert found.hr.low - 1e-9 <= hr <= found.hr.high + 1e-9
    assert found.log_hr_se.low - 1e-9 <= se <= found.log_hr_se.high + 1e-9
    assert found.p.low - 1e-9 <= p <= found.p.high + 1e-9


@given(st.floats(-1.0, 1.0), st.floats(0.05, 0.4))
def test_more_digits_allow_less(log_hr, se):
    def ranges(decimals):
        texts = [
            printed(math.exp(log_hr + k * 1.959963984540054 * se), decimals) for k in (0, -1, 1)
        ]
        return rounding_polygon(*texts)

    coarse, fine = ranges(2), ranges(4)
    assert fine.hr.high - fine.hr.low <= coarse.hr.high - coarse.hr.low + 1e-12
    width = fine.log_hr_se.high - fine.log_hr_se.low
    assert width <= coarse.log_hr_se.high - coarse.log_hr_se.low + 1e-12


@given(st.floats(0.05, 1.0), st.floats(0.05, 0.4))
def test_every_corner_lies_in_every_box(log_hr, se):
    texts = [printed(math.exp(log_hr + k * 1.959963984540054 * se), 2) for k in (0, -1, 1)]
    for b, s in rounding_polygon(*texts).vertices:
        for k, text in zip((0, -1, 1), texts, strict=True):
            number = read_printed(text)
            value = math.exp(b + k * 1.959963984540054 * s)
            assert number.low - 1e-9 <= value <= number.high + 1e-9


def test_an_impossible_interval_has_no_polygon():
    found = rounding_polygon("1.50", "0.60", "1.60")
    assert (found.vertices, found.hr, found.p, found.consistent) == ((), None, None, False)


def test_a_p_value_may_leave_two_pieces():
    assert len(rounding_polygon("1.00", "0.80", "1.25", "0.98").pieces) == 2


def test_digits_decide_the_box():
    assert (read_printed("1.0").low, read_printed("1.0").high) == (0.95, 1.05)
    assert (read_printed("1.00").low, read_printed("1.00").high) == (0.995, 1.005)
    assert (read_printed("<.0001").low, read_printed("<.0001").high) == (0.0, 0.0001)
    assert (read_printed(">0.05").low, read_printed(">0.05").high) == (0.05, math.inf)
    assert read_printed("= 3").high == 3.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: read_printed("1,04"), "expected a reported number such as '1.00' or '<.0001'"),
        (lambda: read_printed("-1.04"), "got '-1.04'"),
        (lambda: rounding_polygon("<1.0", "0.5", "1.2"), "must be values, not bounds"),
        (lambda: rounding_polygon("0.0", "0.0", "1.2"), "that cannot be 0; got 0.0"),
        (lambda: rounding_polygon("1.0", "0.5", "1.2", level=1), "level must lie strictly"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
