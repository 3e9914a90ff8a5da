"""Response against planned interferon-alfa a week, with the band of the meta-regression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import expit

from evidence.figures.missing import or_say_why
from evidence.figures.style import INK, Figure, new_figure, treatment_colour, use_theme
from evidence.sources.responses import ArmResponse
from evidence_stats.pooling.inverse_variance import Pooled


@or_say_why("dose-bubbles")
def draw_dose_bubbles(
    arms: Sequence[ArmResponse], doses: Sequence[float], fitted: Pooled, words: str
) -> Figure:
    """Return bubbles whose areas are the patients, joined where one trial randomized doses.

    Parameters
    ----------
    arms, doses : sequences
        Arms and their planned MU a week.
    fitted : Pooled
        Meta-regression of logits on the dose in MU.
    words : str
        Odds ratio of the slope in words, for caption and alternative text.
    """
    rates = [100 * arm.events / arm.n for arm in arms]
    grid = np.linspace(min(doses) - 2, max(doses) + 2, 60)
    band = [fitted.at(float(dose)) for dose in grid]
    with use_theme():
        fig, ax = new_figure(5.6, 3.9)
        lower = 100 * expit(np.array([point.low for point in band]))
        upper = 100 * expit(np.array([point.high for point in band]))
        middle = 100 * expit(np.array([point.value for point in band]))
        ax.fill_between(grid, lower, upper, color="#dddddd", linewidth=0)
        ax.plot(grid, middle, color=INK, linewidth=1.2)
        colour = treatment_colour("SOR+IFN")
        sizes = [6 * arm.n for arm in arms]
        ax.scatter(doses, rates, s=sizes, color=colour, alpha=0.65, edgecolor=INK, zorder=3)
        _join_randomized(ax, arms, doses, rates)
        for number, (arm, dose, rate) in enumerate(zip(arms, doses, rates, strict=True)):
            # Labels of crowded high doses stand to the left, others to the right, in turn
            # above and below their bubble.
            side = -1 if dose > 20 else 1
            ax.annotate(
                arm.name.replace(" (Bracarda 2013)", ""),
                (dose, rate),
                xytext=(9 * side, 8 if number % 2 else -13),
                textcoords="offset points",
                ha="right" if side < 0 else "left",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.7},
            )
        ax.set(xlabel="Planned interferon-alfa, MU a week", ylabel="Objective response, %")
        ax.set_ylim(0, max(upper.max(), max(rates)) + 4)
    alt = f"Response of {len(arms)} arms against planned dose: {words}."
    caption = (
        f"Objective response against planned interferon-alfa a week; areas show patients. Line and "
        f"band: meta-regression across arms, {words}. Dashed: two schedules that one trial "
        f"randomized."
    )
    data = pd.DataFrame(
        {"arm": [arm.arm_id for arm in arms], "dose": list(doses), "response": rates}
    )
    return Figure(fig, data, "dose-bubbles", caption, alt, "D2")


def _join_randomized(
    ax: object, arms: Sequence[ArmResponse], doses: Sequence[float], rates: Sequence[float]
) -> None:
    by_study: dict[str, list[int]] = {}
    for number, arm in enumerate(arms):
        by_study.setdefault(arm.arm_id.partition(".")[0], []).append(number)
    for numbers in by_study.values():
        if len(numbers) == 2:
            x, y = ([values[number] for number in numbers] for values in (doses, rates))
            ax.plot(x, y, "--", color=INK, linewidth=1)  # type: ignore[attr-defined]
