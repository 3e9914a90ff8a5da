"""How often each interval holds the truth, against what it claims: the table of the limits page.

Run by hand: `.venv/bin/python benchmarks/coverage.py`; it writes data/simulated/coverage.csv.
Where every outcome of a trial can be listed, coverage is summed over all of them and exact; the
rest is simulated with fixed seeds. A run takes about an hour.
"""

from __future__ import annotations

import csv
import functools
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import numpy as np
from scipy.special import logit
from scipy.stats import binom, norm, t

from evidence_stats.estimates import Estimate
from evidence_stats.markers.marker_simulation import fit_cox_batch, simulate_trials
from evidence_stats.markers.prognosis import MarkerDistribution, hazard_ratio_per_sd
from evidence_stats.pooling.pooled_proportions import pool_proportions
from evidence_stats.rates.proportions import ProportionMethod, proportion
from evidence_stats.rates.two_proportions import (
    DifferenceMethod,
    OddsRatioMethod,
    RiskRatioMethod,
    odds_ratio,
    risk_difference,
    risk_ratio,
)
from evidence_stats.survival.from_medians import hazard_ratio_from_medians
from evidence_stats.survival.kaplan_meier import km_curve, km_median
from evidence_stats.survival.median import Median

TABLE = Path(__file__).resolve().parents[1] / "data" / "simulated" / "coverage.csv"
HEAD = (
    "interval", "setting", "found by", "covered (%)", "standard error (points)", "no interval (%)",
)  # fmt: skip
# Readers see methods by these names.
WORDS = {
    "proportion": "proportion", "risk_difference": "risk difference", "risk_ratio": "risk ratio",
    "odds_ratio": "odds ratio", "clopper_pearson": "Clopper-Pearson", "wilson": "Wilson",
    "jeffreys": "Jeffreys", "agresti_coull": "Agresti-Coull", "midp": "mid-P", "mee": "Mee",
    "miettinen_nurminen": "Miettinen-Nurminen", "newcombe": "Newcombe", "wald": "Wald",
    "katz": "Katz", "koopman": "Koopman", "woolf": "Woolf", "conditional_exact": "exact",
    "reml": "REML", "dl": "DerSimonian-Laird", "betabinomial": "beta-binomial",
    "glmm": "binomial-normal", "hksj": "t or Hartung-Knapp limits", "z": "normal limits",
}  # fmt: skip
SEED = 20100101
# Leaves a standard error of 0.2 points where 95 per cent are covered.
RUNS = 10_000
# Arms that differ take the slow fits; 0.5 points where 95 per cent are covered.
RUNS_OF_DIFFERENT_ARMS = 2_000
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
                f"proportion, {WORDS[method]}",
                f"n {n}, p {p}",
                list(zip(weights, held, strict=True)),
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
                name = f"{WORDS[function.__name__]}, {WORDS[method]}"
                yield row(name, f"n {n} v {n}, {p} v {q}", outcomes)


def pooled(rng: np.random.Generator) -> Iterator[Row]:
    sizes = [13, 37, 40, 40, 42, 12]
    for tau, times in ((0.0, RUNS), (0.5, RUNS_OF_DIFFERENT_ARMS)):
        centre = math.log(0.3 / 0.7)
        studies = []
        for _ in range(times):
            p = 1 / (1 + np.exp(-(centre + tau * rng.standard_normal(len(sizes)))))
            studies.append([int(x) for x in rng.binomial(sizes, p)])
        setting = f"6 arms, tau {tau}"
        for model, adjust in (
            ("reml", "hksj"),
            ("reml", "z"),
            ("dl", "z"),
            ("betabinomial", "hksj"),
        ):
            runs = []
            for events in studies:
                make = functools.partial(
                    pool_proportions, events, sizes, model=model, adjust=adjust
                )
                runs.append(tried(lambda make=make: make().estimate, 0.3))
            name = f"pooled response, {WORDS[model]}, {WORDS[adjust]}"
            yield simulated(name, setting, runs)
        # One fit gives both intervals: they differ in their quantile alone.
        fits = [
            pool_proportions(events, sizes, model="glmm", adjust="z").estimate for events in studies
        ]
        for adjust, wider in (("z", 1.0), ("hksj", t.ppf(0.975, len(sizes) - 1) / norm.ppf(0.975))):
            held = [
                abs(logit(fit.value) - centre) <= wider * (logit(fit.high) - logit(fit.low)) / 2
                for fit in fits
            ]
            name = f"pooled response, {WORDS['glmm']}, {WORDS[adjust]}"
            yield simulated(name, setting, held)


