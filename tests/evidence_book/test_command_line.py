"""Each mistake gets one clear message and an exit code, never a traceback."""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from evidence.record.validation import ParameterError, validate
from evidence_book.__main__ import main
from evidence_book.commands.app import UserError, describe_os_error, known_page
from evidence_book.commands.build import status
from evidence_book.commands.check import check
from evidence_book.commands.run import refresh_pages
from evidence_book.reports.releases import release
from evidence_book.runs.freshness import list_pages
from evidence_book.runs.own_data import DataFolderError
from evidence_book.runs.variant import checked_parameters, read_parameters
from mrcc.combination_vs_monotherapy.parameters import CombinationVsMonotherapy

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "questions/combination_vs_monotherapy"


def evidence(*words, cwd=ROOT):
    """Run the command line in this process: starting one and its imports takes seconds."""
    said = io.StringIO()
    with (
        contextlib.chdir(cwd),
        mock.patch.object(sys, "argv", ["evidence", *words]),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
        pytest.raises(SystemExit) as left,
    ):
        main()
    return left.value.code, said.getvalue()


def evidence_process(*words):
    done = subprocess.run(
        [sys.executable, "-m", "evidence_book", *words], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr + done.stdout
    return done.returncode, done.stdout, done.stderr


def test_check_passes_on_the_project():
    assert evidence_process("check") == (
        0,
        "data, contents, notebooks and prose are in order\n",
        "",
    )


def test_audit_shows_findings_with_their_arithmetic_and_is_no_failure():
    code, said = evidence("audit", "jonasch-2010", "--min-severity", "warning")
    assert code == 0
    assert "22.31, 27.04 months v 19.7" in said
    assert "hinyokika" not in said
    assert "note    A10" not in said


def test_audit_writes_json():
    code, said = evidence("audit", "--json", "--min-severity", "error")
    (found,) = json.loads(said)
    assert code == 0
    assert (found["rule"], found["study_id"]) == ("A11", "hinyokika-kiyo-2009")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nobody-2001"], "expected the id of a study, got 'nobody-2001'"),
        (["--min-severity", "warn"], "min_severity: expected one of"),
    ],
)
def test_audit_names_what_it_does_not_know(words, message):
    code, said = evidence("audit", *words)
    assert code == 1
    assert message in said


def test_status_shows_every_page_as_fresh():
    code, said = evidence("status")
    assert code == 0
    assert "stale" not in said
    assert QUESTION in said


def test_a_run_with_nothing_to_do_says_so(project):
    code, said = evidence("run", cwd=project)
    assert code == 0
    assert "nothing to run" in said


@pytest.mark.parametrize(
    ("word", "page"),
    [
        ("landscape", "questions/landscape"),
        ("ryan-2007", "studies/ryan-2007"),
        ("ryan-2007.ipynb", "studies/ryan-2007"),
        ("chapters/questions/landscape.ipynb", "questions/landscape"),
    ],
)
def test_the_last_part_of_a_page_is_enough_where_one_page_ends_in_it(word, page):
    assert known_page(word) == page


def test_of_several_pages_with_one_last_part_all_are_named(project):
    there = project / "chapters" / "questions" / "landscape.ipynb"
    shutil.copy(there, project / "chapters" / "methods")
    with pytest.raises(UserError, match="methods/landscape or questions/landscape"):
        known_page("landscape")
    assert known_page("questions/landscape") == "questions/landscape"


def test_a_page_is_meant_by_a_misspelt_last_part():
    with pytest.raises(UserError, match=r"did you mean questions/landscape\?"):
        known_page("landscpe")


