"""Simulated marker studies: against theory where there is one, against single fits otherwise."""

import numpy as np
import pytest
from evidence.marker_simulation import _c_index, _cox, _trials, simulate_significance_filter
from evidence.two_arm_survival import cox_two_arm_batch
from evidence.winners_curse import retrospective_design


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
    log_hr, se = _cox(x, happened)
    times = np.broadcast_to(np.arange(1.0, 61.0), (5, 60))
    reference = cox_two_arm_batch(times, happened, x == 1.0)
    assert log_hr == pytest.approx(reference.log_hr)
    assert se == pytest.approx(reference.se)


def test_the_c_index_is_that_of_lifelines():
    from lifelines.utils import concordance_index

    x, happened = _trials(np.random.default_rng(5), (4, 50), 30, 0.3, "normal")
    found = _c_index(x, happened, np.ones(4))
    times = np.minimum(np.arange(1, 51), 31)
    for i in range(4):
        assert found[i] == pytest.approx(concordance_index(times, -x[i], happened[i]), abs=0.02)
    # Without censoring no pair is in doubt and the two agree exactly.
    x, happened = _trials(np.random.default_rng(5), (1, 50), 50, 0.3, "normal")
    exact = concordance_index(np.arange(50), -x[0], happened[0])
    assert _c_index(x, happened, np.ones(1))[0] == pytest.approx(exact)


def test_markers_are_standardised():
    for marker in ("normal", "lognormal"):
        x, _ = _trials(np.random.default_rng(1), (2000, 100), 50, 0.0, marker)
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
