"""The same bytes whatever the machine is set to: time zone, locale, hash seed, threads, folder."""

import json
import os
import subprocess
import sys

import pytest
from evidence.book.fingerprints import hash_files
from evidence.book.freshness import read_notebook
from evidence.paths import notebook_path

from tests.small_book import make_book

# One page of each kind that computes: a trial, a synthesis, a simulation with a seed.
PAGES = ["studies/jonasch-2010", "questions/landscape", "questions/biomarker_prognosis"]
ELSEWHERE = [
    {
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


@pytest.mark.parametrize("settings", ELSEWHERE, ids=["posix", "threads"])
def test_pages_come_out_byte_for_byte_whatever_the_machine_is_set_to(project, settings):
    committed = {page: notebook_path(page).read_bytes() for page in PAGES}
    for page in PAGES:
        notebook = read_notebook(notebook_path(page))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
        notebook_path(page).write_text(json.dumps(notebook))
    code = (
        f"from evidence.book.execute import refresh\nif __name__ == '__main__':\n refresh({PAGES})"
    )
    script = project / "run.py"
    script.write_text(code)
    run_elsewhere(project, settings, str(script))
    assert {page: notebook_path(page).read_bytes() for page in PAGES} == committed


@pytest.mark.parametrize("settings", ELSEWHERE, ids=["posix", "threads"])
def test_a_book_is_rendered_byte_for_byte_whatever_the_machine_is_set_to(tmp_path, settings):
    render = "import sys; from pathlib import Path; from evidence.book.build import render; "
    render += "render(Path(sys.argv[1]), Path(sys.argv[2]))"
    book = make_book(tmp_path / "book")
    for name, given in (("here", {}), ("elsewhere", settings)):
        run_elsewhere(book, given, "-c", render, str(book), str(tmp_path / name))
    here, elsewhere = (
        hash_files(tmp_path / name / "_build" / "html") for name in ("here", "elsewhere")
    )
    assert {name for name in here if here[name] != elsewhere.get(name)} == set()
    assert here.keys() == elsewhere.keys()
