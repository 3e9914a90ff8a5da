"""The words for codes in the tables: one name per code, on every page, as `book.yml` gives them."""

from __future__ import annotations

import re

import pandas as pd

from evidence.files.paths import BOOK_FILE
from evidence.sources.book import read_book
from evidence_stats.printed.reported import NOT_REPORTED

# What stands before the topic; a percentage and a value need no word.
_STATISTICS = {
    "count": "",
    "percent": "",
    "median": "median",
    "hazard_ratio": "hazard ratio for",
    "odds_ratio": "odds ratio for",
    "risk_ratio": "risk ratio for",
    "mean_difference": "mean difference in",
    "standard_error": "standard error for",
    "p_value": "P value for",
    "rate": "",
    "duration": "",
    "value": "",
}
# What is said of a number that was not found, by what was read: only a full text can leave it out.
MISSING_WORDS = {
    "full text": NOT_REPORTED,
    "abstract": "not in the abstract",
    "part of the abstract": "not in what was read",
    "abstract and tables": "not in the abstract or its tables",
    "summary by others": "not in the summary that was read",
    "public data file": "not in the public file",
}
_ADVERSE_EVENT = re.compile(r"ae_(?P<event>.*?)_?(?:grade_(?P<low>\d)(?:_(?P<high>\d))?)?\Z")
# No toxicity is graded higher (CTCAE: death).
_HIGHEST_GRADE = 5


def missing_words(read_as: str) -> str:
    """Return what is said of a number that was not found, by what of its study was read.

    Examples
    --------
    >>> missing_words("abstract")
    'not in the abstract'
    """
    return MISSING_WORDS.get(read_as, NOT_REPORTED)


def study_words(study: pd.Series, column: str) -> str:
    """Return a field of a study, or that it is not in what was read of it.

    Examples
    --------
    >>> study_words(pd.Series({"line": "not reported", "read_as": "abstract"}), "line")
    'not in the abstract'
    """
    told = str(study[column])
    return missing_words(study["read_as"]) if told in ("", NOT_REPORTED) else told


def treatment_words(code: str) -> str:
    """Return a treatment in words: its code becomes the words of `book.yml`."""
    return read_book().treatments[code]


def less_is_better(outcome: str) -> bool:
    """Return True where fewer people with an outcome are better, as `book.yml` says of it.

    Raises
    ------
    ValueError
        Where it says nothing of it: which way an effect points is never guessed.
    """
    told = read_book().better
    if outcome not in told:
        raise ValueError(f'{BOOK_FILE}, better: expected "{outcome}: fewer" or ": more", got none')
    return told[outcome] == "fewer"


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
    'rash, grade 3 or 4'
    """
    told = read_book().outcomes
    found = None if code in told else _ADVERSE_EVENT.match(code)
    if found is None:
        return told.get(code, code.replace("_", " "))
    event = found["event"] or "any"
    named = told.get(f"ae_{event}", "any adverse event" if event == "any" else "")
    return ", ".join(filter(None, (named or event.replace("_", " "), _grade(found))))


def _grade(event: re.Match[str]) -> str:
    low, high = event["low"], event["high"]
    if high is None:
        return f"grade {low}" if low else ""
    if int(high) == _HIGHEST_GRADE:
        return f"grade {low} or higher"
    return f"grade {low} or {high}" if int(high) == int(low) + 1 else f"grade {low} to {high}"


def is_named(code: str) -> bool:
    """Return True where `book.yml` has words for a code, or it is a word by itself."""
    told = read_book().outcomes
    event = _ADVERSE_EVENT.match(code)
    if event is None or code in told:
        return code in told or "_" not in code
    return "_" not in event["event"] or f"ae_{event['event']}" in told


def topic_of(row: pd.Series) -> str:
    """Return what a data row is about in words, without its statistic, arms and population."""
    topic = words(row.get("outcome", "") or row.get("characteristic", ""))
    return ", ".join(filter(None, (words(row["marker"]), topic))) if row.get("marker") else topic


def population_of(row: pd.Series) -> str:
    """Return of whom, and as told by whom, where that is not the whole study and its own paper."""
    last = row["row_id"].rpartition(".")[2]
    return row.get("population", "") or read_book().qualifiers.get(last, "")


def describe_row(row: pd.Series, arm_labels: dict[str, str]) -> str:
    """Return in words what a data row is about.

    Parameters
    ----------
    row : Series
        A row of outcomes, characteristics or biomarkers.
    arm_labels : dict of str to str
        Label of each arm of the study by its short name.
    """
    what = " ".join(filter(None, (_STATISTICS[row["statistic"]], topic_of(row))))
    if row["statistic"] == "count" and row["unit"] == "patients" and "patients" not in what:
        what = f"{what} (patients)"
    sides = [row.get("arm", "")] if row.get("arm") else [row.get("arm_a", ""), row.get("arm_b", "")]
    who = " v ".join(arm_labels.get(side, side) for side in sides if side and side != "all")
    text = ", ".join(filter(None, (what, who, population_of(row))))
    return text[:1].upper() + text[1:]
