"""A GRADE summary of findings: its lines, its plain words, and the table.

The words follow the numbers and the certainty, so that they change with the parameters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from evidence.record.results import Result
from evidence.sources.book import read_book
from evidence.sources.certainty import Rating, certainty_mark
from evidence.tables.formatting import format_estimate
from evidence.tables.table import Table, make_table
from evidence_stats.estimates import NOT_ESTIMABLE, Estimate, NotEstimable
from evidence_stats.printed.reported import NOT_REPORTED

# Shares of patients from a baseline share and a ratio: value, then at its limits.
Absolute = Callable[[float, Estimate], list[float]]
Measure = Literal["hazard_ratio", "response_points"]
# Verb by certainty (GRADE guidelines 26, Santesso et al. 2020, J Clin Epidemiol 119:126, table 3):
# high says so, moderate adds probably, low says may. Very low names no effect at all.
_HEDGES: dict[str, str] = {"high": "{}", "moderate": "probably {}", "low": "may {}"}
NOT_RATED = "not rated"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a finding says, in the words that a sentence needs.

    Attributes
    ----------
    subject : str
        Begins the sentence: "Adding interferon-alfa".
    outcome : str
        What it may change: "response".
    better, worse : (str, str, str)
        What it does where the effect favours it, or not: alone, after "may", and as a noun
        ("delays progression", "delay progression", "delay of progression").
    about : str
        What is uncertain, where it is no effect: "the association of the marker with survival".
    """

    subject: str
    outcome: str
    better: tuple[str, str, str]
    worse: tuple[str, str, str]
    about: str = ""

    def of(self, subject: str) -> Effect:
        """Return the same of another subject."""
        return replace(self, subject=subject)


RESPONSE = Effect(
    "It",
    "response",
    ("increases response", "increase response", "increase in response"),
    ("reduces response", "reduce response", "reduction in response"),
)
PROGRESSION = Effect(
    "It",
    "progression",
    ("delays progression", "delay progression", "delay of progression"),
    ("hastens progression", "hasten progression", "hastening of progression"),
)
SURVIVAL = Effect(
    "It",
    "survival",
    ("lengthens survival", "lengthen survival", "gain in survival"),
    ("shortens survival", "shorten survival", "loss of survival"),
)


@dataclass(frozen=True, slots=True)
class Finding:
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
    without: str = NOT_REPORTED
    with_: str = NOT_ESTIMABLE
    patients: str = NOT_REPORTED


def say(
    gains: Sequence[float] | NotEstimable | None,
    rating: Rating | None,
    effect: Effect,
    *,
    measure: Measure,
) -> str:
    """Return what an effect means, by its certainty, its size, and what its interval reaches.

    Parameters
    ----------
    gains : sequence of float
        The effect as a gain for patients, above 0 where it favours them: value, then its limits
        where it has any. Log ratios for hazard_ratio, percentage points for response_points.
        None where the reader asked not to see numbers of this grade.
    rating : Rating or None
        Certainty.
    effect : Effect
        Words.
    measure : str
        Whose thresholds in `book.yml` say what is small, important and large.
    """
    about = effect.about or f"the effect of {_lower(effect.subject)} on {effect.outcome}"
    if gains is None:
        return "Not said: the reader asked not to see numbers of this grade."
    if isinstance(gains, NotEstimable) or rating is None:
        return f"{_capital(about)} cannot be estimated from what was read."
    if rating.certainty not in _HEDGES:
        return f"The evidence is very uncertain about {about}."
    small, important, large = _limits(measure)
    value, *limits = gains
    hedge = _HEDGES[rating.certainty]
    plain = 0 if rating.certainty != "low" else 1
    results = ("results in", "result in")[plain]
    verbs = effect.better if value > 0 else effect.worse
    if abs(value) < small:
        said = hedge.format(f"{results} little to no difference in {effect.outcome}")
    elif abs(value) < important:
        said = hedge.format(f"{verbs[plain]} slightly")
    elif abs(value) < large:
        said = hedge.format(verbs[plain])
    elif verbs[2]:
        said = hedge.format(f"{results} a large {verbs[2]}")
    else:
        said = hedge.format(f"{verbs[plain]} by much")
    return f"{effect.subject} {said}{_reaches(value, limits, small, important)}."


def _reaches(value: float, limits: Sequence[float], small: float, important: float) -> str:
    """Return what else the interval allows, "" where it agrees with the words for the value."""
    if not limits:
        return "; how precise that is was not reported"
    sides = {"an important benefit": max(limits), "an important harm": -min(limits)}
    found = [words for words, reach in sides.items() if reach >= important]
    if abs(value) >= small:
        own = "an important benefit" if value > 0 else "an important harm"
        found = [words for words in found if words != own]
        if min(limits) <= 0 <= max(limits) and not found:
            found = ["no difference"]
    if not found:
        return ""
    return f", but {' and '.join(found)} {'remains' if len(found) == 1 else 'remain'} possible"


