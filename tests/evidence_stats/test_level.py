"""The level that a reader asks for is that of every interval that a page computes."""

import pytest

from evidence_stats.survival.from_medians import median_at_level
from evidence_stats.survival.hazard_ratio import at_level, printed_hazard_ratio
from evidence_stats.survival.median import Median
from tests.page_cells import compute, real

PAGES = ("adding_interferon", "combination_vs_monotherapy", "interferon_dose", "landscape")
QUICK = {"combination_vs_monotherapy": {"ensemble_size": 100, "ensemble_tol": 0.1}}
COMPUTED = ("confidence", "credible", "prediction")


def intervals(page, **parameters):
    results = compute(f"questions/{page}", real(), **parameters)["page"].results
    return {key: one for key, one in results.items() if one.kind in COMPUTED}


@pytest.mark.parametrize("page", PAGES)
def test_every_computed_interval_has_the_level_asked_for_and_printed_ones_keep_theirs(page):
    found = intervals(page, level=0.9, **QUICK.get(page, {}))
    assert {key for key, one in found.items() if one.level != 0.9 and one.grade != "D0"} == set()


def test_a_marker_given_its_standard_deviation_follows_the_level_too():
    found = intervals("biomarker_prognosis", level=0.9, marker_sd_units=10.0)
    printed = {"pfs_hr", "os_hr"}
    assert {key for key, one in found.items() if one.level != 0.9} == printed


def test_another_level_keeps_the_number_and_its_standard_error():
    ratio = printed_hazard_ratio(0.8, 0.6, 1.0667)
    narrow = at_level(ratio, 0.9)
    assert (narrow.value, narrow.se, narrow.level) == (0.8, ratio.se, 0.9)
    assert 0.6 < narrow.low < 0.8 < narrow.high < 1.0667
    assert at_level(ratio, 0.95) is ratio
    median = Median(7.39, 5.52, 9.20)
    assert median_at_level(median, 0.95) is median
    assert 5.52 < median_at_level(median, 0.9).low < 7.39
