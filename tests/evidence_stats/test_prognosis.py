"""A prognostic marker: scale, information, concordance, cut points, curves.

Published numbers: Jonasch et al. 2010, Cancer 116:57, abstract.
"""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_stats.estimates import Estimate
from evidence_stats.markers.prognosis import (
    concordance_normal_marker,
    dichotomisation_efficiency,
    hazard_ratio_per_sd,
    hazard_ratio_per_units,
    information_ratio,
    predicted_survival,
)
from evidence_stats.normal import z_from_p
from evidence_stats.printed.rounding import rounding_polygon
from tests.tolerance import near

VALUES = json.loads((Path(__file__).parents[1] / "reference/biomarker.json").read_text())["values"]

PFS = rounding_polygon("1.04", "1.00", "1.08", ".0411")
OS = rounding_polygon("1.15", "1.02", "1.29", ".0173")


def interval(estimate):
    return [estimate.value, estimate.low, estimate.high]


def per_ten():
    printed = (Estimate(1.04, 1.00, 1.08, unit="ratio"), Estimate(1.15, 1.02, 1.29, unit="ratio"))
    return [x for hr in printed for x in interval(hazard_ratio_per_units(hr, 10))]


def ratio():
    found = information_ratio(PFS, OS, events_first=78).ratio
    return [found.low, found.high]


COMPUTED = {"per10": per_ten, "information_ratio": ratio}
COMPUTED["predicted"] = lambda: [
    s.value
    for s in predicted_survival(
        12, [-1, 0, 1], hr_per_sd=1.277, baseline_median=7.47, baseline_shape=1.45
    )
]
for p_, d_ in ((0.0411, 70), (0.0173, 28), (0.2, 55)):
    COMPUTED[f"p.{p_}.per_sd"] = lambda p=p_, d=d_: interval(hazard_ratio_per_sd(z_from_p(p), d))
for g_ in (0.1, 0.25, 0.45, -0.8):
    COMPUTED[f"concordance.{g_}"] = lambda g=g_: concordance_normal_marker(g).value
for q_ in (0.5, 0.75, 0.9, 0.35):
    COMPUTED[f"cut.normal.{q_}"] = lambda q=q_: dichotomisation_efficiency(q).value
    COMPUTED[f"cut.lognormal.{q_}"] = lambda q=q_: (
        dichotomisation_efficiency(q, marker="lognormal", log_sd=0.5).value
    )


@pytest.mark.parametrize("key", sorted(COMPUTED))
def test_agrees_with_r(key):
    assert COMPUTED[key]() == near(VALUES[key]["value"], VALUES[key]["kind"])


def test_every_reference_value_is_compared():
    prefixes = ("per10", "information_ratio", "predicted", "concordance.", "cut.")
    expected = {k for k in VALUES if k.startswith(prefixes) or k.endswith(".per_sd")}
    assert set(COMPUTED) == expected
    assert len(COMPUTED) == 18


def test_the_book_prints_these_numbers():
    assert interval(hazard_ratio_per_sd(z_from_p(0.0411), 70)) == pytest.approx(
        [1.277, 1.010, 1.613], abs=6e-4
    )
    assert interval(hazard_ratio_per_sd(z_from_p(0.0173), 28)) == pytest.approx(
        [1.568, 1.083, 2.271], abs=6e-4
    )
    found = information_ratio(PFS, OS, events_first=78)
    assert [found.ratio.low, found.ratio.high] == pytest.approx([8.03, 10.63], abs=5e-3)
    assert math.floor(found.implied_events.high) == 9
    assert [round(x, 3) for x in COMPUTED["predicted"]()] == [0.340, 0.252, 0.172]


@given(st.floats(0.5, 2.0), st.floats(0.1, 20.0), st.floats(0.1, 20.0))
def test_a_change_of_unit_scales_the_log_hazard_ratio(hr, first, second):
    start = Estimate(hr, hr * 0.9, hr * 1.1, unit="ratio", se=0.05)
    twice = hazard_ratio_per_units(hazard_ratio_per_units(start, first), second)
    once = hazard_ratio_per_units(start, first * second)
    assert interval(twice) == pytest.approx(interval(once))
    assert once.se == pytest.approx(0.05 * first * second)
    back = hazard_ratio_per_units(hazard_ratio_per_units(start, first), 1 / first)
    assert back.value == pytest.approx(hr)


@given(st.floats(-5.0, 5.0), st.integers(5, 500))
def test_per_sd_keeps_z(z, events):
    found = hazard_ratio_per_sd(z, events)
    assert math.log(found.value) / found.se == pytest.approx(z, abs=1e-9)
    assert found.excludes(1.0) == (abs(z) > 1.9599639845400545)


@given(st.floats(-2.0, 2.0))
def test_concordance_does_not_depend_on_direction(slope):
    found = concordance_normal_marker(slope).value
    assert 0.5 <= found < 1.0
    assert found == pytest.approx(concordance_normal_marker(-slope).value)


@given(st.floats(0.02, 0.98))
def test_a_cut_loses_information_least_at_the_median(cut):
    kept = dichotomisation_efficiency(cut).value
    assert 0 < kept <= 2 / math.pi + 1e-12
    assert kept == pytest.approx(dichotomisation_efficiency(1 - cut).value)


@given(st.floats(0.02, 0.98))
def test_a_narrow_lognormal_marker_is_a_normal_one(cut):
    narrow = dichotomisation_efficiency(cut, marker="lognormal", log_sd=1e-4).value
    assert narrow == pytest.approx(dichotomisation_efficiency(cut).value, rel=1e-3)


@given(st.floats(1.01, 3.0), st.floats(0.5, 40.0))
def test_a_higher_marker_never_lives_longer_where_it_is_bad(hr, time):
    curves = predicted_survival(time, [-2, -1, 0, 1, 2], hr_per_sd=hr, baseline_median=7.47)
    values = [curve.value for curve in curves]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: hazard_ratio_per_units(Estimate(1.2), 0), "units must be positive"),
        (lambda: hazard_ratio_per_units(Estimate(-1.2), 2), "hr must be positive"),
        (lambda: hazard_ratio_per_sd(math.inf, 70), "z must be finite; got inf"),
        (lambda: hazard_ratio_per_sd(2.0, 0), "events must be positive"),
        (
            lambda: information_ratio(
                PFS, rounding_polygon("1.50", "0.60", "1.60"), events_first=78
            ),
            "expected two consistent polygons; got an empty one",
        ),
        (lambda: information_ratio(PFS, OS, events_first=0), "events_first must be positive"),
        (lambda: concordance_normal_marker(math.nan), "log_hr_per_sd must be finite"),
        (lambda: dichotomisation_efficiency(1.0), "probability must lie strictly"),
        (
            lambda: dichotomisation_efficiency(0.5, marker="lognormal", log_sd=0),
            "log_sd must be positive",
        ),
        (
            lambda: predicted_survival(12, [math.nan], hr_per_sd=1.2, baseline_median=7),
            "marker_values must be finite",
        ),
        (
            lambda: predicted_survival(0, [0], hr_per_sd=1.2, baseline_median=7),
            "time must be positive",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
