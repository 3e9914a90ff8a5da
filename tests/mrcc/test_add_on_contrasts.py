"""Randomized contrasts are found from the tables, flagged where more differs, and recomputed."""

import math

import pytest

from evidence.sources.data import load_evidence
from mrcc.adding_interferon.add_on_contrasts import (
    find_add_ons,
    find_added_to,
    response_effect,
    survival_effect,
)
from tests.page_cells import evidence_with


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


@pytest.fixture(scope="module")
def add_ons(evidence):
    return {(item.study_id, item.arm): item for item in find_add_ons(evidence, "IFN")}


def test_every_randomized_addition_of_interferon_is_found(add_ons):
    assert {study for study, _ in add_ons} == {
        "jonasch-2010",
        "hudes-2007",
        "pyrhonen-1999",
        "negrier-2007",
        "negrier-1998",
        "mcdermott-2005",
        "atkins-1993",
    }


def test_contrasts_in_which_more_differs_are_flagged(add_ons):
    flagged = {study for (study, _), item in add_ons.items() if item.flag}
    assert flagged == {
        "hudes-2007", "mcdermott-2005", "negrier-1998", "negrier-2007", "atkins-1993",
    }  # fmt: skip


def test_what_was_added_to_interferon_is_another_list(evidence):
    found = {item.study_id for item in find_added_to(evidence, "IFN")}
    assert {"escudier-2007-avoren", "rini-2008", "flanigan-2001", "mickisch-2001"} <= found
    assert "jonasch-2010" not in found


def test_a_printed_hazard_ratio_is_taken_as_printed(evidence, add_ons):
    # Negrier 2007, abstract: interferon or not, HR of death 1.00 (0.81-1.24).
    contrast = add_ons["negrier-2007", "ifn_any"]
    effect = survival_effect(evidence, contrast, "os", level=0.95, rho=0.5)
    assert (effect.estimate.value, effect.estimate.low, effect.estimate.high) == (1.00, 0.81, 1.24)
    assert effect.estimate.grade == "D0"


def test_a_ratio_that_stands_in_for_one_without_a_number_says_so():
    ratio = "escudier-2007-avoren.pfs.hazard_ratio.bevacizumab_ifn_v_placebo_ifn"
    evidence = evidence_with(("outcomes", ratio, {"value_reported": "not reported"}))
    (contrast,) = [
        one for one in find_added_to(evidence, "IFN") if one.study_id == "escudier-2007-avoren"
    ]
    effect = survival_effect(evidence, contrast, "pfs", level=0.95, rho=0.5)
    assert effect.rows == (f"{ratio}.review",)
    assert effect.estimate.method == (
        f'as reported; {ratio}, value_reported: expected a number, got "not reported"'
    )


@pytest.mark.parametrize(
    ("rho", "low", "high"), [(0.3, 1.002, 1.725), (0.5, 1.045, 1.654), (0.7, 1.101, 1.571)]
)
def test_a_contrast_through_a_shared_arm_follows_the_correlation(evidence, add_ons, rho, low, high):
    # METHODS, evidence synthesis: temsirolimus + interferon v temsirolimus, Hudes 2007.
    contrast = add_ons["hudes-2007", "temsirolimus_ifn"]
    effect = survival_effect(evidence, contrast, "os", level=0.95, rho=rho)
    assert effect.estimate.value == pytest.approx(0.96 / 0.73)
    assert (effect.estimate.low, effect.estimate.high) == pytest.approx((low, high), abs=6e-4)


def test_medians_without_limits_take_the_interval_of_a_reported_p(evidence, add_ons):
    contrast = add_ons["pyrhonen-1999", "vinblastine_ifn"]
    effect = survival_effect(evidence, contrast, "os", level=0.95, rho=0.5)
    # Pyrhönen 1999, abstract: 67.6 v 37.8 weeks, P = .0049; interval by Parmar 1998, equation 9.
    assert effect.estimate.value == pytest.approx(37.8 / 67.6)
    assert [round(x, 2) for x in (effect.estimate.low, effect.estimate.high)] == [0.37, 0.84]
    assert "pyrhonen-1999.os.p_value.vinblastine_ifn_v_vinblastine" in effect.rows
    assert effect.estimate.grade == "D2"


def test_medians_without_limits_and_without_p_take_the_interval_of_their_patients(
    evidence, add_ons
):
    contrast = add_ons["hudes-2007", "temsirolimus_ifn"]
    effect = survival_effect(evidence, contrast, "pfs", level=0.95, rho=0.5)
    # 5.5 over 4.7 months, 210 and 209 patients: the standard error is that of both, over ln 2.
    assert effect.estimate.se == pytest.approx(math.sqrt(1 / 210 + 1 / 209) / math.log(2))
    assert effect.estimate.value == pytest.approx(5.5 / 4.7)


def test_response_without_printed_patients_gives_no_interval(evidence, add_ons):
    contrast = add_ons["negrier-1998", "il2_ifn"]
    effect = response_effect(evidence, contrast, method="koopman", level=0.95)
    assert effect.estimate.value == pytest.approx(18.6 / 6.5)
    assert effect.estimate.low is None


def test_an_outcome_that_is_not_printed_is_none(evidence, add_ons):
    contrast = add_ons["negrier-2007", "ifn_any"]
    assert response_effect(evidence, contrast, method="koopman", level=0.95) is None
