"""The contrasts of a network and where each comes from; what stays out says why.

Printed hazard ratios enter by the field `networks` of their study. A study of three arms may print
two of its three ratios: the third follows. Two arms of one treatment are taken together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from evidence.contrasts import Contrast, multi_arm_contrasts
from evidence.data import Evidence
from evidence.eligibility import network_rows
from evidence.estimates import Estimate, NotEstimable, if_estimable
from evidence.hazard_ratio import log_hr_se_from_interval
from evidence.network_graph import read_graph, subnetworks
from evidence.parameters import Landscape
from evidence.printed_intervals import say_given
from evidence.printed_medians import medians_hazard_ratio, reached_median
from evidence.reported import exact_number
from evidence.responses import printed_contrast
from evidence.survival import hazard_ratio_from_medians_and_counts

# Analyses of one contrast between which the reader chooses.
_SUNITINIB = {
    "interim": "motzer-2007.pfs.hazard_ratio.sunitinib_v_ifn",
    "update": "motzer-2007.pfs.hazard_ratio.sunitinib_v_ifn.update",
    "final": "motzer-2007.pfs.hazard_ratio.sunitinib_v_ifn.final",
}
# Studies that print medians only, unless a hazard ratio is added to the data.
_SOR_IFN_MEDIANS = ("escudier-2009.pfs.median.sorafenib", "escudier-2009.pfs.median.ifn")
_SOR_IFN_ARMS = ("escudier-2009.sorafenib", "escudier-2009.ifn")
_JONASCH_MEDIANS = ("jonasch-2010.pfs.median.sorafenib_ifn", "jonasch-2010.pfs.median.sorafenib")


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
        True where no hazard ratio is printed.
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


def links(evidence: Evidence, p: Landscape) -> list[Link]:
    """Return the contrasts of the outcome that the parameters name."""
    return [link for link in _judge(evidence, p) if isinstance(link, Link)]


def left_out(evidence: Evidence, p: Landscape) -> list[LeftOut]:
    """Return what would belong to that network but cannot enter it."""
    return [link for link in _judge(evidence, p) if isinstance(link, LeftOut)]


def _judge(evidence: Evidence, p: Landscape) -> Links:
    found = _printed_links(evidence, p)
    if p.outcome == "pfs":
        found.append(_link(evidence, _SUNITINIB[p.sunitinib_cut]))
        for study, source, made in (
            ("escudier-2009", p.sor_vs_ifn_source, _sorafenib_v_interferon),
            ("jonasch-2010", p.jonasch_hr_source, _jonasch),
        ):
            printed = [link for link in found if isinstance(link, Link) and _study(link) == study]
            if printed and source not in ("user", "exclude"):
                continue
            found = [link for link in found if _study(link) != study]
            if source != "exclude":
                found.append(made(evidence, p))
    found = [link for link in found if _study(link) not in p.exclude_studies]
    return _linked_with_reference(found, p)


def _study(link: Link | LeftOut) -> str:
    return link.study if isinstance(link, LeftOut) else link.contrast.study


def _treatments(evidence: Evidence, row_id: str) -> tuple[str, str]:
    row = evidence.row(row_id)
    one, other = (
        evidence.row(f"{row['study_id']}.{row[side]}")["treatment"] for side in ("arm_a", "arm_b")
    )
    return one, other


def _link(evidence: Evidence, row_id: str) -> Link | LeftOut:
    contrast = printed_contrast(evidence, row_id)
    if isinstance(contrast, NotEstimable):
        study = evidence.row(row_id)["study_id"]
        return LeftOut(study, _treatments(evidence, row_id), (row_id,), contrast)
    return Link(contrast, (row_id,))


def _printed_links(evidence: Evidence, p: Landscape) -> Links:
    """Return the printed contrasts, studies of two arms before those of more."""
    by_study: dict[str, Links] = {}
    for row in network_rows(evidence, p.outcome):
        if row.row_id not in _SUNITINIB.values():
            link = _link(evidence, row.row_id)
            by_study.setdefault(_study(link), []).append(link)
    two: Links = []
    more: Links = []
    for own in by_study.values():
        usable = [link for link in own if isinstance(link, Link)]
        two += [link for link in own if isinstance(link, LeftOut)]
        if len(usable) < 2:
            two += usable
        else:
            more += _several_arms(usable, p.multiarm_rho)
    return two + more


def _several_arms(own: list[Link], rho: float) -> Links:
    """Return every pairwise contrast of a study of several arms.

    As printed where all are printed and add up; else the others follow from those against one
    arm, as arms that share it correlate by `rho`.
    """
    single = _one_arm_per_treatment(own, rho)
    contrasts = [link.contrast for link in single]
    if len(single) == 1 or _fit_each_other(contrasts):
        return list(single)
    rows = tuple(dict.fromkeys(row for link in single for row in link.rows))
    reference = _shared_arm(contrasts)
    study, treatments = contrasts[0].study, tuple({c for one in contrasts for c in _pair(one)})
    if reference is None:
        why = f"{', '.join(rows)}: expected hazard ratios of every arm against the same one"
        return [LeftOut(study, treatments, rows, NotEstimable(why))]
    against = [_over(c, reference) for c in contrasts if reference in _pair(c)]
    used = {_pair(one) for one in against}
    made = multi_arm_contrasts(
        study,
        reference,
        {one.treat_a: one.log_ratio for one in against},
        {one.treat_a: one.se for one in against},
        rho=rho,
    )
    if not _fit_each_other(made):
        why = (
            f"{', '.join(rows)}: no covariance of the arms gives these intervals with a "
            f"multiarm_rho of {rho:g}; a smaller one may"
        )
        return [LeftOut(study, treatments, rows, NotEstimable(why))]
    kept = tuple(
        dict.fromkeys(
            row for link in single if _pair(_over(link.contrast, reference)) in used
            for row in link.rows
        )
    )  # fmt: skip
    combined = {_pair(_over(link.contrast, reference)) for link in single if link.derived}
    found: Links = [
        Link(one, kept, derived=reference not in _pair(one) or _pair(one) in combined)
        for one in made
    ]
    if unused := [row for row in rows if row not in kept]:
        why = (
            f"{', '.join(unused)}: does not add up with the other hazard ratios of the study to "
            "the digit; it is derived from them"
        )
        found.append(LeftOut(study, (), tuple(unused), NotEstimable(why)))
    return found


def _pair(contrast: Contrast) -> tuple[str, str]:
    return contrast.treat_a, contrast.treat_b


def _over(contrast: Contrast, reference: str) -> Contrast:
    """Return the contrast as the ratio over the reference, where it is one of the two."""
    return contrast.reverse() if contrast.treat_a == reference else contrast


def _shared_arm(contrasts: Sequence[Contrast]) -> str | None:
    """Return the treatment that all others are compared with, the usual comparator first."""
    treatments = {code for one in contrasts for code in _pair(one)}
    compared = [one.treat_b for one in contrasts]
    shared = [
        code
        for code in sorted(treatments)
        if sum(code in _pair(one) for one in contrasts) == len(treatments) - 1
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
        by_pair.setdefault(frozenset(_pair(link.contrast)), []).append(link)
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


def _sorafenib_v_interferon(evidence: Evidence, p: Landscape) -> Link | LeftOut:
    """Return sorafenib over interferon: no hazard ratio could be verified on any page."""
    if p.sor_vs_ifn_source == "user":
        return _user("escudier-2009", "SOR", "IFN", p.sor_vs_ifn_user, p.level, _SOR_IFN_ARMS[0])
    medians = [reached_median(evidence, row) for row in _SOR_IFN_MEDIANS]
    sizes = [_patients(evidence, row) for row in _SOR_IFN_ARMS]
    hr = if_estimable(
        lambda one, other, count, control: hazard_ratio_from_medians_and_counts(
            one, other, count_experimental=count, count_control=control, level=p.level
        ),
        *medians,
        *sizes,
    )
    rows = (*_SOR_IFN_MEDIANS, *_SOR_IFN_ARMS)
    return _derived("escudier-2009", ("SOR", "IFN"), hr, rows)


def _patients(evidence: Evidence, arm_id: str) -> int | NotEstimable:
    text = evidence.row(arm_id)["n_reported"]
    if not exact_number(text):
        return NotEstimable(f"{arm_id}, n_reported: {say_given(text)}")
    return int(text)


def _jonasch(evidence: Evidence, p: Landscape) -> Link | LeftOut:
    if p.jonasch_hr_source == "user":
        rows = _JONASCH_MEDIANS[0]
        return _user("jonasch-2010", "SOR+IFN", "SOR", p.jonasch_hr_user, p.level, rows)
    one, other = (reached_median(evidence, row) for row in _JONASCH_MEDIANS)
    hr = medians_hazard_ratio((one, other), _JONASCH_MEDIANS, level=p.level)
    return _derived("jonasch-2010", ("SOR+IFN", "SOR"), hr, _JONASCH_MEDIANS)


def _derived(
    study: str, pair: tuple[str, str], hr: Estimate | NotEstimable, rows: tuple[str, ...]
) -> Link | LeftOut:
    if isinstance(hr, NotEstimable):
        return LeftOut(study, pair, rows, hr)
    return Link(Contrast(study, *pair, math.log(hr.value), hr.se or math.nan), rows, derived=True)


def _user(study: str, a: str, b: str, hr: list[float], level: float, row: str) -> Link:
    se = log_hr_se_from_interval(hr[0], hr[1], hr[2], level)
    return Link(Contrast(study, a, b, math.log(hr[0]), se), (row,), derived=True)


def _linked_with_reference(found: Links, p: Landscape) -> Links:
    """Return the links with those left out that no chain joins with the reference.

    What the reader excludes is the reader's to mend: the network then refuses.
    """
    by_reader = p.exclude_studies or "exclude" in (p.sor_vs_ifn_source, p.jonasch_hr_source)
    parts = subnetworks([link.contrast for link in found if isinstance(link, Link)])
    own = next((part for part in parts if p.reference in part), None)
    if by_reader or own is None:
        return found
    lost = [link.missing.reason for link in found if isinstance(link, LeftOut) and link.treatments]
    why = "; ".join([f"no chain of contrasts leads to {p.reference}", *lost[:1]])
    return [
        link
        if isinstance(link, LeftOut) or link.contrast.treat_a in own
        else LeftOut(
            _study(link),
            _pair(link.contrast),
            link.rows,
            NotEstimable(f"{', '.join(link.rows)}: {why}"),
        )
        for link in found
    ]
