"""The headline numbers of both questions, as METHODS and R give them, and what moves them."""

import pytest

from evidence.sources.data import load_evidence
from mrcc.adding_interferon import analysis as adding_interferon
from mrcc.adding_interferon.parameters import AddingInterferon
from mrcc.biomarker_prognosis import analysis as biomarker_prognosis
from mrcc.biomarker_prognosis.parameters import BiomarkerPrognosis
from mrcc.biomarker_prognosis.printed_marker import printed_effects
from mrcc.combination_vs_monotherapy import analysis as combination_vs_monotherapy
from mrcc.combination_vs_monotherapy import pooled_arms, trial_progression, trial_response
from mrcc.combination_vs_monotherapy.parameters import CombinationVsMonotherapy
from mrcc.eligibility import qualifying_arms
from mrcc.interferon_dose import analysis as interferon_dose
from mrcc.interferon_dose.parameters import InterferonDose
from mrcc.tolerability import analysis as tolerability
from mrcc.tolerability.parameters import Tolerability


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


@pytest.fixture(scope="module")
def arms(evidence):
    return trial_response.trial_arms(evidence)


def combination(**parameters):
    return CombinationVsMonotherapy(**parameters)


def shown(numbers, key, decimals):
    estimate = numbers[key][0]
    values = (estimate.value, estimate.low, estimate.high)
    return tuple(None if v is None else round(v, decimals) for v in values)


def test_response_differs_by_minus_five_points(arms):
    numbers = trial_response.compare_response(arms, combination())
    assert shown(numbers, "orr_difference", 3) == (-0.05, -0.245, 0.148)
    assert shown(numbers, "orr_ratio", 2) == (0.83, 0.41, 1.68)
    assert numbers["orr_p"][0].value == pytest.approx(0.672168257, rel=1e-6)
    assert numbers["orr_per_1000"][0].value == pytest.approx(250)


def test_the_posterior_says_that_a_gain_is_unlikely(arms):
    p = combination()
    numbers = trial_response.believe_response(trial_response.response_posteriors(arms, p), p)
    assert numbers["p_better"][0].value == pytest.approx(0.311783494, rel=1e-6)
    assert numbers["p_worth_having"][0].value == pytest.approx(0.064972204, rel=1e-6)
    assert numbers["p_small_loss"][0].value == pytest.approx(0.704332870, rel=1e-6)
    assert numbers["bayes_factor_equal"][0].value == pytest.approx(3.628126274, rel=1e-6)


def test_the_medians_give_a_hazard_ratio_near_one(evidence):
    p = combination()
    medians = trial_progression.trial_medians(evidence)
    ensemble = None
    hr = trial_progression.hazard_ratio(evidence, ensemble, p)
    numbers = trial_progression.compare_progression(medians, hr, p)
    assert shown(numbers, "pfs_hr", 2) == (0.98, 0.62, 1.54)
    assert numbers["pfs_p_better"][0].value == pytest.approx(0.532468, rel=1e-4)
    assert shown(numbers, "pfs_6m_sorafenib", 3) == (0.57, 0.471, 0.636)


def test_a_weibull_shape_widens_the_hazard_ratio(evidence):
    wide = trial_progression.hazard_ratio(
        evidence, None, combination(hr_source="medians_weibull", weibull_shape=2.0)
    )
    assert wide.low == pytest.approx(0.619050415**2, rel=1e-6)


def test_the_pooled_response_and_its_prediction(evidence):
    numbers = pooled_arms.describe_pool(pooled_arms.pool_arms(evidence, combination()))
    assert shown(numbers, "pooled_response", 3) == (0.244, 0.186, 0.314)
    assert shown(numbers, "pooled_prediction", 3)[1:] == (0.162, 0.368)
    assert numbers["pooled_arms"][0].n == 298


