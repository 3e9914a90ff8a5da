"""The example on diabetes: a network of differences in a book that knows nothing of ours."""

import pytest

from tests.other_book import ROOT, built_copy, files_with, lines_of_code, run_in, words_of_ours

EXAMPLE = ROOT / "examples" / "senn2013"
MOST_LINES = 400


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a copy of the example in which the book was built."""
    return built_copy(EXAMPLE, tmp_path_factory.mktemp("repository"))


def test_its_numbers_are_those_that_netmeta_gives(built):
    assert "3 passed" in run_in(built, "python", "-m", "pytest", "--quiet")


def test_its_page_says_what_the_network_shows(built):
    text = (
        built / "_build" / "html" / "chapters" / "questions" / "lowering_hba1c.html"
    ).read_text()
    assert "Rosiglitazone lowers HbA1c" in text
    assert "It was not shown that sitagliptin lowers HbA1c" in text
    assert "The trials of the network disagree by more than chance" in text


def test_no_word_of_our_question_is_in_any_output(built):
    # Two trials have this name: one of ours, and one of rosiglitazone.
    pattern = words_of_ours(also_theirs=["yang-2003"])
    assert files_with(pattern, built / "_build" / "html") == []


def test_a_book_needs_little_code_of_its_own():
    assert 0 < lines_of_code(EXAMPLE) <= MOST_LINES
