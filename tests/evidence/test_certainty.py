"""Certainty comes from the data with a reason for every step, and the words follow the numbers."""

import math

import pytest

from evidence.findings.effect_words import Effect, ratio_gains, say
from evidence.findings.imprecision import information_share, rate_imprecision
from evidence.findings.summary import (
    find,
    odds_responders,
    per_1000_range,
    responders,
    survivors,
    tabulate_summary,
    visible_estimate,
)
from evidence.sources.certainty import judge_certainty
from evidence.sources.data import load_evidence
from evidence_book.runs.own_library import question_models
from evidence_stats.estimates import Estimate, NotEstimable
from mrcc.combination_vs_monotherapy.parameters import CombinationVsMonotherapy
from mrcc.effects import PROGRESSION, RESPONSE


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
    found["high"] = judge_certainty(evidence, "combination_vs_monotherapy", steps={})
    return found


def test_every_question_with_an_estimate_is_judged(evidence):
    judged = {f"questions/{name}" for name in evidence.tables["certainty"]["question"]}
    # No source that was read gives a number of severe events by arm: there is nothing to rate.
    assert judged == set(question_models()) - {"questions/tolerability"}


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


HAZARD, POINTS = "hazard_ratio", "response_points"


@pytest.mark.parametrize(
    ("level", "words"),
    [
        ("high", "The drug increases response."),
        ("moderate", "The drug probably increases response."),
        ("low", "The drug may increase response."),
        ("very low", "The evidence is very uncertain about the effect of the drug on response."),
    ],
)
def test_the_verb_follows_the_certainty(by_level, level, words):
    # Santesso 2020, table 3: results in, probably, may; very low names no effect.
    assert say([15, 11, 19], by_level[level], RESPONSE.of("The drug"), measure=POINTS) == words


@pytest.mark.parametrize(
    ("gains", "words"),
    [
        ([25, 20, 30], "The drug results in a large increase in response."),
        ([7, 3, 9], "The drug increases response slightly."),
        ([1, -2, 4], "The drug results in little to no difference in response."),
        ([-15, -19, -11], "The drug reduces response."),
        ([1, -12, 14], "The drug results in little to no difference in response, but an important "
         "benefit and an important harm remain possible."),
        ([15, -2, 30], "The drug increases response, but no difference remains possible."),
        ([15, -12, 40], "The drug increases response, but an important harm remains possible."),
        ([15], "The drug increases response; how precise that is was not reported."),
    ],
)  # fmt: skip
def test_the_words_follow_the_size_and_what_the_interval_reaches(by_level, gains, words):
    assert say(gains, by_level["high"], RESPONSE.of("The drug"), measure=POINTS) == words


def test_a_hazard_ratio_is_judged_by_its_own_thresholds(by_level):
    def said(hr):
        gains = ratio_gains(hr)
        return say(gains, by_level["moderate"], PROGRESSION.of("The drug"), measure=HAZARD)

    assert said(ratio(0.54, 0.45, 0.64)) == "The drug probably delays progression."
    assert said(ratio(0.45, 0.40, 0.50)) == (
        "The drug probably results in a large delay of progression."
    )
    assert said(ratio(1.5, 1.3, 1.7)) == "The drug probably hastens progression."


@pytest.mark.parametrize("level", ["high", "moderate", "low", "very low"])
def test_a_wide_interval_is_never_called_no_effect(by_level, level):
    said = say([0.0, -15.0, 15.0], by_level[level], RESPONSE.of("The drug"), measure=POINTS)
    assert "remain possible" in said or "very uncertain" in said


def test_a_ratio_of_a_harmful_event_below_one_is_good_however_shares_follow_from_it(by_level):
    effect = Effect(
        "BCG vaccine", "tuberculosis", ("prevents cases", "prevent cases", "fall in cases"),
        ("causes cases", "cause cases", "rise in cases"),
    )  # fmt: skip
    good = find(
        "Tuberculosis", by_level["low"], effect, ratio(0.55, 0.33, 0.73), name="risk ratio",
        absolute=responders, baseline=0.02,
    )  # fmt: skip
    assert good.words == "BCG vaccine may prevent cases."
    assert good.with_ == "11 per 1000 (7 to 15)"


def test_without_an_estimate_nothing_is_rated(by_level):
    line = find("x", by_level["low"], RESPONSE, NotEstimable("no counts"), name="ratio")
    assert line.rating is None
    assert line.words == "The effect of it on response cannot be estimated from what was read."
    table = tabulate_summary([line], caption="Summary", without="Without", with_="With")
    assert "not rated" in table.text


@pytest.mark.parametrize(
    ("subject", "said"),
    [("BCG vaccine", "BCG vaccine"), ("T-cell therapy", "T-cell therapy"), ("A drug", "a drug"),
     ("The combination", "the combination")],
)  # fmt: skip
def test_an_abbreviation_keeps_its_capitals_within_a_sentence(by_level, subject, said):
    words = say([0.0], by_level["very low"], RESPONSE.of(subject), measure=POINTS)
    assert words == f"The evidence is very uncertain about the effect of {said} on response."


def test_a_number_beyond_the_grade_asked_for_is_withheld(by_level):
    hidden = visible_estimate(Estimate(0.5, 0.3, 0.8, unit="ratio", grade="D2"), "D1")
    assert hidden is None
    line = find(
        "Outcome",
        by_level["high"],
        RESPONSE,
        hidden,
        name="ratio",
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
    assert per_1000_range([0.6, 0.8, -0.1]) == "600 per 1000 (0 to 800)"


def test_absolute_effects_need_an_interval():
    with pytest.raises(ValueError, match="interval"):
        survivors(0.3, Estimate(0.5, unit="ratio"))


@pytest.mark.parametrize(
    ("hazard_ratio", "steps"),
    [
        ((0.98, 0.62, 1.54), 2),  # Reaches 0.80 and 1.25.
        ((0.91, 0.66, 1.24), 1),  # Reaches 0.80 alone.
        ((1.00, 0.81, 1.24), 0),  # Reaches neither.
        ((0.55, 0.46, 0.65), 0),  # Beyond 0.80 as a whole, and not large.
        ((0.40, 0.34, 0.47), 1),  # Large, with more than half of the information.
        ((0.30, 0.16, 0.56), 2),  # Large, with far less of it.
    ],
)
def test_steps_for_imprecision_follow_from_interval_thresholds_and_information(hazard_ratio, steps):
    found = rate_imprecision(ratio_gains(ratio(*hazard_ratio)), "hazard_ratio")
    assert (found.steps if found else 0) == steps


def test_the_information_is_that_of_the_events_a_trial_needs():
    # Schoenfeld: 631 events for a hazard ratio of 0.80; 4 / se**2 are what an interval carries.
    se = 2 / math.sqrt(631)
    half = 1.959964 * se
    assert information_share([0.1, 0.1 - half, 0.1 + half], "hazard_ratio") == pytest.approx(
        1, abs=0.001
    )
    assert information_share([0.1, 0.1 - 2 * half, 0.1 + 2 * half], "hazard_ratio") == (
        pytest.approx(0.25, abs=0.001)
    )


def test_the_steps_that_the_main_question_offers_its_reader_are_those_of_the_rule():
    given = CombinationVsMonotherapy().downgrade["imprecision"]
    progression = rate_imprecision(ratio_gains(ratio(0.98, 0.62, 1.54)), "hazard_ratio")
    response = rate_imprecision([-5.0, -24.5, 14.8], "response_points")
    assert progression.steps == response.steps == given
