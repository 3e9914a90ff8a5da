"""A GRADE summary of findings: its lines, its plain words, and the table.

The words follow the numbers and the certainty, so that they change with the parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from evidence.findings.effect_words import Effect, capital, is_ratio, ratio_gains, say
from evidence.findings.imprecision import with_imprecision
from evidence.record.results import Result
from evidence.sources.book import read_book
from evidence.sources.certainty import Certainty, Rating, certainty_mark
from evidence.tables.formatting import format_estimate
from evidence.tables.table import Table, make_table
from evidence_stats.estimates import NOT_ESTIMABLE, Estimate, NotEstimable

# Shares of patients from a baseline share and a ratio: value, then at its limits.
Absolute = Callable[[float, Estimate], list[float]]
NOT_RATED: Certainty = "not rated"
NO_NUMBER = "no number was read"


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of a summary of findings.

    Attributes
    ----------
    outcome : str
        Outcome, and what is compared where the table compares several.
    rating : Rating or None
        Certainty and its reasons; None where there is no estimate to rate.
    words : str
        What it means, in plain words.
    relative : str
        Relative effect with its interval.
    without, with_ : str
        Patients per 1000 without and with the treatment.
    patients : str
        Patients it rests on.
    """

    outcome: str
    rating: Rating | None
    words: str
    relative: str = NOT_ESTIMABLE
    without: str = NO_NUMBER
    with_: str = NOT_ESTIMABLE
    patients: str = NO_NUMBER

    @property
    def certainty(self) -> Certainty:
        """Its certainty in a word."""
        return self.rating.certainty if self.rating else NOT_RATED


def certainty_of(lines: Mapping[str, SummaryLine], name: str) -> Certainty:
    """Return the certainty of a line; not rated where it has none."""
    return lines[name].certainty if name in lines else NOT_RATED


def per_1000(share: float) -> str:
    """Return a share as patients per 1000, between 0 and 1000."""
    return f"{max(0.0, min(1000.0, 1000 * share)):.0f}"


def per_1000_range(shares: Sequence[float]) -> str:
    """Return value, lower and upper limit as patients per 1000."""
    middle, *limits = shares
    low, high = sorted(limits)
    return f"{per_1000(middle)} per 1000 ({per_1000(low)} to {per_1000(high)})"


def survivors(baseline: float, hr: Estimate) -> list[float]:
    """Return the shares free of the event with the treatment: baseline to the power of the ratio.

    Value first, then at the limits (Skoetz et al. 2020, J Clin Epidemiol 118:124).
    """
    return [baseline**ratio for ratio in _parts(hr)]


def responders(baseline: float, ratio: Estimate) -> list[float]:
    """Return the shares that respond with the treatment: baseline times the ratio."""
    return [baseline * part for part in _parts(ratio)]


def odds_responders(baseline: float, ratio: Estimate) -> list[float]:
    """Return the shares that respond with the treatment, from an odds ratio."""
    odds = [baseline / (1 - baseline) * part for part in _parts(ratio)]
    return [value / (1 + value) for value in odds]


def _parts(ratio: Estimate) -> list[float]:
    if ratio.low is None or ratio.high is None:
        raise ValueError("expected a ratio with an interval, got none")
    return [ratio.value, ratio.low, ratio.high]


def visible_estimate(
    estimate: Estimate | NotEstimable, grade_max: str
) -> Estimate | NotEstimable | None:
    """Return the estimate, or None where its grade lies beyond what the reader asked for."""
    if isinstance(estimate, NotEstimable) or estimate.grade <= grade_max:
        return estimate
    return None


def seen(result: Result) -> Estimate | NotEstimable | None:
    """Return the number of a result or why there is none, or None where it is withheld."""
    if result.withheld:
        return None
    return NotEstimable(result.method) if result.value is None else result.estimate()


def find(
    outcome: str,
    rating: Rating | None,
    effect: Effect,
    ratio: Estimate | NotEstimable | None,
    *,
    name: str,
    measure: str = "hazard_ratio",
    less_is_better: bool = True,
    absolute: Absolute = survivors,
    baseline: float | None = None,
    patients: str = NO_NUMBER,
    steps_given: bool = False,
) -> SummaryLine:
    """Return the line of a ratio: its words, and its patients per 1000 at a baseline.

    Parameters
    ----------
    outcome : str
        Outcome of the line.
    rating : Rating or None
        Certainty; it is not rated where there is no estimate.
    effect : Effect
        Words.
    ratio : Estimate, NotEstimable or None
        Relative effect; None where it is withheld.
    name : str
        What kind of ratio it is: "hazard ratio".
    measure : str
        Whose thresholds judge its size: a ratio, or points, in which case above 1 is better.
    less_is_better : bool
        True where a ratio below 1 is to the good of patients.
    absolute : function
        How a share follows from the ratio: `survivors`, `responders` or `odds_responders`.
    baseline : float, optional
        Share of patients with the outcome without the treatment.
    patients : str
        Patients it rests on.
    steps_given : bool
        True where a reader sets the steps for imprecision, which else follow from the ratio.
    """
    shares: list[float] | None = None
    relative = NOT_ESTIMABLE if ratio else "withheld"
    if isinstance(ratio, Estimate):
        relative = f"{name} {format_estimate(replace(ratio, p=None))}"
        if baseline is not None and ratio.low is not None and ratio.high is not None:
            shares = absolute(baseline, ratio)
    gains = ratio_gains(ratio, less_is_better=less_is_better)
    if not is_ratio(measure) and isinstance(ratio, Estimate):
        known = shares is not None and baseline is not None
        gains = (
            [100 * (share - baseline) for share in shares]  # type: ignore[union-attr, operator]
            if known
            else NotEstimable("no share of patients to compare with")
        )
    if not isinstance(ratio, Estimate):
        rating = None
    elif rating is not None and isinstance(gains, list) and not steps_given:
        rating = with_imprecision(rating, gains, measure, ratio.level or 0.95)
    return SummaryLine(
        outcome,
        rating,
        say(gains, rating, effect, measure=measure),
        relative,
        NO_NUMBER if baseline is None else f"{per_1000(baseline)} per 1000",
        NOT_ESTIMABLE if shares is None else per_1000_range(shares),
        patients,
    )


