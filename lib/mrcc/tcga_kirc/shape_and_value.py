"""The shape of a marker's association, and what the marker is worth beside stage, grade and age."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.ticker import FixedLocator, NullLocator

from evidence.figures.missing import or_say_why
from evidence.figures.style import INK, MUTED, Figure, new_figure, use_theme
from evidence_stats.estimates import NotEstimable
from evidence_stats.normal import critical_value
from mrcc.tcga_kirc.cohort import Row, design, rows
from mrcc.tcga_kirc.parameters import TcgaKirc

_TICKS = (0.3, 0.5, 0.7, 1, 1.4, 2, 3)
_LIMITS = (0.28, 3.5)


def shape_of(p: TcgaKirc) -> list[Row] | NotEstimable:
    """Return the spline of the chosen marker, patients and adjustment."""
    found = rows("splines", marker=p.marker, population=p.population, adjustment=p.adjustment)
    return found or NotEstimable("no spline of these patients")


@or_say_why("marker-shape")
def draw_shape(shape: list[Row], p: TcgaKirc) -> Figure:
    """Return the hazard against that at the median of the marker, by a restricted cubic spline."""
    z = critical_value(p.level)
    level = [float(one["level"]) for one in shape]
    log_hr = [float(one["log_hr"]) for one in shape]
    se = [float(one["se"]) for one in shape]
    low = [math.exp(value - z * error) for value, error in zip(log_hr, se, strict=True)]
    high = [math.exp(value + z * error) for value, error in zip(log_hr, se, strict=True)]
    value = [math.exp(one) for one in log_hr]
    told = design()
    with use_theme():
        fig, ax = new_figure(4.6, 2.9)
        ax.axhline(1, color=INK, linewidth=0.8)
        ax.fill_between(level, low, high, color="#01665e", alpha=0.13, linewidth=0)
        ax.plot(level, value, color="#01665e")
        ax.set_yscale("log")
        ax.yaxis.set_major_locator(FixedLocator(list(_TICKS)))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.set_yticklabels([f"{tick:g}" for tick in _TICKS])
        ax.set(ylim=_LIMITS)
        ax.set_xlabel(f"{told.markers[p.marker]}, log2 level")
        ax.set_ylabel("Hazard ratio\nagainst the median")
    who = f"{told.populations[p.population].words}, {told.adjustments[p.adjustment].words}"
    alt = (
        f"Hazard ratio against the median of {told.markers[p.marker]}, {who}: {value[0]:.2f} "
        f"at its 5th percentile, {value[-1]:.2f} at its 95th."
    )
    caption = (
        f"Hazard at each level of {told.markers[p.marker]} against that at its median, {who}: "
        f"restricted cubic spline with three knots and {100 * p.level:g} % limits, from the 5th to "
        "the 95th percentile."
    )
    data = pd.DataFrame({"level": level, "value": value, "low": low, "high": high})
    return Figure(fig, data, "marker-shape", caption, alt, "D2")


def net_benefits(p: TcgaKirc) -> list[Row] | NotEstimable:
    """Return the net benefit at each risk from which somebody might act."""
    found = rows("net_benefit", marker=p.marker, horizon=p.horizon)
    return found or NotEstimable("no models with and without the marker")


@or_say_why("net-benefit")
def draw_net_benefit(told: list[Row], p: TcgaKirc) -> Figure:
    """Return the decision curve of the models with and without the marker."""
    data = pd.DataFrame(told)[["threshold", "without", "with", "everybody"]].astype(float)
    marker = design().markers[p.marker]
    lines = (
        ("with", f"with {marker}", "#01665e", "-"),
        ("without", "stage, grade, age", "#8c510a", (0, (4, 1.5))),
        ("everybody", "act on everybody", MUTED, (0, (1, 1.5))),
    )
    with use_theme():
        fig, ax = new_figure(4.6, 2.9)
        ax.axhline(0, color=INK, linewidth=0.8)
        for name, words, colour, dash in lines:
            ax.plot(100 * data["threshold"], data[name], color=colour, linestyle=dash, label=words)
        ax.set(ylim=(-0.05, max(0.05, float(data["everybody"].max()) * 1.1)))
        ax.set_xlabel(f"Risk of death within {p.horizon} months from which one acts, %")
        ax.set_ylabel("Net benefit")
        ax.legend(loc="upper right")
    gain = (data["with"] - data["without"]).abs()
    alt = (
        f"Net benefit at {p.horizon} months with and without {marker}: the two differ by at most "
        f"{gain.max():.3f}."
    )
    caption = (
        f"Decision curve at {p.horizon} months, all patients: net benefit per patient of acting on "
        "those at or above a risk. Zero is acting on nobody. Drawn in the patients of the models, "
        "which flatters both."
    )
    return Figure(fig, data, "net-benefit", caption, alt, "D2")
