"""Who, what and against what of each finding, as FHIR EvidenceVariable resources."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evidence_book.extras.fhir_terms import Resource, reference, resource_id, role
from evidence_book.reports.finding_lines import FindingLine

_PATIENTS = "People with metastatic renal cell carcinoma"
_VARIABLES = ("population", "exposure", "comparator", "outcome")
_OUTCOME = re.compile(r"(?P<outcome>.+)")
# What a question without a frame of its own is described by: the caption of its summary.
_AGAINST = re.compile(r"(?P<exposure>.+?) against (?P<comparator>.+)")


@dataclass(frozen=True, slots=True)
class Frame:
    """How the lines of a question are split into variables; texts may name groups of `pattern`.

    Attributes
    ----------
    population, exposure, comparator, outcome : str
        The four variables.
    pattern : Pattern
        Read on the outcome cell of a line.
    """

    population: str
    exposure: str
    comparator: str
    outcome: str = "{outcome}"
    pattern: re.Pattern[str] = _OUTCOME


_FRAMES = {
    "combination_vs_monotherapy": Frame(
        f"{_PATIENTS}, previously untreated",
        "Sorafenib with interferon-alfa",
        "Sorafenib alone",
    ),
    "biomarker_prognosis": Frame(
        f"{_PATIENTS}, treated with sorafenib with or without interferon-alfa",
        "Phosphorylated AKT one standard deviation above the mean",
        "Phosphorylated AKT at the mean",
        pattern=re.compile(r"(?P<outcome>.+?)(?:, pAKT one SD higher|, by pAKT)?"),
    ),
    "interferon_dose": Frame(
        f"{_PATIENTS}, treated with sorafenib and interferon-alfa",
        "{dose}",
        "The dose compared with: {dose}",
        pattern=re.compile(r"(?P<outcome>[^,]+), (?P<dose>.+)"),
    ),
    "adding_interferon": Frame(
        f"{_PATIENTS}: {{study}}",
        "Interferon-alfa added to {backbone}",
        "{backbone} alone",
        pattern=re.compile(r"(?P<outcome>[^,]+), on (?P<backbone>[^:]+): (?P<study>.+)"),
    ),
    "landscape": Frame(
        _PATIENTS, "{exposure}", "Interferon-alfa", "{measured}", re.compile(r"(?P<exposure>.+)")
    ),
    "tolerability": Frame(_PATIENTS, "Sorafenib with interferon-alfa", "Sorafenib alone"),
}


def variables_of(line: FindingLine) -> dict[str, Resource]:
    """Return population, exposure, comparator and outcome of a finding by role."""
    frame = _FRAMES.get(line.page.rpartition("/")[2]) or _from_caption(line)
    found = frame.pattern.fullmatch(line.outcome)
    groups = found.groupdict() if found else {"outcome": line.outcome}
    groups["measured"] = line.compared.rpartition(", ")[2]
    texts = {name: _fill(getattr(frame, name), groups) for name in _VARIABLES}
    return {name: _variable(name, text) for name, text in texts.items()}


def _from_caption(line: FindingLine) -> Frame:
    found = _AGAINST.fullmatch(line.compared)
    if found is None:
        return Frame(_PATIENTS, line.compared, line.compared)
    return Frame(_PATIENTS, found["exposure"], found["comparator"])


def _fill(text: str, groups: dict[str, str]) -> str:
    for name, value in groups.items():
        text = text.replace(f"{{{name}}}", value or "")
    return text[:1].upper() + text[1:]


def _variable(name: str, text: str) -> Resource:
    return {
        "resourceType": "EvidenceVariable",
        "id": resource_id(name, text),
        "status": "active",
        "title": text,
        "description": text,
    }


def definitions(variables: dict[str, Resource]) -> list[Resource]:
    """Return the variable definitions of an Evidence resource, which refer to the variables."""
    return [
        {
            "description": variable["title"],
            "variableRole": role(name),
            "observed": reference(variable, variable["title"]),
        }
        for name, variable in variables.items()
    ]
