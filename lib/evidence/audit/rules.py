"""The rules in order, and running them."""

from __future__ import annotations

from dataclasses import dataclass

from evidence.audit.conclusions import a14
from evidence.audit.counts import a12
from evidence.audit.denominators import a15
from evidence.audit.events import a8
from evidence.audit.findings import SEVERITIES, Finding, PTolerance, RuleId, Settings, Severity
from evidence.audit.isolation import Check, run
from evidence.audit.medians import a7, a9, a10
from evidence.audit.percentages import a1, a2, a3
from evidence.audit.printed import Printed
from evidence.audit.ratios import a4, a5, a6
from evidence.audit.records import a11, a16
from evidence.audit.responders import response_p
from evidence.audit.responses import response_shares, responses_told_again
from evidence.audit.units import a13
from evidence.sources.data import Evidence
from evidence_stats.rates.inversion import Rounding


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes
    ----------
    rule : str
        A1 to A16.
    title : str
        What it compares.
    checks : tuple of callable
        Functions of the reported rows and the settings.
    """

    rule: RuleId
    title: str
    checks: tuple[Check, ...]


RULES: tuple[Rule, ...] = (
    Rule("A1", "percentage against patients", (a1,)),
    Rule("A2", "several percentages against one denominator", (a2,)),
    Rule("A3", "exact interval against counts", (a3,)),
    Rule("A4", "limits of a ratio against their middle", (a4,)),
    # P values of response rates are A5, bounds on them A6; one function finds both.
    Rule("A5", "P value against interval or counts", (a5, response_p)),
    Rule("A6", "bound on P against interval", (a6,)),
    Rule("A7", "medians against hazard ratio or P value", (a7,)),
    Rule("A8", "interval against events and patients", (a8,)),
    Rule("A9", "medians against follow-up", (a9,)),
    Rule("A10", "limits of a median against patients", (a10,)),
    Rule("A11", "volume against year", (a11,)),
    Rule("A12", "parts against wholes", (a12, response_shares)),
    Rule("A13", "units and spelled doses", (a13,)),
    Rule("A14", "conclusion against numbers", (a14, responses_told_again)),
    Rule("A15", "denominator against patients described", (a15,)),
    Rule("A16", "one trial under two names", (a16,)),
)


def audit(
    evidence: Evidence,
    *,
    rounding: Rounding = "any",
    p_tolerance: PTolerance = "allow_other_test",
    allow_other_test_factor: float = 0.15,
    max_n: int = 200,
    min_severity: Severity = "info",
) -> tuple[Finding, ...]:
    """Return what every rule finds, gravest first.

    A row that a rule cannot judge is a finding, too, and hides none of the others.

    Parameters
    ----------
    evidence : Evidence
        The tables; with those of one study, rules across studies see that study alone.
    rounding, p_tolerance, allow_other_test_factor, max_n
        See `Settings`.
    min_severity : str
        Mildest severity to return.

    Raises
    ------
    ValueError
        Where a setting is unknown or out of range.
    """
    if min_severity not in SEVERITIES:
        raise ValueError(f"min_severity: expected one of {SEVERITIES}, got {min_severity!r}")
    settings = Settings(rounding, p_tolerance, allow_other_test_factor, max_n)
    printed = Printed(evidence)
    found: set[Finding] = set()
    for rule in RULES:
        for check in rule.checks:
            found.update(run(rule.rule, check, printed, settings))
    least = SEVERITIES.index(min_severity)
    kept = [one for one in found if SEVERITIES.index(one.severity) >= least]
    return tuple(sorted(kept, key=lambda finding: finding.order))


def findings_of(
    evidence: Evidence,
    study_id: str,
    *,
    rounding: Rounding = "any",
    p_tolerance: PTolerance = "allow_other_test",
    allow_other_test_factor: float = 0.15,
    max_n: int = 200,
    min_severity: Severity = "info",
) -> tuple[Finding, ...]:
    """Return what `audit` finds on one study.

    Raises
    ------
    KeyError
        Where there is no such study.
    ValueError
        As `audit`.
    """
    evidence.study(study_id)
    found = audit(
        evidence,
        rounding=rounding,
        p_tolerance=p_tolerance,
        allow_other_test_factor=allow_other_test_factor,
        max_n=max_n,
        min_severity=min_severity,
    )
    return tuple(one for one in found if one.study_id == study_id)
