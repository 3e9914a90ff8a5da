"""What a marker adds to a model: discrimination, calibration and net benefit at a horizon.

References
----------
Harrell, Lee & Mark 1996, Stat Med 15:361 (concordance, optimism by the bootstrap); Vickers &
Elkin 2006, Med Decis Making 26:565, and Vickers et al. 2008, BMC Med Inform Decis Mak 8:53 (net
benefit with censored survival).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evidence_stats.cohorts.cox import CoxFit, NoFitError, baseline_hazard, fit_cox, risk_sets
from evidence_stats.survival.kaplan_meier import Bools, Floats, Ints, checked_arms, km_curve


def usable_pairs(times: npt.ArrayLike, events: npt.ArrayLike) -> Bools:
    """Return which patient (row) is known to have died before which (column)."""
    months, dead = checked_arms(times, events)
    later = months[None, :] > months[:, None]
    same = (months[None, :] == months[:, None]) & ~dead[None, :]
    found: Bools = dead[:, None] & (later | same)
    np.fill_diagonal(found, False)
    return found


def concordance(pairs: Bools, risk: Floats) -> float:
    """Return Harrell's concordance: pairs in which who died first had the higher risk.

    Ties of risk count one half; of two deaths at one time no order is known, and neither counts.

    >>> concordance(usable_pairs([1, 2, 3], [1, 1, 0]), np.array([3.0, 1.0, 2.0]))
    0.6666666666666666
    """
    difference = risk[:, None] - risk[None, :]
    right = (pairs & (difference > 0)).sum() + 0.5 * (pairs & (difference == 0)).sum()
    return float(right / pairs.sum())


@dataclass(frozen=True, slots=True)
class Discrimination:
    """Concordance of a model, and what of it is optimism.

    Attributes
    ----------
    apparent : float
        In the patients that it was fitted to, 0 to 1.
    optimism : float
        Mean excess of bootstrap models in their own sample over the patients.
    slope : float
        Calibration slope that new patients would show: below 1 where the model overfits.
    """

    apparent: float
    optimism: float
    slope: float

    @property
    def corrected(self) -> float:
        """Concordance that new patients like these would show."""
        return self.apparent - self.optimism


def discriminate(
    times: npt.ArrayLike, events: npt.ArrayLike, columns: Floats, draws: Sequence[Ints]
) -> Discrimination:
    """Return the concordance of a Cox model with its optimism over bootstrap samples.

    Parameters
    ----------
    times, events : array, one per patient
        Follow-up and death.
    columns : array of float, patients x covariates
        The model.
    draws : sequence of array of int
        Patients of each bootstrap sample; the same for models that are compared.
    """
    months, dead = checked_arms(times, events)
    sets = risk_sets(months, dead)
    whole = fit_cox(sets, columns)
    pairs = usable_pairs(months, dead)
    excess, slopes = [], []
    for drawn in draws:
        try:
            own = risk_sets(months[drawn], dead[drawn])
            made = fit_cox(own, columns[drawn], whole.beta)
            slope = fit_cox(sets, (columns @ made.beta)[:, None], np.ones(1)).beta[0]
        except NoFitError:
            continue
        inside = concordance(pairs[np.ix_(drawn, drawn)], made.log_hazard)
        excess.append(inside - concordance(pairs, columns @ made.beta))
        slopes.append(slope)
    if not excess:
        raise NoFitError("no bootstrap sample could be fitted")
    apparent = concordance(pairs, whole.log_hazard)
    return Discrimination(apparent, float(np.mean(excess)), float(np.mean(slopes)))


def predicted_risk(fit: CoxFit, horizon: float) -> Floats:
    """Return each patient's probability to have died by `horizon` under a model."""
    found: Floats = 1.0 - np.exp(-baseline_hazard(fit, horizon) * np.exp(fit.log_hazard))
    return found


def observed_risk(times: Floats, events: Bools, horizon: float) -> float:
    """Return the probability to have died by `horizon`, by Kaplan-Meier."""
    return 1.0 - km_curve(times, events).survival_at(horizon)


def net_benefit(
    times: Floats, events: Bools, risk: Floats, horizon: float, threshold: float
) -> float:
    """Return the net benefit of acting on patients whose risk is at least `threshold`.

    Deaths found, less those acted on for nothing, each weighed with the odds of the threshold, per
    patient of the cohort; 0 is acting on nobody.
    """
    chosen = risk >= threshold
    if not chosen.any():
        return 0.0
    dying = observed_risk(times[chosen], events[chosen], horizon)
    share = float(chosen.mean())
    return share * dying - share * (1.0 - dying) * threshold / (1.0 - threshold)