@pytest.mark.parametrize(
    ("parameters", "value"),
    [
        ({"escudier_denominator": 12}, 0.2454),
        ({"eto_denominator": 51}, 0.2371),
        ({"pool_model": "reml"}, 0.25122),
        ({"pool_model": "betabinomial"}, 0.24493),
    ],
)
def test_sensitivity_of_the_pool(evidence, parameters, value):
    # METHODS, pooled single-arm ORR: GLMM sensitivity and other models.
    made = pooled_arms.pool_arms(evidence, combination(**parameters))
    assert made.pooled.estimate.value == pytest.approx(value, abs=6e-5)


def test_dose_is_not_shown_to_matter(evidence):
    p = combination(escudier_dose=27.0)
    numbers = pooled_arms.dose_and_response(pooled_arms.pool_arms(evidence, p), p)
    assert shown(numbers, "dose_or", 4) == (0.8784, 0.5633, 1.3698)
    assert numbers["dose_permutation_p"][0].value == pytest.approx(0.463492, abs=1e-6)


def test_other_dose_codings_are_parameters(evidence):
    p = combination(escudier_dose=18.0, gollob_dose=24.0)
    numbers = pooled_arms.dose_and_response(pooled_arms.pool_arms(evidence, p), p)
    assert shown(numbers, "dose_or", 2) == (0.84, 0.53, 1.35)


def test_what_the_trial_could_show(arms):
    numbers = combination_vs_monotherapy.what_the_trial_could_show(arms, combination())
    assert numbers["detectable_hr"][0].value == pytest.approx(0.511858550, rel=1e-6)
    assert numbers["ni_events"][0].value == pytest.approx(630.520, abs=1e-3)
    assert numbers["ni_power"][0].value == pytest.approx(0.152331, rel=1e-5)
    assert numbers["detectable_orr"][0].value == pytest.approx(0.625768, rel=1e-5)


@pytest.fixture(scope="module")
def effects(evidence):
    return printed_effects(evidence, BiomarkerPrognosis())


def test_pakt_per_sd(effects):
    numbers = biomarker_prognosis.rescale(effects, BiomarkerPrognosis())
    assert shown(numbers, "pfs_hr_per_sd", 2) == (1.28, 1.01, 1.61)
    assert shown(numbers, "os_hr_per_sd", 2) == (1.57, 1.08, 2.27)
    assert shown(numbers, "pfs_hr_increment", 3) == (1.48, 1.0, 2.159)
    assert round(numbers["os_concordance"][0].value, 3) == 0.619


def test_the_two_models_differ_in_information(effects):
    numbers = biomarker_prognosis.compare_information(effects, BiomarkerPrognosis())
    assert shown(numbers, "information_ratio", 2)[1:] == (8.03, 10.63)


def test_the_evidence_for_pakt_is_weak(effects):
    numbers = biomarker_prognosis.weigh(effects, BiomarkerPrognosis())
    assert numbers["pfs_bayes_factor"][0].value == pytest.approx(2.804369376, rel=1e-6)
    assert numbers["os_bayes_factor"][0].value == pytest.approx(5.241422706, rel=1e-6)
    assert round(numbers["pfs_posterior"][0].value, 2) == 0.24
    assert round(numbers["os_posterior"][0].value, 2) == 0.37
    assert numbers["pfs_p_adjusted_two"][0].value == pytest.approx(0.0411)
    assert numbers["os_p_adjusted_two"][0].value == pytest.approx(0.0346)


def test_selection_leaves_little(effects):
    numbers = biomarker_prognosis.shrink(effects, BiomarkerPrognosis())
    assert round(numbers["pfs_hr_selected"][0].value, 3) == 1.010
    assert round(numbers["os_hr_selected"][0].value, 3) == 1.051
    assert round(numbers["pfs_power"][0].value, 3) == 0.332
    assert round(numbers["os_exaggeration"][0].value, 2) == 2.57


def test_other_printed_numbers_may_be_tried(evidence):
    given = ["1.20", "1.05", "1.37", ".007"]
    pfs, os_ = printed_effects(evidence, BiomarkerPrognosis(hr_pfs=given))
    assert pfs.hr.value == 1.20
    assert os_.hr.value == 1.15


