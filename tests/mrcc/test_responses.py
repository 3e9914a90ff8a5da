"""Counts behind printed response rates are found, or refused."""

import pytest

from evidence.sources.data import load_evidence
from evidence.sources.responses import (
    ArmResponse,
    arm_response,
    printed_median,
    response_ratio,
    with_denominator,
)
from mrcc.chosen_arms import pooled_arm
from mrcc.combination_vs_monotherapy.parameters import CombinationVsMonotherapy
from mrcc.eligibility import pooling_candidates, qualifying_arms
from tests.page_cells import evidence_with


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


def test_counts_that_are_not_printed_follow_from_the_interval(evidence):
    # Jonasch 2010, abstract, results: 25 % (12.7-41.2) and 30 % (16.6-46.5), no counts.
    combination = arm_response(evidence, "jonasch-2010.sorafenib_ifn")
    control = arm_response(evidence, "jonasch-2010.sorafenib")
    assert combination.counts == (10, 40)
    assert control.counts == (12, 40)
    assert combination.how == "the only counts whose exact interval gives it"


def test_the_seven_pooled_arms_have_the_counts_of_their_papers(evidence):
    counts = [arm_response(evidence, arm).counts for arm in qualifying_arms(evidence)]
    assert counts == [(1, 13), (12, 62), (13, 40), (10, 40), (9, 51), (17, 50), (11, 42)]


def test_weekly_doses_follow_from_the_schedules(evidence):
    p = CombinationVsMonotherapy(escudier_dose=20.8)
    doses = {arm: pooled_arm(evidence, arm, p).weekly_mu for arm in qualifying_arms(evidence)}
    assert doses["jonasch-2010.sorafenib_ifn"] == (7, 7)
    # A range, 18 to 27, of which the parameter takes one.
    assert doses["escudier-2007-phase1.sorafenib_ifn"] == (20.8, 20.8)
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


def test_printed_medians_keep_missing_limits_missing(evidence):
    median = printed_median(evidence, "jonasch-2010.os.median.sorafenib_ifn")
    assert (median.value, median.low, median.high) == (27.04, 22.31, None)
    assert printed_median(evidence, "jonasch-2010.os.median.sorafenib").value is None
    with pytest.raises(ValueError, match="a row that gives a median"):
        printed_median(evidence, "jonasch-2010.orr.percent.sorafenib")


RYAN = "ryan-2007.orr.percent.sorafenib_ifn"
AS_COUNT = {
    "row_id": "ryan-2007.orr.count.sorafenib_ifn",
    "statistic": "count",
    "value_reported": "12",
    "unit": "patients",
}


@pytest.mark.parametrize("events", ["12", ""])
def test_a_response_printed_as_a_count_is_a_response(events):
    made = evidence_with(("outcomes", RYAN, AS_COUNT | {"events": events}))
    arm = arm_response(made, "ryan-2007.sorafenib_ifn")
    assert (arm.counts, arm.rows[0]) == ((12, 62), AS_COUNT["row_id"])
    assert "ryan-2007.sorafenib_ifn" in qualifying_arms(made)


@pytest.mark.parametrize("qualifier", [".final", ".review"])
def test_a_response_of_a_named_analysis_is_found_where_no_plain_one_is_printed(qualifier):
    made = evidence_with(("outcomes", RYAN, {"row_id": RYAN + qualifier}))
    assert arm_response(made, "ryan-2007.sorafenib_ifn").rows[0] == RYAN + qualifier


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"value_reported": "<1", "events": ""}, 'value_reported: expected a number, got "<1"'),
        ({"value_reported": "19.7", "events": ""}, "no count of 62 patients round to 19.7 %"),
        (AS_COUNT | {"value_reported": "not reported", "events": ""}, "value_reported: expected"),
    ],
)
def test_an_arm_that_stays_out_says_which_cell_is_why(cells, reason):
    made = evidence_with(("outcomes", RYAN, cells))
    (found,) = [
        one.reason for one in pooling_candidates(made) if one.arm_id == "ryan-2007.sorafenib_ifn"
    ]
    assert found.startswith("no counts follow from what is reported: ryan-2007.orr.")
    assert reason in found


def patients(name, events, n):
    return ArmResponse(f"{name}.a", name, "SOR", events, n, (f"{name}.orr",), "reported")


def test_a_ratio_without_responders_in_the_control_arm_gives_the_difference_instead():
    found = response_ratio(patients("x", 13, 79), patients("y", 0, 81), level=0.95)
    assert found.reason.startswith("y.orr: nobody of 81 responded")
    assert "16.5 points (95 % CI" in found.reason


@pytest.mark.parametrize(("events", "value"), [((0, 5), 0.0), ((40, 40), 1.0)])
def test_where_katz_has_no_interval_koopman_gives_one(events, value):
    found = response_ratio(patients("x", events[0], 40), patients("y", events[1], 40), level=0.95)
    assert found.value == value
    assert found.low < found.high
    assert found.method == "Koopman score interval"


def test_a_printed_range_gives_a_median_no_confidence_limits():
    row = "jonasch-2010.pfs.median.sorafenib"
    made = evidence_with(("outcomes", row, {"ci_kind": "range", "ci_level": ""}))
    median = printed_median(made, row)
    assert (median.value, median.low, median.high) == (7.39, None, None)
