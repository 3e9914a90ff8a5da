"""Chapters run in place: the same twice, whole or not at all, and failures are said."""

import json

from evidence.book import execute as execute_module
from evidence.book.execute import refresh
from evidence.book.freshness import list_pages, read_notebook, why_stale
from evidence.data import load_evidence
from evidence.paths import notebook_path

PAGE = "studies/ryan-2007"


def break_cell(page, source):
    path = notebook_path(page)
    notebook = read_notebook(path)
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    code[2]["source"] = source
    path.write_text(json.dumps(notebook))
    return path.read_bytes()


def test_running_a_page_again_changes_no_byte(project):
    before = notebook_path(PAGE).read_bytes()
    (run,) = refresh([PAGE])
    assert run.error == ""
    assert not run.changed
    assert notebook_path(PAGE).read_bytes() == before


def test_a_failing_page_is_named_with_cell_and_error_and_the_others_finish(project):
    before = break_cell(PAGE, "raise ValueError('expected 2, got 3')")
    other = "studies/sternberg-2010"
    data = project / "data" / "outcomes.csv"
    data.write_text(
        data.read_text().replace("Nearly half had a cytokine", "About half had a cytokine")
    )
    failed, good = refresh([PAGE, other])
    where = "code cell 3 (raise ValueError('expected 2, got 3'))"
    assert failed.error == f"{PAGE}, {where}: ValueError: expected 2, got 3"
    assert notebook_path(PAGE).read_bytes() == before
    assert good.error == ""
    assert good.changed
    assert why_stale(other, load_evidence()) == []


def test_a_kernel_that_dies_is_said_and_the_page_is_kept(project):
    before = break_cell(PAGE, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    (run,) = refresh([PAGE])
    assert run.error.startswith(f"{PAGE}, DeadKernelError")
    assert notebook_path(PAGE).read_bytes() == before


def test_one_corrected_row_changes_exactly_the_pages_that_show_it(project):
    data = project / "data" / "outcomes.csv"
    text = data.read_text()
    old = "sternberg-2010.pfs.median.pazopanib,sternberg-2010,pazopanib,,,pfs,median,9.2"
    assert old in text
    data.write_text(text.replace(old, old.replace("9.2", "9.3")))
    evidence = load_evidence()
    pages = [page for page in list_pages() if why_stale(page, evidence)]
    outputs = {page: _outputs(page) for page in list_pages()}
    assert [run.error for run in refresh(pages)] == [""] * len(pages)
    moved = {page for page in list_pages() if _outputs(page) != outputs[page]}
    assert moved == {"studies/sternberg-2010", "appendix/provenance"}


def _outputs(page):
    return [cell.get("outputs") for cell in read_notebook(notebook_path(page))["cells"]]


def test_nothing_to_run_is_nothing():
    assert refresh([]) == []


def test_a_kernel_that_died_before_its_first_word_is_started_again(monkeypatch, tmp_path):
    said = iter([f"{execute_module.UNBORN} replying to kernel_info", ""])
    monkeypatch.setattr(execute_module, "_execute_once", lambda *given: next(said))
    assert execute_module.execute(tmp_path / "a.ipynb", tmp_path / "b.ipynb") == ""


def test_a_page_that_raises_is_not_run_again(monkeypatch, tmp_path):
    said = iter(["code cell 1: ValueError: no", ""])
    monkeypatch.setattr(execute_module, "_execute_once", lambda *given: next(said))
    found = execute_module.execute(tmp_path / "a.ipynb", tmp_path / "b.ipynb")
    assert found == "code cell 1: ValueError: no"
