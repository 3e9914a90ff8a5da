"""What a notebook works with: its parameters, its evidence, and where it puts its numbers."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from evidence.files.paths import notebook_path
from evidence.record.arm_numbers import arm_numbers
from evidence.record.cell_ledger import CellLedger
from evidence.record.chapter_parameters import ChapterParameters
from evidence.record.claims import Claim, Sentences, judge
from evidence.record.live_parameters import OpenedParameters
from evidence.record.predicates import PARAMETER_PREFIX, Predicate
from evidence.record.preview import preview
from evidence.record.results import (
    CLAIM_MIME,
    FIGURE_MIME,
    FINDINGS_MIME,
    PAGE_MIME,
    PICTURES,
    READINGS_MIME,
    RESULT_MIME,
    Result,
    make_result,
)
from evidence.sources.certainty import EVERY_LINE, Certainty, judge_certainty
from evidence.sources.data import Evidence
from evidence.sources.vocabulary import missing_words
from evidence.tables.table import Table
from evidence_stats.estimates import NOT_ESTIMABLE, Estimate, NotEstimable

if TYPE_CHECKING:
    from evidence.conventions.comparison import Comparison
    from evidence.figures.style import Figure
    from evidence.sources.recomputation import Recomputed

Model = TypeVar("Model", bound=ChapterParameters)


# Method of a number that a reader chose; it rests on no data row.
PARAMETER = "parameter of this page"


class Page(Generic[Model]):
    """A page that is being computed.

    Attributes
    ----------
    name : str
        Name of the page, such as "questions/landscape".
    parameters : ChapterParameters
        Checked parameters.
    evidence : Evidence
        What the page may read.
    """

    def __init__(
        self,
        parameters: Model,
        evidence: Evidence,
        *,
        name: str = "",
        namespace: Mapping[str, Any] | None = None,
    ) -> None:
        self.name = name
        self.parameters = parameters
        self.evidence = evidence
        self._cells = CellLedger()
        self._opened = OpenedParameters(type(parameters).model_fields, namespace or {})

    @property
    def _ledger(self) -> CellLedger:
        """What the cells have put on the page, as long as its parameters stand."""
        self._opened.require_unchanged()
        return self._cells

    def close(self) -> None:
        """Take in nothing more: the notebook opens its page again, and may be refused."""
        self._opened.closed = True

    @property
    def results(self) -> dict[str, Result]:
        """Results recorded so far, by key; a cell that runs again replaces its own."""
        return self._ledger.results

    def record(
        self,
        key: str,
        estimate: Estimate | NotEstimable,
        label: str,
        rows: Sequence[str],
        *,
        text: str = "",
    ) -> Result:
        """Write one number into the notebook and return it.

        Raises
        ------
        ValueError
            Where another cell has recorded the key, no data row is named, or it is not a number.
        KeyError
            Where a row does not exist.
        """
        return self.record_all({key: (estimate, label)}, rows, text=text)[key]

    def record_all(
        self,
        estimates: Mapping[str, tuple[Estimate | NotEstimable, str]],
        rows: Sequence[str],
        *,
        text: str = "",
    ) -> dict[str, Result]:
        """Write several numbers that rest on the same rows; the values are (estimate, label).

        One that is not estimable is written so, with its reason as its method; claims that need
        it cannot be told.
        """
        made = {
            key: self._result(key, estimate, label, rows, text)
            for key, (estimate, label) in estimates.items()
        }
        self._publish(list(made.values()))
        return made

    def record_parameters(self) -> None:
        """Write every parameter that is one number, as `parameter.<name>`."""
        made = []
        for name, field in type(self.parameters).model_fields.items():
            value = getattr(self.parameters, name)
            if isinstance(value, int | float) and not isinstance(value, bool):
                estimate = Estimate(float(value), method=PARAMETER)
                label = field.description or name
                text = str(value) if isinstance(value, int) else f"{value:g}"
                made.append(self._result(f"{PARAMETER_PREFIX}{name}", estimate, label, [], text))
        self._publish(made)

    def record_missing(self, key: str, label: str, rows: Sequence[str]) -> Result:
        """Write that a number was not found in what was read; claims on it cannot be told."""
        read_as = self.evidence.study(rows[0].partition(".")[0])["read_as"] if rows else ""
        made = self._result(key, None, label, rows, missing_words(read_as))
        self._publish([made])
        return made

    def record_named_rows(self, row_ids: Mapping[str, str]) -> None:
        """Write what data rows give, each under a key of this page."""
        self._publish(
            [
                self._printed(row_id, self.evidence.describe(self.evidence.row(row_id)), key)
                for key, row_id in row_ids.items()
            ]
        )

    def record_everything_printed(self) -> None:
        """Write every number that the evidence of this page gives: arms, then facts."""
        made = [
            self._result(one.key, one.estimate, one.label, [one.row], one.text)
            for one in arm_numbers(self.evidence)
        ]
        for row_id, row in self.evidence.rows.items():
            if row.name != "arms":
                made.append(self._printed(row_id, self.evidence.describe(row), None))
        self._publish(made)

    def record_recomputed(self, recomputed: Sequence[Recomputed]) -> None:
        """Write every number that reported results recompute to."""
        made = [
            self._result(item.key, item.estimate, item.what, item.rows, "")
            for item in recomputed
            if item.estimate is not None
        ]
        self._publish(made)

    def record_comparisons(self, compared: Sequence[Comparison]) -> None:
        """Write every number under every convention that it was computed by."""
        for one in compared:
            for reading in one.readings:
                label = f"{one.what}; {reading.programs}"
                self.record(f"{one.key}_{reading.key}", reading.estimate, label, one.rows)

    def claim(
        self,
        key: str,
        *,
        tested: Predicate,
        holds: str,
        falls: str,
        unclear: str,
        beside: Sequence[str] = (),
        certainty: Certainty = "not rated",
    ) -> Claim:
        """Write a conclusion: what is tested, and what is said where it holds, falls, is unclear.

        Sentences name numbers as {key} or {key:part}; those that are not tested stand in `beside`.

        Raises
        ------
        KeyError
            Where it needs a number that is not on the page.
        ValueError
            Where a sentence says more than its test, or another cell has made the claim.
        """
        sentences = Sentences(holds, falls, unclear)
        made = judge(key, tested, sentences, self.results, beside=beside, certainty=certainty)
        self._ledger.put(made)
        self.display({CLAIM_MIME: made.to_json(), "text/plain": f"{made.text}\n({made.tested})"})
        return made

    def certainty(
        self,
        finding: str = EVERY_LINE,
        *,
        question: str = "",
        steps: Mapping[str, int] | None = None,
    ) -> Certainty:
        """Return the GRADE certainty of a finding, as data/certainty.csv judges it.

        Parameters
        ----------
        finding : str
            Which line of the question; those of every line without one.
        question : str
            Another question than that of the page.
        steps : mapping of str to int, optional
            Steps down by domain in the place of those of the data.
        """
        asked = question or self.name.rpartition("/")[2]
        return judge_certainty(self.evidence, asked, finding, steps).certainty

    def preview(self) -> None:
        """Show the prose of the page with what has been recorded, as its notebook was last saved.

        For work in Jupyter: no line of it stays in the published page.
        """
        from IPython.display import Markdown, display

        path = notebook_path(self.name)
        display(Markdown(preview(path, self.results, self._ledger.claims)))

    def show(self, figure: Figure) -> None:
        """Show a figure, unless it shows more than the reader asked for (`provenance_max`)."""
        if figure.grade > self.parameters.provenance_max:
            figure = figure.withheld()
        facts = {
            "name": figure.name,
            "caption": figure.caption,
            "alt": figure.alt,
            "data": figure.csv(),
        }
        drawn = os.environ.get(PICTURES) != "none"
        picture = {"image/svg+xml": figure.svg()} if drawn else {}
        self.display({**picture, FIGURE_MIME: facts, "text/plain": figure.alt})

    def table(self, table: Table | None, *, folded: bool = False) -> None:
        """Show a table; it can be linked to by its number on the page, `table-1` onwards.

        One that is folded is opened by its caption. Of none, or one without rows, nothing shows.
        """
        if table is None or table.data.empty:
            return
        number = self._ledger.next_table()
        shown = table.folded() if folded else table.html
        html = shown.replace("<div ", f'<div id="table-{number}" ', 1)
        findings = {FINDINGS_MIME: dict(table.findings)} if table.findings else {}
        self.display({"text/html": html, **findings, "text/plain": table.text})

    def _result(
        self,
        key: str,
        estimate: Estimate | NotEstimable | None,
        label: str,
        rows: Sequence[str],
        text: str,
    ) -> Result:
        if isinstance(estimate, NotEstimable):
            estimate, text = Estimate(math.nan, method=estimate.reason), NOT_ESTIMABLE
        if not rows and (estimate is None or estimate.method != PARAMETER):
            raise ValueError(f"expected the data rows that {key} rests on, got none")
        external = any(self.evidence.is_external(row) for row in rows)
        made = make_result(
            key,
            label,
            estimate,
            list(dict.fromkeys(rows)),
            external=external,
            text=text,
            grade_max=self.parameters.provenance_max,
        )
        self._ledger.put(made)
        return made

    def _printed(self, row_id: str, label: str, key: str | None) -> Result:
        text = self.evidence.printed(row_id)
        key = key or row_id.partition(".")[2]
        return self._result(key, self.evidence.estimate(row_id), label, [row_id], text)

    def _publish(self, results: list[Result]) -> None:
        lines = [f"{result.key}: {result.text}" for result in results]
        stored = {"results": [result.to_json() for result in results]}
        self.display({RESULT_MIME: stored, "text/plain": "\n".join(lines)})

    def __repr__(self) -> str:
        return f"Page({self.name}: {len(self.results)} results, {len(self._ledger.claims)} claims)"

    def display(self, data: dict[str, Any]) -> None:
        """Put data into the output of the running cell; do nothing outside a notebook.

        With it goes what was asked of the data since the output before: nothing that a page
        shows can rest on anything else.
        """
        from IPython.core.getipython import get_ipython

        if get_ipython() is None:
            return
        from IPython.display import display

        asked = self._ledger.not_told(self.evidence.asked)
        if PAGE_MIME in data or asked.to_json():
            data = {**data, READINGS_MIME: asked.to_json()}
        display(data, raw=True)
