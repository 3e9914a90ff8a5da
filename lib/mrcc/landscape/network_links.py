"""The contrasts of a network and where each comes from; what stays out says why.

Printed hazard ratios enter by the field `networks` of their study; `network_contrasts` knows what
follows in a study of several arms.
"""

from __future__ import annotations

import math

from evidence.sources.data import Evidence
from evidence.sources.printed_medians import derived_ratios, read_contrast
from evidence.sources.responses import printed_contrast
from evidence.sources.vocabulary import treatment_words
from evidence_stats.estimates import NotEstimable
from evidence_stats.networks.contrasts import Contrast
from evidence_stats.networks.network_graph import subnetworks
from mrcc.eligibility import network_rows
from mrcc.landscape.network_contrasts import LeftOut, Link, Links, pair_of, several_arms, study_of
from mrcc.landscape.parameters import Landscape

# Analyses of one contrast between which the reader chooses.
_SUNITINIB = {
    "interim": "motzer-2007.pfs.hazard_ratio.sunitinib_v_ifn",
    "update": "motzer-2007.pfs.hazard_ratio.sunitinib_v_ifn.update",
    "final": "motzer-2007.pfs.hazard_ratio.sunitinib_v_ifn.final",
}
# What studies.csv calls the line of trials that enrolled patients after treatment, all or some.
_LATER = ("second", "third or fourth", "mixed")
# Studies that print medians only, unless a hazard ratio is added to the data.
_SOR_IFN_MEDIANS = ("escudier-2009.pfs.median.sorafenib", "escudier-2009.pfs.median.ifn")
_JONASCH_MEDIANS = ("jonasch-2010.pfs.median.sorafenib_ifn", "jonasch-2010.pfs.median.sorafenib")


def links(evidence: Evidence, p: Landscape) -> list[Link]:
    """Return the contrasts of the outcome and lines of treatment that the parameters name."""
    return [link for link in _judge(evidence, p) if isinstance(link, Link)]


def later_links(evidence: Evidence, p: Landscape) -> list[Link]:
    """Return the contrasts of trials that enrolled patients after treatment, all or some of them.

    Empty where the network of the page has them with the others.
    """
    return [link for link in _later_candidates(evidence, p) if isinstance(link, Link)]


def later_left_out(evidence: Evidence, p: Landscape) -> list[LeftOut]:
    """Return what would be among them, but has no number to enter with."""
    return [link for link in _later_candidates(evidence, p) if isinstance(link, LeftOut)]


def _later_candidates(evidence: Evidence, p: Landscape) -> Links:
    if p.lines == "all":
        return []
    return [link for link in _candidates(evidence, p) if _is_later(evidence, link)]


def _is_later(evidence: Evidence, link: Link | LeftOut) -> bool:
    return str(evidence.study(study_of(link))["line"]) in _LATER


def left_out(evidence: Evidence, p: Landscape) -> list[LeftOut]:
    """Return what would belong to that network but cannot enter it."""
    return [link for link in _judge(evidence, p) if isinstance(link, LeftOut)]


def _judge(evidence: Evidence, p: Landscape) -> Links:
    found = _candidates(evidence, p)
    if p.lines == "first":
        found = [link for link in found if not _is_later(evidence, link)]
    return _linked_with_reference(found, p)


