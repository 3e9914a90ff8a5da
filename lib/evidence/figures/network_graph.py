"""The network of treatments: nodes are treatments, lines are randomized contrasts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from evidence.figures.missing import or_say_why
from evidence.figures.style import INK, MUTED, Figure, new_figure, treatment_colour, use_theme
from evidence.sources.book import read_book

# Line widths in points for the least and the most precise pair, and areas of the circles.
_THIN, _THICK = 1.0, 6.0
_SMALL, _LARGE = 180.0, 700.0
# Names of trials stand nearer to the end with fewer lines, where others do not cross them.
_NEAR = 0.36


class Edge(NamedTuple):
    """One randomized contrast: codes, standard error, whether derived, study, patients."""

    treat_a: str
    treat_b: str
    se: float
    derived: bool
    study: str
    patients: str


@or_say_why("network")
def draw_network(edges: Sequence[Edge], *, what: str, name: str = "network") -> Figure:
    """Return the graph on a circle, one line per pair of treatments with all its trials.

    Parameters
    ----------
    edges : sequence of Edge
        Contrasts; a pair of which all are derived is dashed.
    what : str
        What the contrasts are of: "PFS, first-line trials".
    name : str
        Name of the figure.
    """
    nodes = _order(edges)
    angle = {node: 2 * math.pi * place / len(nodes) for place, node in enumerate(nodes)}
    at = {node: (math.cos(turn), math.sin(turn)) for node, turn in angle.items()}
    pairs: dict[frozenset[str], list[Edge]] = {}
    for edge in edges:
        pairs.setdefault(frozenset(edge[:2]), []).append(edge)
    precision = {pair: math.fsum(1 / e.se**2 for e in own) for pair, own in pairs.items()}
    sizes = _patients(edges)
    busy = Counter(node for pair in pairs for node in pair)
    with use_theme():
        fig, ax = new_figure(7.0, 4.8)
        for pair, own in pairs.items():
            pair_ends = sorted(pair)
            (x0, y0), (x1, y1) = (at[node] for node in pair_ends)
            width = _THIN + (_THICK - _THIN) * math.sqrt(precision[pair] / max(precision.values()))
            style = "--" if all(edge.derived for edge in own) else "-"
            ax.plot([x0, x1], [y0, y1], style, color=MUTED, linewidth=width, zorder=1)
            gap = "\n" if len(own) == 1 else ", "
            words = "\n".join(
                edge.study + (f"{gap}n = {edge.patients}" if edge.patients else "") for edge in own
            )
            near = _NEAR if busy[pair_ends[0]] < busy[pair_ends[1]] else 1 - _NEAR
            ax.text(x0 + near * (x1 - x0), y0 + near * (y1 - y0), words, ha="center", va="center",
                    color=INK, zorder=4, bbox={"facecolor": "white", "edgecolor": "none",
                                               "pad": 0.8})  # fmt: skip
        for node, (x, y) in at.items():
            area = _SMALL + (_LARGE - _SMALL) * sizes[node] / max(1, *sizes.values())
            ax.scatter([x], [y], s=area, color=treatment_colour(node), edgecolor="white",
                       linewidth=2, zorder=3)  # fmt: skip
            side = "center" if abs(x) < 0.6 else "left" if x > 0 else "right"
            ax.text(1.15 * x, 1.21 * y, node, ha=side, va="center", fontsize=10)
        ax.set(xlim=(-1.7, 1.7), ylim=(-1.25, 1.25), aspect="equal")
        ax.axis("off")
    known = read_book().treatments
    key = "; ".join(f"{node} {known.get(node, node)}" for node in sorted(nodes))
    alt = (
        f"Network of {len(nodes)} treatments and {len(edges)} randomized contrasts, {what}: "
        + "; ".join(f"{e.treat_a} v {e.treat_b} ({e.study})" for e in edges)
        + "."
    )
    caption = (
        f"Randomized contrasts, {what}. Circles by patients, lines by precision; dashed where the "
        f"hazard ratio is not reported but derived. {key}."
    )
    data = pd.DataFrame(list(edges), columns=list(Edge._fields))
    return Figure(fig, data, name, caption, alt, "D2")


def _patients(edges: Sequence[Edge]) -> dict[str, int]:
    """Return the patients of the trials that gave each treatment; unknown numbers count none."""
    found: dict[str, int] = {}
    for edge in edges:
        for node in edge[:2]:
            given = int(edge.patients) if edge.patients.isdigit() else 0
            found[node] = found.get(node, 0) + given
    return found


def _order(edges: Sequence[Edge]) -> list[str]:
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
