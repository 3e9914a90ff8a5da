"""What nbval says where a chapter differs: the number, what changed, and the command that mends."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from evidence.files.paths import notebook_path
from evidence.record.results import FIGURE_MIME, PAGE_MIME, read_results
from evidence_book.reports.output_changes import changed_marks, changed_outputs

PAGE = "studies/gollob-2007"
ROW = "gollob-2007.pfs.median.sorafenib_ifn"


def outputs_of(page):
    notebook = json.loads(notebook_path(page).read_text())
    return [
        output["data"]
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if "data" in output
    ]


def test_the_same_outputs_differ_in_nothing():
    assert changed_outputs(outputs_of(PAGE), outputs_of(PAGE)) == []


def test_a_moved_number_is_named_with_both_values():
    was = outputs_of(PAGE)
    now = json.loads(json.dumps(was).replace('"value": 10.0', '"value": 11.0'))
    lines = changed_outputs(was, now)
    assert any(line.startswith("pfs.median.sorafenib_ifn: 10") for line in lines), lines


def test_a_changed_cell_of_a_table_is_shown_without_its_tags():
    was = {"text/html": "<table><tr><td class='number'>0.98</td><td>b</td></tr></table>"}
    now = {"text/html": "<table><tr><td class='number'>0.92</td><td>b</td></tr></table>"}
    assert changed_outputs([was], [now]) == [
        "table in output 1: 1 of 2 cells differ: '0.98' \u2192 '0.92'"
    ]


def test_a_changed_parameter_is_named():
    sides = [[{PAGE_MIME: {"page": "p", "parameters": {"level": level}}}] for level in (0.95, 0.9)]
    assert changed_outputs(*sides) == ["parameter level: 0.95 \u2192 0.9"]


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ('<rect x="1.5" y="2"/><path d="M 1 1"/>', "1 of 2 marks moved, at most by 0.5 points"),
        ('<rect x="1" y="2"/>', "2 marks became 1"),
        ('<rect x="1" y="2"/><path d="L 1 1"/>', "1 of 2 marks have another form"),
        (
            '<rect id="p0123456789" x="1" y="2"/><path d="M 1 1"/>',
            "the same marks under other names",
        ),
    ],
)
def test_of_a_figure_it_is_said_how_many_marks_moved_and_how_far(now, said):
    assert changed_marks('<rect x="1" y="2"/><path d="M 1 1"/>', now) == said


def test_words_of_a_figure_are_compared():
    facts = {"name": "forest", "caption": "a", "alt": "b", "data": "x\n1\n2\n"}
    now = {**facts, "alt": "c", "data": "x\n1\n3\n"}
    assert changed_outputs([{FIGURE_MIME: facts}], [{FIGURE_MIME: now}]) == [
        "alternative text of forest: 'b' \u2192 'c'",
        "data of forest: -2; +3",
    ]


def git(project, *words):
    identity = {
        f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    subprocess.run(
        ["git", *words],
        cwd=project,
        check=True,
        capture_output=True,
        env={**os.environ, **identity},
    )


def nbval(project, page):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env",
         "-p", "no:cacheprovider", "-W", "default", str(notebook_path(page))],
        cwd=project, capture_output=True, text=True, check=False,
        env={**os.environ, "JUPYTER_DEFAULT_PROVISIONER_NAME": "evidence-forked"},
    )  # fmt: skip
    return done.stdout + done.stderr


def test_nbval_names_the_number_the_row_and_the_command(project):
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "as committed")
    printed = read_results(notebook_path(PAGE)).results["pfs.median.sorafenib_ifn"].text
    table = project / "data" / "outcomes.csv"
    lines = table.read_text().splitlines()
    line = next(line for line in lines if line.startswith(ROW))
    table.write_text(table.read_text().replace(line, line.replace(",median,10,", ",median,11,")))
    said = nbval(project, PAGE)
    assert f"pfs.median.sorafenib_ifn: {printed} \u2192 11" in said
    assert f"changed: data row {ROW}, value_reported: 10 \u2192 11" in said
    assert f"mend: `evidence run {PAGE}`" in said
    shutil.rmtree(project / ".git")
    assert "changed: the data that the page asked for" in nbval(project, PAGE)
