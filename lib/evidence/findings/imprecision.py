"""Imprecision of an estimate, from its interval, the thresholds of the book and its information.

GRADE guidance 34 (Zeng et al. 2022, J Clin Epidemiol 150:216): first what the interval crosses;
where it crosses nothing and the effect is large, the optimal information size.
"""

from __future__ import annotations

from collections.abc import Sequence

from evidence.findings.effect_words import limits_of
from evidence.sources.book import read_book
from evidence.sources.certainty import Rating, Step, rating_of
from evidence_stats.normal import critical_value, quantile

DOMAIN = "imprecision"
# Less than this share of the information is far from enough: two steps, not one.
_FAR = 0.5


def information_share(gains: Sequence[float], measure: str, level: float = 0.95) -> float:
    """Return the information of an estimate as a share of the optimal information size.

    That is the information with which a trial finds an important effect with the power that
    `book.yml` gives: a standard error of the important effect over the sum of two quantiles.

    Parameters
    ----------
    gains : sequence of float
        Value and both limits, as `effect_words.say` takes them.
    measure : str
        Whose threshold is the important effect.
    level : float
        Coverage of the limits.

    Examples
    --------
    >>> round(information_share([0.022, -0.434, 0.478], "hazard_ratio"), 2)
    0.12
    """
    told = read_book().information
    _, important, _ = limits_of(measure)
    needed = important / (critical_value(1 - told.alpha) + quantile(told.power))
    found = (max(gains[1:]) - min(gains[1:])) / (2 * critical_value(level))
    return (needed / found) ** 2


def rate_imprecision(gains: Sequence[float], measure: str, level: float = 0.95) -> Step | None:
    """Return the steps down for imprecision with their reason; None where there are none.

    Parameters
    ----------
    gains, measure, level
        As of `information_share`.
    """
    _, important, large = limits_of(measure)
    low, high = min(gains[1:]), max(gains[1:])
    share = information_share(gains, measure, level)
    carried = _percent(share)
    enough = f"it carries {carried} of the information that a trial of an important effect needs."
    if low < -important and high > important:
        return Step(DOMAIN, 2, f"The interval holds an important benefit and harm; {enough}")
    for edge, name in ((important, "benefit"), (-important, "harm")):
        if low < edge < high:
            why = f"The interval reaches an important {name} and less than that; {enough}"
            return Step(DOMAIN, 1, why)
    if abs(gains[0]) >= large and share < 1:
        why = f"The effect is large and the information small; {enough}"
        return Step(DOMAIN, 2 if share < _FAR else 1, why)
    return None


def with_imprecision(
    rating: Rating, gains: Sequence[float], measure: str, level: float = 0.95
) -> Rating:
    """Return a rating whose steps for imprecision follow from the estimate."""
    if len(gains) < 3:
        return rating
    step = rate_imprecision(gains, measure, level)
    others = [one for one in rating.steps if one.domain != DOMAIN]
    return rating_of([*others, step] if step else others)


def _percent(share: float) -> str:
    return "all" if share >= 1 else f"{100 * share:.0f} %"
