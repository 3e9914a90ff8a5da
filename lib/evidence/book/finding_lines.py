"""The lines of a page's summary of findings, read from the executed notebook.

They are what readers see: the words, the certainty and its reasons stand nowhere else as data.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from evidence.results import iterate_outputs

_CAPTION = "Summary of findings: "
_STEP = re.compile(r"\[(?P<mark>\d+)\] (?P<steps>\d) for (?P<domain>[^:]+): (?P<reason>.+)")
_CERTAINTY = re.compile(r"(?P<level>high|moderate|low|very low)(?: \[(?P<marks>[\d, ]+)\])?")


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
    """Return the lines of the summary of findings of an executed notebook, none without one.

    Raises
    ------
    ValueError
        Where a summary is not of the form that `tabulate_findings` writes.
    """
    text = path.read_text(encoding="utf-8")
    if _CAPTION not in text:
        return []
    notebook = json.loads(text)
    lines: list[FindingLine] = []
    for data in iterate_outputs(notebook):
        html = "".join(data.get("text/html", ""))
        if f"<caption>{_CAPTION}" in html:
            lines += _lines(page, BeautifulSoup(html, "html.parser"))
    return lines


def _lines(page: str, table: BeautifulSoup) -> list[FindingLine]:
    caption = table.find("caption")
    compared = caption.get_text().removeprefix(_CAPTION) if caption else ""
    heads = [head.get_text() for head in table.find_all("th", scope="col")]
    steps = {}
    for note in table.find_all("p"):
        found = _STEP.fullmatch(note.get_text())
        if found:
            domain = found["domain"].replace(" ", "_")
            steps[found["mark"]] = Downgrade(domain, int(found["steps"]), found["reason"])
    body = table.find("tbody")
    rows = body.find_all("tr") if isinstance(body, Tag) else []
    return [_line(page, compared, heads, row, steps) for row in rows]


def _line(
    page: str, compared: str, heads: list[str], row: Tag, steps: dict[str, Downgrade]
) -> FindingLine:
    cells = [cell.get_text() for cell in row.find_all(["th", "td"])]
    outcome = row.find("strong")
    certainty = _CERTAINTY.fullmatch(cells[-1]) if len(cells) == len(heads) == 6 else None
    if certainty is None or outcome is None:
        raise ValueError(
            f"{page}: expected a summary of findings as `tabulate_findings` writes it, got a line "
            f"{cells}"
        )
    marks = (certainty["marks"] or "").split(", ") if certainty["marks"] else []
    return FindingLine(
        page=page,
        compared=compared,
        outcome=outcome.get_text().removesuffix("."),
        relative=cells[1],
        patients=cells[4],
        words=cells[0].removeprefix(outcome.get_text()).strip(),
        absolute=((heads[2], cells[2]), (heads[3], cells[3])),
        certainty=certainty["level"],
        downgrades=tuple(steps[mark] for mark in marks),
    )
