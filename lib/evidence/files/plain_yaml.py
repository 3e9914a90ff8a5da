"""Reading YAML that somebody wrote: texts, numbers, lists and tables, each written out once.

Every YAML file of a project of this kind is read here. What surprises is an error: tags that make
objects, aliases (a few lines of them stand for gigabytes), a name given twice (all but the last
would be dropped without a word), and files too long or nested too deep to have been written by
hand.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from evidence.files.text_files import MAX_BYTES, read_text_file
from evidence_stats.printed.unseen import visible

# Where the longest of ours has four.
_MAX_DEPTH = 40


class YamlError(ValueError):
    """A text that is not plain YAML; the message says what was expected and what was found."""


# The parser of libyaml where it is there: ten times as quick.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


# What YAML 1.1 reads as another number: 0400 is 256, 1:30 is 90, 1_000 is 1000.
_SURPRISING = re.compile(r"[-+]?0[0-9bxo].*|.*[_:].*", re.IGNORECASE)


class _PlainLoader(_Loader):  # type: ignore[misc]
    """A SafeLoader that refuses a name given twice, and numbers that are not as written."""

    def construct_number(self, node: Any) -> Any:
        """Return a number that is written in decimal digits."""
        if _SURPRISING.fullmatch(node.value):
            raise yaml.constructor.ConstructorError(
                None, None, f"expected decimal digits, got {_name(node.value)}", node.start_mark
            )
        make = self.construct_yaml_int if node.tag.endswith("int") else self.construct_yaml_float
        return make(node)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        made: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        seen = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if name in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"expected each name once, got {_name(name)} again", key.start_mark
                )
            seen.add(name)
        return made


for _kind in ("int", "float"):
    _PlainLoader.add_constructor(f"tag:yaml.org,2002:{_kind}", _PlainLoader.construct_number)


def _check_form(text: str) -> None:
    """Refuse aliases and deep nesting before anything is made of them."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.composer.ComposerError(
                None, None, "expected values written out, got an alias", event.start_mark
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MAX_DEPTH:
            raise yaml.composer.ComposerError(
                None, None, f"expected at most {_MAX_DEPTH} levels, got more", event.start_mark
            )


def _name(name: object) -> str:
    return visible(f'"{name}"' if isinstance(name, str) else str(name))


def read_yaml(text: str) -> Any:
    """Return what a YAML text holds.

    Raises
    ------
    YamlError
        Where it is not plain YAML.
    """
    if len(text) > MAX_BYTES:
        raise YamlError(f"expected at most {MAX_BYTES // 1000} kB, got {len(text) // 1000} kB")
    try:
        _check_form(text)
        # A subclass of SafeLoader: it makes no objects and runs nothing.
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 # nosec B506
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        # ValueError: a date such as 2001-99-99, or a number of thousands of digits.
        reason = visible(" ".join(str(error).split()))
        raise YamlError(f"expected YAML, got an error ({reason})") from None


def read_yaml_file(path: Path) -> Any:
    """Return what a YAML file holds.

    Raises
    ------
    ValueError
        As `read_text_file` and `read_yaml`.
    """
    return read_yaml(read_text_file(path))
