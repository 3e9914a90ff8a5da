"""Every chapter is a whole, executed, normalised notebook."""

import copy
import json

import pytest

from evidence.conventions.ledger import ledger
from evidence.files.paths import notebook_path
from evidence.record.results import read_results
from evidence.sources.data import load_evidence
from evidence_book.commands.check import find_problems
from evidence_book.rendering.toc import check_toc
from evidence_book.reports.registry import split_target
from evidence_book.runs.freshness import list_pages, read_notebook, why_stale
from evidence_book.runs.lint import lint_chapters
from evidence_book.runs.normalise import normalise, outputs_digest, serialise
from evidence_book.runs.notebooks import check_notebooks, check_questions, study_code

PAGES = list_pages()


def code_cells(page):
    cells = read_notebook(notebook_path(page))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def test_every_page_is_in_the_contents_once():
    assert check_toc() == []


def test_study_chapters_share_their_code_and_parameters_equal_their_models():
    assert check_notebooks() == []


def test_the_prose_is_clean():
    assert lint_chapters() == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_was_executed_in_order_and_is_small(page):
    cells = code_cells(page)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert len(cells) <= 24
    assert any(cell["outputs"] for cell in cells)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_stored_as_the_normaliser_writes_it(page):
    text = notebook_path(page).read_text()
    assert serialise(normalise(json.loads(text))) == text


@pytest.mark.parametrize("page", PAGES)
def test_a_page_belongs_to_its_code_data_library_and_lock(page):
    assert why_stale(page, load_evidence()) == []


@pytest.mark.parametrize("page", PAGES)
def test_every_result_rests_on_rows_that_exist_and_conventions_that_are_explained(page):
    evidence = load_evidence()
    for key, result in read_results(notebook_path(page)).results.items():
        assert result.rows or result.method == "parameter of this page", key
        assert set(result.rows) <= set(evidence.rows), key
        assert set(result.conventions) <= set(ledger()), key


@pytest.mark.parametrize("page", PAGES)
def test_every_figure_has_a_name_of_its_own_a_caption_and_its_finding_in_words(page):
    figures = read_results(notebook_path(page)).figures
    assert len({figure["name"] for figure in figures}) == len(figures)
    for figure in figures:
        assert len(figure["caption"]) > 60
        assert any(character.isdigit() for character in figure["alt"])


def test_study_code_leaves_out_the_parameters():
    notebook = read_notebook(notebook_path("studies/jonasch-2010"))
    assert not any("study_id =" in source for source in study_code(notebook))


def test_normalising_forgets_timings_and_keeps_results():
    notebook = read_notebook(notebook_path("studies/jonasch-2010"))
    noisy = json.loads(json.dumps(notebook))
    noisy["metadata"]["papermill"] = {"duration": 3.2}
    noisy["metadata"]["language_info"] = {"name": "python", "version": "3.11.7"}
    for number, cell in enumerate(noisy["cells"]):
        cell["id"] = f"random{number}"
        cell["metadata"]["execution"] = {"iopub.status.busy": "now"}
        if cell["cell_type"] == "code":
            cell["execution_count"] = 40 + number
    assert serialise(normalise(noisy)) == serialise(notebook)
    assert outputs_digest(noisy) == outputs_digest(notebook)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("hr", ("questions/here", "hr", "")),
        ("hr:interval", ("questions/here", "hr", "interval")),
        ("orr.percent.sorafenib:value", ("questions/here", "orr.percent.sorafenib", "value")),
        ("studies/ryan-2007.orr.percent.sorafenib_ifn:counts",
         ("studies/ryan-2007", "orr.percent.sorafenib_ifn", "counts")),
    ],
)  # fmt: skip
def test_a_role_names_page_key_and_part(target, expected):
    assert split_target(target, "questions/here") == expected


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("<<<<<<< HEAD\n{}", "got an error: expected JSON"),
        ('{"cells": [', "got an error: expected JSON"),
        ('{"cells": 1}', "got JSON without cells"),
    ],
)
def test_a_broken_notebook_is_named_and_hides_no_other_problem(project, text, given):
    (project / "chapters" / "studies" / "ryan-2007.ipynb").write_text(text)
    (project / "chapters" / "how-to-read.md").write_text("# How\n\nTODO\n")
    said = [str(problem) for problem in find_problems()]
    broken = [line for line in said if line.startswith("chapters/studies/ryan-2007.ipynb: ")]
    assert len(broken) == 1
    assert f"expected a notebook, {given}" in broken[0]
    assert any(line.startswith("chapters/how-to-read.md:3: ") for line in said)


def _without_id(notebook):
    del notebook["cells"][1]["id"]


def _same_id(notebook):
    notebook["cells"][1]["id"] = notebook["cells"][0]["id"]


def _other_format(notebook):
    notebook["nbformat"] = 99


def _other_kernel(notebook):
    notebook["metadata"]["kernelspec"]["name"] = "evil"


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        (_without_id, "an id for every cell, each once"),
        (_same_id, "an id for every cell, each once"),
        (_other_format, "nbformat 4"),
        (_other_kernel, "the kernel python3"),
    ],
)
def test_a_notebook_of_another_form_is_named_with_what_mends_it(project, harm, expected, recwarn):
    path = notebook_path("questions/landscape")
    before = path.read_text()
    notebook = json.loads(before)
    harm(notebook)
    path.write_text(json.dumps(notebook))
    (problem,) = check_notebooks()
    assert str(problem).startswith(f"chapters/questions/landscape.ipynb: expected {expected}, ")
    assert "`evidence normalise chapters/questions/landscape.ipynb` mends it" in str(problem)
    assert list(recwarn) == []
    assert serialise(normalise(notebook)) == before


@pytest.mark.parametrize(("cell", "place"), [(0, "the parameters cell"), (2, "code cell 3")])
def test_code_that_is_no_python_is_named_with_its_line(project, cell, place):
    path = notebook_path("questions/landscape")
    notebook = json.loads(path.read_text())
    code = [one for one in notebook["cells"] if one["cell_type"] == "code"]
    code[cell]["source"] = "%matplotlib inline\nlevel = = 0.9\n"
    path.write_text(json.dumps(notebook))
    (problem,) = check_notebooks()
    assert str(problem) == (
        f"chapters/questions/landscape.ipynb {place}: expected Python, got invalid syntax in "
        "line 2, `level = = 0.9`"
    )


def test_what_other_editors_leave_in_cells_is_removed():
    notebook = json.loads(notebook_path("questions/landscape").read_text())
    noisy = copy.deepcopy(notebook)
    for cell in noisy["cells"]:
        cell["metadata"] |= {
            "vscode": {"languageId": "python"}, "id": "x", "colab": {}, "outputId": "y",
            "execution": {}, "jp-MarkdownHeadingCollapsed": True,
        }  # fmt: skip
    assert serialise(normalise(noisy)) == serialise(normalise(notebook))


def test_a_judgement_of_a_question_that_is_no_page_is_found(project):
    path = project / "data" / "certainty.csv"
    lines = path.read_text().splitlines()
    lines[2] = lines[2].replace(lines[2].partition(",")[0], "no_such_question", 1)
    path.write_text("\n".join(lines) + "\n")
    (problem,) = check_questions(load_evidence())
    assert str(problem).startswith("data/certainty.csv:3 question: expected one of ")
    assert str(problem).endswith('got "no_such_question"')
