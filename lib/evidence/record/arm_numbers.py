"""Numbers of the arms of a study as its page records them: patients, and the doses of the book."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from evidence.sources.book import ArmNumber, read_book
from evidence.sources.data import Evidence
from evidence.tables.formatting import format_value
from evidence_stats.estimates import Estimate
from evidence_stats.printed.reported import read_range

_PATIENTS = ArmNumber(key="n", words="Patients", unit="count")


@dataclass(frozen=True, slots=True)
class RecordedArmNumber:
    """One number of an arm; a range of doses is text without an estimate."""

    key: str
    label: str
    row: str
    estimate: Estimate | None
    text: str


def arm_numbers(evidence: Evidence) -> Iterator[RecordedArmNumber]:
    """Return every number of every arm of the evidence, in the order of the data."""
    own = read_book().arm_columns.items()
    told = {"n_reported": _PATIENTS} | {name: c.number for name, c in own if c.number is not None}
    for _, arm in evidence.where("arms").iterrows():
        for column, number in told.items():
            if arm[column]:
                yield _number(arm, column, number)


def _number(arm: pd.Series, column: str, told: ArmNumber) -> RecordedArmNumber:
    ends = read_range(arm[column])
    key, label = f"{arm['arm']}.{told.key}", f"{told.words}, {arm['label']}"
    if ends is not None and ends[0] == ends[1]:
        estimate = Estimate(ends[0], unit=told.unit, method="as reported", grade="D0")
        return RecordedArmNumber(key, label, arm["arm_id"], estimate, "")
    text = f"{arm[column]}{format_value(0, told.unit)[1:]}"
    return RecordedArmNumber(key, label, arm["arm_id"], None, text)
