"""Score tests of many candidate columns at once, beside the covariates of one fitted Cox model.

For a permutation null: each column is a marker whose values were dealt out anew. The covariates
are fitted once; a candidate needs no fit of its own, since the score test is the first step of
Newton's from 0. Everything is a matrix product.

References
----------
Rao 1948, Math Proc Camb Philos Soc 44:50; Therneau & Grambsch 2000, section 3.4: the score test of
a two-group covariate is the log-rank test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from evidence_stats.cohorts.cox import CoxFit
from evidence_stats.survival.kaplan_meier import Floats


@dataclass(frozen=True, eq=False)
class ScoreTests:
    """Score tests of candidates, each of one or more columns.

    Attributes
    ----------
    statistic : array of float
        Chi-squared.
    step : array of float, candidates x columns
        First step from 0 towards the log hazard ratios; its sign is the direction.
    df : int
        Degrees of freedom.
    """

    statistic: Floats
    step: Floats
    df: int

    @property
    def p(self) -> Floats:
        """P values."""
        found: Floats = stats.chi2.sf(self.statistic, self.df)
        return found


class NullModel:
    """A Cox model without the candidates, prepared for score tests beside it.

    Parameters
    ----------
    fit : CoxFit
        Model of the covariates; of no column for unadjusted tests.
    """

    def __init__(self, fit: CoxFit) -> None:
        self._averages = fit.averages
        self._expected = fit.averages.sum(axis=0)
        self._residuals = fit.martingale
        self._covariates = fit.columns
        self._covariate_means = fit.expected
        information = fit.variances.sum(axis=0)
        self._inverse = np.linalg.inv(information) if information.size else information

    def test(self, candidates: Floats) -> ScoreTests:
        """Return the score test of each candidate beside the covariates.

        Parameters
        ----------
        candidates : array of float, patients x candidates x columns
            A candidate with a column that does not vary has the statistic 0.
        """
        n, number, df = candidates.shape
        flat = candidates.reshape(n, number * df)
        score = (self._residuals @ flat).reshape(number, df)
        means = self._averages @ flat
        block = np.empty((number, df, df))
        by_column = means.reshape(-1, number, df)
        for a in range(df):
            for b in range(a, df):
                squares = self._expected @ (candidates[:, :, a] * candidates[:, :, b])
                crossed = np.einsum("ek,ek->k", by_column[:, :, a], by_column[:, :, b])
                block[:, a, b] = block[:, b, a] = squares - crossed
        if self._covariates.shape[1]:
            weighted = self._covariates * self._expected[:, None]
            shared = weighted.T @ flat - self._covariate_means.T @ means
            shared = shared.reshape(-1, number, df)
            block -= np.einsum("pka,pq,qkb->kab", shared, self._inverse, shared, optimize=True)
        return _solved(score, block, df)


def _solved(score: Floats, block: Floats, df: int) -> ScoreTests:
    if df == 1:
        step = np.divide(
            score, block[:, :, 0], out=np.zeros_like(score), where=block[:, :, 0] > 1e-10
        )
    else:
        flat = np.abs(np.linalg.det(block)) < 1e-10
        safe = np.where(flat[:, None, None], np.eye(df), block)
        step = np.where(flat[:, None], 0.0, np.linalg.solve(safe, score[:, :, None])[:, :, 0])
    return ScoreTests(np.einsum("ka,ka->k", score, step), step, df)


def smallest_of_panel(p_values: Floats, size: int, threshold: float) -> Floats:
    """Return, per permutation, how probably the best of a panel is at or below a threshold.

    Parameters
    ----------
    p_values : array of float, permutations x markers
        P value of each marker in each permutation.
    size : int
        Markers in the panel, drawn at random from these.
    threshold : float
        P value that is to be reached.

    Returns
    -------
    array of float
        One minus the chance that all markers of the panel lie above: hypergeometric, so that no
        panel need be drawn.
    """
    markers = p_values.shape[1]
    if not 1 <= size <= markers:
        raise ValueError(f"expected a panel of 1 to {markers} markers, got {size}")
    above = (p_values > threshold).sum(axis=1)
    found: Floats = 1.0 - stats.hypergeom.pmf(size, markers, above, size)
    return found
