"""The ensemble of synthetic arms: what it reproduces, and what it says about the hazard ratio.

Published numbers: Jonasch et al. 2010, Cancer 116:57, abstract.
"""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter, KaplanMeierFitter

from evidence_stats.survival.kaplan_meier import km_curve, km_median, rmst
from evidence_stats.survival.median import Median
from evidence_stats.survival.reconstruction import simulate_ensemble
from evidence_stats.survival.synthetic_arms import CENTILES, EnsembleSettings, ReconstructionError

COMBINATION, SORAFENIB = Median(7.56, 5.19, 11.07), Median(7.39, 5.52, 9.20)


def ensemble(*, seed=20100101, **options):
    return simulate_ensemble(
        COMBINATION,
        SORAFENIB,
        n_experimental=40,
        n_control=40,
        settings=EnsembleSettings(**options),
        seed=seed,
    )


@pytest.fixture(scope="module")
def timed():
    start = time.perf_counter()
    result = ensemble()
    return result, time.perf_counter() - start


@pytest.fixture(scope="module")
def default(timed):
    return timed[0]


# Monte Carlo: 1000 pairs place the middle of the hazard ratio within about 0.02 and the ends of
# its range within about 0.05; restricted means are in months.
MIDDLE, END = 0.03, 0.06


def test_the_range_of_the_hazard_ratio_is_found_again_by_default(default):
    hr = default.hazard_ratio
    assert hr.value == pytest.approx(0.76, abs=MIDDLE)
    assert [hr.low, hr.high] == pytest.approx([0.59, 1.11], abs=END)
    assert (hr.kind, hr.grade) == ("range", "D3")


@pytest.mark.parametrize(
    ("options", "middle", "low", "high"),
    [
        ({"conf_type": "log"}, 0.77, 0.61, 1.07),
        ({"conf_type": "plain"}, 0.77, 0.59, 1.10),
        ({"family": "loglogistic"}, 0.81, 0.64, 1.11),
        ({"family": "lognormal"}, 0.81, 0.61, 1.11),
        ({"match_limits": False}, 0.97, 0.57, 1.67),
    ],
)
def test_other_assumptions_give_the_ranges_of_the_book(options, middle, low, high):
    hr = ensemble(**options).hazard_ratio
    assert hr.value == pytest.approx(middle, abs=MIDDLE)
    assert [hr.low, hr.high] == pytest.approx([low, high], abs=END)


def test_sampling_error_widens_the_range(default):
    wide, narrow = default.hazard_ratio_with_sampling_error, default.hazard_ratio
    assert [wide.low, wide.high] == pytest.approx([0.44, 1.38], abs=END)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_the_difference_in_restricted_means_covers_nought(default):
    difference = default.rmst_difference
    assert difference.value == pytest.approx(0.19, abs=0.05)
    assert [difference.low, difference.high] == pytest.approx([-0.32, 0.73], abs=0.08)


@pytest.mark.parametrize("conf_type", ["log-log", "log", "plain"])
def test_arms_reproduce_the_printed_median_and_limits(conf_type):
    result = ensemble(size=50, conf_type=conf_type)
    for arm in (result.experimental, result.control):
        for times, events, median in zip(arm.times, arm.events, arm.medians, strict=True):
            found = km_median(km_curve(times, events), conf_type=conf_type)
            assert found.value == pytest.approx(median)
            for name in ("value", "low", "high"):
                printed = getattr(arm.printed, name)
                assert getattr(found, name) == pytest.approx(printed, rel=0.05 + 1e-9)


def test_restricted_means_of_pairs_are_those_of_single_arms():
    result = ensemble(size=10)
    for i, difference in enumerate(result.rmst_differences):
        pair = (result.experimental, result.control)
        means = [rmst(arm.times[i], arm.events[i], 12).value for arm in pair]
        assert means[0] - means[1] == pytest.approx(difference)


def test_cox_models_of_pairs_are_those_that_lifelines_fits():
    result = ensemble(size=10)
    fitted = result.to_lifelines(most=4)
    assert len(fitted) == 4
    for model, log_hr, se in zip(fitted, result.log_hr, result.log_hr_se, strict=False):
        assert isinstance(model, CoxPHFitter)
        assert model.params_["experimental"] == pytest.approx(log_hr, abs=1e-8)
        assert model.standard_errors_["experimental"] == pytest.approx(se)


