"""What must follow when the input is turned round, scaled, shuffled or added to.

Relations that the tests of one module state already (networks, pooled contrasts, posteriors) are
not repeated here.
"""

import math
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_stats.pooling.inverse_variance import leave_one_out, pool
from evidence_stats.pooling.pooled_proportions import pool_proportions
from evidence_stats.rates.posterior import ResponsePosterior, bayes_factor_equal
from evidence_stats.rates.proportions import ProportionMethod, proportion
from evidence_stats.rates.two_by_two import EqualityTest
from evidence_stats.rates.two_proportions import (
    DifferenceMethod,
    OddsRatioMethod,
    RiskRatioMethod,
    equality_p,
    odds_ratio,
    risk_difference,
    risk_ratio,
)
from evidence_stats.survival.from_medians import (
    difference_of_medians,
    hazard_ratio_from_medians,
    ratio_of_medians,
)
from evidence_stats.survival.hazard_ratio import printed_hazard_ratio
from evidence_stats.survival.median import Median
from evidence_stats.survival.survival_power import events_required, power_at
from tests.fuzzing import examples

approx = pytest.approx

CLOSE = 1e-6
methods = get_args(ProportionMethod)


@st.composite
def arms(draw, *, inner=False):
    """Draw events and sizes of two arms; `inner` keeps off no events and all events."""
    low = 1 if inner else 0
    n_a, n_b = draw(st.integers(3, 60)), draw(st.integers(3, 60))
    return (
        draw(st.integers(low, n_a - low)), n_a, draw(st.integers(low, n_b - low)), n_b
    )  # fmt: skip


@st.composite
def medians(draw):
    value = draw(st.floats(1, 40))
    return Median(value, value / draw(st.floats(1.05, 3)), value * draw(st.floats(1.05, 3)))


responses = st.lists(
    st.integers(5, 60).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n))),
    min_size=3, max_size=6,
)  # fmt: skip


