"""ClinicalTrials.gov JSON, version 2 of its interface: a page of studies, a list, or one study."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from evidence.files.text_files import refuse_constant
from evidence.sources.problems import DataError, Problem
from evidence_book.intake.record import REGISTER, Entry

_TITLES = ("officialTitle", "briefTitle")


def read_register_json(name: str, text: str) -> Iterator[Entry]:
    """Yield the registrations of a ClinicalTrials.gov export.

    Raises
    ------
    DataError
        Where it is not JSON, with the line; where a study lacks its number, with the field.
    """
    try:
        found = json.loads(text, parse_constant=refuse_constant)
    except json.JSONDecodeError as error:
        raise DataError([Problem(name, error.lineno, "", "JSON", error.msg)]) from None
    except (ValueError, RecursionError) as error:
        raise DataError([Problem(name, 0, "", "JSON", str(error))]) from None
    studies = found.get("studies", [found]) if isinstance(found, dict) else found
    if not isinstance(studies, list):
        raise DataError([Problem(name, 0, "studies", "a list", type(studies).__name__)])
    problems = [
        Problem(name, 0, f"studies[{number}].protocolSection.identificationModule.nctId",
                "a number such as NCT00126594", _inside(study, "identificationModule", "nctId"))
        for number, study in enumerate(studies)
        if not _inside(study, "identificationModule", "nctId").startswith("NCT")
    ]  # fmt: skip
    if problems:
        raise DataError(problems)
    for study in studies:
        titles = (_inside(study, "identificationModule", title) for title in _TITLES)
        yield Entry(
            line=0,
            title=next(filter(None, titles), ""),
            authors=(_inside(study, "sponsorCollaboratorsModule", "leadSponsor", "name") + ",",),
            year=_inside(study, "statusModule", "studyFirstSubmitDate"),
            journal=REGISTER,
            database=REGISTER,
            abstract=_inside(study, "descriptionModule", "briefSummary"),
            about=(_inside(study, "identificationModule", "nctId"),),
        )


def _inside(study: Any, *names: str) -> str:
    """Return the text at a place below the protocol section, "" where there is none."""
    for name in ("protocolSection", *names):
        study = study.get(name) if isinstance(study, dict) else None
    return study if isinstance(study, str) else ""
