"""Parameters are edited in Jupyter while their page stands: what is not taken in is said."""

import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from evidence.record.live_parameters import parameters_cells
from evidence.record.validation import ParameterError

PARAMETERS = "level = 0.95\nmultiarm_rho = 0.5"
OPEN = """
from evidence_stats.estimates import Estimate
from evidence.record.opening import open_page
import evidence as ev
from mrcc.adding_interferon.parameters import AddingInterferon
from evidence.tables.table import make_table
page = open_page(AddingInterferon, globals())
"""
RECORD = """
rho = page.parameters.multiarm_rho
page.record("rho", Estimate(rho), "The correlation", ["jonasch-2010.pfs.median.sorafenib"])
"""
# Of the history only what stands in memory.
NOTHING_ON_DISK = Config({"HistoryManager": {"enabled": False}})
AGAIN = "run the cell that opens the page again"


@pytest.fixture
def run(monkeypatch):
    """Return a function that runs a cell in a kernel, and raises what the cell raises."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(colors="nocolor", config=NOTHING_ON_DISK)

    def run_cell(source):
        shell.run_cell(source, store_history=True).raise_error()
        return shell.user_ns

    yield run_cell
    InteractiveShell.clear_instance()


@pytest.fixture
def opened(run):
    """Return that function once a page is open and has recorded a number."""
    for source in (PARAMETERS, OPEN, RECORD):
        run(source)
    return run


def test_a_page_whose_new_parameters_are_refused_takes_in_nothing_more(opened):
    opened(PARAMETERS.replace("0.5", "5"))
    with pytest.raises(ParameterError, match="multiarm_rho: expected a number"):
        opened(OPEN)
    for source in (
        RECORD,
        'page.claim("c", tested=ev.value("rho") > 0, holds="H", falls="F", unclear="unknown")',
        'page.table(make_table(["A"], [["b"]], caption="C"))',
        'page.display({"text/plain": "x"})',
        'page.results["rho"]',
    ):
        with pytest.raises(ParameterError, match=f"expected an open page, got .*; {AGAIN}"):
            opened(source)
    opened(PARAMETERS)
    opened(OPEN)
    assert opened(RECORD)["page"].results["rho"].value == 0.5


def test_edited_parameters_that_no_page_was_opened_with_are_named_with_both_values(opened):
    opened(PARAMETERS.replace("0.5", "0.3"))
    with pytest.raises(
        ParameterError,
        match=f"multiarm_rho: expected 0.5, with which the page was opened, got 0.3; {AGAIN}",
    ):
        opened(RECORD)
    opened(OPEN)
    assert opened(RECORD)["page"].results["rho"].value == 0.3


def test_a_misspelt_name_in_an_edited_parameters_cell_is_refused(opened):
    opened(PARAMETERS.replace("multiarm_rho = 0.5", "multiarm_roh = 0.3"))
    for _ in range(2):
        with pytest.raises(ParameterError, match="multiarm_roh: no such .* mean multiarm_rho"):
            opened(OPEN)
    opened(PARAMETERS.replace("0.5", "0.3"))
    assert opened(OPEN)["page"].parameters.multiarm_rho == 0.3


def test_a_misspelt_name_that_was_corrected_no_longer_counts(run):
    run(PARAMETERS.replace("multiarm_rho", "multiarm_roh"))
    with pytest.raises(ParameterError, match="multiarm_roh: no such parameter"):
        run(OPEN)
    run(PARAMETERS)
    assert run(OPEN)["page"].parameters.multiarm_rho == 0.5


def test_names_that_later_cells_make_are_no_parameters(opened):
    opened("rho_by_hand = 0.4\nmultiarm_roh = [1, 2]")
    opened("level_wanted, levels = page.parameters.level, [0.9]")
    assert opened(OPEN)["page"].parameters.multiarm_rho == 0.5


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("# Parameters\nlevel = -1\nlevle: float = 2", [{"level", "levle"}]),
        ("level = page.level\nrows = []", []),
        ("level, other = 1, 2", []),
        ("rows = 3", []),
        ("%matplotlib inline\nlevel = 1", []),
        ("level = 1\nprint(level)", []),
    ],
)
def test_a_parameters_cell_assigns_plain_values_and_a_parameter_among_them(source, names):
    assert parameters_cells([source], ["level"]) == names
