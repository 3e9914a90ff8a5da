"""Pooling: against metafor and lme4, on our arms and on data sets that are not ours."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import expit

from evidence_stats.pooling import heterogeneity, pooling_bayes, pooling_exact
from evidence_stats.pooling import inverse_variance as pooling
from evidence_stats.pooling.binomial_likelihoods import BinomialNormal
from evidence_stats.pooling.inverse_variance import leave_one_out, logit_proportions, pool
from evidence_stats.pooling.pooled_proportions import pool_proportions
from evidence_stats.pooling.pooling_bayes import pool_bayes
from evidence_stats.pooling.pooling_exact import pool_beta_binomial, pool_glmm
from evidence_stats.pooling.pooling_permutation import (
    count_distinct_orders,
    distinct_orders,
    permutation_p,
)
from tests.response_reference import BCG, COUNTS, DOSE, VALUES, keys_under
from tests.tolerance import near

OURS = COUNTS["ours"]
MODELS = ("reml", "dl", "pm", "ml")
SETS = ("ours", "zeros", "two", "spread", "bcg")
LATITUDE = np.array(BCG["latitude"], float)
MODERATORS = {
    "dose": (*logit_proportions(*OURS), np.array(DOSE, float)[:, None]),
    "latitude": (BCG["y"], BCG["v"], LATITUDE[:, None]),
    "latitude_year": (
        BCG["y"],
        BCG["v"],
        np.column_stack([LATITUDE, np.array(BCG["year"], float) - 1950]),
    ),
}
CONVENTIONS = {
    **pooling.CONVENTIONS,
    **pooling_exact.CONVENTIONS,
    **pooling_bayes.CONVENTIONS,
}


def effects(name):
    return (BCG["y"], BCG["v"]) if name == "bcg" else logit_proportions(*COUNTS[name])


@st.composite
def studies(draw, least=2, most=8):
    k = draw(st.integers(least, most))
    y = draw(st.lists(st.floats(-3, 3), min_size=k, max_size=k))
    v = draw(st.lists(st.floats(0.01, 2), min_size=k, max_size=k))
    return np.array(y), np.array(v)


@st.composite
def responses(draw, least=1, most=6):
    n = draw(st.lists(st.integers(1, 80), min_size=least, max_size=most))
    x = [draw(st.integers(0, size)) for size in n]
    assume(0 < sum(x) < sum(n))
    return x, n


# ---- inverse variance, against metafor -----------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in SETS if name != "bcg"])
def test_logits_equal_escalc(name):
    y, v = logit_proportions(*COUNTS[name])
    assert y.tolist() == near(VALUES[f"pool.{name}.y"])
    assert v.tolist() == near(VALUES[f"pool.{name}.v"])


@pytest.mark.parametrize("model", [*MODELS, "common"])
@pytest.mark.parametrize("name", SETS)
def test_pooled_value_equals_metafor(name, model):
    y, v = effects(name)
    reference = {
        key.removeprefix(f"pool.{name}.{model}."): VALUES[key]
        for key in keys_under(f"pool.{name}.{model}.")
    }
    z, hk, floor = (pool(y, v, model=model, adjust=a) for a in ("z", "hksj", "hksj_at_least_z"))
    assert z.mu == near(reference.pop("b"))
    assert z.se[0] == near(reference.pop("se"), "se")
    assert z.tau2 == near(reference.pop("tau2"), "tau2")
    assert z.i2 == near(reference.pop("i2"), "tau2")
    assert z.h2 == near(reference.pop("h2"), "tau2")
    if model == "common":
        assert not reference
        return
    assert [z.low[0], z.high[0]] == near(reference.pop("z.ci"), "interval")
    assert [hk.low[0], hk.high[0]] == near(reference.pop("hk.ci"), "interval")
    assert hk.p_values[0] == near(reference.pop("hk.p"), "p")
    assert [floor.low[0], floor.high[0]] == near(reference.pop("adhoc.ci"), "interval")
    assert list(z.prediction) == near(reference.pop("z.prediction"), "interval")
    assert list(hk.prediction) == near(reference.pop("hk.prediction"), "interval")
    if "prediction_hts" in reference:
        assert list(hk.prediction_hts) == near(reference.pop("prediction_hts"), "interval")
    else:
        assert hk.prediction_hts is None
    assert not reference, "a reference value is not compared"


@pytest.mark.parametrize("name", SETS)
def test_heterogeneity_equals_metafor(name):
    found = pool(*effects(name))
    assert found.q == near(VALUES[f"pool.{name}.q"])
    assert found.q_p == near(VALUES[f"pool.{name}.q_p"], "p")
    assert list(found.weights) == near(VALUES[f"pool.{name}.weights"])
    assert list(found.tau2_interval) == near(VALUES[f"pool.{name}.tau2_interval"], "tau2")
    assert list(found.i2_interval) == near(VALUES[f"pool.{name}.i2_interval"], "tau2")


@pytest.mark.parametrize("name", [name for name in SETS if name != "two"])
def test_leaving_one_out_equals_metafor(name):
    found = leave_one_out(*effects(name))
    assert [p.mu for p in found] == near(VALUES[f"pool.{name}.leave_one_out.b"])
    assert [p.se[0] for p in found] == near(VALUES[f"pool.{name}.leave_one_out.se"], "se")
    assert [p.tau2 for p in found] == near(VALUES[f"pool.{name}.leave_one_out.tau2"], "tau2")


@pytest.mark.parametrize("test", ["knha", "z"])
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", MODERATORS)
def test_meta_regression_equals_metafor(name, model, test):
    y, v, x = MODERATORS[name]
    found = pool(y, v, model=model, adjust={"knha": "hksj", "z": "z"}[test], moderators=x)
    prefix = f"regression.{name}.{model}.{test}."
    reference = {key.removeprefix(prefix): VALUES[key] for key in keys_under(prefix)}
    assert list(found.coefficients) == near(reference.pop("b"))
    assert list(found.se) == near(reference.pop("se"), "se")
    assert list(found.p_values) == near(reference.pop("p"), "p")
    limits = [x for pair in zip(found.low, found.high, strict=True) for x in pair]
    assert limits == near(reference.pop("ci"), "interval")
    if test == "z":
        return
    assert found.tau2 == near(reference.pop("tau2"), "tau2")
    assert [found.q, found.q_p] == near(reference.pop("qe"))
    assert found.i2 == near(reference.pop("i2"), "tau2")
    if "r2" in reference:
        assert found.r2 == near(reference.pop("r2"), "tau2")
    at = found.at(*x.mean(axis=0))
    computed = [at.value, at.low, at.high, at.prediction_low, at.prediction_high]
    assert computed == near(reference.pop("at_mean"), "interval")
    assert not reference, "a reference value is not compared"


def test_permutation_p_equals_metafors_exact_one():
    y, v = logit_proportions(*OURS)
    assert permutation_p(y, v, DOSE) == near(VALUES["permutation.dose"], "p")
    first = permutation_p(BCG["y"][:6], BCG["v"][:6], LATITUDE[:6], model="dl", adjust="z")
    assert first == near(VALUES["permutation.latitude_dl"], "p")


# ---- counts, against lme4 and integrate() --------------------------------------------------------


@pytest.mark.parametrize("name", COUNTS)
def test_glmm_equals_lme4_and_integrate(name):
    found = pool_glmm(*COUNTS[name], adjust="z")
    key = f"glmm.{name}."
    assert found.mu == near(VALUES[key + "lme4.b"])
    assert found.tau2 == near(VALUES[key + "lme4.tau2"], "tau2")
    # lme4 differentiates numerically: its error is good to about 3e-5 with the largest studies.
    assert found.se == pytest.approx(VALUES[key + "lme4.se"], rel=5e-5)
    assert found.log_likelihood == near(VALUES[key + "peak"])
    if key + "b" in VALUES:
        assert found.mu == near(VALUES[key + "b"])
        assert found.tau2 == near(VALUES[key + "tau2"], "tau2")
        # numDeriv's second differences of an integrated likelihood are good to about 3e-6.
        assert found.se == pytest.approx(VALUES[key + "se"], rel=5e-6)
    else:
        assert found.tau2 == 0


@pytest.mark.parametrize("name", COUNTS)
def test_the_glmm_likelihood_equals_integrate_far_from_its_peak(name):
    model = BinomialNormal(*COUNTS[name])
    found = [float(model.log_likelihood(mu, t)) for t in (0, 0.1, 0.7, 2) for mu in (-2.5, -1)]
    assert found == pytest.approx(VALUES[f"glmm.{name}.log_likelihood"], rel=1e-9)


def test_the_glmm_profile_interval_equals_r():
    found = pool_glmm(*OURS, adjust="profile")
    assert [found.low, found.high] == near(VALUES["glmm.ours.profile"], "interval")


@pytest.mark.parametrize("name", COUNTS)
def test_beta_binomial_equals_r(name):
    found = pool_beta_binomial(*COUNTS[name])
    key = f"betabinomial.{name}."
    assert found.log_likelihood == near(VALUES[key + "peak"])
    if key + "mean" in VALUES:
        assert found.mean_proportion == near(VALUES[key + "mean"])
        assert found.rho == near(VALUES[key + "rho"], "tau2")
        assert found.se == pytest.approx(VALUES[key + "se"], rel=1e-5)
    else:
        assert found.rho == 0


@pytest.mark.parametrize("name", ["ours", "two"])
def test_bayes_equals_another_grid_in_r(name):
    found = pool_bayes(*COUNTS[name])
    key = f"bayes.{name}."
    assert [found.mu, found.low, found.high] == near(VALUES[key + "mu"], "tau2")
    assert [found.tau, found.tau_low, found.tau_high] == near(VALUES[key + "tau"], "tau2")
    predicted = [found.prediction_low, found.prediction_high]
    assert predicted == near(VALUES[key + "prediction"], "tau2")


def test_pooling_reference_is_complete():
    found = keys_under("pool.", "regression.", "permutation.", "glmm.", "betabinomial.", "bayes.")
    assert len(found) == EXPECTED
    assert len(VALUES) == EXPECTED_ALL


EXPECTED, EXPECTED_ALL = 513, 778


# ---- published and agreed numbers ----------------------------------------------------------------


def test_the_bcg_trials_give_the_published_random_effects_result():
    # Viechtbauer (2010), J Stat Softw 36(3), page not checked: REML log risk ratio of 13 BCG trials
    # -0.7145 (-1.0669 to -0.3622), tau2 0.3132, I2 92.22 %, H2 12.86, Q 152.2330.
    found = pool(BCG["y"], BCG["v"], model="reml", adjust="z")
    assert (round(found.mu, 4), round(found.low[0], 4), round(found.high[0], 4)) == (
        -0.7145,
        -1.0669,
        -0.3622,
    )
    assert (round(found.tau2, 4), round(100 * found.i2, 2)) == (0.3132, 92.22)
    assert (round(found.h2, 2), round(found.q, 4)) == (12.86, 152.2330)


@pytest.mark.parametrize(
    ("model", "adjust", "percent"),
    [
        ("glmm", "hksj", (24.439, 18.568, 31.450)),
        ("glmm", "z", (24.439, 19.643, 29.970)),
        ("glmm", "profile", (24.439, 18.325, 30.373)),
        ("reml", "hksj", (25.122, 18.615, 32.982)),
        ("dl", "hksj", (25.068, 18.536, 32.970)),
        ("pm", "hksj", (25.052, 18.512, 32.968)),
        ("betabinomial", "hksj", (24.493, 18.680, 31.417)),
        ("bayes", "hksj", (24.118, 17.645, 30.979)),
    ],
)
def test_the_books_pooled_response_of_the_combination(model, adjust, percent):
    found = pool_proportions(*OURS, model=model, adjust=adjust).estimate
    computed = [round(100 * x, 3) for x in (found.value, found.low, found.high)]
    assert computed == list(percent)


def test_the_glmm_carries_the_reml_prediction_and_says_so():
    glmm, reml = pool_proportions(*OURS), pool_proportions(*OURS, model="reml")
    assert glmm.prediction == reml.prediction
    assert "REML" in glmm.prediction.method
    assert "Hartung-Knapp" in glmm.prediction.method
    assert [round(100 * x, 2) for x in (glmm.prediction.low, glmm.prediction.high)] == [
        16.17,
        36.84,
    ]


# ---- edges ---------------------------------------------------------------------------------------


def test_one_study_is_returned_as_itself():
    found = pool([0.3], [0.04])
    assert (found.mu, found.adjust) == (0.3, "z")
    assert found.se[0] == pytest.approx(0.2)
    assert (found.tau2, found.q, found.i2, found.prediction) == (None, None, None, None)
    for model in ("glmm", "reml", "pm", "dl", "betabinomial"):
        single = pool_proportions([10], [40], model=model)
        assert single.estimate.value == pytest.approx(0.25)
        assert (single.k, single.tau2, single.prediction) == (1, None, None)


def test_hartung_knapp_with_two_studies_is_useless():
    found = pool_proportions([10, 11], [40, 42], model="reml").estimate
    assert found.high - found.low > 0.1
    assert pool([-0.5, -0.3], [0.01, 0.01]).high[0] > 0 > pool([-0.5, -0.3], [0.01, 0.01]).low[0]


def test_equal_studies_keep_an_interval_with_a_width():
    assert pool([0.5] * 4, [0.1] * 4).se[0] == pytest.approx(0)
    found = pool_proportions([5] * 4, [20] * 4, model="reml").estimate
    assert found.low < 0.25 < found.high
    assert "not narrower" in found.method


def test_no_response_anywhere_is_refused_or_corrected():
    for model in ("glmm", "betabinomial", "bayes"):
        with pytest.raises(ValueError, match="model='reml'"):
            pool_proportions([0, 0], [10, 20], model=model)
    assert 0 < pool_proportions([0, 0], [10, 20], model="reml").estimate.value < 0.05


@pytest.mark.parametrize(
    ("model", "adjust"),
    [
        ("reml", "profile"),
        ("pm", "profile"),
        ("dl", "profile"),
        ("bayes", "z"),
        ("bayes", "profile"),
    ],
)
def test_intervals_a_model_does_not_have_are_refused(model, adjust):
    with pytest.raises(ValueError, match=f"adjust with model='{model}' must be one of hksj"):
        pool_proportions(*OURS, model=model, adjust=adjust)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pool_proportions([], []), "at least one; got 0 and 0"),
        (lambda: pool_proportions([1, 2], [3]), "got 2 and 1 values"),
        (lambda: pool_proportions([4], [3]), "events must be between 0 and n"),
        (lambda: pool_proportions(*OURS, model="normal"), "model must be one of glmm"),
        (lambda: pool_proportions(*OURS, level=95), "level must lie strictly"),
        (lambda: pool_proportions(*OURS, model="bayes", tau_prior_scale=0), "must be above 0"),
        (lambda: pool([1, 2], [1, 0]), "v finite and above 0"),
        (lambda: pool([1, math.nan], [1, 1]), "y must be finite"),
        (lambda: pool([1, 2], [1]), "equally long"),
        (lambda: pool([1, 2, 3], [1, 1, 1], moderators=[2, 2, 2]), "not constant"),
        (lambda: pool([1, 2], [1, 1], moderators=[1, 2]), "need more studies than 2"),
        (lambda: pool([1, 2], [1, 1], model="he"), "model must be one of reml"),
        (lambda: pool([1, 2], [1, 1], adjust="t"), "adjust must be one of hksj"),
        (lambda: pool([1, 2], [1, 1]).at(3.0), "expected 0 moderators, got 1"),
        (lambda: leave_one_out([1], [1]), "needs at least 2"),
    ],
)
def test_impossible_input_is_refused_with_a_reason(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_every_pooled_estimate_names_its_conventions():
    for model in ("glmm", "reml", "pm", "dl", "betabinomial", "bayes"):
        found = pool_proportions(*OURS, model=model)
        for estimate in (found.estimate, found.prediction):
            assert estimate.conventions
            assert set(estimate.conventions) <= set(CONVENTIONS)
            assert (estimate.unit, estimate.grade) == ("proportion", "D2")


# ---- laws ----------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(data=studies())
@pytest.mark.parametrize("model", [*MODELS, "common"])
def test_the_pooled_value_lies_among_the_studies(model, data):
    y, v = data
    found = pool(y, v, model=model)
    assert y.min() - 1e-9 <= found.mu <= y.max() + 1e-9
    assert found.tau2 >= 0
    assert sum(found.weights) == pytest.approx(1)
    assert found.low[0] <= found.mu <= found.high[0]
    assert found.prediction[0] <= found.low[0]
    assert 0 <= found.i2 < 1


@settings(max_examples=12, deadline=None)
@given(data=studies(), shift=st.floats(-5, 5))
@pytest.mark.parametrize("model", MODELS)
def test_shifting_or_turning_all_studies_shifts_or_turns_the_result(model, data, shift):
    y, v = data
    found, moved, turned = (pool(a, v, model=model) for a in (y, y + shift, -y))
    assert moved.mu == pytest.approx(found.mu + shift, abs=1e-6)
    assert turned.mu == pytest.approx(-found.mu, abs=1e-6)
    assert moved.tau2 == pytest.approx(found.tau2, rel=1e-5, abs=1e-7)


@settings(max_examples=20, deadline=None)
@given(data=studies(least=3))
def test_reml_is_the_highest_point_of_its_likelihood(data):
    y, v = data
    design = np.ones((1, len(y), 1))
    tau2 = pool(y, v).tau2
    rivals = np.concatenate([[tau2], np.geomspace(1e-4, 30, 60)])
    heights = heterogeneity._log_likelihood(
        y, v, np.repeat(design, len(rivals), axis=0), rivals, "reml"
    )
    assert heights[0] >= heights.max() - 1e-6


def test_a_duplicated_common_effect_halves_the_variance():
    y, v = logit_proportions(*OURS)
    once = pool(y, v, model="common", adjust="z")
    twice = pool(np.tile(y, 2), np.tile(v, 2), model="common", adjust="z")
    assert twice.mu == pytest.approx(once.mu)
    assert twice.se[0] == pytest.approx(once.se[0] / math.sqrt(2))


@settings(max_examples=12, deadline=None)
@given(data=responses(least=2))
def test_the_glmm_gradient_is_zero_at_its_maximum(data):
    try:
        found = pool_glmm(*data)
    except ValueError:
        # Studies of nearly all or no responses: refused, and tested below.
        return
    model = BinomialNormal(*data)
    tau = math.sqrt(found.tau2)
    gradient, _ = model.derivatives(found.mu, tau)
    assert np.abs(gradient).max() < 1e-4
    nearby = [(found.mu + a, max(tau + b, 0)) for a in (-0.05, 0.05) for b in (-0.05, 0, 0.05)]
    assert all(float(model.log_likelihood(*p)) <= found.log_likelihood + 1e-9 for p in nearby)


@settings(max_examples=8, deadline=None)
@given(data=responses(least=2))
def test_the_glmm_mirrors_the_outcome(data):
    x, n = data
    try:
        found = pool_glmm(x, n)
    except ValueError:
        return
    mirrored = pool_glmm([size - count for count, size in zip(x, n, strict=True)], n)
    assert mirrored.mu == pytest.approx(-found.mu, abs=1e-5)
    assert mirrored.tau2 == pytest.approx(found.tau2, rel=1e-4, abs=1e-7)


def test_one_more_responder_raises_the_pooled_response():
    for model in ("glmm", "reml", "betabinomial"):
        found = [
            pool_proportions([1, 12, 13, x, 9, 17, 11], OURS[1], model=model).estimate.value
            for x in range(8, 13)
        ]
        assert np.all(np.diff(found) > 0)


def test_wide_heterogeneity_separates_the_mean_from_the_median_study():
    found = pool_glmm(*COUNTS["spread"])
    assert found.mean_proportion > expit(found.mu) + 0.05
    # Adaptive points against a fine sum over z.
    z = np.linspace(-10, 10, 20001)
    density = np.exp(-(z**2) / 2)
    mean = np.sum(density * expit(found.mu + math.sqrt(found.tau2) * z)) / density.sum()
    assert found.mean_proportion == pytest.approx(mean, abs=1e-6)


def test_every_distinct_order_is_listed_once():
    orders = [tuple(order) for order in distinct_orders(DOSE)]
    assert len(orders) == len(set(orders)) == count_distinct_orders(DOSE) == 1260
    assert all(sorted(order) == sorted(DOSE) for order in orders)


def test_a_sampled_permutation_p_comes_near_the_exact_one():
    y, v = logit_proportions(*OURS)
    sampled = permutation_p(y, v, DOSE, model="dl", max_exact=10, samples=4000, seed=7)
    again = permutation_p(y, v, DOSE, model="dl", max_exact=10, samples=4000, seed=7)
    exact = permutation_p(y, v, DOSE, model="dl")
    assert sampled == again
    assert sampled == pytest.approx(exact, abs=0.03)
