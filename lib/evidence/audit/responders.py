"""A5 and A6 for response rates: a P value against the counts of two arms."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

from evidence.audit.findings import Finding, RuleId, Settings, Severity
from evidence.audit.percentages import fitting
from evidence.audit.printed import Printed, Row, beside, is_safety, number, p_value
from evidence.audit.ratios import says_one_sided, two_sided_range
from evidence.tables.formatting import format_p
from evidence_stats.normal import two_sided_p, z_from_p
from evidence_stats.printed.rounding import PrintedNumber
from evidence_stats.rates.inversion import counts_printing_percent
from evidence_stats.rates.two_by_two import EqualityTest, equality_p_value

# The tests that abstracts of trials use; Boschloo and Barnard are hardly ever printed.
_TESTS: tuple[EqualityTest, ...] = (
    "chi_squared", "likelihood_ratio", "fisher", "fisher_midp", "yates"
)  # fmt: skip
# Counts of one arm that are tried, the least and the most among them: every test is made of each.
_MOST_COUNTS = 8
Counts = tuple[tuple[int, int], ...]


def arm_counts(printed: Printed, row: Row, arm: str) -> tuple[Counts, tuple[str, ...]]:
    """Return every (events, n) that an arm of a comparison may have had, and the row."""
    for statistic in ("percent", "count"):
        found = beside(printed.outcomes_with(statistic), row, arm)
        n = printed.patients(found[0]) if len(found) == 1 else None
        if n is None:
            continue
        if found[0]["events"]:
            return ((int(found[0]["events"]), n),), (found[0]["row_id"],)
        shown = number(found[0]["value_reported"]) is not None
        if statistic == "percent" and shown and fitting(found[0]["value_reported"], None, n):
            counts = counts_printing_percent(found[0]["value_reported"], n=n)
            return counts, (found[0]["row_id"],)
    return (), ()


def _thinned(counts: Counts) -> Counts:
    """Return counts that stand for all: of thousands of patients, hundreds give one number."""
    if len(counts) <= _MOST_COUNTS:
        return counts
    places = {round(i * (len(counts) - 1) / (_MOST_COUNTS - 1)) for i in range(_MOST_COUNTS)}
    return tuple(counts[place] for place in sorted(places))


def unpooled_wald(events_a: int, n_a: int, events_b: int, n_b: int) -> float:
    """Return the two-sided P of the difference over its unpooled standard error."""
    a, b = events_a / n_a, events_b / n_b
    variance = a * (1 - a) / n_a + b * (1 - b) / n_b
    return two_sided_p((a - b) / math.sqrt(variance)) if variance > 0 else 1.0


def p_values(a: tuple[int, int], b: tuple[int, int]) -> dict[str, float]:
    """Return the P value of every usual test."""
    found: dict[str, float] = {test: equality_p_value(*a, *b, test) for test in _TESTS}
    found["wald"] = unpooled_wald(*a, *b)
    return found


def response_p(printed: Printed, settings: Settings) -> Iterator[Finding]:
    """Compare the P value of two response rates with the tests of their counts."""
    for row in printed.outcomes_with("p_value"):
        p = p_value(row)
        if p is None or not row["arm_a"]:
            continue
        sides = [arm_counts(printed, row, row[name]) for name in ("arm_a", "arm_b")]
        if not all(counts for counts, _ in sides) or "arms at once" in row["test"]:
            continue
        tables = list(product(_thinned(sides[0][0]), _thinned(sides[1][0])))
        found: dict[str, list[float]] = {}
        for a, b in tables:
            for test, value in p_values(a, b).items():
                found.setdefault(test, []).append(value)
        rows = (*sides[0][1], *sides[1][1], row["row_id"])
        yield from _judge(printed, settings, row, p, rows, tables, found)


def _judge(
    printed: Printed,
    settings: Settings,
    row: Row,
    printed_p: PrintedNumber,
    rows: tuple[str, ...],
    tables: list[tuple[tuple[int, int], tuple[int, int]]],
    found: dict[str, list[float]],
) -> Iterator[Finding]:
    low, high = two_sided_range(printed_p, one_sided=says_one_sided(row))
    if any(low <= p <= high for ps in found.values() for p in ps):
        return
    smallest, largest = min(map(min, found.values())), max(map(max, found.values()))
    if smallest <= high and low <= largest and len(tables) > 1:
        return
    gaps = [
        abs(z_from_p(max(p, 1e-300)) - z_from_p(min(max(end, 1e-300), 1.0)))
        / max(z_from_p(max(p, 1e-300)), 1.0)
        for ps in found.values()
        for p in ps
        for end in (low, high)
    ]
    soft = settings.p_tolerance == "allow_other_test"
    close = soft and min(gaps) <= settings.allow_other_test_factor
    severity: Severity = "note" if close or is_safety(row) else "warning"
    rule: RuleId = "A6" if printed_p.bound else "A5"
    (x_a, n_a), (x_b, n_b) = tables[0]
    counts = f"{x_a}/{n_a} v {x_b}/{n_b}"
    if len(tables) > 1:
        counts += f" and {len(tables) - 1} other tables that give it"
    tests = ", ".join(
        f"{name.replace('_', ' ')} {format_p(min(ps))}"
        + (f" to {format_p(max(ps))}" if max(ps) > min(ps) else "")
        for name, ps in found.items()
    )
    yield Finding(
        rule, severity, row["study_id"], rows,
        f"{printed.say(row)}: no usual test of the two rates gives {row['p_reported']}.",
        printed.text(row["row_id"]), f"{counts}: {tests}",
        "one of the tests, for one of the counts that give it",
        "Another test, a stratified one, or slightly other counts." if close else
        "Other denominators, or a test for trend or strata.",
    )  # fmt: skip
