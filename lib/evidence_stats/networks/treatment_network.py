"""Frequentist network meta-analysis by the graph-theoretical method.

Equal to netmeta's equations and to a multivariate meta-analysis (metafor's `rma.mv`);
`tests/reference/README.md` lists what is compared. Every indirect estimate rests on transitivity:
the studies would have to be exchangeable in everything but their treatments. Rankings belong only
beside the league table and a judgement of that.

Vocabulary
----------
**Direct**: from studies that compare the two treatments. **Indirect**: from all other paths.
**Within, between designs**: disagreement of studies that compare the same set of treatments, and
of sets with each other (inconsistency).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations
from typing import Literal, get_args

import numpy as np
from scipy.stats import chi2

from evidence_stats.estimates import Estimate
from evidence_stats.networks.contrasts import Contrast, ratio_estimate
from evidence_stats.networks.network_graph import (
    ROUNDING,
    count_loops,
    fit_graph,
    pick_tau2,
    read_graph,
    subnetworks,
)
from evidence_stats.normal import distribution, require_level
from evidence_stats.rates.proportions import require_choice

NetworkModel = Literal["common", "random"]

CONVENTIONS: dict[str, str] = {
    "nma_graph": (
        "Network meta-analysis by edge weights adjusted for studies of several arms, as netmeta; "
        "R's rma.mv and Stata's mvmeta fit the correlated contrasts and give the same values."
    ),
    "nma_dl": (
        "One tau2 for all comparisons by the generalised DerSimonian-Laird moments, netmeta's "
        "default; rma.mv takes REML, Bayesian software a prior, and both can differ much."
    ),
    "nma_i2": "I2 of a network is (Q - df)/Q, as netmeta; metafor gives none for networks.",
    "p_score": (
        "Mean over the other treatments of the one-sided probability of being better, no "
        "resampling; Bayesian software gives SUCRA, close to it with flat priors."
    ),
    "indirect_by_subtraction": (
        "Indirect evidence is the network estimate less its direct part (netsplit's default "
        "back-calculation); Bayesian node-splitting refits, which differs where a study of "
        "several arms is on both sides."
    ),
    "design_decomposition": (
        "Q of the common-effect network splits into within and between designs, as netmeta's "
        "decomp.design; a test with few degrees of freedom that finds nothing shows nothing."
    ),
}


@dataclass(frozen=True, slots=True)
class EdgeEvidence:
    """What one contrast of the network rests on.

    Attributes
    ----------
    treat_a, treat_b : str
        The ratio is that of a over b.
    studies : tuple of str
        Studies that compare the two directly.
    network : Estimate
        From the whole network.
    direct, indirect : Estimate or None
        None where no study compares the two, and where no other path links them.
    direct_share : float
        Share of the network estimate that is direct: its variance over the direct one, 0 to 1.
    disagreement : Estimate or None
        Ratio of the direct over the indirect ratio with its P value; None unless both exist.

    Examples
    --------
    >>> pla = Contrast.of_ratio("TARGET", "SOR", "PLA", 0.44, 0.35, 0.55)
    >>> paz = Contrast.of_ratio("VEG105192", "PAZ", "PLA", 0.46, 0.34, 0.62)
    >>> network([pla, paz]).evidence()[0].indirect
    """

    treat_a: str
    treat_b: str
    studies: tuple[str, ...]
    network: Estimate
    direct: Estimate | None
    indirect: Estimate | None
    direct_share: float
    disagreement: Estimate | None


@dataclass(frozen=True, slots=True, repr=False)
class NetworkResult:
    """Result of `network`.

    Attributes
    ----------
    contrasts, treatments
        What was fitted; treatments in alphabetical order.
    effects, covariance
        Log ratio of every treatment over the mean of all, and the covariance; use `effect`.
    q, df, p : float, int, float or None
        Q of the common-effect network, with its P value; None without degrees of freedom.
    i2, tau2 : float or None
        (Q - df)/Q, 0 to 1, and the moment estimate, whichever model was fitted; None without
        degrees of freedom.
    tau2_used : float
        What was added to the variances; 0 for the common-effect model.
    q_within, df_within, p_within, q_between, df_between, p_between
        Q split by designs (Higgins et al. 2012); P is None without degrees of freedom.
    loops : int
        Independent loops that more than one study closes.
    model, level
        As asked for.

    Examples
    --------
    >>> pla = Contrast.of_ratio("TARGET", "SOR", "PLA", 0.44, 0.35, 0.55)
    >>> paz = Contrast.of_ratio("VEG105192", "PAZ", "PLA", 0.46, 0.34, 0.62)
    >>> network([pla, paz])
    NetworkResult(PAZ, PLA, SOR; 2 contrasts, common effects, Q 0 on 0 df)
    """

    contrasts: tuple[Contrast, ...]
    treatments: tuple[str, ...]
    effects: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    q: float
    df: int
    p: float | None
    i2: float | None
    tau2: float | None
    tau2_used: float
    q_within: float
    df_within: int
    p_within: float | None
    q_between: float
    df_between: int
    p_between: float | None
    loops: int
    model: NetworkModel
    level: float

    def __repr__(self) -> str:
        return (
            f"NetworkResult({', '.join(self.treatments)}; {len(self.contrasts)} contrasts, "
            f"{self.model} effects, Q {round(self.q, 12):.4g} on {self.df} df)"
        )

    @property
    def consistency_testable(self) -> bool:
        """True where different designs can disagree: between-designs degrees of freedom."""
        return self.df_between > 0

    @property
    def consistency(self) -> str:
        """What can be said about consistency, in words."""
        if not self.consistency_testable:
            return (
                "No loop is closed by different studies: consistency is untestable, and every "
                "indirect estimate is a chain that nothing in the network can contradict."
            )
        only = " between designs only, as no loop is closed" if self.loops == 0 else ""
        return (
            f"Consistency can be tested{only}: Q between designs {self.q_between:.2f} on "
            f"{self.df_between} df, P = {self.p_between:.3g}."
        )

    def difference(self, treatment: str, reference: str) -> tuple[float, float]:
        """Return the log ratio of `treatment` over `reference` and its standard error.

        Raises
        ------
        ValueError
            For a treatment that the network does not hold, or one compared with itself.
        """
        for name in (treatment, reference):
            require_choice("treatment", name, self.treatments)
        if treatment == reference:
            raise ValueError(f"expected two different treatments; got {treatment!r} twice")
        i, j = self.treatments.index(treatment), self.treatments.index(reference)
        covariance = self.covariance
        variance = covariance[i][i] + covariance[j][j] - 2 * covariance[i][j]
        return self.effects[i] - self.effects[j], math.sqrt(variance)

    def effect(self, treatment: str, reference: str) -> Estimate:
        """Return the ratio of `treatment` over `reference`; raises as `difference`."""
        return self._estimate(*self.difference(treatment, reference), "network meta-analysis")

    def effects_versus(self, reference: str) -> dict[str, Estimate]:
        """Return the ratio of every other treatment over `reference`."""
        others = [name for name in self.treatments if name != reference]
        return {name: self.effect(name, reference) for name in others}

    def prediction(self, treatment: str, reference: str) -> Estimate:
        """Return the ratio with the interval in which a new trial's own ratio would lie.

        The variance is that of the ratio plus tau2_used, which is taken as known (Higgins et al.
        2009, J R Stat Soc A 172:137, section 4, with the normal in the place of the t quantile).
        """
        log_ratio, se = self.difference(treatment, reference)
        made = self._estimate(
            log_ratio, math.hypot(se, math.sqrt(self.tau2_used)), "prediction from the network"
        )
        return replace(made, kind="prediction", p=None)

    def league(self) -> dict[tuple[str, str], Estimate]:
        """Return the ratio of the first over the second treatment for every ordered pair."""
        return {(a, b): self.effect(a, b) for a, b in permutations(self.treatments, 2)}

    def p_scores(self, *, small_is_good: bool = True) -> dict[str, float]:
        """Return the mean probability, 0 to 1, of being better than another treatment.

        Ruecker and Schwarzer 2015, BMC Med Res Methodol 15:58, equation 4. It ranks point
        estimates with their errors; it says nothing of bias or transitivity.
        """
        sign = -1.0 if small_is_good else 1.0
        found = {}
        for name in self.treatments:
            pairs = [self.difference(name, other) for other in self.treatments if other != name]
            found[name] = math.fsum(distribution(sign * d / se) for d, se in pairs) / len(pairs)
        return found

    def evidence(self) -> tuple[EdgeEvidence, ...]:
        """Return the direct and indirect evidence on every pair of treatments.

        The direct estimate pools the pair's own rows with tau2 of the network; the indirect one
        is what is left of the network estimate (Koenig, Krahn and Binder 2013, Stat Med 32:5414;
        Dias et al. 2010, Stat Med 29:932): with share p, (network - p direct)/(1 - p), variance
        network variance/(1 - p).
        """
        return tuple(self._edge(a, b) for a, b in combinations(self.treatments, 2))

    def _edge(self, a: str, b: str) -> EdgeEvidence:
        log_ratio, se = self.difference(a, b)
        network = self.effect(a, b)
        rows = [c for c in self.contrasts if {c.treat_a, c.treat_b} == {a, b}]
        studies = tuple(row.study for row in rows)
        if not rows:
            return EdgeEvidence(a, b, studies, network, None, network, 0.0, None)
        y = np.array([row.log_ratio if row.treat_a == a else -row.log_ratio for row in rows])
        weights = 1 / (np.array([row.se**2 for row in rows]) + self.tau2_used)
        value, variance = float(weights @ y / weights.sum()), 1 / float(weights.sum())
        direct = self._estimate(value, math.sqrt(variance), f"direct evidence, {len(rows)} studies")
        share = min(1.0, se**2 / variance)
        if 1 - share < ROUNDING:
            return EdgeEvidence(a, b, studies, network, direct, None, 1.0, None)
        other, other_variance = (log_ratio - share * value) / (1 - share), se**2 / (1 - share)
        indirect = self._estimate(other, math.sqrt(other_variance), "indirect evidence")
        gap = self._estimate(
            value - other, math.sqrt(variance + other_variance), "direct over indirect evidence"
        )
        return EdgeEvidence(a, b, studies, network, direct, indirect, share, gap)

    def _estimate(self, log_ratio: float, se: float, what: str) -> Estimate:
        keys = ("nma_graph",) if self.model == "common" else ("nma_graph", "nma_dl")
        if "indirect" in what:
            keys = (*keys, "indirect_by_subtraction")
        method = f"{what}, {self.model} effects"
        return ratio_estimate(log_ratio, se, level=self.level, method=method, conventions=keys)


def network(
    contrasts: Sequence[Contrast],
    *,
    model: NetworkModel = "common",
    tau2: float | None = None,
    level: float = 0.95,
) -> NetworkResult:
    """Return the network meta-analysis of log ratios.

    Parameters
    ----------
    contrasts : sequence of Contrast
        One row per study of two arms; all pairwise rows of a study of more
        (`contrasts.multi_arm_contrasts` derives those that are not printed).
    model : str
        common, or random with one tau2 for all comparisons.
    tau2 : float, optional
        Random effects only: taken as known instead of the moment estimate, which with one or two
        degrees of freedom is noise.
    level : float
        Coverage of all intervals.

    Returns
    -------
    NetworkResult
        Its `effect`, `league` and `p_scores` give ratios and ranks.

    Raises
    ------
    ValueError
        For a disconnected network (its parts are listed), a study without all its rows or with
        rows that do not fit each other, and random effects without a degree of freedom or tau2.

    References
    ----------
    Ruecker 2012, Res Synth Methods 3:312; Ruecker and Schwarzer 2014, Stat Med 33:4353; Krahn,
    Binder and Koenig 2013, BMC Med Res Methodol 13:35, for Q within and between designs.

    Examples
    --------
    >>> pla = Contrast.of_ratio("TARGET", "SOR", "PLA", 0.44, 0.35, 0.55)
    >>> paz = Contrast.of_ratio("VEG105192", "PAZ", "PLA", 0.46, 0.34, 0.62)
    >>> network([pla, paz]).effect("PAZ", "SOR")
    1.045 (95% CI 0.7179 to 1.523)
    """
    require_choice("model", model, get_args(NetworkModel))
    require_level(level)
    graph = read_graph(contrasts)
    parts = subnetworks(contrasts)
    if len(parts) > 1:
        listed = "; ".join(", ".join(part) for part in parts)
        raise ValueError(f"expected a connected network; got {len(parts)} parts: {listed}")
    common = fit_graph(graph, graph.incidence)
    used = pick_tau2(model, tau2, common)
    fit = fit_graph(graph, graph.incidence, used)
    designs = [read_graph(rows) for rows in graph.designs().values()]
    alone = [fit_graph(design, design.incidence) for design in designs]
    q_within, df_within = math.fsum(f.q for f in alone), sum(f.df for f in alone)
    q_between, df_between = max(0.0, common.q - q_within), common.df - df_within
    return NetworkResult(
        contrasts=graph.contrasts,
        treatments=graph.treatments,
        effects=tuple(map(float, fit.coefficients)),
        covariance=tuple(tuple(map(float, row)) for row in fit.covariance),
        q=common.q,
        df=common.df,
        p=chi2_p(common.q, common.df),
        i2=inconsistency_share(common.q, common.df),
        tau2=common.moment_tau2,
        tau2_used=used,
        q_within=q_within,
        df_within=df_within,
        p_within=chi2_p(q_within, df_within),
        q_between=q_between,
        df_between=df_between,
        p_between=chi2_p(q_between, df_between),
        loops=count_loops(graph),
        model=model,
        level=level,
    )


def chi2_p(q: float, df: int) -> float | None:
    """Return the upper tail of chi-squared, None without degrees of freedom."""
    return float(chi2.sf(q, df)) if df > 0 else None


def inconsistency_share(q: float, df: int) -> float | None:
    """Return I2 = (Q - df)/Q, not below 0 (Higgins and Thompson 2002); None where df is 0."""
    if df == 0:
        return None
    return max(0.0, (q - df) / q) if q > 0 else 0.0