@pytest.mark.parametrize("method", methods)
@examples(40)
@given(st.integers(1, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_counting_those_without_the_event_mirrors_the_interval(method, counts):
    events, n = counts
    one, other = (proportion(x, n, method=method) for x in (events, n - events))
    assert (other.low, other.value, other.high) == approx(
        (1 - one.high, 1 - one.value, 1 - one.low), abs=CLOSE
    )


@pytest.mark.parametrize("method", methods)
@examples(40)
@given(st.integers(1, 80).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
def test_one_more_event_moves_both_limits_up(method, counts):
    events, n = counts
    one, more = (proportion(x, n, method=method) for x in (events, events + 1))
    assert one.low <= more.low + CLOSE
    assert one.high <= more.high + CLOSE


@pytest.mark.parametrize("method", methods)
@examples(40)
@given(st.integers(1, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_higher_level_is_a_wider_interval_around_the_same_number(method, counts):
    narrow, wide = (proportion(*counts, method=method, level=level) for level in (0.8, 0.99))
    assert wide.low - CLOSE <= narrow.low <= narrow.value <= narrow.high <= wide.high + CLOSE


@pytest.mark.parametrize("method", get_args(DifferenceMethod))
@examples(40)
@given(arms())
def test_swapping_the_arms_changes_the_sign_of_a_difference(method, counts):
    a, b = counts[:2], counts[2:]
    one, other = (risk_difference(*pair, method=method) for pair in ((*a, *b), (*b, *a)))
    assert (other.low, other.value, other.high) == approx(
        (-one.high, -one.value, -one.low), abs=CLOSE
    )
    wider = risk_difference(*a, *b, method=method, level=0.99)
    assert wider.low <= one.low + CLOSE <= one.high + 2 * CLOSE <= wider.high + 3 * CLOSE


@pytest.mark.parametrize(
    ("function", "method"),
    [*((risk_ratio, name) for name in get_args(RiskRatioMethod)),
     *((odds_ratio, name) for name in get_args(OddsRatioMethod))],
)  # fmt: skip
@examples(30)
@given(arms(inner=True))
def test_swapping_the_arms_inverts_a_ratio(function, method, counts):
    a, b = counts[:2], counts[2:]
    one, other = (function(*pair, method=method) for pair in ((*a, *b), (*b, *a)))
    assert (other.low, other.value, other.high) == approx(
        (1 / one.high, 1 / one.value, 1 / one.low), rel=1e-4
    )


@examples(30)
@given(arms(inner=True))
def test_an_odds_ratio_of_those_without_the_event_is_inverted(counts):
    a, n_a, b, n_b = counts
    one, other = odds_ratio(a, n_a, b, n_b), odds_ratio(n_a - a, n_a, n_b - b, n_b)
    assert other.value == approx(1 / one.value)
    assert other.low == approx(1 / one.high)


@pytest.mark.parametrize("test", get_args(EqualityTest))
@examples(12)
@given(
    st.tuples(st.integers(3, 20), st.integers(3, 20)).flatmap(
        lambda n: st.tuples(
            st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1])
        )
    )
)
def test_a_test_of_equality_knows_neither_the_order_of_arms_nor_what_counts_as_event(test, counts):
    a, n_a, b, n_b = counts
    p = equality_p(a, n_a, b, n_b, test=test)
    assert equality_p(b, n_b, a, n_a, test=test) == approx(p, abs=1e-5)
    assert equality_p(n_a - a, n_a, n_b - b, n_b, test=test) == approx(p, abs=1e-5)


@examples(60)
@given(st.floats(0.2, 5), st.floats(1.05, 4), st.floats(0.8, 0.99))
def test_a_printed_hazard_ratio_the_other_way_round_has_the_inverted_interval(hr, spread, level):
    one = printed_hazard_ratio(hr, hr / spread, hr * spread, level=level)
    other = printed_hazard_ratio(1 / hr, 1 / (hr * spread), spread / hr, level=level)
    assert other.se == approx(one.se)
    assert other.value == approx(1 / one.value)


@examples(60)
@given(medians(), medians(), st.floats(0.05, 20))
def test_other_units_of_time_scale_a_difference_and_leave_ratios(a, b, scale):
    scaled = [Median(m.value * scale, m.low * scale, m.high * scale) for m in (a, b)]
    assert ratio_of_medians(*scaled).value == approx(ratio_of_medians(a, b).value)
    one, other = hazard_ratio_from_medians(a, b), hazard_ratio_from_medians(*scaled)
    assert (other.low, other.value, other.high) == approx((one.low, one.value, one.high))
    one, other = difference_of_medians(a, b), difference_of_medians(*scaled)
    assert (other.low, other.value, other.high) == approx(
        (one.low * scale, one.value * scale, one.high * scale)
    )


@examples(60)
@given(medians(), medians())
def test_swapping_the_arms_inverts_what_medians_say(a, b):
    one, other = hazard_ratio_from_medians(a, b), hazard_ratio_from_medians(b, a)
    assert (other.low, other.value, other.high) == approx(
        (1 / one.high, 1 / one.value, 1 / one.low)
    )
    assert difference_of_medians(b, a).value == approx(-difference_of_medians(a, b).value)


@pytest.mark.parametrize("model", ["glmm", "reml", "dl", "betabinomial"])
@examples(8)
@given(responses, st.randoms(use_true_random=False))
def test_a_pooled_response_knows_no_order_of_studies_and_mirrors(model, counts, random):
    shuffled = list(counts)
    random.shuffle(shuffled)
    one = pool_proportions(*zip(*counts, strict=True), model=model, adjust="z").estimate
    other = pool_proportions(*zip(*shuffled, strict=True), model=model, adjust="z").estimate
    assert (other.low, other.value, other.high) == approx((one.low, one.value, one.high), abs=1e-4)
    without = [(n - events, n) for events, n in counts]
    mirrored = pool_proportions(*zip(*without, strict=True), model=model, adjust="z").estimate
    assert mirrored.value == approx(1 - one.value, abs=1e-3)


values = st.lists(
    st.tuples(st.floats(-2, 2), st.floats(0.05, 1)), min_size=3, max_size=6
)  # fmt: skip


@pytest.mark.parametrize("model", ["reml", "dl", "pm"])
@examples(25)
@given(values, st.floats(0.2, 5))
def test_another_scale_of_measurement_scales_a_pooled_value(model, pairs, scale):
    y, v = (np.array(one) for one in zip(*pairs, strict=True))
    one, other = pool(y, v, model=model), pool(y * scale, v * scale**2, model=model)
    assert other.coefficients[0] == approx(one.coefficients[0] * scale, rel=1e-3, abs=1e-4)
    assert other.se[0] == approx(one.se[0] * scale, rel=2e-3, abs=1e-4)


@examples(25)
@given(values)
def test_a_study_that_knows_nothing_changes_nothing(pairs):
    y, v = zip(*pairs, strict=True)
    one = pool(y, v, model="dl", adjust="z")
    other = pool([*y, 0.0], [*v, 1e9], model="dl", adjust="z")
    assert leave_one_out([*y, 0.0], [*v, 1e9], model="dl", adjust="z")[-1].coefficients == approx(
        one.coefficients
    )
    # DerSimonian and Laird count the study as a degree of freedom: tau2 moves, and little else.
    assert other.coefficients[0] == approx(one.coefficients[0], abs=0.3)


@examples(20)
@given(arms())
def test_swapping_the_arms_mirrors_a_posterior_and_leaves_a_bayes_factor(counts):
    a, b = counts[:2], counts[2:]
    one, other = ResponsePosterior(*a, *b), ResponsePosterior(*b, *a)
    assert other.probability_above(0.1) == approx(1 - one.probability_above(-0.1), abs=1e-6)
    assert bayes_factor_equal(*a, *b) == approx(bayes_factor_equal(*b, *a))


@examples(60)
@given(st.floats(0.3, 0.95))
def test_the_events_that_a_power_needs_have_that_power(hr):
    events = math.ceil(events_required(hr, power=0.8).value)
    assert power_at(hr, events).value >= 0.8 - 1e-9
    assert power_at(hr, max(1, events - 2)).value < 0.8
    assert power_at(1 / hr, events).value == approx(power_at(hr, events).value)
