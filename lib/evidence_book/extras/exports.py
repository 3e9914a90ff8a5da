"""Everything that a built book offers for reuse, written below `downloads/` of its folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from evidence_book.extras.archives import write_zip
from evidence_book.extras.citation import BookFacts, read_book_facts
from evidence_book.extras.fhir_bundle import bundle_text, make_bundle
from evidence_book.extras.page_files import FOLDER, Download, page_files
from evidence_book.extras.reference_files import read_references, ris_text
from evidence_book.extras.result_files import claims_csv, results_csv, results_json
from evidence_book.rendering.earlier_files import EarlierFiles
from evidence_book.rendering.fingerprints import digest, hash_files
from evidence_book.reports.registry import Registry

# Files of the data package beside its tables; those that a copy of the sources lacks are left out.
_BESIDE_TABLES = ("datapackage.json", "references.bib", "README.md")

# What the whole edition offers, in the order in which it is listed.
EDITION_FILES = (
    Download(f"{FOLDER}/data-package.zip", "Data tables as a Frictionless data package"),
    Download(f"{FOLDER}/results.json", "All numbers and conclusions, JSON"),
    Download(f"{FOLDER}/results.csv", "All numbers, CSV"),
    Download(f"{FOLDER}/claims.csv", "All conclusions, CSV"),
    Download(f"{FOLDER}/evidence-bundle.fhir.json", "Findings as FHIR R5 Evidence resources"),
    Download(f"{FOLDER}/references.bib", "Bibliography, BibTeX"),
    Download(f"{FOLDER}/references.ris", "Bibliography, RIS"),
)


def package_files(source: Path) -> dict[str, bytes]:
    """Return the files of the data package by name: description, tables, and their licence."""
    data = source / "data"
    described = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    names = [*_BESIDE_TABLES, *(resource["path"] for resource in described["resources"])]
    files = {name: data / name for name in names}
    files["LICENSE"] = source / "LICENSE"
    return {name: path.read_bytes() for name, path in files.items() if path.exists()}


def _edition_texts(
    source: Path, registry: Registry, facts: BookFacts
) -> dict[str, Callable[[], str]]:
    """Return how to make each text of the whole edition; a variant offers the committed pages."""
    committed = registry.committed_paths()
    pages = {page: registry.recorded(path) for page, path in committed.items()}
    ran = {page: recorded for page, recorded in pages.items() if recorded.facts}
    bib = source / "data" / "references.bib"
    return {
        "results.json": lambda: results_json(ran, facts),
        "results.csv": lambda: results_csv(ran),
        "claims.csv": lambda: claims_csv(ran),
        "references.bib": lambda: bib.read_text(encoding="utf-8"),
        "references.ris": lambda: ris_text(read_references(bib)),
        "evidence-bundle.fhir.json": lambda: bundle_text(make_bundle(committed, source, facts)),
    }


def write_downloads(
    registry: Registry,
    source: Path,
    target: Path,
    pages: Iterable[str] | None = None,
    record: Path | None = None,
) -> None:
    """Write the downloads of a book into the folder in which it was built.

    Parameters
    ----------
    registry : Registry
        What its notebooks recorded.
    source, target : Path
        Folder that it is rendered from, and folder of its HTML.
    pages : iterable of str, optional
        Pages that the book shows; all notebooks if not given.
    record : Path, optional
        Where it is kept what each file was made from, for the next rendering.

    Raises
    ------
    DataError
        Where CITATION.cff or the bibliography cannot be read.
    """
    facts = read_book_facts(source, registry)
    known = registry.committed_paths()
    earlier = EarlierFiles(target, record)
    said = {"facts": repr(facts)}
    committed = {page: path.read_text(encoding="utf-8") for page, path in known.items()}

    def edition() -> dict[str, bytes]:
        made = _edition_texts(source, registry, facts).items()
        return {f"{FOLDER}/{name}": make().encode() for name, make in made}

    key = digest({**said, **hash_files(source / "data"), **committed})
    earlier.write("the whole edition", key, edition)
    for page in known if pages is None else sorted(set(pages) & known.keys()):
        shown = registry.path_of(page, page) or known[page]
        text = committed[page] if shown == known[page] else shown.read_text(encoding="utf-8")
        key = digest({**said, "shown": text, "committed": committed[page]})
        earlier.write(page, key, partial(_page_bytes, registry, page, facts))
    earlier.close()
    write_zip(target / FOLDER / "data-package.zip", package_files(source))


def _page_bytes(registry: Registry, page: str, facts: BookFacts) -> dict[str, bytes]:
    return {name: text.encode() for name, text in page_files(registry, page, facts).items()}
