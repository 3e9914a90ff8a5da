"""Numbers are written in one way."""

import pytest

from evidence.tables.formatting import format_compact, format_estimate, format_p, format_value
from evidence_stats.estimates import Estimate


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.672168, "0.67"), (0.0411, "0.041"), (0.0173, "0.017"), (0.00412, "0.004"), (1e-7, "<0.001"),
     (0.999, "0.99"), (1.0, "1.00")],
)  # fmt: skip
def test_p_values_are_never_zero_and_never_overprecise(p, text):
    assert format_p(p) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.244, "proportion", "24.4 %"),
        (-0.05, "points", "\u22125.0 points"),
        (0.833333, "ratio", "0.83"),
        (1.01034, "ratio", "1.010"),
        (7.39, "months", "7.39 months"),
        (630.52, "number", "631"),
        (7.0, "mu_per_week", "7 MU a week"),
        (None, "months", "not reached"),
        (-0.0001, "points", "0.0 points"),
    ],
)
def test_each_unit_has_its_decimals(value, unit, text):
    assert format_value(value, unit) == text


def test_an_estimate_is_written_with_level_and_kind_of_its_interval():
    estimate = Estimate(0.98, 0.62, 1.54, level=0.95, kind="confidence", unit="ratio")
    assert format_estimate(estimate) == "0.98 (95 % CI 0.62 to 1.54)"
    assert format_compact(estimate) == "0.98 (0.62\u20131.54)"
    # A dash between a minus sign and a number could be another minus sign.
    difference = Estimate(-0.05, -0.245, 0.148, level=0.95, kind="confidence", unit="points")
    assert format_compact(difference) == "\u22125.0 (\u221224.5 to 14.8)"


def test_limits_that_lie_close_together_are_told_apart():
    estimate = Estimate(1.04005, 1.037591, 1.042515, kind="range", unit="ratio")
    assert format_estimate(estimate) == "1.040 (range 1.038 to 1.043)"


def test_a_limit_not_reached_is_said():
    estimate = Estimate(27.04, 22.31, None, level=0.95, kind="confidence", unit="months")
    assert format_estimate(estimate) == "27.04 months (95 % CI 22.31 to not reached)"


def test_not_a_number_is_never_written():
    with pytest.raises(ValueError, match="NaN"):
        format_value(float("nan"), "ratio")
