"""Codes and small parts of FHIR R5 that the resources of the book are made of."""

from __future__ import annotations

import re
import uuid
from typing import Any

_TERMS = "http://terminology.hl7.org/CodeSystem/"
_UCUM = "http://unitsofmeasure.org"
# Names of resources are made from their ids below this one, so that they are always the same.
_NAMESPACE = uuid.UUID("5b0b1c52-6d0b-4c1e-9a57-3a9be2f9a3d4")
Resource = dict[str, Any]

# Kind of ratio, as the summaries of findings call it, and its code in statistic-type.
_STATISTICS = {
    "hazard ratio": ("C93150", "Hazard Ratio"),
    "odds ratio": ("C16932", "Odds Ratio"),
    "response ratio": ("C93152", "Relative Risk"),
    "risk ratio": ("C93152", "Relative Risk"),
}
# Kind of interval, as results call it, and its code in attribute-estimate-type.
_INTERVALS = {
    "confidence": ("C53324", "Confidence interval"),
    "credible": ("0000455", "Credible interval"),
    "range": ("C38013", "Range"),
}
# Domains of GRADE in certainty-type; the starting level of a study design has no code there.
_DOMAINS = {
    "risk_of_bias": ("RiskOfBias", "Risk of bias"),
    "inconsistency": ("Inconsistency", "Inconsistency"),
    "indirectness": ("Indirectness", "Indirectness"),
    "imprecision": ("Imprecision", "Imprecision"),
    "publication": ("PublicationBias", "Publication bias"),
}
_ROLES = {
    "population": "population",
    "exposure": "exposure",
    "comparator": "referenceExposure",
    "outcome": "measuredVariable",
}


def concept(system: str, code: str, display: str) -> Resource:
    """Return a concept with one code of a system of HL7 Terminology."""
    coding = {"system": f"{_TERMS}{system}", "code": code, "display": display}
    return {"coding": [coding], "text": display}


def statistic_type(words: str) -> Resource:
    """Return the kind of a ratio: "hazard ratio per SD" is a hazard ratio, said in the text."""
    for name, (code, display) in _STATISTICS.items():
        if words.startswith(name):
            return {**concept("statistic-type", code, display), "text": words}
    return {"text": words}


def interval_type(kind: str) -> Resource:
    """Return the kind of an interval; those without a code are named in the text."""
    if kind in _INTERVALS:
        return concept("attribute-estimate-type", *_INTERVALS[kind])
    return {"text": f"{kind} interval"}


def p_value_type() -> Resource:
    """Return the kind of an estimate that is a P value."""
    return concept("attribute-estimate-type", "C44185", "P-value")


def rating(certainty: str) -> Resource:
    """Return a level of certainty."""
    words = certainty[:1].upper() + certainty[1:]
    return concept("certainty-rating", certainty.replace(" ", "-"), f"{words} quality")


def downgrade(steps: int) -> Resource:
    """Return how many levels a domain takes away."""
    return concept("certainty-rating", f"downcode{steps}", f"reduce rating: -{steps}")


def overall() -> Resource:
    """Return what the certainty of a finding as a whole is called."""
    return concept("certainty-type", "Overall", "Overall certainty")


def domain(name: str) -> Resource:
    """Return a domain of GRADE; those without a code are named in the text."""
    if name in _DOMAINS:
        return concept("certainty-type", *_DOMAINS[name])
    return {"text": name.replace("_", " ")}


def role(name: str) -> Resource:
    """Return the role of a variable: population, exposure, comparator or outcome."""
    code = _ROLES[name]
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", code).lower()
    return concept("variable-role", code, words)


def quantity(value: float, unit: str = "ratio") -> Resource:
    """Return a number; ratios and proportions are plain numbers in UCUM."""
    if unit in ("ratio", "proportion", "probability", "p_value", "points"):
        return {"value": value, "system": _UCUM, "code": "1"}
    return {"value": value, "unit": unit}


def resource_id(*parts: str) -> str:
    """Return an id that FHIR allows, made from names: letters, digits and dashes, at most 64."""
    text = "-".join(re.sub(r"[^A-Za-z0-9]+", "-", part).strip("-") for part in parts).lower()
    return text if len(text) <= 64 else f"{text[:51].rstrip('-')}-{_named(text).hex[:12]}"


def _named(text: str) -> uuid.UUID:
    return uuid.uuid5(_NAMESPACE, text)


def full_url(kind: str, identity: str) -> str:
    """Return the address of a resource inside the bundle, the same in every build."""
    return f"urn:uuid:{_named(f'{kind}/{identity}')}"


def reference(resource: Resource, display: str = "") -> Resource:
    """Return a reference to another resource of the bundle."""
    made = {"reference": full_url(resource["resourceType"], resource["id"])}
    return {**made, "display": display} if display else made
