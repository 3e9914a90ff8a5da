"""The one shape in which every statistic of this book leaves the library.

Vocabulary
----------
**Estimate**: a number with, where it has one, its interval, and how both were made.
**Grade**: what a number rests on. `D0` printed in a source, `D1` arithmetic on printed numbers,
`D2` needs a named model, `D3` simulated or reconstructed. (Whether a source lies outside the
source documents, `E`, is known from the data rows and added in `evidence.record.results`.)
**Not estimable**: a number that cannot be had from what is reported, and why.
**Convention**: a choice on which textbooks or programs differ; named by a key of the ledger in
`evidence.conventions.ledger`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

Grade = Literal["D0", "D1", "D2", "D3"]
IntervalKind = Literal["confidence", "credible", "prediction", "range", ""]
Unit = Literal[
    "proportion",  # 0 to 1, shown as per cent
    "points",  # difference of two proportions, -1 to 1, shown as percentage points
    "ratio",  # hazard ratio, risk ratio, odds ratio; compared on the log scale
    "months",
    "probability",  # 0 to 1, shown as a probability
    "p_value",
    "count",
    "mu_per_week",  # million units of a drug a week
    "mg_per_day",
    "number",  # anything without a unit
]


# Factor and word of a unit, and words of an interval, as an estimate shows itself.
_SHOWN = {"proportion": (100, "%"), "points": (100, " points"), "months": (1, " months")}
_INTERVALS = {"confidence": "CI", "credible": "credible", "prediction": "prediction"}


@dataclass(frozen=True, slots=True, repr=False)
class Estimate:
    """A number, its interval, and how both were made.

    Attributes
    ----------
    value : float
        Point estimate in `unit` (proportions between 0 and 1, never per cent).
    low, high : float or None
        Limits of the interval in the same unit; None where there is none on that side.
    level : float or None
        Coverage the interval claims, 0 to 1 (0.95), None without an interval.
    kind : str
        What the interval is: confidence, credible, prediction, or a plain range.
    unit : str
        See `Unit`.
    se : float or None
        Standard error on the scale of analysis (log for ratios, logit for pooled proportions).
    p : float or None
        Two-sided P value that belongs to this estimate.
    n, events : int or None
        People and events that it rests on.
    method : str
        Name of the method in words, e.g. "Miettinen-Nurminen score interval".
    conventions : tuple of str
        Keys of `evidence.conventions.ledger.ledger()`.
    grade : str
        D0 to D3, see the module docstring.

    Examples
    --------
    >>> Estimate(0.3, 0.166, 0.465, level=0.95, kind="confidence", unit="proportion")
    30% (95% CI 16.6 to 46.5)
    >>> Estimate(0.63, 0.52, 0.75, level=0.95, kind="confidence", unit="ratio").excludes(1)
    True
    """

    value: float
    low: float | None = None
    high: float | None = None
    level: float | None = None
    kind: IntervalKind = ""
    unit: Unit = "number"
    se: float | None = None
    p: float | None = None
    n: int | None = None
    events: int | None = None
    method: str = ""
    conventions: tuple[str, ...] = ()
    grade: Grade = "D1"

    def __repr__(self) -> str:
        factor, unit = _SHOWN.get(self.unit, (1, ""))
        value, low, high = (
            "open" if number is None else f"{factor * number:.4g}"
            for number in (self.value, self.low, self.high)
        )
        if self.low is None and self.high is None:
            return f"{value}{unit}"
        level = f"{100 * self.level:g}% " if self.level else ""
        return f"{value}{unit} ({level}{_INTERVALS.get(self.kind, 'range')} {low} to {high})"

    def excludes(self, value: float) -> bool:
        """Return True where the whole interval lies on one side of `value`.

        Raises
        ------
        ValueError
            Where the estimate has no interval at all.
        """
        if self.low is None and self.high is None:
            raise ValueError("expected an estimate with an interval, got one without")
        above = self.low is not None and self.low > value
        below = self.high is not None and self.high < value
        return above or below


# What is written in place of a number that cannot be had.
NOT_ESTIMABLE = "not estimable"


@dataclass(frozen=True, slots=True)
class NotEstimable:
    """Why a number cannot be had.

    Attributes
    ----------
    reason : str
        A sentence without its full stop; where a reported value is the cause it names data row
        and column, where a parameter could help, the parameter.

    Examples
    --------
    >>> str(NotEstimable("no limits are printed"))
    'not estimable: no limits are printed'
    """

    reason: str

    def __str__(self) -> str:
        """Return the sentence that stands in place of the number."""
        return f"{NOT_ESTIMABLE}: {self.reason}"


Made = TypeVar("Made")


def if_estimable(make: Callable[..., Made], *parts: object) -> Made | NotEstimable:
    """Return `make(*parts)`, or the first of the parts that is itself not estimable.

    Parameters
    ----------
    make : callable
        What makes the number.
    *parts : object
        What it is made of, in the order of its arguments.

    Returns
    -------
    object
        The number, or why it cannot be had.

    Examples
    --------
    >>> if_estimable(max, 1, 2)
    2
    >>> str(if_estimable(max, 1, NotEstimable("no events are printed")))
    'not estimable: no events are printed'
    """
    for part in parts:
        if isinstance(part, NotEstimable):
            return part
    return make(*parts)
