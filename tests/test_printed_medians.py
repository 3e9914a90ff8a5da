"""What two medians say of each other, and which printed cell does not let them."""

import pytest

from evidence.sources.printed_medians import medians_hazard_ratio, medians_ratio, reached_median
from evidence_stats.estimates import NotEstimable
from evidence_stats.survival.median import Median
from mrcc.combination_vs_monotherapy.parameters import CombinationVsMonotherapy
from mrcc.combination_vs_monotherapy.trial_progression import simulate_ensembles
from tests.page_cells import evidence_with, real

ROWS = ("jonasch-2010.pfs.median.sorafenib_ifn", "jonasch-2010.pfs.median.sorafenib")
ONE, OTHER = Median(7.56, 5.19, 11.07), Median(7.39, 5.52, 9.20)


@pytest.mark.parametrize(
    ("medians", "reason"),
    [
        ((Median(7.0, 7.0, 7.0), OTHER), f"{ROWS[0]}, ci_low_reported: both limits are 7 months"),
        ((ONE, Median(7.0, 7.0, 7.0)), f"{ROWS[1]}, ci_low_reported: both limits are 7 months"),
        ((ONE, Median(7.39, 5.52, None)), f"{ROWS[1]}, ci_high_reported: no number"),
        ((ONE, Median(7.39, 5.52, 9.2, 0.9)), "expected limits of one level, got 90 % and 95 %"),
        ((ONE, NotEstimable("as above")), "as above"),
    ],
)
def test_medians_without_an_error_give_no_ratio_and_never_one_of_width_zero(medians, reason):
    for made in (medians_hazard_ratio, medians_ratio):
        assert reason in made(medians, ROWS, level=0.95).reason


def test_the_level_of_the_ratio_is_the_one_asked_for():
    wide, narrow = (medians_hazard_ratio((ONE, OTHER), ROWS, level=x) for x in (0.95, 0.8))
    assert wide.value == narrow.value
    assert wide.low < narrow.low < narrow.high < wide.high
    assert narrow.level == 0.8


@pytest.mark.parametrize("text", ["not reached", ">24"])
def test_a_median_that_is_no_number_names_its_cell(text):
    cells = {"value_reported": text, "ci_low_reported": "", "ci_high_reported": ""} | {
        "ci_kind": "",
        "ci_level": "",
    }
    made = evidence_with(("outcomes", ROWS[1], cells))
    assert reached_median(made, ROWS[1]).reason == (
        f'{ROWS[1]}, value_reported: expected a number, got "{text}"'
    )
    assert reached_median(real(), ROWS[1]) == OTHER


def test_synthetic_arms_out_of_reach_name_row_columns_and_parameters_of_the_page():
    p = CombinationVsMonotherapy(ensemble_size=100)
    found = simulate_ensembles((ONE, Median(7.39, 7.2, 30.0)), (40, 40), p)
    missing = found["Synthetic arms, Weibull"]
    assert missing.reason.startswith(
        f"{ROWS[1]}, value_reported, ci_low_reported and ci_high_reported: asked for 100 control"
    )
    named = set(type(p).model_fields)
    assert {"ensemble_tol", "shape_range", "censor_range"} <= named
    for word in ("ensemble_tol", "shape_range", "censor_range"):
        assert word in missing.reason
    assert "max_draws" not in missing.reason
    # Arms matched by their medians alone can still be had.
    assert not isinstance(found["Synthetic arms, medians only"], NotEstimable)
