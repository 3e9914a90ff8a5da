"""What one row gives: a number that there can be, in a unit of its statistic.

Each rule yields the problems of one kind; `consistency` runs them over checked columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pandas as pd

from evidence.sources.appraisal_tools import TOOLS
from evidence.sources.bibliography import Bibliography
from evidence.sources.problems import Problem, table_problem
from evidence.sources.units import MONTHS_PER, MOST_MONTHS, allowed_units
from evidence_stats.printed.reported import NOT_SIGNIFICANT, Reported, read_reported

Tables = dict[str, pd.DataFrame]
Row = dict[str, str]
_FACTS = ("outcomes", "characteristics", "biomarkers")
_RATIOS = ("hazard_ratio", "odds_ratio", "risk_ratio")
# Beyond these a ratio is a slip of the pen, or so uncertain that papers print a bound.
_SMALLEST_RATIO, _LARGEST_RATIO = 0.001, 1000.0


def numbered_rows(tables: Tables, name: str) -> Iterator[tuple[int, Row]]:
    """Yield the line in the file and the row, for every row of a table."""
    columns = list(tables[name].columns)
    # Every rule reads every row; what pandas would make of each costs more than the rule.
    for line, cells in enumerate(tables[name].to_numpy().tolist(), start=2):
        yield line, dict(zip(columns, cells, strict=True))


def _limits(table: str) -> tuple[str, str]:
    """Return the columns of the lower and upper limit."""
    if table == "characteristics":
        return "low_reported", "high_reported"
    return "ci_low_reported", "ci_high_reported"


def _printed(row: Row, columns: tuple[str, ...]) -> Iterator[tuple[str, Reported, float]]:
    """Yield the columns that give a number or a bound, and the number."""
    for column in columns:
        printed = read_reported(row[column])
        if printed is not None and printed.value is not None:
            yield column, printed, printed.value


def units_fit(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    """Ask for a unit of the statistic: "percent" makes a share of a number, "months" a time."""
    for name in _FACTS:
        for line, row in numbered_rows(tables, name):
            outcome = row.get("outcome", "")
            units = allowed_units(name, row["statistic"], outcome)
            if row["unit"] not in units:
                what = f"{row['statistic']} of {outcome}" if outcome else row["statistic"]
                expected = f"a unit of {what}: {' or '.join(units)}"
                yield table_problem(name, line, "unit", expected, row["unit"])


def counts_fit(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    """Ask counts to be whole, and no larger than their denominator."""
    for name in _FACTS:
        for line, row in numbered_rows(tables, name):
            n = int(row["n"]) if row["n"] else None
            if n == 0:
                yield table_problem(name, line, "n", "a denominator of 1 or more", row["n"])
            elif n is not None and row["events"] and int(row["events"]) > n:
                yield table_problem(name, line, "events", f"at most n = {n}", row["events"])
            if row["statistic"] != "count":
                continue
            for column, printed, value in _printed(row, ("value_reported",)):
                expected = ""
                if printed.decimals or not printed.text.lstrip("<> ").isdigit():
                    expected = "a whole number of patients, 0 or more"
                elif n and value > n:
                    expected = f"at most n = {n}"
                elif row["events"] and not printed.bound and value != int(row["events"]):
                    expected = f"the {row['events']} of the column events"
                if expected:
                    yield table_problem(name, line, column, expected, row[column])


def percentages_fit(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    """Ask shares to lie between nothing and all; a change from baseline may do as it likes."""
    for name in _FACTS:
        columns = ("value_reported", *_limits(name))
        for line, row in numbered_rows(tables, name):
            if row["statistic"] not in ("percent", "rate"):
                continue
            if row.get("outcome", "").startswith("change"):
                continue
            most = {"percent": 100, "probability": 1}.get(row["unit"])
            for column, printed, value in _printed(row, columns):
                signed = printed.text.lstrip("<> ").startswith(("-", "+"))
                if signed or (most is not None and value > most):
                    words = {100: "0 to 100 per cent", 1: "0 to 1"}.get(most or 0, "0 or more")
                    yield table_problem(name, line, column, words, row[column])


def values_in_intervals(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    """Ask limits to enclose their value."""
    for name in _FACTS:
        low, high = _limits(name)
        for line, row in numbered_rows(tables, name):
            cells = list(_printed(row, (low, "value_reported", high)))
            if any(value > after for (_, _, value), (_, _, after) in pairwise(cells)):
                given = ", ".join(printed.text for _, printed, _ in cells)
                expected = "lower limit, value and upper limit to rise"
                yield table_problem(name, line, "value_reported", expected, given)


def intervals_have_a_width(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    """Ask limits to differ where no paper gives one number twice.

    Medians of few patients (1.8, 1.8 to 1.8) and ratios per small unit of a marker (1.00, 1.00 to
    1.00) are reported so, and so are rates of 0 and of 100 per cent.
    """
    for line, row in numbered_rows(tables, "outcomes"):
        limits = list(_printed(row, _limits("outcomes")))
        if row["ci_kind"] != "confidence" or len(limits) < 2:
            continue
        (_low, low, least), (column, high, most) = limits
        sure = row["unit"] == "percent" and least in (0.0, 100.0)
        if row["statistic"] != "median" and least == most and not (low.bound or high.bound or sure):
            yield table_problem("outcomes", line, column, "limits that differ", high.text)


def intervals_say_what_they_are(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    """Ask limits for their kind and level, and a level for limits."""
    for name in ("outcomes", "biomarkers"):
        for line, row in numbered_rows(tables, name):
            has_limits = bool(row["ci_low_reported"] or row["ci_high_reported"])
            kind = row.get("ci_kind", "confidence" if has_limits else "")
            if has_limits and not kind:
                yield table_problem(name, line, "ci_kind", "what the limits are", "")
            if has_limits and kind == "confidence" and not row["ci_level"]:
                yield table_problem(name, line, "ci_level", "the level of the interval", "")
            if kind and not has_limits:
                yield table_problem(name, line, "ci_kind", "limits, or nothing", kind)
            if row["ci_level"] and (kind != "confidence" or not has_limits):
                expected = "the level of a confidence interval, or nothing"
                yield table_problem(name, line, "ci_level", expected, row["ci_level"])


def ratios_fit(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    """Ask ratios to be such as are reported; a lower limit may be written as 0."""
    for name in ("outcomes", "biomarkers"):
        for line, row in numbered_rows(tables, name):
            if row["statistic"] not in _RATIOS:
                continue
            for column, printed, value in _printed(row, ("value_reported", *_limits(name))):
                least = 0.0 if column == "ci_low_reported" or printed.bound else _SMALLEST_RATIO
                if not least <= value <= _LARGEST_RATIO or printed.text.startswith("-"):
                    expected = f"a ratio from {least:g} to {_LARGEST_RATIO:g}"
                    yield table_problem(name, line, column, expected, row[column])


def ratios_have_sides(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    """Ask a hazard ratio of a trial for the two arms that it compares."""
    for line, row in numbered_rows(tables, "outcomes"):
        if row["statistic"] == "hazard_ratio" and not (row["arm_a"] and row["arm_b"]):
            expected = "the two arms of a hazard ratio"
            yield table_problem("outcomes", line, "arm_a", expected, row["arm"])


def times_are_positive(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    """Ask times to be above 0 and no longer than a life of follow-up; a limit may be 0."""
    for name in _FACTS:
        for line, row in numbered_rows(tables, name):
            if row["statistic"] not in ("median", "duration") or row["unit"] not in MONTHS_PER:
                continue
            # Patients' ages are times too, and are not followed.
            most = MOST_MONTHS if name == "outcomes" else 2 * MOST_MONTHS
            for column, printed, value in _printed(row, ("value_reported", *_limits(name))):
                may_be_zero = column != "value_reported" or row["statistic"] == "duration"
                text = printed.text.lstrip("<> ")
                if text.startswith("-") or value < 0 or (value == 0 and not may_be_zero):
                    yield table_problem(name, line, column, "a time above 0", row[column])
                elif value * MONTHS_PER[row["unit"]] > most:
                    expected = f"at most {most} months"
                    given = f"{row[column]} {row['unit']}"
                    yield table_problem(name, line, column, expected, given)


def p_values_are_probabilities(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    """Ask P values to be above 0 and at most 1; 0.000 is a number below half of its last digit."""
    for name in ("outcomes", "biomarkers"):
        for line, row in numbered_rows(tables, name):
            alone = row["statistic"] == "p_value"
            for column, printed, value in _printed(row, ("p_reported",)):
                expected = "a P value from 0 to 1"
                nothing = value == 0 and (printed.bound == "<" or not printed.decimals)
                everything = value == 1 and printed.bound
                if nothing:
                    expected = "a P value above 0, or 0.000 where it is reported so"
                elif everything:
                    expected = "a bound on P that says something"
                if nothing or everything or not 0 <= value <= 1 or printed.text[0] in "+-":
                    yield table_problem(name, line, column, expected, row[column])
            if alone and row["value_reported"] != row["p_reported"]:
                expected = f'the P value of the row, "{row["p_reported"]}"'
                yield table_problem(name, line, "value_reported", expected, row["value_reported"])
            columns = () if alone else ("value_reported",)
            for column in (*columns, *_limits(name)):
                if row[column] == NOT_SIGNIFICANT:
                    yield table_problem(name, line, column, "a number", row[column])


def judgements_are_those_of_the_tool(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    """Ask an appraisal for a domain and a judgement of its tool."""
    for line, row in numbered_rows(tables, "appraisals"):
        tool = TOOLS[row["tool"]]
        for column, words in (("domain", tool.domains), ("judgement", tool.judgements)):
            if row[column] not in words:
                expected = f"one of {', '.join(words)}"
                yield table_problem("appraisals", line, column, expected, row[column])


def derived_rows_say_how(tables: Tables, _: Bibliography) -> Iterator[Problem]:
    """Ask a derived row for its arithmetic."""
    for name in ("studies", "arms", *_FACTS):
        for line, row in numbered_rows(tables, name):
            if row["status"] == "derived" and not row["note"]:
                yield table_problem(name, line, "note", "how the value was derived", "")


ROW_RULES = (
    units_fit,
    counts_fit,
    percentages_fit,
    values_in_intervals,
    intervals_have_a_width,
    intervals_say_what_they_are,
    ratios_fit,
    ratios_have_sides,
    times_are_positive,
    p_values_are_probabilities,
    judgements_are_those_of_the_tool,
    derived_rows_say_how,
)
