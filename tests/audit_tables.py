"""Small tables for the tests of the audit: the valid example with rows of one's own."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd

from evidence.audit import audit
from evidence.sources.data import Evidence, load_evidence

VALID = Path(__file__).parent / "bad_data" / "valid"
TRIAL, SINGLE = "jonasch-2010", "ryan-2007"
OWN_SOURCE = {TRIAL: "jonasch2010", SINGLE: "ryan2007"}
_UNITS = {
    "percent": "percent",
    "median": "months",
    "hazard_ratio": "ratio",
    "count": "patients",
    "p_value": "probability",
    "duration": "months",
}


@cache
def valid():
    return load_evidence(VALID)


def fact(row_id, value, low="", high="", p="", **cells):
    """Return a row; study, outcome, statistic and arms are read off its id."""
    study, outcome, statistic, arms, *_ = row_id.split(".")
    one, _, other = arms.partition("_v_")
    made = {
        "row_id": row_id,
        "study_id": study,
        "outcome": outcome,
        "characteristic": outcome,
        "statistic": statistic,
        "value_reported": value,
        "ci_low_reported": low,
        "ci_high_reported": high,
        "ci_kind": "confidence" if low else "",
        "ci_level": "95" if low else "",
        "p_reported": p,
        "unit": _UNITS.get(statistic, ""),
        "source_key": OWN_SOURCE[study],
        "locator": "abstract",
        "read_at": "here",
        "status": "verified",
        "arm": "" if other else one,
        "arm_a": one if other else "",
        "arm_b": other,
    }
    return {**made, **cells}


def table_of(rows, columns):
    records = [{column: row.get(column, "") for column in columns} for row in rows]
    return pd.DataFrame(records, columns=columns, dtype=object)


def with_facts(*outcomes, characteristics=(), biomarkers=(), discrepancies=(), bibliography=None):
    """Return the valid example with these facts in place of its own."""
    base = valid()
    given = {
        "outcomes": outcomes,
        "characteristics": characteristics,
        "biomarkers": biomarkers,
        "discrepancies": discrepancies,
    }
    tables = dict(base.tables)
    for name, rows in given.items():
        tables[name] = table_of(rows, base.tables[name].columns)
    return Evidence(tables, base.bibliography if bibliography is None else bibliography)


def edited(evidence, table, key, **cells):
    """Return the evidence with cells of one row changed; `key` is in the first column."""
    copy = evidence.tables[table].copy()
    for column, cell in cells.items():
        copy.loc[copy.iloc[:, 0] == key, column] = cell
    return replace(evidence, tables={**evidence.tables, table: copy})


def severities(evidence, rule, **settings):
    """Return the severities that a rule finds, gravest first."""
    return [one.severity for one in audit(evidence, **settings) if one.rule == rule]
