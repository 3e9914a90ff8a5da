"""Editions: what the pages recorded at one time, with the rows and the code they rested on.

One JSON form for a release, for a variant, and for the pages as they stand, so that any two can
be compared. It holds no machine, no path and no time of day; the same pages give the same bytes.

Vocabulary
----------
**Snapshot**: one page of an edition: what it recorded, and fingerprints of what it depends on.
**Edition**: snapshots, the reported data rows they rest on, and digests of modules and packages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from evidence.files.text_files import refuse_constant
from evidence.record.results import PageResults, Result
from evidence.record.stored_parts import read_claim
from evidence_stats.printed.unseen import visible

# Raised with any change after which an older reader would misread the file.
FORMAT = 1
# Columns of a row that its id already says.
_IN_THE_ID = ("row_id", "arm_id", "study_id")
Rows = dict[str, dict[str, str]]


class EditionError(ValueError):
    """A file that is not an edition; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One page of an edition.

    Attributes
    ----------
    recorded : PageResults
        Results, claims and facts of the page.
    fingerprints : dict of str to str
        Digests of code, data, library and environment; those that are not known are left out.
    """

    recorded: PageResults
    fingerprints: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edition:
    """What pages recorded at one time.

    Attributes
    ----------
    name : str
        How a report calls it: "0.1.0", "working tree", "variant of ...".
    pages : dict of str to Snapshot
        By name of the page.
    rows : dict of str to dict
        Reported cells of the data rows that results rest on, empty cells left out.
    tables, modules : dict of str to str
        Digest of each data table and of each module of the library.
    packages : dict of str to str
        Version of each locked package.
    date : str
        Date of release, "" for what is not released.
    data : str
        "" for the book's own tables, else the name of the folder that was read.
    whole : bool
        True for all pages of a book, False for one page: a variant or a notebook.
    """

    name: str
    pages: dict[str, Snapshot]
    rows: Rows = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    modules: dict[str, str] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    date: str = ""
    data: str = ""
    whole: bool = True


def as_printed(row: Mapping[str, str]) -> dict[str, str]:
    """Return the filled cells of a data row, without those that its id says."""
    return {name: text for name, text in row.items() if text and name not in _IN_THE_ID}


def _stored_result(result: Result) -> dict[str, Any]:
    """Return the JSON of a result without its key and without what is empty."""
    stored = result.to_json()
    # By identity: 0.0 equals False, and is a number.
    empty = [n for n, v in stored.items() if v is None or v is False or v in ("", [])]
    return {n: v for n, v in stored.items() if n != "key" and n not in empty}


def _read_result(key: str, stored: Mapping[str, Any]) -> Result:
    empty: dict[str, Any] = {
        "text": "", "kind": "", "unit": "number", "method": "", "label": "", "grade": "D0",
        "rows": [], "conventions": [], "external": False, "withheld": False,
    }  # fmt: skip
    names = [one.name for one in fields(Result)]
    known = {name: stored.get(name, empty.get(name)) for name in names if name != "key"}
    return Result.from_json({"key": key, **known})


def snapshot_json(snapshot: Snapshot) -> dict[str, Any]:
    """Return the JSON form of one page."""
    facts = snapshot.recorded.facts
    return {
        **{name: facts[name] for name in ("page", "parameters", "reads") if name in facts},
        "fingerprints": snapshot.fingerprints,
        "results": {
            key: _stored_result(result) for key, result in snapshot.recorded.results.items()
        },
        "claims": snapshot.recorded.claims,
    }


def _read_snapshot(stored: Mapping[str, Any]) -> Snapshot:
    facts = {name: stored[name] for name in ("page", "parameters", "reads") if name in stored}
    results = {key: _read_result(key, one) for key, one in stored["results"].items()}
    claims = {key: read_claim(one) for key, one in stored["claims"].items()}
    recorded = PageResults(results, claims, facts, [])
    return Snapshot(recorded, dict(stored.get("fingerprints", {})))


def _foundations(edition: Edition) -> dict[str, Any]:
    return {
        "rows": dict(sorted(edition.rows.items())),
        "tables": dict(sorted(edition.tables.items())),
        "modules": dict(sorted(edition.modules.items())),
        "packages": dict(sorted(edition.packages.items())),
    }


def edition_text(edition: Edition) -> str:
    """Return the text of an edition file: one line per page part, result and row."""
    body: dict[str, Any] = {"format": FORMAT, "name": edition.name}
    if edition.date:
        body["date"] = edition.date
    if edition.data:
        body["data"] = edition.data
    body["pages"] = {page: snapshot_json(one) for page, one in sorted(edition.pages.items())}
    return _lines({**body, **_foundations(edition)}, depth=4) + "\n"


def variant_text(page: str, edition: Edition) -> str:
    """Return the text of a variant's results: one page, its parts at the top of the file."""
    snapshot = edition.pages[page]
    facts = {"format": FORMAT, "name": edition.name, "data": edition.data}
    whole = {**facts, **snapshot_json(snapshot), **_foundations(edition)}
    whole["results"] = {key: one.to_json() for key, one in snapshot.recorded.results.items()}
    return _lines(whole, depth=2) + "\n"


def _lines(value: Any, depth: int, indent: str = "") -> str:
    """Return JSON with one line per item down to `depth`, so that git shows what changed."""
    if depth == 0 or not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    inner = indent + " "
    items = ",\n".join(
        f"{inner}{json.dumps(name, ensure_ascii=False)}: {_lines(item, depth - 1, inner)}"
        for name, item in value.items()
    )
    return f"{{\n{items}\n{indent}}}"


def read_edition(text: str, where: str) -> Edition:
    """Return the edition that a file holds.

    Raises
    ------
    EditionError
        Where the text is not one, or is of a later format.
    """
    try:
        stored = json.loads(text, parse_constant=refuse_constant)
        if not isinstance(stored, dict) or not ("pages" in stored or "page" in stored):
            raise EditionError(f"{where}: expected an edition or results, got other JSON")
        if stored.get("format") != FORMAT:
            given = stored.get("format")
            raise EditionError(f"{where}: expected an edition of format {FORMAT}, got {given!r}")
        pages = stored["pages"] if "pages" in stored else {stored["page"]: stored}
        return Edition(
            name=str(stored["name"]),
            pages={page: _read_snapshot(one) for page, one in pages.items()},
            date=str(stored.get("date", "")),
            data=str(stored.get("data", "")),
            whole="pages" in stored,
            **{name: dict(stored[name]) for name in ("rows", "tables", "modules", "packages")},
        )
    except EditionError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = visible(" ".join(str(error).split()))
        raise EditionError(f"{where}: expected an edition, got {reason}") from None
