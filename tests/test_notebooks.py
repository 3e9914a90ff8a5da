"""Every chapter is a whole, executed, normalised notebook."""

import json

import pytest
from evidence.book.freshness import list_pages, read_notebook, why_stale
from evidence.book.lint import lint_chapters
from evidence.book.normalise import normalise, outputs_digest, serialise
from evidence.book.notebooks import check_notebooks, study_code
from evidence.book.registry import split_target
from evidence.book.toc import check_toc
from evidence.conventions import ledger
from evidence.data import load_evidence
from evidence.paths import notebook_path
from evidence.results import read_results

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
    assert len(cells) <= 12
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
