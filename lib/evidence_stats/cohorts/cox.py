"""Cox regression with Efron's ties as matrix products, fast enough for thousands of fits.

lifelines fits one model in a tenth of a second, which is right for one model and too slow for the
thousands of a multiverse and of its bootstrap. Everything here is tested equal to lifelines and to
R's survival (tests/evidence_stats/test_cohort_statistics.py).

Vocabulary
----------
**Risk sets**: one row per death, one column per patient: the weight of the patient among those who
could have died then. Of d deaths at one time, the l-th (from 0) counts the d with 1 - l / d.
**Strata**: groups with a baseline hazard of their own; a death is compared within its group.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import stats

from evidence_stats.survival.kaplan_meier import Floats, Ints, checked_arms, km_curve

CONVENTIONS: dict[str, str] = {
    "ph_score_test": (
        "Proportional hazards are tested by the score test of R's cox.zph since survival 3.0, with "
        "time as one minus the Kaplan-Meier curve; lifelines, and R before, take the variance of "
        "the residuals as the same at every death, which is close and not equal."
    ),
}
_MOST_STEPS = 30
# Newton's steps halve the wrong digits; below this the log likelihood has no digit left to gain.
_TOLERANCE = 1e-12
# A log hazard ratio per SD beyond this has no finite estimate: some group has no death.
_LARGEST = 12.0


class NoFitError(ValueError):
    """A Cox model that has no finite estimate; the message says why."""


@dataclass(frozen=True, eq=False)
class RiskSets:
    """Who could have died when.

    Attributes
    ----------
    weights : array of float, deaths x patients
        See the module.
    died : array of int
        Patient of each row, in the order of time within strata.
    times : array of float
        Time of each row, in the unit of the times given.
    """

    weights: Floats
    died: Ints
    times: Floats

    def averaging(self, log_hazard: Floats) -> tuple[Floats, Floats]:
        """Return the matrix that averages over each risk set, and the log of its total weight."""
        top = float(log_hazard.max())
        weighted = self.weights * np.exp(log_hazard - top)
        total = weighted.sum(axis=1)
        return weighted / total[:, None], np.log(total) + top


def risk_sets(
    times: npt.ArrayLike, events: npt.ArrayLike, strata: npt.ArrayLike | None = None
) -> RiskSets:
    """Return the risk sets of a cohort.

    Parameters
    ----------
    times, events : array, one per patient
        Time, not negative, and whether it ended in death (0 or 1).
    strata : array, optional
        Group of each patient.

    Raises
    ------
    NoFitError
        Where nobody died.
    ValueError
        As `evidence_stats.survival.kaplan_meier.checked_arms`.
    """
    months, dead = checked_arms(times, events)
    if not dead.any():
        raise NoFitError("nobody died")
    groups = np.zeros(months.size) if strata is None else np.asarray(strata)
    died = np.lexsort((months, groups))
    died = died[dead[died]]
    at = months[died]
    weights = (months[None, :] >= at[:, None]) & (groups[None, :] == groups[died][:, None])
    weights = weights.astype(np.float64)
    tied = (at[:, None] == at[None, :]) & (groups[died][:, None] == groups[died][None, :])
    if tied.sum() > died.size:
        order = np.tril(tied, -1).sum(axis=1)
        for row in np.flatnonzero(tied.sum(axis=1) > 1):
            together = died[tied[row]]
            weights[row, together] = 1.0 - order[row] / together.size
    return RiskSets(weights, died, at)


@dataclass(frozen=True, eq=False)
class CoxFit:
    """A fitted Cox model.

    Attributes
    ----------
    sets : RiskSets
        Who could have died when.
    columns : array of float, patients x covariates
        Covariates.
    beta : array of float
        Log hazard ratios per unit of each covariate.
    averages : array of float, deaths x patients
        Averages over each risk set under the model.
    log_likelihood : float
        Log partial likelihood.
    """

    sets: RiskSets
    columns: Floats
    beta: Floats
    averages: Floats
    log_likelihood: float

    @cached_property
    def expected(self) -> Floats:
        """Expected covariates at each death, deaths x covariates."""
        return self.averages @ self.columns

    @cached_property
    def variances(self) -> Floats:
        """Variance of the covariates in each risk set, deaths x covariates x covariates."""
        return _variances(self.averages, self.columns, self.expected)

    @cached_property
    def covariance(self) -> Floats:
        """Covariance of `beta`: the inverse of the observed information."""
        return np.linalg.inv(self.variances.sum(axis=0))

    @property
    def se(self) -> Floats:
        """Standard errors of `beta`."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def log_hazard(self) -> Floats:
        """Log hazard of each patient, up to a constant."""
        return self.columns @ self.beta

    @property
    def residuals(self) -> Floats:
        """Schoenfeld residuals, deaths x covariates, in the order of `sets`."""
        return self.columns[self.sets.died] - self.expected

    @property
    def scaled_residuals(self) -> Floats:
        """Scaled Schoenfeld residuals plus `beta`: a noisy log hazard ratio at each death.

        Grambsch & Therneau 1994, Biometrika 81:515, equation 5.
        """
        return self.residuals @ self.covariance * self.sets.died.size + self.beta

    @property
    def martingale(self) -> Floats:
        """Martingale residuals: deaths minus expected deaths of each patient."""
        found: Floats = -self.averages.sum(axis=0)
        np.add.at(found, self.sets.died, 1.0)
        return found


