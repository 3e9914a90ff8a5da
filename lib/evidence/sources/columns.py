"""The kinds of column that the data tables are made of, and what their cells may hold.

Each kind is a pandera column whose checks carry, as their error text, what was expected.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pandera.pandas as pa

from evidence.files.plain_text import has_lookalikes, has_markup, is_formula
from evidence_stats.printed.reported import NUMBER_WORDS, read_level, read_range, read_reported
from evidence_stats.printed.unseen import has_unseen

# Identifiers stay readable in links: lower case, digits, hyphens; parts joined by dots.
STUDY_ID = r"[a-z0-9]+(-[a-z0-9]+)*"
ARM = r"[a-z0-9_]+"
ROW_ID = rf"{STUDY_ID}(\.[a-z0-9_]+)+"
SOURCE_KEY = r"[a-z0-9]+"
# Pages of record. A mirror is never linked: it may vanish, and it is nobody's record.
PAGES_OF_RECORD = (
    "https://pubmed.ncbi.nlm.nih.gov/",
    "https://pmc.ncbi.nlm.nih.gov/",
    "https://www.cochranelibrary.com/",
    "https://clinicaltrials.gov/",
    "https://classic.clinicaltrials.gov/",
    "https://doi.org/",
    "https://www.cancer.gov/",
    "https://www.nature.com/",
    "https://bmccancer.biomedcentral.com/",
    "https://aacrjournals.org/",
    "https://link.springer.com/",
    "https://www.nejm.org/",
    "https://www.thelancet.com/",
    "https://ascopubs.org/",
)
# What `evidence new` writes where a person decides; no cell may keep it.
TODO = "TODO"
STATUSES = ("source", "verified", "derived")


def _accepts(read: Callable[[str], object], cell: str) -> bool:
    try:
        read(cell)
    except ValueError:
        return False
    return True


def is_unfinished(cell: str) -> bool:
    """Return True for a text that still has the mark of a scaffold."""
    return re.search(rf"\b{TODO}\b", cell) is not None


def cell_check(test: Callable[[str], bool], expected: str) -> pa.Check:
    """Return an element-wise check whose error text says what was expected."""
    return pa.Check(test, element_wise=True, error=expected)


# A cell must not carry markup, unseen characters or a spreadsheet formula: the tables become
# HTML pages and CSV downloads.
_CLEAN = cell_check(
    lambda cell: not (has_markup(cell) or has_unseen(cell) or is_formula(cell)),
    "plain text without markup, line breaks or unseen characters, or a leading =, +, - or @",
)
# A letter of another alphabet that looks like one of ours is searched for in vain.
_PLAIN_LETTERS = cell_check(
    lambda cell: not has_lookalikes(cell),
    "letters of one alphabet in a word, and no marks that stand on other signs",
)
_TRIMMED = cell_check(lambda cell: cell == cell.strip(), "no spaces at either end")
_FILLED = cell_check(lambda cell: cell != "", "a value (this column may not be empty)")
_PRINTED = cell_check(
    lambda cell: cell != "", f"{NUMBER_WORDS}; where nothing was found there is no row"
)


_FINISHED = cell_check(lambda cell: not is_unfinished(cell), f"a value in place of {TODO}")


def column(
    description: str,
    check: pa.Check | None = None,
    *,
    required: bool,
    filled: pa.Check = _FILLED,
    unique: bool = False,
    **facts: Any,
) -> pa.Column:
    """Return a column of text cells with the checks that every cell must pass."""
    checks = [_CLEAN, _PLAIN_LETTERS, _TRIMMED]
    if required:
        checks.insert(0, filled)
    if check is not None:
        checks.append(check)
    return pa.Column(
        str,
        checks,
        unique=unique,
        description=description,
        metadata={"required": required, **facts},
    )


def text(description: str, *, required: bool = False, unique: bool = False) -> pa.Column:
    """Return a column of free text on one line."""
    return column(description, _FINISHED, required=required, unique=unique, holds="plain text")


def pattern(
    description: str, pattern: str, expected: str, *, required: bool = True, unique: bool = False
) -> pa.Column:
    """Return a column of text of one form; `expected` says it in words."""
    check = cell_check(lambda cell: cell == "" or re.fullmatch(pattern, cell) is not None, expected)
    return column(description, check, required=required, unique=unique, pattern=pattern)


def quoted(description: str) -> pa.Column:
    """Return a column of words of others, in any script, such as the title of a publication."""
    checks = [_CLEAN, _TRIMMED]
    return pa.Column(str, checks, description=description, metadata={"required": False})


def _is_day(cell: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", cell) is not None and _accepts(date.fromisoformat, cell)


def day(description: str) -> pa.Column:
    """Return a column of days of the calendar."""
    return column(description, cell_check(_is_day, "a day such as 2026-11-29"), required=True)


def choice(description: str, *values: str, required: bool = True) -> pa.Column:
    """Return a column with a closed vocabulary."""
    expected = "one of " + ", ".join(values)
    check = cell_check(lambda cell: cell == "" or cell in values, expected)
    return column(description, check, required=required, enum=list(values))


def reported(description: str, *, required: bool = False) -> pa.Column:
    """Return a column of numbers as reported."""
    check = cell_check(partial(_accepts, read_reported), NUMBER_WORDS)
    return column(description, check, required=required, filled=_PRINTED)


def whole(description: str) -> pa.Column:
    """Return a column of whole numbers as reported; no trial has a million patients."""
    check = cell_check(
        lambda cell: re.fullmatch("(0|[1-9][0-9]{0,5})?", cell) is not None,
        "a whole number from 0 to 999999, without leading zeros",
    )
    return column(description, check, required=False)


def dose(description: str, most: int) -> pa.Column:
    """Return a column of doses, or ranges of doses, as printed; none is above `most`."""
    check = cell_check(
        lambda cell: _accepts(read_range, cell) and (read_range(cell) or (0, 0))[1] <= most,
        f'a number up to {most}, or a range such as "18-27"',
    )
    return column(description, check, required=False)


def level(description: str) -> pa.Column:
    """Return a column of confidence levels in per cent, as reported."""
    check = cell_check(
        lambda cell: cell == "" or _accepts(read_level, cell),
        "a level between 50 and 100 per cent, as reported",
    )
    return column(description, check, required=False)


def study_key() -> pa.Column:
    """Return the column that names the study a row belongs to."""
    return pattern("Study, key of studies.csv.", STUDY_ID, "a study id such as doe-2016")


def source_keys(description: str, *, required: bool = False) -> pa.Column:
    """Return a column of bibliography keys."""
    return pattern(
        description,
        rf"{SOURCE_KEY}(;{SOURCE_KEY})*",
        "bibliography keys joined by ;",
        required=required,
    )


def row_key() -> pa.Column:
    """Return the column that names a row."""
    return pattern(
        "Name of the row, stable for ever: study.outcome.statistic.arm[.qualifier].",
        ROW_ID,
        "an id such as doe-2016.pfs.median.control",
        unique=True,
    )


def _is_read_at(cell: str) -> bool:
    return (not re.match(r"(?i)\w+:", cell) and not is_unfinished(cell)) or (
        cell.startswith(PAGES_OF_RECORD) and re.fullmatch(r"[\w:/.()%~?=&#+-]+", cell) is not None
    )


def provenance() -> dict[str, pa.Column]:
    """Columns that every table of facts ends with: where the row was read."""
    return {
        "source_key": pattern(
            "Publication whose number it is, key of references.bib.",
            SOURCE_KEY,
            "a bibliography key",
        ),
        "locator": text("Place in the publication.", required=True),
        "read_at": column(
            "Page of record that was read, or words where there is none.",
            cell_check(
                _is_read_at,
                "words, or a link to a page of record (lib/evidence/sources/columns.py lists them)",
            ),
            required=True,
        ),
        "status": choice(
            "source: reported in one of the source documents; verified: read elsewhere on a "
            "public page; derived: arithmetic on reported numbers, explained in the note.",
            *STATUSES,
        ),
        "note": text("What a reader of the row must know."),
    }


def table(columns: dict[str, pa.Column], description: str) -> pa.DataFrameSchema:
    """Return a table: these columns, in this order, and no others."""
    return pa.DataFrameSchema(columns, strict=True, ordered=True, description=description)
