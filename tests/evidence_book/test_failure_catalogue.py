"""Every mistake that a user of the command line can make, and what is said of it.

Each message says what was expected, what was given, where, and what to do or what there is.
"""

import csv
import io
import json
import shutil
import sys
from pathlib import Path

import pytest

from evidence.sources.data import load_evidence
from evidence_book.__main__ import main
from evidence_book.rendering.fingerprints import hash_sources
from tests.conftest import copy_project

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "questions/landscape"
LEVEL = "expected a number from 0.8 to 0.99, got "
BAD_BIB = "@article{a1,\n  title = {x},\n  year = {2001},\n  url = {javascript:alert(1)},\n}\n"

# Name: words of the command line, and what its message must hold. {f} is the folder of FILES.
CATALOGUE = {
    # pages
    "a page misspelt": (["run", "questions/landscap"], ["expected the name of a page", "'questions/landscap'", f"did you mean {QUESTION}"]),
    "a page outside": (["run", "../../etc/passwd"], ["expected the name of a page", "pages: "]),
    "a page of a megabyte": (["run", "x" * 100_000], ["expected the name of a page", "(100002 characters)"]),
    "a page with escapes": (["run", "a\x1b[31m"], ["expected the name of a page", "\\x1b"]),
    "an empty page": (["run", ""], ["expected the name of a page", "''"]),
    "no page for a variant": (["run", "--set", "level=0.9"], ["expected the name of a page", "pages: "]),
    "params without parameters": (["params", "appendix/provenance"], ["appendix/provenance", "has no parameters"]),
    "params of no page": (["params", "nowhere"], ["expected the name of a page", "'nowhere'"]),
    # --set
    "a parameter misspelt": (["run", QUESTION, "--set", "levl=0.9"], ["levl", "no such parameter of questions/landscape", "did you mean level?"]),
    "code for a name": (["run", QUESTION, "--set", "x=1;import os#=1"], ["no such parameter"]),
    "a name of newlines": (["run", QUESTION, "--set", "a\nb=1"], ["a\\nb", "no such parameter"]),
    "no equals": (["run", QUESTION, "--set", "level"], ["--set", "expected name=value", '"level"']),
    "a name twice": (["run", QUESTION, "--set", "level=0.9", "--set", "level=0.8"], ["--set", "each name once", "level"]),
    "out of range": (["run", QUESTION, "--set", "level=95"], ["level", f"{LEVEL}95"]),
    "a parameter of a study misspelt": (["run", "studies/ryan-2007", "--set", "maxn=9"], ["maxn: no such parameter of studies/ryan-2007; did you mean max_n?"]),
    "limits that coincide": (["run", "questions/biomarker_prognosis", "--set", 'hr_pfs=["1.00", "1.00", "1.00", "1"]'], ["hr_pfs", "as text, with limits that differ, got"]),
    "not finite": (["run", QUESTION, "--set", "level=.nan"], ["level", LEVEL, "NaN"]),
    "a number of 400 digits": (["run", QUESTION, "--set", "level=" + "9" * 400], ["level", LEVEL]),
    "a number of eight digits of eight": (["run", "studies/ryan-2007", "--set", "max_n=0400"], ["--set max_n", "expected decimal digits", "0400"]),
    "a number of sixty to one": (["run", "questions/biomarker_prognosis", "--set", "n_hypotheses=1:30"], ["--set n_hypotheses", "expected decimal digits", "1:30"]),
    "a table of some reasons": (["run", "questions/combination_vs_monotherapy", "--set", "downgrade={risk_of_bias: 1}"], ["downgrade", "expected steps for each of risk_of_bias, inconsistency, indirectness, imprecision, publication"]),
    "a number twice in a list": (["run", "questions/combination_vs_monotherapy", "--set", "landmarks=[1, 1]"], ["landmarks", "expected each number once", "[1.0, 1.0]"]),
    "a file of many wrong names": (["run", QUESTION, "--params", "{f}/many.yml"], ["n0: no such parameter", "... and 9980 more"]),
    "infinite": (["run", QUESTION, "--set", "level=1e400"], ["level", LEVEL]),
    "a word for a number": (["run", QUESTION, "--set", "level=high"], ["level", LEVEL, '"high"']),
    "a list for a number": (["run", QUESTION, "--set", "level=[0.9]"], ["level", LEVEL, "[0.9]"]),
    "yaml that is none": (["run", QUESTION, "--set", "level=[1"], ["--set level", "expected YAML"]),
    "a tag of python": (["run", QUESTION, "--set", "level=!!python/object/apply:os.getcwd []"], ["--set level", "expected YAML"]),
    "nesting without end": (["run", QUESTION, "--set", "level=" + "[" * 5000], ["--set level", "40 levels"]),
    "a study that is not there": (["run", QUESTION, "--set", "exclude_studies=[jonash-2010]"], ["exclude_studies", "expected a study in the data", '"jonash-2010"', "did you mean jonasch-2010?"]),
    "a study chapter of another study": (["run", "studies/ryan-2007", "--set", "study_id=eto-2015"], ["study_id", "run the other page"]),
    # --params
    "no file of parameters": (["run", QUESTION, "--params", "{f}/nowhere.yml"], ["--params", "expected a readable file", "No such file"]),
    "a folder of parameters": (["run", QUESTION, "--params", "{f}"], ["--params", "expected a readable file", "folder or device"]),
    "parameters without end": (["run", QUESTION, "--params", "/dev/zero"], ["--params", "expected a readable file", "folder or device"]),
    "parameters in Latin": (["run", QUESTION, "--params", "{f}/latin.yml"], ["--params", "latin.yml: expected a readable file in UTF-8"]),
    "parameters that are no YAML": (["run", QUESTION, "--params", "{f}/broken.yml"], ["--params", "broken.yml: expected YAML", "line 2"]),
    "a list of parameters": (["run", QUESTION, "--params", "{f}/list.yml"], ["--params", "expected name: value lines", "[1, 2]"]),
    "a bomb of aliases": (["run", QUESTION, "--params", "{f}/bomb.yml"], ["--params", "expected values written out, got an alias", "line 2"]),
    "parameters twice": (["run", QUESTION, "--params", "{f}/twice.yml"], ["--params", "each name once", '"level"', "line 2"]),
    "a number for a name": (["run", QUESTION, "--params", "{f}/number.yml"], ["--params", "expected the name of a parameter", "1"]),
    # sweep
    "no grid": (["sweep", QUESTION, "--grid", "{f}/nowhere.yml"], ["--grid", "expected a readable file"]),
    "a grid of one value": (["sweep", QUESTION, "--grid", "{f}/scalar.yml"], ["--grid scalar.yml", "expected a list of values", "fixed"]),
    "a grid without end": (["sweep", QUESTION, "--grid", "{f}/endless.yml"], ["--grid endless.yml", "at most 20000 runs", "fewer values"]),
    "a grid of a bad value": (["sweep", QUESTION, "--grid", "{f}/range.yml"], ["level", LEVEL, "nothing was run"]),
    "a grid in Latin": (["sweep", QUESTION, "--grid", "{f}/latin.yml"], ["--grid latin.yml: expected a readable file in UTF-8"]),
    "a grid that is no YAML": (["sweep", QUESTION, "--grid", "{f}/broken.yml"], ["--grid broken.yml: expected YAML", "line 2"]),
    "an unknown number": (["sweep", QUESTION, "--grid", "{f}/good.yml", "--keys", "hr_os"], ["--keys", "expected a number or claim", "'hr_os'"]),
    "a file for a folder": (["sweep", QUESTION, "--grid", "{f}/good.yml", "--out", "{f}/good.yml"], ["--out", "expected a folder", "good.yml"]),
    "a scheduler that is none": (["sweep", QUESTION, "--grid", "{f}/good.yml", "--scheduler", "host"], ["--scheduler", "expected the address", "tcp://127.0.0.1:8786", "'host'"]),
    # --data
    "an empty word for a folder": (["check", "--data", ""], ["--data", "expected a folder of tables, got an empty word"]),
    "no folder of data": (["check", "--data", "{f}/nowhere"], ["--data", "expected a folder of tables", "nowhere"]),
    "an empty folder of data": (["check", "--data", "{f}/empty"], ["--data", "studies.csv", "copy data/"]),
    "a table that is missing": (["check", "--data", "{f}/lacking"], ["lacking/outcomes.csv", "expected a file of this name, got none"]),
    "a folder for a table": (["check", "--data", "{f}/nested"], ["nested/arms.csv", "expected a file, got a folder"]),
    "a formula in a cell": (["check", "--data", "{f}/formula"], ["formula/studies.csv:2 note", "leading =, +, - or @", "+1+cmd|"]),
    "unseen direction of text": (["check", "--data", "{f}/bidi"], ["bidi/studies.csv:2 title", "unseen characters", "\\u202e"]),
    "a NUL": (["check", "--data", "{f}/nul"], ["nul/studies.csv:2 title", "unseen characters", "\\x00"]),
    "an endless quote": (["check", "--data", "{f}/quote"], ["quote/outcomes.csv:", "quotes are closed"]),
    "a cell of a megabyte": (["check", "--data", "{f}/megabyte"], ["megabyte/studies.csv", "expected"]),
    "too many rows": (["check", "--data", "{f}/rows"], ["rows/outcomes.csv", "expected at most 50000 rows, got more"]),
    "a bibliography with a script": (["check", "--data", "{f}/bib"], ["bib/references.bib:1 a1.url", "expected an https address", "javascript:"]),
    "a bibliography of macros": (["check", "--data", "{f}/macro"], ["macro/references.bib:1", "entries and no macros", "@string"]),
    "data of another width": (["audit", "--data", "{f}/ragged"], ["ragged/arms.csv:2", "cells, got 1"]),
    # audit
    "an unknown study": (["audit", "jonash"], ["expected the id of a study", "'jonash'", "jonasch-2010"]),
    "an unknown severity": (["audit", "--min-severity", "warn"], ["min_severity", "expected one of", "'warn'"]),
    # diff, release, archive, normalise
    "no such side": (["diff", "nowhere"], ["expected a released version, working, or the path", "'nowhere'"]),
    "a version that is not there": (["diff", "9.9.9"], ["expected a released version", "0.1.0", "'9.9.9'"]),
    "an edition that is none": (["diff", "{f}/list.json", "0.1.0"], ["list.json", "expected an edition"]),
    "an edition with NaN": (["diff", "{f}/nan.json", "0.1.0"], ["nan.json", "expected an edition", "NaN"]),
    "a notebook that is none": (["diff", "{f}/text.ipynb", "0.1.0"], ["text.ipynb", "expected a notebook"]),
    "a notebook of somebody else": (["diff", "{f}/other.ipynb", "0.1.0"], ["other.ipynb", "expected an executed notebook of the book"]),
    "a folder that is no variant": (["diff", "{f}/empty", "0.1.0"], ["results.json", "empty"]),
    "a report into no folder": (["diff", "0.1.0", "0.1.0", "--markdown", "{f}/no/where.md"], ["--markdown", "expected a file that can be written", "No such file"]),
    "a version that is no number": (["release", "next"], ["expected a version such as 0.2.0", "'next'"]),
    "a version that is there": (["release", "0.1.0"], ["0.1.0.json", "expected a new version", "never written again"]),
    "an archive of nothing": (["archive", "9.9.9"], ["expected a released version", "'9.9.9'"]),
    "nothing to normalise": (["normalise", "{f}/nowhere.ipynb"], ["expected a notebook", "nowhere.ipynb"]),
    "a text to normalise": (["normalise", "{f}/text.ipynb"], ["text.ipynb", "expected a notebook"]),
    "a cell that is none": (["normalise", "{f}/cell.ipynb"], ["cell.ipynb", "expected a notebook", "cell 1"]),
    # new
    "a study without a year": (["new", "study", "doe", "--title", "x"], ["expected an id such as doe-2016", "'doe'"]),
    "a study outside": (["new", "study", "../../x-2001", "--title", "x"], ["expected an id such as doe-2016", "'../../x-2001'"]),
    "a study that is there": (["new", "study", "ryan-2007", "--title", "x"], ["expected the id of a new study", "ryan-2007"]),
    "a title of markup": (["new", "study", "doe-2016", "--title", "<script>"], ["--title", "expected plain text", "<script>"]),
    "a title of BibTeX": (["new", "study", "doe-2016", "--title", "}x"], ["--title", "braces", "'}x'"]),
    "an unknown treatment": (["new", "study", "doe-2016", "--title", "x", "--arm", "a=XXX"], ["--arm", "expected one of", "SOR+IFN", "'XXX'"]),
    "a question outside": (["new", "question", "../x", "--title", "x"], ["expected", "'../x'"]),
    "an unknown multiverse": (["multiverse", "nowhere"], ["expected", "'nowhere'", "biomarker_prognosis"]),
    # words of the command line itself
    "an unknown command": (["biuld"], ["No such command", "biuld"]),
    "an unknown option": (["check", "--frobnicate"], ["No such option", "--frobnicate"]),
    "too many workers": (["run", "--workers", "1000"], ["--workers", "less than or equal to 64"]),
    "a number of workers that is none": (["run", "--workers", "two"], ["--workers", "integer"]),
}  # fmt: skip


