"""What is wrong with a table, said so that its editor can mend it."""

from __future__ import annotations

from dataclasses import dataclass

from evidence_stats.printed.unseen import visible


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in one place.

    Attributes
    ----------
    file : str
        File, relative to the project.
    line : int
        Line in the file, 0 where the whole file is meant.
    column : str
        Column, "" where the whole row is meant.
    expected, given : str
        What should be there, and what is.
    """

    file: str
    line: int
    column: str
    expected: str
    given: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        column = f" {self.column}" if self.column else ""
        # A cell may hold what moves the cursor of a terminal, or a megabyte.
        return f"{place}{column}: expected {self.expected}, got {visible(self.given)}"


def table_problem(table: str, line: int, column: str, expected: str, given: str) -> Problem:
    """Return a problem of one cell of a table of the data folder."""
    return Problem(f"data/{table}.csv", line, column, expected, f'"{given}"')


class DataError(Exception):
    """The data tables cannot be used; carries every problem found."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))
