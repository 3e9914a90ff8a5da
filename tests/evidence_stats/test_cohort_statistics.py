"""Statistics of a cohort against R's survival and against lifelines, on data that packages ship.

R: coxph, cox.zph, survfit, survdiff, summary(rmean), concordance, basehaz of survival 3.5-3, with
Efron's ties, on rossi and lung (lifelines), veteran (R), a made cohort, and the same with nearly
every death tied. lifelines: CoxPHFitter, logrank_test, KaplanMeierFitter, concordance_index.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.datasets import load_gbsg2, load_rossi
from lifelines.statistics import logrank_test, proportional_hazard_test
from lifelines.utils import concordance_index
from scipy import stats

from evidence_stats.cohorts.added_value import (
    concordance,
    discriminate,
    net_benefit,
    predicted_risk,
    usable_pairs,
)
from evidence_stats.cohorts.cox import (
    NoFitError,
    baseline_hazard,
    fit_cox,
    likelihood_ratio,
    proportional_hazards,
    risk_sets,
    wald,
)
from evidence_stats.cohorts.permutation import NullModel, smallest_of_panel
from evidence_stats.cohorts.scales import Spline, best_cuts, groups, per_sd
from evidence_stats.survival.kaplan_meier import km_curve, rmst
from tests.tolerance import near

REFERENCE = json.loads((Path(__file__).parents[1] / "reference/cohort.json").read_text())
VALUES = REFERENCE["values"]
DATA = {name: pd.DataFrame(columns) for name, columns in REFERENCE["data"].items()}
FORMS = ("plain", "adjusted", "stratified")
CASES = [(name, form) for name in DATA for form in FORMS]


def columns_of(data, form):
    dummies = pd.get_dummies(data["group"], drop_first=True, dtype=float).to_numpy()
    beside = {
        "plain": np.empty((len(data), 0)),
        "adjusted": np.column_stack([data["age"], dummies]),
        "stratified": data[["age"]].to_numpy(float),
    }[form]
    return data[["x"]].to_numpy(float), beside


def fitted(name, form):
    data = DATA[name]
    marker, beside = columns_of(data, form)
    strata = data["group"] if form == "stratified" else None
    sets = risk_sets(data["time"], data["dead"], strata)
    return fit_cox(sets, np.column_stack([marker, beside])), fit_cox(sets, beside)


def reference(*names):
    stored = VALUES[".".join(names)]
    return stored["value"], stored["kind"]


def close(found, *names):
    wanted, kind = reference(*names)
    wanted = wanted if isinstance(wanted, list) else [wanted]
    found = np.atleast_1d(found)
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert float(one) == near(other, kind), names


def test_every_reference_value_is_compared():
    compared = {"beta", "se", "loglik", "lr", "score", "zph", "residuals"}
    whole = {
        "concordance",
        "basehaz",
        "spline",
        "survdiff",
        "survfit",
        "at_risk",
        "rmst",
        "best_cut",
    }
    assert {key.rpartition(".")[2] for key in VALUES} == compared | whole
    assert len(VALUES) > 120


@pytest.mark.parametrize(("name", "form"), CASES)
def test_a_cox_model_is_that_of_coxph(name, form):
    fit, null = fitted(name, form)
    close(fit.beta, name, form, "beta")
    close(fit.se, name, form, "se")
    close(fit.log_likelihood, name, form, "loglik")
    close(likelihood_ratio(fit, null).statistic, name, form, "lr")


@pytest.mark.parametrize(("name", "form"), CASES)
def test_the_score_test_beside_covariates_is_that_of_coxph_started_without_the_marker(name, form):
    _, null = fitted(name, form)
    marker = DATA[name]["x"].to_numpy(float)[:, None, None]
    close(NullModel(null).test(marker).statistic, name, form, "score")


@pytest.mark.parametrize(("name", "form"), CASES)
def test_proportional_hazards_are_tested_as_by_cox_zph(name, form):
    fit, _ = fitted(name, form)
    made = proportional_hazards(fit, DATA[name]["time"], DATA[name]["dead"], [0])
    close([made.statistic, made.p], name, form, "zph")


@pytest.mark.parametrize("name", sorted(set(DATA) - {"tied"}))
@pytest.mark.parametrize("form", ["plain", "adjusted"])
def test_scaled_schoenfeld_residuals_are_those_of_cox_zph(name, form):
    fit, _ = fitted(name, form)
    wanted, _ = reference(name, form, "residuals")
    # R spreads Efron's weights over tied deaths in its own way: the mean of a time is the same.
    times = fit.sets.times[: len(wanted)]
    if len(np.unique(times)) == len(times):
        close(fit.scaled_residuals[: len(wanted), 0], name, form, "residuals")
    else:
        whole = times < times[-1]
        found = (
            pd.Series(fit.scaled_residuals[: len(wanted), 0])[whole].groupby(times[whole]).mean()
        )
        other = pd.Series(wanted)[whole].groupby(times[whole]).mean()
        np.testing.assert_allclose(found, other, rtol=1e-6)


@pytest.mark.parametrize("name", sorted(DATA))
def test_concordance_and_baseline_hazard_are_those_of_survival(name):
    data = DATA[name]
    fit, _ = fitted(name, "adjusted")
    close(
        concordance(usable_pairs(data["time"], data["dead"]), fit.log_hazard), name, "concordance"
    )
    close(baseline_hazard(fit, float(data["time"].median())), name, "basehaz")


@pytest.mark.parametrize("name", sorted(DATA))
def test_a_restricted_spline_fits_as_the_natural_spline_of_r(name):
    if f"{name}.spline" not in VALUES:
        assert len(np.unique(np.quantile(DATA[name]["x"], [0.1, 0.5, 0.9]))) < 3
        return
    data = DATA[name]
    spline = Spline.of(data["x"]).columns(data["x"])
    sets = risk_sets(data["time"], data["dead"])
    close(fit_cox(sets, np.column_stack([spline, data["age"]])).log_likelihood, name, "spline")


@pytest.mark.parametrize("name", sorted(DATA))
def test_curves_ranks_and_restricted_means_are_those_of_survival(name):
    data = DATA[name]
    high = (data["x"] > data["x"].median()).to_numpy()
    own = data[high]
    test = logrank_test(
        data["time"][high], data["time"][~high], data["dead"][high], data["dead"][~high]
    )
    close(test.test_statistic, name, "survdiff")
    curve = km_curve(own["time"], own["dead"])
    at = np.quantile(data["time"], [0.25, 0.5, 0.75], method="inverted_cdf")
    close([curve.survival_at(time) for time in at], name, "survfit")
    close([(own["time"] >= time).sum() for time in at], name, "at_risk")
    mean = rmst(own["time"], own["dead"], float(data["time"].median()))
    close([mean.value, mean.se], name, "rmst")


@pytest.mark.parametrize("name", sorted(DATA))
def test_the_best_cut_point_is_the_largest_standardised_statistic_by_its_definition(name):
    data = DATA[name]
    sets = risk_sets(data["time"], data["dead"])
    # The reference takes Breslow's expected deaths, which are the log-rank test's; R's predict
    # takes Efron's for a Cox model, as we do.
    scores = fit_cox(sets, np.empty((len(data), 0))).martingale
    found = best_cuts(scores, data[["x"]].to_numpy(float))
    close(found.statistic, name, "best_cut")
    share = found.high.mean()
    assert 0.2 - 1 / len(data) <= share <= 0.8 + 1 / len(data)


@pytest.mark.parametrize("strata", [None, "horTh"])
def test_a_cox_model_is_that_of_lifelines(strata):
    data = load_gbsg2()
    data["menostat"] = (data["menostat"] == "Post").astype(float)
    names = ["pnodes", "age", "menostat"]
    theirs = CoxPHFitter().fit(
        data[["time", "cens", *names, *([strata] if strata else [])]],
        "time",
        "cens",
        strata=strata,
        # By default it stops five digits earlier.
        fit_options={"precision": 1e-11},
    )
    ours = fit_cox(
        risk_sets(data["time"], data["cens"], data[strata] if strata else None), data[names]
    )
    np.testing.assert_allclose(ours.beta, theirs.params_, rtol=1e-6)
    np.testing.assert_allclose(ours.se, theirs.standard_errors_, rtol=1e-6)
    assert ours.log_likelihood == near(theirs.log_likelihood_)


def test_a_fit_that_starts_at_another_model_ends_at_the_same():
    data = load_rossi()
    sets = risk_sets(data["week"], data["arrest"])
    columns = data[["prio", "age", "fin"]].to_numpy(float)
    cold = fit_cox(sets, columns)
    warm = fit_cox(sets, columns, cold.beta * 1.3 + 0.1)
    np.testing.assert_allclose(warm.beta, cold.beta, rtol=1e-9)


def test_predicted_risk_without_ties_is_that_of_lifelines_at_the_time_of_a_death():
    # lifelines' baseline has no Efron's weights, and it interpolates between deaths.
    data = DATA["made"].drop_duplicates("time")
    death = float(data["time"][data["dead"] == 1].sort_values().iloc[50])
    theirs = CoxPHFitter().fit(data[["time", "dead", "x", "age"]], "time", "dead")
    ours = fit_cox(risk_sets(data["time"], data["dead"]), data[["x", "age"]])
    wanted = 1 - theirs.predict_survival_function(data[["x", "age"]], times=[death]).to_numpy()[0]
    np.testing.assert_allclose(predicted_risk(ours, death), wanted, rtol=1e-5)


def test_lifelines_tests_proportional_hazards_by_an_approximation_that_is_close():
    data = DATA["veteran"]
    theirs = CoxPHFitter().fit(data[["time", "dead", "x"]], "time", "dead")
    approximate = proportional_hazard_test(theirs, data[["time", "dead", "x"]], time_transform="km")
    exact = proportional_hazards(fitted("veteran", "plain")[0], data["time"], data["dead"], [0])
    assert float(np.ravel(approximate.test_statistic)[0]) == pytest.approx(exact.statistic, rel=0.1)
    assert float(np.ravel(approximate.test_statistic)[0]) != pytest.approx(
        exact.statistic, rel=1e-3
    )


def test_concordance_and_curves_are_those_of_lifelines():
    data = load_rossi()
    risk = data["prio"].to_numpy(float)
    ours = concordance(usable_pairs(data["week"], data["arrest"]), risk)
    assert ours == near(concordance_index(data["week"], -risk, data["arrest"]))
    theirs = KaplanMeierFitter().fit(data["week"], data["arrest"])
    curve = km_curve(data["week"], data["arrest"])
    for week in (10, 30, 52):
        assert curve.survival_at(week) == near(float(theirs.predict(week)))


def test_the_score_test_of_two_groups_without_ties_is_the_log_rank_test_of_lifelines():
    data = DATA["made"].drop_duplicates("time")
    high = (data["x"] > 0).to_numpy()
    theirs = logrank_test(
        data["time"][high], data["time"][~high], data["dead"][high], data["dead"][~high]
    )
    null = NullModel(fit_cox(risk_sets(data["time"], data["dead"]), np.empty((len(data), 0))))
    ours = null.test(high.astype(float)[:, None, None])
    assert ours.statistic[0] == near(theirs.test_statistic)
    assert ours.p[0] == near(theirs.p_value, "p")


def test_many_columns_at_once_are_tested_as_one_by_one():
    data = DATA["lung"]
    _, beside = columns_of(data, "adjusted")
    null = NullModel(fit_cox(risk_sets(data["time"], data["dead"]), beside))
    draw = np.random.default_rng(3)
    many = draw.normal(size=(len(data), 20, 2))
    together = null.test(many)
    alone = [null.test(many[:, [k]]).statistic[0] for k in range(20)]
    np.testing.assert_allclose(together.statistic, alone, rtol=1e-10)
    assert together.df == 2


def test_the_score_test_is_near_the_likelihood_ratio_test():
    fit, null = fitted("lung", "adjusted")
    score = NullModel(null).test(DATA["lung"]["x"].to_numpy(float)[:, None, None])
    assert score.statistic[0] == pytest.approx(likelihood_ratio(fit, null).statistic, rel=0.1)
    assert wald(fit, [0]).statistic == pytest.approx((fit.beta[0] / fit.se[0]) ** 2)
    assert np.sign(score.step[0, 0]) == np.sign(fit.beta[0])


def test_a_column_that_does_not_vary_has_no_test():
    data = DATA["lung"]
    null = NullModel(fit_cox(risk_sets(data["time"], data["dead"]), np.empty((len(data), 0))))
    assert null.test(np.ones((len(data), 1, 1))).statistic[0] == 0.0
    assert null.test(np.ones((len(data), 1, 2))).p[0] == 1.0


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_a_cox_model_does_not_depend_on_the_order_of_patients_nor_on_the_unit_of_time(seed):
    data = DATA["made"]
    order = np.random.default_rng(seed).permutation(len(data))
    moved = data.iloc[order]
    one = fit_cox(risk_sets(data["time"], data["dead"]), data[["x", "age"]])
    other = fit_cox(risk_sets(moved["time"] * 7.5, moved["dead"]), moved[["x", "age"]])
    np.testing.assert_allclose(one.beta, other.beta, rtol=1e-8)
    np.testing.assert_allclose(one.se, other.se, rtol=1e-8)


def test_turning_a_marker_round_turns_its_hazard_ratio_round():
    data = DATA["made"]
    sets = risk_sets(data["time"], data["dead"])
    assert fit_cox(sets, -data[["x"]]).beta[0] == near(-fit_cox(sets, data[["x"]]).beta[0])


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ([[1], [1], [1], [1]], "the same for everybody"),
        ([[1, 2], [0, 0], [1, 2], [0, 0]], "a sum of others|no maximum|so many covariates"),
        ([[1], [1], [0], [0]], "no limit"),
    ],
)
def test_a_model_without_a_finite_estimate_says_why(columns, words):
    sets = risk_sets([1, 2, 3, 4], [1, 1, 0, 0])
    with pytest.raises(NoFitError, match=words):
        fit_cox(sets, columns)


def test_a_cohort_in_which_nobody_died_has_no_risk_sets():
    with pytest.raises(NoFitError, match="nobody died"):
        risk_sets([1, 2], [0, 0])


def test_the_best_of_a_panel_is_counted_exactly():
    p = np.array([[0.01, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]])
    # One of four lies below: a panel of two holds it in three of six.
    np.testing.assert_allclose(smallest_of_panel(p, 2, 0.05), [0.5, 0.0])
    np.testing.assert_allclose(smallest_of_panel(p, 4, 0.05), [1.0, 0.0])
    with pytest.raises(ValueError, match="a panel of 1 to 4 markers, got 5"):
        smallest_of_panel(p, 5, 0.05)


def test_independent_markers_give_the_panel_of_the_textbook():
    p = np.random.default_rng(1).uniform(size=(20_000, 15))
    share = smallest_of_panel(p, 5, 0.05).mean()
    assert share == pytest.approx(1 - 0.95**5, abs=4 * np.sqrt(0.2 / 20_000))


def test_the_best_cut_of_noise_is_below_five_per_cent_far_more_often_than_that():
    draw = np.random.default_rng(8)
    times, events = draw.exponential(size=200), draw.uniform(size=200) < 0.7
    scores = fit_cox(risk_sets(times, events), np.empty((200, 0))).martingale
    largest = best_cuts(scores, draw.normal(size=(200, 500))).statistic
    naive = stats.chi2.sf(largest**2, 1)
    assert (naive < 0.05).mean() > 0.25


def test_a_marker_is_scaled_as_said():
    x = np.array([1.0, 2.0, 4.0, 9.0])
    assert per_sd(x).std(ddof=1) == pytest.approx(1)
    assert groups(x, 2)[0].tolist() == [0, 0, 1, 1]
    with pytest.raises(ValueError, match="got one value"):
        per_sd([2.0, 2.0])


def test_a_spline_is_straight_outside_its_knots():
    spline = Spline(np.array([0.0, 1.0, 3.0]))
    for far in ([-5.0, -4.0, -3.0], [4.0, 5.0, 6.0]):
        np.testing.assert_allclose(np.diff(spline.columns(far), n=2, axis=0), 0, atol=1e-9)


def test_a_marker_of_noise_adds_optimism_and_no_concordance():
    data = DATA["lung"]
    draw = np.random.default_rng(2)
    base = data[["age", "x"]].to_numpy(float)
    noise = np.column_stack([base, draw.normal(size=(len(data), 6))])
    samples = [draw.integers(0, len(data), len(data)) for _ in range(60)]
    without = discriminate(data["time"], data["dead"], base, samples)
    with_noise = discriminate(data["time"], data["dead"], noise, samples)
    assert with_noise.optimism > without.optimism > 0
    assert with_noise.corrected < without.corrected + 0.01
    assert with_noise.slope < without.slope < 1.05


def test_acting_on_everybody_has_the_net_benefit_of_the_textbook():
    # Vickers & Elkin 2006: prevalence less odds of the threshold times those not dying.
    times, events = np.array([1.0, 2.0, 5.0, 5.0]), np.array([True, True, False, False])
    found = net_benefit(times, events, np.ones(4), 4.0, 0.2)
    assert found == pytest.approx(0.5 - 0.5 * 0.2 / 0.8)
    assert net_benefit(times, events, np.zeros(4), 4.0, 0.2) == 0.0
