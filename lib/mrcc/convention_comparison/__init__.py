"""The same question put to our data under the conventions of different programs."""

from evidence.conventions.comparison import Comparison, Reading
from evidence.sources.data import Evidence
from mrcc.convention_comparison.responses import compare_responses
from mrcc.convention_comparison.survival import compare_survival

__all__ = ["Comparison", "Reading", "compare_conventions"]


def compare_conventions(evidence: Evidence) -> tuple[Comparison, ...]:
    """Return every number of the ledger that our data can show under several conventions."""
    return (*compare_responses(evidence), *compare_survival(evidence))
