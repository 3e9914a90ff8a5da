"""Certainty comes from the data with a reason for every step, and the words follow the numbers."""

import pytest

from evidence.sources.certainty import judge_certainty
from evidence.sources.data import load_evidence
from evidence_book.runs.own_library import question_models
from evidence_stats.estimates import Estimate
from mrcc.combination_vs_monotherapy.parameters import CombinationVsMonotherapy
from mrcc.summary_of_findings import (
    RESPONSE,
    Effect,
    find,
    odds_responders,
    per_1000_range,
    responders,
    say,
    survivors,
    visible,
)

EFFECT = RESPONSE.of("The drug")


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


def ratio(value, low, high):
    return Estimate(value, low, high, level=0.95, kind="confidence", unit="ratio")


@pytest.fixture(scope="module")
def by_level(evidence):
    """One rating of each level."""
    found = {}
    for _, row in evidence.tables["certainty"].iterrows():
        rating = judge_certainty(evidence, row["question"], row["finding"])
        found.setdefault(rating.certainty, rating)
    found["high"] = judge_certainty(evidence, "tolerability", steps={})
    return found


def test_every_question_is_judged(evidence):
    judged = {f"questions/{name}" for name in evidence.tables["certainty"]["question"]}
    assert judged == set(question_models())


def test_the_parameter_of_the_main_question_has_the_steps_of_the_data(evidence):
    table = evidence.tables["certainty"]
    own = table[table["question"] == "combination_vs_monotherapy"]
    steps = dict(zip(own["domain"], own["steps"].astype(int), strict=True))
    asked = CombinationVsMonotherapy().downgrade
    assert {domain: count for domain, count in asked.items() if count} == steps


def test_steps_add_up_and_stop_at_very_low(evidence):
    def level(**steps):
        return judge_certainty(evidence, "combination_vs_monotherapy", steps=steps).certainty

    assert level() == "high"
    assert level(imprecision=1) == "moderate"
    assert level(imprecision=1, indirectness=1) == "low"
    assert level(imprecision=3) == "very low"
    assert level(imprecision=3, indirectness=3) == "very low"


def test_a_step_set_by_the_reader_says_so(evidence):
    rating = judge_certainty(evidence, "combination_vs_monotherapy", steps={"inconsistency": 1})
    assert rating.steps[0].words == "1 for inconsistency: set by the reader."


def test_what_was_not_judged_is_an_error_and_not_high(evidence):
    with pytest.raises(KeyError, match="landscape, pfs_nothing"):
        judge_certainty(evidence, "landscape", "pfs_nothing")


@pytest.mark.parametrize(
    ("level", "words"),
    [
        ("high", "The drug makes more patients respond."),
        ("moderate", "The drug probably makes more patients respond."),
        ("low", "The drug may make more patients respond."),
        ("very low", "We cannot tell whether the drug makes more patients respond or makes fewer"),
    ],
)
def test_the_hedge_follows_the_certainty(by_level, level, words):
    said = say(ratio(1.5, 1.2, 1.9), by_level[level], EFFECT, good_below_one=False)
    assert said.startswith(words)


@pytest.mark.parametrize("level", ["high", "moderate", "low", "very low"])
def test_a_wide_interval_is_never_called_no_effect(by_level, level):
    said = say(ratio(1.0, 0.6, 1.7), by_level[level], EFFECT, good_below_one=False)
    assert said.startswith("We cannot tell whether")


def test_the_direction_follows_the_side_of_one(by_level):
    high = by_level["high"]
    assert "fewer" in say(ratio(0.5, 0.3, 0.8), high, EFFECT, good_below_one=False)
    assert "more" in say(ratio(0.5, 0.3, 0.8), high, EFFECT, good_below_one=True)


def test_a_ratio_of_a_harmful_event_below_one_is_good_however_shares_follow_from_it(by_level):
    effect = Effect(
        "BCG vaccine", ("prevents cases", "prevent cases"), ("causes cases", "cause cases")
    )
    good = find(
        "Tuberculosis", by_level["low"], effect, ratio(0.49, 0.33, 0.73), name="risk ratio",
        good_below_one=True, absolute=responders, baseline=0.02,
    )  # fmt: skip
    assert good.words == "BCG vaccine may prevent cases."
    assert good.with_ == "10 (7 to 15)"
    with pytest.raises(TypeError, match="good_below_one"):
        find("x", by_level["low"], effect, None, name="risk ratio")


@pytest.mark.parametrize(
    ("subject", "said"),
    [("BCG vaccine", "BCG vaccine"), ("T-cell therapy", "T-cell therapy"), ("A drug", "a drug"),
     ("The combination", "the combination")],
)  # fmt: skip
def test_an_abbreviation_keeps_its_capitals_within_a_sentence(by_level, subject, said):
    words = say(ratio(1.0, 0.6, 1.7), by_level["low"], EFFECT.of(subject), good_below_one=True)
    assert words.startswith(f"We cannot tell whether {said} ")


def test_a_number_beyond_the_grade_asked_for_is_withheld(by_level):
    hidden = visible(Estimate(0.5, 0.3, 0.8, unit="ratio", grade="D2"), "D1")
    assert hidden is None
    line = find(
        "Outcome",
        by_level["high"],
        EFFECT,
        hidden,
        name="ratio",
        good_below_one=False,
        baseline=0.3,
    )
    assert line.relative == "withheld"
    assert "asked not to see" in line.words
    assert "0.5" not in f"{line.with_}{line.words}"


def test_absolute_effects():
    half = ratio(0.5, 0.25, 1.0)
    # 0.36 ** 0.5 = 0.6; odds 0.25 / 0.75 halved are 1 / 6, a share of 1 / 7.
    assert survivors(0.36, half) == pytest.approx([0.6, 0.36**0.25, 0.36])
    assert responders(0.4, half) == pytest.approx([0.2, 0.1, 0.4])
    assert odds_responders(0.25, half)[0] == pytest.approx(1 / 7)
    assert per_1000_range([0.6, 0.8, -0.1]) == "600 (0 to 800)"


def test_absolute_effects_need_an_interval():
    with pytest.raises(ValueError, match="interval"):
        survivors(0.3, Estimate(0.5, unit="ratio"))
