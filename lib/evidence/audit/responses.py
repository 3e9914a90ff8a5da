"""A12 and A14 for responses: what the categories of one arm add to, and what is reported of one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

from evidence.audit.counts import patients_counted
from evidence.audit.findings import Finding, Settings
from evidence.audit.percentages import fitting
from evidence.audit.printed import Printed, Row, group, number
from evidence_stats.printed.rounding import read_printed

# A patient has one best response.
_CATEGORIES = ("orr", "cr", "pr", "sd", "pd")


def response_shares(printed: Printed, settings: Settings) -> Iterator[Finding]:
    """Ask the best responses of an arm to be no more than all of its patients, in per cent."""
    columns = ("study_id", "arm", "population", "analysis_set", "source_key")
    rows = [row for row in printed.outcomes_with("percent") if row["outcome"] in _CATEGORIES]
    for key, members in group(rows, lambda r: tuple(r[c] for c in columns)).items():
        by_category = {row["outcome"]: row for row in members}
        if len(by_category) < len(members) or len({row["n"] for row in members} - {""}) > 1:
            continue
        if "orr" in by_category:
            by_category = {k: row for k, row in by_category.items() if k not in ("cr", "pr")}
        parts = list(by_category.values())
        shares = [one for row in parts if (one := number(row["value_reported"])) is not None]
        total = sum((one.digits for one in shares), Decimal(0))
        slack = sum((one.half_unit for one in shares), Decimal(0))
        if len(shares) > 1 and total - slack > 100:
            yield Finding(
                "A12", "error", key[0], tuple(row["row_id"] for row in parts),
                f"Best responses of {printed.label(key[0], key[1])} add to {total} %.",
                "; ".join(printed.text(row["row_id"]) for row in parts),
                f"{' + '.join(str(one.digits) for one in shares)} = {total}",
                f"half a unit of each last digit, {slack} in all",
            )  # fmt: skip


def responses_told_again(printed: Printed, settings: Settings) -> Iterator[Finding]:
    """Compare all that is reported of one response of one arm, whoever gives it, as what."""
    columns = ("study_id", "arm", "outcome", "population", "analysis_set")
    rows = [row for row in printed.outcomes if row["arm"] and row["outcome"] in _CATEGORIES]
    for key, members in group(rows, lambda r: tuple(r[c] for c in columns)).items():
        for one, other in combinations(members, 2):
            if _same_place(one, other) or _agree(printed, one, other):
                continue
            yield Finding(
                "A14", "warning", key[0], (one["row_id"], other["row_id"]),
                f"{printed.say(one)}: another response is reported elsewhere.",
                "; ".join(printed.text(row["row_id"]) for row in (one, other)),
                "; ".join(f"{r['source_key']}, {r['locator']}: {_told(r)}" for r in (one, other)),
                "one number of patients gives both",
                "They may describe another analysis, which is not named.",
            )  # fmt: skip


def _same_place(one: Row, other: Row) -> bool:
    """Return True for one statistic of one publication, of which A14 speaks anyway."""
    return all(one[name] == other[name] for name in ("source_key", "statistic", "test"))


def _told(row: Row) -> str:
    return row["value_reported"] + {"percent": " %", "count": " patients"}.get(row["statistic"], "")


def _agree(printed: Printed, one: Row, other: Row) -> bool:
    """Return True where some number of patients fits both rows."""
    counts = {count for row in (one, other) if (count := patients_counted(row)) is not None}
    texts = [
        row["value_reported"]
        for row in (one, other)
        if row["statistic"] == "percent" and number(row["value_reported"])
    ]
    shares = [read_printed(text) for text in texts]
    apart = len(shares) == 2 and not (
        shares[0].low <= shares[1].high and shares[1].low <= shares[0].high
    )
    if len(counts) > 1 or apart:
        return False
    sizes = [n for row in (one, other) if (n := printed.patients(row))]
    return not sizes or all(
        any(count <= n and fitting(text, count, n) for n in sizes)
        for count in counts
        for text in texts
    )
