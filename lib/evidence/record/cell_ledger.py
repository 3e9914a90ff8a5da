"""What each cell of a notebook has put on its page, so that running it again replaces that.

A page is worked on in Jupyter: a cell is changed and run again, while the others stand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from evidence.record.claims import Claim
from evidence.record.results import Result
from evidence.sources.readings import Readings

REOPEN = "run the cell that opens the page again"


@dataclass(frozen=True, slots=True)
class RunningCell:
    """A cell while it runs.

    Attributes
    ----------
    name : str
        The same whenever the cell runs: the id that Jupyter gives it, else its source.
    run : int
        Number of this run in its kernel.
    first_line : str
        First line of its source, for messages.
    """

    name: str = ""
    run: int = 0
    first_line: str = ""


def running_cell() -> RunningCell:
    """Return the cell that is running; one without a name outside a notebook.

    JupyterLab and editors send the id of a cell with its code; papermill and nbval send the code
    alone, and run every cell once.
    """
    from IPython.core.getipython import get_ipython

    shell, inputs = get_ipython(), past_inputs()
    if not inputs:
        return RunningCell()
    source = inputs[-1]
    request = getattr(shell, "parent_header", None) or {}
    identity = str(request.get("metadata", {}).get("cellId", ""))
    first = next(iter(source.strip().splitlines()), "")
    return RunningCell(identity or source, len(inputs), first)


def past_inputs() -> list[str]:
    """Return the source of every cell that ran in this kernel; none outside a notebook."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    history = None if shell is None else shell.history_manager
    return [] if history is None else [str(source) for source in history.input_hist_raw]


@dataclass(slots=True)
class _Said:
    """What one run of a cell has said."""

    cell: RunningCell
    first_table: int | None = None
    tables: int = 0
    results: set[str] = field(default_factory=set)
    claims: set[str] = field(default_factory=set)
    asked: Readings = field(default_factory=Readings)


class CellLedger:
    """What the cells of a page have recorded.

    Attributes
    ----------
    results, claims : dict
        By key, each from the last run of its cell.
    """

    def __init__(self) -> None:
        self.results: dict[str, Result] = {}
        self.claims: dict[str, Claim] = {}
        self._cells: dict[str, _Said] = {}

    def put(self, made: Result | Claim) -> None:
        """Take in what the running cell records.

        Raises
        ------
        ValueError
            Where its key was recorded by another cell, or before in the same run of this one.
        """
        said = self._said()
        if isinstance(made, Result):
            self._refuse_known(made.key, said, {one: cell.results for one, cell in self._all()})
            said.results.add(made.key)
            self.results[made.key] = made
        else:
            self._refuse_known(made.key, said, {one: cell.claims for one, cell in self._all()})
            said.claims.add(made.key)
            self.claims[made.key] = made

    def next_table(self) -> int:
        """Return the number of a table on the page; a cell that runs again counts as before."""
        said = self._said()
        if said.first_table is None:
            ends = [c.first_table + c.tables for _, c in self._all() if c.first_table is not None]
            said.first_table = max(ends, default=1)
        said.tables += 1
        return said.first_table + said.tables - 1

    def not_told(self, asked: Readings) -> Readings:
        """Return what was asked of the data and no cell has told of yet; this one now has."""
        said, told = self._said(), Readings()
        for _, one in self._all():
            told.add(one.asked)
        now = asked.without(told)
        said.asked.add(now)
        return now

    def _all(self) -> list[tuple[RunningCell, _Said]]:
        return [(said.cell, said) for said in self._cells.values()]

    def _said(self) -> _Said:
        """Return what this run of the cell has said; what an earlier run said is forgotten."""
        cell = running_cell()
        said = self._cells.get(cell.name)
        if said is None or said.cell.run != cell.run:
            for key in said.results if said else ():
                del self.results[key]
            for key in said.claims if said else ():
                del self.claims[key]
            said = _Said(cell, said.first_table if said else None)
            self._cells[cell.name] = said
        return said

    @staticmethod
    def _refuse_known(key: str, said: _Said, keys: Mapping[RunningCell, Collection[str]]) -> None:
        owner = next((cell for cell, known in keys.items() if key in known), None)
        if owner is None:
            return
        places = (
            f"; it was recorded by the cell that begins {owner.first_line!r}, and again by the one "
            f"that begins {said.cell.first_line!r}; if that is the same cell, edited: {REOPEN}"
        )
        raise ValueError(
            f"expected a key that is not yet recorded, got {key}{places if owner.name else ''}"
        )
