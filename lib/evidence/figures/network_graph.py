"""The network of treatments: nodes are treatments, lines are randomized contrasts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from evidence.figures.missing import or_say_why
from evidence.figures.style import INK, MUTED, Figure, new_figure, treatment_colour, use_theme

# Line widths in points for the least and the most precise contrast.
_THIN, _THICK = 1.0, 6.0


@or_say_why("network")
def draw_network(
    edges: Sequence[tuple[str, str, float, bool, str]], *, outcome: str, consistency: str
) -> Figure:
    """Return the graph on a circle.

    Parameters
    ----------
    edges : sequence of (treatment, treatment, standard error, derived, study)
        Contrasts; derived ones are dashed.
    outcome : str
        PFS or OS.
    consistency : str
        What can be said of consistency, in words.
    """
    nodes = _order(edges)
    angle = {node: 2 * math.pi * place / len(nodes) for place, node in enumerate(nodes)}
    at = {node: (math.cos(turn), math.sin(turn)) for node, turn in angle.items()}
    smallest = min(edge[2] for edge in edges)
    with use_theme():
        fig, ax = new_figure(5.0, 4.4)
        for a, b, se, derived, study in edges:
            (x0, y0), (x1, y1) = at[a], at[b]
            width = _THIN + (_THICK - _THIN) * smallest / se
            ax.plot([x0, x1], [y0, y1], "--" if derived else "-", color=MUTED, linewidth=width,
                    zorder=1)  # fmt: skip
            ax.text((x0 + x1) / 2, (y0 + y1) / 2, study, fontsize=7, ha="center", va="center",
                    color=INK, zorder=4, bbox={"facecolor": "white", "edgecolor": "none",
                                               "pad": 0.8, "alpha": 0.85})  # fmt: skip
        for node, (x, y) in at.items():
            colour = treatment_colour(node)
            ax.scatter([x], [y], s=380, color=colour, edgecolor="white", linewidth=2, zorder=3)
            ax.text(1.27 * x, 1.2 * y, node, ha="center", va="center", fontsize=10)
        ax.set(xlim=(-1.55, 1.55), ylim=(-1.35, 1.35), aspect="equal")
        ax.axis("off")
    alt = (
        f"Network of {len(nodes)} treatments and {len(edges)} contrasts for {outcome}. "
        f"{consistency}"
    )
    caption = (
        f"Randomized contrasts for {outcome}; width shows precision, dashed lines carry a hazard "
        f"ratio that is not reported but derived. {consistency}"
    )
    columns = ["treat_a", "treat_b", "se", "derived", "study"]
    data = pd.DataFrame(list(edges), columns=columns)
    return Figure(fig, data, "network", caption, alt, "D2")


def _order(edges: Sequence[tuple[str, str, float, bool, str]]) -> list[str]:
    """Return the nodes so that neighbours stand near each other: depth first from the busiest."""
    neighbours: dict[str, list[str]] = {}
    for a, b, *_ in edges:
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    start = max(sorted(neighbours), key=lambda node: len(set(neighbours[node])))
    order: list[str] = []
    waiting = [start]
    while waiting:
        node = waiting.pop()
        if node not in order:
            order.append(node)
            waiting += sorted(set(neighbours[node]) - set(order), reverse=True)
    return order + sorted(set(neighbours) - set(order))
