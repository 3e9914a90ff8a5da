"""The same question put to our data under the conventions of different programs."""

from evidence.convention_comparison.reading import Comparison, Reading
from evidence.convention_comparison.responses import compare_responses
from evidence.convention_comparison.survival import compare_survival
from evidence.data import Evidence

__all__ = ["Comparison", "Reading", "compare_conventions"]


def compare_conventions(evidence: Evidence) -> tuple[Comparison, ...]:
    """Return every number of the ledger that our data can show under several conventions."""
    return (*compare_responses(evidence), *compare_survival(evidence))
