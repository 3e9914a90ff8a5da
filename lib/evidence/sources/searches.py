"""How old a saved search is, on the day to which a book is current and today."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from typing import Any

# A row of data/searches.csv.
Search = Mapping[Hashable, Any]


def age_of(search: Search, day: date) -> int:
    """Return how many days before a day a search was last run; at least 0.

    Examples
    --------
    >>> age_of({"last_run": "2026-11-01"}, date(2026, 11, 29))
    28
    """
    return max(0, (day - date.fromisoformat(search["last_run"])).days)


def is_overdue(search: Search, day: date) -> bool:
    """Return True where a search is older than its row in `data/searches.csv` promises.

    Examples
    --------
    >>> search = {"last_run": "2026-01-01", "promise_days": "180"}
    >>> is_overdue(search, date(2026, 6, 30)), is_overdue(search, date(2026, 7, 1))
    (False, True)
    """
    promised = search["promise_days"]
    return bool(promised) and age_of(search, day) > int(promised)


def overdue_lines(searches: Iterable[Search], day: date) -> list[str]:
    """Return a line for each search that is overdue on a day."""
    return [
        f"data/searches.csv: {search['search']} ({search['database']}) was last run on "
        f"{search['last_run']}, {age_of(search, day)} days ago; it is to be run every "
        f"{search['promise_days']} days"
        for search in searches
        if is_overdue(search, day)
    ]
