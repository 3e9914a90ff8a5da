"""Scales on which a marker enters a model: linear, in groups, split at the best point, as a spline.

References
----------
Altman et al. 1994, J Natl Cancer Inst 86:829 (what a best cut-point does to P values); Lausen &
Schumacher 1992, Biometrics 48:73 (maximally selected rank statistics); Harrell 2015, Regression
Modeling Strategies, section 2.4 (restricted cubic splines).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evidence_stats.survival.kaplan_meier import Floats, Ints

# Knots of a spline of three: the percentiles that Harrell's table 2.3 gives.
_KNOTS = (0.10, 0.50, 0.90)
# A cut-point leaves at least this share of patients on either side.
KEPT = 0.20


def per_sd(marker: npt.ArrayLike) -> Floats:
    """Return a marker in standard deviations from its mean.

    >>> per_sd([1, 2, 3]).tolist()
    [-1.0, 0.0, 1.0]
    """
    values = np.asarray(marker, dtype=np.float64)
    spread = values.std(ddof=1)
    if spread == 0.0:
        raise ValueError("expected a marker that differs between patients, got one value")
    found: Floats = (values - values.mean()) / spread
    return found


def groups(marker: npt.ArrayLike, number: int) -> tuple[Ints, Floats]:
    """Return the group of each patient, from 0, and the upper ends of all groups but the last.

    Groups have as equal sizes as ties allow; quantiles are those of R's type 7.

    >>> groups([1, 2, 3, 4, 5, 6], 3)[0].tolist()
    [0, 0, 1, 1, 2, 2]
    """
    values = np.asarray(marker, dtype=np.float64)
    ends = np.quantile(values, np.arange(1, number) / number)
    return np.searchsorted(ends, values, side="left").astype(np.int64), ends


def indicators(group: Ints, number: int) -> Floats:
    """Return a column of 0 and 1 for every group but the lowest."""
    found: Floats = (group[:, None] == np.arange(1, number)).astype(np.float64)
    return found


@dataclass(frozen=True)
class Spline:
    """A restricted cubic spline: linear in both tails, with as many columns as knots less one.

    Attributes
    ----------
    knots : array of float
        Rising, in the unit of the marker.
    """

    knots: Floats

    @classmethod
    def of(cls, marker: npt.ArrayLike) -> Spline:
        """Return the spline with knots at the 10th, 50th and 90th percentile of a marker."""
        return cls(np.quantile(np.asarray(marker, dtype=np.float64), _KNOTS))

    def columns(self, marker: npt.ArrayLike) -> Floats:
        """Return the columns at values of the marker; the first is the marker itself.

        >>> Spline(np.array([0.0, 1.0, 2.0])).columns([0.0, 2.0]).tolist()
        [[0.0, 0.0], [2.0, 1.5]]
        """
        x = np.asarray(marker, dtype=np.float64)
        first, *inner, before, last = self.knots
        found = [x]
        for knot in (first, *inner):
            bent = (
                _cube(x - knot)
                - _cube(x - before) * (last - knot) / (last - before)
                + _cube(x - last) * (before - knot) / (last - before)
            )
            found.append(bent / (last - first) ** 2)
        return np.stack(found, axis=-1)


def _cube(x: Floats) -> Floats:
    return np.maximum(x, 0.0) ** 3


@dataclass(frozen=True, eq=False)
class BestCuts:
    """The cut-points that separate the curves most, one per marker.

    Attributes
    ----------
    high : array of float, patients x markers
        1 for patients above the cut-point.
    statistic : array of float
        Largest standardised log-rank statistic, in absolute value.
    cut : array of float
        Cut-point, in the middle between two values of the marker.
    """

    high: Floats
    statistic: Floats
    cut: Floats


def best_cuts(scores: Floats, markers: Floats) -> BestCuts:
    """Return the best cut-point of each marker among those that keep a fifth on either side.

    Parameters
    ----------
    scores : array of float, one per patient
        Log-rank scores: deaths minus the deaths expected of all patients alike.
    markers : array of float, patients x markers
        Values.

    References
    ----------
    Lausen & Schumacher 1992, Biometrics 48:73: the statistic of every cut-point has the mean and
    variance that it has when scores are dealt out at random.
    """
    n = len(scores)
    order = np.argsort(markers, axis=0, kind="stable")
    ranked = np.take_along_axis(markers, order, axis=0)
    below = np.cumsum(scores[order], axis=0)[:-1]
    m = np.arange(1, n)[:, None]
    centred = below - m * scores.mean()
    spread = np.sqrt(m * (n - m) / n * scores.var(ddof=1))
    found = np.abs(centred / spread)
    allowed = (
        (m >= np.ceil(KEPT * n)) & (n - m >= np.ceil(KEPT * n)) & (np.diff(ranked, axis=0) > 0)
    )
    found = np.where(allowed, found, -1.0)
    at = found.argmax(axis=0)
    column = np.arange(markers.shape[1])
    cut = (ranked[at, column] + ranked[at + 1, column]) / 2
    return BestCuts((markers > cut).astype(np.float64), found[at, column], cut)
