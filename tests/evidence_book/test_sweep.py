"""A sweep runs every combination once, whatever is killed, and only what was asked for."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from unittest import mock

import pandas as pd
import pytest

from evidence.files.paths import build_folder, notebook_path
from evidence.record.results import PICTURES, read_results
from evidence.record.validation import ParameterError
from evidence_book.__main__ import main
from evidence_book.grids.sweep import SweepError, plan, sweep
from evidence_book.grids.sweep_grid import MAX_RUNS, list_runs, read_grid
from evidence_book.grids.sweep_store import sweep_folder
from evidence_book.grids.sweep_table import tabulate, write_tables
from evidence_book.kernels.forking import close_zygotes
from evidence_book.runs.variant import checked_parameters
from tests.small_page import KILL_WORKER, PAGE, make_small, ran

RHOS = [{"multiarm_rho": rho} for rho in (0.1, 0.2, 0.3, 0.4)]


@pytest.fixture
def small(project):
    make_small()
    return project


class Here(Executor):
    """Runs in this process, at once: whatever has this interface will do."""

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@pytest.fixture
def here():
    before = dict(os.environ)
    yield Here()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(autouse=True, scope="module")
def _ended():
    yield
    close_zygotes()


def rhos(runs):
    return [run.parameters["multiarm_rho"] for run in runs]


def command(*words):
    return [sys.executable, "-m", "evidence_book", "sweep", *map(str, words)]


def evidence(*words):
    done = subprocess.run(command(*words), capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr + done.stdout
    return done.returncode, done.stdout + done.stderr


# ------------------------------------------------------------------ the grid


def test_a_grid_is_every_combination_in_order():
    grid = {"a": [1, 2], "b": ["x", "y"], "fixed": {"c": 0}}
    assert [tuple(run.values()) for run in list_runs(grid)] == [
        (0, 1, "x"), (0, 1, "y"), (0, 2, "x"), (0, 2, "y")
    ]  # fmt: skip
    assert list_runs({"runs": [{"a": 1}, {"b": 2}], "fixed": {"c": 0}}) == [
        {"c": 0, "a": 1},
        {"c": 0, "b": 2},
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected {parameter: [values], ...} or runs"),
        ("- 1", "expected {parameter: [values], ...} or runs"),
        ("a: 1", '"a": expected a list of values (one value for all runs stands under fixed)'),
        ("a: []", '"a": expected a list of values'),
        ("a: [1", "expected YAML, got an error"),
        ("a: [1]\na: [2]", 'expected each name once, got "a" again'),
        ("a: &x [1]\nb: *x", "expected values written out, got an alias"),
        ("1: [2]", "expected the name of a parameter, got 1"),
        ("runs: []", "runs: expected a list of tables"),
        ("runs: [1]", "run 1: expected {parameter: value, ...}, got 1"),
        ("runs: [{a: 1}]\nb: [1]", 'expected runs, or lists of values, not both: "b"'),
        ("a: [1]\nfixed: {a: 2}", 'fixed: expected each parameter in one place, got "a"'),
        ("a: [1]\nfixed: 3", "fixed: expected {parameter: value, ...}, got 3"),
        ("a: !!python/object/apply:os.system ['touch ran.txt']", "expected YAML, got an error"),
        ("[" * 5000, "expected YAML, got an error"),
        ("? [a]\n: [1]", "expected YAML, got an error"),
    ],
)
def test_what_is_not_a_grid_is_said(text, message, tmp_path):
    path = tmp_path / "grid.yml"
    path.write_text(text)
    with pytest.raises(ParameterError) as caught:
        read_grid(path)
    assert str(caught.value).startswith("--grid grid.yml")
    assert message in str(caught.value)


def test_a_grid_too_large_is_counted_before_it_is_made():
    with pytest.raises(ParameterError, match=f"at most {MAX_RUNS} runs, got 1000000000000"):
        list_runs({name: list(range(100)) for name in "abcdef"})


@pytest.mark.parametrize(
    ("grid", "lines"),
    [
        ({"multiarm_roh": [0.1, 0.2]}, ["did you mean multiarm_rho?"]),
        ({"multiarm_rho": [0.1, 2, "x"]}, ["from 0 to 0.9, got 2", 'got "x"']),
        ({"include_flagged": [0, True]}, ["include_flagged: expected"]),
        ({"x=1;import os": [1]}, ["x=1;import os: no such parameter"]),
        ({"multiarm_rho\nos.abort()": [1]}, [r"multiarm_rho\nos.abort(): no such parameter"]),
        ({"ratio_method": ['"; import os; os.abort() #']}, ["ratio_method: expected one of"]),
        ({"ratio_method": ["<script>alert(1)</script>"]}, ["ratio_method: expected one of"]),
        ({"ratio_method": ["../../etc/passwd"], "level": [2]}, ["level", "ratio_method"]),
        ({"multiarm_rho": [float("nan")]}, ["multiarm_rho: expected a number"]),
    ],
)
def test_each_wrong_thing_is_said_once_and_nothing_runs(grid, lines, project):
    with pytest.raises(ParameterError) as caught:
        sweep(PAGE, list_runs({**grid, "provenance_max": ["D2", "D3"]}))
    *said, last = str(caught.value).splitlines()
    assert last == "nothing was run"
    assert len(said) == len(lines)
    assert all(line in one for line, one in zip(lines, said, strict=True))
    assert not (build_folder() / "sweeps").exists()


def test_a_page_without_parameters_and_a_study_not_in_the_data_are_said():
    with pytest.raises(ParameterError, match="appendix/audit has no parameters"):
        plan("appendix/audit", [{"level": 0.9}])
    with pytest.raises(ParameterError, match="study_id: a study chapter is that of its study"):
        plan("studies/ryan-2007", [{"study_id": "nobody-2001"}])
    with pytest.raises(ParameterError, match="arms: expected an arm in the data"):
        plan("questions/interferon_dose", [{"arms": ["nobody-2001.x", "ryan-2007.sorafenib_ifn"]}])


# ------------------------------------------------------------------ the runs


def test_runs_come_back_in_order_each_run_once_and_never_again(small, here):
    given = [*reversed(RHOS), {}, {"multiarm_rho": 0.5}, {"multiarm_rho": 0.1}]
    runs = sweep(PAGE, given, executor=here)
    assert rhos(runs) == [0.4, 0.3, 0.2, 0.1, 0.5, 0.5, 0.1]
    assert [run.results.results["twice"].value for run in runs[:2]] == [0.8, 0.6]
    assert sorted(ran(small)) == [0.1, 0.2, 0.3, 0.4, 0.5]
    again = sweep(PAGE, RHOS, executor=here)
    assert all(run.earlier for run in again)
    assert len(ran(small)) == 5
    assert not list(sweep_folder(PAGE).rglob("*.ipynb"))


def test_a_run_is_keyed_by_data_lock_and_code_but_not_by_prose(small):
    paths = {plan(PAGE, [{}]).runs[0].path}
    notebook = json.loads(notebook_path(PAGE).read_text())
    notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "Prose."})
    notebook_path(PAGE).write_text(json.dumps(notebook))
    assert {plan(PAGE, [{}]).runs[0].path} == paths
    for name in ("data/outcomes.csv", "requirements.lock", f"chapters/{PAGE}.ipynb"):
        path = small / name
        for old, new in (("About", "Around"), ("tests\\n", "x"), ("==", "=="), ("rho =", "r2 =")):
            path.write_text(path.read_text().replace(old, new))
        if name.endswith("lock"):
            # A comment in it changes nothing.
            path.write_text(path.read_text().replace("pandas==", "pandas==9."))
        if name.endswith("csv"):
            path.write_text(path.read_text().replace("Nearly half had a", "About half had a"))
        paths.add(plan(PAGE, [{}]).runs[0].path)
    assert len(paths) == 4


def test_numbers_and_claims_are_those_of_stock_papermill(tmp_path, here):
    import papermill

    given = {"multiarm_rho": 0.2, "include_flagged": True}
    shutil.rmtree(sweep_folder(PAGE), ignore_errors=True)
    (run,) = sweep(PAGE, [given], executor=here)
    stock = tmp_path / "stock.ipynb"
    parameters = checked_parameters(PAGE, given)
    papermill.execute_notebook(
        str(notebook_path(PAGE)), str(stock), parameters=parameters, progress_bar=False
    )
    assert run.results == read_results(stock)
    assert len(run.results.results) > 20


def test_a_run_whose_notebook_is_not_kept_has_the_same_results_and_draws_nothing(here, project):
    page, recorded, drawn = "questions/landscape", [], []
    for keep in (False, True):
        shutil.rmtree(sweep_folder(page), ignore_errors=True)
        (run,) = sweep(page, [{"level": 0.9}], executor=here, keep_notebook=keep)
        recorded.append(run.results)
        drawn.append(os.environ[PICTURES])
    assert recorded[0] == recorded[1]
    assert recorded[1].figures
    assert drawn == ["none", "drawn"]
    assert "<svg" in run.notebook.read_text()


def test_what_fails_is_kept_apart_and_tried_again(small, here, tmp_path):
    make_small("assert rho != 0.3, 'not 0.3'")
    for _ in range(2):
        runs = sweep(PAGE, RHOS, executor=here)
        errors = [run.error for run in runs]
        assert errors[2].endswith("AssertionError: not 0.3")
        assert [bool(error) for error in errors] == [False, False, True, False]
        assert runs[2].results is None
    assert len(ran(small)) == 3
    files = write_tables(tmp_path, runs, plan(PAGE, [{}]).defaults)
    assert [path.name for path in files] == ["sweep.csv", "sweep.parquet", "failures.csv"]
    (failure,) = csv.DictReader(files[2].read_text().splitlines())
    assert failure["run"] == "3"
    assert json.loads(failure["parameters"])["multiarm_rho"] == 0.3
    table = pd.read_csv(files[0])
    assert list(table) == [
        "run", "parameter.multiarm_rho", "twice", "twice:low", "twice:high", "claim:low"
    ]  # fmt: skip
    assert list(table["run"]) == [1, 2, 4]
    assert list(table["claim:low"]) == ["holds", "holds", "does not hold"]
    pd.testing.assert_frame_equal(table, pd.read_parquet(files[1]))
    only = tabulate(runs, plan(PAGE, [{}]).defaults, ["claim:low"])
    assert list(only) == ["run", "parameter.multiarm_rho", "claim:low"]


def test_files_that_change_meanwhile_stop_it(small, here):
    lock = small / "requirements.lock"
    make_small(f"if rho == 0.2: Path({str(lock)!r}).write_text('other')")
    with pytest.raises(SweepError, match="not what they were when the sweep began"):
        sweep(PAGE, RHOS, workers=1, executor=here)
    # What ran before it is kept; under the key of what was there then.
    assert len(list(sweep_folder(PAGE).rglob("*.json"))) == 1


def test_a_stored_file_that_is_not_whole_is_run_again(small, here):
    (run,) = sweep(PAGE, RHOS[:1], executor=here)
    run.path.write_text(run.path.read_text()[:100])
    (run,) = sweep(PAGE, RHOS[:1], executor=here)
    assert not run.earlier
    assert run.results is not None
    assert len(ran(small)) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="finds the worker as Linux shows it")
def test_a_worker_that_is_killed_loses_nothing_and_one_that_always_dies_is_a_failure(small):
    once = "once = Path(os.environ['EVIDENCE_ROOT']) / 'once'\n"
    once += "deadly = rho == 0.3 or (rho == 0.1 and not once.exists())\n"
    make_small(f"{once}if deadly:\n    once.touch()\n" + "    ".join(
        ["", *KILL_WORKER.strip().splitlines(keepends=True)]
    ))  # fmt: skip
    runs = sweep(PAGE, RHOS, workers=2)
    assert [run.error for run in runs[:2] + runs[3:]] == ["", "", ""]
    assert runs[2].error == "its worker was lost 3 times (BrokenProcessPool)"
    assert sorted(set(ran(small))) == [0.1, 0.2, 0.4]


def stored():
    return {path: path.stat().st_ino for path in sweep_folder(PAGE).rglob("*.json")}


def test_a_sweep_killed_twice_goes_on_loses_nothing_and_repeats_nothing(small, tmp_path):
    grid = tmp_path / "grid.yml"
    count = 8
    grid.write_text(f"multiarm_rho: {[number / 100 for number in range(count)]}")
    kept, finished = {}, 0
    for kill in range(1, 3):
        with subprocess.Popen(
            command(PAGE, "--grid", grid), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        ) as process:
            deadline = time.monotonic() + 90
            while len(stored()) < kill * 2:
                assert time.monotonic() < deadline
                assert process.poll() is None
                time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
        time.sleep(0.3)
        # Nobody goes on without the one that was killed.
        found = stored()
        assert kept.items() <= found.items()
        kept, finished = found, len(found)
        assert finished < count
    code, said = evidence(PAGE, "--grid", grid, "--out", tmp_path / "out")
    assert (code, f"runs: {count}, finished: {finished}, to do: {count - finished}" in said) == (
        0,
        True,
    )
    assert len(stored()) == count
    assert kept.items() <= stored().items()
    # Each kill costs at most the two runs that were going on.
    assert count <= len(ran(small)) <= count + 2 * 2
    table = pd.read_csv(tmp_path / "out" / "sweep.csv")
    assert list(table["parameter.multiarm_rho"]) == [number / 100 for number in range(count)]
    assert list(table["twice"]) == pytest.approx([number / 50 for number in range(count)])


def test_of_two_sweeps_at_once_the_second_waits_and_runs_nothing_again(small, tmp_path):
    grid = tmp_path / "grid.yml"
    grid.write_text("multiarm_rho: [0.1, 0.2, 0.3]")
    both = [
        subprocess.Popen(
            command(PAGE, "--grid", grid, "--out", tmp_path / name),
            stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True,
        )
        for name in "ab"
    ]  # fmt: skip
    said = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted(ran(small)) == [0.1, 0.2, 0.3]
    assert "waiting for evidence sweep" in "".join(said)
    assert "runs: 3, finished: 3, to do: 0" in "".join(said)
    assert (tmp_path / "a" / "sweep.csv").read_text() == (tmp_path / "b" / "sweep.csv").read_text()


def said_here(capfd, *words):
    """Give the command in this process, which has imported everything."""
    with mock.patch.object(sys, "argv", ["evidence", "sweep", *map(str, words)]):
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code
    return code, "".join(capfd.readouterr())


def test_the_command_says_what_is_wrong_without_a_traceback(tmp_path, capfd):
    grid = tmp_path / "grid.yml"
    grid.write_text('{"x=1;import os": [1]}')
    code, said = said_here(capfd, PAGE, "--grid", grid)
    assert (code, said.splitlines()[-1]) == (1, "nothing was run")
    grid.write_text("multiarm_rho: [0.1]")
    code, said = said_here(capfd, PAGE, "--grid", grid, "--keys", "claim:not_poled")
    assert (code, "did you mean claim:not_pooled?" in said) == (1, True)
    code, said = said_here(capfd, PAGE, "--grid", grid, "--out", grid)
    assert (code, "--out: expected a folder, got the file" in said) == (1, True)
    code, said = said_here(capfd, PAGE, "--grid", grid, "--scheduler", "tcp://x;id:1")
    assert (code, "expected the address of a running Dask scheduler" in said) == (1, True)


def test_text_that_is_code_is_refused_and_never_run(project, here):
    evil = '"]\n__import__("pathlib").Path("ran.txt").touch()\n#\\'
    for text in (evil, evil.replace('"', "'") + "<img src=x onerror=alert(1)>"):
        given = {"hr_pfs": [text, "0.9", "1.2", ".04"]}
        with pytest.raises(ParameterError, match="hr_pfs: expected HR, lower, upper, P as text"):
            sweep("questions/biomarker_prognosis", [given], executor=here)
    assert not list(project.rglob("ran.txt"))


# ------------------------------------------------------------------ a cluster


@pytest.mark.filterwarnings("default")
@pytest.mark.everywhere
def test_the_same_runs_go_to_a_dask_cluster_one_of_whose_workers_is_killed(small, tmp_path):
    from distributed import LocalCluster

    once = "once = Path(os.environ['EVIDENCE_ROOT']) / 'once'\n"
    make_small(f"{once}if rho == 0.2 and not once.exists():\n    once.touch()\n" + "    ".join(
        ["", *KILL_WORKER.strip().splitlines(keepends=True)]
    ))  # fmt: skip
    grid = tmp_path / "grid.yml"
    grid.write_text(f"multiarm_rho: {[number / 10 for number in range(9)]}")
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
        host="127.0.0.1", local_directory=str(tmp_path),
    ) as cluster:  # fmt: skip
        address = cluster.scheduler_address
        code, said = evidence(PAGE, "--grid", grid, "--scheduler", address, "--out", tmp_path / "d")
        assert code == 0, said
    assert sorted(ran(small)) == [number / 10 for number in range(9)]
    table = (tmp_path / "d" / "sweep.csv").read_bytes()
    assert evidence(PAGE, "--grid", grid, "--out", tmp_path / "here")[0] == 0
    assert (tmp_path / "here" / "sweep.csv").read_bytes() == table
