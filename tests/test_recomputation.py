"""Every study's printed results are recomputed, and what does not fit is said."""

import pytest
from evidence.data import load_evidence
from evidence.parameters import Study
from evidence.recomputation import recompute

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


def test_medians_without_limits_give_a_hazard_ratio_without_interval():
    found = recomputed("escudier-2009")["pfs.median.sorafenib.hazard_ratio"]
    assert found.estimate.value == pytest.approx(5.6 / 5.7)
    assert found.estimate.low is None
    assert found.estimate.grade == "D2"
