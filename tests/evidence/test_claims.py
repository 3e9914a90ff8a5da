"""Conclusions hold, fall, or cannot be told; each state has a sentence that follows the numbers."""

import pytest

import evidence as ev
from evidence.record.claims import Sentences, judge
from evidence.record.results import make_result
from evidence_stats.estimates import Estimate

SAID = Sentences(
    "No clear difference: {hr}, upper {hr:high}.",
    "They differ: {hr}.",
    "Whether they differ cannot be told.",
)


def results(**estimates):
    return {
        key: make_result(key, key, estimate, ["a.row"], external=False)
        for key, estimate in estimates.items()
    }


def ratio(value, low, high, **more):
    return Estimate(value, low, high, level=0.95, kind="confidence", unit="ratio", **more)


def claim(found, tested=None, said=SAID, **more):
    return judge(
        "difference", ev.includes("hr", 1) if tested is None else tested, said, found, **more
    )


def test_a_claim_holds_where_its_predicate_does():
    made = claim(results(hr=ratio(0.98, 0.62, 1.54)))
    assert made.state == "holds"
    assert made.text == "No clear difference: 0.98 (95 % CI 0.62 to 1.54), upper 1.54."


def test_a_claim_that_falls_says_so_in_its_own_sentence():
    made = claim(results(hr=ratio(0.5, 0.3, 0.8)))
    assert (made.state, made.text) == ("does not hold", "They differ: 0.50 (95 % CI 0.30 to 0.80).")


def test_a_claim_that_needs_a_missing_limit_cannot_be_told():
    made = claim(results(hr=ratio(0.98, 0.62, None)))
    assert (made.state, made.text) == ("cannot tell", "Whether they differ cannot be told.")


def test_a_limit_that_settles_the_matter_is_enough():
    assert claim(results(hr=ratio(2.0, 1.5, None))).state == "does not hold"


def test_a_claim_on_a_printed_text_without_number_cannot_be_told():
    found = {"os": make_result("os", "OS", None, ["a.row"], external=False, text="not reached")}
    said = Sentences("Longer: {os}.", "Not longer: {os}.", "Survival cannot be compared: {os}.")
    made = claim(found, ev.value("os") > 1, said)
    assert (made.state, made.text) == ("cannot tell", "Survival cannot be compared: not reached.")


def test_a_claim_on_a_withheld_number_cannot_be_told():
    estimate = ratio(0.77, 0.59, 1.10, grade="D3")
    found = {"hr": make_result("hr", "HR", estimate, ["a.row"], external=False, grade_max="D2")}
    assert claim(found).state == "cannot tell"


def test_a_claim_whose_sentence_needs_a_withheld_number_cannot_be_told():
    found = results(hr=ratio(0.98, 0.62, 1.54)) | {
        "p": make_result(
            "p", "P", Estimate(0.4, grade="D3"), ["a.row"], external=False, grade_max="D2"
        )
    }
    said = Sentences("P is {p}.", "P was {p}.", "P is unknown.")
    assert claim(found, said=said, beside=["p"]).text == "P is unknown."


def test_a_claim_says_what_it_tests_in_the_words_of_its_numbers():
    found = results(hr=ratio(0.98, 0.62, 1.54)) | {
        "parameter.margin": make_result(
            "parameter.margin", "Hazard ratio still acceptable, no unit.", Estimate(1.25), [],
            external=False,
        )
    }  # fmt: skip
    tested = (ev.low("hr") < 1) & ~(ev.high("hr") > ev.parameter("margin"))
    assert claim(found, tested).tested == (
        "the lower limit of “hr” is below 1, and it is not so that the upper limit of “hr” is "
        "above 1.25 (“Hazard ratio still acceptable”)"
    )


@pytest.mark.parametrize(
    ("one", "other", "both", "either"),
    [(True, None, None, True), (False, None, False, None), (None, None, None, None)],
)
def test_what_is_missing_settles_nothing_and_what_is_known_may(one, other, both, either):
    known = {True: ev.value("a") > 0, False: ev.value("a") < 0, None: ev.value("b") > 0}
    found = results(a=Estimate(1.0))
    found["b"] = make_result("b", "b", None, ["a.row"], external=False, text="not reported")
    assert (known[one] & known[other]).judge(found) is both
    assert (known[one] | known[other]).judge(found) is either


def test_arithmetic_of_numbers_can_be_tested():
    found = results(a=Estimate(6.0), b=Estimate(2.0))
    assert (ev.value("a") / ev.value("b") - 1 >= 2).judge(found)
    assert (-ev.value("a") + ev.value("b") * 2 < 0).judge(found)


def test_and_in_the_place_of_an_ampersand_is_refused():
    with pytest.raises(TypeError, match="joined by &"):
        (ev.low("hr") < 1) and (ev.high("hr") > 1)
    with pytest.raises(TypeError, match="a chain"):
        0 < ev.low("hr") < 1  # noqa: B015


def test_a_claim_on_an_unknown_result_is_an_error():
    with pytest.raises(KeyError, match="not recorded: hr"):
        claim({})


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (Sentences("HR {os}.", "b", "unknown"), "got os"),
        (Sentences("Above 1.5.", "b", "unknown"), "in `holds` to be recorded or tested, got 1.5"),
        (Sentences("a", "b", "It helps."), "got 'It helps.'"),
    ],
)
def test_a_sentence_that_says_more_than_its_test_is_refused(said, told):
    with pytest.raises(ValueError, match=told):
        claim(results(hr=ratio(1, 0.5, 2), os=ratio(1, 0.5, 2)), said=said)


def test_a_number_that_is_tested_may_be_said():
    said = Sentences("P is below 0.05.", "P is not.", "P is unknown.")
    assert claim(results(p=Estimate(0.04)), ev.value("p") < 0.05, said).state == "holds"
