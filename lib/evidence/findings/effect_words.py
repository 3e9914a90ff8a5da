"""What an effect means in plain words, by certainty, size, and what its interval reaches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from evidence.files.paths import BOOK_FILE
from evidence.sources.book import read_book
from evidence.sources.certainty import Rating
from evidence_stats.estimates import Estimate, NotEstimable

# Verb by certainty (GRADE guidelines 26, Santesso et al. 2020, J Clin Epidemiol 119:126, table 3):
# high says so, moderate adds probably, low says may. Very low names no effect at all.
_HEDGES: dict[str, str] = {"high": "{}", "moderate": "probably {}", "low": "may {}"}


@dataclass(frozen=True, slots=True)
class Effect:
    """What a finding says, in the words that a sentence needs.

    Attributes
    ----------
    subject : str
        Begins the sentence: "BCG vaccine".
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


def frequency_effect(subject: str, outcome: str, *, less_is_better: bool) -> Effect:
    """Return the words of an effect on how many people have an outcome.

    Parameters
    ----------
    subject, outcome : str
        What acts, and what is counted: "BCG vaccine", "tuberculosis".
    less_is_better : bool
        As `evidence.sources.vocabulary.less_is_better` says of the outcome.

    Examples
    --------
    >>> frequency_effect("BCG vaccine", "tuberculosis", less_is_better=True).better[1]
    'make tuberculosis rarer'
    """
    rarer = (f"makes {outcome} rarer", f"make {outcome} rarer", f"fall in {outcome}")
    more = (
        f"makes {outcome} more frequent",
        f"make {outcome} more frequent",
        f"rise in {outcome}",
    )
    better, worse = (rarer, more) if less_is_better else (more, rarer)
    return Effect(capital(subject), outcome, better, worse)


def say(
    gains: Sequence[float] | NotEstimable | None,
    rating: Rating | None,
    effect: Effect,
    *,
    measure: str,
) -> str:
    """Return what an effect means, by its certainty, its size, and what its interval reaches.

    Parameters
    ----------
    gains : sequence of float
        The effect as a gain for patients, above 0 where it favours them: value, then its limits
        where it has any. Logarithms for a measure that is a ratio, else percentage points.
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
        return f"{capital(about)} cannot be estimated from what was read."
    if rating.certainty not in _HEDGES:
        return f"The evidence is very uncertain about {about}."
    small, important, large = limits_of(measure)
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


def say_together(*sentences: str) -> str:
    """Return sentences after each other; what is very uncertain about one effect is said once.

    Examples
    --------
    >>> uncertain = "The evidence is very uncertain about the effect of BCG on {}."
    >>> say_together(uncertain.format("response"), uncertain.format("survival"))
    'The evidence is very uncertain about the effect of BCG on response and on survival.'
    """
    told: list[str] = []
    for sentence in sentences:
        about, on, outcome = sentence.rpartition(" on ")
        if (
            told
            and about.startswith("The evidence is very uncertain")
            and told[-1].startswith(about + on)
        ):
            told[-1] = f"{told[-1].removesuffix('.')} and on {outcome}"
        else:
            told.append(sentence)
    return " ".join(told)


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


def is_ratio(measure: str) -> bool:
    """Return True for hazard_ratio, risk_ratio and their like, False for points."""
    return measure.endswith("_ratio")


def limits_of(measure: str) -> tuple[float, float, float]:
    """Return from where an effect is small, important and large, in the scale of gains.

    Raises
    ------
    ValueError
        Where `book.yml` does not say it of this measure.
    """
    known = read_book().thresholds
    if measure not in known:
        given = ", ".join(known) or "none"
        raise ValueError(f"{BOOK_FILE}, thresholds: expected those of {measure}, got {given}")
    told = known[measure]
    parts = (told.small, told.important, told.large)
    one, two, three = (-math.log(part) if is_ratio(measure) else part for part in parts)
    return one, two, three


def ratio_gains(
    ratio: Estimate | NotEstimable | None, *, less_is_better: bool = True
) -> list[float] | NotEstimable | None:
    """Return a ratio as gains for patients: its logarithm and that of its limits.

    Their sign is turned where less of the outcome is better, as of deaths or of progression.
    """
    if ratio is None or isinstance(ratio, NotEstimable):
        return ratio
    limits = [limit for limit in (ratio.low, ratio.high) if limit is not None]
    limits = limits if len(limits) == 2 else []
    sign = -1 if less_is_better else 1
    return [sign * (math.log(part) if part > 0 else -math.inf) for part in (ratio.value, *limits)]


def _lower(subject: str) -> str:
    """Return a subject inside a sentence; an abbreviation keeps its capitals: "BCG", "T-cell"."""
    first = subject.split(" ")[0]
    return subject[:1].lower() + subject[1:] if first[1:2].islower() or first == "A" else subject


def capital(words: str) -> str:
    """Return words with a capital at their beginning."""
    return words[:1].upper() + words[1:]
