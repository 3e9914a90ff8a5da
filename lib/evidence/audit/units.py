"""A13: units, and doses that two places spell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

from evidence.audit.findings import Finding, Settings
from evidence.audit.printed import Printed, Row, group, number
from evidence.sources.book import read_book
from evidence_stats.printed.reported import read_range

# Days in a unit of time. A month is 365.25 / 12 days, or four weeks where a paper counts so.
_DAYS = {
    "days": ("1", "1"),
    "weeks": ("7", "7"),
    "months": ("30.4375", "28"),
    "years": ("365.25", "365"),
}
# Spelled units that are no units, and what they stand for.
_ODD_UNITS = {"TU": "international units", "UI": "international units"}
_ODD = re.compile(r"\b(" + "|".join(_ODD_UNITS) + r")\b")
# Doses that are products of printed numbers: half a unit in the second decimal is rounding.
_DOSE_ROUNDING = 0.005


def a13(printed: Printed, settings: Settings) -> Iterator[Finding]:
    """Compare one quantity in two units, one dose in two places, and ask for known units."""
    yield from _two_units(printed)
    yield from _odd_units(printed)
    yield from _doses(printed)
    yield from _products(printed)
    yield from _levels(printed)


def _levels(printed: Printed) -> Iterator[Finding]:
    """Say where one publication gives intervals of two levels."""
    rows = [row for row in (*printed.outcomes, *printed.biomarkers) if row["ci_level"]]
    for (study_id, source), own in group(rows, lambda r: (r["study_id"], r["source_key"])).items():
        by_level = group(own, lambda r: str(float(r["ci_level"])))
        usual = max(by_level, key=lambda level: (len(by_level[level]), level))
        for level, odd in by_level.items():
            if level != usual:
                yield Finding(
                    "A13", "note", study_id, tuple(row["row_id"] for row in odd),
                    f"One publication ({source}) gives intervals of {float(usual):g} and of "
                    f"{float(level):g} %.",
                    "; ".join(printed.text(row["row_id"]) for row in odd),
                    f"{len(odd)} of {len(own)} intervals are of {float(level):g} %",
                    "one level in one publication",
                    "Levels are adjusted for interim analyses, or one was read wrong.",
                )  # fmt: skip


def _span(row: Row) -> tuple[Decimal, Decimal]:
    """Return the days that a reported time stands for, under either length of a month."""
    time = number(row["value_reported"])
    if time is None:
        return Decimal(0), Decimal(0)
    days = [Decimal(text) for text in _DAYS[row["unit"]]]
    low, high = time.digits - time.half_unit, time.digits + time.half_unit
    return low * min(days), high * max(days)


def _two_units(printed: Printed) -> Iterator[Finding]:
    times = [
        row
        for row in printed.outcomes
        if row["statistic"] == "median" and row["unit"] in _DAYS and number(row["value_reported"])
    ]
    columns = ("study_id", "arm", "outcome")
    for rows in group(times, lambda r: tuple(r[c] for c in columns)).values():
        for one, other in combinations(rows, 2):
            if one["unit"] == other["unit"] or one["source_key"] == other["source_key"]:
                continue
            if one["population"] != other["population"]:
                continue
            a, b = _span(one), _span(other)
            agree = a[0] <= b[1] and b[0] <= a[1]
            yield Finding(
                "A13", "info" if agree else "warning", one["study_id"],
                (one["row_id"], other["row_id"]),
                f"{printed.say(one)}: reported in {one['unit']} and in {other['unit']}"
                + (", the same within rounding." if agree else ", and they differ."),
                f"{printed.text(one['row_id'])}; {printed.text(other['row_id'])}",
                f"{a[0]:f} to {a[1]:f} days v {b[0]:f} to {b[1]:f} days",
                "half a unit of the last digit; a month of 30.4375 or 28 days",
                "One result in two units." if agree else "Perhaps two analyses.",
            )  # fmt: skip
    rows = [row for row in times if row["outcome"] in ("pfs", "os", "ttp")]
    for study_id, own in group(rows, lambda r: r["study_id"]).items():
        by_source = group(own, lambda r: r["source_key"])
        pubs = printed.study[study_id]["publications"].split(";")
        units = {r["unit"] for key, found in by_source.items() if key in pubs for r in found}
        if len(units) > 1:
            mine = [r for r in own if r["source_key"] in pubs]
            yield Finding(
                "A13", "info", study_id, tuple(r["row_id"] for r in mine),
                f"Times of one trial are reported in {' and '.join(sorted(units))}.",
                "; ".join(printed.text(r["row_id"]) for r in mine),
                "; ".join(f"{r['value_reported']} {r['unit']} = {_months(r)} months" for r in mine),
                "one unit for all times", "House styles differ.",
            )  # fmt: skip


def _months(row: Row) -> str:
    value = Decimal(row["value_reported"]) * Decimal(_DAYS[row["unit"]][0])
    return f"{value / Decimal(_DAYS['months'][0]):.1f}"


def _odd_units(printed: Printed) -> Iterator[Finding]:
    rows = [
        (arm["arm_id"], arm, " ".join(arm[name] for name in read_book().arm_columns))
        for arm in printed.arms
    ]
    rows += [(row_id, row, row["unit"]) for row_id, row in sorted(printed.facts.items())]
    odd: dict[tuple[str, str], list[str]] = {}
    for row_id, row, text in rows:
        found = _ODD.search(text) or _ODD.search(row["note"])
        if found:
            odd.setdefault((row["study_id"], found[1]), []).append(row_id)
    for (study_id, unit), row_ids in odd.items():
        meant = _ODD_UNITS[unit]
        yield Finding(
            "A13", "note", study_id, tuple(sorted(row_ids)),
            f"The unit reported as {unit} is not a unit of dose.", unit, f"{unit} read as {meant}",
            "units of measure that exist", f"A misprint for {meant}.",
        )  # fmt: skip


def _doses(printed: Printed) -> Iterator[Finding]:
    """Compare doses in characteristics with the doses of the arm."""
    spelled = {
        characteristic: (name, factors)
        for name, column in read_book().arm_columns.items()
        for characteristic, factors in column.also_in.items()
    }
    for row in printed.characteristics:
        column, factors = spelled.get(row["characteristic"], ("", {}))
        arm = printed.arm.get((row["study_id"], row["arm"]))
        value = number(row["value_reported"])
        if not column or arm is None or value is None or not arm[column]:
            continue
        span = read_range(arm[column])
        if span is None or row["unit"] not in factors:
            continue
        dose = float(value.digits) * factors[row["unit"]]
        if span == (dose, dose):
            continue
        inside = span[0] <= dose <= span[1]
        yield Finding(
            "A13", "warning", row["study_id"], (row["row_id"], arm["arm_id"]),
            f"{printed.say(row)}: one dose, where the arm had "
            + (f"{arm[column]}." if inside else f"{arm[column]}, which does not hold it."),
            printed.text(row["row_id"]),
            f"{row['value_reported']} {row['unit']} is {dose:g}; the arm has {arm[column]}",
            "the dose of the arm", "It is the dose of one cohort." if inside else "",
        )  # fmt: skip


def _products(printed: Printed) -> Iterator[Finding]:
    """Ask a dose that is the product of two columns to be so."""
    told = read_book().arm_columns
    for arm in printed.arms:
        for name, one, other in read_book().products:
            spans = [read_range(arm[column]) for column in (one, other, name)]
            if spans[0] is None or spans[1] is None or spans[2] is None:
                continue
            ends = list(zip(*spans, strict=True))
            if any(abs(dose * times - made) > _DOSE_ROUNDING for dose, times, made in ends):
                yield Finding(
                    "A13", "error", arm["study_id"], (arm["arm_id"],),
                    f"{told[name].description} The product is another.",
                    "; ".join(f"{told[c].description} {arm[c]}" for c in (one, other)),
                    f"{arm[one]} x {arm[other]}, entered as {arm[name]}",
                    f"{_DOSE_ROUNDING:g} in the unit of the column",
                )  # fmt: skip
