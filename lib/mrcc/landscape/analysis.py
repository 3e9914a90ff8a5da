"""Where sorafenib stands among the treatments: the contrasts of that chapter and its network."""

from __future__ import annotations

from collections.abc import Sequence

from evidence.figures.network_graph import Edge
from evidence.record.page import Page
from evidence.sources.data import Evidence
from evidence.sources.vocabulary import study_words, treatment_words
from evidence.tables.table import Table, make_table, row_link
from evidence_stats.estimates import Estimate
from evidence_stats.networks.treatment_network import NetworkResult, network
from mrcc import Numbers
from mrcc.landscape.network_contrasts import LeftOut, Link, pair_of
from mrcc.landscape.network_links import left_out, links
from mrcc.landscape.parameters import Landscape

# Name of the question in data/certainty.csv and of its chapter.
QUESTION = "landscape"

# Published hazard ratios of drugs over sorafenib, and of sorafenib over placebo, by key.
AGAINST_SORAFENIB = {
    "axis_pfs": "rini-2011.pfs.hazard_ratio.axitinib_v_sorafenib",
    "tivo_pfs": "motzer-2013.pfs.hazard_ratio.tivozanib_v_sorafenib",
    "axis_os": "rini-2011.os.hazard_ratio.axitinib_v_sorafenib",
    "tivo_os": "motzer-2013.os.hazard_ratio.tivozanib_v_sorafenib",
    "tomita_os": "tomita-2020.os.hazard_ratio.sunitinib_first_v_sorafenib_first",
    "sunitinib_os": "motzer-2007.os.hazard_ratio.sunitinib_v_ifn",
    "target_os": "escudier-2007-target.os.hazard_ratio.sorafenib_v_placebo",
    "target_os_censored": (
        "escudier-2007-target.os.hazard_ratio.sorafenib_v_placebo.crossover_censored"
    ),
}


def combinations_of_today(evidence: Evidence) -> dict[str, str]:
    """Return the rows of combinations with a checkpoint inhibitor over sunitinib, by their key.

    They answer another question and enter no network: what sorafenib is measured against today.
    """
    found = evidence.where(
        "outcomes", arm_a="combination", arm_b="sunitinib", statistic="hazard_ratio"
    )
    return {
        f"today_{row['study_id'].replace('-', '_')}_{row['outcome']}": str(row["row_id"])
        for _, row in found.iterrows()
    }


def tabulate_today(evidence: Evidence, rows: dict[str, str]) -> Table:
    """Return the combinations of today: trial, what was compared, survival and progression."""
    lines: dict[str, dict[str, object]] = {}
    for row_id in rows.values():
        row = evidence.row(row_id)
        line = lines.setdefault(row["study_id"], {})
        line[row["outcome"]] = row_link(row_id, evidence.printed(row_id))
        line["followed"] = row["analysis_set"]
    table = [
        [
            evidence.study(study)["short_name"],
            treatment_words(evidence.row(f"{study}.combination")["treatment"]),
            line["followed"],
            line.get("os", ""),
            line.get("pfs", ""),
        ]
        for study, line in lines.items()
    ]
    return make_table(
        ["Trial", "Compared with sunitinib", "Analysis", "Death", "Progression or death"],
        table,
        caption="Combinations with a checkpoint inhibitor in untreated patients: hazard ratios",
        missing="\N{EN DASH}",
        footnotes=("A dash: no hazard ratio with its interval in what was read.",),
    )


def fit(found: list[Link], p: Landscape) -> NetworkResult:
    """Return the network meta-analysis.

    Raises
    ------
    ValueError
        Where the contrasts that are left do not connect, or do not reach the reference.
    """
    known = sorted({code for link in found for code in pair_of(link.contrast)})
    if p.reference not in known:
        raise ValueError(f"reference: expected one of {', '.join(known)}, got {p.reference}")
    return network([link.contrast for link in found], model=p.model, level=p.level)


def code_key(code: str) -> str:
    """Return a treatment code as part of a key: SOR+IFN becomes sor_ifn."""
    return code.lower().replace("+", "_")


