"""Where sorafenib stands among the treatments: the contrasts of that chapter and its network."""

from __future__ import annotations

import math
from dataclasses import dataclass

from evidence.contrasts import Contrast, multi_arm_contrasts
from evidence.data import Evidence
from evidence.eligibility import network_ratios
from evidence.estimates import Estimate
from evidence.hazard_ratio import log_hr_se_from_interval
from evidence.network import NetworkResult, network
from evidence.page import Page
from evidence.parameters import Landscape
from evidence.questions import Numbers
from evidence.questions.certainty import judge_certainty
from evidence.responses import printed_contrast, printed_median
from evidence.survival import hazard_ratio_from_medians, hazard_ratio_from_medians_and_counts
from evidence.tables import Table, make_table
from evidence.vocabulary import TREATMENTS

# Name of the question in data/certainty.csv and of its chapter.
QUESTION = "landscape"

_SUNITINIB = {
    "interim": "motzer-2007.pfs.hazard_ratio.sunitinib_v_ifn",
    "update": "motzer-2007.pfs.hazard_ratio.sunitinib_v_ifn.update",
    "final": "motzer-2007.pfs.hazard_ratio.sunitinib_v_ifn.final",
}
_SOR_IFN_MEDIANS = ("escudier-2009.pfs.median.sorafenib", "escudier-2009.pfs.median.ifn")
_SOR_IFN_ARMS = ("escudier-2009.sorafenib", "escudier-2009.ifn")
_JONASCH_MEDIANS = ("jonasch-2010.pfs.median.sorafenib_ifn", "jonasch-2010.pfs.median.sorafenib")
_HUDES = {
    "TEM": "hudes-2007.os.hazard_ratio.temsirolimus_v_ifn",
    "TEM+IFN": "hudes-2007.os.hazard_ratio.temsirolimus_ifn_v_ifn",
}


# Contrasts that are built below rather than taken as one printed ratio.
_BUILT = {"pfs": {"motzer-2007", "escudier-2009", "jonasch-2010"}, "os": {"hudes-2007"}}


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


def _printed(evidence: Evidence, row_id: str) -> Link:
    return Link(printed_contrast(evidence, row_id), (row_id,))


def _from_estimate(study: str, a: str, b: str, hr: Estimate, rows: tuple[str, ...]) -> Link:
    se = hr.se or log_hr_se_from_interval(hr.value, hr.low or 0.0, hr.high or 0.0, hr.level or 0.95)
    return Link(Contrast(study, a, b, math.log(hr.value), se), rows, derived=True)


def _user(study: str, a: str, b: str, hr: list[float], level: float, row: str) -> Link:
    se = log_hr_se_from_interval(hr[0], hr[1], hr[2], level)
    return Link(Contrast(study, a, b, math.log(hr[0]), se), (row,), derived=True)


def _sorafenib_v_interferon(evidence: Evidence, p: Landscape) -> Link | None:
    """Return sorafenib over interferon: no hazard ratio could be verified on any page."""
    if p.sor_vs_ifn_source == "exclude":
        return None
    if p.sor_vs_ifn_source == "user":
        return _user("escudier-2009", "SOR", "IFN", p.sor_vs_ifn_user, p.level, _SOR_IFN_ARMS[0])
    medians = [printed_median(evidence, row) for row in _SOR_IFN_MEDIANS]
    sizes = [int(evidence.row(row)["n_reported"]) for row in _SOR_IFN_ARMS]
    hr = hazard_ratio_from_medians_and_counts(
        medians[0], medians[1], count_experimental=sizes[0], count_control=sizes[1], level=p.level
    )
    return _from_estimate("escudier-2009", "SOR", "IFN", hr, (*_SOR_IFN_MEDIANS, *_SOR_IFN_ARMS))


def _jonasch(evidence: Evidence, p: Landscape) -> Link | None:
    if p.jonasch_hr_source == "exclude":
        return None
    if p.jonasch_hr_source == "user":
        rows = _JONASCH_MEDIANS[0]
        return _user("jonasch-2010", "SOR+IFN", "SOR", p.jonasch_hr_user, p.level, rows)
    hr = hazard_ratio_from_medians(*(printed_median(evidence, row) for row in _JONASCH_MEDIANS))
    return _from_estimate("jonasch-2010", "SOR+IFN", "SOR", hr, _JONASCH_MEDIANS)


def _hudes(evidence: Evidence, p: Landscape) -> list[Link]:
    links = {code: _printed(evidence, row) for code, row in _HUDES.items()}
    effects = {code: link.contrast.log_ratio for code, link in links.items()}
    errors = {code: link.contrast.se for code, link in links.items()}
    rows = tuple(row for link in links.values() for row in link.rows)
    contrasts = multi_arm_contrasts("hudes-2007", "IFN", effects, errors, rho=p.multiarm_rho)
    return [Link(contrast, rows, derived="IFN" not in (contrast.treat_a, contrast.treat_b))
            for contrast in contrasts]  # fmt: skip


def links(evidence: Evidence, p: Landscape) -> list[Link]:
    """Return the contrasts of the outcome that the parameters name."""
    found: list[Link | None] = [
        _printed(evidence, row)
        for row in network_ratios(evidence, p.outcome)
        if evidence.row(row)["study_id"] not in _BUILT[p.outcome]
    ]
    if p.outcome == "pfs":
        found.append(_printed(evidence, _SUNITINIB[p.sunitinib_cut]))
        found += [_sorafenib_v_interferon(evidence, p), _jonasch(evidence, p)]
    else:
        found += _hudes(evidence, p)
    return [
        link for link in found if link is not None and link.contrast.study not in p.exclude_studies
    ]


