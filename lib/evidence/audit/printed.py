"""The rows as the rules read them: one order, whatever the order in the files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from evidence.sources.data import Evidence
from evidence.sources.vocabulary import describe_row
from evidence_stats.printed.reported import read_level, read_reported
from evidence_stats.printed.rounding import PrintedNumber, read_printed

Row = dict[str, str]
Key = TypeVar("Key", bound=Hashable)

# Rates of harm are usually of the patients who took a dose, not of those randomized.
_SAFETY = ("ae_", "sae", "dlt", "dose_", "discontinuation")


def group(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, list[Row]]:
    """Return rows by key, in the order in which they come."""
    groups: defaultdict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return dict(groups)


def beside(rows: Iterable[Row], row: Row, arm: str) -> list[Row]:
    """Return the rows of one arm that stand beside a comparison: same outcome, place, patients.

    A comparison that names no analysis goes with whatever analysis its place gives.
    """
    names = ("study_id", "outcome", "source_key", "population")
    near = [r for r in rows if r["arm"] == arm and all(r[name] == row[name] for name in names)]
    same = [r for r in near if r["analysis_set"] == row["analysis_set"]]
    return same or ([] if row["analysis_set"] else near)


def is_safety(row: Row) -> bool:
    """Return True for a row on harms."""
    return row.get("outcome", "").startswith(_SAFETY)


def number(text: str) -> PrintedNumber | None:
    """Return a reported number with its digits; None where none, or only a bound, is reported."""
    reported = read_reported(text)
    if reported is None or reported.value is None or reported.bound or text[0] in "+-":
        return None
    return read_printed(text)


def p_value(row: Row) -> PrintedNumber | None:
    """Return the P value of a row, which may be a bound; None where none, or words, are given."""
    reported = read_reported(row["p_reported"])
    if reported is None or reported.value is None or reported.text.startswith(("+", "-")):
        return None
    return read_printed(row["p_reported"])


def level_of(row: Row) -> float | None:
    """Return the level of a confidence interval as a share; None where none is reported."""
    return read_level(row["ci_level"]) if row["ci_level"] else None


def _subset(row: Row) -> tuple[str, ...]:
    return (
        row["study_id"], row.get("arm", ""), row.get("population", ""), row.get("analysis_set", "")
    )  # fmt: skip


@dataclass(frozen=True)
class Printed:
    """Everything that the sources print.

    Attributes
    ----------
    evidence : Evidence
        The tables, and what gives a row in words.
    """

    evidence: Evidence

    def _table(self, name: str, key: str) -> list[Row]:
        table = self.evidence.where(name)
        cells = table.to_numpy().tolist()
        rows: list[Row] = [dict(zip(table.columns, row, strict=True)) for row in cells]
        return sorted(rows, key=lambda row: row[key])

    @cached_property
    def studies(self) -> list[Row]:
        """Studies by id."""
        return self._table("studies", "study_id")

    @cached_property
    def arms(self) -> list[Row]:
        """Arms by id."""
        return self._table("arms", "arm_id")

    @cached_property
    def outcomes(self) -> list[Row]:
        """Outcomes by row id."""
        return self._table("outcomes", "row_id")

    @cached_property
    def characteristics(self) -> list[Row]:
        """Characteristics by row id."""
        return self._table("characteristics", "row_id")

    @cached_property
    def biomarkers(self) -> list[Row]:
        """Biomarkers by row id."""
        return self._table("biomarkers", "row_id")

    @cached_property
    def discrepancies(self) -> list[Row]:
        """What readers recorded, by id."""
        return self._table("discrepancies", "discrepancy_id")

    @cached_property
    def study(self) -> dict[str, Row]:
        """Studies by their id."""
        return {row["study_id"]: row for row in self.studies}

    @cached_property
    def arm(self) -> dict[tuple[str, str], Row]:
        """Arms by study and short name."""
        return {(row["study_id"], row["arm"]): row for row in self.arms}

    @cached_property
    def facts(self) -> dict[str, Row]:
        """Outcomes, characteristics and biomarkers by row id."""
        return {r["row_id"]: r for r in (*self.outcomes, *self.characteristics, *self.biomarkers)}

    def outcomes_with(self, statistic: str) -> Iterator[Row]:
        """Yield the outcomes of one statistic."""
        return (row for row in self.outcomes if row["statistic"] == statistic)

    def arm_n(self, study_id: str, arm: str) -> int | None:
        """Return the patients of an arm, of the study for "all"; None where not found."""
        if arm == "all":
            text = self.study[study_id]["n_total"]
        else:
            text = self.arm.get((study_id, arm), {}).get("n_reported", "")
        return int(text) if text else None

    @cached_property
    def _subset_n(self) -> dict[tuple[str, ...], set[int]]:
        """Denominators that rows give, by study, arm, subset and analysis."""
        found: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
        for row in self.outcomes:
            if row["n"] and (row["population"] or row["analysis_set"]):
                found[_subset(row)].add(int(row["n"]))
        return found

    def patients(self, row: Row) -> int | None:
        """Return the denominator of a row.

        Its own; else the one that other rows of the same subset or analysis give; else the
        patients of its arm.
        """
        if row["n"]:
            return int(row["n"])
        siblings = self._subset_n.get(_subset(row), set())
        if len(siblings) == 1:
            return next(iter(siblings))
        return self.arm_n(row["study_id"], row["arm"])

    def named_subset(self, row: Row) -> bool:
        """Return True where the denominator is that of a named subset or analysis."""
        return not row["n"] and len(self._subset_n.get(_subset(row), set())) == 1

    def text(self, row_id: str) -> str:
        """Return what a row gives."""
        return self.evidence.printed(row_id)

    def say(self, row: Row) -> str:
        """Return in words what a row is about."""
        return describe_row(self.evidence.row(row["row_id"]), self._labels(row["study_id"]))

    def label(self, study_id: str, arm: str) -> str:
        """Return the label of an arm, or "all patients" for no single one."""
        return self._labels(study_id).get(arm, "all patients")

    def _labels(self, study_id: str) -> dict[str, str]:
        return {arm["arm"]: arm["label"] for arm in self.arms_of(study_id)}

    def arms_of(self, study_id: str) -> list[Row]:
        """Return the arms of a study."""
        return [arm for arm in self.arms if arm["study_id"] == study_id]
