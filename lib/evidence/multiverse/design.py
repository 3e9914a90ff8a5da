"""Which choices count as defensible: data/multiverse/<question>.yml, read and checked.

Vocabulary
----------
**Choice**: a parameter of the question with the values that an analyst could defend.
**Block**: choices that enter the same claims; every combination of them is a specification.
**Specification**: one value for each choice of a block, all else at the defaults of the page.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evidence.files.paths import data_folder
from evidence.files.plain_yaml import read_yaml_file
from evidence_stats.printed.unseen import visible

FOLDER = "multiverse"
# The largest question of the book has some hundreds; each is a run of its chapter.
MAX_SPECIFICATIONS = 20_000


class DesignError(ValueError):
    """A file of choices that is not in order; the message says where."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A parameter and its defensible values.

    Attributes
    ----------
    parameter : str
        Name of the parameter.
    values : tuple
        Values, as the parameter takes them.
    words : tuple of str
        What each value means.
    """

    parameter: str
    values: tuple[Any, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Choices that enter the same claims.

    Attributes
    ----------
    name, title : str
        Key, and what the block is about.
    shows : str
        Key of the number that its specification curve shows.
    claims : tuple of str
        Keys of the claims that its choices bear on.
    choices : tuple of Choice
        Its choices.
    fixed : dict
        Parameters that all its specifications share.
    left_out : tuple of dict
        Combinations that are not run: impossible, or the same as another one.
    said : dict
        Words for the keys of claims; they change no run, so no fingerprint has them.
    """

    name: str
    title: str
    shows: str
    claims: tuple[str, ...]
    choices: tuple[Choice, ...]
    fixed: dict[str, Any]
    left_out: tuple[dict[str, Any], ...]
    said: dict[str, str] = field(default_factory=dict, repr=False)

    def words_of(self, claim: str) -> str:
        """Return a claim in words: those of the file, or its key without underscores."""
        return self.said.get(claim) or claim.replace("_", " ")

    def specifications(self) -> list[dict[str, Any]]:
        """Return the parameters of every specification, the last choice fastest."""
        names = [choice.parameter for choice in self.choices]
        made = []
        for values in itertools.product(*(choice.values for choice in self.choices)):
            chosen = dict(zip(names, values, strict=True))
            if not any(agrees(chosen, rule) for rule in self.left_out):
                made.append({**self.fixed, **chosen})
        return made


@dataclass(frozen=True, slots=True)
class Design:
    """The defensible choices of one question.

    Attributes
    ----------
    question : str
        Name of the file and of the chapter.
    page : str
        Page of the question.
    blocks : tuple of Block
        Its blocks.
    """

    question: str
    page: str
    blocks: tuple[Block, ...]


def design_path(question: str) -> Path:
    """Return the file of the choices of a question."""
    return data_folder() / FOLDER / f"{question}.yml"


def questions_with_designs() -> list[str]:
    """Return the questions that have a file of choices, in alphabetical order."""
    return sorted(path.stem for path in (data_folder() / FOLDER).glob("*.yml"))


def read_design(question: str) -> Design:
    """Return the choices of a question.

    Raises
    ------
    DesignError
        Where the file is missing or is not of the form that `data/README.md` describes.
    """
    path = design_path(question)
    where = f"data/{FOLDER}/{path.name}"
    try:
        stored = read_yaml_file(path)
    except ValueError as error:
        raise DesignError(f"{where}: {error}") from None
    try:
        blocks = tuple(_block(item) for item in stored["blocks"])
        return Design(question, str(stored["page"]), blocks)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DesignError(
            f"{where}: expected page and blocks with name, title, shows, claims and choices, "
            f"got {type(error).__name__}: {visible(str(error))}"
        ) from None


def agrees(chosen: Mapping[str, Any], rule: Mapping[str, Any]) -> bool:
    """Return True where the parameters chosen have every value that the rule names."""
    return all(chosen[name] == value for name, value in rule.items())


def _is_pair(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2


def _block(item: Mapping[str, Any]) -> Block:
    choices = []
    for parameter, pairs in item["choices"].items():
        if not isinstance(pairs, list) or not pairs or not all(map(_is_pair, pairs)):
            raise ValueError(f"{parameter}: expected a list of [value, words]")
        values, words = zip(*pairs, strict=True)
        choices.append(Choice(str(parameter), tuple(values), tuple(map(str, words))))
    count = math.prod(len(choice.values) for choice in choices)
    if count > MAX_SPECIFICATIONS:
        raise ValueError(f"expected at most {MAX_SPECIFICATIONS} specifications, got {count}")
    left_out = tuple(dict(rule) for rule in item.get("left_out", ()))
    unknown = {name for rule in left_out for name in rule} - {one.parameter for one in choices}
    if unknown:
        raise ValueError(f"left_out: expected names of choices, got {min(map(str, unknown))}")
    if not isinstance(item["claims"], list | dict):
        raise ValueError("claims: expected a list of names, or names with their words")
    return Block(
        name=str(item["name"]),
        title=str(item["title"]),
        shows=str(item["shows"]),
        claims=tuple(map(str, item["claims"])),
        choices=tuple(choices),
        fixed=dict(item.get("fixed", {})),
        left_out=left_out,
        said=item["claims"] if isinstance(item["claims"], dict) else {},
    )
