"""Simulated marker studies: against theory where there is one, against single fits otherwise."""

import numpy as np
import pytest

from evidence_stats.markers.marker_simulation import (
    _c_index,
    fit_cox_batch,
    simulate_significance_filter,
    simulate_trials,
)
from evidence_stats.printed.winners_curse import retrospective_design
from evidence_stats.survival.two_arm_survival import cox_two_arm_batch


def test_the_numbers_of_the_book_are_found_again():
    # 800 trials of 80 patients: standard error of a mean C-index below 0.002.
    null = [simulate_significance_filter(n=80, events=d, hr_per_sd=1.0) for d in (70, 28)]
    assert [r.mean_c_index.value for r in null] == pytest.approx([0.53, 0.54], abs=0.01)
    assert [r.mean_c_index_significant.value for r in null] == pytest.approx([0.58, 0.63], abs=0.01)
    true = [simulate_significance_filter(n=80, events=d, hr_per_sd=1.2) for d in (70, 28)]
    assert [r.hr_significant.value for r in true] == pytest.approx([1.40, 1.65], abs=0.05)
    assert true[0].hr.value == pytest.approx(1.2, abs=0.02)


def test_power_agrees_with_the_formula():
    found = simulate_significance_filter(n=300, events=200, hr_per_sd=1.25, nsim=1000)
    theory = retrospective_design(np.log(1.25), 200**-0.5).power.value
    assert found.power.value == pytest.approx(theory, abs=4 * found.power.se)


def test_a_null_marker_is_significant_in_one_of_twenty_trials():
    found = simulate_significance_filter(n=80, events=70, hr_per_sd=1.0, nsim=4000)
    assert found.power.value == pytest.approx(0.05, abs=0.02)


def test_a_binary_marker_gives_the_two_arm_cox_fit():
    rng = np.random.default_rng(3)
    x = (rng.random((5, 60)) < 0.5).astype(float)
    happened = np.broadcast_to(np.arange(60) < 40, (5, 60))
    log_hr, se = fit_cox_batch(x, happened)
    times = np.broadcast_to(np.arange(1.0, 61.0), (5, 60))
    reference = cox_two_arm_batch(times, happened, x == 1.0)
    assert log_hr == pytest.approx(reference.log_hr)
    assert se == pytest.approx(reference.se)


def score(x, happened, log_hr):
    """Return the derivative of the log partial likelihood of each trial, term by term."""
    found = []
    for marker, event, beta in zip(x, happened, log_hr, strict=True):
        risk = np.exp(beta * marker)
        terms = (
            marker[i] - (risk[i:] @ marker[i:]) / risk[i:].sum()
            for i in range(marker.size)
            if event[i]
        )
        found.append(sum(terms))
    return np.array(found)


@pytest.mark.parametrize("marker", ["normal", "lognormal"])
@pytest.mark.parametrize(("events", "hr"), [(28, 1.2), (28, 1.57), (70, 1.2)])
def test_every_cox_fit_is_at_its_maximum_also_of_a_skew_marker(marker, events, hr):
    x, happened = simulate_trials(np.random.default_rng(4), (300, 80), events, np.log(hr), marker)
    log_hr, se = fit_cox_batch(x, happened)
    assert np.isfinite(se).all()
    assert np.abs(score(x, happened, log_hr)).max() < 1e-6


def test_a_likelihood_without_a_maximum_is_no_fit():
    # The marker falls with every event: the higher the hazard ratio the better, without end.
    x = np.array([[5.0, 4.0, 3.0, 2.0, 1.0], [1.0, 5.0, 2.0, 4.0, 3.0]])
    happened = np.ones((2, 5), dtype=bool)
    log_hr, se = fit_cox_batch(x, happened)
    assert np.isnan([log_hr[0], se[0]]).all()
    assert np.isfinite([log_hr[1], se[1]]).all()


def test_trials_without_a_fit_are_left_out_and_counted():
    found = simulate_significance_filter(n=6, events=2, hr_per_sd=3.0, nsim=200)
    dropped = 200 - found.power.n
    assert dropped > 0
    assert found.hr.method.endswith(f"all trials; {dropped} without a Cox fit left out")
    assert found.hr.high < 1e4


def test_the_c_index_is_that_of_lifelines():
    from lifelines.utils import concordance_index

    x, happened = simulate_trials(np.random.default_rng(5), (4, 50), 30, 0.3, "normal")
    found = _c_index(x, happened, np.ones(4))
    times = np.minimum(np.arange(1, 51), 31)
    for i in range(4):
        assert found[i] == pytest.approx(concordance_index(times, -x[i], happened[i]), abs=0.02)
    # Without censoring no pair is in doubt and the two agree exactly.
    x, happened = simulate_trials(np.random.default_rng(5), (1, 50), 50, 0.3, "normal")
    exact = concordance_index(np.arange(50), -x[0], happened[0])
    assert _c_index(x, happened, np.ones(1))[0] == pytest.approx(exact)


def test_markers_are_standardised():
    for marker in ("normal", "lognormal"):
        x, _ = simulate_trials(np.random.default_rng(1), (2000, 100), 50, 0.0, marker)
        assert x.mean() == pytest.approx(0.0, abs=0.02)
        assert x.std() == pytest.approx(1.0, abs=0.1)


def test_the_same_seed_gives_the_same():
    first, second = (
        simulate_significance_filter(n=40, events=20, hr_per_sd=1.5, nsim=50) for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"events": 90}, "events must lie between 2 and n; got events=90, n=80"),
        ({"nsim": 1}, "nsim must be at least 2; got 1"),
        ({"hr_per_sd": 0.0}, "hr_per_sd must be positive"),
        ({"alpha": 0.0}, "level must lie strictly"),
    ],
)
def test_bad_input_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        simulate_significance_filter(**({"n": 80, "events": 70, "hr_per_sd": 1.2} | options))
