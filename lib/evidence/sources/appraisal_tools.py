"""The appraisal tools: the domains that each has, and the words that it judges with."""

from __future__ import annotations

from dataclasses import dataclass

from evidence.sources.book import read_book


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool.

    Attributes
    ----------
    domains : tuple of str
        What is judged.
    judgements : tuple of str
        The words of the tool, and "no information" where what was read says nothing.
    """

    domains: tuple[str, ...]
    judgements: tuple[str, ...]


_ROB2_DOMAINS = (
    "D1 randomization process",
    "D2 deviations from intended interventions",
    "D3 missing outcome data",
    "D4 measurement of the outcome",
    "D5 selection of the reported result",
    "overall",
)
_JBI = ("yes", "no", "unclear", "not applicable")

TOOLS: dict[str, Tool] = {
    # RoB 2 is judged outcome by outcome.
    "RoB 2": Tool(
        tuple(
            f"{code.upper()}: {domain}"
            for code in read_book().appraised
            for domain in _ROB2_DOMAINS
        ),
        ("low", "some concerns", "high"),
    ),
    "JBI single-arm": Tool(
        (
            "clear criteria for inclusion",
            "consecutive inclusion",
            "complete inclusion",
            "baseline reported",
            "outcome measured in a standard way",
            "outcomes of all patients reported",
        ),
        _JBI,
    ),
    "JBI case report": Tool(
        (
            "patient described",
            "history as a timeline",
            "diagnostics described",
            "treatment described",
            "condition after treatment",
            "adverse events identified",
            "lesson stated",
        ),
        _JBI,
    ),
    "JBI systematic review": Tool(
        (
            "question stated",
            "inclusion criteria",
            "search adequate",
            "studies appraised",
            "data extraction",
            "methods to combine",
            "publication bias",
            "currency",
        ),
        _JBI,
    ),
    "QUIPS (marker)": Tool(
        (
            "study participation",
            "study attrition",
            "prognostic factor measurement",
            "outcome measurement",
            "study confounding",
            # Where one study has several analyses.
            "study confounding, unadjusted",
            "study confounding, adjusted",
            "statistical analysis and reporting",
        ),
        ("low", "moderate", "high"),
    ),
}
JUDGEMENTS = tuple(dict.fromkeys(word for tool in TOOLS.values() for word in tool.judgements))
