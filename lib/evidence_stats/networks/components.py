"""Additive component network meta-analysis: what each part of a combination adds.

A combination "SOR+IFN" has the effect SOR plus IFN on the log scale. That is an assumption, often
the strongest in the analysis: it links networks that no study links, and it lets a component be
estimated from comparisons that no trial made. Use it to probe additivity and to see what is
identified, before believing an effect.

Vocabulary
----------
**Component**: a part of a treatment code, between "+" signs; "SOR*IFN" is an interaction, carried
by every treatment that holds both.
**Inactive**: a component whose effect is 0 by definition, such as placebo.
**Aliased**: of components, that only sums or differences of them can be estimated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from evidence_stats.estimates import Estimate
from evidence_stats.networks.contrasts import Contrast, ratio_estimate
from evidence_stats.networks.network_graph import fit_graph, pick_tau2, read_graph, subnetworks
from evidence_stats.networks.treatment_network import NetworkModel, chi2_p, inconsistency_share
from evidence_stats.normal import require_level
from evidence_stats.pooling.heterogeneity import Floats
from evidence_stats.rates.proportions import require_choice

CONVENTIONS: dict[str, str] = {
    "component_additivity": (
        "Effects of components add on the log scale, as R's netmeta (netcomb, discomb); Bayesian "
        "component models of Welton (2009) are the same with flat priors."
    ),
    "component_q_difference": (
        "Additivity is tested by Q of the additive less Q of the full network, both common "
        "effect, as netcomb; with one degree of freedom a large P says next to nothing."
    ),
}
# A sum of components is open where it leans on an open direction by more than this: the truth is
# 0 or of the size of 1/(number of components), and rounding stays below 1e-12.
_OPEN = 1e-6


@dataclass(frozen=True, slots=True)
class Component:
    """One row of the identifiability table.

    Attributes
    ----------
    name : str
        Component or interaction.
    treatments : tuple of str
        Treatments of the network that hold it.
    estimable : bool
        Whether the studies determine its effect under additivity.
    aliased_with : tuple of str
        The components it cannot be told from; empty where it is estimable.
    estimate : Estimate or None
        The ratio of adding it; None where it is not estimable.

    Examples
    --------
    >>> alone = Contrast.of_ratio("Jonasch 2010", "SOR+IFN", "SOR", 0.98, 0.62, 1.54)
    >>> component_network([alone]).component("SOR").aliased_with
    ()
    """

    name: str
    treatments: tuple[str, ...]
    estimable: bool
    aliased_with: tuple[str, ...]
    estimate: Estimate | None


@dataclass(frozen=True, slots=True, repr=False)
class ComponentNetworkResult:
    """Result of `component_network`.

    Attributes
    ----------
    components : tuple of Component
        The identifiability table; interactions last.
    rank : int
        Independent sums of components that are determined; all are where it is their number.
    coefficients, covariance
        Of the components, on the log scale, of least length where some are aliased.
    undetermined : tuple of tuple of float
        One row per component: its share in each direction that the studies leave open.
    q_additive, df_additive, p_additive
        Q of the additive common-effect model; P is None without degrees of freedom.
    q_full, df_full
        Of the network without additivity, summed over its parts.
    q_difference, df_difference, p_difference
        The test of additivity; P is None where the additive model fits as freely as the full.
    i2, tau2 : float or None
        (Q - df)/Q and the moment estimate of the additive model; None without degrees of freedom.
    tau2_used : float
        What was added to the variances; 0 for the common-effect model.
    parts : tuple of tuple of str
        Treatments of every connected part of the network, without additivity.
    joined_by_additivity : bool
        True where there is more than one part and yet every treatment can be compared with every
        other: some comparisons then rest on additivity alone.
    inactive, model, level
        As asked for.

    Examples
    --------
    >>> alone = Contrast.of_ratio("Jonasch 2010", "SOR+IFN", "SOR", 0.98, 0.62, 1.54)
    >>> component_network([alone])
    ComponentNetworkResult(IFN, SOR; common effects, 1 of 2 determined)
    """

    components: tuple[Component, ...]
    rank: int
    coefficients: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    undetermined: tuple[tuple[float, ...], ...]
    q_additive: float
    df_additive: int
    p_additive: float | None
    q_full: float
    df_full: int
    q_difference: float
    df_difference: int
    p_difference: float | None
    i2: float | None
    tau2: float | None
    tau2_used: float
    parts: tuple[tuple[str, ...], ...]
    joined_by_additivity: bool
    inactive: tuple[str, ...]
    model: NetworkModel
    level: float

    def __repr__(self) -> str:
        return (
            f"ComponentNetworkResult({', '.join(self.names)}; {self.model} effects, "
            f"{self.rank} of {len(self.names)} determined)"
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The components and interactions in the order of `coefficients`."""
        return tuple(component.name for component in self.components)

    @property
    def aliased(self) -> tuple[tuple[str, ...], ...]:
        """The groups of components that cannot be told apart."""
        groups = {
            tuple(sorted((c.name, *c.aliased_with))) for c in self.components if not c.estimable
        }
        return tuple(sorted(groups))

    def component(self, name: str) -> Component:
        """Return one row of the table.

        Raises
        ------
        ValueError
            For a name that is not a component of the network.
        """
        require_choice("component", name, self.names)
        return self.components[self.names.index(name)]

    def effect(self, treatment: str, reference: str) -> Estimate:
        """Return the ratio of any two combinations of components under additivity.

        Neither needs to have been studied: "SUN+IFN" over "SUN" is the component IFN.

        Raises
        ------
        ValueError
            For unknown components, combinations that do not differ, and a comparison that the
            studies do not determine.
        """
        row = self._row(treatment) - self._row(reference)
        if not row.any():
            raise ValueError(f"expected two combinations that differ; got {treatment}, {reference}")
        if _loose(row, np.array(self.undetermined).reshape(len(self.names), -1)):
            groups = "; ".join(", ".join(group) for group in self.aliased)
            raise ValueError(
                f"expected a comparison that the studies determine; got {treatment} v "
                f"{reference}, and these cannot be told apart: {groups}"
            )
        value = float(row @ np.array(self.coefficients))
        variance = float(row @ np.array(self.covariance) @ row)
        return _estimate(value, variance, self.model, self.level)

    def _row(self, treatment: str) -> Floats:
        return _component_row(treatment, self.names, self.inactive)


