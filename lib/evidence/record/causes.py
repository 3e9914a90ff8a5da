"""Why two runs differ: parameters, data rows, library modules, packages; named, not guessed.

A cause is a difference that could reach the page. What a side did not record is said, so that
silence is never read as sameness.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from evidence.record.editions import Edition, Snapshot

CauseKind = Literal["parameter", "data", "library", "environment", "code", "unknown"]
_WORDS = {
    "data": "data tables",
    "library": "library code",
    "environment": "packages",
    "code": "code cells of the page",
}
_AS_A_WHOLE = "as a whole"


@dataclass(frozen=True, slots=True)
class Cause:
    """One named difference between two runs.

    Attributes
    ----------
    kind : str
        parameter, data, library, environment, code, or unknown.
    name : str
        What differs: a parameter, a data row with its column, a module, a package.
    old, new : str
        Before and after, "" where there is nothing to show.
    """

    kind: CauseKind
    name: str
    old: str = ""
    new: str = ""


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _differences(
    kind: CauseKind, old: Mapping[str, str], new: Mapping[str, str], *, values: bool
) -> Iterable[Cause]:
    """Yield what differs between two name: value tables."""
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if values:
            yield Cause(kind, name, before or "absent", after or "absent")
        else:
            state = "added" if before is None else "removed" if after is None else "changed"
            yield Cause(kind, name, "", state)


def _parameters(old: Snapshot, new: Snapshot) -> Iterable[Cause]:
    before = old.recorded.facts.get("parameters", {})
    after = new.recorded.facts.get("parameters", {})
    for name in dict.fromkeys([*after, *before]):
        if name not in before or name not in after or before[name] != after[name]:
            texts = [_shown(side[name]) if name in side else "absent" for side in (before, after)]
            yield Cause("parameter", name, *texts)


def rows_of(snapshot: Snapshot) -> set[str]:
    """Return the data rows that the numbers of a page rest on."""
    return {row for result in snapshot.recorded.results.values() for row in result.rows}


def _data(pair: tuple[Snapshot, Snapshot], editions: tuple[Edition, Edition]) -> Iterable[Cause]:
    """Yield the rows under this page's numbers that differ, then tables that differ elsewhere.

    An edition stores only rows that are used, so that one may be missing there without having
    been removed from the data: what is known is that this page no longer uses it.
    """
    used = [rows_of(snapshot) for snapshot in pair]
    found = False
    for row_id in sorted(used[0] | used[1]):
        if row_id not in used[0] or row_id not in used[1]:
            found = True
            state = "newly used" if row_id in used[1] else "no longer used"
            yield Cause("data", row_id, "", state)
            continue
        before, after = (edition.rows.get(row_id) for edition in editions)
        if before is None or after is None:
            continue
        for column in sorted(before.keys() | after.keys()):
            texts = before.get(column, ""), after.get(column, "")
            if texts[0] != texts[1]:
                found = True
                yield Cause("data", f"{row_id}: {column}", *(text or "empty" for text in texts))
    if found:
        return
    tables = list(
        _differences("data", editions[0].tables, editions[1].tables, values=False)
        if editions[0].tables and editions[1].tables
        else ()
    )
    words = "no row that a number of this page rests on"
    for cause in tables:
        yield Cause("data", f"data/{cause.name}", "", f"{cause.new}; {words}")
    if not tables:
        yield Cause("data", _AS_A_WHOLE, "", "changed; which rows was not recorded")


def find_causes(old: Snapshot, new: Snapshot, before: Edition, after: Edition) -> tuple[Cause, ...]:
    """Return every recorded difference that can have moved a number of one page.

    Parameters
    ----------
    old, new : Snapshot
        The page in both editions.
    before, after : Edition
        The editions, with the rows, modules and packages that they were made from.
    """
    found = list(_parameters(old, new))
    for kind in ("code", "data", "library", "environment"):
        one, other = old.fingerprints.get(kind), new.fingerprints.get(kind)
        if one is None or other is None:
            found.append(Cause("unknown", _WORDS[kind], "", "not recorded on both sides"))
        elif one != other:
            found += _of_kind(kind, (old, new), (before, after))
    return tuple(found)


def _of_kind(
    kind: str, pair: tuple[Snapshot, Snapshot], editions: tuple[Edition, Edition]
) -> list[Cause]:
    before, after = editions
    if kind == "data":
        return list(_data(pair, editions))
    if kind == "library":
        named = list(_differences("library", before.modules, after.modules, values=False))
        return named or [
            Cause("library", _AS_A_WHOLE, "", "changed; which modules was not recorded")
        ]
    if kind == "environment":
        named = list(_differences("environment", before.packages, after.packages, values=True))
        return named or [
            Cause("environment", _AS_A_WHOLE, "", "changed; the versions are the same")
        ]
    return [Cause("code", "cells of the page", "", "changed")]
