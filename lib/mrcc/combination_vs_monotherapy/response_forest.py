"""Forest plot of response rates without a control, with what is pooled."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from evidence.figures.forest_lines import estimate_columns
from evidence.figures.style import (
    INK,
    MUTED,
    Figure,
    TextStyle,
    new_figure,
    treatment_colour,
    use_theme,
)
from evidence.tables.formatting import format_compact
from evidence_stats.estimates import Estimate
from evidence_stats.pooling.pooled_proportions import PooledProportion
from mrcc.chosen_arms import DosedArm

# Models of the pool in words short enough for a label.
_MODEL_NAMES = {
    "glmm": "binomial-normal",
    "reml": "REML",
    "pm": "Paule-Mandel",
    "dl": "DerSimonian-Laird",
    "betabinomial": "beta-binomial",
    "bayes": "Bayesian",
}
# Marker areas in points squared: readable for the smallest arm, not overwhelming for the largest.
_SMALLEST, _LARGEST = 18, 90


def _dose(arm: DosedArm) -> str:
    if arm.weekly_mu is None:
        return ""
    low, high = arm.weekly_mu
    return f"{low:g}" if low == high else f"{low:g}\u2013{high:g}"


def _study(ax: Axes, y: float, arm: DosedArm, estimate: Estimate, largest: int) -> None:
    colour = treatment_colour(arm.treatment)
    size = _SMALLEST + (_LARGEST - _SMALLEST) * arm.n / largest
    ax.plot([100 * (estimate.low or 0), 100 * (estimate.high or 1)], [y, y], color=colour)
    ax.scatter([100 * estimate.value], [y], marker="s", s=size, color=colour, zorder=3)


def _diamond(ax: Axes, y: float, estimate: Estimate, colour: str) -> None:
    low, high = 100 * (estimate.low or 0), 100 * (estimate.high or 1)
    middle = 100 * estimate.value
    ax.fill([low, middle, high, middle], [y, y + 0.28, y, y - 0.28], color=colour, zorder=3)


def draw_response_forest(
    arms: Sequence[DosedArm],
    estimates: Sequence[Estimate],
    pooled: PooledProportion,
    sensitivity: PooledProportion,
) -> Figure:
    """Return the forest plot of the combination arms.

    Parameters
    ----------
    arms, estimates : sequences
        Arms and their response rates, in the order of drawing.
    pooled, sensitivity : PooledProportion
        The headline pool and the other model.
    """
    with use_theme():
        fig, ax = new_figure(2.2, 0.34 * (len(arms) + 4) + 1.1)
        rows: list[tuple[str, str, str]] = []
        largest = max(arm.n for arm in arms)
        for y, (arm, estimate) in enumerate(zip(arms, estimates, strict=True)):
            _study(ax, y, arm, estimate, largest)
            rows.append(
                (arm.name, _dose(arm), f"{arm.events}/{arm.n}\u2003{format_compact(estimate)}")
            )
        below = len(arms) + 0.4
        pools = {f"Pooled, {_MODEL_NAMES[one.model]}": one for one in (pooled, sensitivity)}
        for place, (words, one) in enumerate(pools.items()):
            _diamond(ax, below + place, one.estimate, MUTED if place else INK)
            rows.append((words, "", format_compact(one.estimate)))
        drawn = [*estimates, *(one.estimate for one in pools.values())]
        if pooled.prediction is not None:
            ends = [100 * (pooled.prediction.low or 0), 100 * (pooled.prediction.high or 1)]
            ax.plot(ends, [below + len(pools)] * 2, color=MUTED, linewidth=5, solid_capstyle="butt")
            words = format_compact(pooled.prediction, with_value=False)
            rows.append(("Prediction, a new study", "", words))
            drawn.append(pooled.prediction)
        _columns(ax, rows, [y + 0.4 * (y >= len(arms)) for y in range(len(rows))], len(arms))
    unknown = [None] * (len(rows) - len(arms))
    data = pd.DataFrame(
        {
            "arm": [*(arm.arm_id for arm in arms), *(name for name, *_ in rows[len(arms) :])],
            "events": [*(arm.events for arm in arms), *unknown],
            "n": [*(arm.n for arm in arms), *unknown],
            **estimate_columns(drawn),
        }
    )
    level = f"{100 * (pooled.estimate.level or 0.95):g} %"
    alt = (
        f"Response rates of {len(arms)} arms given sorafenib and interferon-alfa, pooled at "
        f"{format_compact(pooled.estimate)} %."
    )
    caption = (
        f"Objective response with sorafenib and interferon-alfa, {level} intervals, and planned "
        f"interferon-alfa a week; squares by patients. Arms are pooled across trials without a "
        f"control: context, not a treatment effect."
    )
    return Figure(fig, data, "response-forest", caption, alt, pooled.estimate.grade)


def _columns(
    ax: Axes, rows: list[tuple[str, str, str]], places: Sequence[float], arms: int
) -> None:
    ax.set_ylim(max(places) + 0.7, -1.2)
    ax.set_xlim(0, 60)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("Objective response, %")
    beside = ax.get_yaxis_transform()
    heads: TextStyle = {"va": "center", "color": MUTED}
    ax.text(-1.34, -0.9, "Arm", ha="left", transform=beside, **heads)
    ax.text(-0.08, -0.9, "MU/week", ha="right", transform=beside, **heads)
    ax.text(1.04, -0.9, "n/N\u2003% (interval)", ha="left", transform=beside, **heads)
    for y, (name, dose, text) in zip(places, rows, strict=True):
        weight = "bold" if y == places[arms] else "normal"
        style: TextStyle = {
            "va": "center",
            "transform": beside,
            "fontweight": weight,
        }
        ax.text(-1.34, y, name, ha="left", **style)
        ax.text(-0.08, y, dose, ha="right", **style)
        ax.text(1.04, y, text, ha="left", **style)
