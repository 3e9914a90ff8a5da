"""How the evidence was found: records of each update, and how old each search is."""

from __future__ import annotations

from collections import Counter

from evidence.figures.study_flow import RecordCounts
from evidence.sources.data import Evidence


def count_records(evidence: Evidence) -> dict[str, RecordCounts]:
    """Return what each update of the book found in databases, the oldest first."""
    records = evidence.where("screening")
    found = {}
    for update in sorted(set(records["update"])):
        own = records[records["update"] == update]
        decisions = Counter(own["decision"])
        databases = Counter(name for cell in own["database"] for name in cell.split(";"))
        found[update] = RecordCounts(
            dict(databases), decisions["exclude"], decisions[""], decisions["include"]
        )
    return found
