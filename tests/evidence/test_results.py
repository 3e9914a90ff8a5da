"""Results travel as JSON in notebook outputs and come back the same."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.files.paths import notebook_path
from evidence.record.results import RESULT_MIME, Result, make_result, read_results
from evidence_stats.estimates import Estimate


def result(estimate=None, **more):
    estimate = estimate or Estimate(0.123456789, 0.1, 0.2, level=0.95, kind="confidence")
    return make_result("key", "what it is", estimate, ["a.row"], external=False, **more)


def notebook(tmp_path, *results):
    data = {RESULT_MIME: {"results": [item.to_json() for item in results]}}
    cell = {"cell_type": "code", "outputs": [{"output_type": "display_data", "data": data}]}
    path = tmp_path / "page.ipynb"
    path.write_text(json.dumps({"cells": [cell]}))
    return path


def test_a_result_survives_the_way_through_a_notebook(tmp_path):
    made = result()
    assert read_results(notebook(tmp_path, made)).results == {"key": made}


def test_values_are_kept_to_six_significant_digits():
    assert result().value == 0.123457


def test_a_key_recorded_twice_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="key is recorded twice"):
        read_results(notebook(tmp_path, result(), result()))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused(value):
    with pytest.raises(ValueError, match="finite number for key"):
        result(Estimate(value))


def test_a_grade_beyond_what_was_asked_for_is_withheld():
    made = result(Estimate(0.77, grade="D3"), grade_max="D2")
    assert made.withheld
    assert made.value is None
    assert made.text == "[withheld: D3]"
    assert made.part("value") == "[withheld: D3]"


def test_parts_of_a_number_are_written_in_its_unit():
    estimate = Estimate(
        0.25, 0.127, 0.412, level=0.95, kind="confidence", unit="proportion", n=40, events=10
    )
    made = result(estimate)
    assert made.part("value") == "25.0 %"
    assert made.part("interval") == "12.7 to 41.2"
    assert made.part("counts") == "10/40"
    assert made.part("level") == "95 %"


def test_an_unknown_part_is_an_error_that_lists_the_parts():
    with pytest.raises(KeyError, match="expected one of the parts .*interval.*, got p"):
        result().part("p")


def test_provenance_says_grade_and_outside_reading():
    assert result().provenance == "D1"
    outside = make_result("k", "w", Estimate(1.0, grade="D2"), ["a.row"], external=True)
    assert outside.provenance == "D2\u00a0+\u00a0E"
    printed = make_result("k", "w", Estimate(1.0, grade="D0"), ["a.row"], external=True)
    assert printed.provenance == "E"


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_any_finite_number_comes_back_as_it_was_stored(value):
    made = result(Estimate(float(value)))
    assert Result.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_a_one_sided_p_value_leaves_the_digits_of_the_source_beside_it():
    ratio = read_results(notebook_path("questions/landscape")).results["axis_pfs"]
    assert ratio.text == "0.665 (0.544 to 0.812, one-sided P <0.0001)"
    assert ratio.part("comma") == "0.665, 95 % CI 0.544 to 0.812"
