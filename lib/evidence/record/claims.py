"""Claims: sentences of conclusion that know when they no longer hold.

Vocabulary
----------
**Claim**: a sentence, a predicate over the results of its page, and how sure we are of it.
**State**: *holds*, *does not hold*, or *cannot tell* where the predicate needs what is not there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from evidence.record.results import Result

State = Literal["holds", "does not hold", "cannot tell"]
Certainty = Literal["high", "moderate", "low", "very low", "arithmetic"]
_REFERENCE = re.compile(r"\{([\w.-]+)(?::(\w+))?\}")


class CannotTellError(Exception):
    """A predicate asked for a number that the evidence does not give."""


class _Numbers:
    """One result as a predicate sees it: a missing number raises `CannotTellError`."""

    def __init__(self, result: Result) -> None:
        self._result = result

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._result, name)
        if value is None:
            raise CannotTellError(f"{self._result.key} has no {name}")
        return value


class _Results:
    """The results of a page as attributes."""

    def __init__(self, results: Mapping[str, Result]) -> None:
        self._results = results

    def __getattr__(self, key: str) -> _Numbers:
        if key not in self._results:
            raise KeyError(f"expected a result recorded on this page, got {key}")
        return _Numbers(self._results[key])


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of conclusion, judged.

    Attributes
    ----------
    key : str
        Name on its page, used in prose as {claim}`key`.
    text : str
        The sentence, its numbers filled in.
    state : str
        holds, does not hold, cannot tell.
    certainty : str
        GRADE certainty of the evidence, or "arithmetic" where the claim is only about numbers.
    rests_on : tuple of str
        Keys of the results that the predicate reads.
    """

    key: str
    text: str
    state: State
    certainty: Certainty
    rests_on: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {**asdict(self), "rests_on": list(self.rests_on)}


def fill_numbers(text: str, results: Mapping[str, Result]) -> str:
    """Return `text` with every {key} or {key:part} replaced by that result as written.

    Raises
    ------
    KeyError
        Where there is no such result or part.
    """

    def number(found: re.Match[str]) -> str:
        key, part = found[1], found[2] or ""
        if key not in results:
            raise KeyError(f"expected a result recorded on this page, got {key}")
        return results[key].part(part)

    return _REFERENCE.sub(number, text)


def judge(
    key: str,
    text: str,
    holds: Callable[[Any], bool],
    rests_on: Sequence[str],
    certainty: Certainty,
    results: Mapping[str, Result],
) -> Claim:
    """Return the claim with its state under these results.

    Raises
    ------
    KeyError
        Where the claim rests on a result that was not recorded.
    """
    missing = [name for name in rests_on if name not in results]
    if missing:
        raise KeyError(f"claim {key} rests on results not recorded: {', '.join(missing)}")
    state: State
    if any(results[name].withheld for name in rests_on):
        state = "cannot tell"
    else:
        try:
            state = "holds" if holds(_Results(results)) else "does not hold"
        except CannotTellError:
            state = "cannot tell"
    return Claim(key, fill_numbers(text, results), state, certainty, tuple(rests_on))