def _limits(measure: Measure) -> tuple[float, float, float]:
    """Return from where an effect is small, important and large, in the scale of gains."""
    told = read_book().thresholds[measure]
    parts = (told.small, told.important, told.large)
    one, two, three = (-math.log(part) if measure == "hazard_ratio" else part for part in parts)
    return one, two, three


def hazard_gains(ratio: Estimate | NotEstimable | None) -> list[float] | NotEstimable | None:
    """Return a hazard ratio as gains: minus its logarithm, and that of its limits."""
    if ratio is None or isinstance(ratio, NotEstimable):
        return ratio
    limits = [limit for limit in (ratio.low, ratio.high) if limit is not None]
    limits = limits if len(limits) == 2 else []
    return [-math.log(part) if part > 0 else math.inf for part in (ratio.value, *limits)]


def _lower(subject: str) -> str:
    """Return a subject inside a sentence; an abbreviation keeps its capitals: "BCG", "T-cell"."""
    first = subject.split(" ")[0]
    return subject[:1].lower() + subject[1:] if first[1:2].islower() or first == "A" else subject


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


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
    rating: Rating | None,
    effect: Effect,
    ratio: Estimate | NotEstimable | None,
    *,
    name: str,
    measure: Measure = "hazard_ratio",
    absolute: Absolute = survivors,
    baseline: float | None = None,
    patients: str = NOT_REPORTED,
) -> Finding:
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
        Relative effect, below 1 to the good of patients for hazard_ratio and above 1 for
        response_points; None where it is withheld.
    name : str
        What kind of ratio it is: "hazard ratio".
    measure : str
        Whose thresholds judge its size.
    absolute : function
        How a share follows from the ratio: `survivors`, `responders` or `odds_responders`.
    baseline : float, optional
        Share of patients with the outcome without the treatment.
    patients : str
        Patients it rests on.
    """
    shares: list[float] | None = None
    relative = NOT_ESTIMABLE if ratio else "withheld"
    if isinstance(ratio, Estimate):
        relative = f"{name} {format_estimate(replace(ratio, p=None))}"
        if baseline is not None and ratio.low is not None and ratio.high is not None:
            shares = absolute(baseline, ratio)
    gains = hazard_gains(ratio)
    if measure == "response_points" and isinstance(ratio, Estimate):
        known = shares is not None and baseline is not None
        gains = (
            [100 * (share - baseline) for share in shares]  # type: ignore[union-attr, operator]
            if known
            else NotEstimable("no share of patients to compare with")
        )
    return Finding(
        outcome,
        rating if isinstance(ratio, Estimate) else None,
        say(gains, rating, effect, measure=measure),
        relative,
        NOT_REPORTED if baseline is None else f"{per_1000(baseline)} per 1000",
        NOT_ESTIMABLE if shares is None else per_1000_range(shares),
        patients,
    )


def response_difference(
    finding: Finding,
    difference: Estimate | NotEstimable | None,
    baseline: float,
    rating: Rating,
    effect: Effect,
) -> Finding:
    """Return the line with a difference in response in the place of a ratio."""
    if not isinstance(difference, Estimate) or difference.low is None or difference.high is None:
        return finding
    parts = (difference.value, difference.low, difference.high)
    gains = [100 * part for part in parts]
    return replace(
        finding,
        words=say(gains, rating, effect, measure="response_points"),
        relative=f"difference {format_estimate(replace(difference, p=None))}",
        with_=per_1000_range([baseline + part for part in parts]),
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
            *_thresholds_note(),
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
    hazard, points = told["hazard_ratio"], told["response_points"]
    return [
        "In words: an effect is small, important and large from hazard ratios of "
        f"{hazard.small:g}, {hazard.important:g} and {hazard.large:g} (or their inverse), and "
        f"from {points.small:g}, {points.important:g} and {points.large:g} points of "
        f"response. {_capital(hazard.set_by)} set these; GRADE gives none."
    ]


def _stored(finding: Finding) -> dict[str, Any]:
    """Return a line as data, for those who exchange findings rather than read them."""
    names = ("outcome", "words", "relative", "without", "with_", "patients")
    return {
        **{name.rstrip("_"): getattr(finding, name) for name in names},
        "certainty": finding.rating.certainty if finding.rating else NOT_RATED,
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
