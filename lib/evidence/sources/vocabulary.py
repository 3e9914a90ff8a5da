"""The words for codes in the tables: one name per code, on every page, as `book.yml` gives them."""

from __future__ import annotations

import re

import pandas as pd

from evidence.sources.book import read_book

STATISTICS = {
    "count": "patients",
    "percent": "",
    "median": "median",
    "hazard_ratio": "hazard ratio",
    "odds_ratio": "odds ratio",
    "p_value": "P value",
    "rate": "rate",
    "duration": "",
    "value": "",
}
_ADVERSE_EVENT = re.compile(
    r"ae_(?:any|(?P<event>.*?))?_?(?:grade_(?P<low>\d)(?:_(?P<high>\d))?)?\Z"
)


def treatment_words(code: str) -> str:
    """Return a treatment in words: its code becomes the words of `book.yml`."""
    return read_book().treatments[code]


def words(code: str) -> str:
    """Return a code in words: "pfs" as `book.yml` has it, "ae_rash_grade_3_4" by its parts.

    Parameters
    ----------
    code : str
        An outcome or characteristic of the tables.

    Returns
    -------
    str
        Words of `book.yml`; what it does not name is read by its parts.

    Examples
    --------
    >>> words("ae_rash_grade_3_4")
    'rash, grade 3 to 4'
    """
    found = _ADVERSE_EVENT.match(code)
    if found is None:
        return read_book().outcomes.get(code, code.replace("_", " "))
    event = (found["event"] or "any adverse event").replace("_", " ")
    grade = " to ".join(filter(None, (found["low"], found["high"])))
    return f"{event}, grade {grade}" if grade else event


def describe_row(row: pd.Series, arm_labels: dict[str, str]) -> str:
    """Return in words what a data row is about.

    Parameters
    ----------
    row : Series
        A row of outcomes, characteristics or biomarkers.
    arm_labels : dict of str to str
        Label of each arm of the study by its short name.
    """
    topic = words(row.get("outcome", "") or row.get("characteristic", ""))
    if row.get("marker"):
        topic = ": ".join(filter(None, (words(row["marker"]), topic)))
    what = " ".join(filter(None, (STATISTICS[row["statistic"]], topic)))
    sides = [row.get("arm", "")] if row.get("arm") else [row.get("arm_a", ""), row.get("arm_b", "")]
    who = " v ".join(arm_labels.get(side, side) for side in sides if side and side != "all")
    last = row["row_id"].rpartition(".")[2]
    parts = [what, who, row.get("population", "") or "", read_book().qualifiers.get(last, "")]
    text = ", ".join(dict.fromkeys(filter(None, parts)))
    return text[:1].upper() + text[1:]
