"""A newcomer gets a book by the tutorial alone, and a mistake leaves nothing behind."""

import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evidence.findings.effect_words import frequency_effect
from evidence_book.commands.app import UserError
from evidence_book.commands.new import new
from evidence_book.scaffold.new_book import NewBook, NewBookError, scaffold_book
from tests.made_exports import NBIB
from tests.other_book import ROOT, files_with, run_in, words_of_ours

TUTORIAL = ROOT / "docs" / "tutorial-new-book.md"
TEMPLATES = ROOT / "lib" / "evidence_book" / "scaffold" / "book"
BOOK = NewBook("Does tea help?", "tea", "water", "headache", "fewer")
RUNNER = CliRunner()


def blocks():
    """Return what the tutorial has its reader type, apart from `make test`."""
    found = re.findall(r"^```sh\n(.*?)^```$", TUTORIAL.read_text(), re.MULTILINE | re.DOTALL)
    assert found.pop() == "make test\n"
    return "".join(found)


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """Return the book that comes of following the tutorial, and what the terminal said."""
    folder = tmp_path_factory.mktemp("empty")
    said = run_in(folder, "bash", "-e", "-c", blocks())
    return folder / "bcg-trials", said


def test_the_tutorial_ends_with_a_published_page(followed):
    folder, _ = followed
    page = folder / "_build" / "html" / "chapters" / "questions" / "effect_on_tuberculosis.html"
    text = page.read_text()
    assert "It was not shown that fewer people had tuberculosis with BCG vaccine" in text
    assert "0.48 (95 % CI 0.06 to 3.81)" in text
    assert "Fig. 1" in text
    assert "its interval, which knows that there are only three, reaches from 0.06 to 3.81" in (
        TUTORIAL.read_text()
    )


def test_a_reader_can_run_it_with_another_model(followed):
    _, said = followed
    assert 'variant (model = "common", adjust = "z")' in said
    assert "risk_ratio: 0.48 (95 % CI 0.06 to 3.81) → 0.97 (95 % CI 0.86 to 1.10)" in said


def test_no_word_of_our_question_is_in_what_is_published(followed):
    folder, _ = followed
    assert files_with(words_of_ours(), folder / "_build" / "html") == []


@pytest.mark.everywhere
def test_its_tests_pass_and_its_pages_run_again_are_the_same(followed):
    folder, _ = followed
    assert "3 passed" in run_in(folder, "make", "test")


def test_no_template_has_a_word_of_our_question():
    assert files_with(words_of_ours(), TEMPLATES) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"question": "Does tea help"}, "--question: expected plain words on one line that end"),
        ({"question": "Do 3 cups help?"}, "--question: expected {num}`key` for a number"),
        ({"treatment": "<b>tea</b>"}, "--treatment: expected plain words on one line"),
        ({"comparator": "Tea"}, "--treatment: expected two, got 'tea' twice"),
        ({"outcome": "頭痛"}, "outcome: expected a letter from a to z"),
        ({"better": "less"}, "--better: expected fewer or more, got 'less'"),
        ({"author": "a\nb"}, "--author: expected plain words"),
    ],
)
def test_words_that_cannot_be_taken_are_refused_and_nothing_is_written(tmp_path, change, message):
    facts = {name: getattr(BOOK, name) for name in NewBook.__slots__} | change
    with pytest.raises(NewBookError, match=re.escape(message)):
        scaffold_book(tmp_path / "book", NewBook(**facts))
    assert not any(tmp_path.iterdir())


def test_a_folder_with_files_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(NewBookError, match="expected an empty folder or a new one"):
        scaffold_book(tmp_path, BOOK)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_library_of_the_name_of_another_package_is_refused(tmp_path):
    with pytest.raises(NewBookError, match="there is evidence_book"):
        scaffold_book(tmp_path / "evidence", BOOK)


def test_what_is_missing_is_named_where_no_terminal_can_ask(tmp_path):
    given = ["book", str(tmp_path / "book"), "--question", "Why?", "--treatment", "tea"]
    left = RUNNER.invoke(new, given)
    assert isinstance(left.exception, UserError)
    assert str(left.exception) == (
        "expected a second --treatment, --outcome, --better, got none, and no terminal to ask in"
    )
    assert not any(tmp_path.iterdir())


def typed(folder, answers):
    """Return the exit code of `evidence new book` in a terminal in which answers are typed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "evidence_book", "new", "book", str(folder)]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as asked:
        os.close(theirs)
        os.write(ours, answers.encode())
        said = ""
        with suppress(OSError):
            while part := os.read(ours, 4096):
                said += part.decode()
        os.close(ours)
    return asked.returncode, said


def test_a_terminal_is_asked_for_what_is_missing_and_again_for_an_empty_answer(tmp_path):
    folder = tmp_path / "tea"
    code, said = typed(folder, "Does tea help?\n\ntea\nwater\nheadache\nfewer\n")
    assert code == 0, said
    assert "What it is compared with: " in said
    assert "# Does tea help?" in (folder / "chapters" / "index.md").read_text()


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ("Does tea help?\ntea\n\x04", "Aborted."),
        ("Does tea help?\ntea\nwater\nheadache\nless\n", "--better: expected fewer or more"),
    ],
)
def test_who_stops_or_answers_otherwise_has_nothing_written(tmp_path, answers, told):
    code, said = typed(tmp_path / "tea", answers)
    assert code == 1
    assert told in said
    assert "Traceback" not in said
    assert not any(tmp_path.iterdir())


def test_an_export_in_a_pull_request_is_told_what_it_would_add(tmp_path):
    folder = tmp_path / "tea"
    scaffold_book(folder, BOOK)
    on_github = (folder / ".github" / "workflows" / "intake.yml").read_text()
    on_gitlab = (folder / ".gitlab-ci.yml").read_text()
    (command,) = re.findall(r"^ +- run: \.venv/bin/(evidence .*)$", on_github, re.MULTILINE)
    assert f".venv/bin/{command}" in on_gitlab
    (folder / "exports").mkdir()
    (folder / "exports" / "pubmed.nbib").write_text(NBIB)
    run_in(folder, "bash", "-e", "-c", command)
    assert "A made-up trial of tablets" in (folder / "added.md").read_text()
    assert not (folder / "data" / "screening.csv").exists()


def test_more_is_better_turns_every_word_round():
    fewer = frequency_effect("tea", "sleep", less_is_better=True)
    more = frequency_effect("tea", "sleep", less_is_better=False)
    assert more.better == fewer.worse
    assert more.worse == fewer.better == ("makes sleep rarer", "make sleep rarer", "fall in sleep")


def test_the_package_holds_the_templates():
    told = (ROOT / "pyproject.toml").read_text()
    assert '"scaffold/**/*.tmpl"' in told
    for folder in (TEMPLATES, TEMPLATES.with_name("question")):
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert {path.suffix for path in files} == {".tmpl"}
    assert Path(TEMPLATES / "dot_github").is_dir()
