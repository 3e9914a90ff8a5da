"""Least squares on a network of treatments, with studies of several arms: the shared core.

`network` and `component_network` differ only in the design they fit: one effect
per treatment, or one per component.

Vocabulary
----------
**Subnetwork**: treatments linked by chains of contrasts; a connected network is a single one.
**Loop**: a closed path of contrasts that no one study of several arms closes by itself.
**Design**: the set of treatments that a study compares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from evidence_stats.networks.contrasts import Contrast
from evidence_stats.pooling.heterogeneity import Floats

# Rows of a study of several arms must add up (a v b plus b v c is a v c) to within this much on
# the log scale, netmeta's tol.multiarm: printed to three decimals they do, typed wrongly not.
_ADD_UP = 1e-3
# A singular value, eigenvalue or distance below this share of the largest is rounding: incidence
# matrices hold only 0, 1 and -1, so that true zeros come out below 1e-13.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Graph:
    """Checked contrasts as arrays.

    Attributes
    ----------
    contrasts : tuple of Contrast
        One per row.
    treatments : tuple of str
        In alphabetical order, one per column of `incidence`.
    incidence : ndarray
        1 for treatment a, -1 for treatment b, shape (contrasts, treatments).
    y, variance : ndarray
        Log ratios and their variances.
    studies : tuple of tuple of int
        The rows of every study.
    """

    contrasts: tuple[Contrast, ...]
    treatments: tuple[str, ...]
    incidence: Floats
    y: Floats
    variance: Floats
    studies: tuple[tuple[int, ...], ...]

    @property
    def degrees(self) -> int:
        """Independent contrasts: arms less one, summed over studies."""
        return sum(len(self.arms(rows)) - 1 for rows in self.studies)

    def arms(self, rows: Sequence[int]) -> tuple[str, ...]:
        """Return the treatments of these rows, sorted."""
        return _treatments([self.contrasts[row] for row in rows])

    def designs(self) -> dict[tuple[str, ...], list[Contrast]]:
        """Return the contrasts by the design of their study."""
        found: dict[tuple[str, ...], list[Contrast]] = {}
        for rows in self.studies:
            found.setdefault(self.arms(rows), []).extend(self.contrasts[row] for row in rows)
        return found


@dataclass(frozen=True, slots=True)
class GraphFit:
    """Weighted least squares of one design.

    Attributes
    ----------
    coefficients, covariance : ndarray
        Of least length where the design has not full rank; only estimable sums mean anything.
    q : float
        Weighted residual sum of squares.
    df, rank : int
        Independent contrasts less the rank of the design, and that rank.
    moment_tau2 : float or None
        DerSimonian and Laird's generalised tau2, not below 0; None without degrees of freedom.
    undetermined : ndarray
        Orthonormal directions of the coefficients that the studies leave open, one per column;
        none where the design has full rank.
    """

    coefficients: Floats
    covariance: Floats
    q: float
    df: int
    rank: int
    moment_tau2: float | None
    undetermined: Floats


def read_graph(contrasts: Sequence[Contrast]) -> Graph:
    """Return checked contrasts as arrays; the network may be disconnected.

    Raises
    ------
    ValueError
        Without contrasts; where a study of m arms has not all m(m - 1)/2 pairwise rows, once
        each; where its rows do not add up, or no covariance of its arms gives their variances.
    """
    if not contrasts:
        raise ValueError("expected at least one contrast; got none")
    treatments = _treatments(contrasts)
    incidence = np.zeros((len(contrasts), len(treatments)))
    rows_of: dict[str, list[int]] = {}
    for row, contrast in enumerate(contrasts):
        incidence[row, treatments.index(contrast.treat_a)] = 1
        incidence[row, treatments.index(contrast.treat_b)] = -1
        rows_of.setdefault(contrast.study, []).append(row)
    y = np.array([contrast.log_ratio for contrast in contrasts])
    variance = np.array([contrast.se**2 for contrast in contrasts])
    studies = tuple(tuple(rows) for rows in rows_of.values())
    graph = Graph(tuple(contrasts), treatments, incidence, y, variance, studies)
    for rows in studies:
        _require_full_study(graph, rows)
    edge_weights(graph, 0.0)
    return graph


def subnetworks(contrasts: Sequence[Contrast]) -> tuple[tuple[str, ...], ...]:
    """Return the treatments of every connected part, largest part first.

    Parameters
    ----------
    contrasts : sequence of Contrast
        One per comparison.

    Returns
    -------
    tuple of tuple of str
        Treatments in alphabetical order.

    Examples
    --------
    >>> pla = Contrast.of_ratio("TARGET", "SOR", "PLA", 0.44, 0.35, 0.55)
    >>> paz = Contrast.of_ratio("VEG105192", "PAZ", "PLA", 0.46, 0.34, 0.62)
    >>> subnetworks([pla, paz])
    (('PAZ', 'PLA', 'SOR'),)
    """
    parts: list[set[str]] = []
    for contrast in contrasts:
        pair = {contrast.treat_a, contrast.treat_b}
        joined = [part for part in parts if part & pair]
        parts = [part for part in parts if not part & pair]
        parts.append(pair.union(*joined))
    return tuple(sorted((tuple(sorted(p)) for p in parts), key=lambda p: (-len(p), p)))


def count_loops(graph: Graph) -> int:
    """Return the independent loops that more than one study closes.

    Lu and Ades 2006, JASA 101:447: edges less treatments plus parts, less the loops that lie
    within studies of several arms, which agree with themselves by construction.
    """
    edges: dict[tuple[str, str], int] = {}
    for contrast in graph.contrasts:
        edges.setdefault(_pair(contrast), len(edges))
    inside = []
    for rows in graph.studies:
        for a, b, c in combinations(graph.arms(rows), 3):
            cycle = np.zeros(len(edges))
            cycle[[edges[a, b], edges[b, c], edges[a, c]]] = 1, 1, -1
            inside.append(cycle)
    all_loops = len(edges) - len(graph.treatments) + len(subnetworks(graph.contrasts))
    return all_loops - (int(np.linalg.matrix_rank(np.array(inside))) if inside else 0)


def edge_weights(graph: Graph, tau2: float) -> Floats:
    """Return the weight of every row, adjusted in studies of several arms.

    Such a study gets the weights of its Laplacian matrix L, whose pseudoinverse follows from
    the matrix V of its pairwise variances, tau2 added: L+ = -JVJ/2 with J = I - 11'/m. The
    weights of its rows then carry the same information as its m - 1 correlated contrasts.

    References
    ----------
    Ruecker 2012, Res Synth Methods 3:312, section 2.3; Ruecker and Schwarzer 2014, Stat Med
    33:4353, equations 4 to 7.
    """
    variance = graph.variance + tau2
    weights = np.asarray(1 / variance, dtype=float)
    for rows in graph.studies:
        arms = graph.arms(rows)
        size = len(arms)
        if size == 2:
            continue
        pairwise = np.zeros((size, size))
        places = [
            (arms.index(graph.contrasts[row].treat_a), arms.index(graph.contrasts[row].treat_b))
            for row in rows
        ]
        for (i, j), row in zip(places, rows, strict=True):
            pairwise[i, j] = pairwise[j, i] = variance[row]
        centre = np.eye(size) - 1 / size
        inverse = -centre @ pairwise @ centre / 2
        eigenvalues = np.linalg.eigvalsh(inverse)
        # One eigenvalue is 0, that of the constant; all others must be positive.
        if eigenvalues[1] <= ROUNDING * eigenvalues[-1]:
            given = ", ".join(f"{graph.contrasts[row].se:g}" for row in rows)
            raise ValueError(
                f"expected standard errors of study {graph.contrasts[rows[0]].study!r} that its "
                f"{size} arms can have together; got {given}"
            )
        laplacian = np.linalg.pinv(inverse, rcond=ROUNDING, hermitian=True)
        for (i, j), row in zip(places, rows, strict=True):
            weights[row] = -laplacian[i, j]
    return weights


def fit_graph(graph: Graph, design: Floats, tau2: float = 0.0) -> GraphFit:
    """Return the least-squares fit of `design`, shape (contrasts, coefficients).

    With W the adjusted weights: coefficients (X'WX)+ X'Wy, Q = r'Wr, and the moment estimate
    (Q - df) / tr((I - H) K W) with H = X(X'WX)+X'W and K = BB'/2 within studies, 0 between: the
    covariance of the rows that tau2 = 1 adds.

    References
    ----------
    Ruecker and Schwarzer 2014, Stat Med 33:4353; Jackson, White and Riley 2012, Stat Med
    31:3805, for the moment estimate.
    """
    weights = edge_weights(graph, tau2)
    _, singular, right = np.linalg.svd(design)
    rank = int(np.sum(singular > ROUNDING * singular.max(initial=1.0)))
    basis = right[:rank].T
    reduced = design @ basis
    inverse = np.linalg.inv(reduced.T @ (weights[:, None] * reduced))
    projection = reduced @ inverse @ reduced.T * weights
    coefficients = basis @ inverse @ (reduced.T @ (weights * graph.y))
    residual = graph.y - design @ coefficients
    q = max(0.0, float(weights @ residual**2))
    df = graph.degrees - rank
    moment = None
    if df > 0:
        together = _same_study(graph) * (graph.incidence @ graph.incidence.T) / 2
        trace = np.trace((np.eye(len(weights)) - projection) @ together * weights)
        moment = max(0.0, (q - df) / float(trace))
    covariance = basis @ inverse @ basis.T
    return GraphFit(coefficients, covariance, q, df, rank, moment, right[rank:].T)


def pick_tau2(model: str, given: float | None, common: GraphFit) -> float:
    """Return the tau2 to add to variances: 0, the one given, or the moment estimate.

    Raises
    ------
    ValueError
        Where a given tau2 is negative, not finite or meant for the common-effect model, and
        where random effects are asked for that no degree of freedom can estimate.
    """
    if model == "common":
        if given is not None:
            raise ValueError(f"tau2 belongs to the random-effects model; got tau2={given}")
        return 0.0
    if given is not None:
        if not (np.isfinite(given) and given >= 0):
            raise ValueError(f"tau2 must be finite and not below 0; got {given}")
        return float(given)
    if common.moment_tau2 is None:
        raise ValueError(
            "expected at least 1 degree of freedom to estimate tau2 from; got 0: use "
            "model='common', or give tau2"
        )
    return common.moment_tau2


def _treatments(contrasts: Sequence[Contrast]) -> tuple[str, ...]:
    return tuple(sorted({name for c in contrasts for name in (c.treat_a, c.treat_b)}))


def _pair(contrast: Contrast) -> tuple[str, str]:
    a, b = sorted((contrast.treat_a, contrast.treat_b))
    return a, b


def _same_study(graph: Graph) -> NDArray[np.bool_]:
    names = np.array([contrast.study for contrast in graph.contrasts])
    return np.asarray(names[:, None] == names[None, :])


def _require_full_study(graph: Graph, rows: tuple[int, ...]) -> None:
    """Raise ValueError unless a study has each pairwise row once, and they add up."""
    study = graph.contrasts[rows[0]].study
    arms = graph.arms(rows)
    given = [_pair(graph.contrasts[row]) for row in rows]
    missing = [f"{a} v {b}" for a, b in combinations(arms, 2) if (a, b) not in given]
    twice = sorted({f"{a} v {b}" for a, b in given if given.count((a, b)) > 1})
    if missing or twice:
        expected = len(arms) * (len(arms) - 1) // 2
        raise ValueError(
            f"expected {expected} pairwise rows for the {len(arms)} arms of study {study!r}; "
            f"got {len(rows)}, missing: {', '.join(missing) or 'none'}, "
            f"given twice: {', '.join(twice) or 'none'}"
        )
    index = list(rows)
    arm_effects = np.linalg.lstsq(graph.incidence[index], graph.y[index], rcond=None)[0]
    gap = float(np.abs(graph.y[index] - graph.incidence[index] @ arm_effects).max())
    # Least squares spreads the gap of a triangle over its three rows.
    if gap * 3 > _ADD_UP:
        raise ValueError(
            f"expected pairwise log ratios of study {study!r} that add up to within {_ADD_UP}; "
            f"got a gap of {gap * 3:.4g}"
        )
