"""Retractions, corrections and expressions of concern, and the pages that rest on what they name.

A page rests on the publication in which a row of one of its numbers was read, and on the
publications of the study of that row: a review may go on giving the number of a retracted trial.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from evidence.sources.bibliography import DOI, PMID, read_bibliography
from evidence.sources.literature_tables import NOTICES
from evidence_book.reports.data_rows import read_rows
from evidence_book.reports.registry import Registry


@dataclass(frozen=True, slots=True)
class Notice:
    """What a publisher says of a publication after it appeared.

    Attributes
    ----------
    source_key, kind, noticed_on, identifier, note : str
        As in `data/notices.csv`.
    publication : str
        The publication, named by first author and year.
    """

    source_key: str
    kind: str
    noticed_on: str
    identifier: str
    note: str
    publication: str

    @property
    def words(self) -> str:
        """The notice as a sentence without its end."""
        return f"{self.publication} {NOTICES[self.kind]} ({self.noticed_on})"

    @property
    def link(self) -> str:
        """Address of the notice, "" where its identifier is none."""
        if re.fullmatch(DOI, self.identifier):
            return f"https://doi.org/{self.identifier}"
        if re.fullmatch(PMID, self.identifier):
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.identifier}/"
        return self.identifier if self.identifier.startswith("https://") else ""


def read_notices(data: Path) -> list[Notice]:
    """Return the notices of a folder of tables, retractions first; none where it has no table."""
    path = data / "notices.csv"
    if not path.exists():
        return []
    publications = read_bibliography(data / "references.bib")
    with path.open(encoding="utf-8", newline="") as stream:
        found = [
            Notice(**row, publication=publications[row["source_key"]].short)
            for row in csv.DictReader(stream)
        ]
    return sorted(found, key=lambda notice: (list(NOTICES).index(notice.kind), notice.noticed_on))


def resting_on(data: Path) -> dict[str, set[str]]:
    """Return what each data row rests on, and each study by its own id: keys of publications."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    with (data / "studies.csv").open(encoding="utf-8", newline="") as stream:
        for study in csv.DictReader(stream):
            found[study["study_id"]] = {study["source_key"], *study["publications"].split(";")}
    for row_id, row in read_rows(data):
        found[row_id] = {row["source_key"], *found[row["study_id"]]}
    return dict(found)


def notices_of(
    notices: Iterable[Notice], page: str, rows: Iterable[str], sources: dict[str, set[str]]
) -> list[Notice]:
    """Return the notices about what a page rests on: its rows, and the study that it is about."""
    own = [*rows, page.removeprefix("studies/")]
    named = {key for row in own for key in sources.get(row, ())}
    return [notice for notice in notices if notice.source_key in named]


def notice_lines(root: Path) -> list[str]:
    """Return a line for each notice of a project, with the pages that rest on its publication."""
    data, registry = root / "data", Registry(root)
    notices, sources = read_notices(data), resting_on(data)
    pages: defaultdict[Notice, list[str]] = defaultdict(list)
    for page in registry.committed_paths() if notices else ():
        rows = {row for one in registry.page(page, "").results.values() for row in one.rows}
        for notice in notices_of(notices, page, rows, sources):
            pages[notice].append(page)
    return [
        f"data/notices.csv: {notice.words}, {notice.identifier}; on it rest: "
        f"{', '.join(pages[notice]) or 'no page'}"
        for notice in notices
    ]
