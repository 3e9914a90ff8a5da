"""What a page read of a row is remembered by column, and nothing can be read past the record."""

from unittest import mock

import pandas as pd
import pytest

from evidence.sources.data import Evidence
from evidence.sources.readings import Readings, TableReading
from evidence.sources.recorded_rows import WHOLE, RecordedRow, RecordedRows
from tests.page_cells import compute, real

PAGES = (
    "questions/tolerability", "questions/interferon_dose", "questions/landscape",
    "questions/adding_interferon", "questions/biomarker_prognosis",
    "questions/combination_vs_monotherapy", "studies/ryan-2007", "studies/negrier-2007",
    "appendix/appraisal", "appendix/discrepancies", "methods/conventions",
)  # fmt: skip
ROW = "jonasch-2010.pfs.median.sorafenib"
# By these a table is narrowed to a study, and a row is found.
_KEYS = {"study_id", "study_ids", "row_id", "arm_id"}


def shown(page, evidence):
    """Return all that a page puts out on evidence, and what it asked of it."""
    out = []
    with mock.patch("evidence.record.page.Page.display", lambda self, data: out.append(data)):
        made = compute(page, evidence)["page"]
    return out, made.evidence.asked


def with_unread_cells_changed(asked):
    """Return the evidence in which every cell that was not read is another one, and how many."""
    tables, count = {}, 0
    for name, table in real().tables.items():
        read = set(_KEYS)
        for reading, columns in asked.tables.items():
            if reading.table == name:
                read |= {column for column, _ in reading.where} | set(reading.columns) | columns
        key = "arm_id" if name == "arms" else "row_id"
        changed = table.copy()
        for column in table.columns:
            for position in range(len(table)):
                mine = asked.rows.get(table[key][position], set()) if key in table else set()
                if not {column, WHOLE} & (read | mine):
                    changed.loc[position, column] = "other words"
                    count += 1
        tables[name] = changed
    return Evidence(tables, real().bibliography), count


@pytest.mark.parametrize("page", PAGES)
def test_a_page_rests_on_nothing_that_it_did_not_record(page):
    first, asked = shown(page, Evidence(real().tables, real().bibliography))
    other, count = with_unread_cells_changed(asked)
    assert count > 100
    second, asked_again = shown(page, other)
    assert second == first
    assert asked_again.to_json() == asked.to_json()
    own = page.removeprefix("studies/")
    sides = [real(), other] if own == page else [real().narrowed(own), other.narrowed(own)]
    assert sides[0].digest_of(asked) == sides[1].digest_of(asked)


def evidence_with(column, text):
    tables = dict(real().tables)
    outcomes = tables["outcomes"] = tables["outcomes"].copy()
    outcomes.loc[outcomes["row_id"] == ROW, column] = text
    return Evidence(tables, real().bibliography)


@pytest.mark.parametrize(
    "read",
    [
        lambda evidence: evidence.row(ROW)["value_reported"],
        lambda evidence: evidence.find(ROW).get("value_reported"),
        lambda evidence: evidence.where("outcomes", row_id=ROW)["value_reported"],
        lambda evidence: evidence.where("outcomes", row_id=ROW).iloc[0]["value_reported"],
        lambda evidence: [
            row["value_reported"]
            for _, row in evidence.where("outcomes", study_id="jonasch-2010").iterrows()
        ],
        lambda evidence: [
            rows["value_reported"]
            for _, rows in evidence.where("outcomes", row_id=ROW).groupby("arm")
        ],
        lambda evidence: evidence.where("outcomes", row_id=ROW)[["row_id", "value_reported"]],
        lambda evidence: evidence.rows[ROW]["value_reported"],
        lambda evidence: evidence.estimate(ROW),
    ],
)
def test_a_cell_that_was_read_belongs_to_what_was_asked_and_a_note_does_not(read):
    evidence = Evidence(real().tables, real().bibliography)
    read(evidence)
    asked = Readings.from_json(evidence.asked.to_json())
    before = real().digest_of(asked)
    assert evidence_with("value_reported", "1.0").digest_of(asked) != before
    assert evidence_with("note", "other words").digest_of(asked) == before
    assert evidence_with("locator", "elsewhere").digest_of(asked) == before


@pytest.mark.parametrize(
    "read",
    [
        lambda evidence: evidence.row(ROW).to_dict(),
        lambda evidence: list(evidence.row(ROW)),
        lambda evidence: evidence.where("outcomes", row_id=ROW).to_dict("records"),
        lambda evidence: evidence.where("outcomes", row_id=ROW).iloc[0:1].values,
    ],
)
def test_what_is_read_in_any_other_way_counts_as_whole_rows(read):
    evidence = Evidence(real().tables, real().bibliography)
    read(evidence)
    before = real().digest_of(evidence.asked)
    assert evidence_with("note", "other words").digest_of(evidence.asked) != before


def test_whether_a_row_is_there_is_an_answer_without_columns():
    evidence = Evidence(real().tables, real().bibliography)
    assert evidence.find(ROW) is not None
    assert len(evidence.where("outcomes", row_id=ROW)) == 1
    asked = evidence.asked
    assert evidence_with("value_reported", "1.0").digest_of(asked) == real().digest_of(asked)
    without = dict(real().tables)
    without["outcomes"] = without["outcomes"].query("row_id != @ROW").reset_index(drop=True)
    assert Evidence(without, real().bibliography).digest_of(asked) != real().digest_of(asked)


def test_every_way_of_reading_but_those_that_are_named_is_recorded_as_whole():
    frame = pd.DataFrame({"a": ["1"], "b": ["2"]}, dtype=object)
    for stand_in, original, apart in (
        (RecordedRows, frame, {"empty", "iloc", "iterrows", "groupby"}),
        (RecordedRow, frame.iloc[0], {"get", "name"}),
    ):
        for name in dir(original):
            noted = []
            if name.startswith("_") or name in apart or not hasattr(original, name):
                continue
            getattr(stand_in(original, noted.extend), name)
            assert noted == [WHOLE], name


def test_what_is_told_once_is_not_told_again():
    reading = TableReading.of("arms", (), {"study_id": "x"})
    told, asked = Readings(), Readings()
    asked.note_row("r", ["n"])
    asked.note_table(reading)
    told.add(asked)
    assert asked.without(told).to_json() == {}
    asked.note_row("r", ["unit"])
    asked.note_table(reading, ["label"])
    left = asked.without(told)
    assert left.to_json() == {
        "cells": [["unit", ["r"]]], "tables": [["arms", {"study_id": ["x"]}, [], "label"]],
    }  # fmt: skip
    told.add(Readings({"r": {WHOLE}}, {}, {reading: {WHOLE}}))
    asked.note_row("r", ["more"])
    assert asked.without(told).to_json() == {}


def test_what_was_stored_before_columns_were_told_apart_means_whole_rows():
    stored = {"rows": ["r"], "tables": [["arms", {}, []]]}
    assert Readings.from_json(stored).to_json() == stored
