"""The lines of a page's summary of findings, as the executed notebook recorded them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.record.results import FINDINGS_MIME, iterate_outputs


@dataclass(frozen=True, slots=True)
class Downgrade:
    """A step down from high certainty.

    Attributes
    ----------
    domain : str
        Domain of GRADE, as in data/certainty.csv.
    steps : int
        Levels down.
    reason : str
        Why.
    """

    domain: str
    steps: int
    reason: str


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One line of a summary of findings.

    Attributes
    ----------
    page : str
        Page that it stands on.
    compared : str
        Caption of its table: what is compared.
    outcome, relative, patients, words : str
        Its cells.
    absolute : tuple of (str, str)
        Patients per 1000: head of the column, and cell.
    certainty : str
        high, moderate, low, very low.
    downgrades : tuple of Downgrade
        Why not more.
    """

    page: str
    compared: str
    outcome: str
    relative: str
    patients: str
    words: str
    absolute: tuple[tuple[str, str], ...]
    certainty: str
    downgrades: tuple[Downgrade, ...]


def read_finding_lines(page: str, path: Path) -> list[FindingLine]:
    """Return the lines of the summary of findings of an executed notebook, none without one."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [
        _line(page, summary, stored)
        for data in iterate_outputs(notebook)
        if (summary := data.get(FINDINGS_MIME))
        for stored in summary["lines"]
    ]


def _line(page: str, summary: Mapping[str, Any], stored: Mapping[str, Any]) -> FindingLine:
    return FindingLine(
        page=page,
        compared=summary["compared"],
        outcome=stored["outcome"],
        relative=stored["relative"],
        patients=stored["patients"],
        words=stored["words"],
        absolute=((summary["without"], stored["without"]), (summary["with"], stored["with"])),
        certainty=stored["certainty"],
        downgrades=tuple(Downgrade(**step) for step in stored["downgrades"]),
    )
