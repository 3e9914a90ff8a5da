"""Findings read back from a FHIR bundle, to compare them with the pages that they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fhir.resources.bundle import Bundle


@dataclass(frozen=True, slots=True)
class ReadFinding:
    """A finding read back from a bundle.

    Attributes
    ----------
    page, outcome, words, certainty : str
        As on the page; the certainty as the code of its rating.
    key : str
        Key of the number on the page, "" where the finding has none.
    value, low, high, level, p : float or None
        The number.
    n, events : int or None
        Participants and events.
    downgrades : dict of str to int
        Levels down by domain, as they are named in the bundle.
    sources : tuple of str
        Titles of the publications that it rests on.
    """

    page: str
    outcome: str
    words: str
    certainty: str
    key: str
    value: float | None
    low: float | None
    high: float | None
    level: float | None
    p: float | None
    n: int | None
    events: int | None
    downgrades: dict[str, int]
    sources: tuple[str, ...]


def read_bundle(text: str) -> list[ReadFinding]:
    """Return the findings of a bundle; it is validated while it is read.

    Raises
    ------
    ValueError
        Where the text is no Bundle of FHIR R5.
    """
    bundle: Any = Bundle.model_validate_json(text)
    resources: dict[str, Any] = {entry.fullUrl: entry.resource for entry in bundle.entry}
    evidence = [one for one in resources.values() if one.get_resource_type() == "Evidence"]
    return [_read(one, resources) for one in evidence]


def _read(evidence: Any, resources: Mapping[str, Any]) -> ReadFinding:
    page, _, outcome = evidence.identifier[0].value.partition(": ")
    certainty = evidence.certainty[0] if evidence.certainty else None
    statistic = evidence.statistic[0] if evidence.statistic else None
    found = {"interval": None, "p": None}
    for estimate in (statistic.attributeEstimate or []) if statistic else []:
        found["interval" if estimate.range else "p"] = estimate
    interval, p = found["interval"], found["p"]
    size = statistic.sampleSize if statistic else None
    return ReadFinding(
        page=page,
        outcome=outcome,
        words=evidence.assertion,
        certainty=certainty.rating.coding[0].code if certainty else "not-rated",
        key=statistic.id if statistic else "",
        value=_number(statistic.quantity) if statistic else None,
        low=_number(interval.range.low) if interval else None,
        high=_number(interval.range.high) if interval else None,
        level=float(interval.level) if interval and interval.level is not None else None,
        p=_number(p.quantity) if p else None,
        n=size.numberOfParticipants if size else None,
        events=statistic.numberOfEvents if statistic else None,
        downgrades={
            part.type.text: int(part.rating.coding[0].code.removeprefix("downcode"))
            for part in (certainty.subcomponent if certainty else None) or []
        },
        sources=tuple(
            resources[related.resourceReference.reference].title
            for related in evidence.relatedArtifact or []
        ),
    )


def _number(quantity: Any) -> float | None:
    return None if quantity is None else float(quantity.value)
