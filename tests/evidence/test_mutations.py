"""Thousands of changed cells: each is refused with its place, or what is admitted can be printed.

A plain run tries 1500 of them in about a minute; `EVIDENCE_FUZZ=10000` tries so many.
"""

import math
import re
import time
import warnings

import pytest

from evidence.audit import audit, is_unjudged
from evidence.record.chapter_parameters import Study
from evidence.sources.consistency import RULES
from evidence.sources.data import Evidence
from evidence.sources.printed_rows import printed_estimate
from evidence.sources.recomputation import recompute
from evidence.sources.units import UNITS
from tests.evidence_book.test_fuzz_data import accepts, of_study
from tests.fuzzing import MANY
from tests.mutations import mutations
from tests.page_cells import real

# Seconds of a processor that one row may take, checked, recomputed and audited.
MOST_SECONDS = 5
PARTS = 10
COUNT = max(500, MANY)


def _problems(mutation, tables):
    """Return what the check says of a changed cell; the cell checks are those of the schema."""
    if not accepts(mutation.table, mutation.column, mutation.after):
        return ["the schema"]
    return [problem for rule in RULES for problem in rule(tables, real().bibliography)]


def _number(text):
    found = re.fullmatch(r"[<>]? ?(-?[0-9.]+)", text)
    return float(found[1]) if found else None


def _can_be_printed(name, row, patients):
    """Say of an admitted fact what would be wrong, in other words than the check has."""
    value = _number(row["value_reported"])
    p = _number(row.get("p_reported", ""))
    bound = row.get("p_reported", "")[:1]
    outcome = row.get("outcome", row.get("characteristic", ""))
    low, high = (
        _number(row.get(f"ci_{side}_reported", row.get(f"{side}_reported", "")))
        for side in ("low", "high")
    )
    who = row.get("marker") or row["arm"] or f"{row['arm_a']}_v_{row['arm_b']}"
    assert row["row_id"].split(".")[:4] == [row["study_id"], outcome, row["statistic"], who]
    assert row["unit"] in UNITS[name][row["statistic"]]
    assert not re.search(r"(?<![0-9.])0[0-9]", row["value_reported"] + " " + row["n"])
    if p is not None:
        assert 0 <= p <= 1
        assert p > 0 or ("." in row["p_reported"] and bound != "<")
        assert not (p == 1 and bound in ("<", ">"))
    if row["statistic"] == "p_value":
        assert row["value_reported"] == row["p_reported"]
    if row["statistic"] == "count" and value is not None:
        assert re.fullmatch("[<>]? ?[0-9]+", row["value_reported"])
        assert not row["n"] or value <= int(row["n"])
    if row["statistic"] == "percent" and value is not None and not outcome.startswith("change"):
        assert 0 <= value <= 100
    if row["statistic"] in ("hazard_ratio", "odds_ratio") and value is not None:
        # A reported bound may be below what is taken as a ratio, as in "<0.0001".
        assert (0 if row["value_reported"][0] in "<>" else 0.001) <= value <= 1000
        assert all(limit is None or 0 <= limit <= 1000 for limit in (low, high))
    if patients and not row["row_id"].endswith(".combined"):
        assert not row["n"] or int(row["n"]) <= patients
        assert not row["events"] or int(row["events"]) <= patients
    if None not in (low, value, high):
        assert low <= value <= high


def _most_patients(tables):
    """Return more patients than any row of a study may have."""
    counted = [int(text) for text in tables["studies"]["n_total"] if text]
    counted += [int(text) for text in tables["arms"]["n_reported"] if text]
    rows = tables["outcomes"]
    counted += [
        int(text) for text in rows[rows["statistic"] == "count"]["value_reported"] if text.isdigit()
    ]
    return max(counted, default=0)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_changed_cell_is_refused_or_can_be_printed_and_stops_nothing(part):
    tried = refused = 0
    for mutation in mutations(real().tables, math.ceil(COUNT / PARTS), seed=20100101 + part):
        study = real().tables[mutation.table]["study_id"].iloc[mutation.position]
        table = real().tables[mutation.table].copy()
        table.iloc[mutation.position, table.columns.get_loc(mutation.column)] = mutation.after
        tables = of_study({**real().tables, mutation.table: table}, study)
        tried += 1
        started = time.process_time()
        if mutation.column == "study_id" or _problems(mutation, tables):
            refused += 1
            assert time.process_time() - started < MOST_SECONDS, mutation
            continue
        evidence = Evidence(tables, real().bibliography)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = audit(evidence)
            recompute(evidence, Study(study_id=study))
        assert not [one.what for one in found if is_unjudged(one)], mutation
        assert time.process_time() - started < MOST_SECONDS, mutation
        if mutation.table in UNITS:
            row = table.iloc[mutation.position]
            _can_be_printed(mutation.table, row, _most_patients(tables))
            if mutation.table != "characteristics":
                estimate = printed_estimate(row)
                assert estimate is None or math.isfinite(estimate.value), mutation
    assert tried >= COUNT / PARTS
    # Half of the changes are of a digit, and many of these are right prints of another number.
    assert refused > tried / 4
