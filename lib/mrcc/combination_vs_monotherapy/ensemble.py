"""Reconstructed curves, as the range of an ensemble and never as one data set."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from evidence.figures.missing import or_say_why
from evidence.figures.style import (
    MUTED,
    WARNING_INK,
    Figure,
    TextStyle,
    new_figure,
    treatment_colour,
    use_theme,
)
from evidence_stats.survival.median import Median
from evidence_stats.survival.reconstruction import Ensemble
from evidence_stats.survival.synthetic_arms import CENTILES, ArmEnsemble

# Months at which the numbers at risk are shown.
_AT_RISK = (0, 5, 10, 15, 20)
_LAST_MONTH = 24
# Of the centiles that an ensemble keeps: the ends of the 95 % range and the middle.
_SHOWN = [CENTILES.index(centile) for centile in (0.025, 0.5, 0.975)]


def _band(ax: Axes, grid: np.ndarray, arm: ArmEnsemble, colour: str, label: str) -> None:
    low, middle, high = arm.survival[_SHOWN]
    ax.fill_between(grid, low, high, step="post", color=colour, alpha=0.2, linewidth=0)
    ax.step(grid, middle, where="post", color=colour, label=label)


def _median_bar(ax: Axes, median: Median, colour: str, y: float) -> None:
    ax.plot([median.low or 0, median.high or 30], [y, y], color=colour, linewidth=4, alpha=0.8)
    ax.plot([median.months()], [y], "o", color="black", markersize=4.5, zorder=4)


@or_say_why("pfs-ensemble")
def draw_ensemble(ensemble: Ensemble, medians: Mapping[str, Median], size: int) -> Figure:
    """Return the bands of progression-free survival of both arms with their numbers at risk.

    Parameters
    ----------
    ensemble : Ensemble
        Pairs of synthetic arms.
    medians : mapping
        Reported medians by treatment, SOR and SOR+IFN.
    size : int
        Pairs in the ensemble.
    """
    grid = np.asarray(ensemble.settings.grid)
    arms = {"SOR": ensemble.control, "SOR+IFN": ensemble.experimental}
    names = {"SOR": "Sorafenib", "SOR+IFN": "Sorafenib + interferon"}
    with use_theme():
        fig, ax = new_figure(6.0, 4.6)
        fig.subplots_adjust(bottom=0.3)
        for shift, (code, arm) in enumerate(arms.items()):
            colour = treatment_colour(code)
            _band(ax, grid, arm, colour, names[code])
            _median_bar(ax, medians[code], colour, 0.49 + 0.02 * shift)
        ax.set(xlim=(-0.3, _LAST_MONTH), ylim=(0, 1.02), xticks=range(0, 25, 5))
        ax.set(xlabel="Months", ylabel="Progression-free")
        ax.text(
            0.985, 0.97,
            f"RECONSTRUCTION, NOT PATIENT DATA\n{size} synthetic pairs of arms that\nreproduce n, "
            "median and interval",
            transform=ax.transAxes, ha="right", va="top", color=WARNING_INK,
            bbox={"boxstyle": "square,pad=0.4", "facecolor": "white", "edgecolor": WARNING_INK},
        )  # fmt: skip
        ax.legend(loc="upper right", bbox_to_anchor=(1, 0.72))
        at_risk = _at_risk_rows(ax, grid, arms)
    rmst = ensemble.rmst_difference
    hr = ensemble.hazard_ratio
    alt = (
        f"Bands of reconstructed progression-free survival, which {_overlap(ensemble)}. The hazard "
        f"ratio that the trial may have estimated lies between {hr.low:.2f} and {hr.high:.2f}; "
        f"restricted means differ by {rmst.value:.2f} months "
        f"({rmst.low:.2f} to {rmst.high:.2f})."
    )
    caption = (
        f"Progression-free survival in {size} pairs of synthetic arms: median curve and 95 % "
        f"range. Bars: reported medians with their intervals. Below: patients at risk, median and "
        f"95 % range of the ensemble. Everything here follows from the reported numbers, a "
        f"{ensemble.settings.family.capitalize()} shape and uniform censoring; it is no "
        f"re-analysis."
    )
    data = pd.DataFrame({"months": grid})
    for code, arm in arms.items():
        for name, values in zip(("low", "median", "high"), arm.survival[_SHOWN], strict=True):
            data[f"{code} {name}"] = values
    data.attrs["at_risk"] = at_risk
    return Figure(fig, data, "pfs-ensemble", caption, alt, "D3")


def _overlap(ensemble: Ensemble) -> str:
    """Return at how many of the months shown the bands of both arms hold a common value."""
    shown = np.asarray(ensemble.settings.grid) <= _LAST_MONTH
    bands = [arm.survival[_SHOWN][:, shown] for arm in (ensemble.experimental, ensemble.control)]
    apart = (bands[0][0] > bands[1][2]) | (bands[1][0] > bands[0][2])
    if not apart.any():
        return "overlap throughout"
    return f"lie apart at {int(apart.sum())} of {apart.size} points in time"


def _at_risk_rows(
    ax: Axes, grid: np.ndarray, arms: Mapping[str, ArmEnsemble]
) -> dict[str, list[str]]:
    transform = ax.get_xaxis_transform()
    style: TextStyle = {"transform": transform, "va": "top"}
    ax.text(0, -0.2, "At risk, median (95 % range)", color=MUTED, ha="left", **style)
    written: dict[str, list[str]] = {}
    for line, (code, arm) in enumerate(arms.items()):
        written[code] = []
        for month in _AT_RISK:
            place = int(np.argmin(np.abs(grid - month)))
            low, middle, high = (round(float(v)) for v in arm.at_risk[_SHOWN, place])
            text = f"{middle} ({low}\u2013{high})" if low < high else f"{middle}"
            written[code].append(text)
            colour = treatment_colour(code)
            ax.text(month, -0.26 - 0.06 * line, text, color=colour, ha="center", **style)
    return written