def component_network(
    contrasts: Sequence[Contrast],
    *,
    inactive: Sequence[str] = (),
    interactions: Sequence[str] = (),
    model: NetworkModel = "common",
    tau2: float | None = None,
    level: float = 0.95,
) -> ComponentNetworkResult:
    """Return the additive component network meta-analysis of log ratios.

    Parameters
    ----------
    contrasts : sequence of Contrast
        As for `network.network`; the network may be disconnected.
    inactive : sequence of str
        Components with no effect by definition; one that the studies do not hold is allowed, so
        that subsets of a network need no other call.
    interactions : sequence of str
        Such as "SOR*IFN": one more effect for treatments that hold all of its components.
    model, tau2, level
        As for `network.network`; tau2 is that of the additive model.

    Returns
    -------
    ComponentNetworkResult
        Which components can be estimated, and their ratios.

    Raises
    ------
    ValueError
        As `network_graph.read_graph`; where no active component is left; for an
        interaction of fewer than two components, of unknown ones, or that no treatment holds.

    References
    ----------
    Welton et al. 2009, Am J Epidemiol 169:1158, model 2 (additive) and 3 (with interactions);
    Ruecker, Petropoulou and Schwarzer 2020, Biom J 62:808, equations 4 to 8: X = BC.

    Examples
    --------
    >>> alone = Contrast.of_ratio("Jonasch 2010", "SOR+IFN", "SOR", 0.98, 0.62, 1.54)
    >>> component_network([alone]).component("IFN").estimate
    0.98 (95% CI 0.6218 to 1.545)
    """
    require_choice("model", model, get_args(NetworkModel))
    require_level(level)
    graph = read_graph(contrasts)
    unused = tuple(inactive)
    held = {part for name in graph.treatments for part in split_components(name)}
    names = (*sorted(held - set(unused)), *interactions)
    if not names:
        raise ValueError(f"expected an active component; got only {', '.join(sorted(held))}")
    for name in interactions:
        parts = name.split("*")
        if len(set(parts)) < 2 or not set(parts) <= held - set(unused):
            raise ValueError(
                f"expected an interaction of two or more of {', '.join(sorted(held))}; got {name!r}"
            )
    meaning = np.array([_component_row(name, names, unused) for name in graph.treatments])
    for name, column in zip(names, meaning.T, strict=True):
        if not column.any():
            raise ValueError(f"expected a treatment that holds {name!r}; got none")
    design = graph.incidence @ meaning
    full = fit_graph(graph, graph.incidence)
    common = fit_graph(graph, design)
    used = pick_tau2(model, tau2, common)
    fit = fit_graph(graph, design, used)
    null = fit.undetermined
    table = []
    for place, name in enumerate(names):
        estimable = not _loose(np.eye(len(names))[place], null)
        tied = _tied(place, null)
        table.append(
            Component(
                name=name,
                treatments=tuple(np.array(graph.treatments)[meaning[:, place] != 0].tolist()),
                estimable=estimable,
                aliased_with=() if estimable else tuple(names[i] for i in tied),
                estimate=_estimate(
                    fit.coefficients[place], fit.covariance[place, place], model, level
                )
                if estimable
                else None,
            )
        )
    parts_found = subnetworks(contrasts)
    comparisons = meaning - meaning[0]
    q_difference, df_difference = max(0.0, common.q - full.q), common.df - full.df
    return ComponentNetworkResult(
        components=tuple(table),
        rank=common.rank,
        coefficients=tuple(map(float, fit.coefficients)),
        covariance=tuple(tuple(map(float, row)) for row in fit.covariance),
        undetermined=tuple(tuple(map(float, row)) for row in null),
        q_additive=common.q,
        df_additive=common.df,
        p_additive=chi2_p(common.q, common.df),
        q_full=full.q,
        df_full=full.df,
        q_difference=q_difference,
        df_difference=df_difference,
        p_difference=chi2_p(q_difference, df_difference),
        i2=inconsistency_share(common.q, common.df),
        tau2=common.moment_tau2,
        tau2_used=used,
        parts=parts_found,
        joined_by_additivity=len(parts_found) > 1 and not any(_loose(c, null) for c in comparisons),
        inactive=unused,
        model=model,
        level=level,
    )


