"""Permutation test of a meta-regression slope: Follmann and Proschan (1999), Biometrics 55:732.

The moderator's values are dealt to the studies in every distinct order, each order is refitted
(tau2 included), and the P value is the share of orders whose slope statistic is at least as large.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from math import factorial, prod

import numpy as np
from numpy.typing import ArrayLike

from evidence_stats.pooling.heterogeneity import (
    Adjust,
    Floats,
    PoolModel,
    estimate_tau2,
    variance_factor,
    weighted_fit,
)
from evidence_stats.pooling.inverse_variance import checked_studies

# Two test statistics closer than this count as equal; metafor's permutest uses the same.
_TIE = float(np.sqrt(np.finfo(float).eps))
# Orders refitted in one pass: bounds the memory, not the result.
_BATCH = 5_000


def permutation_p(
    y: ArrayLike,
    v: ArrayLike,
    moderator: ArrayLike,
    *,
    model: PoolModel = "reml",
    adjust: Adjust = "hksj",
    max_exact: int = 20_000,
    samples: int = 9_999,
    seed: int = 20100101,
) -> float:
    """Return the two-sided permutation P value of the slope of one moderator.

    Parameters
    ----------
    y, v, moderator : array_like
        Estimates, sampling variances and moderator values, one per study, at least 3 studies.
    model, adjust : str
        As in `inverse_variance.pool`.
    max_exact : int
        With at most this many distinct orders all are listed and the P value is exact.
    samples, seed : int
        Otherwise this many random orders are drawn, and the observed one is counted with them.

    Returns
    -------
    float
        Above 0 and at most 1. Equal to metafor's permutest(exact=TRUE) where exact.

    Raises
    ------
    ValueError
        As `inverse_variance.pool` does.

    Examples
    --------
    >>> round(permutation_p([0.1, 0.3, 0.2, 0.5], [0.04, 0.05, 0.04, 0.06], [1, 2, 3, 4]), 3)
    0.167
    """
    values, variances, design = checked_studies(y, v, moderator)
    if design.shape[2] != 2:
        raise ValueError(f"expected one moderator, got {design.shape[2] - 1}")
    given = design[0, :, 1]

    def statistics(orders: Floats) -> Floats:
        columns = np.stack([np.ones_like(orders), orders], axis=2)
        return np.abs(_slope_statistics(values, variances, columns, model=model, adjust=adjust))

    threshold = float(statistics(given[None])[0]) - _TIE
    if count_distinct_orders(given) <= max_exact:
        orders, extra = distinct_orders(given), 0
    else:
        generator = np.random.default_rng(seed)
        orders, extra = (generator.permutation(given) for _ in range(samples)), 1
    reached, total = extra, extra
    while chunk := list(islice(orders, _BATCH)):
        reached += int(np.sum(statistics(np.array(chunk)) >= threshold))
        total += len(chunk)
    return reached / total


def count_distinct_orders(values: ArrayLike) -> int:
    """Return how many different sequences the values have, equal values being alike."""
    counts = Counter(np.asarray(values, dtype=float).tolist()).values()
    return factorial(sum(counts)) // prod(map(factorial, counts))


def distinct_orders(values: ArrayLike) -> Iterator[Floats]:
    """Yield every different sequence of the values, in lexicographic order.

    Narayana Pandita's rule (Knuth, The Art of Computer Programming 7.2.1.2, algorithm L).
    """
    order = np.sort(np.asarray(values, dtype=float))
    while True:
        yield order.copy()
        rising = np.flatnonzero(order[:-1] < order[1:])
        if len(rising) == 0:
            return
        pivot = rising[-1]
        swap = np.flatnonzero(order > order[pivot])
        swap = swap[swap > pivot][-1]
        order[[pivot, swap]] = order[[swap, pivot]]
        order[pivot + 1 :] = order[pivot + 1 :][::-1]


def _slope_statistics(
    y: Floats, v: Floats, design: Floats, *, model: PoolModel, adjust: Adjust
) -> Floats:
    """Return coefficient / standard error of the last column of every design."""
    tau2 = estimate_tau2(y, v, design, model)
    fit = weighted_fit(y, v + tau2[:, None], design)
    factor = variance_factor(fit, design.shape[1] - design.shape[2], adjust)
    return fit.coefficients[:, -1] / np.sqrt(fit.covariance[:, -1, -1] * factor)