def test_contradictory_numbers_are_said_to_be_so(evidence):
    p = BiomarkerPrognosis(hr_pfs=["1.04", "1.00", "1.08", ".9"])
    numbers = biomarker_prognosis.check_consistency(printed_effects(evidence, p))
    assert numbers["pfs_consistent"][0].value == 0
    assert "pfs_hr_range" not in numbers


def test_the_pool_hardly_moves_with_models_denominators_and_arms(evidence):
    numbers = pooled_arms.sensitivity(evidence, combination())
    assert len(numbers) == 14
    values = [estimate.value for estimate, _ in numbers.values()]
    assert min(values) > 0.21
    assert max(values) < 0.28
    # METHODS, pooled single-arm ORR: with Niwakawa 2012 the GLMM gives 24.67 %.
    assert numbers["sens_with_niwakawa_2012_sorafenib_ifn"][0].value == pytest.approx(
        0.2467, abs=6e-5
    )


def test_what_the_next_trial_needs(arms):
    numbers = combination_vs_monotherapy.what_the_trial_could_show(arms, combination())
    # 30 v 40 % with 80 % power: 356 per arm by the normal approximation.
    assert numbers["patients_for_gain"][0].value == pytest.approx(2 * 353.2, abs=0.5)
    none = combination(orr_gain_threshold_pp=0.0)
    assert "patients_for_gain" not in combination_vs_monotherapy.what_the_trial_could_show(
        arms, none
    )


def test_the_slope_of_dose_in_its_own_chapter(evidence):
    p = InterferonDose(escudier_dose=27.0)
    arms = interferon_dose.dosed_arms(evidence, p)
    numbers = interferon_dose.describe_slope(arms, interferon_dose.regress(arms, p), p)
    assert shown(numbers, "dose_or", 4) == (0.8784, 0.5633, 1.3698)
    assert numbers["permutation_p"][0].value == pytest.approx(0.463492, abs=1e-6)
    schedules, rows = interferon_dose.randomized_schedules(evidence, p)
    assert shown(schedules, "schedule_difference", 3) == (0.164, -0.008, 0.33)
    assert "bracarda-2013.sorafenib_ifn_a" in rows


def test_too_few_doses_are_refused(evidence):
    with pytest.raises(ValueError, match="at least 4 arms"):
        interferon_dose.dosed_arms(evidence, InterferonDose(arms=qualifying_arms(evidence)[:3]))


def test_no_pooled_effect_of_adding_interferon_is_possible(evidence):
    p = AddingInterferon()
    found = adding_interferon.add_ons(evidence, p)
    numbers = adding_interferon.count(found, p)
    assert numbers["studies"][0].value == 7
    assert numbers["clean_studies"][0].value == 2
    # Pyrhönen 1999, by its P value.
    assert numbers["with_interval_os"][0].value == 1
    assert len({item.key for item in found}) == len(found)
    flagged = AddingInterferon(include_flagged=True)
    assert adding_interferon.count(found, flagged)["with_interval_os"][0].value == 4


def test_severe_events_are_recovered_only_where_one_count_prints_so(evidence):
    rates = {rate.row_id: rate for rate in tolerability.event_rates(evidence, Tolerability())}
    fatigue = rates["bracarda-2013.ae_fatigue_asthenia_grade_3_4.percent.sorafenib_ifn_a"]
    # RAPSODY, abstract: 28 % of 51 patients is no whole number.
    assert fatigue.estimate is None
    reduced = rates["gollob-2007.dose_reduction.percent.sorafenib_ifn"]
    assert (reduced.estimate.events, reduced.estimate.n) == (26, 40)
    assert not [rate for rate in rates.values() if rate.study_id == "jonasch-2010"]


def test_other_regimens_may_be_asked_for(evidence):
    rates = tolerability.event_rates(evidence, Tolerability(treatments=["BEV+IFN"]))
    assert {rate.treatment for rate in rates} == {"BEV+IFN"}
