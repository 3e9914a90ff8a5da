"""Forest plot of response rates, with what is pooled and the randomized control beside it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from evidence.figures.style import (
    INK,
    MUTED,
    SHADE,
    Figure,
    TextStyle,
    new_figure,
    treatment_colour,
    use_theme,
)
from evidence.tables.formatting import format_compact
from evidence_stats.estimates import Estimate, NotEstimable
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


def _control_band(ax: Axes, control: Estimate) -> None:
    ax.axvspan(100 * (control.low or 0), 100 * (control.high or 1), color=SHADE, zorder=0)
    ax.axvline(100 * control.value, color=treatment_colour("SOR"), linestyle="--", linewidth=1)


def _say_control(control: Estimate | NotEstimable) -> str:
    if isinstance(control, NotEstimable):
        return "the response of the randomized sorafenib-alone arm cannot be had"
    return f"the randomized sorafenib-alone arm had {format_compact(control)} %"


def draw_response_forest(
    arms: Sequence[DosedArm],
    estimates: Sequence[Estimate],
    pooled: PooledProportion,
    sensitivity: PooledProportion,
    control: Estimate | NotEstimable,
) -> Figure:
    """Return the forest plot of the combination arms.

    Parameters
    ----------
    arms, estimates : sequences
        Arms and their response rates, in the order of drawing.
    pooled, sensitivity : PooledProportion
        The headline pool and the other model.
    control : Estimate or NotEstimable
        Response of the randomized sorafenib arm, drawn as a band where it is known.
    """
    with use_theme():
        fig, ax = new_figure(2.2, 0.34 * (len(arms) + 4) + 1.1)
        if isinstance(control, Estimate):
            _control_band(ax, control)
        rows: list[tuple[str, str, str]] = []
        largest = max(arm.n for arm in arms)
        for y, (arm, estimate) in enumerate(zip(arms, estimates, strict=True)):
            _study(ax, y, arm, estimate, largest)
            rows.append((arm.name, _dose(arm), f"{arm.events}/{arm.n}  {format_compact(estimate)}"))
        below = len(arms) + 0.4
        _diamond(ax, below, pooled.estimate, INK)
        _diamond(ax, below + 1, sensitivity.estimate, MUTED)
        rows += [
            (f"Pooled, {_MODEL_NAMES[pooled.model]}", "", format_compact(pooled.estimate)),
            (
                f"Pooled, {_MODEL_NAMES[sensitivity.model]}",
                "",
                format_compact(sensitivity.estimate),
            ),
        ]
        places: list[float] = [*range(len(arms)), below, below + 1]
        prediction = pooled.prediction
        if prediction is not None:
            ends = [100 * (prediction.low or 0), 100 * (prediction.high or 1)]
            ax.plot(ends, [below + 2, below + 2], color=MUTED, linewidth=5, solid_capstyle="butt")
            rows.append(
                (
                    "Prediction, a new study",
                    "",
                    format_compact(prediction, with_value=False),
                )
            )
            places.append(below + 2)
        _columns(ax, rows, places, len(arms))
    data = pd.DataFrame(
        {
            "arm": [arm.arm_id for arm in arms],
            "events": [arm.events for arm in arms],
            "n": [arm.n for arm in arms],
            "value": [estimate.value for estimate in estimates],
            "low": [estimate.low for estimate in estimates],
            "high": [estimate.high for estimate in estimates],
        }
    )
    level = f"{100 * (pooled.estimate.level or 0.95):g} %"
    alt = (
        f"Response rates of {len(arms)} arms given sorafenib and interferon-alfa, pooled at "
        f"{format_compact(pooled.estimate)} %; {_say_control(control)}."
    )
    band = (
        "Band and dashed line: the sorafenib-alone arm of the only randomized trial."
        if isinstance(control, Estimate)
        else f"Not shown is the sorafenib-alone arm of the only randomized trial: {control.reason}."
    )
    caption = (
        f"Objective response with sorafenib and interferon-alfa, {level} intervals, and planned "
        f"interferon-alfa a week. {band} Arms are pooled across trials without a control: "
        f"context, not a treatment effect."
    )
    return Figure(fig, data, "response-forest", caption, alt, pooled.estimate.grade)


def _columns(ax: Axes, rows: list[tuple[str, str, str]], places: list[float], arms: int) -> None:
    ax.set_ylim(max(places) + 0.7, -1.2)
    ax.set_xlim(0, 60)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("Objective response, %")
    beside = ax.get_yaxis_transform()
    heads: TextStyle = {"va": "center", "fontsize": 8, "color": MUTED}
    ax.text(-1.34, -0.9, "Arm", ha="left", transform=beside, **heads)
    ax.text(-0.08, -0.9, "MU/week", ha="right", transform=beside, **heads)
    ax.text(1.04, -0.9, "n/N  % (interval)", ha="left", transform=beside, **heads)
    for y, (name, dose, text) in zip(places, rows, strict=True):
        weight = "bold" if y == places[arms] else "normal"
        style: TextStyle = {
            "va": "center",
            "fontsize": 8,
            "transform": beside,
            "fontweight": weight,
        }
        ax.text(-1.34, y, name, ha="left", **style)
        ax.text(-0.08, y, dose, ha="right", **style)
        ax.text(1.04, y, text, ha="left", **style)
