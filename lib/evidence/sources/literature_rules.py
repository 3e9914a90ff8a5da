"""Rules on the tables about publications: each record once, each decision with its reason."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.sources.bibliography import Bibliography
from evidence.sources.problems import Problem, table_problem
from evidence.sources.row_consistency import Tables, numbered_rows


def _records_are_told_apart(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    """Ask every record for something to find it by, which no other record has."""
    seen: dict[tuple[str, str], str] = {}
    for line, row in numbered_rows(tables, "screening"):
        if not (row["title"] or row["doi"] or row["pmid"] or row["nct"]):
            expected = "a title, doi, pmid or nct in each row"
            yield table_problem("screening", line, "title", expected, "")
        for column in filter(row.get, ("doi", "pmid")):
            first = seen.setdefault((column, row[column]), row["candidate_id"])
            if first != row["candidate_id"]:
                expected = f"one that is not already that of {first}"
                yield table_problem("screening", line, column, expected, row[column])


def _decisions_have_reason_and_reader(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    for line, row in numbered_rows(tables, "screening"):
        if row["decision"] and not row["reader"]:
            yield table_problem("screening", line, "reader", "who decided", "")
        if row["decision"] == "exclude" and not row["reason"]:
            yield table_problem("screening", line, "reason", "why it is left out", "")
        if not row["decision"] and (row["reason"] or row["reader"]):
            expected = "a decision where there is a reason or a reader"
            yield table_problem("screening", line, "decision", expected, "")


LITERATURE_RULES = (_records_are_told_apart, _decisions_have_reason_and_reader)
