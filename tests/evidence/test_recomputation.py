"""Every study's printed results are recomputed, and what does not fit is said."""

import math

import pytest

from evidence.record.chapter_parameters import Study
from evidence.sources.data import load_evidence
from evidence.sources.recomputation import recompute
from tests.audit_tables import TRIAL, fact, with_facts

STUDIES = list(load_evidence().tables["studies"]["study_id"])


def recomputed(study_id, **parameters):
    evidence = load_evidence().narrowed(study_id)
    found = recompute(evidence, Study(study_id=study_id, **parameters))
    return {item.key: item for item in found}


@pytest.mark.parametrize("study_id", STUDIES)
def test_keys_are_unique_and_rows_exist(study_id):
    evidence = load_evidence().narrowed(study_id)
    found = recompute(evidence, Study(study_id=study_id))
    assert len({item.key for item in found}) == len(found)
    for item in found:
        assert set(item.rows) <= set(evidence.rows)
        assert item.comment


def test_the_counts_of_the_trial_are_the_only_ones_that_print_so():
    found = recomputed("jonasch-2010")["orr.percent.sorafenib.counts"]
    assert (found.estimate.events, found.estimate.n) == (12, 40)
    assert found.verdict == "agrees"


def test_the_median_of_sorafenib_alone_is_too_narrow_for_an_exponential_curve():
    found = recomputed("jonasch-2010")["pfs.median.sorafenib.implied_events"]
    assert found.estimate.value == pytest.approx(58.885833, rel=1e-6)
    assert found.verdict == "does not agree"
    assert "more than the 40 patients" in found.comment


def test_the_marker_results_agree_with_their_p_values():
    found = recomputed("jonasch-2010")
    assert found["pfs.hazard_ratio.pakt.allowed_p"].verdict == "agrees"
    assert found["os.hazard_ratio.pakt.allowed_p"].verdict == "agrees"


def test_a_p_value_that_its_interval_excludes_is_found():
    # Sternberg 2010, abstract, results: after cytokines HR 0.54 (0.35-0.84), P < .001.
    found = recomputed("sternberg-2010")
    assert found["pfs.hazard_ratio.pazopanib_v_placebo.allowed_p"].verdict == "agrees"
    assert (
        found["pfs.hazard_ratio.pazopanib_v_placebo.pretreated.allowed_p"].verdict
        == "does not agree"
    )


def test_percentages_that_fit_no_count_are_found():
    # Escudier 2009, abstract, results: 68.2 % and 39.0 % of 97 and 92 patients.
    found = recomputed("escudier-2009")
    assert found["tumour_shrinkage.percent.sorafenib.counts"].verdict == "does not agree"
    assert found["tumour_shrinkage.percent.ifn.counts"].verdict == "does not agree"


def test_rounding_is_a_parameter():
    # Gollob 2007: 13 of 40 is 32.5 %, printed 33; half-even and cutting print 32.
    assert recomputed("gollob-2007")["orr.percent.sorafenib_ifn.case_table.counts"].estimate
    found = recomputed("gollob-2007", rounding="half_even")
    assert found["orr.percent.sorafenib_ifn.case_table.counts"].verdict == "does not agree"


def test_medians_without_limits_take_their_interval_from_the_patients():
    found = recomputed("escudier-2009")["pfs.median.sorafenib.hazard_ratio"]
    assert found.estimate.value == pytest.approx(5.6 / 5.7)
    assert (round(found.estimate.low, 2), round(found.estimate.high, 2)) == (0.65, 1.48)
    assert found.estimate.grade == "D2"
    assert found.comment.endswith("as the medians are reported without limits")


HR = f"{TRIAL}.pfs.hazard_ratio.sorafenib_ifn_v_sorafenib"
ORR = f"{TRIAL}.orr.percent.sorafenib"
MEDIANS = [f"{TRIAL}.pfs.median.sorafenib_ifn", f"{TRIAL}.pfs.median.sorafenib"]


def of(*rows):
    """Return what made rows of the trial recompute to."""
    return {
        one.key: one for one in recompute(with_facts(*rows).narrowed(TRIAL), Study(study_id=TRIAL))
    }


