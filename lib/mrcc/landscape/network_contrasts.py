"""A contrast of a network, one that stays out, and those of a study of several arms.

A study of three arms may give two of its three ratios: the third follows. Two arms of one
treatment are taken together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from evidence_stats.estimates import NotEstimable
from evidence_stats.networks.contrasts import Contrast, multi_arm_contrasts
from evidence_stats.networks.network_graph import read_graph


@dataclass(frozen=True, slots=True)
class Link:
    """One contrast of the network, and where it comes from.

    Attributes
    ----------
    contrast : Contrast
        Log hazard ratio with its standard error.
    rows : tuple of str
        Data rows.
    derived : bool
        True where no hazard ratio was found.
    """

    contrast: Contrast
    rows: tuple[str, ...]
    derived: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A contrast that does not enter the network, and why.

    Attributes
    ----------
    study : str
        Study.
    treatments : tuple of str
        What it compares.
    rows : tuple of str
        Data rows.
    missing : NotEstimable
        Why.
    """

    study: str
    treatments: tuple[str, ...]
    rows: tuple[str, ...]
    missing: NotEstimable


Links = list[Link | LeftOut]


def study_of(link: Link | LeftOut) -> str:
    """Return the study of a contrast."""
    return link.study if isinstance(link, LeftOut) else link.contrast.study


def several_arms(own: list[Link], rho: float) -> Links:
    """Return every pairwise contrast of a study of several arms.

    As reported where all are reported and add up; else the others follow from those against one
    arm, as arms that share it correlate by `rho`.
    """
    single = _one_arm_per_treatment(own, rho)
    contrasts = [link.contrast for link in single]
    if len(single) == 1 or _fit_each_other(contrasts):
        return list(single)
    rows = tuple(dict.fromkeys(row for link in single for row in link.rows))
    reference = _shared_arm(contrasts)
    study, treatments = contrasts[0].study, tuple({c for one in contrasts for c in pair_of(one)})
    if reference is None:
        why = f"{', '.join(rows)}: expected hazard ratios of every arm against the same one"
        return [LeftOut(study, treatments, rows, NotEstimable(why))]
    against = [_over(c, reference) for c in contrasts if reference in pair_of(c)]
    used = {pair_of(one) for one in against}
    made = multi_arm_contrasts(
        study,
        reference,
        {one.treat_a: one.log_ratio for one in against},
        {one.treat_a: one.se for one in against},
        rho=rho,
    )
    kept = tuple(
        dict.fromkeys(
            row for link in single if pair_of(_over(link.contrast, reference)) in used
            for row in link.rows
        )
    )  # fmt: skip
    combined = {pair_of(_over(link.contrast, reference)) for link in single if link.derived}
    found: Links = [
        Link(one, kept, derived=reference not in pair_of(one) or pair_of(one) in combined)
        for one in made
    ]
    if unused := [row for row in rows if row not in kept]:
        why = (
            f"{', '.join(unused)}: does not add up with the other hazard ratios of the study to "
            "the digit; it is derived from them"
        )
        found.append(LeftOut(study, (), tuple(unused), NotEstimable(why)))
    return found


def pair_of(contrast: Contrast) -> tuple[str, str]:
    """Return the two treatments that a contrast compares."""
    return contrast.treat_a, contrast.treat_b


def _over(contrast: Contrast, reference: str) -> Contrast:
    """Return the contrast as the ratio over the reference, where it is one of the two."""
    return contrast.reverse() if contrast.treat_a == reference else contrast


def _shared_arm(contrasts: Sequence[Contrast]) -> str | None:
    """Return the treatment that all others are compared with, the usual comparator first."""
    treatments = {code for one in contrasts for code in pair_of(one)}
    compared = [one.treat_b for one in contrasts]
    shared = [
        code
        for code in sorted(treatments)
        if sum(code in pair_of(one) for one in contrasts) == len(treatments) - 1
    ]
    return max(shared, key=compared.count, default=None)


def _fit_each_other(contrasts: Sequence[Contrast]) -> bool:
    """Return True for all pairwise contrasts of a study, if they add up and arms can give them."""
    try:
        read_graph(contrasts)
    except ValueError:
        return False
    return True


def _one_arm_per_treatment(own: list[Link], rho: float) -> list[Link]:
    """Return one contrast per pair of treatments: arms of one treatment are taken together.

    Weights are inverse variances; the arm that both were compared with correlates them by `rho`.
    """
    by_pair: dict[frozenset[str], list[Link]] = {}
    for link in own:
        by_pair.setdefault(frozenset(pair_of(link.contrast)), []).append(link)
    return [_together(same, rho) for same in by_pair.values()]


def _together(same: list[Link], rho: float) -> Link:
    first = same[0].contrast
    if len(same) == 1:
        return same[0]
    aligned = [_over(link.contrast, first.treat_b) for link in same]
    errors = [one.se for one in aligned]
    total = math.fsum(1 / se**2 for se in errors)
    weights = [1 / se**2 / total for se in errors]
    variance = math.fsum(
        a * s * b * t * (1 if i == j else rho)
        for i, (a, s) in enumerate(zip(weights, errors, strict=True))
        for j, (b, t) in enumerate(zip(weights, errors, strict=True))
    )
    log_ratio = math.fsum(w * one.log_ratio for w, one in zip(weights, aligned, strict=True))
    made = replace(first, log_ratio=log_ratio, se=math.sqrt(variance))
    return Link(made, tuple(row for link in same for row in link.rows), derived=True)
