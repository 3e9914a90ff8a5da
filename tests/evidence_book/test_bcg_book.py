"""The example on BCG vaccine: the engine carries a book that knows nothing of ours."""

import json

import pytest

from tests.other_book import ROOT, built_copy, files_with, lines_of_code, run_in, words_of_ours

EXAMPLE = ROOT / "examples" / "bcg"
PAGE = "effect_on_tuberculosis"
MOST_LINES = 400


def results(folder):
    """Return the numbers and conclusions that the committed form of the page records."""
    notebook = json.loads((folder / "chapters" / "questions" / f"{PAGE}.ipynb").read_text())
    outputs = [one["data"] for cell in notebook["cells"] for one in cell.get("outputs", [])]
    ours = "application/vnd.evidence."
    return [
        {name: data[name] for name in data if name.startswith(ours) and "readings" not in name}
        for data in outputs
    ]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a copy of the example in which the book was built."""
    return built_copy(EXAMPLE, tmp_path_factory.mktemp("repository"))


@pytest.fixture(scope="module")
def html(built):
    return built / "_build" / "html"


def test_its_numbers_are_those_that_metafor_prints(built):
    assert "5 passed" in run_in(built, "python", "-m", "pytest", "--quiet")


def test_pages_that_run_again_record_what_is_committed(built):
    assert results(built) == results(EXAMPLE)


def test_a_ratio_below_one_is_said_to_be_fewer_cases(html):
    text = (html / "chapters" / "questions" / f"{PAGE}.html").read_text()
    assert "Fewer people had tuberculosis with BCG vaccine than with no vaccine" in text
    assert "BCG vaccine may make tuberculosis rarer" in text
    assert "more frequent" not in text


def test_exports_name_its_own_people(html):
    bundle = json.loads((html / "downloads" / "evidence-bundle.fhir.json").read_text())
    titles = [entry["resource"].get("title") for entry in bundle["entry"]]
    assert {"People in trials of BCG vaccine", "BCG vaccine", "No vaccine"} <= set(titles)
    ((statistic,),) = [
        one["resource"]["statistic"] for one in bundle["entry"] if "statistic" in one["resource"]
    ]
    assert statistic["statisticType"]["coding"][0]["display"] == "Relative Risk"


def test_a_reader_can_switch_trials_and_model(html):
    text = (html / "_static" / "switch" / f"chapters--questions--{PAGE}.js").read_text()
    stored = json.loads(text.partition(" = ")[2].rstrip(";\n"))
    assert [menu["label"] for menu in stored["menus"]] == ["Trials", "Model"]
    assert len(stored["cells"]) == 4


def test_no_word_of_our_question_is_in_any_output(html):
    assert files_with(words_of_ours(), html) == []


def test_a_book_needs_little_code_of_its_own():
    assert 0 < lines_of_code(EXAMPLE) <= MOST_LINES
