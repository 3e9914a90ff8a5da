"""Kaplan-Meier curves against R survival, on its own data sets and on small ones with traps.

`flat`, `half` and `ends` were made for curves that rest at exactly one half, in the middle, with
ties of S = 0.5 and at the last event.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_stats.survival.kaplan_meier import km_curve, km_median, rmst
from evidence_stats.survival.synthetic_arms import _km_rows, _times_at_half
from tests.tolerance import near

REFERENCE = json.loads((Path(__file__).parents[1] / "reference/survival.json").read_text())
VALUES, DATA, TAU = REFERENCE["values"], REFERENCE["data"], REFERENCE["tau"]
STATISTICS = (".median.", ".band.", ".survival", ".at_risk", ".rmst")


def arm(name):
    return DATA[name]["time"], DATA[name]["event"]


def median_of(name, conf_type):
    median = km_median(km_curve(*arm(name)), conf_type=conf_type)
    return [median.value, median.low, median.high]


def band(name, conf_type):
    lower, upper = km_curve(*arm(name)).band(conf_type=conf_type)
    return [[low, high] for low, high in zip(lower, upper, strict=True)]


def restricted(name):
    result = rmst(*arm(name), TAU[name])
    return [result.value, result.se]


COMPUTED = {}
for name_ in DATA:
    COMPUTED |= {
        f"{name_}.survival": lambda n=name_: km_curve(*arm(n)).survival.tolist(),
        f"{name_}.at_risk": lambda n=name_: km_curve(*arm(n)).at_risk.tolist(),
        f"{name_}.rmst": lambda n=name_: restricted(n),
    }
    for conf_type_ in ("log-log", "log", "plain"):
        COMPUTED[f"{name_}.median.{conf_type_}"] = lambda n=name_, c=conf_type_: median_of(n, c)
        COMPUTED[f"{name_}.band.{conf_type_}"] = lambda n=name_, c=conf_type_: band(n, c)


def numbers(value):
    """Flatten to one array, with NaN for what is not there."""
    return np.array(value, dtype=np.float64).ravel()


@pytest.mark.parametrize("key", sorted(COMPUTED))
def test_agrees_with_r(key):
    ours, theirs = numbers(COMPUTED[key]()), numbers(VALUES[key]["value"])
    assert np.array_equal(np.isnan(ours), np.isnan(theirs))
    there = ~np.isnan(theirs)
    assert ours[there] == near(theirs[there], VALUES[key]["kind"])


def test_every_reference_value_is_compared():
    assert set(COMPUTED) == {
        key for key in VALUES if key.split(".")[0] in DATA and any(s in key for s in STATISTICS)
    }
    assert len(COMPUTED) == 63


def test_the_median_of_a_flat_half_is_its_middle_where_lifelines_takes_its_start():
    # Ten of twenty patients fail by month 4; the next failure is at month 8.
    times = [1] * 5 + [4] * 5 + [8] * 10
    assert km_median(km_curve(times, [1] * 20)).value == 6.0


# survival:::survmean's minmin, by hand: first time at or below one half, or the middle of a
# stretch at one half that later falls.
DEGENERATE = {
    "flat at one half to the end": ([1, 3, 6, 6], [1, 1, 0, 0], 3),
    "flat at one half to the end, censored between": ([1, 3, 4, 6], [1, 1, 0, 0], 3),
    "flat at one half until the last event": ([1, 3, 4, 6], [1, 1, 0, 1], 4.5),
    "at one half by the last event": ([2, 5], [1, 0], 2),
    # 24 patients: the product of the curve is 0.5 + 1e-16.
    "one half but for rounding": (range(1, 25), [1] * 12 + [0] * 12, 12),
    "all at one time": ([4, 4, 4], [1, 1, 1], 4),
    "one patient": ([4], [1], 4),
    "nobody fails": ([1, 2, 3, 4], [0, 0, 0, 0], None),
    "everybody censored at the time of the only event": ([5, 5], [1, 0], 5),
}


@pytest.mark.parametrize("case", DEGENERATE)
def test_the_median_of_a_degenerate_curve_is_what_r_prints(case):
    times, events, median = DEGENERATE[case]
    assert km_median(km_curve(list(times), events)).value == median


def test_synthetic_arms_take_the_same_median_of_a_flat_end():
    times, events = np.array([[1.0, 3.0, 4.0, 6.0]]), np.array([[True, True, False, False]])
    assert _times_at_half(times, _km_rows(events)[0]).tolist() == [3.0]


def test_a_curve_that_stays_above_one_half_has_no_median():
    median = km_median(km_curve([1, 2, 3, 4], [1, 0, 0, 0]))
    assert (median.value, median.high) == (None, None)


def test_a_restricted_mean_without_censoring_is_the_mean_of_shortened_times():
    times = np.array([1.0, 3.0, 4.0, 9.0, 20.0])
    assert rmst(times, np.ones(5), 10).value == pytest.approx(np.minimum(times, 10).mean())


patients = st.lists(st.tuples(st.floats(0.1, 60.0), st.booleans()), min_size=2, max_size=30).filter(
    lambda rows: any(event for _, event in rows)
)


@given(patients, st.floats(0.1, 10.0))
def test_months_or_days_give_the_same_curve(rows, unit):
    times, events = (np.array(column) for column in zip(*rows, strict=True))
    first, second = km_curve(times, events), km_curve(times * unit, events)
    if first.times.size == second.times.size:
        assert first.survival == pytest.approx(second.survival)
    assert np.all(np.diff(first.survival) <= 0)


@given(patients)
def test_limits_enclose_the_median(rows):
    times, events = zip(*rows, strict=True)
    for conf_type in ("log-log", "log", "plain"):
        median = km_median(km_curve(times, events), conf_type=conf_type)
        if median.value is not None:
            assert median.low is None or median.low <= median.value
            assert median.high is None or median.value <= median.high


@given(patients, st.floats(0.05, 1.0))
def test_a_restricted_mean_lies_between_nought_and_tau(rows, share):
    times, events = zip(*rows, strict=True)
    tau = share * max(times)
    assert 0 <= rmst(times, events, tau).value <= tau * (1 + 1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: km_curve([], []), "not empty"),
        (lambda: km_curve([1, 2], [1]), r"got shapes \(2,\) and \(1,\)"),
        (lambda: km_curve([-1, 2], [1, 1]), "times must be finite and not negative; got"),
        (lambda: km_curve([1, 2], [1, 2]), r"events must be 0 or 1; got \[1, 2\]"),
        (lambda: rmst([1, 2], [1, 0], 5), "tau must not exceed the last observed time 2; got 5"),
        (lambda: rmst([1, 2], [1, 1], 0), "tau must be positive"),
        (lambda: km_curve([1, 2], [1, 0]).band(conf_type="logit"), "conf_type must be one of"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
