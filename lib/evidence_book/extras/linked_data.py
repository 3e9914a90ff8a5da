"""What a page is, in the words of schema.org, as JSON-LD in the head of the page.

Which types, and why not others: docs/decisions/0010-downloads-and-linked-data.md.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evidence.sources.book import read_book
from evidence_book.extras.citation import CODE_LICENCE, CONTENT_LICENCE, BookFacts
from evidence_book.extras.page_files import Download
from evidence_book.extras.reference_files import References, container_of, pages_of

Node = dict[str, Any]
_FORMATS = {
    ".json": "application/json",
    ".csv": "text/csv",
    ".zip": "application/zip",
    ".ipynb": "application/x-ipynb+json",
    ".yml": "application/yaml",
    ".bib": "application/x-bibtex",
    ".ris": "application/x-research-info-systems",
}


def script(node: Node) -> str:
    """Return JSON-LD as a script element; no text in it can end the element or begin another."""
    text = json.dumps({"@context": "https://schema.org", **node}, ensure_ascii=False)
    for sign in ("<", ">", "&", "\u2028", "\u2029"):
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return f'<script type="application/ld+json">{text}</script>'


def _condition() -> Node:
    return {"@type": "MedicalCondition", "name": read_book().condition}


def read_studies(data: Path) -> dict[str, dict[str, str]]:
    """Return the rows of studies.csv by id."""
    with (data / "studies.csv").open(encoding="utf-8", newline="") as stream:
        return {row["study_id"]: row for row in csv.DictReader(stream)}


def _authors(names: Sequence[str], kind: str) -> list[Node]:
    return [{"@type": kind, "name": name} for name in names]


def _book(facts: BookFacts, url: str) -> Node:
    made: Node = {
        "@type": "Book",
        "name": facts.title,
        "bookEdition": facts.version,
        "version": facts.version,
        "author": _authors(facts.authors, "Organization"),
        "license": CONTENT_LICENCE,
        "inLanguage": "en",
    }
    return made | _given(
        datePublished=facts.date,
        url=url or facts.url,
        identifier=f"https://doi.org/{facts.doi}" if facts.doi else "",
    )


def _given(**texts: str) -> Node:
    """Return the properties that have a value."""
    return {name: text for name, text in texts.items() if text}


def _distribution(downloads: Sequence[Download], addresses: Mapping[str, str]) -> list[Node]:
    return [
        {
            "@type": "DataDownload",
            "name": one.words,
            "contentUrl": addresses[one.path],
            "encodingFormat": _FORMATS.get(Path(one.path).suffix, "text/plain"),
        }
        for one in downloads
    ]


def describe_index(
    facts: BookFacts, downloads: Sequence[Download], addresses: Mapping[str, str], url: str = ""
) -> Node:
    """Return the book, its data set with every download, and its code."""
    dataset: Node = {
        "@type": "Dataset",
        "name": f"Data and results of: {facts.title}",
        "description": "Published summary results as printed, with the place in each source, and "
        "every number and conclusion that the book makes of them. No patient data.",
        "version": facts.version,
        "license": CONTENT_LICENCE,
        "creator": _authors(facts.authors, "Organization"),
        "isAccessibleForFree": True,
        "distribution": _distribution(downloads, addresses),
        **_given(datePublished=facts.date),
    }
    code = {"@type": "SoftwareSourceCode", "license": CODE_LICENCE, "programmingLanguage": "Python"}
    return {**_book(facts, url), "about": _condition(), "hasPart": [dataset, code]}


def describe_page(
    title: str, facts: BookFacts, distribution: Sequence[Download], addresses: Mapping[str, str],
    url: str = "",
) -> Node:  # fmt: skip
    """Return a page that is neither index, study nor question: a chapter of the book."""
    made = {"@type": "Chapter", "name": title, "isPartOf": _book(facts, ""), **_given(url=url)}
    if distribution:
        made["associatedMedia"] = _distribution(distribution, addresses)
    return made


def describe_question(chapter: Node, cited: Sequence[Node], conclusions: Sequence[str]) -> Node:
    """Return a question page: a scholarly article of medicine that is a chapter of the book."""
    made = {**chapter, "@type": ["MedicalScholarlyArticle", "Chapter"], "about": _condition()}
    made["headline"] = made["name"]
    made["author"] = made["isPartOf"]["author"]
    made["license"] = CONTENT_LICENCE
    if conclusions:
        made["abstract"] = " ".join(conclusions)
    return {**made, "citation": list(cited)} if cited else made


def describe_study(chapter: Node, study: Mapping[str, str], references: References) -> Node:
    """Return a study page: a chapter about a trial, and the publications that report it."""
    trial: Node = {
        "@type": "MedicalTrial" if "trial" in study["design"] else "MedicalStudy",
        "name": study["short_name"],
        "description": study["title"],
        "healthCondition": _condition(),
    }
    if study["randomized"] == "yes":
        trial["trialDesign"] = "https://schema.org/RandomizedTrial"
    if study["registry_id"]:
        trial["identifier"] = study["registry_id"]
    keys = dict.fromkeys([*study["publications"].split(";"), study["source_key"]])
    cited = [article(references[key]) for key in keys if key in references]
    return {**chapter, "about": trial, "citation": cited}


def article(entry: Mapping[str, Any]) -> Node:
    """Return a publication; what is in no journal is only a creative work."""
    journal = entry["type"] == "article"
    made: Node = {
        "@type": "ScholarlyArticle" if journal else "CreativeWork",
        "name": entry["title"],
        "author": _authors(entry["authors"], "Person" if journal else "Organization"),
        **_given(datePublished=str(entry.get("year", ""))),
    }
    if container_of(entry):
        kind = "Periodical" if journal else "CreativeWork"
        made["isPartOf"] = {"@type": kind, "name": container_of(entry)}
    if journal:
        start, end = pages_of(entry)
        made |= _given(pageStart=start, pageEnd=end)
    if entry.get("doi"):
        made["identifier"] = made["sameAs"] = f"https://doi.org/{entry['doi']}"
    elif entry.get("pmid"):
        made["sameAs"] = f"https://pubmed.ncbi.nlm.nih.gov/{entry['pmid']}/"
    return {name: value for name, value in made.items() if value}
