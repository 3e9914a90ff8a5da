"""Survival of groups of patients by a marker, with numbers at risk below the curves."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from evidence.figures.missing import or_say_why
from evidence.figures.style import MUTED, Figure, use_theme
from evidence_stats.estimates import NotEstimable
from evidence_stats.normal import critical_value
from evidence_stats.survival.kaplan_meier import survival_band
from mrcc.tcga_kirc.analysis import grouping
from mrcc.tcga_kirc.cohort import Row, design, rows
from mrcc.tcga_kirc.parameters import TcgaKirc

# Groups are no treatments: colours of their own, lowest to highest, told apart in grey as well.
COLOURS = {2: ("#8c510a", "#35978f"), 3: ("#8c510a", "#9e9e9e", "#01665e")}
_DASHES = {2: ("-", (0, (5, 1.5))), 3: ("-", (0, (1.5, 1.5)), (0, (5, 1.5)))}
# Numbers at risk are shown every so many months.
_EVERY = 24
_RISK_LINE = 0.075


def curves_of(p: TcgaKirc) -> dict[str, list[Row]] | NotEstimable:
    """Return the curve of each group, lowest first."""
    found: dict[str, list[Row]] = {}
    for one in rows("curves", marker=p.marker, scale=grouping(p), population=p.population):
        found.setdefault(one["group"], []).append(one)
    return found or NotEstimable("no curves of these patients")


@or_say_why("survival-by-group")
def draw_survival_by_group(curves: dict[str, list[Row]], p: TcgaKirc) -> Figure:
    """Return Kaplan-Meier curves with pointwise bands, and patients at risk below them."""
    colours, dashes = COLOURS[len(curves)], _DASHES[len(curves)]
    with use_theme():
        from matplotlib.figure import Figure as MplFigure

        fig = MplFigure(figsize=(4.6, 3.6))
        ax = fig.add_subplot()
        records = []
        for place, (group, steps) in enumerate(curves.items()):
            shown = _known(group, steps, p.level)
            records.append(shown)
            ax.plot(shown["month"], shown["survival"], color=colours[place],
                    linestyle=dashes[place], label=group)  # fmt: skip
            ax.fill_between(shown["month"], shown["low"], shown["high"],
                            color=colours[place], alpha=0.13, linewidth=0)  # fmt: skip
            _at_risk(ax, place, group, steps, colours[place])
        data = pd.concat(records, ignore_index=True)
        last = int(max(data["month"]))
        ax.axvline(p.horizon, color=MUTED, linestyle=":", linewidth=1)
        ax.set(xlim=(0, last + 2), ylim=(0, 1.02), ylabel="Alive")
        ax.set_xticks(range(0, last + 1, _EVERY))
        ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
        ax.set_xlabel("Months since diagnosis")
        ax.legend(loc="lower left", handlelength=2.6)
    told = design()
    who = told.populations[p.population].words
    at = {
        group: one[one["month"] <= p.horizon].iloc[-1]
        for group, one in zip(curves, records, strict=True)
    }
    alt = f"Survival by {told.markers[p.marker]}, {who}: " + "; ".join(
        f"{group} {100 * found['survival']:.0f} % alive at {found['month']:g} months"
        for group, found in at.items()
    )
    caption = (
        f"Survival of {who} by {told.markers[p.marker]}, Kaplan-Meier, read every six months and "
        f"joined by lines, with pointwise {100 * p.level:g} % bands. Below: patients at risk. "
        f"Nothing is shown where fewer than five are left. Dotted: {p.horizon} months."
    )
    return Figure(fig, data, "survival-by-group", caption, alt + ".", "D2")


def _known(group: str, steps: list[Row], level: float) -> pd.DataFrame:
    kept = [one for one in steps if one["survival"] != ""]
    survival = np.array([float(one["survival"]) for one in kept])
    half = critical_value(level) * np.sqrt([float(one["greenwood"]) for one in kept])
    low, high = survival_band(survival, half, "log-log")
    return pd.DataFrame(
        {
            "group": group,
            "month": [float(one["month"]) for one in kept],
            "survival": survival,
            "low": low,
            "high": high,
            "at_risk": [float(one["at_risk"]) for one in kept],
        }
    )


def _at_risk(ax: Axes, place: int, group: str, steps: list[Row], colour: str) -> None:
    y = -0.27 - place * _RISK_LINE
    ax.text(-0.09, y, group, transform=ax.transAxes, ha="right", color=colour)
    for one in steps:
        month = int(one["month"])
        if month % _EVERY == 0:
            ax.text(
                month,
                y,
                one["at_risk"],
                transform=ax.get_xaxis_transform(),
                ha="center",
                color=colour,
            )