def with_difference(
    finding: SummaryLine,
    difference: Estimate | NotEstimable | None,
    baseline: float,
    rating: Rating,
    effect: Effect,
    *,
    steps_given: bool = False,
) -> SummaryLine:
    """Return the line with a difference in response in the place of a ratio."""
    if not isinstance(difference, Estimate) or difference.low is None or difference.high is None:
        return finding
    parts = (difference.value, difference.low, difference.high)
    gains = [100 * part for part in parts]
    if not steps_given:
        rating = with_imprecision(rating, gains, "response_points", difference.level or 0.95)
    return replace(
        finding,
        rating=rating,
        words=say(gains, rating, effect, measure="response_points"),
        relative=f"difference {format_estimate(replace(difference, p=None))}",
        with_=per_1000_range([baseline + part for part in parts]),
    )


def tabulate_summary(
    findings: Sequence[SummaryLine],
    *,
    caption: str,
    without: str,
    with_: str,
    notes: Sequence[str] = (),
) -> Table:
    """Return the summary of findings; every step down stands below it with its reason.

    Parameters
    ----------
    findings : sequence of SummaryLine
        Its lines.
    caption : str
        What is compared.
    without, with_ : str
        Heads of the columns of patients per 1000.
    notes : sequence of str
        Further lines below the table.
    """
    lines: dict[str, list[str]] = {}
    for finding in findings:
        for step in finding.rating.steps if finding.rating else ():
            lines.setdefault(step.words, []).append(finding.outcome)
    marks = {words: str(number) for number, words in enumerate(lines, start=1)}
    rows = [
        [
            finding.outcome,
            finding.without,
            finding.with_,
            finding.relative,
            finding.patients,
            _certainty(finding.rating, marks),
            finding.words,
        ]
        for finding in findings
    ]
    head = ["Outcome", without, with_, "Effect", "Patients", "Certainty", "In words"]
    table = make_table(
        head,
        rows,
        caption=caption,
        numeric=(without, with_, "Patients"),
        footnotes=[
            *notes,
            *(("Certainty starts at high; steps down (GRADE):",) if marks else ()),
            *(f"[{mark}] {words}" for words, mark in marks.items()),
            *(_thresholds_note() if any(finding.rating for finding in findings) else ()),
        ],
    )
    stored = {
        "compared": caption.removeprefix("Summary of findings: "),
        "without": without,
        "with": with_,
        "lines": [_stored(finding) for finding in findings],
    }
    return replace(table, findings=stored)


def _thresholds_note() -> list[str]:
    told = read_book().thresholds
    parts = [
        f"from {measure.replace('_', ' ')}s of {sizes} (or their inverse)"
        if is_ratio(measure)
        else f"from {sizes} points of {measure.removesuffix('_points')}"
        for measure, one in told.items()
        for sizes in [f"{one.small:g}, {one.important:g} and {one.large:g}"]
    ]
    if not parts:
        return []
    who = capital(next(iter(told.values())).set_by)
    return [
        f"In words: an effect is small, important and large {', and '.join(parts)}. "
        f"{who} set these; GRADE gives none."
    ]


def _stored(finding: SummaryLine) -> dict[str, Any]:
    """Return a line as data, for those who exchange findings rather than read them."""
    names = ("outcome", "words", "relative", "without", "with_", "patients")
    return {
        **{name.rstrip("_"): getattr(finding, name) for name in names},
        "certainty": finding.certainty,
        "downgrades": [
            {"domain": step.domain, "steps": step.steps, "reason": step.reason}
            for step in (finding.rating.steps if finding.rating else ())
        ],
    }


def _certainty(rating: Rating | None, marks: dict[str, str]) -> str:
    if rating is None:
        return NOT_RATED
    found = [marks[step.words] for step in rating.steps]
    mark = certainty_mark(rating.certainty).removesuffix(" certainty")
    return f"{mark} [{', '.join(found)}]" if found else mark
