"""What the audit says: findings, how severe they are, and what a reader may set.

Vocabulary
----------
**Severity**: info (in order, or of use to a reader), note (explained by rounding, another test or
another denominator), warning (needs an answer that the sources do not give), error (nothing
explains it). What rounding or another test explains is never an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from evidence_stats.rates.inversion import Rounding

RuleId = Literal[
    "A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8",
    "A9", "A10", "A11", "A12", "A13", "A14", "A15", "A16",
]  # fmt: skip
Severity = Literal["info", "note", "warning", "error"]
PTolerance = Literal["exact_wald", "allow_other_test"]

RULE_IDS: tuple[RuleId, ...] = get_args(RuleId)
# From mild to grave.
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a reader may set.

    Attributes
    ----------
    rounding : str
        Convention that percentages must follow; "any" accepts all three.
    p_tolerance : str
        "exact_wald" asks every P value to be the Wald P of its interval; "allow_other_test"
        lowers the severity where a stratified or score test may differ by so much.
    allow_other_test_factor : float
        How far the z of another test may lie from that of the interval, as a share of it.
    max_n : int
        Largest number of patients tried where the denominator is not found.

    Raises
    ------
    ValueError
        Where a setting is unknown or out of range.
    """

    rounding: Rounding = "any"
    p_tolerance: PTolerance = "allow_other_test"
    allow_other_test_factor: float = 0.15
    max_n: int = 200

    def __post_init__(self) -> None:
        if self.rounding not in get_args(Rounding):
            raise ValueError(f"rounding: expected {get_args(Rounding)}, got {self.rounding!r}")
        if self.p_tolerance not in get_args(PTolerance):
            expected = get_args(PTolerance)
            raise ValueError(f"p_tolerance: expected {expected}, got {self.p_tolerance!r}")
        if not 0.0 <= self.allow_other_test_factor <= 0.5:
            given = self.allow_other_test_factor
            raise ValueError(f"allow_other_test_factor: expected 0 to 0.5, got {given}")
        if self.max_n < 1:
            raise ValueError(f"max_n: expected at least 1, got {self.max_n}")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule has to say about reported numbers.

    Attributes
    ----------
    rule : str
        A1 to A16.
    severity : str
        info, note, warning or error.
    study_id : str
        The study; "" for a publication that belongs to none.
    rows : tuple of str
        Data rows that it rests on.
    what : str
        One sentence.
    printed : str
        As reported.
    computation : str
        The arithmetic.
    tolerance : str
        What would have passed.
    explanation : str
        What may explain it and so lowers the severity; "" where nothing does.
    """

    rule: RuleId
    severity: Severity
    study_id: str
    rows: tuple[str, ...]
    what: str
    printed: str
    computation: str
    tolerance: str
    explanation: str = ""

    @property
    def order(self) -> tuple[int, int, str, tuple[str, ...], str]:
        """Gravest first, then by rule and study."""
        grave = -SEVERITIES.index(self.severity)
        return grave, RULE_IDS.index(self.rule), self.study_id, self.rows, self.what
