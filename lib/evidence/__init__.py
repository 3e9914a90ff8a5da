"""An evidence book: data, statistics, results, claims, figures, and the engine behind them.

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
    "Estimate": "estimates",
    "Median": "median",
    "forest": "figures.pooled_forest",
    "hazard_ratio_from_medians": "survival",
    "hazard_ratios": "ratios",
    "load_evidence": "data",
    "odds_ratio": "two_proportions",
    "open_page": "page",
    "pool_hazard_ratios": "ratios",
    "pool_response": "pooled_response",
    "proportion": "proportions",
    "risk_difference": "two_proportions",
    "risk_ratio": "two_proportions",
    "simulate_ensemble": "reconstruction",
}
__all__ = sorted(_FACE)


def __getattr__(name: str) -> Any:
    if name not in _FACE:
        raise AttributeError(
            f"module evidence has no {name}; its face is {', '.join(sorted(_FACE))}"
        )
    return getattr(import_module(f"evidence.{_FACE[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_FACE)
