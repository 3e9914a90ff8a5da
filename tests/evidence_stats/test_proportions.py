"""Response rates, alone and compared: against R, against printed examples, and by their laws."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import barnard_exact, binom, boschloo_exact, hypergeom
from scipy.stats.contingency import odds_ratio as scipy_odds_ratio

from evidence_stats.rates.proportions import CONVENTIONS, proportion, proportion_limits
from evidence_stats.rates.two_by_two import EqualityTest
from evidence_stats.rates.two_proportions import equality_p, odds_ratio, risk_difference, risk_ratio
from tests.response_reference import VALUES, keys_under
from tests.tolerance import near

ONE = ("clopper_pearson", "wilson", "jeffreys", "agresti_coull", "midp")
DIFFERENCE = ("miettinen_nurminen", "mee", "newcombe", "wald")
RATIO = ("katz", "koopman", "miettinen_nurminen")
ODDS = ("woolf", "conditional_exact", "midp")


@st.composite
def arms(draw, most=40):
    counts = []
    for _ in range(2):
        n = draw(st.integers(1, most))
        counts += [draw(st.integers(0, n)), n]
    return tuple(counts)


def counts_of(key):
    return tuple(map(int, key.split(".")[1].split("_")))


# ---- against R -----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", keys_under("proportion."))
def test_one_proportion_equals_r(key):
    _, rest = key.split(".", 1)
    case, method = rest.rsplit(".", 1)
    events, n, level = case.split("_")
    estimate = proportion(int(events), int(n), method=method, level=float(level))
    assert [estimate.low, estimate.high] == near(VALUES[key], "interval")


@pytest.mark.parametrize("key", [k for k in keys_under("two.") if ".difference." in k])
def test_difference_equals_r(key):
    estimate = risk_difference(*counts_of(key), method=key.rsplit(".", 1)[1])
    assert [estimate.low, estimate.high] == near(VALUES[key], "interval")


@pytest.mark.parametrize("key", [k for k in keys_under("two.") if ".ratio." in k])
def test_risk_ratio_equals_r(key):
    method = key.rsplit(".", 1)[1]
    estimate = risk_ratio(*counts_of(key), method=method)
    computed = [estimate.value, estimate.low, estimate.high]
    assert (computed if method == "katz" else computed[1:]) == near(VALUES[key], "interval")


@pytest.mark.parametrize(
    "key", [k for k in keys_under("two.") if ".odds." in k and "fisher_test" not in k]
)
def test_odds_ratio_equals_r(key):
    estimate = odds_ratio(*counts_of(key), method=key.rsplit(".", 1)[1])
    assert [estimate.value, estimate.low, estimate.high] == near(VALUES[key], "interval")


def test_conditional_odds_ratio_equals_fisher_test_as_far_as_r_solves_it():
    # R's search stops at an absolute 1.2e-4, 3e-3 of a small odds ratio: other tables are compared
    # with R code that goes on.
    estimate = odds_ratio(10, 40, 12, 40, method="conditional_exact")
    computed = [estimate.value, estimate.low, estimate.high]
    assert computed == near(VALUES["two.10_40_12_40.odds.fisher_test"], "r_fisher_interval")


def test_barnard_counts_tied_tables_that_scipy_loses():
    ours = equality_p(9, 10, 3, 10, test="barnard")
    assert ours == near(VALUES["two.9_10_3_10.p.barnard"], "p")
    assert barnard_exact([[9, 3], [1, 7]], n=64).pvalue < ours - 0.001


@pytest.mark.parametrize("key", [k for k in keys_under("two.") if ".p." in k])
def test_p_value_equals_r(key):
    assert equality_p(*counts_of(key), test=key.rsplit(".", 1)[1]) == near(VALUES[key], "p")


def test_proportion_reference_is_complete():
    assert len(keys_under("proportion.")) == 40
    assert len(keys_under("two.")) == 171


# ---- printed examples ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "low", "high"),
    [
        # Newcombe (1998), Stat Med 17:873-890, table II, example (a) 56/70 - 48/80: methods
        # 1 (Wald), 5 (Mee), 6 (Miettinen-Nurminen), 10 (hybrid score). Page not checked.
        ("wald", 0.0575, 0.3425),
        ("mee", 0.0533, 0.3377),
        ("miettinen_nurminen", 0.0528, 0.3382),
        ("newcombe", 0.0524, 0.3339),
    ],
)
def test_newcombe_1998_example_a_is_reproduced(method, low, high):
    estimate = risk_difference(56, 70, 48, 80, method=method)
    assert (round(estimate.low, 4), round(estimate.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("method", "low", "high"),
    [
        # Newcombe (1998), Stat Med 17:857-872, table I, example 81/263: methods 3 (Wilson),
        # 5 (Clopper-Pearson) and 6 (mid-P). Page not checked.
        ("wilson", 0.2553, 0.3662),
        ("clopper_pearson", 0.2527, 0.3676),
        ("midp", 0.2544, 0.3658),
    ],
)
def test_newcombe_1998_single_proportion_is_reproduced(method, low, high):
    estimate = proportion(81, 263, method=method)
    assert (round(estimate.low, 4), round(estimate.high, 4)) == (low, high)


def test_the_trials_own_intervals_are_clopper_pearson():
    # Jonasch and others (2010), abstract, results: 30% (16.6-46.5) and 25% (12.7-41.2).
    shown = [
        [f"{100 * x:.1f}" for x in (e.low, e.high)]
        for e in (proportion(12, 40), proportion(10, 40))
    ]
    assert shown == [["16.6", "46.5"], ["12.7", "41.2"]]


def test_arms_as_rows_would_give_another_boschloo_p_value():
    # The SciPy trap: groups must be columns.
    right = equality_p(10, 40, 12, 40, test="boschloo")
    wrong = boschloo_exact([[10, 30], [12, 28]], n=64).pvalue
    assert right == near(0.672168257464365, "p")
    assert abs(right - wrong) > 0.03


# ---- laws ----------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(data=st.data(), n=st.integers(1, 60), level=st.floats(0.5, 0.99))
@pytest.mark.parametrize("method", ONE)
def test_an_interval_contains_its_estimate_and_mirrors_the_outcome(method, data, n, level):
    events = data.draw(st.integers(0, n))
    estimate = proportion(events, n, method=method, level=level)
    mirrored = proportion(n - events, n, method=method, level=level)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert estimate.low == pytest.approx(1 - mirrored.high, abs=1e-9)


@pytest.mark.parametrize("method", ONE)
def test_limits_rise_with_the_count(method):
    low, high = proportion_limits(np.arange(31), 30, method=method)
    # Agresti-Coull is cut at 0 and 1, so that its first limits may be equal.
    assert np.all(np.diff(low)[2:] > 0)
    assert np.all(np.diff(high)[:-2] > 0)
    assert np.all(np.diff(low) >= 0)
    assert np.all(np.diff(high) >= 0)


@pytest.mark.parametrize("n", [1, 5, 13, 40])
def test_clopper_pearson_covers_at_least_its_level(n):
    low, high = proportion_limits(np.arange(n + 1), n)
    for p in np.linspace(0.001, 0.999, 333):
        covered = (low <= p) & (p <= high)
        assert binom.pmf(np.arange(n + 1), n, p)[covered].sum() >= 0.95 - 1e-12


@settings(max_examples=30, deadline=None)
@given(counts=arms())
@pytest.mark.parametrize("method", DIFFERENCE)
def test_a_difference_lies_in_its_interval_and_swaps_with_the_arms(method, counts):
    estimate = risk_difference(*counts, method=method)
    swapped = risk_difference(*counts[2:], *counts[:2], method=method)
    assert -1 <= estimate.low <= estimate.value + 1e-12
    assert estimate.value - 1e-12 <= estimate.high <= 1
    assert (estimate.value, estimate.low) == pytest.approx(
        (-swapped.value, -swapped.high), abs=1e-9
    )


@pytest.mark.parametrize("method", DIFFERENCE[:3])
def test_one_more_responder_raises_the_score_limits(method):
    found = [risk_difference(x, 15, 6, 20, method=method) for x in range(16)]
    assert np.all(np.diff([e.low for e in found]) > 0)
    assert np.all(np.diff([e.high for e in found]) > 0)


@settings(max_examples=30, deadline=None)
@given(counts=arms())
@pytest.mark.parametrize("method", RATIO)
def test_a_risk_ratio_lies_in_its_interval_and_inverts_with_the_arms(method, counts):
    if counts[2] == 0 or (counts[0] == counts[1] and counts[2] == counts[3]):
        return
    estimate = risk_ratio(*counts, method=method)
    assert 0 <= estimate.low <= estimate.value * (1 + 1e-9)
    assert estimate.high is None or estimate.value <= estimate.high * (1 + 1e-9)
    if counts[0] > 0:
        swapped = risk_ratio(*counts[2:], *counts[:2], method=method)
        assert (swapped.low, swapped.high) == pytest.approx(
            (1 / estimate.high, 1 / estimate.low), rel=1e-6
        )


@settings(max_examples=30, deadline=None)
@given(counts=arms())
@pytest.mark.parametrize("method", ODDS)
def test_an_odds_ratio_lies_in_its_interval_and_inverts_with_the_arms(method, counts):
    if counts[2] == 0 or counts[0] == counts[1]:
        return
    estimate = odds_ratio(*counts, method=method)
    assert 0 <= estimate.low <= estimate.value
    assert estimate.high is None or estimate.value <= estimate.high
    if counts[0] > 0 and counts[2] < counts[3]:
        swapped = odds_ratio(*counts[2:], *counts[:2], method=method)
        assert (swapped.low, swapped.high) == pytest.approx(
            (1 / estimate.high, 1 / estimate.low), rel=1e-6
        )


@pytest.mark.parametrize("counts", [(10, 40, 12, 40), (9, 10, 3, 10), (7, 25, 1, 30)])
def test_conditional_odds_ratio_equals_scipys(counts):
    a, n_a, c, n_b = counts
    theirs = scipy_odds_ratio([[a, n_a - a], [c, n_b - c]], kind="conditional")
    ours = odds_ratio(*counts, method="conditional_exact")
    limits = theirs.confidence_interval(0.95)
    assert (ours.value, ours.low, ours.high) == pytest.approx(
        (theirs.statistic, limits.low, limits.high), rel=1e-6
    )


@settings(max_examples=12, deadline=None)
@given(counts=arms(most=15))
@pytest.mark.parametrize("test", get_args(EqualityTest))
def test_a_p_value_ignores_the_order_of_arms_and_outcomes(test, counts):
    a, n_a, b, n_b = counts
    p = equality_p(*counts, test=test)
    assert 0 <= p <= 1
    assert equality_p(b, n_b, a, n_a, test=test) == pytest.approx(p, abs=1e-6)
    if a * n_b == b * n_a:
        assert p > 0.3


@settings(max_examples=12, deadline=None)
@given(counts=arms(most=15))
def test_boschloo_is_never_less_powerful_than_twice_one_sided_fisher(counts):
    a, n_a, b, n_b = counts
    total = a + b
    arm = hypergeom(n_a + n_b, total, n_a)
    doubled = min(1.0, 2 * min(arm.cdf(a), arm.sf(a - 1)))
    assert equality_p(*counts, test="boschloo") <= doubled + 1e-6


# ---- edges ---------------------------------------------------------------------------------------


def test_a_ratio_of_zero_is_open_above_only_without_a_standard_error():
    for method, open_above in (("katz", True), ("koopman", False), ("miettinen_nurminen", False)):
        estimate = risk_ratio(0, 10, 3, 12, method=method)
        assert (estimate.value, estimate.low, estimate.high is None) == (0.0, 0.0, open_above)
    for method, open_above in (("woolf", True), ("conditional_exact", False), ("midp", False)):
        estimate = odds_ratio(0, 10, 3, 12, method=method)
        assert (estimate.value, estimate.low, estimate.high is None) == (0.0, 0.0, open_above)


def test_every_estimate_names_its_conventions():
    counts = (10, 40, 12, 40)
    estimates = [
        *(proportion(10, 40, method=m) for m in ONE),
        *(risk_difference(*counts, method=m) for m in DIFFERENCE),
        *(risk_ratio(*counts, method=m) for m in RATIO),
        *(odds_ratio(*counts, method=m) for m in ODDS),
    ]
    for estimate in estimates:
        assert estimate.conventions
        assert set(estimate.conventions) <= set(CONVENTIONS)
        assert estimate.method
        assert estimate.grade == "D1"


def test_identical_extremes_have_p_value_1():
    for test in get_args(EqualityTest):
        assert equality_p(0, 9, 0, 4, test=test) == 1.0
        assert equality_p(9, 9, 4, 4, test=test) == 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: proportion(41, 40), "events must be between 0 and n; got events=41, n=40"),
        (lambda: proportion(-1, 40), "events must be between 0 and n; got events=-1, n=40"),
        (lambda: proportion(0, 0), "n must be at least 1; got 0"),
        (lambda: proportion(2.5, 40), "events must be a whole number; got 2.5"),
        (lambda: proportion(True, 40), "events must be a whole number; got True"),
        (lambda: proportion(1, 40, level=95), "level must lie strictly"),
        (lambda: proportion(1, 40, method="wald"), "method must be one of clopper_pearson"),
        (lambda: risk_difference(5, 4, 1, 4), "events_a must be between 0 and n_a"),
        (lambda: risk_difference(1, 4, 1, 4, method="katz"), "method must be one of"),
        (lambda: risk_ratio(1, 4, 0, 4), "the risk ratio is not finite"),
        (lambda: risk_ratio(4, 4, 4, 4), "has no width at n/n v n/n"),
        (lambda: odds_ratio(1, 4, 0, 4), "the odds ratio is not finite"),
        (lambda: odds_ratio(4, 4, 2, 4), "the odds ratio is not finite"),
        (lambda: equality_p(1, 4, 2, 4, test="z"), "test must be one of boschloo"),
    ],
)
def test_impossible_input_is_refused_with_a_reason(call, message):
    with pytest.raises(ValueError, match=message):
        call()
