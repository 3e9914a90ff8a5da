"""How the evidence was found: records of each update, and how old each search is."""

from __future__ import annotations

from collections import Counter
from datetime import date

from evidence.figures.study_flow import RecordCounts
from evidence.sources.book import read_book
from evidence.sources.data import Evidence
from evidence.sources.searches import age_of, is_overdue
from evidence.tables.table import Table, make_table


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


def tabulate_searches(evidence: Evidence) -> Table:
    """Return the saved searches, and how old each was on the day to which the book is current.

    That day is `current_to` of `book.yml`, else the last day on which any search was run: a page
    says the same whenever it is run.
    """
    searches = evidence.where("searches").to_dict("records")
    columns = ["Search", "Database", "Query", "Last run", "Records", "To be run every", "Age"]
    if not searches:
        words = "Saved searches: none is recorded"
        return make_table(columns, [["none", *[""] * 6]], caption=words, missing="\N{EN DASH}")
    last = max(row["last_run"] for row in searches)
    current = date.fromisoformat(read_book().current_to or last)
    rows: list[list[object]] = [
        [
            row["search"],
            row["database"],
            row["query"],
            row["last_run"],
            row["hits"],
            f"{row['promise_days']} days" if row["promise_days"] else "",
            _days(age_of(row, current)) + (": overdue" if is_overdue(row, current) else ""),
        ]
        for row in searches
    ]
    caption = f"Saved searches, and their age on {current}, the day to which this book is current"
    return make_table(columns, rows, caption=caption, numeric=("Records",), missing="\N{EN DASH}")


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
