"""The hazard ratio of a marker over time: by period, and as its residuals smooth out."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.ticker import FixedLocator, NullLocator

from evidence.figures.missing import or_say_why
from evidence.figures.style import INK, MUTED, Figure, new_figure, use_theme
from evidence.tables.formatting import format_compact
from evidence_stats.estimates import Estimate, NotEstimable
from mrcc.tcga_kirc.analysis import period_words
from mrcc.tcga_kirc.cohort import Row, design, ratio, rows
from mrcc.tcga_kirc.parameters import TcgaKirc

_TICKS = (0.3, 0.5, 0.7, 1, 1.4, 2, 3)
_LIMITS = (0.28, 3.5)
# The last period has no end; it is drawn up to here.
_LAST_MONTH = 96.0


def period_effects(p: TcgaKirc) -> list[tuple[Row, Estimate]] | NotEstimable:
    """Return the periods that have a hazard ratio."""
    told = rows("periods", marker=p.marker, population=p.population, adjustment=p.adjustment)
    made = [(one, ratio(one, p.level)) for one in told]
    found = [(one, hr) for one, hr in made if isinstance(hr, Estimate)]
    return found or NotEstimable("no period has enough deaths")


@or_say_why("effect-over-time")
def draw_effect_over_time(effects: list[tuple[Row, Estimate]], p: TcgaKirc) -> Figure:
    """Return the hazard ratio per SD in each period, and the smoothed residuals behind it."""
    smooth = rows("over_time", marker=p.marker, population=p.population, adjustment=p.adjustment)
    records = []
    with use_theme():
        fig, ax = new_figure(4.6, 3.2)
        ax.axhline(1, color=INK, linewidth=0.8)
        for one, hr in effects:
            start = float(one["from_month"])
            end = float(one["to_month"] or _LAST_MONTH)
            low, high = max(hr.low or 0, _LIMITS[0]), min(hr.high or _LIMITS[1], _LIMITS[1])
            ax.fill_between(
                [start, end], [low] * 2, [high] * 2, color="#01665e", alpha=0.13, linewidth=0
            )
            ax.plot([start, end], [hr.value] * 2, color="#01665e")
            ax.text(
                (start + end) / 2, high * 1.04, f"{one['events']} deaths", ha="center", color=MUTED
            )
            records.append(
                {"period": period_words(one), "value": hr.value, "low": hr.low, "high": hr.high,
                 "events": one["events"]}
            )  # fmt: skip
        months = [float(one["month"]) for one in smooth]
        ax.plot(months, [math.exp(float(one["log_hr"])) for one in smooth], color="#8c510a",
                linestyle=(0, (4, 1.5)), linewidth=1.4)  # fmt: skip
        ax.set_yscale("log")
        ax.yaxis.set_major_locator(FixedLocator(list(_TICKS)))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.set_yticklabels([f"{tick:g}" for tick in _TICKS])
        ax.set(xlim=(0, _LAST_MONTH), ylim=_LIMITS, xticks=range(0, 97, 24))
        ax.set_xlabel("Months since diagnosis")
        ax.set_ylabel("Hazard ratio per SD")
        ax.text(1, _LIMITS[1] * 0.9, "\u2191 higher, shorter survival", color=MUTED)
        ax.text(1, _LIMITS[0] * 1.07, "\u2193 higher, longer survival", color=MUTED)
    told = design()
    who = f"{told.populations[p.population].words}, {told.adjustments[p.adjustment].words}"
    alt = f"Hazard ratio per SD of {told.markers[p.marker]} by period, {who}: " + "; ".join(
        f"{period_words(one)} {format_compact(hr)}" for one, hr in effects
    )
    caption = (
        f"Hazard ratio of {told.markers[p.marker]} per SD in periods of follow-up, {who}, with "
        f"{100 * p.level:g} % intervals. In each period are those still followed. Broken line: "
        "scaled Schoenfeld residuals of the model for all of follow-up, smoothed. Periods with "
        "fewer than ten deaths are left out."
    )
    return Figure(fig, pd.DataFrame(records), "effect-over-time", caption, alt + ".", "D2")