def split_components(treatment: str) -> tuple[str, ...]:
    """Return the components of a treatment code, each once: "SOR+IFN" gives SOR and IFN.

    Parameters
    ----------
    treatment : str
        Components joined by "+".

    Returns
    -------
    tuple of str
        In the order given.

    Raises
    ------
    ValueError
        Where a component is empty, given twice, or contains the sign of an interaction.

    Examples
    --------
    >>> split_components("SOR+IFN")
    ('SOR', 'IFN')
    """
    parts = tuple(part.strip() for part in treatment.split("+"))
    if not all(parts) or len(set(parts)) < len(parts) or "*" in treatment:
        raise ValueError(f"expected different components joined by '+'; got {treatment!r}")
    return parts


def _component_row(treatment: str, names: Sequence[str], inactive: Sequence[str]) -> Floats:
    """Return which components and interactions (1 or 0) a combination holds."""
    parts = set(split_components(treatment))
    for part in parts - set(inactive):
        require_choice("component", part, tuple(names))
    return np.array([float(set(name.split("*")) <= parts) for name in names])


def _loose(row: Floats, null: Floats) -> bool:
    """Return True where a sum of components is not determined by the studies."""
    return bool(np.abs(row @ null).max(initial=0.0) > _OPEN)


def _tied(place: int, null: Floats) -> list[int]:
    """Return the other coefficients that share an undetermined direction with one of them."""
    linked = np.abs(null @ null.T) > _OPEN
    group, size = {place}, 0
    while len(group) > size:
        size = len(group)
        group |= {int(j) for i in group for j in np.flatnonzero(linked[i])}
    return sorted(group - {place})


def _estimate(value: float, variance: float, model: NetworkModel, level: float) -> Estimate:
    keys = ("component_additivity", "nma_graph", *(("nma_dl",) if model == "random" else ()))
    return ratio_estimate(
        float(value),
        math.sqrt(variance),
        level=level,
        method=f"additive component network meta-analysis, {model} effects",
        conventions=keys,
    )
