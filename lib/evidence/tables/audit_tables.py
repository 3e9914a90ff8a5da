"""The tables of the audit: findings, and how many each rule has."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from evidence.audit import RULES, SEVERITIES, Finding
from evidence.tables.study_tables import SEVERITY_SYMBOLS
from evidence.tables.table import Table, make_table, row_link

_NOTHING = "Nothing found"


def _rows_of(finding: Finding) -> Markup | str:
    links = [row_link(row_id, row_id) for row_id in finding.rows]
    return Markup(", ").join(links) if links else "none"


def tabulate_findings(
    findings: Sequence[Finding], *, caption: str = "Findings of the audit", study: bool = True
) -> Table:
    """Return findings, gravest first, each with its arithmetic and the rows it rests on.

    Parameters
    ----------
    findings : sequence of Finding
        In the order to be shown.
    caption : str
        What the table shows.
    study : bool
        Whether to name the study of each finding; a page about one study need not.
    """
    columns = [
        "What", "Severity", "Rule", *(["Study"] if study else []), "As reported", "Arithmetic",
        "Would pass", "What may explain it", "Rows",
    ]  # fmt: skip
    rows: list[list[object]] = [
        [
            finding.what,
            f"{SEVERITY_SYMBOLS[finding.severity]} {finding.severity}",
            finding.rule,
            *([finding.study_id or "none"] if study else []),
            finding.printed,
            finding.computation,
            finding.tolerance,
            finding.explanation or "nothing found",
            _rows_of(finding),
        ]
        for finding in findings
    ]
    empty: list[list[object]] = [[_NOTHING, *(["none"] * (len(columns) - 1))]]
    return make_table(columns, rows or empty, caption=caption)


def tabulate_rules(findings: Sequence[Finding]) -> Table:
    """Return the rules, and how many findings of each severity each has."""
    grave_first = list(reversed(SEVERITIES))
    rows = []
    for rule in RULES:
        own = [finding.severity for finding in findings if finding.rule == rule.rule]
        counts = [str(own.count(severity)) for severity in grave_first]
        rows.append([rule.rule, rule.title, *counts])
    names = [f"{SEVERITY_SYMBOLS[severity]} {severity}" for severity in grave_first]
    return make_table(
        ["Rule", "Compares", *names],
        rows,
        caption="Findings by rule and severity",
        numeric=names,
    )
