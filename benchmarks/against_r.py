"""Statistics beside R: the same task on the same data, without what starting either costs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.rows import Row, in_turns

_HERE = Path(__file__).resolve().parent
_REFERENCE = _HERE.parent / "tests" / "reference" / "network.json"
# Responders and patients of the seven arms given the combination.
_RESPONSE = {"events": [12, 17, 14, 10, 12, 6, 1], "n": [40, 50, 62, 40, 29, 18, 7]}
_STATISTICS = {
    "response": ("binomial-normal pooling of seven arms", "lme4::glmer(nAGQ = 25)", ""),
    "network": ("common-effect network", "metafor::rma with a design", "progression-free survival"),
    "ensemble": (
        "reconstruction ensemble",
        "survival::survfit and coxph, one by one",
        "R timed on 200 draws and 200 pairs, scaled to the draws and pairs of the ensemble",
    ),
}


def _seconds(times: int, run: Callable[[], object]) -> float:
    run()
    start = perf_counter()
    for _ in range(times):
        run()
    return (perf_counter() - start) / times


def _tasks() -> tuple[dict[str, float], dict[str, Any]]:
    """Return seconds of our statistics, and what R needs to do the same."""
    from evidence_stats.networks.contrasts import Contrast
    from evidence_stats.networks.treatment_network import network
    from evidence_stats.pooling.pooled_proportions import pool_proportions
    from evidence_stats.survival.median import Median
    from evidence_stats.survival.reconstruction import simulate_ensemble
    from evidence_stats.survival.synthetic_arms import EnsembleSettings

    columns = json.loads(_REFERENCE.read_text(encoding="utf-8"))["data"]["pfs"]
    contrasts = [
        Contrast(*row[:3], log_ratio=row[3], se=row[4])
        for row in zip(*columns.values(), strict=True)
    ]
    arms = Median(7.39, low=5.52, high=9.20), Median(7.56, low=5.19, high=11.07)
    simulate = simulate_ensemble.__wrapped__

    def ensemble() -> Any:
        return simulate(*arms, n_experimental=40, n_control=40)

    made = ensemble()
    seconds = {
        "response": _seconds(5, lambda: pool_proportions(**_RESPONSE, model="glmm")),
        "network": _seconds(20, lambda: network(contrasts)),
        "ensemble": _seconds(2, ensemble),
    }
    draws = made.experimental.draws + made.control.draws
    network_data = {
        name: [getattr(one, name) for one in contrasts]
        for name in ("treat_a", "treat_b", "log_ratio", "se")
    }
    pairs = EnsembleSettings().size
    return seconds, {
        "response": _RESPONSE, "network": network_data, "draws": draws, "pairs": pairs,
    }  # fmt: skip


def _time(command: list[str]) -> float:
    start = perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return perf_counter() - start


def compare_imports(rounds: int) -> Row:
    """Return how long the imports of a page take in a new process, beside those of R."""
    names = (
        "tables.study_tables", "audit", "tables.audit_tables", "record.page",
        "record.chapter_parameters", "sources.recomputation",
    )  # fmt: skip
    page = "; ".join(["import evidence", *(f"import evidence.{name}" for name in names)])
    libraries = "suppressMessages({library(metafor); library(survival); library(lme4)})"
    ours, other = in_turns(
        lambda: _time([sys.executable, "-c", page]),
        lambda: _time(["Rscript", "-e", libraries]),
        max(3, rounds),
    )
    return Row("imports of a study page", "library(metafor, survival, lme4)", ours, other, 1.0)


def compare_with_r(rounds: int) -> list[Row]:
    """Return one row per statistic, and one for the imports; none where R is not installed."""
    if shutil.which("Rscript") is None:
        return []
    ours: dict[str, list[float]] = {key: [] for key in _STATISTICS}
    other: dict[str, list[float]] = {key: [] for key in _STATISTICS}
    for _ in range(max(3, rounds)):
        mine, data = _tasks()
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(data, file)
            file.flush()
            command = ["Rscript", str(_HERE / "against_r.R"), file.name]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        theirs = json.loads(said)
        for key in _STATISTICS:
            ours[key].append(mine[key])
            other[key].append(theirs[key])
    rows = [
        Row(name, against, tuple(ours[key]), tuple(other[key]), 1.0, note)
        for key, (name, against, note) in _STATISTICS.items()
    ]
    return [*rows, compare_imports(rounds)]
