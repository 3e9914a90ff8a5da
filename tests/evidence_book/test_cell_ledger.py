"""A page is worked on in Jupyter: its cells are run again, in any order that Python allows."""

import subprocess
import sys
from pathlib import Path

import pytest

from evidence.record import cell_ledger
from evidence.record.cell_ledger import CellLedger, RunningCell
from evidence.record.claims import Claim
from evidence.record.results import make_result
from evidence.sources.readings import Readings
from evidence_book.runs.freshness import list_pages
from evidence_stats.estimates import Estimate

ROOT = Path(__file__).resolve().parents[2]


# Chapters of studies share their cells (test_new_study): one of them stands for all. Cells of
# questions run twice in test_last_places.
ONE_OF_EACH = [page for page in list_pages() if not page.startswith(("studies/", "questions/"))]


@pytest.mark.parametrize(
    "pages",
    [[*ONE_OF_EACH, "studies/jonasch-2010"], pytest.param([], marks=pytest.mark.everywhere)],
    ids=["one of each kind", "all"],
)
def test_every_cell_runs_twice_and_the_page_opens_again(pages):
    done = subprocess.run(
        [sys.executable, "-m", "tests.page_shell", "--twice", *pages],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def number(key, value=1.0):
    return make_result(key, "a number", Estimate(value), ["row"], external=False)


@pytest.fixture
def run(monkeypatch):
    """Return a function that makes a cell the running one."""

    def begin(name, execution):
        cell = RunningCell(name, execution, f"first line of {name}")
        monkeypatch.setattr(cell_ledger, "running_cell", lambda: cell)

    return begin


def test_a_cell_that_runs_again_replaces_what_it_recorded(run):
    ledger = CellLedger()
    run("a", 1)
    ledger.put(number("kept"))
    ledger.put(number("dropped"))
    run("a", 2)
    ledger.put(number("kept", 2.0))
    assert {key: result.value for key, result in ledger.results.items()} == {"kept": 2.0}


def test_a_key_of_another_cell_is_an_error_that_names_both(run):
    ledger = CellLedger()
    run("a", 1)
    ledger.put(number("taken"))
    run("b", 2)
    with pytest.raises(ValueError, match="first line of a.*first line of b") as caught:
        ledger.put(number("taken"))
    # Editors that send no id of a cell with its code make another cell of it.
    edited = "if that is the same cell, edited: run the cell that opens the page again"
    assert str(caught.value).endswith(edited)


def test_a_key_twice_in_one_run_is_an_error(run):
    ledger = CellLedger()
    run("a", 1)
    ledger.put(Claim("said", "It is so.", "holds", "x", "low", ()))
    with pytest.raises(ValueError, match="expected a key that is not yet recorded, got said"):
        ledger.put(Claim("said", "It is not.", "holds", "x", "low", ()))


def test_a_conclusion_may_have_the_key_of_a_number(run):
    ledger = CellLedger()
    run("a", 1)
    ledger.put(number("same"))
    ledger.put(Claim("same", "It is so.", "holds", "x", "low", ()))


def test_tables_keep_their_numbers_when_their_cell_runs_again(run):
    ledger = CellLedger()
    run("a", 1)
    first = [ledger.next_table(), ledger.next_table()]
    run("b", 2)
    second = [ledger.next_table()]
    run("a", 3)
    again = [ledger.next_table(), ledger.next_table()]
    run("c", 4)
    assert (first, second, again, ledger.next_table()) == ([1, 2], [3], [1, 2], 4)


def test_what_a_cell_asked_of_the_data_is_told_again_when_it_runs_again(run):
    ledger = CellLedger()
    asked = Readings({"row-a": {"n"}})
    run("a", 1)
    assert ledger.not_told(asked).rows == {"row-a": {"n"}}
    asked.add(Readings({"row-b": {"n"}}))
    run("b", 2)
    assert ledger.not_told(asked).rows == {"row-b": {"n"}}
    run("a", 3)
    assert ledger.not_told(asked).rows == {"row-a": {"n"}}
