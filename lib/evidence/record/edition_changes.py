"""Two editions compared: what moved on which page, and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from evidence.record.causes import Cause, find_causes
from evidence.record.compare import PageComparison, compare_pages
from evidence.record.editions import Edition

# As many modules are named; more say of a number only that the library is another one.
_MANY = 4


@dataclass(frozen=True, slots=True)
class PageChanges:
    """What differs on one page, and every recorded difference that can be the reason.

    Attributes
    ----------
    comparison : PageComparison
        Numbers and conclusions.
    causes : tuple of Cause
        Parameters, rows, modules, packages.
    """

    comparison: PageComparison
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class EditionChanges:
    """What differs between two editions.

    Attributes
    ----------
    old, new : str
        Names of the editions.
    pages : tuple of PageChanges
        Pages of both editions, by name.
    added, removed : tuple of str
        Pages that only the new or only the old edition has.
    """

    old: str
    new: str
    pages: tuple[PageChanges, ...]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def changed(self) -> tuple[PageChanges, ...]:
        """Pages on which a number, a conclusion or its words differ."""
        return tuple(page for page in self.pages if not page.comparison.is_same)

    def folded(self) -> EditionChanges:
        """Return the same with the modules of the library that differ counted, not named."""
        pages = tuple(replace(page, causes=_folded(page.causes)) for page in self.pages)
        return replace(self, pages=pages)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


def _folded(causes: tuple[Cause, ...]) -> tuple[Cause, ...]:
    modules = [one for one in causes if one.kind == "library"]
    if len(modules) < _MANY:
        return causes
    first = causes.index(modules[0])
    counted = Cause("library", f"{len(modules)} modules", "", "changed, added or removed")
    others = [one for one in causes if one.kind != "library"]
    return (*others[:first], counted, *others[first:])


def compare_editions(old: Edition, new: Edition) -> EditionChanges:
    """Return what differs between two editions, page by page.

    A variant or a notebook is one page; then only that page is compared.

    Raises
    ------
    ValueError
        Where the two have no page in common.
    """
    shared = sorted(old.pages.keys() & new.pages.keys())
    whole = old.whole and new.whole
    if not shared:
        raise ValueError(
            f"expected two sides with a page in common, got {old.name} ({_list(old)}) "
            f"and {new.name} ({_list(new)})"
        )
    return EditionChanges(
        old=old.name,
        new=new.name,
        pages=tuple(
            PageChanges(
                compare_pages(page, old.pages[page].recorded, new.pages[page].recorded),
                find_causes(old.pages[page], new.pages[page], old, new),
            )
            for page in shared
        ),
        added=tuple(sorted(new.pages.keys() - old.pages.keys())) if whole else (),
        removed=tuple(sorted(old.pages.keys() - new.pages.keys())) if whole else (),
    )


def _list(edition: Edition) -> str:
    names = sorted(edition.pages)
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "") if names else "no pages"