def test_menus_wait_while_drafting_and_are_said_to_be_due(project, monkeypatch, capsys):
    computed = []
    monkeypatch.setattr("evidence_book.runs.freshness.why_stale", lambda page, evidence: [])
    monkeypatch.setattr("evidence_book.grids.switch.refresh_switch",
                        lambda page, **_: computed.append(page))  # fmt: skip
    # A word more on a menu: what it shows is no longer what was computed.
    menus = project / "chapters" / "questions" / "landscape.switch.yml"
    menus.write_text(menus.read_text() + "# another\n")
    due = "the menus of questions/landscape (its lists of assumptions) are due; run `evidence run"
    refresh_pages("landscape", menus=False)
    assert computed == []
    assert due in capsys.readouterr().err
    status()
    assert due in capsys.readouterr().out
    refresh_pages("landscape")
    assert computed == ["questions/landscape"]
    assert "menus, the lists of assumptions on a page" in capsys.readouterr().err


def test_the_help_of_run_explains_menus():
    code, said = evidence("run", "--help")
    assert code == 0
    assert "--no-menus" in said
    assert "lists of assumptions" in " ".join(said.replace("\u2502", " ").split())


def test_params_shows_types_defaults_and_meanings():
    code, said = evidence("params", QUESTION)
    assert code == 0
    assert "orr_ni_margin_pp" in said
    assert "a number from 1 to 30" in " ".join(said.split())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "questions/combination"], "did you mean questions/combination_vs_monotherapy?"),
        (["run", "../../etc/passwd"], "expected the name of a page"),
        (["run", QUESTION, "--set", "endpont=os"], "endpont: no such parameter of"),
        (["run", QUESTION, "--set", "orr_ni_margin=5"], "did you mean orr_ni_margin_pp?"),
        (["run", QUESTION, "--set", "orr_ni_margin_pp=300"], "from 1 to 30, got 300"),
        (["run", QUESTION, "--set", "orr_ni_margin_pp=ten"], 'from 1 to 30, got "ten"'),
        (["run", QUESTION, "--set", "arms=[nobody-2001.x, ryan-2007.sorafenib_ifn]"],
         'expected an arm in the data, got "nobody-2001.x"'),
        (["run", QUESTION, "--set", "alpha"], "--set: expected name=value"),
        (["run", QUESTION, "--set", "alpha=0.1", "--set", "alpha=0.2"], "each name once"),
        (["run", QUESTION, "--set", "alpha=[1"], "--set alpha: expected YAML"),
        (["run", QUESTION, "--set", "alpha=!!python/object/apply:os.system [ls]"], "expected YAML"),
        (["run", QUESTION, "--set", "x=1;import os#=1"], "no such parameter"),
        (["run", QUESTION, "--params", "nowhere.yml"], "--params nowhere.yml: expected a readable"),
        (["run", "appendix/provenance", "--set", "alpha=0.1"], "has no parameters"),
        (["run", "--set", "alpha=0.1"], "expected the name of a page, got None"),
        (["run", "studies/ryan-2007", "--set", "study_id=jonasch-2010"], "run the other page"),
        (["params", "appendix/provenance"], "has no parameters"),
        (["run", QUESTION, "--set", "__import__('os').system('touch X')=1"], "no such parameter"),
        (["run", QUESTION, "--data", "nowhere"], "--data: expected a folder of tables"),
        (["audit", "--data", "docs"], "with none of them"),
        (["diff", "nowhere"], "expected a released version, working, or the path"),
        (["new", "study", "jonasch-2010", "--title", "x"], "which there is already"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_in_words(words, message):
    code, said = evidence(*words)
    assert code == 1
    assert message in " ".join(said.split())


def test_a_mistake_leaves_a_process_with_a_code_and_words_on_standard_error():
    code, said, wrong = evidence_process("audit", "nobody-2001")
    assert (code, said) == (1, "")
    assert "expected the id of a study, got 'nobody-2001'" in wrong


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pool_model: !!python/object/apply:os.system ['touch X']", "expected YAML"),
        ('\'x=1;__import__("os").system("touch X")#\': 1', "no such parameter"),
        ('"a\\nb": 1', "no such parameter"),
        ("pool_model: <script>alert(1)</script>", "expected one of"),
        ("level: 2026-01-01", "expected a number"),
        ("downgrade: {__class__: 1}", "expected a table of risk_of_bias"),
    ],
)
def test_code_and_markup_in_a_parameter_file_are_refused(tmp_path, monkeypatch, text, message):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "p.yml"
    path.write_text(text)
    with pytest.raises(ParameterError) as caught:
        validate(CombinationVsMonotherapy, read_parameters([], path))
    assert message in str(caught.value)
    assert [found.name for found in tmp_path.iterdir()] == ["p.yml"]


