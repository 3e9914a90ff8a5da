"""How often each interval holds the truth, against what it claims: the table of the limits page.

Run by hand: `.venv/bin/python benchmarks/coverage.py`; it writes data/simulated/coverage.csv.
Where every outcome of a trial can be listed, coverage is summed over all of them and exact; the
rest is simulated with fixed seeds. A run takes some minutes.
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
from scipy.stats import binom

TABLE = Path(__file__).resolve().parents[1] / "data" / "simulated" / "coverage.csv"
HEAD = (
    "interval", "setting", "found by", "covered (%)", "standard error (points)", "no interval (%)",
)  # fmt: skip
SEED = 20100101
RUNS, POOLED_RUNS = 4000, 400
Row = tuple[str, str, str, str, str, str]


def holds(estimate: Estimate, truth: float) -> bool:
    """Return True where the interval contains the truth; a missing limit is open."""
    slack = 1e-9
    return (estimate.low is None or estimate.low <= truth + slack) and (
        estimate.high is None or truth - slack <= estimate.high
    )


def row(name: str, setting: str, outcomes: list[tuple[float, bool | None]], runs: int = 0) -> Row:
    """Return how often an interval held the truth, where there was one.

    Parameters
    ----------
    outcomes : list of tuple
        Probability of each outcome, and whether its interval held the truth.
    runs : int
        How many were simulated; 0 where they are all that there are.
    """
    there = math.fsum(weight for weight, held in outcomes if held is not None)
    covered = math.fsum(weight for weight, held in outcomes if held) / there
    error = f"{100 * math.sqrt(covered * (1 - covered) / runs):.1f}" if runs else "0"
    how = f"{runs} simulated trials" if runs else "all outcomes"
    return name, setting, how, f"{100 * covered:.1f}", error, f"{100 * max(1 - there, 0):.1f}"


def simulated(name: str, setting: str, runs: list[bool | None]) -> Row:
    """Return the row of simulated trials, each as likely as the other."""
    return row(name, setting, [(1 / len(runs), held) for held in runs], len(runs))


def tried(make: Callable[[], Estimate], truth: float) -> bool | None:
    """Return whether an interval holds the truth, None where there is no interval."""
    try:
        return holds(make(), truth)
    except ValueError:
        return None


def one_arm() -> Iterator[Row]:
    """Return the exact coverage of every interval of one proportion."""
    for n, p in ((40, 0.3), (40, 0.1), (12, 0.1)):
        weights = binom.pmf(range(n + 1), n, p)
        for method in get_args(ProportionMethod):
            held = [holds(proportion(x, n, method=method), p) for x in range(n + 1)]
            yield row(
                f"proportion, {method}", f"n {n}, p {p}", list(zip(weights, held, strict=True))
            )


def two_arms() -> Iterator[Row]:
    """Return the exact coverage of every interval of two proportions."""
    kinds = (
        (risk_difference, DifferenceMethod, lambda p, q: p - q),
        (risk_ratio, RiskRatioMethod, lambda p, q: p / q),
        (odds_ratio, OddsRatioMethod, lambda p, q: p * (1 - q) / (q * (1 - p))),
    )
    for n, p, q in ((40, 0.35, 0.30), (20, 0.10, 0.30)):
        weights = np.outer(binom.pmf(range(n + 1), n, p), binom.pmf(range(n + 1), n, q))
        # Outcomes that never happen take most of the time.
        likely = [pair for pair in np.ndindex(weights.shape) if weights[pair] > 1e-7]
        for function, methods, truth in kinds:
            for method in get_args(methods):
                outcomes = []
                for a, b in likely:
                    make = functools.partial(function, a, n, b, n, method=method)
                    outcomes.append((float(weights[a, b]), tried(make, truth(p, q))))
                yield row(f"{function.__name__}, {method}", f"n {n} v {n}, {p} v {q}", outcomes)


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
            yield simulated(f"pooled response, {model} {adjust}", f"6 arms, tau {tau}", runs)


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
        yield simulated("hazard ratio from medians", f"40 v 40, true {truth}", runs)


def main() -> None:
    """Simulate, and write the table."""
    rows = [*one_arm(), *two_arms()]
    for number, part in enumerate((pooled, medians)):
        rows += part(np.random.default_rng([SEED, number]))
    TABLE.parent.mkdir(exist_ok=True)
    with TABLE.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEAD)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