def _edited(folder, name, edit):
    """Write a copy of the valid example with one file changed."""
    shutil.copytree(ROOT / "tests" / "bad_data" / "valid", folder)
    path = folder / name
    path.write_bytes(edit(path.read_text(encoding="utf-8")).encode("utf-8"))


def _in_second_line(column, text):
    def edit(table):
        header, first, *rest = csv.reader(io.StringIO(table))
        first[header.index(column)] = text
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n").writerows([header, first, *rest])
        return stream.getvalue()

    return edit


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    texts = {
        "list.yml": "[1, 2]", "bomb.yml": "a: &a [x, x]\nb: [*a, *a]\n", "number.yml": "1: 2\n",
        "many.yml": "\n".join(f"n{i}: 1" for i in range(10_000)),
        "twice.yml": "level: 0.9\nlevel: 0.8\n", "scalar.yml": "level: 0.9\n",
        "endless.yml": "\n".join(f"n{i}: [1, 2]" for i in range(40)), "good.yml": "level: [0.9]\n",
        "range.yml": "level: [2.0]\n", "broken.yml": "level: 0.9\nx: [1\n", "list.json": "[]", "text.ipynb": "hello",
        "nan.json": '{"format": 1, "name": NaN}', "cell.ipynb": '{"cells": [1]}',
        "other.ipynb": json.dumps({"cells": [], "metadata": {}, "nbformat": 4}),
    }  # fmt: skip
    for name, text in texts.items():
        (folder / name).write_text(text)
    (folder / "latin.yml").write_bytes(b"level: \xe9\n")
    (folder / "empty").mkdir()
    _edited(folder / "lacking", "outcomes.csv", str)
    (folder / "lacking" / "outcomes.csv").unlink()
    _edited(folder / "nested", "arms.csv", str)
    (folder / "nested" / "arms.csv").unlink()
    (folder / "nested" / "arms.csv").mkdir()
    _edited(folder / "formula", "studies.csv", _in_second_line("note", "+1+cmd|' /C calc'!A0"))
    _edited(folder / "bidi", "studies.csv", _in_second_line("title", "a\u202eb"))
    _edited(folder / "nul", "studies.csv", _in_second_line("title", "a\x00b"))
    _edited(folder / "quote", "outcomes.csv", lambda text: text + '"')
    _edited(folder / "megabyte", "studies.csv", _in_second_line("title", "x" * 1_000_000))
    _edited(folder / "rows", "outcomes.csv",
            lambda text: text + text.split("\n")[1].join(["", "\n"]) * 50_001)  # fmt: skip
    _edited(folder / "bib", "references.bib", lambda text: BAD_BIB + text)
    _edited(folder / "macro", "references.bib", lambda text: '@string{a = "x"}\n' + text)
    _edited(folder / "ragged", "arms.csv", lambda text: text.split("\n")[0] + "\nx\n")
    return folder