def survival_effects(evidence: Evidence, level: float = 0.95) -> tuple[Numbers, list[str]]:
    """Return overall survival by the default network, as os_hr_*, and its data rows."""
    parameters = Landscape(outcome="os", level=level)
    found = links(evidence, parameters)
    lost = left_out(evidence, parameters)
    fitted = fit(found, parameters)
    numbers = _against_reference(fitted, parameters) | _lost_numbers(lost, fitted, parameters)
    return {f"os_{key}": number for key, number in numbers.items()}, [
        *(row for link in found for row in link.rows),
        *(row for link in lost for row in link.rows),
    ]


def _against_reference(fitted: NetworkResult, p: Landscape) -> Numbers:
    return {
        f"hr_{code_key(code)}": (estimate, _words(code, p))
        for code, estimate in fitted.effects_versus(p.reference).items()
        if code != p.reference
    }


def _words(code: str, p: Landscape) -> str:
    over = f"{treatment_words(code)} over {treatment_words(p.reference)}"
    return f"{p.outcome.upper()} hazard ratio, {over}"


def _lost_numbers(lost: Sequence[LeftOut], fitted: NetworkResult, p: Landscape) -> Numbers:
    """Return why treatments have no effect here that only contrasts left out would link."""
    return {
        f"hr_{code_key(code)}": (one.missing, _words(code, p))
        for one in lost
        for code in one.treatments
        if code not in fitted.treatments
    }


def record_left_out(page: Page[Landscape], lost: Sequence[LeftOut], fitted: NetworkResult) -> None:
    """Write which treatments cannot be compared because contrasts were left out."""
    rows = [row for one in lost for row in one.rows]
    numbers = _lost_numbers(lost, fitted, page.parameters)
    if numbers:
        page.record_all(numbers, rows)


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
    from evidence.tables.formatting import format_compact

    league = fitted.league()
    scores = fitted.p_scores()
    order = sorted(fitted.treatments, key=lambda code: -scores[code])
    rows = [
        [
            treatment_words(a),
            *("" if a == b else format_compact(league[a, b]) for b in order),
            f"{scores[a]:.2f}",
        ]
        for a in order
    ]
    rows = [[cell or "\u2014" for cell in row] for row in rows]
    columns = ["Row over column", *(treatment_words(code) for code in order), "P-score"]
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


def tabulate_transitivity(
    evidence: Evidence, found: list[Link], lost: Sequence[LeftOut] = ()
) -> Table:
    """Return what differs between the trials that the network compares; below, what it lacks."""
    rows = []
    for study_id in dict.fromkeys(link.contrast.study for link in found):
        study = evidence.study(study_id)
        own = [link for link in found if link.contrast.study == study_id]
        compared = ", ".join(
            f"{treatment_words(link.contrast.treat_a)} v {treatment_words(link.contrast.treat_b)}"
            for link in own
        )
        rows.append(
            [
                study["short_name"],
                compared,
                "derived" if all(link.derived for link in own) else "published",
                study_words(study, "line"),
                study_words(study, "blinding"),
                study_words(study, "histology"),
                study["n_total"],
                study_words(study, "accrual"),
            ]
        )
    columns = ["Study", "Compared", "Hazard ratio", "Line", "Blinding", "Histology"]
    columns += ["Patients", "Enrolled"]
    notes = [
        f"Left out, {evidence.study(one.study)['short_name']}: {one.missing.reason}."
        for one in lost
    ]
    return make_table(
        columns,
        rows,
        caption="Can these trials be compared?",
        numeric=("Patients",),
        footnotes=notes,
    )


def edges(evidence: Evidence, found: list[Link]) -> list[Edge]:
    """Return the links as the network figure takes them."""
    return [
        Edge(
            link.contrast.treat_a,
            link.contrast.treat_b,
            link.contrast.se,
            link.derived,
            evidence.study(link.contrast.study)["short_name"].partition(" (")[0],
            evidence.study(link.contrast.study)["n_total"],
        )
        for link in found
    ]


def derived_medians(found: Sequence[Link]) -> list[tuple[str, str]]:
    """Return the rows of the medians from which links are derived, experimental arm first."""
    pairs = [[row for row in link.rows if ".median." in row] for link in found if link.derived]
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]
