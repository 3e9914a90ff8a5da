"""Cox regression and log-rank test against R survival, with and without ties."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_stats.survival.kaplan_meier import rmst
from evidence_stats.survival.two_arm_survival import (
    cox_two_arm,
    cox_two_arm_batch,
    log_rank,
    rmst_difference,
)
from tests.tolerance import near

REFERENCE = json.loads((Path(__file__).parent / "reference/survival.json").read_text())
VALUES, DATA = REFERENCE["values"], REFERENCE["data"]


def columns(name):
    return DATA[name]["time"], DATA[name]["event"], DATA[name]["arm"]


def cox(name):
    fit = cox_two_arm(*columns(name))
    return [math.log(fit.value), fit.se]


def rank(name):
    test = log_rank(*columns(name))
    return [test.chi2, test.expected]


COMPUTED = {f"{n}.cox": lambda n=n: cox(n) for n in DATA}
COMPUTED |= {f"{n}.log_rank": lambda n=n: rank(n) for n in DATA}


@pytest.mark.parametrize("key", sorted(COMPUTED))
def test_agrees_with_r(key):
    assert COMPUTED[key]() == near(VALUES[key]["value"], VALUES[key]["kind"])


def test_every_reference_value_is_compared():
    assert set(COMPUTED) == {k for k in VALUES if k.endswith((".cox", ".log_rank"))}
    assert len(COMPUTED) == 14


def test_every_value_of_the_reference_file_belongs_to_one_test_file():
    # medians and hazard ratios 27, power 8, one arm 67, two arms 14.
    assert len(VALUES) == 27 + 8 + 63 + 14


def test_the_published_leukaemia_trial():
    # Freireich 1963 as in Cox 1972, J R Stat Soc B 34:187: 6-mercaptopurine 21 patients with 9
    # relapses, placebo 21 with 21. Log-rank chi-square 16.79: Kleinbaum & Klein, Survival
    # Analysis, chapter 2.
    drug = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    times, events = drug + placebo, relapse + [1] * 21
    arm = [1] * 21 + [0] * 21
    assert log_rank(times, events, arm).chi2 == pytest.approx(16.79, abs=0.005)
    # Efron ties: coefficient 1.572 with 6-mercaptopurine as reference.
    assert math.log(cox_two_arm(times, events, arm).value) == pytest.approx(-1.572, abs=0.0005)


def test_a_batch_gives_what_single_fits_give():
    rng = np.random.default_rng(7)
    times = np.ceil(rng.exponential(8.0, (20, 30)))
    events, arm = rng.random((20, 30)) < 0.7, np.tile(np.arange(30) % 2 == 0, (20, 1))
    batch = cox_two_arm_batch(times, events, arm)
    for i in range(20):
        single = cox_two_arm(times[i], events[i], arm[i])
        assert math.log(single.value) == pytest.approx(batch.log_hr[i], abs=1e-10)
        assert single.se == pytest.approx(batch.se[i])


rows = st.lists(
    st.tuples(st.integers(1, 20), st.booleans(), st.booleans()), min_size=8, max_size=40
)


@settings(max_examples=60)
@given(rows)
def test_swapping_arms_inverts_the_hazard_ratio_and_keeps_the_test(patients):
    times, events, arm = (np.array(column) for column in zip(*patients, strict=True))
    try:
        forward, back = cox_two_arm(times, events, arm), cox_two_arm(times, events, ~arm)
        ranks = log_rank(times, events, arm), log_rank(times, events, ~arm)
    except ValueError:
        return
    assert forward.value == pytest.approx(1 / back.value, rel=1e-6)
    assert forward.p == pytest.approx(back.p, rel=1e-6, abs=1e-9)
    assert ranks[0].chi2 == pytest.approx(ranks[1].chi2, abs=1e-9)
    assert ranks[0].expected + ranks[1].expected == pytest.approx(events.sum())


def test_a_difference_of_restricted_means_changes_sign_with_the_arms():
    lung = DATA["lung"]
    times, events, women = (np.array(lung[k]) for k in ("time", "event", "arm"))
    men = rmst(times[women == 0], events[women == 0], 24)
    longer = rmst(times[women == 1], events[women == 1], 24)
    forward, back = rmst_difference(longer, men), rmst_difference(men, longer)
    assert forward.value == pytest.approx(-back.value)
    assert forward.low == pytest.approx(-back.high)
    assert forward.excludes(0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cox_two_arm([1, 2], [1, 1], [1, 1]), "expected patients in both arms"),
        (lambda: cox_two_arm([1, 2], [1, 1], [1, 2]), "experimental must hold 2 values of 0 or 1"),
        (lambda: cox_two_arm([1, 2, 3], [1, 1, 0], [1, 1, 0]), "expected a finite hazard ratio"),
        (lambda: log_rank([1, 2], [0, 0], [1, 0]), "expected an event while both arms"),
        (
            lambda: rmst_difference(rmst([1, 2], [1, 1], 1), rmst([1, 2], [1, 1], 2)),
            "both restricted means must be made alike",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
