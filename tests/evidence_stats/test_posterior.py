"""Posterior of two response rates, against R's integrate()."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_stats.rates.posterior import CONVENTIONS, ResponsePosterior, bayes_factor_equal
from tests.response_reference import VALUES, keys_under
from tests.tolerance import near

PRIORS = {"uniform": (1.0, 1.0), "jeffreys": (0.5, 0.5), "sceptical": (2.8, 8.0)}


@st.composite
def posteriors(draw):
    counts = []
    for _ in range(2):
        n = draw(st.integers(1, 60))
        counts += [draw(st.integers(0, n)), n]
    return ResponsePosterior(*counts, prior=draw(st.sampled_from(list(PRIORS.values()))))


def of(key):
    _, counts, prior, _ = key.split(".")
    return ResponsePosterior(*map(int, counts.split("_")), prior=PRIORS[prior])


@pytest.mark.parametrize("key", keys_under("posterior."))
def test_posterior_equals_rs_integrate(key):
    posterior, what = of(key), key.rsplit(".", 1)[1]
    if what == "above":
        computed = [posterior.probability_above(d) for d in (-0.1, 0, 0.1, 0.3)]
    elif what == "interval":
        estimate = posterior.interval()
        computed = [estimate.value, estimate.low, estimate.high]
    elif what == "density":
        computed = posterior.density([-0.2, 0.05, 0.15]).tolist()
    else:
        counts = (posterior.events_a, posterior.n_a, posterior.events_b, posterior.n_b)
        computed = bayes_factor_equal(*counts, prior=posterior.prior)
    assert computed == near(VALUES[key], "interval")


def test_posterior_reference_is_complete():
    assert len(keys_under("posterior.")) == 36


def test_the_trial_leaves_one_in_three_that_the_combination_is_better():
    posterior = ResponsePosterior(10, 40, 12, 40)
    assert posterior.probability_above(0) == near(0.311783494361376, "p")
    assert posterior.probability_above(0.10) == near(0.0649722037226573, "p")
    assert posterior.probability_above(-0.10) == near(0.704332870367885, "p")
    assert bayes_factor_equal(10, 40, 12, 40) == near(3.62812627449901)


def test_conventions_name_what_the_interval_is():
    estimate = ResponsePosterior(10, 40, 12, 40).interval(0.9)
    assert (estimate.kind, estimate.unit, estimate.level) == ("credible", "points", 0.9)
    assert set(estimate.conventions) <= set(CONVENTIONS)


@settings(max_examples=60, deadline=None)
@given(posterior=posteriors(), delta=st.floats(-0.99, 0.99))
def test_both_arms_share_the_probability(posterior, delta):
    swapped = ResponsePosterior(
        posterior.events_b, posterior.n_b, posterior.events_a, posterior.n_a, prior=posterior.prior
    )
    total = posterior.probability_above(delta) + swapped.probability_above(-delta)
    assert total == pytest.approx(1, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(posterior=posteriors(), delta=st.floats(-0.9, 0.9), step=st.floats(0.001, 0.1))
def test_a_larger_gain_is_less_probable(posterior, delta, step):
    assert posterior.probability_above(delta + step) <= posterior.probability_above(delta) + 1e-9


@settings(max_examples=25, deadline=None)
@given(posterior=posteriors())
def test_the_interval_holds_its_level_and_its_centre(posterior):
    estimate = posterior.interval(0.9)
    assert estimate.low < estimate.value < estimate.high
    inside = posterior.probability_above(estimate.low) - posterior.probability_above(estimate.high)
    assert inside == pytest.approx(0.9, abs=1e-6)


def test_one_more_responder_makes_the_arm_more_likely_the_better_one():
    found = [ResponsePosterior(x, 40, 12, 40).probability_above(0) for x in range(41)]
    assert np.all(np.diff(found) > 0)


def test_the_density_integrates_to_its_probability():
    posterior = ResponsePosterior(10, 40, 12, 40)
    grid = np.linspace(0.1, 0.9, 801)
    area = np.trapezoid(posterior.density(grid), grid)
    assert area == pytest.approx(posterior.probability_above(0.1), rel=1e-3)


def test_a_singular_prior_loses_no_mass():
    # 0/40 in both arms under Beta(0.1, 0.1): both densities are infinite at 0.
    assert ResponsePosterior(0, 40, 0, 40, prior=(0.1, 0.1)).probability_above(0) == pytest.approx(
        0.5, abs=1e-9
    )


@pytest.mark.parametrize("delta", [-1.5, -1, 1, 1.5])
def test_impossible_differences_have_probability_0_or_1(delta):
    assert ResponsePosterior(3, 9, 4, 9).probability_above(delta) == (1.0 if delta < 0 else 0.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((41, 40, 1, 2), "events_a must be between 0 and n_a; got events_a=41, n_a=40"),
        ((1, 2, 1, 0), "n_b must be at least 1; got 0"),
        ((1, 2, 1, 2, (0.0, 1.0)), "prior must be two Beta shapes above 0"),
    ],
)
def test_impossible_posteriors_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ResponsePosterior(*arguments)