def _variances(averages: Floats, columns: Floats, expected: Floats) -> Floats:
    width = columns.shape[1]
    squares = (columns[:, :, None] * columns[:, None, :]).reshape(len(columns), width * width)
    means = (averages @ squares).reshape(len(averages), width, width)
    return means - expected[:, :, None] * expected[:, None, :]


def fit_cox(sets: RiskSets, columns: npt.ArrayLike, start: Floats | None = None) -> CoxFit:
    """Return the Cox model of some covariates.

    Parameters
    ----------
    sets : RiskSets
        Of the cohort.
    columns : array, patients x covariates
        No column may be constant or a sum of others; may have no column.
    start : array, optional
        First guess of the log hazard ratios, such as those of a nearby model.

    Raises
    ------
    NoFitError
        Where the likelihood has no maximum: a group without deaths, or too many covariates.

    References
    ----------
    Cox 1972, J R Stat Soc B 34:187; Efron 1977, J Am Stat Assoc 72:557.

    Examples
    --------
    >>> sets = risk_sets([5, 8, 12, 3, 9, 11], [1, 1, 0, 1, 0, 1])
    >>> float(fit_cox(sets, [[1], [0], [0], [1], [1], [0]]).beta[0].round(4))
    1.2271
    """
    given = np.asarray(columns, dtype=np.float64).reshape(sets.weights.shape[1], -1)
    width = given.shape[1]
    spread = given.std(axis=0)
    if width and (not np.isfinite(given).all() or spread.min() < 1e-12):
        raise NoFitError("a covariate is the same for everybody")
    scaled = (given - given.mean(axis=0)) / spread if width else given
    beta = np.zeros(width) if start is None else np.asarray(start, dtype=float) * spread
    averages, logs = sets.averaging(scaled @ beta)
    likelihood = float((scaled @ beta)[sets.died].sum() - logs.sum())
    for _ in range(_MOST_STEPS if width else 0):
        expected = averages @ scaled
        score = (scaled[sets.died] - expected).sum(axis=0)
        information = _variances(averages, scaled, expected).sum(axis=0)
        try:
            step = np.linalg.solve(information, score)
        except np.linalg.LinAlgError:
            raise NoFitError(
                "a covariate is a sum of others among those who could have died"
            ) from None
        beta, averages, reached, gain = _climb(sets, scaled, beta, step, likelihood)
        likelihood = reached
        if not np.isfinite(beta).all() or np.abs(beta).max() > _LARGEST:
            raise NoFitError("a hazard ratio has no limit, as where a group has no death")
        if abs(gain) <= _TOLERANCE * (abs(likelihood) + 1.0) and np.abs(step).max() < 1e-8:
            break
    else:
        if width:
            raise NoFitError("the likelihood has no maximum that can be found")
    made = CoxFit(sets, given, beta / spread if width else beta, averages, likelihood)
    if width and not np.diag(made.covariance).min() > 0.0:
        raise NoFitError("too few died for so many covariates")
    return made


