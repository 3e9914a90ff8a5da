"""book.yml is checked by a model: what it lacks or says wrongly is named, nothing is guessed."""

from pathlib import Path

import pytest

from evidence.files.paths import BOOK_FILE
from evidence.sources.book import read_book
from evidence.sources.problems import DataError
from evidence.sources.schema import TABLES
from tests.other_book import words_of_ours

ROOT = Path(__file__).resolve().parents[2]


def edited(project, old, new):
    path = project / BOOK_FILE
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def test_the_codes_of_treatments_in_the_tables_are_those_of_the_book(project):
    assert TABLES["arms"].columns["treatment"].metadata["enum"] == list(read_book().treatments)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("condition: ", "conditon: ", "book.yml condition: expected a value, got nothing"),
        ("condition: ", "conditon: ", "book.yml conditon: expected a name that a book has"),
        ("name: sorafenib-", "name: Sorafenib ", "book.yml data_package.name: expected string"),
        ("SOR: sorafenib", "SOR: 3", "book.yml treatments.SOR: expected input should be"),
        ("(?P<dose>.+)", "(?P<dose>.+", "book.yml frames.interferon_dose.pattern: expected"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(project, old, new, message):
    edited(project, old, new)
    with pytest.raises(DataError) as raised:
        read_book()
    assert message in str(raised.value)


def test_a_project_without_the_file_is_told_so(project):
    (project / BOOK_FILE).unlink()
    with pytest.raises(DataError, match="book.yml: expected a file of this name in the project"):
        read_book()


def test_no_module_of_any_book_has_a_word_of_this_one():
    pattern = words_of_ours()
    found = {
        path.relative_to(ROOT / "lib").as_posix()
        for package in ("evidence_stats", "evidence", "evidence_book")
        for path in (ROOT / "lib" / package).rglob("*")
        if path.suffix in (".py", ".js", ".html") and pattern.search(path.read_text())
    }
    assert not found