@pytest.mark.parametrize(
    "value",
    ["'; touch X; '", "\"\n__import__('os').system('touch X')\"", "$(touch X)", "`touch X`",
     "../../etc/passwd", "<script>alert(1)</script>", "'{num}`x`'", "'\"'"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["pool_model", "level", "arms", "downgrade"])
def test_code_and_markup_in_a_value_are_refused(name, value):
    with pytest.raises(ParameterError, match=f"{name}: expected|--set {name}: expected YAML"):
        validate(CombinationVsMonotherapy, read_parameters([f"{name}={value}"], None))


def test_a_whole_number_is_said_as_it_was_typed():
    with pytest.raises(ParameterError, match=r"got 95\Z"):
        checked_parameters("questions/landscape", {"level": 95})
    assert checked_parameters(QUESTION, {"orr_ni_margin_pp": 5}) == {"orr_ni_margin_pp": 5.0}


def test_other_data_never_touch_the_pages_of_the_book(project, monkeypatch):
    monkeypatch.setenv("EVIDENCE_DATA", str(project / "data"))
    for command in (check, status, lambda: refresh_pages(None), lambda: release("0.1.0")):
        with pytest.raises(DataFolderError, match="EVIDENCE_DATA is set"):
            command()


def test_a_new_study_says_what_to_fill_in(project):
    code, said = evidence("new", "study", "doe-2016", "--title", "A trial", cwd=project)
    assert code == 0
    assert "chapters/studies/doe-2016.ipynb" in said
    assert "every TODO of doe-2016 (doe2016)" in said


def test_a_parameter_file_that_is_no_table_is_refused(tmp_path):
    path = tmp_path / "p.yml"
    path.write_text("- 1\n- 2\n")
    code, said = evidence("run", QUESTION, "--params", str(path))
    assert code == 1
    assert "expected name: value lines" in said


def test_a_broken_table_stops_check_run_and_build_before_anything_is_touched(project):
    table = project / "data" / "outcomes.csv"
    table.write_text(table.read_text().replace("7.39,5.52,9.20", "seven,5.52,9.20", 1))
    published = project / "_build" / "html" / "index.html"
    published.parent.mkdir(parents=True)
    published.write_text("the last good book")
    for words in (["check"], ["run"], ["build"], ["status"]):
        code, said = evidence(*words, cwd=project)
        assert code == 1
        assert "value_reported: expected a number, a bound such as <1 or >12" in said
        assert "1 problem found" in said
    assert published.read_text() == "the last good book"


def test_a_naked_number_in_prose_stops_the_build(project):
    page = project / "chapters" / "methods" / "limits.md"
    page.write_text(page.read_text() + "\nThe hazard ratio was 0.98 then.\n")
    code, said = evidence("check", cwd=project)
    assert code == 1
    assert 'expected {num}`key` for a number in prose, got "0.98"' in said


def test_a_page_left_out_of_the_contents_is_named(project):
    (project / "chapters" / "extra.md").write_text("# Extra\n")
    code, said = evidence("check", cwd=project)
    assert code == 1
    assert "_toc.yml: expected every page of chapters/, got no chapters/extra" in said


def test_a_study_chapter_with_code_of_its_own_is_named(project):
    page = project / "chapters" / "studies" / "ryan-2007.ipynb"
    page.write_text(page.read_text().replace("recompute(evidence, page.parameters)", "[]"))
    code, said = evidence("check", cwd=project)
    assert code == 1
    assert "ryan-2007.ipynb: expected the code cells that all study chapters share" in said


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("orr_ni_margin", "5", "did you mean orr_ni_margin_pp?"),
        ("orr_ni_margin_pp", "300", "orr_ni_margin_pp: expected a number from 1 to 30, got 300"),
        ("pool_model", "'; open('X', 'w'); '<script>", "pool_model: expected one of"),
    ],
)
def test_plain_papermill_refuses_in_the_first_cell_with_the_same_message(
    tmp_path, name, value, message
):
    source = Path(__file__).resolve().parents[2] / "chapters" / f"{QUESTION}.ipynb"
    done = subprocess.run(
        [sys.executable, "-m", "papermill", str(source), str(tmp_path / "out.ipynb"),
         "-p", name, value, "--no-progress-bar"],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode != 0
    assert "ParameterError" in done.stderr
    assert message in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["out.ipynb"]
    # No cell after the first one ran, so there is no page to publish.
    cells = [c for c in json.loads((tmp_path / "out.ipynb").read_text())["cells"]
             if c["cell_type"] == "code" and c["outputs"]]  # fmt: skip
    assert len(cells) == 1


def test_a_terminal_without_arrows_gets_their_codes_not_a_traceback():
    done = subprocess.run(
        [sys.executable, "-m", "evidence_book", "run", "n\u2192"], capture_output=True, check=False,
        env={**os.environ, "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0",
             "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(b"expected the name of a page, got 'n")
    # Standard output is strict unless told otherwise.
    said = subprocess.run(
        [sys.executable, "-c", "import evidence_book.__main__ as line\n"
         "from evidence_book.commands.app import console\n"
         "line.app = lambda: console.print('a \\u2192 b')\nline.main()"],
        capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "ascii"},
    ).stdout  # fmt: skip
    assert said == b"a \\u2192 b\n"
    assert b"Traceback" not in done.stderr


def test_a_page_without_parameters_runs_on_other_data(project, monkeypatch):
    monkeypatch.setattr("evidence_book.runs.variant.load_evidence", lambda: "read")
    assert checked_parameters("appendix/provenance", {}) == {}
    with pytest.raises(ParameterError, match="appendix/provenance has no parameters"):
        checked_parameters("appendix/provenance", {"level": 0.9})


@pytest.mark.parametrize("words", [["run", QUESTION, "--set", "level=0.9"], ["sweep"]])
def test_where_nothing_can_be_written_it_is_said_before_anything_runs(project, words):
    # A file in the place of the folder: the tests may run as somebody who may write anywhere.
    (project / "_build").write_text("")
    if words == ["sweep"]:
        (project / "grid.yml").write_text("level: [0.9]")
        words = ["sweep", QUESTION, "--grid", "grid.yml"]
    code, said = evidence(*words, cwd=project)
    assert code == 1
    assert "_build" in said
    assert "expected a file that can be used" in said


def test_a_disk_that_is_full_while_a_folder_is_copied_is_said_in_words():
    why = "[Errno 28] No space left on device: '/a/b'"
    error = shutil.Error([("/c/b", "/a/b", why), ("/c/d", "/a/d", why)])
    said = describe_os_error(error)
    assert (
        said == "/a/b: expected a file that can be used, got: No space left on device (and 1 more)"
    )
    error = OSError(28, "No space left on device", "/a/b")
    assert describe_os_error(error).endswith("/a/b: expected a file that can be used, "
                                             "got: No space left on device")  # fmt: skip


def test_status_shows_the_pages_that_can_be_read(project):
    path = project / "chapters" / "studies" / "ryan-2007.ipynb"
    path.write_text("<<<<<<< HEAD")
    code, said = evidence("status", cwd=project)
    assert code == 1
    assert "studies/sternberg-2010" in said
    assert "chapters/studies/ryan-2007.ipynb: expected a notebook" in said
    assert f"1 of {len(list_pages())} pages cannot be read" in said
