"""What was computed from what: data rows, results, claims, tables and figures.

Three lines pool printed hazard ratios and draw them::

    import evidence as ev

    pooled = ev.pool_hazard_ratios({"AVOREN": (0.63, 0.52, 0.75), "CALGB": (0.71, 0.61, 0.83)})
    ev.forest(pooled).save("forest.svg")

The names of `__all__` are the face of the library; each is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Name: the module that defines it.
_FACE = {
    "Estimate": "evidence_stats.estimates",
    "Median": "evidence_stats.survival.median",
    "forest": "evidence.figures.pooled_forest",
    "format_estimate": "evidence.tables.formatting",
    "hazard_ratio_from_medians": "evidence_stats.survival.from_medians",
    "hazard_ratios": "evidence_stats.pooling.ratios",
    "high": "evidence.record.predicates",
    "includes": "evidence.record.predicates",
    "load_evidence": "evidence.sources.data",
    "low": "evidence.record.predicates",
    "odds_ratio": "evidence_stats.rates.two_proportions",
    "open_page": "evidence.record.opening",
    "open_reference_page": "evidence.record.opening",
    "parameter": "evidence.record.predicates",
    "pool_hazard_ratios": "evidence_stats.pooling.ratios",
    "pool_response": "evidence_stats.pooling.pooled_response",
    "proportion": "evidence_stats.rates.proportions",
    "risk_difference": "evidence_stats.rates.two_proportions",
    "risk_ratio": "evidence_stats.rates.two_proportions",
    "simulate_ensemble": "evidence_stats.survival.reconstruction",
    "tabulate_results": "evidence.tables.result_tables",
    "value": "evidence.record.predicates",
    "words": "evidence.sources.vocabulary",
}
__all__ = sorted(_FACE)


def __getattr__(name: str) -> Any:
    if name not in _FACE:
        raise AttributeError(
            f"module evidence has no {name}; its face is {', '.join(sorted(_FACE))}"
        )
    return getattr(import_module(_FACE[name]), name)


def __dir__() -> list[str]:
    return sorted(_FACE)
