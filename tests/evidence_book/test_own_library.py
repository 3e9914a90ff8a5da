"""The engine learns from book.yml which library is the book's own, and imports none itself."""

import pytest

from evidence.record.chapter_parameters import Study
from evidence_book.runs.own_library import library_name, model_of


def test_the_book_names_its_library(project):
    (project / "book.yml").write_text("library: some_disease\n")
    assert library_name() == "some_disease"


def test_a_study_has_the_same_parameters_in_every_book(project):
    (project / "book.yml").unlink()
    assert model_of("studies/of-any-book") is Study


@pytest.mark.parametrize("text", ["", "library: 3\n", "library: a b\n", "library: ../lib\n"])
def test_a_book_that_names_no_library_is_refused_in_words(project, text):
    (project / "book.yml").write_text(text)
    with pytest.raises(ValueError, match=r'book\.yml: expected "library: NAME"'):
        library_name()


def test_a_project_without_the_file_is_told_so(project):
    (project / "book.yml").unlink()
    with pytest.raises(ValueError, match="got no such file in"):
        model_of("questions/landscape")


def test_a_library_that_is_not_installed_is_named(project):
    (project / "book.yml").write_text("library: of_nobody\n")
    with pytest.raises(ValueError, match="expected a Python package in lib/ or installed, got of"):
        model_of("questions/landscape")