# Shape of the curves, share of patients censored before they progress, months between scans.
_SETTINGS = (
    (1.0, 0.0, 0.0),
    (1.0, 0.3, 0.0),
    (1.5, 0.0, 0.0),
    (1.5, 0.3, 0.0),
    (1.5, 0.3, 56 / 30.4375),
    (0.7, 0.3, 56 / 30.4375),
)


def _arm(rng: np.random.Generator, n: int, scale: float, setting: tuple[float, ...]) -> Median:
    """Return the Kaplan-Meier median of a simulated arm, as a paper prints it.

    Raises
    ------
    ValueError
        Where the curve does not reach one half, or its band does not on either side.
    """
    shape, censored, interval = setting
    times = scale * rng.weibull(shape, n)
    # Uniform censoring over so long that it cuts off that share of the patients, or little less.
    mean = scale * math.gamma(1 + 1 / shape)
    limits = rng.uniform(0, mean / censored, n) if censored else np.full(n, np.inf)
    happened = times <= limits
    seen = np.minimum(times, limits)
    if interval:
        # A progression is dated to the scan that finds it.
        seen = np.where(happened, np.ceil(seen / interval) * interval, seen)
    found = km_median(km_curve(seen, happened), conf_type="log-log")
    if found.low is None or found.high is None or math.isnan(found.value):
        raise ValueError("expected a median with both limits")
    return Median(found.value, found.low, found.high)


def medians(rng: np.random.Generator) -> Iterator[Row]:
    """Hazard ratio from two Kaplan-Meier medians with their log-log limits, read as exponential."""
    n = 40
    for setting in _SETTINGS:
        shape, censored, interval = setting
        told = f"Weibull shape {shape:g}" if shape != 1 else "exponential"
        told += f", about {censored:.0%} censored" if censored else ", none censored"
        told += ", scans every 8 weeks" if interval else ""
        for truth in (1.0, 0.7):
            runs = []
            for _ in range(RUNS):

                def make() -> Estimate:
                    scales = (8 * truth ** (-1 / shape), 8.0)  # noqa: B023 - called at once
                    arms = [_arm(rng, n, scale, setting) for scale in scales]  # noqa: B023
                    return hazard_ratio_from_medians(*arms)

                runs.append(tried(make, truth))
            yield simulated("hazard ratio from medians", f"40 v 40, true {truth}, {told}", runs)


def markers(rng: np.random.Generator) -> Iterator[Row]:
    """Hazard ratio per standard deviation from the z of a Cox model and its events."""
    patients = 80
    # Events as the chapter on pAKT assumes them for progression and for survival.
    for events in (70, 28):
        for marker in get_args(MarkerDistribution):
            for truth in (1.3, 1.6):
                x, happened = simulate_trials(
                    rng, (RUNS, patients), events, math.log(truth), marker
                )
                log_hr, se = fit_cox_batch(x, happened)
                runs = [
                    holds(hazard_ratio_per_sd(float(z), events), truth)
                    for z in (log_hr / se)[np.isfinite(log_hr)]
                ]
                setting = f"{patients} patients, {events} events, {marker} marker, true {truth}"
                yield simulated("hazard ratio per standard deviation", setting, runs)


def main() -> None:
    """Simulate, and write the table."""
    rows = [*one_arm(), *two_arms()]
    for number, part in enumerate((pooled, medians, markers)):
        rows += part(np.random.default_rng([SEED, number]))
    TABLE.parent.mkdir(exist_ok=True)
    with TABLE.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEAD)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
