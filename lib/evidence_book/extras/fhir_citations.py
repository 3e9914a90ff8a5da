"""Publications and the book itself as FHIR Citation resources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from evidence_book.extras.citation import LICENCES, BookFacts, cite_text
from evidence_book.extras.fhir_terms import Resource, resource_id
from evidence_book.extras.reference_files import References, container_of, pages_of
from evidence_book.reports.data_rows import read_rows


def sources_of_rows(data: Path) -> dict[str, str]:
    """Return the citation key of every data row by its id."""
    return {row_id: row["source_key"] for row_id, row in read_rows(data)}


def cite_publication(key: str, entry: Mapping[str, Any]) -> Resource:
    """Return the Citation of one entry of the bibliography."""
    identifiers = [
        {"system": system, "value": entry[name]}
        for name, system in (
            ("doi", "https://doi.org"),
            ("pmid", "https://pubmed.ncbi.nlm.nih.gov"),
        )
        if entry.get(name)
    ]
    artifact: Resource = {"title": [{"text": entry["title"]}]}
    if identifiers:
        artifact["identifier"] = identifiers
    artifact["publicationForm"] = [_publication_form(entry)]
    if entry.get("url"):
        artifact["webLocation"] = [{"url": entry["url"]}]
    if entry["authors"]:
        artifact["contributorship"] = {"summary": [{"value": "; ".join(entry["authors"])}]}
    return {
        "resourceType": "Citation",
        "id": resource_id("citation", key),
        "status": "active",
        "title": entry["title"],
        "citedArtifact": artifact,
    }


def _publication_form(entry: Mapping[str, Any]) -> Resource:
    first, last = pages_of(entry)
    stated = {
        "volume": entry.get("volume"),
        "issue": entry.get("number"),
        "publicationDateText": entry.get("year"),
        "firstPage": first,
        "lastPage": last,
    }
    made: Resource = {name: text for name, text in stated.items() if text}
    if container_of(entry):
        made["publishedIn"] = {"title": container_of(entry)}
    return made


def cite_book(facts: BookFacts) -> Resource:
    """Return the Citation of this edition of the book."""
    artifact: Resource = {
        "title": [{"text": facts.title}],
        "version": {"value": facts.version},
        "contributorship": {"summary": [{"value": "; ".join(facts.authors)}]},
    }
    if facts.doi:
        artifact["identifier"] = [{"system": "https://doi.org", "value": facts.doi}]
    if facts.url:
        artifact["webLocation"] = [{"url": facts.url}]
    made: Resource = {
        "resourceType": "Citation",
        "id": resource_id("citation", "this-book"),
        "status": "active" if facts.released else "draft",
        "version": facts.version,
        "title": facts.title,
        "description": cite_text(facts),
        "copyright": LICENCES["text and data"],
        "citedArtifact": artifact,
    }
    return {**made, "date": facts.date} if facts.date else made


def cite_rows(
    rows: Iterable[str], sources: Mapping[str, str], references: References
) -> dict[str, Resource]:
    """Return the Citation of every publication that rows were read in, by citation key."""
    keys = dict.fromkeys(sources[row] for row in rows if row in sources)
    return {key: cite_publication(key, references[key]) for key in keys if key in references}
