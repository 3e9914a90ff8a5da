"""Conclusions hold, fall, or cannot be told; their sentences follow the numbers."""

import pytest

from evidence.record.claims import judge
from evidence.record.results import make_result
from evidence_stats.estimates import Estimate


def results(**estimates):
    return {
        key: make_result(key, key, estimate, ["a.row"], external=False)
        for key, estimate in estimates.items()
    }


def ratio(value, low, high, **more):
    return Estimate(value, low, high, level=0.95, kind="confidence", unit="ratio", **more)


def claim(found, holds=lambda r: r.hr.low < 1 < r.hr.high):
    return judge("unclear", "HR {hr}, upper {hr:high}.", holds, ["hr"], "low", found)


def test_a_claim_holds_where_its_predicate_does():
    assert claim(results(hr=ratio(0.98, 0.62, 1.54))).state == "holds"


def test_a_claim_falls_with_its_numbers():
    assert claim(results(hr=ratio(0.5, 0.3, 0.8))).state == "does not hold"


def test_a_claim_that_needs_a_missing_limit_cannot_be_told():
    assert claim(results(hr=ratio(0.98, 0.62, None))).state == "cannot tell"


def test_a_claim_on_a_printed_text_without_number_cannot_be_told():
    found = {"os": make_result("os", "OS", None, ["a.row"], external=False, text="not reached")}
    made = judge("longer", "{os}", lambda r: r.os.value > 1, ["os"], "low", found)
    assert (made.state, made.text) == ("cannot tell", "not reached")


def test_a_claim_on_a_withheld_number_cannot_be_told():
    estimate = ratio(0.77, 0.59, 1.10, grade="D3")
    found = {"hr": make_result("hr", "HR", estimate, ["a.row"], external=False, grade_max="D2")}
    made = claim(found)
    assert made.state == "cannot tell"
    assert "0.77" not in made.text


def test_the_sentence_carries_the_numbers():
    text = claim(results(hr=ratio(0.98, 0.62, 1.54))).text
    assert text == "HR 0.98 (95 % CI 0.62 to 1.54), upper 1.54."


def test_a_claim_on_an_unknown_result_is_an_error():
    with pytest.raises(KeyError, match="not recorded: hr"):
        claim({})
    with pytest.raises(KeyError, match="got pfs"):
        claim(results(hr=ratio(1, 0.5, 2)), holds=lambda r: r.pfs.value > 1)
