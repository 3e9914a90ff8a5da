"""Predicates of claims: comparisons of a page's numbers that evaluate and say themselves in words.

``ev.low("orr_difference") <= 0`` is an object. It answers True, False, or None where a number is
missing or withheld; it says "the lower limit of “Difference in response” is at most 0 points".
Predicates are joined by ``&``, ``|`` and ``~`` as Kleene's logic of three values joins them (Kleene
1952, Introduction to Metamathematics, section 64): a false part settles an "and".
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import add, ge, gt, le, lt, mul, sub, truediv
from typing import Literal, NoReturn, TypeAlias

from evidence.record.results import Result
from evidence.tables.formatting import format_value
from evidence_stats.estimates import Unit

Results: TypeAlias = Mapping[str, Result]
Part = Literal["value", "low", "high"]
# Numbers that readers choose are recorded under this prefix.
PARAMETER_PREFIX = "parameter."

_PARTS = {"value": "", "low": "the lower limit of ", "high": "the upper limit of "}
_RELATIONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "<": (lt, "is below"),
    "<=": (le, "is at most"),
    ">": (gt, "is above"),
    ">=": (ge, "is at least"),
}
_ARITHMETIC: dict[str, tuple[Callable[[float, float], float], str]] = {
    "plus": (add, "plus"),
    "minus": (sub, "minus"),
    "times": (mul, "times"),
    "divided by": (truediv, "divided by"),
}


class Quantity(ABC):
    """A number of a page that a predicate compares, or arithmetic of such numbers."""

    @abstractmethod
    def number(self, results: Results) -> float | None:
        """Return the number, None where it is missing or withheld."""

    @abstractmethod
    def words(self, results: Results) -> str:
        """Return what it is, as it stands inside a sentence; "" for a bare number."""

    @property
    @abstractmethod
    def keys(self) -> tuple[str, ...]:
        """Keys of the results that it reads."""

    def __add__(self, other: Quantity | float) -> Quantity:
        return _Computed(self, "plus", _quantity(other))

    def __sub__(self, other: Quantity | float) -> Quantity:
        return _Computed(self, "minus", _quantity(other))

    def __mul__(self, other: Quantity | float) -> Quantity:
        return _Computed(self, "times", _quantity(other))

    def __truediv__(self, other: Quantity | float) -> Quantity:
        return _Computed(self, "divided by", _quantity(other))

    def __neg__(self) -> Quantity:
        return self * -1

    def __lt__(self, other: Quantity | float) -> Predicate:
        return _Comparison(self, "<", _quantity(other))

    def __le__(self, other: Quantity | float) -> Predicate:
        return _Comparison(self, "<=", _quantity(other))

    def __gt__(self, other: Quantity | float) -> Predicate:
        return _Comparison(self, ">", _quantity(other))

    def __ge__(self, other: Quantity | float) -> Predicate:
        return _Comparison(self, ">=", _quantity(other))


class Predicate(ABC):
    """A test of the numbers of a page, which can say itself in words."""

    @abstractmethod
    def judge(self, results: Results) -> bool | None:
        """Return whether it is so, None where that cannot be told.

        Raises
        ------
        KeyError
            Where it reads a result that the page has not recorded.
        """

    @abstractmethod
    def words(self, results: Results) -> str:
        """Return what is tested, as the end of "Tested: ...", without a full stop."""

    @property
    @abstractmethod
    def keys(self) -> tuple[str, ...]:
        """Keys of the results that it reads, each once."""

    def __and__(self, other: Predicate) -> Predicate:
        return _Joined(self, "and", other)

    def __or__(self, other: Predicate) -> Predicate:
        return _Joined(self, "or", other)

    def __invert__(self) -> Predicate:
        return _Not(self)

    def __bool__(self) -> NoReturn:
        # `a and b`, and a chain such as 1 < x < 2, would silently keep one side only.
        raise TypeError("expected predicates joined by &, | or ~, got and, or, not, or a chain")


def value(key: str) -> Quantity:
    """Return the number recorded under a key, for a predicate.

    Parameters
    ----------
    key : str
        Under which the number was recorded.

    Returns
    -------
    Quantity
        Compared with a number or another quantity it gives a `Predicate`.

    Examples
    --------
    >>> (value("gain") > 0).keys
    ('gain',)
    """
    return _Recorded(key, "value")


def low(key: str) -> Quantity:
    """Return the lower limit of the number recorded under a key, for a predicate.

    Parameters
    ----------
    key : str
        Under which the number was recorded.

    Returns
    -------
    Quantity
        Compared with a number or another quantity it gives a `Predicate`.

    Examples
    --------
    >>> (low("gain") > 0).keys
    ('gain',)
    """
    return _Recorded(key, "low")


def high(key: str) -> Quantity:
    """Return the upper limit of the number recorded under a key, for a predicate.

    Parameters
    ----------
    key : str
        Under which the number was recorded.

    Returns
    -------
    Quantity
        Compared with a number or another quantity it gives a `Predicate`.

    Examples
    --------
    >>> (high("hr") < 1).keys
    ('hr',)
    >>> (high("hr") < low("other")).keys
    ('hr', 'other')
    """
    return _Recorded(key, "high")


def parameter(name: str) -> Quantity:
    """Return a parameter of the page that is one number, for a predicate.

    Parameters
    ----------
    name : str
        Of the parameter.

    Returns
    -------
    Quantity
        Compared with a number or another quantity it gives a `Predicate`.

    Examples
    --------
    >>> (high("hr") < parameter("margin")).keys
    ('hr', 'parameter.margin')
    """
    return _Recorded(f"{PARAMETER_PREFIX}{name}", "value")


def includes(key: str, number: float) -> Predicate:
    """Return the test whether the interval of a number includes another: "no difference".

    Parameters
    ----------
    key : str
        Under which the number was recorded.
    number : float
        In the unit of that number.

    Returns
    -------
    Predicate
        Unclear where the number has no interval.

    Examples
    --------
    >>> from evidence.record.results import make_result
    >>> from evidence_stats.estimates import Estimate
    >>> hr = Estimate(0.98, 0.62, 1.54, level=0.95, kind="confidence", unit="ratio")
    >>> results = {"hr": make_result("hr", "Hazard ratio", hr, ["row"], external=False)}
    >>> includes("hr", 1).judge(results), includes("hr", 1).words(results)
    (True, 'the 95 % confidence interval of “Hazard ratio” includes 1')
    """
    return _Includes(key, number)


def _quantity(given: Quantity | float) -> Quantity:
    if isinstance(given, Quantity):
        return given
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise TypeError(f"expected a number or a part of a result, got {given!r}")
    return _Constant(float(given))


def _find(results: Results, key: str) -> Result:
    if key not in results:
        raise KeyError(f"expected a result recorded on this page, got {key}")
    return results[key]


def _short(number: float, unit: Unit) -> str:
    """Return a number without decimals that are all zero: "0 points" and "0.80"."""
    return re.sub(r"\.0+(?!\d)", "", format_value(number, unit))


def _name(result: Result) -> str:
    """Return the label of a result, in quotation marks; of a parameter without its unit."""
    label = result.label.rstrip(".")
    if result.key.startswith(PARAMETER_PREFIX):
        label = label.partition(",")[0]
    return f"\u201c{label}\u201d"


@dataclass(frozen=True, slots=True)
class _Constant(Quantity):
    written: float

    def number(self, results: Results) -> float | None:
        return self.written

    def words(self, results: Results) -> str:
        return ""

    @property
    def keys(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class _Recorded(Quantity):
    key: str
    part: Part

    def number(self, results: Results) -> float | None:
        result = _find(results, self.key)
        return None if result.withheld else getattr(result, self.part)

    def words(self, results: Results) -> str:
        return f"{_PARTS[self.part]}{_name(_find(results, self.key))}"

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key,)


@dataclass(frozen=True, slots=True)
class _Computed(Quantity):
    left: Quantity
    operation: str
    right: Quantity

    def number(self, results: Results) -> float | None:
        one, other = self.left.number(results), self.right.number(results)
        if one is None or other is None or (self.operation == "divided by" and other == 0):
            return None
        return _ARITHMETIC[self.operation][0](one, other)

    def words(self, results: Results) -> str:
        # Factors that only change the unit are not said.
        one, other = self.left.words(results), self.right.words(results)
        return f"{one} {_ARITHMETIC[self.operation][1]} {other}" if one and other else one or other

    @property
    def keys(self) -> tuple[str, ...]:
        return _once(self.left.keys, self.right.keys)


@dataclass(frozen=True, slots=True)
class _Comparison(Predicate):
    left: Quantity
    relation: str
    right: Quantity

    def judge(self, results: Results) -> bool | None:
        one, other = self.left.number(results), self.right.number(results)
        if one is None or other is None or math.isnan(one) or math.isnan(other):
            return None
        return _RELATIONS[self.relation][0](one, other)

    def words(self, results: Results) -> str:
        said = f"{self.left.words(results)} {_RELATIONS[self.relation][1]}"
        number, named = self.right.number(results), self.right.words(results)
        if not set(self.right.keys) <= {key for key in results if key.startswith(PARAMETER_PREFIX)}:
            return f"{said} {named}"
        unit = results[self.left.keys[0]].unit
        written = "" if number is None else _short(number, unit)
        return f"{said} {written} ({named})" if named else f"{said} {written}"

    @property
    def keys(self) -> tuple[str, ...]:
        return _once(self.left.keys, self.right.keys)


@dataclass(frozen=True, slots=True)
class _Includes(Predicate):
    key: str
    inside: float

    def judge(self, results: Results) -> bool | None:
        return self._both.judge(results)

    @property
    def _both(self) -> Predicate:
        return (low(self.key) <= self.inside) & (high(self.key) >= self.inside)

    def words(self, results: Results) -> str:
        result = _find(results, self.key)
        level = "" if result.level is None else f"{result.level * 100:g} % "
        kind = f"{result.kind} interval" if result.kind in ("confidence", "credible") else "range"
        inside = _short(self.inside, result.unit)
        return f"the {level}{kind} of {_name(result)} includes {inside}"

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key,)


@dataclass(frozen=True, slots=True)
class _Joined(Predicate):
    left: Predicate
    word: Literal["and", "or"]
    right: Predicate

    def judge(self, results: Results) -> bool | None:
        states = (self.left.judge(results), self.right.judge(results))
        settles = self.word == "or"
        if settles in states:
            return settles
        return None if None in states else not settles

    def words(self, results: Results) -> str:
        return f"{self.left.words(results)}, {self.word} {self.right.words(results)}"

    @property
    def keys(self) -> tuple[str, ...]:
        return _once(self.left.keys, self.right.keys)


@dataclass(frozen=True, slots=True)
class _Not(Predicate):
    inner: Predicate

    def judge(self, results: Results) -> bool | None:
        state = self.inner.judge(results)
        return None if state is None else not state

    def words(self, results: Results) -> str:
        return f"it is not so that {self.inner.words(results)}"

    @property
    def keys(self) -> tuple[str, ...]:
        return self.inner.keys


def _once(*keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for some in keys for key in some))
