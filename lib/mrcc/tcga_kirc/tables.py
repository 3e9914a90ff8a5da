"""The tables of the chapter on the cohort."""

from __future__ import annotations

from collections.abc import Sequence

from evidence.cohorts.tables import HIDDEN
from evidence.sources.data import Evidence
from evidence.tables.formatting import MINUS, format_estimate, format_p
from evidence.tables.table import Table, make_table
from evidence_stats.estimates import NotEstimable
from mrcc.tcga_kirc.analysis import grouping, model
from mrcc.tcga_kirc.cohort import Row, design, number, ratio, row, rows
from mrcc.tcga_kirc.parameters import TcgaKirc

# Rows of excluded.csv that studied the protein in tumours without treatment.
OTHER_STUDIES = ("X49", "X50")


def tabulate_baseline(p: TcgaKirc) -> Table:
    """Return who the patients of each third of the marker were."""
    told = rows("baseline", marker=p.marker)
    thirds = list(dict.fromkeys(one["group"] for one in told))
    lines: dict[tuple[str, str], dict[str, str]] = {}
    for one in told:
        lines.setdefault((one["characteristic"], one["value"]), {})[one["group"]] = one["count"]
    names = design().covariates
    table = [
        [
            f"{names[name].words}, {value}",
            *(counts[third].replace(HIDDEN, "hidden") or "hidden" for third in thirds),
        ]
        for (name, value), counts in lines.items()
        if any(count != "0" for count in counts.values())
    ]
    return make_table(
        ["Patients", *(third.capitalize() for third in thirds)],
        table,
        caption=f"Who the patients were, by thirds of {design().markers[p.marker]}",
        numeric=[third.capitalize() for third in thirds],
        footnotes=(
            "Hidden: fewer than five, or a count from which such a one would follow. Age is the "
            "median, in years.",
        ),
    )


def tabulate_facts() -> Table:
    """Return what was read, and how it can be made again."""
    cells = [[one["words"].capitalize().replace("Sha", "SHA"), one["value"]]
             for one in rows("facts") if not one["key"].startswith("base_")]  # fmt: skip
    return make_table(
        ["What", "In the files"],
        cells,
        caption=f"What was read: {design().title}",
        numeric=("In the files",),
        footnotes=(
            "The files are no part of this book. Nobody may try to find out who a patient is.",
        ),
    )


def _levels(cuts: Sequence[str]) -> list[str]:
    """Return which levels groups have that are divided by `cuts`, from the lowest on."""
    return [f"up to {cuts[0]}", *(f"above {cut}" for cut in cuts)]


def tabulate_groups(p: TcgaKirc) -> Table:
    """Return patients, deaths and median survival of the groups of the curves."""
    told = rows("groups", marker=p.marker, scale=grouping(p), population=p.population)
    cuts = [f"{float(one['above']):.2f}".replace("-", MINUS) for one in told if one["above"]]
    cells = [
        [
            one["group"],
            level,
            one["n"],
            one["events"],
            _median(one),
        ]
        for one, level in zip(told, _levels(cuts), strict=True)
    ]
    return make_table(
        ["Group", "Level, log2", "Patients", "Deaths", "Median survival, months (95 % CI)"],
        cells,
        caption=f"Groups by {design().markers[p.marker]}",
        numeric=("Patients", "Deaths"),
    )


def _median(one: Row) -> str:
    if not one["median"]:
        return "not reached"
    low, high = (
        f"{float(one[c]):.1f}" if one[c] else "not reached" for c in ("median_low", "median_high")
    )
    return f"{float(one['median']):.1f} ({low} to {high})"


def tabulate_models(p: TcgaKirc) -> Table:
    """Return the chosen marker, scale and patients beside every adjustment."""
    cells = []
    for name, told in design().adjustments.items():
        found = model(p, adjustment=name)
        hr = ratio(found, p.level, "lr_p")
        if isinstance(found, NotEstimable) or isinstance(hr, NotEstimable):
            cells.append([told.words, "not estimable", "none", "none", "none", str(hr)])
            continue
        same = design().adjustments[found["same_as"]].words if found["same_as"] else ""
        cells.append(
            [
                told.words,
                format_estimate(hr, brackets=True),
                f"{found['events']}/{found['n']}",
                format_p(float(found["lr_p"])),
                format_p(float(found["ph_p"])),
                f"the same as {same}: no such groups among them" if same else "none",
            ]
        )
    return make_table(
        [
            "Beside the protein",
            "Hazard ratio",
            "Deaths/patients",
            "P",
            "P, proportional hazards",
            "Note",
        ],
        cells,
        caption="The protein beside what else is known: P by likelihood ratio",
        numeric=("Hazard ratio", "Deaths/patients", "P", "P, proportional hazards"),
    )


def tabulate_calibration(p: TcgaKirc) -> Table:
    """Return predicted and observed risk of death at the horizon, by fifths of predicted risk."""
    cells = []
    for fifth in range(1, 6):
        line: list[object] = [f"{fifth} of 5"]
        for name in ("without", "with"):
            found = row("calibration", marker=p.marker, horizon=p.horizon, model=name, fifth=fifth)
            for column in ("predicted", "observed"):
                made = number(found, column, unit="proportion")
                line.append("none" if isinstance(made, NotEstimable) else format_estimate(made))
        cells.append(line)
    heads = ["Predicted", "Observed", "Predicted, with the protein", "Observed, with the protein"]
    return make_table(
        ["Fifth of risk", *heads],
        cells,
        caption=f"Calibration: risk of death within {p.horizon} months, all patients",
        numeric=heads,
    )


def tabulate_panels(p: TcgaKirc) -> Table:
    """Return how often the best of a panel reaches the trial's P values by chance, by its size."""
    told = rows("panels", population=p.population, adjustment="none")
    sizes = list(dict.fromkeys(one["size"] for one in told))
    thresholds = list(dict.fromkeys(one["threshold"] for one in told))
    by = {(one["size"], one["threshold"]): one for one in told}
    cells = [
        [size, *(_percent(by[size, t]["share"]) for t in thresholds),
         *(_percent(by[size, t]["independent"]) for t in thresholds)]
        for size in sizes
    ]  # fmt: skip
    heads = [f"P {format_p(float(t))} or less" for t in thresholds]
    independent = [f"{head}, independent markers" for head in heads]
    return make_table(
        ["Markers in the panel", *heads, *independent],
        cells,
        caption="How often the best of a panel has such a P where no marker matters",
        numeric=("Markers in the panel", *heads, *independent),
    )


def _percent(cell: str) -> str:
    return f"{100 * float(cell):.1f} %"


def tabulate_other_studies(evidence: Evidence) -> Table:
    """Return other studies of the protein in tumours, and why none has a number here."""
    told = evidence.where("excluded", excluded_id=OTHER_STUDIES)
    cells = [[one["citation"], one["reason"]] for _, one in told.iterrows()]
    return make_table(
        ["Study", "What was read of it"], cells, caption="Other studies of the protein in tumours"
    )


def tabulate_certainty(evidence: Evidence) -> Table:
    """Return why the certainty of the association is no higher, domain by domain."""
    told = evidence.where("certainty", question="biomarker_prognosis", finding="association_cohort")
    cells = [
        [one["domain"].replace("_", " ").capitalize(), one["steps"], one["reason"]]
        for _, one in told.iterrows()
    ]
    return make_table(
        ["Domain", "Steps down", "Why"],
        cells,
        caption="Certainty of the association (GRADE), from high",
        numeric=("Steps down",),
    )
