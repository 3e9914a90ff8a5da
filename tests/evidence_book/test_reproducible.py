"""The same bytes whatever the machine is and is set to: processor, time zone, locale, threads."""

import json
import os
import subprocess
import sys

import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__

from evidence.files.paths import notebook_path
from evidence_book.rendering.fingerprints import hash_files
from evidence_book.runs.freshness import list_pages, read_notebook
from tests.small_book import make_book

QUESTIONS = [page for page in list_pages() if page.startswith("questions/")]
# One page of each kind that computes: a trial, a synthesis, a simulation with a seed.
PAGES = ["studies/jonasch-2010", "questions/landscape", "questions/biomarker_prognosis"]
# NumPy's plainest kernels, as on a processor that has none of what its others are written for.
PLAIN = {"NPY_DISABLE_CPU_FEATURES": " ".join(__cpu_dispatch__)}
ELSEWHERE = [
    {
        **PLAIN,
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "POSIX",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
        "PYTHONHASHSEED": "7",
        "COLUMNS": "40",
    },
    {
        "TZ": "America/St_Johns",
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "random",
        "OPENBLAS_NUM_THREADS": "4",
        "OMP_NUM_THREADS": "3",
        "MPLBACKEND": "svg",
        "EVIDENCE_KERNEL": "stock",
        "SOURCE_DATE_EPOCH": "1",
    },
]


def run_elsewhere(folder, settings, *words):
    done = subprocess.run(
        [sys.executable, *words], cwd="/", capture_output=True, text=True, check=False,
        env={**os.environ, **settings, "EVIDENCE_ROOT": str(folder)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def run_again(project, pages, settings):
    """Run pages of a copy of the project with other settings; return those that came out other."""
    committed = {page: notebook_path(page).read_bytes() for page in pages}
    for page in pages:
        notebook = read_notebook(notebook_path(page))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
        notebook_path(page).write_text(json.dumps(notebook))
    code = (
        f"from evidence_book.kernels.execute import refresh\n"
        f"if __name__ == '__main__':\n refresh({pages})"
    )
    script = project / "run.py"
    script.write_text(code)
    run_elsewhere(project, settings, str(script))
    return [page for page in pages if notebook_path(page).read_bytes() != committed[page]]


def test_question_pages_come_out_byte_for_byte_with_plain_kernels_and_other_settings(project):
    assert run_again(project, QUESTIONS, ELSEWHERE[0]) == []


@pytest.mark.everywhere
def test_pages_come_out_byte_for_byte_with_more_threads_and_stock_kernels(project):
    assert run_again(project, PAGES, ELSEWHERE[1]) == []


@pytest.mark.everywhere
@pytest.mark.parametrize("left_out", range(len(__cpu_dispatch__)))
def test_all_pages_come_out_byte_for_byte_on_each_generation_of_processors(project, left_out):
    # Each entry of the list stands for processors younger than those of the entry before.
    settings = {"NPY_DISABLE_CPU_FEATURES": " ".join(__cpu_dispatch__[left_out:])}
    assert run_again(project, list_pages(), settings) == []


def render_small_book(book, target, settings):
    code = (
        "import sys; from pathlib import Path; from evidence_book.rendering.build import render; "
    )
    code += "render(Path(sys.argv[1]), Path(sys.argv[2]))"
    run_elsewhere(book, settings, "-c", code, str(book), str(target))
    return hash_files(target / "_build" / "html")


@pytest.fixture(scope="module")
def rendered_here(tmp_path_factory):
    folder = tmp_path_factory.mktemp("here")
    book = make_book(folder / "book")
    return book, render_small_book(book, folder / "here", {})


@pytest.mark.parametrize("settings", [
    pytest.param(ELSEWHERE[0], id="posix"),
    pytest.param(ELSEWHERE[1], id="threads", marks=pytest.mark.everywhere),
])  # fmt: skip
def test_a_book_is_rendered_byte_for_byte_whatever_the_machine_is_set_to(
    rendered_here, tmp_path, settings
):
    book, here = rendered_here
    elsewhere = render_small_book(book, tmp_path / "elsewhere", settings)
    assert {name for name in here if here[name] != elsewhere.get(name)} == set()
    assert here.keys() == elsewhere.keys()
