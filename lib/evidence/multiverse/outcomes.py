"""What the specifications of a block found: shares of each claim, and which choices move it."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evidence.files.paths import data_folder
from evidence.multiverse.design import FOLDER, Block, Choice, Design, read_design
from evidence.record.claims import State
from evidence.record.results import Result
from evidence.sources.readings import Readings
from evidence_stats.estimates import Grade

STATES: tuple[State, ...] = ("holds", "does not hold", "cannot tell")


@dataclass(frozen=True, slots=True)
class Specification:
    """One specification that was run.

    Attributes
    ----------
    parameters : dict
        What was chosen.
    shown : Result
        The number of the block's curve.
    states : dict of str to str
        State of each claim of the block.
    """

    parameters: dict[str, Any]
    shown: Result
    states: dict[str, str]


@dataclass(frozen=True, slots=True)
class BlockOutcome:
    """A block and its specifications, in the order of the design."""

    block: Block
    specifications: tuple[Specification, ...]

    @property
    def grade(self) -> Grade:
        """Highest grade of the numbers of the curve."""
        return max(one.shown.grade for one in self.specifications)

    def count_states(self, claim: str) -> dict[str, int]:
        """Return in how many specifications the claim has each state."""
        counted = Counter(one.states[claim] for one in self.specifications)
        return {state: counted[state] for state in STATES}

    def flips(self, claim: str, choice: Choice) -> tuple[int, int]:
        """Return how many pairs that differ in this choice alone differ in state, of how many.

        A choice that flips no pair does not matter to the claim, whatever else was chosen.
        """
        groups: dict[str, list[str]] = {}
        for one in self.specifications:
            others = {n: v for n, v in one.parameters.items() if n != choice.parameter}
            groups.setdefault(json.dumps(others, sort_keys=True), []).append(one.states[claim])
        pairs = [pair for states in groups.values() for pair in itertools.combinations(states, 2)]
        return sum(a != b for a, b in pairs), len(pairs)

    def sorted_by_value(self) -> list[Specification]:
        """Return the specifications by the number of the curve, smallest first."""
        return sorted(self.specifications, key=lambda one: one.shown.value or 0.0)


@dataclass(frozen=True, slots=True)
class Multiverse:
    """What all specifications of a question found.

    Attributes
    ----------
    design : Design
        The choices.
    outcomes : tuple of BlockOutcome
        One per block.
    key : str
        Fingerprint of what the runs depended on.
    asked : Readings
        What the runs asked of the data.
    """

    design: Design
    outcomes: tuple[BlockOutcome, ...]
    key: str
    asked: Readings

    @property
    def size(self) -> int:
        """Number of specifications."""
        return sum(len(outcome.specifications) for outcome in self.outcomes)


def outcome_file(question: str) -> str:
    """Return the name, below data/, of the committed sweep of a question."""
    return f"{FOLDER}/{question}.json"


def files_of(questions: Sequence[str]) -> list[str]:
    """Return the files below data/ that hold the multiverse of some questions."""
    return [name for q in questions for name in (outcome_file(q), f"{FOLDER}/{q}.yml")]


def to_text(key: str, asked: Readings, outcomes: Sequence[BlockOutcome]) -> str:
    """Return a multiverse as the text of its file, one specification per line."""
    lines = []
    for outcome in outcomes:
        specifications = ",\n".join(
            "   " + json.dumps(_stored(one), ensure_ascii=False, sort_keys=True)
            for one in outcome.specifications
        )
        lines.append(f"  {json.dumps(outcome.block.name)}: [\n{specifications}\n  ]")
    body = ",\n".join(lines)
    data = json.dumps(asked.to_json())
    return f'{{\n "key": {json.dumps(key)},\n "asked": {data},\n "blocks": {{\n{body}\n }}\n}}\n'


def _stored(one: Specification) -> dict[str, Any]:
    return {"parameters": one.parameters, "shown": one.shown.to_json(), "states": one.states}


def read_multiverse(question: str) -> Multiverse:
    """Return the committed sweep of a question.

    Raises
    ------
    FileNotFoundError
        Where it was never run.
    ValueError
        Where it does not hold the specifications of the design; `evidence multiverse` makes it.
    """
    design = read_design(question)
    path = data_folder() / outcome_file(question)
    stored = json.loads(path.read_text(encoding="utf-8"))
    outcomes = []
    for block in design.blocks:
        made = tuple(_specification(item) for item in stored["blocks"].get(block.name, ()))
        if [one.parameters for one in made] != block.specifications():
            raise ValueError(
                f"data/{outcome_file(question)}: expected the specifications of block "
                f"{block.name}, got others; `evidence multiverse` runs them"
            )
        outcomes.append(BlockOutcome(block, made))
    return Multiverse(design, tuple(outcomes), stored["key"], Readings.from_json(stored["asked"]))


def _specification(item: Mapping[str, Any]) -> Specification:
    return Specification(item["parameters"], Result.from_json(item["shown"]), item["states"])
