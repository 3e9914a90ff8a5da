"""Counts behind printed response rates are found, or refused."""

import pytest
from evidence.data import load_evidence
from evidence.eligibility import qualifying_arms
from evidence.responses import arm_response, printed_median, with_denominator, with_weekly_dose


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


def test_counts_that_are_not_printed_follow_from_the_interval(evidence):
    # Jonasch 2010, abstract, results: 25 % (12.7-41.2) and 30 % (16.6-46.5), no counts.
    combination = arm_response(evidence, "jonasch-2010.sorafenib_ifn")
    control = arm_response(evidence, "jonasch-2010.sorafenib")
    assert combination.counts == (10, 40)
    assert control.counts == (12, 40)
    assert combination.how == "the only counts whose exact interval prints so"


def test_the_seven_pooled_arms_have_the_counts_of_their_papers(evidence):
    counts = [arm_response(evidence, arm).counts for arm in qualifying_arms(evidence)]
    assert counts == [(1, 13), (12, 62), (13, 40), (10, 40), (9, 51), (17, 50), (11, 42)]


def test_weekly_doses_follow_from_the_schedules(evidence):
    doses = {arm: arm_response(evidence, arm).weekly_mu for arm in qualifying_arms(evidence)}
    assert doses["jonasch-2010.sorafenib_ifn"] == (7, 7)
    assert doses["escudier-2007-phase1.sorafenib_ifn"] == (18, 27)
    assert doses["bracarda-2013.sorafenib_ifn_b"] == (15, 15)


def test_an_arm_without_a_printed_response_is_refused_by_name(evidence):
    with pytest.raises(ValueError, match=r"got escudier-2009\.ifn"):
        arm_response(evidence, "escudier-2009.ifn")
    with pytest.raises(KeyError, match="nobody-2001"):
        arm_response(evidence, "nobody-2001.sorafenib")


def test_another_denominator_keeps_the_responders_and_names_its_row(evidence):
    arm = arm_response(evidence, "eto-2015.sorafenib_ifn")
    wider = with_denominator(arm, 51, "eto-2015.registered.count.sorafenib_ifn")
    assert wider.counts == (11, 51)
    assert "eto-2015.registered.count.sorafenib_ifn" in wider.rows
    with pytest.raises(ValueError, match="at least 11 patients"):
        with_denominator(arm, 10, "x")


def test_a_dose_range_may_be_narrowed_to_one_dose(evidence):
    arm = arm_response(evidence, "escudier-2007-phase1.sorafenib_ifn")
    assert with_weekly_dose(arm, 20.8).weekly_mu == (20.8, 20.8)


def test_printed_medians_keep_missing_limits_missing(evidence):
    median = printed_median(evidence, "jonasch-2010.os.median.sorafenib_ifn")
    assert (median.value, median.low, median.high) == (27.04, 22.31, None)
    assert printed_median(evidence, "jonasch-2010.os.median.sorafenib").value is None
    with pytest.raises(ValueError, match="a row that prints a median"):
        printed_median(evidence, "jonasch-2010.orr.percent.sorafenib")
