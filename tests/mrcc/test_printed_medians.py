"""What two medians say of each other, and which printed cell does not let them."""

import pytest

from evidence.audit.rules import audit
from evidence.record.chapter_parameters import Study
from evidence.sources.printed_medians import (
    MedianContrast,
    derived_ratios,
    medians_hazard_ratio,
    medians_ratio,
    reached_median,
    read_contrast,
)
from evidence.sources.recomputation import recompute
from evidence_stats.estimates import NotEstimable
from evidence_stats.survival.median import Median
from mrcc.combination_vs_monotherapy.parameters import CombinationVsMonotherapy
from mrcc.combination_vs_monotherapy.trial_progression import simulate_ensembles
from mrcc.landscape.network_links import links
from mrcc.landscape.parameters import Landscape
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
    contrast = MedianContrast(ROWS, medians)
    assert reason in medians_hazard_ratio(contrast, level=0.95).reason
    assert reason in medians_ratio(medians, ROWS, level=0.95).reason


def test_where_limits_cannot_be_used_the_patients_give_the_interval_and_the_method_says_why():
    contrast = MedianContrast(ROWS, (ONE, Median(7.39, 5.52, None)), patients=(40, 40))
    made = medians_hazard_ratio(contrast, level=0.95)
    assert (round(made.low, 2), round(made.high, 2)) == (0.52, 1.84)
    assert "assumed counts" in made.method
    assert f"{ROWS[1]}, ci_high_reported: no number" in made.method


def test_the_rule_takes_limits_before_p_before_patients_and_shows_all_three():
    both = MedianContrast(ROWS, (ONE, OTHER), p=0.9, patients=(40, 40))
    assert [one.rule for one in derived_ratios(both, level=0.95)] == ["limits", "patients"]
    far = MedianContrast(ROWS, (Median(15.0, 10.0, 22.0), OTHER), p=0.02, patients=(40, 40))
    assert [one.rule for one in derived_ratios(far, level=0.95)] == ["limits", "p", "patients"]


def test_a_p_value_that_no_patients_could_give_is_not_used():
    # 33 against 30 weeks in 128 patients cannot have P 0.109: the P value asks for 1100 events.
    weeks = MedianContrast(ROWS, (Median(7.59), Median(6.9)), p=0.109, patients=(66, 62))
    assert [one.rule for one in derived_ratios(weeks, level=0.95)] == ["patients"]
    alone = MedianContrast(ROWS, (Median(7.59), Median(6.9)), p=0.109)
    assert [one.rule for one in derived_ratios(alone, level=0.95)] == ["p"]


def test_one_ratio_from_medians_has_one_interval_on_every_page():
    """Escudier 2009: the network, its own page and the audit said three things of it."""
    evidence = real()
    rows = ("escudier-2009.pfs.median.sorafenib", "escudier-2009.pfs.median.ifn")
    book = medians_hazard_ratio(read_contrast(evidence, rows), level=0.95)
    link = next(x for x in links(evidence, Landscape()) if x.contrast.study == "escudier-2009")
    page = next(
        one.estimate
        for one in recompute(evidence.narrowed("escudier-2009"), Study(study_id="escudier-2009"))
        if set(rows) <= set(one.rows)
    )
    assert link.contrast.estimate().low == pytest.approx(book.low)
    assert (page.low, page.high) == (book.low, book.high)
    shown = f"{book.value:.2f} ({book.low:.2f} to {book.high:.2f})"
    told = [one for one in audit(evidence) if one.rule == "A14" and one.study_id == "escudier-2009"]
    assert any(shown in one.computation for one in told)


def test_the_level_of_the_ratio_is_the_one_asked_for():
    contrast = MedianContrast(ROWS, (ONE, OTHER))
    wide, narrow = (medians_hazard_ratio(contrast, level=x) for x in (0.95, 0.8))
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
