"""Scaffolding a study: rows, chapter, contents and bibliography, with TODO where a person decides.

Nothing here passes `evidence check` as it is: every TODO is refused there, by name.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evidence.files.paths import chapters_folder, data_folder, notebook_path, project_root
from evidence.record.chapter_parameters import Study
from evidence.sources.book import read_book
from evidence.sources.columns import ARM, SOURCE_KEY, STUDY_ID, TODO
from evidence.sources.csv_tables import read_table
from evidence.sources.data_files import TABLE_NAMES
from evidence.sources.schema import TABLES
from evidence_book.rendering.toc import with_chapter
from evidence_book.runs.freshness import list_pages, read_notebook
from evidence_book.runs.normalise import normalise, serialise
from evidence_book.runs.notebooks import parameters_cell
from evidence_book.runs.own_data import refuse_own_data
from evidence_book.runs.own_library import model_of
from evidence_book.scaffold.undo import write_new

# Cells and titles that would not survive a table, a BibTeX entry or a page.
_UNCLEAN = re.compile(r"[\x00-\x1f\x7f{}\\]|<[a-zA-Z/!]|\A=")
# Of a record that names several registrations, a person says which is that of the study.
_ONE = re.compile("NCT[0-9]{8}")
_WHERE_READ = dict.fromkeys(("locator", "read_at", "status"), TODO)


class NewStudyError(ValueError):
    """A study that cannot be scaffolded; nothing was written."""


@dataclass(frozen=True, slots=True)
class NewStudy:
    """What a new study is called.

    Attributes
    ----------
    study_id, title : str
        Its id, and the title of its main publication.
    arms : tuple of (str, str)
        Short name and treatment code of each arm.
    source : str
        Citation key; an entry is begun where the bibliography has none.
    known : mapping of str to str
        What a record of `data/screening.csv` says of the publication: journal, year, doi, pmid,
        and nct, its registrations.
    """

    study_id: str
    title: str
    arms: tuple[tuple[str, str], ...]
    source: str
    known: Mapping[str, str] = field(default_factory=dict)

    @property
    def short_name(self) -> str:
        """First author and year, as the id says them."""
        return " ".join(part.capitalize() for part in self.study_id.split("-")[:2])


def _check(study: NewStudy) -> None:
    name = study.study_id
    if not re.fullmatch(STUDY_ID, name) or "-" not in name:
        raise NewStudyError(f"expected an id such as doe-2016, got {name!r}")
    known = set(read_table(data_folder() / "studies.csv")["study_id"])
    if name in known or notebook_path(f"studies/{name}").exists():
        raise NewStudyError(f"expected the id of a new study, got {name}, which there is already")
    if not study.title.strip() or _UNCLEAN.search(study.title):
        raise NewStudyError(
            "--title: expected plain text on one line without braces, backslash or markup, got "
            f"{study.title!r}"
        )
    if not re.fullmatch(SOURCE_KEY, study.source):
        raise NewStudyError(
            f"--source: expected a citation key of lower-case letters and digits, got "
            f"{study.source!r}"
        )
    treatments = (TABLES["arms"].columns["treatment"].metadata or {})["enum"]
    for arm, treatment in study.arms:
        if not re.fullmatch(ARM, arm):
            raise NewStudyError(
                f"--arm: expected lower-case letters, digits and _ before the =, got {arm!r}"
            )
        if treatment not in treatments:
            allowed = ", ".join(treatments)
            raise NewStudyError(f"--arm: expected one of {allowed} after the =, got {treatment!r}")
    names = [arm for arm, _ in study.arms]
    if not names or len(set(names)) < len(names):
        raise NewStudyError(f"--arm: expected each arm once, got {', '.join(names) or 'none'}")


def _rows(study: NewStudy) -> dict[str, list[dict[str, str]]]:
    """Return the stub rows by table; columns that may be empty stay empty."""
    registration = study.known.get("nct", "")
    about = {"study_id": study.study_id, "source_key": study.source, **_WHERE_READ}
    closed = [name for name, column in read_book().arm_columns.items() if column.values]
    return {
        "studies": [
            {
                **about,
                "short_name": study.short_name,
                "title": study.title.strip(),
                **dict.fromkeys(("design", "randomized", "blinding", "read_as"), TODO),
                # Other books have no lines of treatment.
                "line": TODO if any(read_table(data_folder() / "studies.csv")["line"]) else "",
                "registry_id": registration if _ONE.fullmatch(registration) else "",
                "publications": study.source,
                "chapter": "yes",
            }
        ],
        "arms": [
            {
                **about,
                "arm_id": f"{study.study_id}.{arm}",
                "arm": arm,
                "treatment": treatment,
                **dict.fromkeys(("label", "role", *closed), TODO),
            }
            for arm, treatment in study.arms
        ],
    }


def _table_text(name: str, rows: list[dict[str, str]]) -> str:
    """Return the text of a table with rows after its last line; what was there stays as it is."""
    text = (data_folder() / f"{name}.csv").read_bytes().decode("utf-8")
    header = next(csv.reader(io.StringIO(text)))
    added = io.StringIO()
    writer = csv.writer(added, lineterminator="\n")
    writer.writerows([[row.get(column, "") for column in header] for row in rows])
    return text + ("" if text.endswith("\n") else "\n") + added.getvalue()


def _bibliography_text(study: NewStudy) -> str:
    text = (data_folder() / "references.bib").read_bytes().decode("utf-8")
    if re.search(rf"^@\w+\{{{study.source},", text, re.MULTILINE):
        return text
    year = re.search(r"(?:19|20)\d\d", study.study_id)
    # A record gives its first author alone, without what a bibliography needs of the name.
    fields = {
        "author": TODO,
        "title": study.title.strip(),
        "journal": study.known.get("journal") or TODO,
        "year": study.known.get("year") or (year[0] if year else TODO),
        "doi": study.known.get("doi", ""),
        "pmid": study.known.get("pmid", ""),
    }
    told = "".join(f"  {name} = {{{told}}},\n" for name, told in fields.items() if told)
    return f"{text.rstrip()}\n\n@article{{{study.source},\n{told}}}\n"


def _contents_text(study: NewStudy) -> str:
    """Return `_toc.yml` with the chapter at the end of the part that its treatments belong to."""
    given = [set(treatment.split("+")) for _, treatment in study.arms]
    fitting = (
        caption
        for caption, treatments in read_book().study_parts.items()
        if not treatments or any(set(treatments.split("+")) <= codes for codes in given)
    )
    part = next(fitting, "Studies")
    return with_chapter(part, f"chapters/studies/{study.study_id}")


def _chapter_text(study: NewStudy) -> str:
    """Return a chapter with the code that all study chapters share, and prose to be written."""
    others = [page for page in list_pages() if model_of(page) is Study]
    if not others:
        raise NewStudyError("chapters/studies: expected a chapter to take the code from, got none")
    notebooks = [read_notebook(notebook_path(page)) for page in others]
    shared = set.intersection(*(_prose_lines(notebook) for notebook in notebooks))
    cells: list[dict[str, Any]] = []
    for number, cell in enumerate(notebooks[0]["cells"]):
        source = "".join(cell["source"])
        metadata = {"tags": cell["metadata"].get("tags", [])}
        if cell["cell_type"] == "markdown":
            prose = _prose(study, source, shared, opening=number == 0)
            cells.append({"cell_type": "markdown", "metadata": metadata, "source": prose})
            continue
        if "parameters" in metadata["tags"]:
            source = parameters_cell(f"studies/{study.study_id}")
        cells.append(
            {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [],
             "execution_count": None}
        )  # fmt: skip
    return serialise(normalise({"cells": cells, "metadata": {}}))


def _prose_lines(notebook: dict[str, Any]) -> set[str]:
    return {
        line
        for cell in notebook["cells"]
        if cell["cell_type"] == "markdown"
        for line in "".join(cell["source"]).splitlines()
    }


def _prose(study: NewStudy, source: str, shared: set[str], *, opening: bool) -> str:
    if opening:
        words = "one sentence on what this study tells a reader of this book"
        return f"# {study.short_name}\n\n{TODO}: {words}."
    kept = [line for line in source.splitlines() if line in shared]
    if len([line for line in kept if line]) < len([x for x in source.splitlines() if x]):
        kept += ["", f"{TODO}: write, or leave out."]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n")


def scaffold_study(study: NewStudy) -> list[Path]:
    """Write everything that a study begins with; return the files.

    Raises
    ------
    NewStudyError
        Where the id, title, arms or key cannot be taken; then nothing was written.
    """
    refuse_own_data("a new study")
    _check(study)
    texts = {
        data_folder() / f"{name}.csv": _table_text(name, rows)
        for name, rows in _rows(study).items()
    }
    texts[data_folder() / "references.bib"] = _bibliography_text(study)
    texts[project_root() / "_toc.yml"] = _contents_text(study)
    texts[chapters_folder() / "studies" / f"{study.study_id}.ipynb"] = _chapter_text(study)
    return write_new(texts)


def arms_of_last_study() -> tuple[tuple[str, str], ...]:
    """Return name and treatment of the arms of the last study, which a new one may well share."""
    table = read_table(data_folder() / "arms.csv")
    last = table[table["study_id"] == table["study_id"].iloc[-1]] if len(table) else table
    return tuple(zip(last["arm"], last["treatment"], strict=True))


def _an_outcome() -> str:
    """Return the first outcome that `book.yml` names."""
    return next(iter(read_book().outcomes), "OUTCOME")


def what_is_next(study: NewStudy) -> list[str]:
    """Return what a person fills in, in order."""
    facts = ", ".join(name for name in TABLE_NAMES if name in ("outcomes", "characteristics"))
    return [
        f"1. data/studies.csv, data/arms.csv, data/references.bib: every {TODO} of "
        f"{study.study_id} ({study.source}); columns are explained in data/datapackage.json",
        f"2. data: one row per reported statistic in {facts}, e.g. "
        f"{study.study_id}.{_an_outcome()}.count.{study.arms[0][0]}; judgements in appraisals",
        f"3. chapters/studies/{study.study_id}.ipynb: the prose",
        "4. `evidence check` says what is missing, then `evidence run`",
    ]
