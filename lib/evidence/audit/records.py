"""A11 and A16: volumes and years, and trials that are counted twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from evidence.audit.findings import Finding, Settings, Severity
from evidence.audit.printed import Printed, Row
from evidence.sources.bibliography import Publication

# Journals whose volumes the bibliography cannot show, with first year minus one and the reason.
# Acta Urologica Japonica has one volume a year from 1955 on: volume 53 is 2007. No page of record
# was seen; the reading is supported by what the report cites (discrepancy D10).
_KNOWN_OFFSETS = {"Hinyokika Kiyo": 1954}
# Volumes a year that are tried: one, or two as in weekly journals.
_VOLUMES_A_YEAR = (1, 2)
# Other entries of a journal that must agree before one entry is called an outlier.
_WITNESSES = 3
# A recorded discrepancy about one trial under two names, or patients in two analyses.
_TWICE = re.compile(r"\b(?:lists this trial twice|as two|the same patients twice|counted twice)\b")


def volume_offsets(publications: list[Publication], volumes_a_year: int) -> list[int]:
    """Return volume minus volumes a year times year, for each publication."""
    return [int(p.volume) - volumes_a_year * int(p.year) for p in publications]


def _fits(publications: list[Publication]) -> bool:
    """Return True where one rule of volumes and years holds for all."""
    for rate in _VOLUMES_A_YEAR:
        offsets = volume_offsets(publications, rate)
        if max(offsets) - min(offsets) < rate:
            return True
    return False


def a11(printed: Printed, settings: Settings) -> Iterator[Finding]:
    """Compare the volume of a journal with its year."""
    owners = _owners(printed)
    entries = sorted(printed.evidence.publications().values(), key=lambda p: p.key)
    dated = [p for p in entries if p.volume.isdigit() and p.year.isdigit()]
    everything = printed.evidence.reads == "all"
    journals: dict[str, list[Publication]] = {}
    for publication in dated:
        journals.setdefault(publication.container, []).append(publication)
    for journal, own in sorted(journals.items()):
        for publication in own:
            study_id = owners.get(publication.key, "")
            if not study_id and not everything:
                continue
            others = [other for other in own if other.key != publication.key]
            if journal in _KNOWN_OFFSETS:
                yield from _known(publication, study_id, _KNOWN_OFFSETS[journal])
            elif len(others) >= _WITNESSES and _fits(others) and not _fits(own):
                yield _outlier(publication, study_id, others)


def _owners(printed: Printed) -> dict[str, str]:
    """Return the study that each publication reports; a source of single rows has none."""
    owners: dict[str, str] = {}
    for study in printed.studies:
        for key in filter(None, study["publications"].split(";")):
            owners.setdefault(key, study["study_id"])
    return owners


def _known(publication: Publication, study_id: str, offset: int) -> Iterator[Finding]:
    expected = int(publication.year) - offset
    if int(publication.volume) != expected:
        yield Finding(
            "A11", "error", study_id, (),
            f"Volume {publication.volume} of {publication.container} is not {publication.year} "
            f"({publication.key}).",
            f"volume {publication.volume}, {publication.year}",
            f"{publication.year} - {offset} = {expected}; volume {publication.volume} is "
            f"{int(publication.volume) + offset}",
            "one volume a year; no page of record was seen",
        )  # fmt: skip


def _outlier(publication: Publication, study_id: str, others: list[Publication]) -> Finding:
    shown = ", ".join(f"{p.year}: {p.volume}" for p in sorted(others, key=lambda p: p.year))
    near = any(
        _fits([*others, _moved(publication, years)]) for years in (-1, 1)
    )  # fmt: skip
    severity: Severity = "note" if near else "error"
    return Finding(
        "A11", severity, study_id, (),
        f"Volume {publication.volume} of {publication.container} does not go with "
        f"{publication.year} ({publication.key}).",
        f"volume {publication.volume}, {publication.year}", f"other entries {shown}",
        f"one or two volumes a year, as in {len(others)} other entries",
        "The year may be that of the online edition." if near else "",
    )  # fmt: skip


def _moved(publication: Publication, years: int) -> Publication:
    return replace(publication, year=str(int(publication.year) + years))


def a16(printed: Printed, settings: Settings) -> Iterator[Finding]:
    """Look for one trial under two names."""
    for one, other in combinations(printed.studies, 2):
        yield from _pair(one, other)
    for item in printed.discrepancies:
        found = _TWICE.search(f"{item['what']} {item['explanation']}")
        if found and item["row_ids"]:
            study_id = item["study_ids"].split(";")[0]
            yield Finding(
                "A16", _severity(item), study_id, tuple(item["row_ids"].split(";")),
                item["what"], f"recorded by a reader as {item['discrepancy_id']}",
                f"the record says: {found[0]}", "one trial is one study", item["explanation"],
            )  # fmt: skip


def _severity(item: Row) -> Severity:
    found: dict[str, Severity] = {
        "info": "info", "note": "note", "warning": "warning", "error": "error"
    }  # fmt: skip
    return found[item["severity"]]


def _pair(one: Row, other: Row) -> Iterator[Finding]:
    both = f"{one['study_id']} and {other['study_id']}"
    registry = set(filter(None, one["registry_id"].split(";")))
    shared = sorted(registry & set(filter(None, other["registry_id"].split(";"))))
    if shared:
        yield Finding(
            "A16", "error", one["study_id"], (), f"{both} have one registration.",
            "; ".join(shared), f"{one['registry_id']} v {other['registry_id']}",
            "a registration names one trial",
        )  # fmt: skip
        return
    publications = set(filter(None, one["publications"].split(";")))
    papers = sorted(publications & set(filter(None, other["publications"].split(";"))))
    same_size = bool(one["n_total"]) and one["n_total"] == other["n_total"]
    same_time = bool(one["accrual"]) and one["accrual"] == other["accrual"]
    if papers or (same_size and same_time):
        differ = bool(registry) and bool(other["registry_id"])
        yield Finding(
            "A16", "note" if differ else "warning", one["study_id"], (),
            f"{both} may be one trial.",
            f"{one['n_total']} patients, {one['accrual'] or 'dates not found'}; "
            f"{other['n_total']} patients, {other['accrual'] or 'dates not found'}",
            f"shared publications: {', '.join(papers) or 'none'}; "
            f"same patients: {same_size}, same dates: {same_time}",
            "another number of patients or other dates",
            "They have different registrations." if differ else "",
        )  # fmt: skip
