"""Going on where a rule fails: the rows that it cannot judge are found, and the others are judged.

A rule reads all rows, and one of them may hold what nobody foresaw. The rule then runs on each
study by itself; in a study where it fails, on more and more of its rows, leaving out each row with
which it fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from evidence.audit.findings import Finding, RuleId, Settings
from evidence.audit.printed import Printed
from evidence.sources.data import Evidence, narrow_to_study
from evidence.sources.data_files import FACT_TABLES
from evidence_stats.printed.unseen import visible

Tables = dict[str, pd.DataFrame]
# What rules read.
_READ = ("studies", "arms", *FACT_TABLES, "discrepancies")
Check = Callable[[Printed, Settings], Iterator[Finding]]
# Cells that may be empty, and whose text a rule takes for a number. An empty value takes the row
# out of most rules, so that it is tried last.
_CELLS = (
    "ci_low_reported", "ci_high_reported", "low_reported", "high_reported", "p_reported",
    "ci_level", "n", "events", "value_reported",
)  # fmt: skip


def run(rule: RuleId, check: Check, printed: Printed, settings: Settings) -> list[Finding]:
    """Return what a check finds, and an error for each row that it cannot judge."""
    try:
        return list(check(printed, settings))
    except Exception as error:
        # Whatever it is: the findings of the other rows are not to be lost.
        trial = _Trial(rule, check, settings, printed.evidence)
        studies = [study["study_id"] for study in printed.studies]
        found = [finding for study in studies for finding in trial.study(study)]
        if not any(map(is_unjudged, found)):
            found.append(trial.unjudged("", "", "", error))
        return found


def is_unjudged(finding: Finding) -> bool:
    """Return True for a finding that a rule could not judge something."""
    return finding.what.startswith(f"Rule {finding.rule} cannot judge ")


class _Trial:
    """One check tried on fewer and fewer rows."""

    def __init__(self, rule: RuleId, check: Check, settings: Settings, evidence: Evidence) -> None:
        self.rule, self.check, self.settings = rule, check, settings
        self.reads = evidence.reads
        # Asked for as pages ask, so that a page knows what it rests on.
        self.tables = {name: evidence.where(name) for name in _READ}
        self.publications = evidence.publications()

    def run(self, tables: Tables) -> tuple[list[Finding], Exception | None]:
        """Return what the check finds in tables, and what stopped it."""
        known = {row_id for name in ("arms", *FACT_TABLES) for row_id in tables[name].iloc[:, 0]}
        recorded = tables["discrepancies"]
        named = [set(filter(None, text.split(";"))) <= known for text in recorded["row_ids"]]
        recorded = recorded[np.array(named, bool)].reset_index(drop=True)
        made = Evidence({**tables, "discrepancies": recorded}, self.publications, reads=self.reads)
        try:
            return list(self.check(Printed(made), self.settings)), None
        except Exception as error:
            return [], error

    def study(self, study: str) -> list[Finding]:
        """Return what is found in one study, row by row where the check fails on all of them."""
        tables = narrow_to_study(self.tables, study)
        first = tables["discrepancies"]["study_ids"].str.split(";").str[0] == study
        tables["discrepancies"] = tables["discrepancies"][first].reset_index(drop=True)
        found, failure = self.run(tables)
        return found if failure is None else self._row_by_row(study, tables, failure)

    def _row_by_row(self, study: str, whole: Tables, error: Exception) -> list[Finding]:
        tables = {**whole, **{name: whole[name].iloc[:0] for name in FACT_TABLES}}
        kept, failure = self.run(tables)
        if failure is not None:
            return [self.unjudged(study, "", "", failure)]
        found = []
        for name in FACT_TABLES:
            for position in range(len(whole[name])):
                row = whole[name].iloc[[position]]
                more = {**tables, name: pd.concat([tables[name], row], ignore_index=True)}
                result, failure = self.run(more)
                if failure is None:
                    tables, kept = more, result
                else:
                    row_id = str(row["row_id"].iloc[0])
                    column = self._culprit(more, name)
                    found.append(self.unjudged(study, name, column, failure, row_id))
        return [*kept, *found] if found else [self.unjudged(study, "", "", error)]

    def _culprit(self, tables: Tables, name: str) -> str:
        """Return the column of the last row of a table that fails; "" for several."""
        table = tables[name]
        for column in _CELLS:
            if column not in table or not table[column].iloc[-1]:
                continue
            emptied = table.assign(**{column: [*table[column].iloc[:-1], ""]})
            if self.run({**tables, name: emptied})[1] is None:
                return column
        return ""

    def unjudged(
        self, study: str, table: str, column: str, error: Exception, row_id: str = ""
    ) -> Finding:
        """Return the finding that names what could not be judged, and why."""
        file = f"data/{table}.csv" if table else ""
        place = " ".join(filter(None, (file, f"row {row_id}" if row_id else study, column)))
        reason = visible(str(error) or type(error).__name__)
        return Finding(
            self.rule, "error", study, (row_id,) if row_id else (),
            f"Rule {self.rule} cannot judge {place or 'the tables'}.",
            row_id or study or "the tables", f"{type(error).__name__}: {reason}",
            "numbers that the rule can compute with; the other rows are judged",
        )  # fmt: skip
