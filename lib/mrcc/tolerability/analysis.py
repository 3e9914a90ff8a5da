"""What do the regimens cost in severe adverse events? The numbers of that chapter."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from evidence.record.page import Page
from evidence.sources.data import Evidence
from evidence.sources.printed_intervals import say_given
from evidence.sources.printed_rows import printed_text
from evidence.sources.vocabulary import treatment_words
from evidence.tables.table import Table, make_table, row_link
from evidence_stats.estimates import NOT_ESTIMABLE, Estimate, NotEstimable
from evidence_stats.printed.reported import exact_number
from evidence_stats.rates.inversion import counts_printing_percent
from evidence_stats.rates.proportions import proportion
from mrcc.tolerability.parameters import Tolerability

# Name of the question in data/certainty.csv and of its chapter.
QUESTION = "tolerability"

# Outcomes that belong here: adverse events of grade 3 or more, and what they led to.
_SEVERE = re.compile(
    r"ae_(?P<event>.*?)_?grade_3(_4|_5)?\Z|(?P<other>dose_reduction|discontinuation)\Z"
)
_NO_COUNT = "no one count prints so"
_NAMES = {"": "any event of grade 3 or more", "dose_reduction": "dose reduction"}


@dataclass(frozen=True, slots=True)
class EventRate:
    """One printed rate of severe events.

    Attributes
    ----------
    event : str
        Event in words.
    study_id, arm_id, treatment, name : str
        Where it was seen.
    row_id : str
        Data row.
    printed : str
        As printed.
    estimate : Estimate or None
        Rate with its exact interval; None where no one count prints so.
    rows : tuple of str
        Data rows it rests on.
    """

    event: str
    study_id: str
    arm_id: str
    treatment: str
    name: str
    row_id: str
    printed: str
    estimate: Estimate | None
    rows: tuple[str, ...]


def _event(outcome: str) -> str | None:
    found = _SEVERE.match(outcome)
    if found is None:
        return None
    code = found["other"] or found["event"] or ""
    return _NAMES.get(code, code.replace("_", " "))


def _counts(row: pd.Series, arm: pd.Series) -> tuple[int, int] | None:
    n, percent = row["n"] or arm["n_reported"], exact_number(row["value_reported"])
    if not n or percent is None or not 0 <= percent <= 100:
        return None
    found = counts_printing_percent(row["value_reported"], n=int(n))
    return found[0] if len(found) == 1 else None


def event_rates(evidence: Evidence, p: Tolerability) -> list[EventRate]:
    """Return every printed rate of severe events of the regimens asked for, by event."""
    found = []
    severe = [code for (code,) in evidence.values("outcomes", "outcome") if _event(code)]
    for _, row in evidence.where("outcomes", outcome=severe, statistic="percent").iterrows():
        event = _event(row["outcome"])
        arm = evidence.find(f"{row['study_id']}.{row['arm']}")
        # A second source of the same number ends in a qualifier; the first one is enough.
        plain = row["row_id"].count(".") == 3 or row["population"]
        if event is None or arm is None or not plain:
            continue
        if arm["treatment"] not in p.treatments:
            continue
        counts = _counts(row, arm)
        found.append(
            EventRate(
                event=event,
                study_id=row["study_id"],
                arm_id=arm["arm_id"],
                treatment=arm["treatment"],
                name=", ".join(filter(None, (evidence.study(row["study_id"])["short_name"],
                                             arm["label"].partition(":")[0], row["population"]))),
                row_id=row["row_id"],
                printed=printed_text(row),
                estimate=None
                if counts is None
                else proportion(*counts, method=p.ci_method, level=p.level),
                rows=(row["row_id"], arm["arm_id"]),
            )
        )  # fmt: skip
    order: dict[str, int] = {code: number for number, code in enumerate(p.treatments)}
    return sorted(found, key=lambda rate: (rate.event, order[rate.treatment], rate.name))


def record(page: Page[Tolerability], rates: list[EventRate]) -> None:
    """Write every rate for which one count prints as published."""
    for rate in rates:
        if rate.estimate is not None:
            key = rate.row_id.replace(".", "_").replace("-", "_")
            page.record(key, rate.estimate, f"{rate.event}, {rate.name}", rate.rows)


def summarise(rates: list[EventRate]) -> dict[str, tuple[Estimate, str]]:
    """Return how many rates are printed, and how many in arms of one trial."""
    by_trial: dict[tuple[str, str], set[str]] = {}
    for rate in rates:
        by_trial.setdefault((rate.study_id, rate.event), set()).add(rate.treatment)
    compared = sum({"SOR+IFN", "SOR"} <= treatments for treatments in by_trial.values())
    return {
        "rates": (Estimate(len(rates), unit="count", method="count"), "Printed rates"),
        "compared": (
            Estimate(compared, unit="count", method="count"),
            "Events printed for sorafenib with and without interferon-alfa in one trial",
        ),
    }


def _without_estimate(rate: EventRate) -> str:
    """Return what stands in place of a rate: no count fits, or no number is printed at all."""
    number = exact_number(rate.printed.removesuffix(" %"))
    return NOT_ESTIMABLE if number is None else _NO_COUNT


def tabulate_rates(rates: list[EventRate]) -> Table:
    """Return the rates by event, regimen and study."""
    from evidence.tables.formatting import format_estimate

    rows = [
        [
            rate.event[:1].upper() + rate.event[1:],
            treatment_words(rate.treatment),
            row_link(rate.row_id, rate.name),
            rate.printed,
            _without_estimate(rate) if rate.estimate is None else format_estimate(rate.estimate),
        ]
        for rate in rates
    ]
    columns = ["Event, grade 3 or more", "Regimen", "Arm", "As printed", "Rate, exact interval"]
    numeric = ("As printed", "Rate, exact interval")
    notes = [
        f"{NotEstimable(f'{rate.row_id}, value_reported: {say_given(rate.printed)}')}."
        for rate in rates
        if rate.estimate is None and _without_estimate(rate) == NOT_ESTIMABLE
    ]
    return make_table(
        columns,
        rows,
        caption="Severe adverse events, by regimen",
        numeric=numeric,
        footnotes=notes,
    )
