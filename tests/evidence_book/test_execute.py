"""Chapters run in place: the same twice, whole or not at all, and failures are said."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evidence.files.paths import notebook_path
from evidence.sources.data import load_evidence
from evidence_book.kernels import execute as execute_module
from evidence_book.kernels.execute import refresh
from evidence_book.kernels.time_limit import time_limit
from evidence_book.runs.freshness import list_pages, read_notebook, why_stale
from tests.conftest import copy_project
from tests.small_page import KILL_WORKER

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


# What may go wrong in a cell, one page each: they run beside each other, in one pool of kernels.
FAULTS = {
    PAGE: "raise ValueError('expected 2, got 3')",
    "studies/eto-2015": "print('seen 12 rows')",
    "studies/niwakawa-2012": "import warnings\nwarnings.warn('mind this', stacklevel=2)",
    "studies/yang-2003": "for i in range(110): print('x' * 1000000)",
    "studies/mickisch-2001": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
}
HANGS = {
    PAGE: "import time\ntime.sleep(600)",
    "studies/eto-2015": "import signal, time\nsignal.signal(2, signal.SIG_IGN)\n"
    "while True: time.sleep(1)",
    "studies/niwakawa-2012": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
}
GOOD = "studies/sternberg-2010"


@pytest.fixture(scope="module")
def run_broken(tmp_path_factory):
    """Return a function that breaks pages of a copy of the project and runs them with a good one.

    It returns what each run said; of pages that failed it has asked that they are as they were.
    """

    def run(faults, **environment):
        with pytest.MonkeyPatch.context() as patch:
            target = copy_project(tmp_path_factory.mktemp("broken") / "project")
            patch.setenv("EVIDENCE_ROOT", str(target))
            for name, value in environment.items():
                patch.setenv(name, value)
            data = target / "data" / "outcomes.csv"
            words = data.read_text().replace("Nearly half had a", "About half had a")
            data.write_text(words)
            before = {page: break_cell(page, source) for page, source in faults.items()}
            runs = {run.page: run for run in refresh([*faults, GOOD])}
            for page, content in before.items():
                assert notebook_path(page).read_bytes() == content, page
            if not runs[GOOD].error:
                assert why_stale(GOOD, load_evidence()) == []
        return runs

    return run


@pytest.fixture(scope="module")
def broken(run_broken):
    return run_broken(FAULTS)


@pytest.fixture(scope="module")
def hung(run_broken):
    return run_broken(HANGS, EVIDENCE_TIME_LIMIT="4")


def test_a_failing_page_is_named_with_cell_and_error_and_the_others_finish(broken):
    where = "code cell 3 (raise ValueError('expected 2, got 3'))"
    assert broken[PAGE].error == f"{PAGE}, {where}: ValueError: expected 2, got 3"
    assert broken[GOOD].error == ""
    assert broken[GOOD].changed


@pytest.mark.parametrize(
    ("page", "words"),
    [("studies/eto-2015", '"seen 12 rows"'), ("studies/niwakawa-2012", "mind this")],
)
def test_a_page_that_prints_or_warns_is_an_error_and_keeps_its_last_good_form(broken, page, words):
    where = f"code cell 3 ({FAULTS[page].splitlines()[0]})"
    error = broken[page].error
    assert error.startswith(f"{page}, {where}: expected no printed text or warning in a page")
    assert words in error


def test_a_page_too_large_to_be_read_again_is_an_error_and_keeps_its_last_good_form(broken):
    page = "studies/yang-2003"
    said = f"{page}, code cell 3 ({FAULTS[page]}): expected a page of at most 100"
    assert broken[page].error.startswith(said)
    assert "got one of 11" in broken[page].error
    assert not broken[page].changed


def test_a_kernel_that_dies_is_said_and_the_page_is_kept(broken):
    page = "studies/mickisch-2001"
    assert broken[page].error.startswith(f"{page}, DeadKernelError")


@pytest.mark.parametrize(
    "page", HANGS, ids=["sleeps", "ignores interrupts", "is stopped by the system"]
)
def test_a_page_that_hangs_is_ended_at_the_time_limit_and_kept(hung, page):
    where = f"{page}, code cell 3 ({HANGS[page].splitlines()[0]})"
    assert hung[page].error.startswith(f"{where}: stopped after 4 s")
    assert "--time-limit" in hung[page].error
    assert hung[page].seconds < 30


def test_the_time_limit_is_of_all_cells_together(tmp_path):
    source = tmp_path / "slow.ipynb"
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**cell, "id": f"c{n}", "source": f"import time; time.sleep({n})"} for n in (1, 2, 3)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "P", "language": "python"}}
    book = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    source.write_text(json.dumps(book))
    said = execute_module.execute(source, tmp_path / "out.ipynb", seconds=2)
    assert said.startswith("code cell 2 (import time; time.sleep(2)): stopped after 2 s")


@pytest.mark.parametrize("given", ["soon", "0", "-1", "nan", "inf", "1e9"])
def test_a_time_limit_that_is_none_is_refused(monkeypatch, given):
    monkeypatch.setenv("EVIDENCE_TIME_LIMIT", given)
    with pytest.raises(
        ValueError, match=r"EVIDENCE_TIME_LIMIT: expected seconds, above 0 and at most 86400"
    ):
        time_limit()


@pytest.mark.skipif(sys.platform != "linux", reason="finds the worker as Linux shows it")
def test_a_worker_that_is_killed_stops_no_other_page_and_its_own_runs_again(project):
    once = f"from pathlib import Path\nonce = Path({str(project / 'once')!r})\n"
    code = "if not once.exists():\n    once.touch()\n"
    code += "".join(f"    {line}\n" for line in ["import os", *KILL_WORKER.strip().splitlines()])
    break_cell(PAGE, once + code)
    others = ["studies/sternberg-2010", "studies/yang-2003"]
    runs = refresh([PAGE, *others])
    assert (project / "once").exists()
    # The page itself lacks the cell that the fault replaced, and says so.
    assert [run.error for run in runs if run.page != PAGE] == ["", ""]
    assert "killed" not in "".join(run.error for run in runs)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes as Linux shows them")
def test_interrupted_runs_end_at_once_say_so_and_keep_what_ended(project):
    began = project / "began"
    before = break_cell(PAGE, f"import time\nopen({str(began)!r}, 'w')\ntime.sleep(600)")
    command = [sys.executable, "-m", "evidence_book", "run"]
    # What a shell starts in the background ignores Ctrl-C, and so would what the tests start then.
    earlier = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip
    finally:
        signal.signal(signal.SIGINT, earlier)
    try:
        deadline = time.monotonic() + 60
        while not began.exists():
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.05)
        # What a terminal does with Ctrl-C: all that run in the foreground hear of it.
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "stopped: 0 of 1 pages were run and are kept; the same command runs the others" in said
    assert "Traceback" not in said
    assert notebook_path(PAGE).read_bytes() == before
    deadline = time.monotonic() + 10
    while str(project) in running_with(project) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert str(project) not in running_with(project)


def running_with(project):
    """Return the environments of processes that name the project."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            text = path.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(project) in text and path.parent.name != str(os.getpid()):
            found.append(text)
    return "".join(found)


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
    assert moved == {"studies/sternberg-2010", "appendix/provenance", "appendix/trials"}


def _outputs(page):
    return [cell.get("outputs") for cell in read_notebook(notebook_path(page))["cells"]]


def test_nothing_to_run_is_nothing():
    assert refresh([]) == []


@pytest.mark.parametrize("words", ["died before replying", "didn't respond in 60 seconds"])
def test_a_kernel_that_never_said_a_word_is_started_again(words, monkeypatch, tmp_path):
    said = iter([f"RuntimeError: Kernel {words}", ""])
    monkeypatch.setattr(execute_module, "_execute_once", lambda *given: next(said))
    (tmp_path / "b.ipynb").write_text('{"cells": []}')
    assert execute_module.execute(tmp_path / "a.ipynb", tmp_path / "b.ipynb") == ""


def test_a_page_that_raises_is_not_run_again(monkeypatch, tmp_path):
    said = iter(["code cell 1: ValueError: no", ""])
    monkeypatch.setattr(execute_module, "_execute_once", lambda *given: next(said))
    found = execute_module.execute(tmp_path / "a.ipynb", tmp_path / "b.ipynb")
    assert found == "code cell 1: ValueError: no"
