"""Which parameters a reader can switch in the page: chapters/<page>.switch.yml, read and checked.

The file names parameters with their values in words; every combination is computed, apart from
those under `not_computed`, each with its reason.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.files.paths import chapters_folder
from evidence.files.plain_yaml import read_yaml_file
from evidence.multiverse.design import agrees
from evidence_stats.printed.unseen import visible

# Every combination is a run of the chapter that CI repeats; more would take minutes.
MAX_VARIANTS = 80
# Computed or left out.
_MAX_LISTED = 1000


class SwitchError(ValueError):
    """A file of switchable parameters that is not in order."""


@dataclass(frozen=True, slots=True)
class Menu:
    """One parameter that a reader can switch.

    Attributes
    ----------
    parameter, label : str
        Parameter, and the label of its menu.
    values : tuple
        Values; the default of the page comes first.
    words : tuple of str
        What each value is called.
    """

    parameter: str
    label: str
    values: tuple[Any, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The menus of a page.

    Attributes
    ----------
    page : str
        The page.
    menus : tuple of Menu
        Its menus.
    not_computed : tuple of (dict, str)
        Combinations that are left out, and why.
    """

    page: str
    menus: tuple[Menu, ...]
    not_computed: tuple[tuple[dict[str, Any], str], ...]

    def cells(self) -> dict[tuple[int, ...], dict[str, Any] | str]:
        """Return every combination by the positions of its values: parameters, or why not."""
        made: dict[tuple[int, ...], dict[str, Any] | str] = {}
        for chosen in itertools.product(*(range(len(menu.values)) for menu in self.menus)):
            pairs = zip(self.menus, chosen, strict=True)
            parameters = {menu.parameter: menu.values[number] for menu, number in pairs}
            made[chosen] = next(
                (why for rule, why in self.not_computed if agrees(parameters, rule)), parameters
            )
        return made

    def computed(self) -> dict[tuple[int, ...], dict[str, Any]]:
        """Return the combinations that are computed."""
        return {c: cell for c, cell in self.cells().items() if isinstance(cell, dict)}


def switch_path(page: str) -> Path:
    """Return the file of the menus of a page."""
    return chapters_folder() / f"{page}.switch.yml"


def switched_pages() -> list[str]:
    """Return the pages that have menus, in alphabetical order."""
    folder = chapters_folder()
    files = folder.rglob("*.switch.yml")
    return sorted(path.relative_to(folder).as_posix().removesuffix(".switch.yml") for path in files)


def read_switch_grid(page: str) -> Grid:
    """Return the menus of a page.

    Raises
    ------
    SwitchError
        Where the file cannot be read, is of another form, or makes too many combinations.
    """
    path = switch_path(page)
    where = f"chapters/{page}.switch.yml"
    try:
        stored = read_yaml_file(path)
        menus = tuple(_menu(name, item) for name, item in stored["menus"].items())
        left = tuple((dict(i["where"]), str(i["because"])) for i in stored.get("not_computed", ()))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = visible(" ".join(str(error).split()))
        raise SwitchError(
            f"{where}: expected menus with label and values, got {type(error).__name__}: {reason}"
        ) from None
    grid = Grid(page, menus, left)
    # Before they are listed: ten menus of ten values would never end.
    count = math.prod(len(menu.values) for menu in menus)
    if count > _MAX_LISTED:
        raise SwitchError(f"{where}: expected at most {_MAX_LISTED} combinations, got {count}")
    unknown = {str(n) for rule, _ in left for n in rule} - {menu.parameter for menu in menus}
    if unknown:
        raise SwitchError(f"{where}: not_computed: expected names of menus, got {min(unknown)}")
    if len(grid.computed()) > MAX_VARIANTS:
        raise SwitchError(
            f"{where}: expected at most {MAX_VARIANTS} combinations, got {len(grid.computed())}"
        )
    return grid


def _is_pair(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2


def _menu(name: str, item: Mapping[str, Any]) -> Menu:
    if not isinstance(item["values"], list) or not all(map(_is_pair, item["values"])):
        raise ValueError(f"{name}: expected a list of [value, words]")
    values, words = zip(*item["values"], strict=True)
    return Menu(str(name), str(item["label"]), tuple(values), tuple(map(str, words)))