@pytest.fixture(scope="module")
def checked():
    """Return the fingerprint of the book's tables: they are checked once, not for every line."""
    return load_evidence(ROOT / "data").digest()


@pytest.fixture(scope="module")
def _copy(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("untouched") / "project")


@pytest.fixture
def untouched(_copy, monkeypatch):
    """Let the commands work on a copy of the project, of which they change nothing."""
    before = hash_sources(_copy)
    monkeypatch.setenv("EVIDENCE_ROOT", str(_copy))
    yield _copy
    assert hash_sources(_copy) == before


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_mistake_is_met_with_what_was_expected_given_where_and_what_to_do(
    name, files, checked, capsys, monkeypatch, untouched
):
    monkeypatch.setenv("EVIDENCE_CHECKED", checked)
    words, holds = CATALOGUE[name]
    monkeypatch.setattr(sys, "argv", ["evidence", *(w.replace("{f}", str(files)) for w in words)])
    with pytest.raises(SystemExit) as ended:
        main()
    said = "".join(capsys.readouterr())
    assert ended.value.code in (1, 2)
    assert "Traceback" not in said
    assert "Error:" not in said.replace("Error: ", "", 1) or ended.value.code == 2, said
    flat = " ".join(said.replace("\u2502", " ").split())
    for part in holds:
        assert part in flat, said
    assert len(said) < 8000
    assert said.replace("\n", "").isprintable()


def test_the_catalogue_does_not_shrink():
    assert len(CATALOGUE) >= 70


@pytest.mark.parametrize("given", ["0.5", "1e3"])
def test_the_time_limit_may_be_any_number_of_seconds(given, untouched, monkeypatch, capsys):
    monkeypatch.setenv("EVIDENCE_TIME_LIMIT", given)
    monkeypatch.setattr(sys, "argv", ["evidence", "run", "nowhere"])
    with pytest.raises(SystemExit):
        main()
    assert "expected the name of a page" in "".join(capsys.readouterr())
