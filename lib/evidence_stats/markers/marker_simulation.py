"""What a small marker study reports when only significant results are looked at.

Vocabulary
----------
**Trial**: n patients with a standardised marker, followed until a set number of events.
**Apparent C-index**: Harrell's concordance of the fitted marker in the patients it was fitted to;
never corrected for optimism, as in most abstracts.
**Significant**: two-sided Wald P below alpha.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from evidence_stats.estimates import Estimate, Unit
from evidence_stats.markers.prognosis import MarkerDistribution
from evidence_stats.normal import critical_value
from evidence_stats.survival.kaplan_meier import Bools, Floats
from evidence_stats.survival.median import require_positive

CONVENTIONS: dict[str, str] = {
    "marker_simulation": (
        "Trials are simulated with exponential times, a standardised marker and follow-up that "
        "ends at the set number of events; R and SAS simulate the same way in user code, no "
        "procedure gives it."
    ),
}

# Pairs of patients held at once: 20 million comparisons need about 100 MB.
PAIRS_PER_BATCH = 20_000_000
# A one-covariate Cox fit converges in under 10 Newton steps from 0, where a step overshoots in some
# 20; a likelihood without a maximum never does.
MAX_STEPS = 60
CLOSE_ENOUGH = 1e-9
# Beyond this log hazard ratio, or below this information, the likelihood only rises any more.
LARGEST_LOG_HR, LEAST_INFORMATION = 20.0, 1e-6


@dataclass(frozen=True, slots=True)
class SignificanceFilter:
    """What simulated trials report, all of them and the significant ones.

    Attributes
    ----------
    power : Estimate
        Share of trials with a significant marker.
    mean_c_index, mean_c_index_significant : Estimate or None
        Mean apparent C-index with the central 95 per cent range of trials; None where no trial
        is significant.
    hr, hr_significant : Estimate or None
        Geometric mean hazard ratio per SD, with range; of significant trials that of
        exp(abs(log HR)), because a study may name either end of the marker as bad.

    Examples
    --------
    >>> found = simulate_significance_filter(n=40, events=20, hr_per_sd=1.2, nsim=50)
    >>> found.power
    0.14
    """

    power: Estimate
    mean_c_index: Estimate
    mean_c_index_significant: Estimate | None
    hr: Estimate
    hr_significant: Estimate | None


# Pure, and most of the work of a page: see `simulate_ensemble` of
# `evidence_stats.survival.reconstruction`.
@lru_cache(maxsize=32)
def simulate_significance_filter(
    *,
    n: int,
    events: int,
    hr_per_sd: float,
    nsim: int = 1000,
    alpha: float = 0.05,
    marker: MarkerDistribution = "normal",
    seed: int = 20100101,
) -> SignificanceFilter:
    """Return what `nsim` trials of one marker report.

    Parameters
    ----------
    n, events : int
        Patients and events per trial.
    hr_per_sd : float
        True hazard ratio per SD.
    nsim : int
        Trials.
    alpha : float
        Two-sided level of significance.
    marker : str
        "normal", or "lognormal" (log SD 1); standardised to mean 0 and SD 1 either way.
    seed : int
        Of the random numbers.

    Returns
    -------
    SignificanceFilter
        Grade D3: simulated.

    Raises
    ------
    ValueError
        Where there are more events than patients, fewer than 2 events or trials, or `hr_per_sd`
        or `alpha` is out of range.

    Examples
    --------
    >>> found = simulate_significance_filter(n=40, events=20, hr_per_sd=1.2, nsim=50)
    >>> found.hr_significant
    1.816 (95% range 1.674 to 1.917)
    """
    require_positive("hr_per_sd", hr_per_sd)
    if not 2 <= events <= n:
        raise ValueError(f"events must lie between 2 and n; got events={events}, n={n}")
    if nsim < 2:
        raise ValueError(f"nsim must be at least 2; got {nsim}")
    critical = critical_value(1.0 - alpha)
    rng = np.random.Generator(np.random.PCG64(seed))
    batch = max(1, PAIRS_PER_BATCH // (n * n))
    parts = []
    for start in range(0, nsim, batch):
        size = min(batch, nsim - start)
        x, happened = simulate_trials(rng, (size, n), events, math.log(hr_per_sd), marker)
        log_hr, se = fit_cox_batch(x, happened)
        parts.append((log_hr, np.abs(log_hr / se) > critical, _c_index(x, happened, log_hr)))
    log_hr, significant, c_index = (np.concatenate(part) for part in zip(*parts, strict=True))
    fitted = np.isfinite(log_hr)
    if fitted.sum() < 2:
        raise ValueError(f"expected trials with a Cox fit; got {fitted.sum()} of {nsim}")
    dropped = f"; {nsim - fitted.sum()} without a Cox fit left out" if not fitted.all() else ""
    return _summary(log_hr[fitted], significant[fitted].astype(np.bool_), c_index[fitted], dropped)


def simulate_trials(
    rng: np.random.Generator,
    size: tuple[int, int],
    events: int,
    log_hr: float,
    marker: MarkerDistribution,
) -> tuple[Floats, Bools]:
    """Return simulated trials: markers in the order of the times, and which of those are events.

    Parameters
    ----------
    rng : Generator
        Source of random numbers.
    size : tuple of int
        Trials, and patients of each.
    events : int
        Events after which follow-up ends.
    log_hr : float
        True log hazard ratio per SD.
    marker : str
        "normal", or "lognormal" (log SD 1); standardised to mean 0 and SD 1 either way.

    Returns
    -------
    tuple of array
        Both of shape `size`: markers, and True for an event.
    """
    x = rng.standard_normal(size)
    if marker == "lognormal":
        # Mean exp(1/2) and variance (e - 1) e of exp(Z).
        x = (np.exp(x) - math.exp(0.5)) / math.sqrt((math.e - 1.0) * math.e)
    times = rng.standard_exponential(size) * np.exp(-log_hr * x)
    order = np.argsort(times, axis=1)
    happened = np.broadcast_to(np.arange(size[1]) < events, size)
    ordered: Floats = np.take_along_axis(x, order, axis=1)
    return ordered, happened


def fit_cox_batch(x: Floats, happened: Bools) -> tuple[Floats, Floats]:
    """Return log hazard ratio and standard error per trial; times increase and are not tied.

    Newton's steps, halved into the interval known to hold the maximum where they leave it: a skew
    marker makes them overshoot and go round in circles. Both are NaN where no maximum is found.
    """
    log_hr = np.zeros(x.shape[0])
    low = np.full(x.shape[0], -2.0 * LARGEST_LOG_HR)
    high = -low
    for _ in range(MAX_STEPS):
        weight = np.exp(log_hr[:, None] * x)
        at_risk = _from_the_right(weight)
        mean = _from_the_right(weight * x) / at_risk
        spread = _from_the_right(weight * x * x) / at_risk - mean**2
        information = np.where(happened, spread, 0.0).sum(axis=1)
        some = information > LEAST_INFORMATION
        score = np.where(happened, x - mean, 0.0).sum(axis=1)
        step = np.where(some, score / np.where(some, information, 1.0), np.sign(log_hr))
        found = some & (np.abs(step) < CLOSE_ENOUGH)
        # The score falls with the log hazard ratio, so that its sign says where the maximum is.
        low, high = np.where(step > 0.0, log_hr, low), np.where(step < 0.0, log_hr, high)
        tried = np.clip(log_hr + np.clip(step, -1.0, 1.0), -LARGEST_LOG_HR, LARGEST_LOG_HR)
        inside = found | ((low < tried) & (tried < high))
        log_hr = np.where(inside, tried, 0.5 * (low + high))
        if found.all():
            break
    information = np.where(found, information, np.nan)
    return np.where(found, log_hr, np.nan), 1.0 / np.sqrt(information)


def _from_the_right(values: Floats) -> Floats:
    sums: Floats = np.cumsum(values[:, ::-1], axis=1)[:, ::-1]
    return sums


def _c_index(x: Floats, happened: Bools, log_hr: Floats) -> Floats:
    # A pair counts where the earlier time is an event; all later patients were still at risk.
    n = x.shape[1]
    pairs = np.triu(np.ones((n, n), dtype=np.bool_), k=1) & happened[0][:, None]
    agree = ((x[:, :, None] > x[:, None, :]) & pairs).sum(axis=(1, 2)) / pairs.sum()
    apparent: Floats = np.where(log_hr >= 0.0, agree, 1.0 - agree)
    return apparent


def _summary(
    log_hr: Floats, significant: Bools, c_index: Floats, dropped: str
) -> SignificanceFilter:
    share = float(significant.mean())
    error = math.sqrt(share * (1.0 - share) / significant.size)
    power = Estimate(
        value=share,
        unit="probability",
        se=error,
        n=significant.size,
        method=f"share of simulated trials with a significant marker{dropped}",
        conventions=("marker_simulation",),
        grade="D3",
    )
    reported = np.abs(log_hr[significant])
    any_significant = bool(significant.any())
    return SignificanceFilter(
        power=power,
        mean_c_index=_mean(c_index, "probability", f"apparent C-index, all trials{dropped}"),
        mean_c_index_significant=_mean(
            c_index[significant], "probability", f"apparent C-index, significant trials{dropped}"
        )
        if any_significant
        else None,
        hr=_mean(log_hr, "ratio", f"hazard ratio per SD, all trials{dropped}"),
        hr_significant=_mean(reported, "ratio", f"hazard ratio per SD, significant trials{dropped}")
        if any_significant
        else None,
    )


def _mean(values: Floats, unit: Unit, method: str) -> Estimate:
    numbers = [float(values.mean()), *(float(q) for q in np.quantile(values, (0.025, 0.975)))]
    if unit == "ratio":
        numbers = [math.exp(number) for number in numbers]
    return Estimate(
        value=numbers[0],
        low=numbers[1],
        high=numbers[2],
        level=0.95,
        kind="range",
        unit=unit,
        n=values.size,
        method=f"mean and range, {method}",
        conventions=("marker_simulation",),
        grade="D3",
    )