@pytest.mark.parametrize(
    ("row", "comment"),
    [
        (fact(HR, "0.63", "0.44", "not reached"), "the upper limit is reported as not reached"),
        (fact(HR, "0.63", "0.44", ">10"), "the upper limit is reported as >10"),
        (fact(HR, "0.63", "<0.01", "2.1"), "the lower limit is reported as <0.01"),
        (fact(HR, "<0.63", "0.44", "0.89"), "the value is reported as <0.63"),
        (fact(HR, "0.63", "0.44", ""), "no upper limit is reported"),
        (fact(HR, "0.63", "0.44", "0.89", "not reported"), "reported P not reported, allowed"),
        (fact(HR, "0.63", "0.44", "0.89", ci_kind="range", ci_level=""), "those of a range"),
        (fact(ORR, "<1"), "the value is reported as <1"),
        (fact(ORR, "30", "16.6", ""), "no upper limit is reported"),
        (fact(ORR, "30", "16.6", ">46"), "the upper limit is reported as >46"),
        (fact(ORR.replace("orr", "change"), "-19"), "a change is no share of patients"),
        (fact(MEDIANS[0], "1.8", "1.8", "1.8"), "the limits coincide"),
    ],
)
def test_a_row_that_cannot_be_recomputed_says_why(row, comment):
    found = list(of(row).values())
    assert found
    assert {one.verdict for one in found} == {"cannot tell"}
    assert all(comment in one.comment for one in found), found


@pytest.mark.parametrize(
    ("limits", "comment"),
    [
        ([("1.8", "1.8", "1.8"), ("7.39", "5.52", "9.20")], "the limits of a median coincide"),
        ([("7.56", "5.19", "11.07"), ("7.39", "5.52", "not attained")], "a limit is not reported"),
        ([("7.56", "0.0", "11.07"), ("7.39", "5.52", "9.20")], "a limit is not reported"),
    ],
)
def test_medians_without_width_take_the_interval_of_their_patients(limits, comment):
    rows = [fact(row_id, *texts) for row_id, texts in zip(MEDIANS, limits, strict=True)]
    found = of(*rows)["pfs.median.sorafenib_ifn.hazard_ratio"]
    assert found.estimate.se == pytest.approx(math.sqrt(2 / 40) / math.log(2))
    assert found.comment == f"interval from the numbers of patients, as {comment}"


def test_medians_of_two_levels_take_the_interval_of_their_patients():
    rows = [fact(MEDIANS[0], "7.56", "5.19", "11.07", ci_level="90"),
            fact(MEDIANS[1], "7.39", "5.52", "9.20")]  # fmt: skip
    found = of(*rows)["pfs.median.sorafenib_ifn.hazard_ratio"]
    assert found.estimate.se == pytest.approx(math.sqrt(2 / 40) / math.log(2))
    assert found.comment.endswith("as the limits of the two medians have two levels")


def test_medians_without_limits_and_patients_have_no_interval():
    cells = {"population": "favourable risk"}
    rows = [fact(MEDIANS[0], "7.56", **cells), fact(MEDIANS[1], "7.39", **cells)]
    found = of(*rows)["pfs.median.sorafenib_ifn.hazard_ratio"]
    assert (found.estimate.low, found.comment) == (
        None,
        "no interval: the medians are reported without limits",
    )


def test_a_level_is_taken_as_printed():
    # CheckMate 214: 0.63, 99.8 % interval 0.44 to 0.89, P <0.0001.
    row = fact(HR, "0.63", "0.44", "0.89", "<0.0001", ci_level="99.8")
    assert of(row)["pfs.hazard_ratio.sorafenib_ifn_v_sorafenib.allowed_p"].verdict == "agrees"
    wrong = of({**row, "ci_level": "99"})
    (only,) = wrong.values()
    assert only.verdict == "does not agree"


def test_a_lower_limit_that_prints_as_zero_is_a_bound():
    evidence = with_facts(fact(HR, "0.08", "0.00", "1.40", "0.000"))
    estimate = evidence.estimate(HR)
    assert (estimate.value, estimate.low, estimate.high, estimate.p) == (0.08, None, 1.4, None)
    assert evidence.printed(HR) == "0.08 (0.00 to 1.40, P = 0.000)"
    (found,) = of(fact(HR, "0.08", "0.00", "1.40")).values()
    assert found.estimate.value < 0.2


def test_years_are_months_too():
    row = fact(f"{TRIAL}.follow_up.median.all", "5.2", unit="years")
    estimate = with_facts(row).estimate(row["row_id"])
    assert (estimate.value, estimate.unit) == (pytest.approx(62.4), "months")


def test_an_age_stays_in_years_and_a_range_may_begin_at_nothing():
    evidence = load_evidence()
    age = evidence.estimate("jonasch-2010.age.median.sorafenib")
    assert (age.value, age.unit) == (62.4, "number")
    follow_up = evidence.estimate("jonasch-2010.follow_up.median.all")
    assert (follow_up.low, follow_up.high) == (0.0, 34.2)
