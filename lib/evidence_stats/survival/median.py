"""A reported median time to event, as every module here takes it.

None means that a median was not reached or a limit not attained; it is never replaced by a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Literal

from evidence_stats.estimates import Estimate
from evidence_stats.normal import critical_value

# What is beyond these is no time, ratio or standard error, and its square no number.
_SMALLEST, _LARGEST = 1e-100, 1e100


@dataclass(frozen=True, slots=True)
class Median:
    """A reported median time to event with its confidence limits.

    Attributes
    ----------
    value : float or None
        Median in months, above 0; None where it was not reached.
    low, high : float or None
        Confidence limits in months; None where not attained or not found.
    level : float
        Coverage that the limits claim, 0 to 1.

    Raises
    ------
    ValueError
        Where a number is not positive and finite, the limits do not enclose the median, or the
        level is not between 0 and 1.

    Examples
    --------
    >>> Median(7.39, 5.52, 9.20)
    Median(value=7.39, low=5.52, high=9.2, level=0.95)
    >>> Median(27.04, 22.31).estimate()
    27.04 months (95% CI 22.31 to open)
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    level: float = 0.95

    def __post_init__(self) -> None:
        critical_value(self.level)
        for name, months in (("value", self.value), ("low", self.low), ("high", self.high)):
            if months is not None:
                require_positive(name, months)
        for low_name, high_name in (("low", "value"), ("value", "high"), ("low", "high")):
            lower, upper = getattr(self, low_name), getattr(self, high_name)
            if lower is not None and upper is not None and lower > upper:
                raise ValueError(
                    f"{low_name} must not exceed {high_name}; "
                    f"got {high_name}={upper}, {low_name}={lower}"
                )

    @property
    def has_width(self) -> bool:
        """Return True where both limits are reported and differ: only these give an error.

        Papers give "1.8 (1.8 to 1.8)" of few patients who progress at one visit.
        """
        return self.low is not None and self.high is not None and self.low < self.high

    def months(self) -> float:
        """Return the median in months.

        Raises
        ------
        ValueError
            Where the median was not reached.
        """
        if self.value is None:
            raise ValueError("expected a median that was reached; got None (not reached)")
        return self.value

    def estimate(
        self, *, method: str = "reported median", grade: Literal["D0", "D3"] = "D0"
    ) -> Estimate:
        """Return the median as an `Estimate` in months; a missing limit stays None.

        Raises
        ------
        ValueError
            Where the median was not reached.
        """
        has_limits = self.low is not None or self.high is not None
        return Estimate(
            value=self.months(),
            low=self.low,
            high=self.high,
            level=self.level if has_limits else None,
            kind="confidence" if has_limits else "",
            unit="months",
            method=method,
            grade=grade,
        )


def require_positive(name: str, value: float) -> None:
    """Raise `ValueError` naming `name` unless `value` is a positive, finite, squarable number."""
    if not isinstance(value, Real) or not _SMALLEST <= value <= _LARGEST:
        raise ValueError(f"{name} must be positive and finite; got {value!r}")
