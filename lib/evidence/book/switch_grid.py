"""Which parameters a reader can switch in the page: chapters/<page>.switch.yml, read and checked.

The file names parameters with their values in words; every combination is computed, apart from
those under `not_computed`, each with its reason.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evidence.multiverse.design import agrees
from evidence.paths import chapters_folder

# Every combination is a run of the chapter that CI repeats; more would take minutes.
MAX_VARIANTS = 80


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
        stored = yaml.safe_load(path.read_text(encoding="utf-8"))
        menus = tuple(_menu(name, item) for name, item in stored["menus"].items())
        left = tuple((dict(i["where"]), str(i["because"])) for i in stored.get("not_computed", ()))
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        reason = " ".join(str(error).split())
        raise SwitchError(
            f"{where}: expected menus with label and values, got {type(error).__name__}: {reason}"
        ) from None
    grid = Grid(page, menus, left)
    if len(grid.computed()) > MAX_VARIANTS:
        raise SwitchError(
            f"{where}: expected at most {MAX_VARIANTS} combinations, got {len(grid.computed())}"
        )
    return grid


def _menu(name: str, item: Mapping[str, Any]) -> Menu:
    values, words = zip(*item["values"], strict=True)
    return Menu(str(name), str(item["label"]), tuple(values), tuple(map(str, words)))
