"""Rows of the benchmark: what was measured, against what, with the target, as JSON and Markdown."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

BEGIN, END = "<!-- results: written by python -m benchmarks -->", "<!-- end of results -->"


@dataclass(frozen=True)
class Row:
    """One comparison, measured in turns: ours, the other, ours, the other.

    Attributes
    ----------
    name, against : str
        What was measured, and what with.
    ours, other : tuple of float
        Seconds, one per turn.
    target : float or None
        What the ratio is to stay below, None where the row only informs.
    note : str
        What a reader must know, such as which chapters were run.
    """

    name: str
    against: str
    ours: tuple[float, ...]
    other: tuple[float, ...]
    target: float | None = None
    note: str = ""

    @property
    def ratios(self) -> list[float]:
        """The ratio of each turn, from low to high."""
        return sorted(a / b for a, b in zip(self.ours, self.other, strict=True))

    def to_json(self) -> dict[str, Any]:
        """Return the form stored in results.json."""
        return {**asdict(self), "ratio": median(self.ratios), "ratios": self.ratios}


def in_turns(
    ours: Callable[[], float], other: Callable[[], float], rounds: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return seconds of both, in turns, for what else runs changes by the minute."""
    pairs = []
    for _ in range(rounds):
        pairs.append((ours(), other()))
        print(f"  {pairs[-1][0]:.1f} s beside {pairs[-1][1]:.1f} s", file=sys.stderr, flush=True)
    return tuple(a for a, _ in pairs), tuple(b for _, b in pairs)


def _seconds(times: tuple[float, ...]) -> str:
    return f"{median(times):.3g}"


def _line(row: Row) -> str:
    low, high = row.ratios[0], row.ratios[-1]
    ratio = median(row.ratios)
    spread = f" ({low:.2g} to {high:.2g})" if len(row.ratios) > 1 else ""
    target = "" if row.target is None else f"{row.target:g}"
    met = "" if row.target is None else ("yes" if ratio <= row.target else "no")
    cells = row.name, row.against, _seconds(row.ours), _seconds(row.other), f"{ratio:.2g}{spread}"
    return "| " + " | ".join((*cells, target, met, row.note)) + " |"


def to_markdown(rows: list[Row], about: str) -> str:
    """Return the table with a line on the machine before it."""
    head = "| what | against | s | s of the other | ratio (spread) | target | met | note |"
    return "\n".join([about, "", head, "|---|---|---|---|---|---|---|---|", *map(_line, rows)])


def put_between_marks(path: Path, text: str) -> None:
    """Replace what stands between the marks of a file."""
    before, found, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (found and ended):
        raise ValueError(f"{path.name}: expected the marks {BEGIN} and {END}")
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
