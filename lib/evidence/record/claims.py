"""Claims: conclusions with a sentence for each of their states, judged by a predicate.

Vocabulary
----------
**Claim**: a predicate over the results of its page, and three sentences, each true when shown.
**State**: *holds*, *does not hold*, or *cannot tell* where the predicate needs what is not there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from evidence.record.predicates import PARAMETER_PREFIX, Predicate
from evidence.record.results import Result
from evidence.sources.certainty import Certainty

State = Literal["holds", "does not hold", "cannot tell"]
_STATES: dict[bool | None, State] = {
    True: "holds",
    False: "does not hold",
    None: "cannot tell",
}
_REFERENCE = re.compile(r"\{([\w.-]+)(?::(\w+))?\}")
# Words by which a sentence says that something is not known; an `unclear` sentence has one.
_NOT_KNOWN = re.compile(r"\b(cannot|unknown|not known|unclear|uncertain|unanswered)\b")


@dataclass(frozen=True, slots=True, repr=False)
class Claim:
    """A conclusion, judged.

    Attributes
    ----------
    key : str
        Name on its page, used in prose as {claim}`key`.
    text : str
        The sentence of its state, its numbers filled in.
    state : str
        holds, does not hold, cannot tell: of what was tested.
    tested : str
        What was tested, in words.
    certainty : str
        GRADE certainty of the evidence for its outcome, or "not rated".
    rests_on : tuple of str
        Keys of the results that the predicate and the sentences read.
    """

    key: str
    text: str
    state: State
    tested: str
    certainty: Certainty
    rests_on: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Claim {self.key}: {self.state}>"

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {**asdict(self), "rests_on": list(self.rests_on)}


@dataclass(frozen=True, slots=True)
class Sentences:
    """What a claim says in each of its states."""

    holds: str
    falls: str
    unclear: str

    def of(self, state: State) -> str:
        """Return the sentence of a state."""
        return {"holds": self.holds, "does not hold": self.falls, "cannot tell": self.unclear}[
            state
        ]

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the results that any of them names."""
        texts = f"{self.holds} {self.falls} {self.unclear}"
        return tuple(dict.fromkeys(found[1] for found in _REFERENCE.finditer(texts)))


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
    tested: Predicate,
    sentences: Sentences,
    results: Mapping[str, Result],
    *,
    beside: Sequence[str] = (),
    certainty: Certainty = "not rated",
) -> Claim:
    """Return the claim with its state and its sentence under these results.

    Parameters
    ----------
    key : str
        Name of the claim.
    tested : Predicate
        Decides between the sentences.
    sentences : Sentences
        For each state one that is true when shown.
    results : mapping of str to Result
        Numbers of the page.
    beside : sequence of str
        Results that a sentence names though the predicate does not test them; parameters may be
        named without.
    certainty : str
        Of the evidence.

    Raises
    ------
    KeyError
        Where a result that the claim rests on was not recorded.
    ValueError
        Where a sentence names or types a number that is neither tested nor declared in `beside`,
        or the `unclear` one asserts something.
    """
    rests_on = tuple(dict.fromkeys((*tested.keys, *beside)))
    missing = [name for name in rests_on if name not in results]
    if missing:
        raise KeyError(f"claim {key} rests on results not recorded: {', '.join(missing)}")
    words = tested.words(results)
    for problem in _problems(sentences, rests_on, words):
        raise ValueError(f"claim {key}: {problem}")
    withheld = any(results[name].withheld for name in rests_on)
    state = _STATES[None if withheld else tested.judge(results)]
    text = fill_numbers(sentences.of(state), results)
    return Claim(key, text, state, words, certainty, rests_on)


def _problems(sentences: Sentences, rests_on: Sequence[str], words: str) -> list[str]:
    """Return what the sentences say beyond what is tested or declared."""
    found = [
        f"expected every number of its sentences to be tested or named in beside=, got {name}"
        for name in sentences.keys
        if name not in rests_on and not name.startswith(PARAMETER_PREFIX)
    ]
    for name in ("holds", "falls", "unclear"):
        typed = _typed_numbers(getattr(sentences, name), words)
        if typed:
            found.append(
                f"expected numbers in `{name}` to be recorded or tested, got {', '.join(typed)}"
            )
    if not _NOT_KNOWN.search(sentences.unclear):
        found.append(
            "expected `unclear` to say that something is unknown or cannot be told, got "
            f"{sentences.unclear!r}"
        )
    return found


def _typed_numbers(sentence: str, words: str) -> list[str]:
    """Return the numbers typed into a sentence that what is tested does not name."""
    typed = re.findall(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w-])", _REFERENCE.sub("", sentence))
    tested = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", words)}
    return [number for number in typed if float(number) not in tested]