def test_curves_of_arms_are_those_that_lifelines_fits():
    result = ensemble(size=10)
    for arm in (result.experimental, result.control):
        fitted = arm.to_lifelines()
        assert len(fitted) == 10
        for curve, times, events, median in zip(
            fitted, arm.times, arm.events, arm.medians, strict=True
        ):
            assert isinstance(curve, KaplanMeierFitter)
            ours = km_curve(times, events)
            assert curve.predict(ours.times).to_numpy() == pytest.approx(ours.survival)
            # lifelines takes the start of a step at one half, where there is one.
            assert curve.median_survival_time_ == pytest.approx(median, rel=0.05)


def test_curves_and_numbers_at_risk_are_summarised_on_the_grid(default):
    for arm in (default.experimental, default.control):
        assert arm.survival.shape == (len(CENTILES), len(default.settings.grid))
        assert np.all(np.diff(arm.survival, axis=0) >= 0)
        assert np.all(np.diff(arm.survival, axis=1) <= 1e-12)
        assert np.all(arm.at_risk[:, 0] == 40)
        assert np.all(arm.survival[:, 0] == 1.0)
        at_seven_and_a_half = arm.survival[2, default.settings.grid.index(7.5)]
        assert at_seven_and_a_half == pytest.approx(0.5, abs=0.06)


def test_the_same_seed_draws_the_same_and_another_does_not():
    first, again, other = (ensemble(size=50, seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(again.log_hr, first.log_hr)
    assert again.hazard_ratio == first.hazard_ratio
    assert other.hazard_ratio != first.hazard_ratio


def test_acceptance_is_reported(default):
    assert 0.001 < default.experimental.acceptance < 0.02
    assert 0.002 < default.control.acceptance < 0.03
    assert default.experimental.times.shape == (1000, 40)


def test_a_thousand_pairs_take_seconds(timed):
    # About 2 s on one core; the limit leaves room for a busy machine.
    assert timed[1] < 15


def test_an_upper_limit_not_attained_is_not_attained_in_the_arms():
    # Overall survival of the combination arm: 27.04 months (22.31 to not attained).
    overall = Median(27.04, 22.31, None)
    result = simulate_ensemble(
        overall,
        overall,
        n_experimental=40,
        n_control=40,
        settings=EnsembleSettings(size=20, tolerance=0.10),
    )
    for times, events in zip(result.control.times, result.control.events, strict=True):
        assert km_median(km_curve(times, events)).high is None


@settings(max_examples=5, deadline=None)
@given(st.floats(2.0, 20.0), st.integers(20, 60))
def test_equal_arms_have_a_hazard_ratio_around_one(median, n):
    printed = Median(median)
    result = simulate_ensemble(
        printed,
        printed,
        n_experimental=n,
        n_control=n,
        settings=EnsembleSettings(size=400, match_limits=False, censor_range=(5.0, 60.0)),
    )
    assert result.hazard_ratio.value == pytest.approx(1.0, abs=0.15)
    assert result.hazard_ratio.low < 1 < result.hazard_ratio.high


def test_numbers_that_no_curve_gives_are_refused_with_what_to_loosen():
    impossible = Median(7.39, 7.38, 7.40)
    message = r"asked for 100 experimental arms of 40 .*kept 0 of 40000 drawn: loosen tolerance"
    with pytest.raises(ReconstructionError, match=message):
        simulate_ensemble(
            impossible,
            SORAFENIB,
            n_experimental=40,
            n_control=40,
            settings=EnsembleSettings(size=100, tolerance=0.02, max_draws=40_000),
        )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: EnsembleSettings(size=0), "size must be positive"),
        (lambda: EnsembleSettings(family="gamma"), "family must be one of"),
        (lambda: EnsembleSettings(conf_type="logit"), "conf_type must be one of"),
        (lambda: EnsembleSettings(shape_range=(2, 1)), "shape_range must be 0 <= low <= high"),
        (lambda: EnsembleSettings(shape_range=(0, 1)), "must start above 0"),
        (
            lambda: simulate_ensemble(Median(None), SORAFENIB, n_experimental=40, n_control=40),
            "not reached",
        ),
        (
            lambda: simulate_ensemble(Median(7.0), SORAFENIB, n_experimental=40, n_control=40),
            "expected the lower limit of the experimental median; got None",
        ),
        (
            lambda: simulate_ensemble(COMBINATION, SORAFENIB, n_experimental=1, n_control=40),
            "n_experimental must be at least 2; got 1",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
