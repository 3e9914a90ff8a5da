"""Schoenfeld's events, power and detectable hazard ratio."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_stats.survival.survival_power import (
    detectable_hazard_ratio,
    events_required,
    non_inferiority_events,
    non_inferiority_power,
    power_at,
)
from tests.tolerance import near

VALUES = json.loads((Path(__file__).parents[1] / "reference/survival.json").read_text())["values"]

COMPUTED = {
    "power.mde70": lambda: detectable_hazard_ratio(70),
    "power.mde200_90_1to2": lambda: detectable_hazard_ratio(200, power=0.9, allocation=1 / 3),
    "power.events0.70": lambda: events_required(0.70),
    "power.events1.5_alpha0.01": lambda: events_required(1.5, alpha=0.01),
    "power.at0.70": lambda: power_at(0.70, 70),
    "power.ni_events1.25": lambda: non_inferiority_events(1.25),
    "power.ni1.25": lambda: non_inferiority_power(1.25, 70),
    "power.ni1.33_true0.9": lambda: non_inferiority_power(1.33, 300, 0.9),
}


@pytest.mark.parametrize("key", sorted(COMPUTED))
def test_agrees_with_r(key):
    assert COMPUTED[key]().value == near(VALUES[key]["value"], VALUES[key]["kind"])


def test_every_reference_value_is_compared():
    assert set(COMPUTED) == {key for key in VALUES if key.startswith("power.")}
    assert len(COMPUTED) == 8


def test_agrees_with_a_hand_calculation():
    # Schoenfeld 1983, Biometrics 39:499: hazard ratio 2, power 80 per cent, two-sided 5 per cent,
    # equal arms: 4 (1.96 + 0.84)^2 / (ln 2)^2 = 65.3, i.e. 66 deaths.
    assert math.ceil(events_required(2.0).value) == 66


@given(st.floats(0.3, 0.95), st.floats(0.5, 0.99), st.floats(0.001, 0.2), st.floats(0.1, 0.9))
def test_power_at_the_required_events_is_the_power_asked_for(hr, power, alpha, allocation):
    options = {"alpha": alpha, "allocation": allocation}
    events = events_required(hr, power=power, **options).value
    assert power_at(hr, events, **options).value == pytest.approx(power)
    detectable = detectable_hazard_ratio(events, power=power, **options)
    assert detectable.value == pytest.approx(hr)


@given(st.floats(0.3, 3.0), st.integers(5, 2000))
def test_power_does_not_depend_on_the_direction(hr, events):
    assert power_at(hr, events).value == pytest.approx(power_at(1 / hr, events).value)


@given(st.floats(1.05, 2.0), st.floats(0.5, 0.99))
def test_non_inferiority_power_at_the_required_events_is_the_power_asked_for(margin, power):
    events = non_inferiority_events(margin, power=power).value
    assert non_inferiority_power(margin, events).value == pytest.approx(power)


def test_power_without_an_effect_is_half_of_alpha():
    assert power_at(1.0, 70).value == pytest.approx(0.025)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: detectable_hazard_ratio(0), "events must be positive and finite; got 0"),
        (lambda: detectable_hazard_ratio(70, power=0.01), "power must exceed alpha / 2"),
        (lambda: detectable_hazard_ratio(70, power=1.0), "probability must lie strictly"),
        (lambda: detectable_hazard_ratio(70, allocation=1.0), "allocation must lie strictly"),
        (lambda: events_required(1.0), "hr must differ from 1; got 1.0"),
        (lambda: non_inferiority_events(0.9), "margin must be a hazard ratio above 1; got 0.9"),
        (lambda: non_inferiority_events(1.2, true_hr=1.3), "true_hr must be below margin"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
