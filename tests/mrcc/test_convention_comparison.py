"""Where programs differ: the figures on our data, against what those programs print."""

import numpy as np
import pytest
from scipy import stats

from evidence.conventions.ledger import ledger
from evidence.files.paths import notebook_path
from evidence.record.results import read_results
from evidence.sources.data import load_evidence
from mrcc.convention_comparison import compare_conventions


@pytest.fixture(scope="module")
def compared():
    return {one.key: one for one in compare_conventions(load_evidence())}


@pytest.fixture(scope="module")
def shown(compared):
    def find(key, reading):
        (found,) = (made.estimate for made in compared[key].readings if made.key == reading)
        return found

    return find


def test_every_comparison_illustrates_entries_of_the_ledger(compared):
    assert len(compared) >= 12
    for one in compared.values():
        assert set(one.conventions) <= set(ledger()), one.key
        assert len(one.readings) >= 2
        assert one.readings[0].programs.startswith("this book")


def test_rows_exist(compared):
    evidence = load_evidence()
    for one in compared.values():
        assert one.rows
        assert all(row in evidence.rows for row in one.rows), one.key


def test_response_rate_as_r_prints_it(shown):
    # R 4.2: binom.test(10, 40)$conf.int; prop.test(10, 40, correct = FALSE)$conf.int.
    exact, wilson = shown("rate", "exact"), shown("rate", "wilson")
    assert (exact.low, exact.high) == pytest.approx((0.1269148, 0.4119620), abs=1e-7)
    assert (wilson.low, wilson.high) == pytest.approx((0.1418712, 0.4019396), abs=1e-7)


def test_wald_is_the_textbook_interval(shown):
    wald = shown("rate", "wald")
    half = 1.959964 * np.sqrt(0.25 * 0.75 / 40)
    assert (wald.low, wald.high) == pytest.approx((0.25 - half, 0.25 + half), abs=1e-6)


def test_p_of_equal_response_by_scipy(shown):
    table = [[10, 12], [30, 28]]
    assert shown("equality", "fisher").value == pytest.approx(stats.fisher_exact(table).pvalue)
    for key, corrected in (("yates", True), ("chi_squared", False)):
        p = stats.chi2_contingency(table, correction=corrected).pvalue
        assert shown("equality", key).value == pytest.approx(p)


def test_two_trials_of_bevacizumab(shown):
    # METHODS, pairwise pooling: 0.32 to 1.43 by Hartung-Knapp.
    found = shown("two_trials", "hartung_knapp")
    assert (found.low, found.high) == pytest.approx((0.32, 1.43), abs=0.005)
    assert shown("two_trials", "common").high < 1


def test_lifelines_takes_the_start_of_a_step_at_one_half(shown):
    assert shown("median", "start").value < shown("median", "middle").value


def test_breslow_lies_nearer_to_one_than_efron(shown):
    efron, breslow = (abs(np.log(shown("ties", key).value)) for key in ("efron", "breslow"))
    assert breslow < efron


def test_schoenfeld_and_freedman(shown):
    # (z sum / ln 0.8)^2 * 4 and (z sum * 1.8 / 0.2)^2 with z sum 1.959964 + 0.841621.
    assert shown("events", "schoenfeld").value == pytest.approx(
        4 * (2.801585 / np.log(0.8)) ** 2, rel=1e-5
    )
    assert shown("events", "freedman").value == np.ceil((2.801585 * 9) ** 2)


def test_constructed_arms_are_graded_as_simulated(compared):
    for key in ("median", "median_limits", "ties"):
        assert {made.estimate.grade for made in compared[key].readings} == {"D3"}


def test_what_is_called_the_convention_of_this_book_gives_the_numbers_of_its_pages():
    # One number stands in one form on all pages, here too.
    ledger_page = read_results(notebook_path("methods/conventions")).results.values()
    trial = read_results(notebook_path("questions/combination_vs_monotherapy")).results
    for label, key in (
        ("Ratio of response", "orr_ratio"),
        ("Difference in response", "orr_difference"),
        ("P value for a difference in response", "orr_p"),
        ("Pooled response of the combination arms", "pooled_response"),
        ("Response with the combination", "orr_combination"),
    ):
        (own,) = [one for one in ledger_page if one.label.startswith(f"{label}; this book")]
        assert (own.value, own.low, own.high) == (
            trial[key].value, trial[key].low, trial[key].high,
        ), label  # fmt: skip
