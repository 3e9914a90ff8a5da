"""A14: what a text concludes against what its numbers allow.

What a paper concludes is words. Titles are in studies.csv and are read here; conclusions of a
text are known only where a reader recorded them in discrepancies.csv. The arithmetic beside them
is always computed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from evidence.audit.findings import Finding, Settings
from evidence.audit.percentages import fitting
from evidence.audit.printed import Printed, Row, group, number
from evidence_stats.printed.reported import read_level
from evidence_stats.rates.inversion import counts_printing_interval, counts_printing_percent
from evidence_stats.rates.two_proportions import risk_difference
from evidence_stats.survival.median import Median
from evidence_stats.survival.two_medians import RULES, hazard_ratios_from_medians

_LIKENESS = re.compile(r"\b(?:comparable|equivalent|no difference|similar|as effective)\b", re.I)
_PREDICTIVE = re.compile(r"\bpredictive\b", re.I)
_EFFECTIVE = re.compile(r"\beffective\b", re.I)
# The largest loss that would still be called alike: the default margins of the question chapter,
# a hazard ratio of 1.25 and ten points of response.
_HAZARD_MARGIN, _POINTS_MARGIN = 1.25, 0.10
_MARGINS = "hazard ratio below 1.25 and less than ten points of response lost, by the 95 % limits"


def a14(printed: Printed, settings: Settings) -> Iterator[Finding]:
    """Compare conclusions with intervals."""
    for study in printed.studies:
        if study["randomized"] != "yes" and _EFFECTIVE.search(study["title"]):
            yield Finding(
                "A14", "note", study["study_id"], (),
                "The title calls a treatment effective without a comparison.", study["title"],
                f"{study['design']}, not randomized, n = {study['n_total'] or 'unknown'}",
                "a randomized comparison", "In a case report the word may mean active.",
            )  # fmt: skip
    yield from _told_twice(printed)
    for item in printed.discrepancies:
        rows = [row_id for row_id in item["row_ids"].split(";") if row_id]
        if _LIKENESS.search(item["what"]):
            yield from _likeness(printed, settings, item, rows)
        if _PREDICTIVE.search(item["what"]):
            yield from _predictive(printed, item, rows)


def _told_twice(printed: Printed) -> Iterator[Finding]:
    """Compare what one publication gives twice: text, table and legend."""
    columns = (
        "study_id", "arm", "arm_a", "arm_b", "outcome", "statistic", "unit", "source_key",
        "analysis_set", "test",
    )  # fmt: skip

    def place(row: Row) -> tuple[str, ...]:
        # With one patient there are no subsets that could differ.
        one = printed.study[row["study_id"]]["n_total"] == "1"
        return (*(row[column] for column in columns), "" if one else row["population"])

    for rows in group(printed.outcomes, place).values():
        values = [number(row["value_reported"]) for row in rows]
        if len({value.digits for value in values if value is not None}) < 2:
            continue
        apart = len({row["population"] for row in rows}) > 1
        yield Finding(
            "A14", "note" if apart else "warning", rows[0]["study_id"],
            tuple(row["row_id"] for row in rows),
            f"{printed.say(rows[0])}: one publication gives more than one value.",
            "; ".join(printed.text(row["row_id"]) for row in rows),
            "; ".join(f"{row['locator']}: {row['value_reported']}" for row in rows),
            "one value in text, table and legend",
            "They may describe another time or organ." if apart else
            "They may describe another analysis, which is not named.",
        )  # fmt: skip


def _likeness(
    printed: Printed, settings: Settings, item: Row, row_ids: list[str]
) -> Iterator[Finding]:
    study_id = item["study_ids"].split(";")[0]
    if printed.study[study_id]["randomized"] != "yes":
        return
    rows = [printed.facts[row_id] for row_id in row_ids if row_id in printed.facts]
    parts, beyond = [], False
    for outcome, statistic in sorted({(row["outcome"], row["statistic"]) for row in rows}):
        own = [r for r in rows if (r["outcome"], r["statistic"]) == (outcome, statistic)]
        sides = _sides(printed, own)
        if sides is None:
            continue
        if statistic == "percent":
            found = _response_loss(printed, settings, *sides)
        elif statistic == "median":
            found = _hazard_loss(printed, *sides)
        else:
            continue
        if found:
            parts.append(f"{outcome}: {found[0]}")
            beyond = beyond or found[1]
    if parts and beyond:
        yield Finding(
            "A14", "warning", study_id, tuple(row_ids),
            f"A conclusion of likeness is not shown by the intervals: {item['what']}",
            "; ".join(printed.text(row_id) for row_id in row_ids), "; ".join(parts), _MARGINS,
            f"The conclusion is as recorded by a reader ({item['discrepancy_id']}).",
        )  # fmt: skip


def _sides(printed: Printed, rows: list[Row]) -> tuple[Row, Row] | None:
    """Return the experimental and the control row of two."""
    controls = [r for r in rows if _role(printed, r) == "control"]
    others = [r for r in rows if _role(printed, r) == "experimental"]
    return (others[0], controls[0]) if len(controls) == 1 and len(others) == 1 else None


def _role(printed: Printed, row: Row) -> str:
    return printed.arm.get((row["study_id"], row.get("arm", "")), {}).get("role", "")


def counts_of(printed: Printed, settings: Settings, row: Row) -> tuple[int, int] | None:
    """Return (events, n) where the reported numbers leave one possibility."""
    n = printed.patients(row)
    if row["events"] and n:
        return int(row["events"]), n
    limits = row["ci_low_reported"], row["ci_high_reported"]
    if number(row["value_reported"]) is None:
        return None
    found: tuple[tuple[int, int], ...] = ()
    if all(number(limit) for limit in limits) and row["ci_level"]:
        found = counts_printing_interval(
            row["value_reported"], *limits, level=read_level(row["ci_level"]), max_n=settings.max_n
        )
    if len(found) != 1 and n and fitting(row["value_reported"], None, n):
        found = counts_printing_percent(row["value_reported"], n=n)
    return found[0] if len(found) == 1 else None


def _response_loss(
    printed: Printed, settings: Settings, one: Row, control: Row
) -> tuple[str, bool] | None:
    a, b = (counts_of(printed, settings, row) for row in (one, control))
    if a is None or b is None:
        return None
    difference = risk_difference(*a, *b)
    low, high = (100 * (end or 0.0) for end in (difference.low, difference.high))
    text = f"{a[0]}/{a[1]} v {b[0]}/{b[1]}, difference {low:.1f} to {high:.1f} points"
    return text, low < -100 * _POINTS_MARGIN


def _hazard_loss(printed: Printed, one: Row, control: Row) -> tuple[str, bool] | None:
    numbers = [number(row["value_reported"]) for row in (one, control)]
    if numbers[0] is None or numbers[1] is None or one["unit"] != control["unit"]:
        return None
    sizes = [printed.patients(row) for row in (one, control)]
    patients = None if sizes[0] is None or sizes[1] is None else (sizes[0], sizes[1])
    ratios = hazard_ratios_from_medians(_median(one), _median(control), patients=patients)
    if not ratios:
        return None
    rule, ratio = next(iter(ratios.items()))
    high = ratio.high or math.inf
    text = f"hazard ratio from the medians {ratio.value:.2f} ({ratio.low:.2f} to {high:.2f}), "
    return f"{text}interval from the {RULES[rule]}", high > _HAZARD_MARGIN


def _median(row: Row) -> Median:
    """Return a reported median, with its limits where both can be computed with."""
    value, low, high = (number(row[f"{name}_reported"]) for name in ("value", "ci_low", "ci_high"))
    middle = None if value is None else float(value.digits)
    if low is None or high is None or low.digits <= 0 or not row["ci_level"]:
        return Median(middle)
    return Median(middle, float(low.digits), float(high.digits), read_level(row["ci_level"]))


def _predictive(printed: Printed, item: Row, row_ids: list[str]) -> Iterator[Finding]:
    study_id = item["study_ids"].split(";")[0]
    rows = [printed.facts[row_id] for row_id in row_ids if row_id in printed.facts]
    main = [row for row in rows if row.get("marker") and row["arm"] == "all"]
    markers = {row["marker"] for row in main}
    tested = [
        row
        for row in printed.biomarkers
        if row["study_id"] == study_id
        and row["marker"] in markers
        and "interaction" in f"{row['model']} {row['outcome']} {row['row_id']}"
    ]
    if main and not tested:
        yield Finding(
            "A14", "warning", study_id, tuple(row["row_id"] for row in main),
            "A marker is called predictive by an association in all patients.",
            "; ".join(printed.text(row["row_id"]) for row in main),
            f"{len(main)} hazard ratios over all arms, {len(tested)} interactions with treatment",
            "a test of interaction with treatment",
            f"The word is as recorded by a reader ({item['discrepancy_id']}).",
        )  # fmt: skip
