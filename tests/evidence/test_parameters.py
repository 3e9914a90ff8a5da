"""Parameters are checked before anything runs: names, types, ranges, and the data."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.files.paths import notebook_path
from evidence.record.chapter_parameters import Study
from evidence.record.validation import ParameterError, describe, given_in, validate
from evidence.sources.data import load_evidence
from evidence_book.runs.freshness import list_pages, read_notebook
from evidence_book.runs.notebooks import parameters_cell, parameters_in
from evidence_book.runs.own_library import model_of, question_models
from mrcc.biomarker_prognosis.parameters import BiomarkerPrognosis
from mrcc.combination_vs_monotherapy.parameters import CombinationVsMonotherapy
from mrcc.eligibility import qualifying_arms

WITH_PARAMETERS = [page for page in list_pages() if model_of(page) is not None]


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


def message(model, given, evidence=None):
    with pytest.raises(ParameterError) as caught:
        validate(model, given, evidence)
    return str(caught.value)


@pytest.mark.parametrize("page", WITH_PARAMETERS)
def test_the_parameters_cell_equals_the_model_in_names_order_and_defaults(page):
    assert list(parameters_in(notebook_path(page))) == list(model_of(page).model_fields)
    notebook = read_notebook(notebook_path(page))
    cells = [
        "".join(cell["source"])
        for cell in notebook["cells"]
        if "parameters" in cell["metadata"].get("tags", [])
    ]
    assert cells == [parameters_cell(page)]


def test_all_questions_and_studies_have_parameters():
    assert set(question_models()) <= set(WITH_PARAMETERS)
    assert sum(page.startswith("studies/") for page in WITH_PARAMETERS) >= 8


def test_the_defaults_are_valid_against_the_data(evidence):
    for model in question_models().values():
        validate(model, {}, evidence)
    for study in evidence.tables["studies"]["study_id"]:
        validate(Study, {"study_id": study}, evidence)


def test_an_unknown_name_is_met_with_the_nearest_one():
    assert message(CombinationVsMonotherapy, {"orr_ni_margin": 5.0}) == (
        "orr_ni_margin: no such parameter of questions/combination_vs_monotherapy; "
        "did you mean orr_ni_margin_pp?"
    )


def test_a_name_like_no_other_is_met_with_the_list():
    text = message(BiomarkerPrognosis, {"zzz": 1})
    assert "the parameters are level, provenance_max, seed" in text


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("pool_model", "fixed", 'expected one of "glmm", "reml", "pm", "dl", "betabinomial", '
         '"bayes", got "fixed"'),
        ("orr_ni_margin_pp", 300.0, "expected a number from 1 to 30, got 300.0"),
        ("orr_ni_margin_pp", "ten", 'expected a number from 1 to 30, got "ten"'),
        ("orr_ni_margin_pp", True, "expected a number from 1 to 30, got true"),
        ("seed", 1.5, "expected a whole number from 0, got 1.5"),
        ("level", float("nan"), "expected a number from 0.8 to 0.99, got NaN"),
        ("eto_denominator", 43, "expected one of 42, 51, got 43"),
        ("escudier_dose", 20.0, "expected one of 18.0, 20.8, 27.0, got 20.0"),
        ("prior_orr", [1.0], "expected a list of 2 items, each a number, got [1.0]"),
        ("shape_range", [2.0, 1.0], "expected two rising numbers above 0, got [2.0, 1.0]"),
        ("hr_user", [2.0, 0.6, 1.6], "expected a hazard ratio between its limits"),
        ("landmarks", [6.0, 99.0], "each a number from 1 to 36"),
        ("downgrade", {"luck": 1}, "expected a table of risk_of_bias"),
        ("arms", ["ryan-2007.sorafenib_ifn"], "expected two or more arms, or an empty list"),
        ("arms", "all", "expected a list of items"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_met_with_what_is_allowed(name, value, expected):
    text = message(CombinationVsMonotherapy, {name: value})
    assert text.startswith(f"{name}: ")
    assert expected in text


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (["1.00", "1.00", "1.00", "1"], "with limits that differ"),
        (["1.2", "1.3", "1.5", ".04"], "the ratio between its limits, above 0"),
        (["1.2", "1.0", "1.5"], "all four"),
        (["1,2", "1.0", "1.5", ".04"], "each as reported"),
        (["1.2", "1.0", "not reached", ".04"], "each a number"),
        (["1.2", "1.0", "1.5", "4"], "with a P from 0 to 1"),
    ],
)
def test_a_printed_ratio_that_cannot_be_is_refused_with_the_reason(texts, why):
    text = message(BiomarkerPrognosis, {"hr_pfs": texts})
    assert text == f"hr_pfs: expected HR, lower, upper, P as text, {why}, got {json.dumps(texts)}"


def test_all_wrong_parameters_are_named_at_once():
    text = message(CombinationVsMonotherapy, {"alpha": 2.0, "seed": -1, "nope": 0})
    assert [line.partition(":")[0] for line in text.splitlines()] == ["seed", "alpha", "nope"]


def test_models_that_contradict_each_other_are_refused():
    text = message(CombinationVsMonotherapy, {"pool_model": "reml", "ci_adjust": "profile"})
    assert text == 'ci_adjust: expected "hksj" or "z" with pool_model reml, got "profile"'
    text = message(BiomarkerPrognosis, {"n_patients": 50, "events_os": 60, "events_pfs": 50})
    assert text == "events_os: expected at most n_patients = 50, got 60"


def test_an_arm_or_study_that_is_not_in_the_data_is_met_with_the_nearest(evidence):
    arms = [*qualifying_arms(evidence)[:2], "gollob-2008.sorafenib_ifn"]
    text = message(CombinationVsMonotherapy, {"arms": arms}, evidence)
    assert "expected an arm in the data" in text
    assert "did you mean gollob-2007.sorafenib_ifn?" in text
    text = message(Study, {"study_id": "nobody-2001"}, evidence)
    assert 'study_id: expected a study in the data, got "nobody-2001"' in text


def test_an_arm_named_twice_is_refused(evidence):
    text = message(CombinationVsMonotherapy, {"arms": [qualifying_arms(evidence)[0]] * 2}, evidence)
    assert "expected each arm once" in text


def test_what_papermill_injects_is_told_from_what_ipython_brings():
    namespace = {"In": [], "Out": {}, "_i": "", "get_ipython": print, "pytest": pytest, "alpha": 1}
    assert given_in(namespace) == {"alpha": 1}
    # A plain value is the reader's, even under a name that hides from view or is IPython's.
    hidden = {"_level": 0.9, "In": 5, "open": "x", "_i": "", "_12": "", "__name__": "__main__"}
    assert given_in(namespace | hidden) == {"alpha": 1, "_level": 0.9, "In": 5, "open": "x"}


@given(
    st.dictionaries(
        st.text(max_size=20),
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
                  st.lists(st.integers(), max_size=3)),
        max_size=4,
    )
)  # fmt: skip
def test_any_parameters_are_taken_or_refused_with_one_kind_of_error(given_parameters):
    try:
        validate(CombinationVsMonotherapy, given_parameters)
    except ParameterError as error:
        assert "\x1b" not in str(error)
        assert all(len(line) < 1500 for line in str(error).splitlines())


def test_every_parameter_says_what_it_means_and_allows():
    for model in (*question_models().values(), Study):
        for row in describe(model):
            assert row["meaning"], row
            assert row["allowed"], row
