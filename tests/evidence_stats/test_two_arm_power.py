"""Power by enumeration, against R's own tests on every table."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from evidence_stats.rates.two_arm_power import detectable_proportion, power_two_proportions
from tests.response_reference import VALUES, keys_under
from tests.tolerance import near

proportions = st.floats(0.01, 0.99)
sizes = st.integers(2, 25)


def case(key):
    test, arms = key.removeprefix("power.").split(".")[0].rsplit("_", 2)[0], key.split(".")[1]
    n_a, n_b = map(int, arms.split("_")[-2:])
    return test, n_a, n_b


@pytest.mark.parametrize("key", keys_under("power."))
def test_power_equals_r_on_every_table(key):
    test, n_a, n_b = case(key)
    computed = {
        "30v50": lambda: power_two_proportions(0.3, 0.5, n_a, n_b, test=test),
        "60v15": lambda: power_two_proportions(0.6, 0.15, n_a, n_b, test=test),
        "size30": lambda: power_two_proportions(0.3, 0.3, n_a, n_b, test=test),
        "detectable": lambda: detectable_proportion(0.3, n_a, n_b, test=test),
    }[key.rsplit(".", 1)[1]]()
    assert computed == near(VALUES[key], "p")


def test_power_reference_is_complete():
    assert len(keys_under("power.")) == 16


def test_the_trial_could_detect_only_a_doubled_response_rate():
    assert 100 * detectable_proportion(0.30, 40, 40) == pytest.approx(62.5768, abs=5e-5)


def test_every_rejection_is_one_of_scipys_fisher_test():
    # A proportion of 0 or 1 makes one table certain, so that power reads one cell of the region.
    for n_a, n_b in ((5, 7), (12, 12)):
        for x_a in range(n_a + 1):
            p = fisher_exact([[x_a, 0], [n_a - x_a, n_b]]).pvalue
            weights = power_two_proportions(x_a / n_a, 0.0, n_a, n_b)
            assert 0 <= weights <= 1
            if x_a in (0, n_a):
                assert weights == (p <= 0.05)


@settings(max_examples=40, deadline=None)
@given(p=proportions, n_a=sizes, n_b=sizes)
def test_fisher_never_rejects_true_equality_too_often(p, n_a, n_b):
    assert power_two_proportions(p, p, n_a, n_b) <= 0.05 + 1e-12


@settings(max_examples=40, deadline=None)
@given(p_a=proportions, p_b=proportions, n_a=sizes, n_b=sizes)
def test_swapping_the_arms_or_the_outcome_leaves_power_alone(p_a, p_b, n_a, n_b):
    power = power_two_proportions(p_a, p_b, n_a, n_b)
    assert power_two_proportions(p_b, p_a, n_b, n_a) == pytest.approx(power, abs=1e-12)
    assert power_two_proportions(1 - p_a, 1 - p_b, n_a, n_b) == pytest.approx(power, abs=1e-12)


def test_a_p_value_equal_to_alpha_rejects_whatever_the_rounding():
    # 1/1 v 0/19 and its mirror images: P = 1/20 exactly.
    for arms in ((1.0, 0.0, 1, 19), (0.0, 1.0, 19, 1), (0.0, 1.0, 1, 19), (1.0, 0.0, 19, 1)):
        assert power_two_proportions(*arms) == 1.0


def test_the_detectable_proportion_is_found_with_the_wanted_power():
    p = detectable_proportion(0.2, 60, 50, power=0.9, test="chi_squared")
    assert power_two_proportions(p, 0.2, 60, 50, test="chi_squared") == pytest.approx(0.9)


def test_a_larger_trial_finds_a_smaller_difference():
    found = [detectable_proportion(0.3, n, n) for n in (20, 40, 80, 160)]
    assert np.all(np.diff(found) < 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: power_two_proportions(1.2, 0.5, 10, 10), "p_a must be between 0 and 1; got 1.2"),
        (lambda: power_two_proportions(0.2, 0.5, 0, 10), "n_a must be a whole number"),
        (lambda: power_two_proportions(0.2, 0.5, 10, 10, alpha=1), "alpha must be between"),
        (lambda: power_two_proportions(0.2, 0.5, 10, 10, test="boschloo"), "test must be one of"),
        (lambda: detectable_proportion(0.3, 3, 3), "no proportion above 0.3 is found"),
        (lambda: detectable_proportion(0.3, 40, 40, power=0.01), "must exceed the size"),
    ],
)
def test_impossible_designs_are_refused_with_a_reason(call, message):
    with pytest.raises(ValueError, match=message):
        call()
