"""A question is scaffolded whole, runs at once, and is refused until its prose is written."""

import json

import pytest

from evidence_book.scaffold.new_question import NewQuestion, NewQuestionError, scaffold_question
from tests.conftest import run


def test_a_new_question_runs_at_once_is_refused_until_it_is_written_and_then_accepted(with_library):
    project = with_library
    page = "questions/quality_of_life"
    title = "Does interferon-alfa cost quality of life?"
    done = run(project, "evidence_book", "new", "question", "quality_of_life", "--title", title)
    assert done.returncode == 0, done.stderr
    done = run(project, "evidence_book", "check")
    assert done.returncode == 1
    assert done.stderr.count('expected finished prose, got "TODO"') == 2
    assert done.stderr.endswith("2 problems found\n")
    for words in (["ruff", "check", "lib", "tests"], ["ruff", "format", "--check", "lib", "tests"]):
        done = run(project, *words)
        assert done.returncode == 0, done.stdout
    done = run(project, "evidence_book", "run", page)
    assert done.returncode == 0, done.stderr
    assert "pages run: 1, changed: 1" in done.stdout
    done = run(project, "pytest", "-q", "-p", "no:cacheprovider", "tests/test_quality_of_life.py")
    assert done.returncode == 0, done.stdout
    path = project / "chapters" / f"{page}.ipynb"
    path.write_text(path.read_text().replace("TODO: ", "Now "))
    # Its findings are judged.
    table = project / "data" / "certainty.csv"
    judged = next(line for line in table.read_text().splitlines() if line.startswith("landscape"))
    with table.open("a") as stream:
        stream.write(judged.replace("landscape", "quality_of_life", 1) + "\n")
    done = run(project, "evidence_book", "check")
    assert done.returncode == 0, done.stderr
    # What it asks of the data is remembered: a study more makes it stale.
    notebook = json.loads(path.read_text())
    asked = "".join(json.dumps(cell.get("outputs", "")) for cell in notebook["cells"])
    assert '"studies", {}, ["study_id"]' in asked
    module = project / "lib" / "mrcc" / "quality_of_life" / "analysis.py"
    assert "evidence.tables" not in module.read_text()


def test_a_question_that_was_begun_is_taken_back_with_its_folder(with_library):
    project = with_library
    contents = (project / "_toc.yml").read_bytes()
    words = ["new", "question", "quality_of_life", "--title", "What does it cost?"]
    assert "`evidence new undo`" in run(project, "evidence_book", *words).stdout
    # Python has compiled a module of it meanwhile.
    assert run(project, "evidence_book", "params", "quality_of_life").returncode == 0
    done = run(project, "evidence_book", "new", "undo")
    assert "chapters/questions/quality_of_life.ipynb: removed" in done.stdout
    assert (project / "_toc.yml").read_bytes() == contents
    assert not (project / "lib" / "mrcc" / "quality_of_life").exists()


@pytest.mark.parametrize(
    ("name", "title", "message"),
    [
        ("landscape", "What?", "expected a name such as"),
        ("adding_interferon", "What?", "which there is already"),
        ("../evil_x", "What?", "expected a name such as"),
        ("quality_of_life", 'x"""; import os', "in plain words"),
        ("quality_of_life", "<script>", "in plain words"),
        ("quality_of_life", "two\nlines", "in plain words"),
        ("quality_of_life", "What?", "expected lib/mrcc in the project"),
    ],
)
def test_a_question_that_cannot_be_taken_writes_nothing(project, name, title, message):
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    with pytest.raises(NewQuestionError, match=message):
        scaffold_question(NewQuestion(name, title))
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before