def _candidates(evidence: Evidence, p: Landscape) -> Links:
    """Return what is reported or derived for the outcome, of every line of treatment."""
    found = _printed_links(evidence, p)
    if p.outcome == "pfs":
        found.append(_link(evidence, _SUNITINIB[p.sunitinib_cut]))
        for study, source, made in (
            ("escudier-2009", p.sor_vs_ifn_source, _sorafenib_v_interferon),
            ("jonasch-2010", p.jonasch_hr_source, _jonasch),
        ):
            printed = [link for link in found if isinstance(link, Link) and study_of(link) == study]
            if printed and source not in ("user", "exclude"):
                continue
            found = [link for link in found if study_of(link) != study]
            if source != "exclude":
                found.append(made(evidence, p))
    return [link for link in found if study_of(link) not in p.exclude_studies]


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
    """Return the reported contrasts, studies of two arms before those of more."""
    by_study: dict[str, Links] = {}
    for row in network_rows(evidence, p.outcome):
        if row.row_id not in _SUNITINIB.values():
            link = _link(evidence, row.row_id)
            by_study.setdefault(study_of(link), []).append(link)
    two: Links = []
    more: Links = []
    for own in by_study.values():
        usable = [link for link in own if isinstance(link, Link)]
        two += [link for link in own if isinstance(link, LeftOut)]
        if len(usable) < 2:
            two += usable
        else:
            counted = [_whole(evidence, usable, link) for link in usable]
            more += [link for link in counted if isinstance(link, LeftOut)]
            more += several_arms([c for c in counted if isinstance(c, Link)], p.multiarm_rho)
    return two + more


def _whole(evidence: Evidence, own: list[Link], link: Link) -> Link | LeftOut:
    """Return a link, unless its patients are in arms that are taken together in another one."""
    same = [
        one for one in own if frozenset(pair_of(one.contrast)) == frozenset(pair_of(link.contrast))
    ]
    together = [one for one in same if _has_pooled_arm(evidence, one)]
    if not together or link in together:
        return link
    why = f"{link.rows[0]}: its patients are counted in {together[0].rows[0]}"
    return LeftOut(study_of(link), (), link.rows, NotEstimable(why))


def _has_pooled_arm(evidence: Evidence, link: Link) -> bool:
    row = evidence.row(link.rows[0])
    arms = (f"{row['study_id']}.{row[side]}" for side in ("arm_a", "arm_b"))
    return any(evidence.row(arm)["role"] == "pooled" for arm in arms)


def _sorafenib_v_interferon(evidence: Evidence, p: Landscape) -> Link | LeftOut:
    """Return sorafenib over interferon: no hazard ratio could be verified on any page."""
    if p.sor_vs_ifn_source == "user":
        return _user("escudier-2009", "SOR", "IFN", p.sor_vs_ifn_user, p.level, _SOR_IFN_MEDIANS[0])
    return _derived(evidence, p, "escudier-2009", ("SOR", "IFN"), _SOR_IFN_MEDIANS)


def _jonasch(evidence: Evidence, p: Landscape) -> Link | LeftOut:
    if p.jonasch_hr_source == "user":
        rows = _JONASCH_MEDIANS[0]
        return _user("jonasch-2010", "SOR+IFN", "SOR", p.jonasch_hr_user, p.level, rows)
    return _derived(evidence, p, "jonasch-2010", ("SOR+IFN", "SOR"), _JONASCH_MEDIANS)


def _derived(
    evidence: Evidence, p: Landscape, study: str, pair: tuple[str, str], medians: tuple[str, str]
) -> Link | LeftOut:
    made = derived_ratios(read_contrast(evidence, medians), level=p.level)
    if isinstance(made, NotEstimable):
        return LeftOut(study, pair, medians, made)
    hr = made[0].estimate
    contrast = Contrast(study, *pair, log_ratio=math.log(hr.value), se=hr.se or math.nan)
    return Link(contrast, made[0].rows, derived=True)


def _user(study: str, a: str, b: str, hr: list[float], level: float, row: str) -> Link:
    contrast = Contrast.of_ratio(study, a, b, hr[0], hr[1], hr[2], level=level)
    return Link(contrast, (row,), derived=True)


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
    leads = f"no chain of contrasts leads to {treatment_words(p.reference)}"
    why = "; ".join([leads, *lost[:1]])
    return [
        link
        if isinstance(link, LeftOut) or link.contrast.treat_a in own
        else LeftOut(
            study_of(link),
            pair_of(link.contrast),
            link.rows,
            NotEstimable(f"{', '.join(link.rows)}: {why}"),
        )
        for link in found
    ]
