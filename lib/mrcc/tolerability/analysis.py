"""How toxic are the regimens? The numbers of that chapter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from evidence.record.page import Page
from evidence.sources.data import Evidence
from evidence.sources.printed_intervals import say_given
from evidence.sources.printed_rows import printed_text
from evidence.sources.vocabulary import treatment_words, words
from evidence.tables.formatting import format_interval
from evidence.tables.table import Table, make_table, row_link
from evidence_stats.estimates import Estimate, NotEstimable
from evidence_stats.printed.reported import exact_number
from evidence_stats.rates.inversion import counts_printing_percent
from evidence_stats.rates.proportions import proportion
from mrcc.tolerability.parameters import Tolerability

# Name of the question in data/certainty.csv and of its chapter.
QUESTION = "tolerability"

# Adverse events of grade 3 or more, and what was done about the treatment.
_SEVERE = re.compile(r"ae_(?P<event>.*?)_?grade_3(_4|_5)?\Z")
_TREATMENT_CHANGED = ("dose_reduction", "dose_interruption", "discontinuation")
_ANY = "any event of grade 3 or more"
# The arms of the one trial that randomized the addition of interferon-alfa to sorafenib.
TRIAL = ("jonasch-2010.sorafenib", "jonasch-2010.sorafenib_ifn")


@dataclass(frozen=True, slots=True)
class EventRate:
    """One rate that a source gives of severe events, or of treatment reduced or stopped.

    Attributes
    ----------
    event : str
        Event in words.
    severe : bool
        True for an event of grade 3 or more, False for treatment reduced or stopped.
    study_id, arm_id, treatment, trial : str
        Where it was seen.
    arm : str
        Arm and patients in words, where the trial has several of the treatment.
    row_id : str
        Data row.
    given : str
        As the source gives it.
    estimate : Estimate or None
        Rate with its exact interval; None where no one count of the patients rounds to it.
    rows : tuple of str
        Data rows it rests on.
    """

    event: str
    severe: bool
    study_id: str
    arm_id: str
    treatment: str
    trial: str
    arm: str
    row_id: str
    given: str
    estimate: Estimate | None
    rows: tuple[str, ...]


def _event(outcome: str) -> str | None:
    found = _SEVERE.match(outcome)
    if found is None:
        return words(outcome) if outcome in _TREATMENT_CHANGED else None
    return words(f"ae_{found['event']}") if found["event"] else _ANY


def _counts(row: pd.Series, arm: pd.Series) -> tuple[int, int] | None:
    if row["events"] and row["n"]:
        return int(row["events"]), int(row["n"])
    n, percent = row["n"] or arm["n_reported"], exact_number(row["value_reported"])
    if not n or percent is None or not 0 <= percent <= 100:
        return None
    # Digits that were cut off, not rounded, say too little to name a count by.
    found = counts_printing_percent(row["value_reported"], n=int(n), rounding="half_up")
    return found[0] if len(found) == 1 else None


def _trial(evidence: Evidence, row: pd.Series) -> str:
    """Return the trial, and which grade where events of a higher one stand apart."""
    name = str(evidence.study(row["study_id"])["short_name"])
    return f"{name}, grade 3 alone" if row["outcome"].endswith("grade_3") else name


def event_rates(evidence: Evidence, p: Tolerability) -> list[EventRate]:
    """Return every rate of the regimens asked for that a source gives, by event."""
    found = []
    asked = [code for (code,) in evidence.values("outcomes", "outcome") if _event(code)]
    for _, row in evidence.where("outcomes", outcome=asked, statistic="percent").iterrows():
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
                severe=row["outcome"] not in _TREATMENT_CHANGED,
                study_id=row["study_id"],
                arm_id=arm["arm_id"],
                treatment=arm["treatment"],
                trial=_trial(evidence, row),
                arm=", ".join(filter(None, (arm["label"].partition(":")[0], row["population"]))),
                row_id=row["row_id"],
                given=printed_text(row),
                estimate=None
                if counts is None
                else proportion(*counts, method=p.ci_method, level=p.level),
                rows=(row["row_id"], arm["arm_id"]),
            )
        )
    order: dict[str, int] = {code: number for number, code in enumerate(p.treatments)}
    return sorted(found, key=lambda rate: (rate.event, order[rate.treatment], rate.trial, rate.arm))


def record(page: Page[Tolerability], rates: list[EventRate]) -> None:
    """Write every rate that one count of its patients rounds to."""
    for rate in rates:
        if rate.estimate is not None:
            key = rate.row_id.replace(".", "_").replace("-", "_")
            label = f"{rate.event}, {rate.trial}, {rate.arm}"
            page.record(key, rate.estimate, label, rate.rows)


def summarise(rates: list[EventRate]) -> dict[str, tuple[Estimate, str]]:
    """Return how many rates there are, and how many in arms of one trial."""
    by_trial: dict[tuple[str, str], set[str]] = {}
    for rate in rates:
        by_trial.setdefault((rate.study_id, rate.event), set()).add(rate.treatment)
    compared = sum({"SOR+IFN", "SOR"} <= treatments for treatments in by_trial.values())
    return {
        "rates": (Estimate(len(rates), unit="count", method="count"), "Rates found"),
        "compared": (
            Estimate(compared, unit="count", method="count"),
            "Events with a rate for sorafenib with and without interferon-alfa in one trial",
        ),
    }


def _line(rate: EventRate, several: bool) -> Markup:
    """Return a rate as a line of its cell: count and share, interval, trial."""
    value, inside = rate.given, ""
    if rate.estimate is not None:
        value = f"{rate.estimate.events}/{rate.estimate.n}, {rate.given}"
        inside = f" ({format_interval(rate.estimate)})"
    name = f"{rate.trial}: {rate.arm}" if several else rate.trial
    return row_link(rate.row_id, value) + Markup("{}<br><small>{}</small>").format(inside, name)


def _tabulate(
    rates: Sequence[EventRate], regimens: Sequence[str], first: str, caption: str
) -> Table | None:
    shown = [code for code in regimens if any(rate.treatment == code for rate in rates)]
    rows: list[list[object]] = []
    # What sums up all events stands first.
    for event in sorted({rate.event for rate in rates}, key=lambda name: (name != _ANY, name)):
        cells = []
        for code in shown:
            here = [rate for rate in rates if (rate.event, rate.treatment) == (event, code)]
            trials = [rate.study_id for rate in here]
            lines = [_line(rate, trials.count(rate.study_id) > 1) for rate in here]
            cells.append(Markup("<br>").join(lines))
        rows.append([event[:1].upper() + event[1:], *cells])
    if not rows:
        return None
    given = {rate.row_id: rate.given.removesuffix(" %") for rate in rates}
    bounds = {rate.given for rate in rates if given[rate.row_id].startswith(("<", ">"))}
    notes = [
        f"{NotEstimable(f'{rate.row_id}, value_reported: {say_given(rate.given)}')}."
        for rate in rates
        if exact_number(given[rate.row_id]) is None and rate.given not in bounds
    ]
    if bounds:
        notes.append(f"No interval can be computed for: {', '.join(sorted(bounds))}.")
    if any(rate.estimate is None and rate.given not in bounds for rate in rates):
        notes.append(
            "A share without a count: no one number of the patients of the arm rounds to it, "
            "or that number was not found."
        )
    notes.append("A dash: no rate in what was read. Intervals are exact, of one arm each.")
    return make_table(
        [first, *(treatment_words(code).capitalize() for code in shown)],
        rows,
        caption=caption,
        footnotes=notes,
        missing="\N{EN DASH}",
    )


def tabulate_severe(rates: Sequence[EventRate], p: Tolerability) -> Table | None:
    """Return the severe events: a row each, with a column for every regimen."""
    severe = [rate for rate in rates if rate.severe]
    caption = "Severe adverse events by regimen, across trials"
    return _tabulate(severe, p.treatments, "Event, grade 3 or more", caption)


def tabulate_changes(rates: Sequence[EventRate], p: Tolerability) -> Table | None:
    """Return how often treatment was reduced or stopped: a column for every regimen."""
    changed = [rate for rate in rates if not rate.severe]
    return _tabulate(changed, p.treatments, "Treatment", "Treatment reduced or stopped")
