"""How often each interval holds the truth: coverage by simulation, against what it claims.

Run by hand: `.venv/bin/python benchmarks/coverage.py`; it writes coverage.md and coverage.csv
beside this file. Seeds are fixed; a run takes a few minutes.
"""

from __future__ import annotations

import csv
import functools
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import numpy as np
from evidence.estimates import Estimate
from evidence.median import Median
from evidence.pooled_response import pool_response
from evidence.proportions import ProportionMethod, proportion
from evidence.survival import hazard_ratio_from_medians
from evidence.two_proportions import (
    DifferenceMethod,
    OddsRatioMethod,
    RiskRatioMethod,
    odds_ratio,
    risk_difference,
    risk_ratio,
)

HERE = Path(__file__).parent
LEVEL = 0.95
SEED = 20100101
RUNS, POOLED_RUNS = 1000, 60
Row = tuple[str, str, int, float, float]


def holds(estimate: Estimate, truth: float) -> bool:
    """Return True where the interval contains the truth; a missing limit is open."""
    slack = 1e-9
    return (estimate.low is None or estimate.low <= truth + slack) and (
        estimate.high is None or truth - slack <= estimate.high
    )


def measure(name: str, setting: str, runs: list[bool | None]) -> Row:
    """Return how often an interval held the truth, among runs in which there was one."""
    kept = [run for run in runs if run is not None]
    return name, setting, len(kept), sum(kept) / len(kept), 1 - len(kept) / len(runs)


def tried(make: Callable[[], Estimate], truth: float) -> bool | None:
    """Return whether an interval holds the truth, None where there is no interval."""
    try:
        return holds(make(), truth)
    except ValueError:
        return None


def one_arm(rng: np.random.Generator) -> Iterator[Row]:
    for n, p in ((40, 0.3), (12, 0.1)):
        draws = rng.binomial(n, p, RUNS)
        for method in get_args(ProportionMethod):
            make = functools.lru_cache(functools.partial(proportion, n=n, method=method))
            runs = [holds(make(int(x)), p) for x in draws]
            yield measure(f"proportion, {method}", f"n {n}, p {p}", list(runs))


def two_arms(rng: np.random.Generator) -> Iterator[Row]:
    kinds = (
        (risk_difference, DifferenceMethod, lambda p, q: p - q),
        (risk_ratio, RiskRatioMethod, lambda p, q: p / q),
        (odds_ratio, OddsRatioMethod, lambda p, q: p * (1 - q) / (q * (1 - p))),
    )
    for n, p, q in ((40, 0.35, 0.30), (20, 0.10, 0.30)):
        pairs = list(zip(rng.binomial(n, p, RUNS), rng.binomial(n, q, RUNS), strict=True))
        for function, methods, truth in kinds:
            for method in get_args(methods):
                known: dict[tuple[int, int], bool | None] = {}
                for a, b in set(pairs):
                    make = functools.partial(function, int(a), n, int(b), n, method=method)
                    known[a, b] = tried(make, truth(p, q))
                runs = [known[pair] for pair in pairs]
                name = f"{function.__name__}, {method}"
                yield measure(name, f"n {n} v {n}, {p} v {q}", runs)


def pooled(rng: np.random.Generator) -> Iterator[Row]:
    sizes = [13, 37, 40, 40, 42, 12]
    for tau in (0.0, 0.5):
        centre = math.log(0.3 / 0.7)
        studies = []
        for _ in range(POOLED_RUNS):
            p = 1 / (1 + np.exp(-(centre + tau * rng.standard_normal(len(sizes)))))
            studies.append([int(x) for x in rng.binomial(sizes, p)])
        for model, adjust in (
            ("glmm", "hksj"), ("glmm", "z"), ("reml", "hksj"), ("reml", "z"), ("dl", "z"),
            ("betabinomial", "hksj"),
        ):  # fmt: skip
            runs = []
            for events in studies:
                make = functools.partial(pool_response, events, sizes, model=model, adjust=adjust)
                runs.append(tried(lambda make=make: make().estimate, 0.3))
            yield measure(f"pooled response, {model} {adjust}", f"6 arms, tau {tau}", runs)


def medians(rng: np.random.Generator) -> Iterator[Row]:
    """Hazard ratio from two medians with their intervals, of exponential times, none censored."""
    n = 40
    # Ranks whose order statistics bound the median (binomial, about 95 per cent).
    half = 1.959964 * math.sqrt(n) / 2
    low, high = int(n / 2 - half), int(n / 2 + half)
    for truth in (1.0, 0.7):
        runs = []
        for _ in range(RUNS):
            arms = []
            for scale in (1 / truth, 1.0):
                times = np.sort(rng.exponential(8 * scale, n))
                middle = float((times[n // 2 - 1] + times[n // 2]) / 2)
                arms.append(Median(middle, float(times[low]), float(times[high])))
            make = functools.partial(hazard_ratio_from_medians, *arms)
            runs.append(tried(make, truth))
        yield measure("hazard ratio from medians", f"40 v 40, true {truth}", runs)


def main() -> None:
    """Simulate, and write the table."""
    rows: list[Row] = []
    for number, part in enumerate((one_arm, two_arms, pooled, medians)):
        rows += part(np.random.default_rng([SEED, number]))
    with (HERE / "coverage.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["interval", "setting", "runs", "covered", "without_interval"])
        writer.writerows([a, b, n, f"{c:.4f}", f"{d:.4f}"] for a, b, n, c, d in rows)
    lines = [
        "# Coverage of the intervals",
        "",
        f"Claimed: {LEVEL:.0%}. Simulated with seed {SEED} by `benchmarks/coverage.py`; one",
        f"standard error is 0.7 points with {RUNS} runs, 3 with {POOLED_RUNS}.",
        "",
        "| interval | setting | runs | covered | without interval |",
        "|---|---|---:|---:|---:|",
        *(f"| {a} | {b} | {n} | {c:.1%} | {d:.1%} |" for a, b, n, c, d in rows),
    ]
    (HERE / "coverage.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
