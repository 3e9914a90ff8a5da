"""Who, what and against what of each finding, as FHIR EvidenceVariable resources."""

from __future__ import annotations

import re

from evidence.sources.book import Frame, read_book
from evidence_book.extras.fhir_terms import Resource, reference, resource_id, role
from evidence_book.reports.finding_lines import FindingLine

_VARIABLES = ("population", "exposure", "comparator", "outcome")
# What a question without a frame of its own is described by: the caption of its summary.
_AGAINST = re.compile(r"(?P<exposure>.+?) against (?P<comparator>.+)")


def variables_of(line: FindingLine) -> dict[str, Resource]:
    """Return population, exposure, comparator and outcome of a finding by role."""
    frame = read_book().frames.get(line.page.rpartition("/")[2]) or _from_caption(line)
    found = re.fullmatch(frame.pattern, line.outcome)
    groups = found.groupdict() if found else {"outcome": line.outcome}
    groups["measured"] = line.compared.rpartition(", ")[2]
    texts = {name: _fill(getattr(frame, name), groups) for name in _VARIABLES}
    return {name: _variable(name, text) for name, text in texts.items()}


def _from_caption(line: FindingLine) -> Frame:
    found = _AGAINST.fullmatch(line.compared)
    exposure, comparator = found.groups() if found else (line.compared, line.compared)
    return Frame(population=read_book().patients, exposure=exposure, comparator=comparator)


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
