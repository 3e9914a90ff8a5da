"""GRADE certainty: how sure the book is of a finding, and why not surer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from evidence.sources.data import Evidence

# The levels of GRADE; what is arithmetic, simulated or without an estimate is not rated.
Certainty = Literal["high", "moderate", "low", "very low", "not rated"]
# Levels from the top (Guyatt et al. 2008, BMJ 336:924). Every finding starts at high; evidence
# that starts below has a step of the domain study_design.
LEVELS: tuple[Certainty, ...] = ("high", "moderate", "low", "very low")
# The marks of GRADE for them (Schunemann et al. 2013, GRADE handbook, section 5).
_MARKS = {
    "high": "\u2295\u2295\u2295\u2295",
    "moderate": "\u2295\u2295\u2295\u25ef",
    "low": "\u2295\u2295\u25ef\u25ef",
    "very low": "\u2295\u25ef\u25ef\u25ef",
}
# A finding of this name stands for every line of its question.
EVERY_LINE = "any"


@dataclass(frozen=True, slots=True)
class Step:
    """A reason for less certainty.

    Attributes
    ----------
    domain : str
        Domain of GRADE, as in data/certainty.csv.
    steps : int
        Levels down, 1 to 3.
    reason : str
        Why, in a sentence.
    """

    domain: str
    steps: int
    reason: str

    @property
    def words(self) -> str:
        """The step as it is reported below a table."""
        return f"{self.steps} for {self.domain.replace('_', ' ')}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Rating:
    """How certain a finding is, and why not more.

    Attributes
    ----------
    certainty : str
        high, moderate, low or very low.
    steps : tuple of Step
        Reasons, in the order of the data.
    """

    certainty: Certainty
    steps: tuple[Step, ...]


def rating_of(steps: Sequence[Step]) -> Rating:
    """Return the certainty that steps down from high lead to."""
    down = sum(step.steps for step in steps)
    return Rating(LEVELS[min(down, len(LEVELS) - 1)], tuple(steps))


def certainty_mark(certainty: str) -> str:
    """Return the mark and the words of a certainty; arithmetic and simulations are not rated."""
    if certainty in _MARKS:
        return f"{_MARKS[certainty]} {certainty} certainty"
    return "certainty not rated"


def is_judged(evidence: Evidence, question: str, finding: str) -> bool:
    """Return True where data/certainty.csv judges a finding of a question."""
    own = evidence.where("certainty", question=question, finding=[finding, EVERY_LINE])
    return not own.empty


def judge_certainty(
    evidence: Evidence,
    question: str,
    finding: str = EVERY_LINE,
    steps: Mapping[Any, int] | None = None,
) -> Rating:
    """Return the certainty of one finding of a question.

    Parameters
    ----------
    evidence : Evidence
        Holds data/certainty.csv.
    question, finding : str
        Which rows: those of the finding and those of every line of the question.
    steps : mapping of str to int, optional
        Steps by domain that take the place of those of the data; reasons stay.

    Raises
    ------
    KeyError
        Where the finding has no row: not judged is not the same as high.
    """
    own = evidence.where("certainty", question=question, finding=[finding, EVERY_LINE])
    if own.empty:
        raise KeyError(f"expected rows for {question}, {finding} in data/certainty.csv, got none")
    reasons = dict(zip(own["domain"], own["reason"], strict=True))
    counts = dict(zip(own["domain"], own["steps"].astype(int), strict=True))
    if steps is not None:
        counts = {domain: count for domain, count in steps.items() if count}
    return rating_of(
        [
            Step(domain, count, reasons.get(domain, "set by the reader."))
            for domain, count in counts.items()
        ]
    )
