"""The audit: sixteen rules for what is reported, each a function of the tables.

A rule reads rows as they are reported and yields findings; a study that is added to the tables is
audited without new code. `audit` runs them all.
"""

from evidence.audit.findings import SEVERITIES, Finding, Settings, Severity
from evidence.audit.isolation import is_unjudged
from evidence.audit.rules import RULES, Rule, audit, findings_of

__all__ = [
    "RULES",
    "SEVERITIES",
    "Finding",
    "Rule",
    "Settings",
    "Severity",
    "audit",
    "findings_of",
    "is_unjudged",
]
