"""A GRADE summary of findings: its lines, its plain words, and the table.

The words follow the numbers and the certainty, so that they change with the parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from evidence.record.results import Result
from evidence.sources.certainty import Rating
from evidence.tables.formatting import format_estimate
from evidence.tables.table import Table, make_table
from evidence_stats.estimates import NOT_ESTIMABLE, Estimate, NotEstimable
from evidence_stats.printed.reported import NOT_REPORTED

# Shares of patients from a baseline share and a ratio: value, then at its limits.
Absolute = Callable[[float, Estimate], list[float]]
# Verb by certainty where the interval excludes no difference (GRADE guidelines 26, Santesso et
# al. 2020, J Clin Epidemiol 119:126): high says so, moderate adds probably, low says may.
_HEDGES = {"high": "{}", "moderate": "probably {}", "low": "may {}"}


@dataclass(frozen=True, slots=True)
class Effect:
    """What a finding says, in the words that a sentence needs.

    Attributes
    ----------
    subject : str
        Begins the sentence: "Adding interferon-alfa".
    better, worse : (str, str)
        What it does where the effect favours it, or not: as it stands alone and after "may"
        ("delays progression", "delay progression").
    """

    subject: str
    better: tuple[str, str]
    worse: tuple[str, str]

    def of(self, subject: str) -> Effect:
        """Return the same of another subject."""
        return replace(self, subject=subject)


RESPONSE = Effect(
    "It",
    ("makes more patients respond", "make more patients respond"),
    ("makes fewer patients respond", "make fewer patients respond"),
)
PROGRESSION = Effect(
    "It",
    ("delays progression", "delay progression"),
    ("hastens progression", "hasten progression"),
)
SURVIVAL = Effect(
    "It",
    ("lengthens survival", "lengthen survival"),
    ("shortens survival", "shorten survival"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a summary of findings.

    Attributes
    ----------
    outcome : str
        Outcome, and what is compared where the table compares several.
    rating : Rating
        Certainty and its reasons.
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
    rating: Rating
    words: str
    relative: str = NOT_ESTIMABLE
    without: str = NOT_REPORTED
    with_: str = NOT_REPORTED
    patients: str = NOT_REPORTED


def say(
    estimate: Estimate | NotEstimable | None,
    rating: Rating,
    effect: Effect,
    *,
    good_below_one: bool,
) -> str:
    """Return what a ratio means in plain words.

    An interval that holds 1 is never called no effect: it allows both.
    """
    if estimate is None:
        return "Not said: the reader asked not to see numbers of this grade."
    if isinstance(estimate, NotEstimable):
        return f"We cannot tell whether {_in_sentence(effect)}."
    certain = rating.certainty != "very low" and estimate.low is not None
    if not certain or not estimate.excludes(1.0):
        return f"We cannot tell whether {_in_sentence(effect)}."
    good = (estimate.value < 1) == good_below_one
    alone, after = effect.better if good else effect.worse
    verb = after if rating.certainty == "low" else alone
    return f"{effect.subject} {_HEDGES[rating.certainty].format(verb)}."


def _in_sentence(effect: Effect) -> str:
    first = effect.subject.split(" ")[0]
    subject = effect.subject
    # An abbreviation keeps its capitals: "BCG", "T-cell".
    if first[1:2].islower() or first == "A":
        subject = subject[:1].lower() + subject[1:]
    return f"{subject} {effect.better[0]} or {effect.worse[0]}"


def per_1000(share: float) -> str:
    """Return a share as patients per 1000, between 0 and 1000."""
    return f"{max(0.0, min(1000.0, 1000 * share)):.0f}"


def per_1000_range(shares: Sequence[float]) -> str:
    """Return value, lower and upper limit as patients per 1000."""
    middle, *limits = shares
    low, high = sorted(limits)
    return f"{per_1000(middle)} ({per_1000(low)} to {per_1000(high)})"


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


def visible(estimate: Estimate | NotEstimable, grade_max: str) -> Estimate | NotEstimable | None:
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
    rating: Rating,
    effect: Effect,
    ratio: Estimate | NotEstimable | None,
    *,
    name: str,
    good_below_one: bool,
    absolute: Absolute = survivors,
    baseline: float | None = None,
    patients: str = NOT_REPORTED,
    against: str = "",
) -> Finding:
    """Return the line of a ratio: its words, and its patients per 1000 at a baseline.

    Parameters
    ----------
    outcome : str
        Outcome of the line.
    rating : Rating
        Certainty.
    effect : Effect
        Words.
    ratio : Estimate, NotEstimable or None
        Relative effect; None where it is withheld.
    name : str
        What kind of ratio it is: "hazard ratio".
    good_below_one : bool
        True where a ratio below 1 is to the good of patients: a hazard ratio of death, a risk
        ratio of a disease; False for one of response.
    absolute : function
        How a share follows from the ratio: `survivors`, `responders` or `odds_responders`.
    baseline : float, optional
        Share of patients with the outcome without the treatment.
    patients : str
        Patients it rests on.
    against : str
        Ends the sentence: "against interferon-alfa".
    """
    words = say(ratio, rating, effect, good_below_one=good_below_one)
    if against:
        words = f"{words[:-1]} {against}."
    shares, relative = NOT_ESTIMABLE, NOT_ESTIMABLE if ratio else "withheld"
    if isinstance(ratio, Estimate):
        relative = f"{name} {format_estimate(replace(ratio, p=None))}"
        if baseline is not None and ratio.low is not None and ratio.high is not None:
            shares = per_1000_range(absolute(baseline, ratio))
    return Finding(
        outcome,
        rating,
        words,
        relative,
        NOT_REPORTED if baseline is None else per_1000(baseline),
        shares,
        patients,
    )


def tabulate_findings(
    findings: Sequence[Finding],
    *,
    caption: str,
    without: str,
    with_: str,
    notes: Sequence[str] = (),
) -> Table:
    """Return the summary of findings; every step down stands below it with its reason.

    Parameters
    ----------
    findings : sequence of Finding
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
        for step in finding.rating.steps:
            lines.setdefault(step.words, []).append(finding.outcome)
    marks = {words: str(number) for number, words in enumerate(lines, start=1)}
    rows = [
        [
            Markup("<strong>{}.</strong> {}").format(finding.outcome, finding.words),
            finding.relative,
            finding.without,
            finding.with_,
            finding.patients,
            _certainty(finding.rating, marks),
        ]
        for finding in findings
    ]
    table = make_table(
        ["Outcome, in plain words", "Relative effect", without, with_, "Patients", "Certainty"],
        rows,
        caption=caption,
        numeric=(without, with_, "Patients"),
        footnotes=[
            *notes,
            "Certainty starts at high; steps down (GRADE):",
            *(f"[{mark}] {words}" for words, mark in marks.items()),
        ],
    )
    stored = {
        "compared": caption.removeprefix("Summary of findings: "),
        "without": without,
        "with": with_,
        "lines": [_stored(finding) for finding in findings],
    }
    return replace(table, findings=stored)


def _stored(finding: Finding) -> dict[str, Any]:
    """Return a line as data, for those who exchange findings rather than read them."""
    names = ("outcome", "words", "relative", "without", "with_", "patients")
    return {
        **{name.rstrip("_"): getattr(finding, name) for name in names},
        "certainty": finding.rating.certainty,
        "downgrades": [
            {"domain": step.domain, "steps": step.steps, "reason": step.reason}
            for step in finding.rating.steps
        ],
    }


def _certainty(rating: Rating, marks: dict[str, str]) -> str:
    found = [marks[step.words] for step in rating.steps]
    return f"{rating.certainty} [{', '.join(found)}]" if found else rating.certainty
