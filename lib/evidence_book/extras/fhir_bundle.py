"""Findings as computable evidence: one FHIR R5 Bundle per edition, one Evidence per finding.

A finding is a line of a summary of findings. Its number is the result that the line prints; it is
found by that text among the ratios of the page, so that a new question needs nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from evidence.record.results import GRADES, Result, read_results
from evidence.tables.formatting import format_estimate
from evidence_book.extras import fhir_terms as terms
from evidence_book.extras.citation import LICENCES, BookFacts
from evidence_book.extras.fhir_citations import cite_book, cite_rows, sources_of_rows
from evidence_book.extras.fhir_terms import Resource, full_url, reference, resource_id
from evidence_book.extras.fhir_variables import definitions, variables_of
from evidence_book.extras.reference_files import References, read_references
from evidence_book.reports.finding_lines import FindingLine, read_finding_lines

# "hazard ratio 0.98 (...)": what kind of ratio a line prints, and the ratio.
_RELATIVE = re.compile(r"(?P<kind>[A-Za-z ]+?) (?P<number>[\u2212\d.,]+.*)")


def find_result(line: FindingLine, results: Mapping[str, Result]) -> Result | None:
    """Return the first ratio or difference of the page that is written as the line has it."""
    found = _RELATIVE.fullmatch(line.relative)
    if found is None:
        return None
    for result in results.values():
        if result.unit in ("ratio", "points") and result.value is not None:
            text = format_estimate(replace(result.estimate(), p=None))
            if text == found["number"]:
                return result
    return None


def _statistic(line: FindingLine, result: Result) -> Resource:
    found = _RELATIVE.fullmatch(line.relative)
    estimates: list[Resource] = []
    if result.low is not None or result.high is not None:
        limits = {"low": result.low, "high": result.high}
        interval: Resource = {
            "type": terms.interval_type(result.kind),
            "range": {
                side: terms.quantity(limit, result.unit)
                for side, limit in limits.items()
                if limit is not None
            },
        }
        if result.level is not None:
            interval["level"] = result.level
        estimates.append(interval)
    if result.p is not None:
        estimates.append({"type": terms.p_value_type(), "quantity": {"value": result.p}})
    made: Resource = {
        "id": result.key,
        "description": result.label,
        "note": [{"text": f"{result.grade}: {GRADES[result.grade]}"}],
        "statisticType": terms.statistic_type(found["kind"] if found else "ratio"),
        "quantity": terms.quantity(result.value or 0.0, result.unit),
        "modelCharacteristic": [{"code": {"text": result.method}}],
    }
    # "80 (1 trial)": patients, then trials.
    told = line.patients.partition(" ")[0]
    n = result.n if result.n is not None else int(told) if told.isdigit() else 0
    if n:
        made["sampleSize"] = {"numberOfParticipants": n}
    if result.events is not None:
        made["numberOfEvents"] = result.events
    return {**made, "attributeEstimate": estimates} if estimates else made


def _certainty(line: FindingLine) -> Resource:
    made: Resource = {
        "description": f"Certainty of the evidence (GRADE): {line.certainty}",
        "type": terms.overall(),
        "rating": terms.rating(line.certainty),
    }
    if line.downgrades:
        made["subcomponent"] = [
            {
                "description": step.reason,
                "type": terms.domain(step.domain),
                "rating": terms.downgrade(step.steps),
            }
            for step in line.downgrades
        ]
    return made


def _evidence(
    line: FindingLine,
    result: Result | None,
    variables: dict[str, Resource],
    cited: dict[str, Resource],
    book: Resource,
    facts: BookFacts,
) -> Resource:
    absolute = "; ".join(f"{head}: {cell}" for head, cell in line.absolute)
    made: Resource = {
        "resourceType": "Evidence",
        "id": resource_id("evidence", line.page.rpartition("/")[2], line.outcome),
        "identifier": [{"value": f"{line.page}: {line.outcome}"}],
        "status": "active" if facts.released else "draft",
        "version": facts.version,
        "title": f"{line.outcome}: {line.compared}",
        "description": line.words,
        "assertion": line.words,
        "copyright": LICENCES["text and data"],
        "citeAsReference": reference(book, facts.title),
        "variableDefinition": definitions(variables),
        "note": [{"text": absolute}],
    }
    # What is not rated has no certainty; the assertion says why.
    if line.downgrades or line.certainty == "high":
        made["certainty"] = [_certainty(line)]
    if facts.date:
        made["date"] = facts.date
    if cited:
        made["relatedArtifact"] = [
            {"type": "citation", "resourceReference": reference(one, one["title"])}
            for one in cited.values()
        ]
    if result is not None:
        made["statistic"] = [_statistic(line, result)]
    return made


def make_bundle(pages: Mapping[str, Path], source: Path, facts: BookFacts) -> Any:
    """Return the Bundle of all findings, validated by the models of fhir.resources.

    Parameters
    ----------
    pages : mapping of str to Path
        Notebook of every page.
    source : Path
        Folder of the book, with its data.
    facts : BookFacts
        How the edition is cited.

    Raises
    ------
    ValueError
        Where a resource is not one that FHIR R5 allows; the message names the element.
    """
    from fhir.resources.bundle import Bundle

    sources = sources_of_rows(source / "data")
    references: References = read_references(source / "data" / "references.bib")
    book = cite_book(facts)
    resources: dict[str, Resource] = {book["id"]: book}
    for page, path in pages.items():
        lines = read_finding_lines(page, path)
        results = read_results(path).results if lines else {}
        for line in lines:
            result = find_result(line, results)
            variables = variables_of(line)
            cited = cite_rows(result.rows if result else (), sources, references)
            made = _evidence(line, result, variables, cited, book, facts)
            for one in (*variables.values(), *cited.values(), made):
                resources[one["id"]] = one
    order = sorted(resources.values(), key=lambda one: (one["resourceType"], one["id"]))
    bundle = {
        "resourceType": "Bundle",
        "id": resource_id("findings", facts.version),
        "type": "collection",
        "entry": [
            {"fullUrl": full_url(one["resourceType"], one["id"]), "resource": one} for one in order
        ],
    }
    return Bundle.model_validate(bundle)


def bundle_text(bundle: Any) -> str:
    """Return a bundle as JSON, as its library writes it."""
    text: str = bundle.model_dump_json(indent=1)
    return text + "\n"