def fit(found: list[Link], p: Landscape) -> NetworkResult:
    """Return the network meta-analysis.

    Raises
    ------
    ValueError
        Where the contrasts that are left do not connect, or do not reach the reference.
    """
    fitted = network([link.contrast for link in found], model=p.model, level=p.level)
    if p.reference not in fitted.treatments:
        known = ", ".join(fitted.treatments)
        raise ValueError(f"reference: expected one of {known}, got {p.reference}")
    return fitted


def code_key(code: str) -> str:
    """Return a treatment code as part of a key: SOR+IFN becomes sor_ifn."""
    return code.lower().replace("+", "_")


def survival_effects(evidence: Evidence) -> tuple[Numbers, list[str]]:
    """Return overall survival by the default network, as os_hr_*, and its data rows."""
    parameters = Landscape(outcome="os")
    found = links(evidence, parameters)
    numbers = _against_reference(fit(found, parameters), parameters)
    return {f"os_{key}": number for key, number in numbers.items()}, [
        row for link in found for row in link.rows
    ]


def _against_reference(fitted: NetworkResult, p: Landscape) -> Numbers:
    name = p.outcome.upper()
    return {
        f"hr_{code_key(code)}": (
            estimate,
            f"{name} hazard ratio, {TREATMENTS[code]} over {TREATMENTS[p.reference]}",
        )
        for code, estimate in fitted.effects_versus(p.reference).items()
        if code != p.reference
    }


def effects(fitted: NetworkResult, p: Landscape) -> Numbers:
    """Return every treatment against the reference, and what the network says of itself."""
    numbers = _against_reference(fitted, p)
    numbers["treatments"] = (
        Estimate(len(fitted.treatments), unit="count", method="count"),
        "Treatments in the network",
    )
    numbers["contrasts"] = (
        Estimate(len(fitted.contrasts), unit="count", method="count"),
        "Contrasts in the network",
    )
    numbers["loops"] = (
        Estimate(fitted.loops, unit="count", method="independent loops of the graph"),
        "Closed loops formed by different studies",
    )
    if fitted.p is not None:
        numbers["q_p"] = (
            Estimate(fitted.p, unit="p_value", method="Cochran's Q of the network", grade="D2"),
            "P of heterogeneity in the network",
        )
    return numbers


def tabulate_league(fitted: NetworkResult) -> Table:
    """Return the league table, row over column, with P-scores in the last column."""
    from evidence.formatting import format_compact

    league = fitted.league()
    scores = fitted.p_scores()
    order = sorted(fitted.treatments, key=lambda code: -scores[code])
    rows = [
        [
            TREATMENTS[a],
            *("" if a == b else format_compact(league[a, b]) for b in order),
            f"{scores[a]:.2f}",
        ]
        for a in order
    ]
    rows = [[cell or "\u2014" for cell in row] for row in rows]
    columns = ["Row over column", *(TREATMENTS[code] for code in order), "P-score"]
    return make_table(
        columns,
        rows,
        caption="League table of hazard ratios; below 1 favours the row",
        numeric=columns[1:],
        footnotes=(
            "P-scores order point estimates and intervals; they say nothing of whether the trials "
            "may be compared, which the table on comparability puts in doubt.",
        ),
    )


def tabulate_transitivity(evidence: Evidence, found: list[Link]) -> Table:
    """Return what differs between the trials that the network compares."""
    rows = []
    for study_id in dict.fromkeys(link.contrast.study for link in found):
        study = evidence.study(study_id)
        own = [link for link in found if link.contrast.study == study_id]
        compared = ", ".join(f"{link.contrast.treat_a} v {link.contrast.treat_b}" for link in own)
        rows.append(
            [
                study["short_name"],
                compared,
                "derived" if all(link.derived for link in own) else "printed",
                study["line"],
                study["blinding"],
                study["histology"],
                study["n_total"],
                study["accrual"],
            ]
        )
    columns = ["Study", "Compared", "Hazard ratio", "Line", "Blinding", "Histology"]
    columns += ["Patients", "Enrolled"]
    return make_table(columns, rows, caption="Can these trials be compared?", numeric=("Patients",))


def conclude(page: Page[Landscape]) -> None:
    """Write the conclusions of the chapter."""
    outcome = page.parameters.outcome
    sure = {
        code: judge_certainty(page.evidence, QUESTION, f"{outcome}_{code}").certainty
        for code in ("sor", "sun")
        if f"hr_{code}" in page.results
    }
    page.claim(
        "consistency_untestable",
        "The network has no closed loop formed by different studies, so whether direct and "
        "indirect evidence agree cannot be tested; every indirect estimate is a chain.",
        holds=lambda r: r.loops.value == 0,
        rests_on=["loops"],
        certainty="arithmetic",
    )
    if "hr_sor" in page.results:
        page.claim(
            "sorafenib_against_interferon",
            "Sorafenib is not shown to delay progression against interferon-alfa: hazard ratio "
            "{hr_sor}, from two printed medians.",
            holds=lambda r: r.hr_sor.low <= 1 <= r.hr_sor.high,
            rests_on=["hr_sor"],
            certainty=sure["sor"],
        )
    if "hr_sun" in page.results:
        page.claim(
            "sunitinib_against_interferon",
            "Sunitinib did better than interferon-alfa: hazard ratio {hr_sun}.",
            holds=lambda r: r.hr_sun.high < 1,
            rests_on=["hr_sun"],
            certainty=sure["sun"],
        )


def edges(evidence: Evidence, found: list[Link]) -> list[tuple[str, str, float, bool, str]]:
    """Return the links as the network figure takes them."""
    return [
        (
            link.contrast.treat_a,
            link.contrast.treat_b,
            link.contrast.se,
            link.derived,
            evidence.study(link.contrast.study)["short_name"].partition(" (")[0],
        )
        for link in found
    ]