def _climb(
    sets: RiskSets, scaled: Floats, beta: Floats, step: Floats, likelihood: float
) -> tuple[Floats, Floats, float, float]:
    """Return the estimate after a step, halved until it loses no likelihood."""
    for _ in range(20):
        tried = beta + step
        averages, logs = sets.averaging(scaled @ tried)
        reached = float((scaled @ tried)[sets.died].sum() - logs.sum())
        if reached >= likelihood - 1e-9:
            return tried, averages, reached, reached - likelihood
        step = step / 2
    return tried, averages, reached, 0.0


@dataclass(frozen=True, slots=True)
class Test:
    """A chi-squared statistic with its degrees of freedom and P value."""

    statistic: float
    df: int

    @property
    def p(self) -> float:
        """Two-sided P value."""
        return float(stats.chi2.sf(self.statistic, self.df))


def likelihood_ratio(full: CoxFit, reduced: CoxFit) -> Test:
    """Return the likelihood-ratio test of the covariates that only the full model has."""
    gained = 2.0 * (full.log_likelihood - reduced.log_likelihood)
    return Test(max(gained, 0.0), full.beta.size - reduced.beta.size)


def wald(fit: CoxFit, positions: list[int]) -> Test:
    """Return the Wald test that some log hazard ratios are 0."""
    beta = fit.beta[positions]
    inner = fit.covariance[np.ix_(positions, positions)]
    return Test(float(beta @ np.linalg.solve(inner, beta)), len(positions))


def proportional_hazards(
    fit: CoxFit, times: npt.ArrayLike, events: npt.ArrayLike, positions: list[int]
) -> Test:
    """Return the score test that some log hazard ratios do not change with time.

    Parameters
    ----------
    fit : CoxFit
        The model.
    times, events : array
        Of all its patients: their Kaplan-Meier curve is the scale of time.
    positions : list of int
        Covariates that are tested together.

    References
    ----------
    Grambsch & Therneau 1994, Biometrika 81:515; R survival 3.5-3, cox.zph, transform "km".
    """
    curve = km_curve(times, events)
    before = np.searchsorted(curve.times, fit.sets.times, side="left")
    clock = 1.0 - np.concatenate(([1.0], curve.survival))[before]
    clock = clock - clock.mean()
    score = clock @ fit.residuals[:, positions]
    among = fit.variances[:, positions]
    own = np.einsum("e,eab->ab", clock**2, among[:, :, positions])
    across = np.einsum("e,eab->ab", clock, among)
    left = own - across @ fit.covariance @ across.T
    return Test(float(score @ np.linalg.solve(left, score)), len(positions))


def baseline_hazard(fit: CoxFit, time: float) -> float:
    """Return the cumulative hazard at `time` of a patient whose covariates are all 0.

    The estimator of Breslow with Efron's weights, as R's basehaz(centered = FALSE).
    """
    _, logs = fit.sets.averaging(fit.log_hazard)
    return float(np.exp(-logs[fit.sets.times <= time]).sum())


def hazard_limits(beta: float, se: float, level: float) -> tuple[float, float]:
    """Return the limits of a hazard ratio from its log and standard error."""
    half = float(stats.norm.ppf(0.5 + level / 2)) * se
    return math.exp(beta - half), math.exp(beta + half)
