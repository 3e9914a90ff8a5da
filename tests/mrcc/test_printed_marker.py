"""A marker's hazard ratio as odd as papers print it: what can be had is, the rest says why not."""

import math

import pytest

from evidence.record.validation import ParameterError, validate
from evidence_stats.estimates import Estimate, NotEstimable
from mrcc.biomarker_prognosis import analysis as question
from mrcc.biomarker_prognosis.parameters import BiomarkerPrognosis
from mrcc.biomarker_prognosis.printed_marker import ROWS, printed_effects
from mrcc.biomarker_prognosis.winners_curse import draw_winners_curse
from tests.page_cells import compute, evidence_with, real

PAGE = "questions/biomarker_prognosis"
COLUMNS = ("value_reported", "ci_low_reported", "ci_high_reported", "p_reported", "ci_level")
STRONG = ("1.15", "1.10", "1.20", "<.001")


def printing(*texts, level="95"):
    """Return the evidence in which the OS row prints these texts."""
    cells = dict(zip(COLUMNS, (*texts, level), strict=True))
    return evidence_with(("biomarkers", ROWS["os"], cells))


def numbers_of(evidence, **parameters):
    p = BiomarkerPrognosis(**parameters)
    effects = printed_effects(evidence, p)
    parts = (question.check_consistency(effects), question.rescale(effects, p))
    parts += (question.compare_information(effects, p), question.weigh(effects, p))
    parts += (question.shrink(effects, p),)
    return {key: made for part in parts for key, (made, _) in part.items()}


def missing(numbers):
    return {key for key, made in numbers.items() if isinstance(made, NotEstimable)}


def test_a_bound_on_p_is_never_computed_with_as_if_it_were_p():
    bound = numbers_of(printing(*STRONG))
    equal = numbers_of(printing(*STRONG[:3], "0.0000000003"))
    # z of the interval is 6.3, that of P = .001 would be 3.3: 1.86 (1.29 to 2.70).
    assert bound["os_hr_per_sd"].value == pytest.approx(3.29, abs=0.005)
    assert bound["os_hr_per_sd"].low == pytest.approx(2.27, abs=0.005)
    assert bound["os_hr_shrunk"].value == pytest.approx(equal["os_hr_shrunk"].value, rel=1e-3)
    assert math.log(bound["os_bayes_factor"].value) > math.log(1e7)
    assert "expected a P, got only" in bound["os_bayes_factor"].method


def test_what_is_said_of_p_itself_is_left_out_where_only_a_bound_is_printed():
    numbers = numbers_of(printing(*STRONG))
    of_p = {"os_s_value", "os_p_adjusted", "os_p_adjusted_two"}
    # The adjustment ranks both P values.
    assert missing(numbers) == of_p | {"pfs_p_adjusted", "pfs_p_adjusted_two"}
    for key in of_p:
        assert numbers[key].reason == f'{ROWS["os"]}, p_reported: expected a P, got only "<.001"'


def test_the_same_bound_given_as_a_parameter_gives_the_same_numbers():
    given = numbers_of(real(), hr_os=list(STRONG))
    assert given["os_hr_per_sd"] == numbers_of(printing(*STRONG))["os_hr_per_sd"]
    assert given["os_s_value"].reason.startswith("parameter hr_os, p_reported")


@pytest.mark.parametrize("p", [">.01", "0.000", ".000", "not reported", ""])
def test_without_a_p_the_interval_gives_z(p):
    numbers = numbers_of(printing("1.20", "1.10", "1.30", p))
    assert numbers["os_hr_per_sd"].value == pytest.approx(2.24, abs=0.005)
    assert f"{ROWS['os']}, p_reported" in numbers["os_s_value"].reason


@pytest.mark.parametrize("high", ["not reached", ">10", ""])
def test_without_a_limit_p_gives_the_interval(high):
    numbers = numbers_of(printing("1.2", "1.1", high, ".03"))
    assert numbers["os_hr"].high == pytest.approx(1.2 ** (1 + 1.96 / 2.17), rel=1e-3)
    assert numbers["os_consistent"].reason.startswith(f"{ROWS['os']}, ci_high_reported")


def test_without_p_and_interval_nothing_is_made_up():
    numbers = numbers_of(printing("1.2", "", "", "", level=""))
    assert numbers["os_hr"].value == 1.2
    assert "os_hr_per_sd" in missing(numbers)
    assert isinstance(numbers["pfs_hr_per_sd"], Estimate)


@pytest.mark.parametrize(
    "texts",
    [
        ("1.05", "0.99", "1.12", ".12"),
        ("1.00", "0.90", "1.10", "1.0"),
        ("1.05", "0.90", "1.10", "1.0"),
        ("1.00", "1.00", "1.00", ".99"),
    ],
)
def test_a_result_that_is_not_significant_has_a_page_without_selection(texts):
    evidence = printing(*texts)
    page = compute(PAGE, evidence)["page"]
    assert page.results["os_hr_selected"].text == "not estimable"
    assert "not significant" in page.results["os_hr_selected"].method
    assert page.results["pfs_hr_selected"].text == "1.010"
    drawn = draw_winners_curse(
        question.before_and_after(printed_effects(evidence, page.parameters))
    )
    assert "OS selected" not in drawn.alt
    assert drawn.caption.endswith("What is not estimable is left out.")


def test_what_cannot_be_had_stands_below_the_key_numbers_with_its_row():
    namespace = compute(PAGE, printing(*STRONG))
    page, keys = namespace["page"], namespace["keys"]
    from evidence.tables.result_tables import tabulate_results

    table = tabulate_results(page.results, keys, "Key numbers")
    assert f"OS: P among all hypotheses: not estimable: {ROWS['os']}, p_reported" in table.text


@pytest.mark.parametrize("p", ["<0", "<.000", ">1", ">1.0", "1.2", "x"])
def test_a_p_that_nothing_can_have_is_refused_before_a_kernel_starts(p):
    with pytest.raises(ParameterError, match="hr_os: expected HR, lower, upper, P as text"):
        validate(BiomarkerPrognosis, {"hr_os": ["1.15", "1.10", "1.20", p]})


def test_what_sentences_of_the_chapter_name_is_recorded_whatever_is_printed():
    for texts in (STRONG, ("1.04", "1.00", "1.08", ".9"), ("1.2", "1.1", "not reached", ".03")):
        results = compute(PAGE, printing(*texts))["page"].results
        assert {"pfs_p", "os_p", "pfs_hr_range", "os_hr_range", "implied_deaths"} <= set(results)
