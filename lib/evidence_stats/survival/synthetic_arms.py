"""Synthetic arms of patients that reproduce a reported median and its limits.

Arms are drawn from a named family of curves with uniform censoring, and kept where their
Kaplan-Meier median and limits come within a tolerance of the reported ones.
What pairs of them say about a comparison: `reconstruction`.

Vocabulary
----------
**Arm**: n synthetic patients. In arrays a row is an arm, a column a patient, times increase along
the row and no two are tied.
**Shape**: of a Weibull curve; other families take the shape with the same spread of log times.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from evidence_stats.normal import critical_value
from evidence_stats.survival.kaplan_meier import (
    HALF_TOLERANCE,
    Bools,
    ConfType,
    Floats,
    survival_band,
)
from evidence_stats.survival.median import Median, require_positive

if TYPE_CHECKING:
    from lifelines import KaplanMeierFitter

Family = Literal["weibull", "loglogistic", "lognormal"]

# Arms drawn at a time: enough for arrays to pay, few enough for 100 MB of memory (measured).
DRAWS_PER_BATCH = 20_000
# Arms drawn before it is asked whether enough will ever come close.
TRIAL_DRAWS = 10 * DRAWS_PER_BATCH
# Centiles of the ranges and bands: 95 and 50 per cent central ranges and the middle.
CENTILES = (0.025, 0.25, 0.5, 0.75, 0.975)
# Standard deviation of log T times the shape: Weibull pi/sqrt(6), log-logistic pi/sqrt(3)
# (Johnson, Kotz & Balakrishnan 1994-5, chapters 21-23); the ratio aligns the families.
LOGLOGISTIC_PER_WEIBULL = math.sqrt(2.0)
LOGNORMAL_SD_TIMES_SHAPE = math.pi / math.sqrt(6.0)


class ReconstructionError(ValueError):
    """Synthetic arms could not be brought to the reported numbers.

    Attributes
    ----------
    what : str
        What was found, in words.
    arm : str
        experimental or control; "" where it is not one of them alone.

    Examples
    --------
    >>> str(ReconstructionError("too few arms came close", "widen shape_range"))
    'too few arms came close: widen shape_range'
    """

    def __init__(self, what: str, remedy: str, arm: str = "") -> None:
        super().__init__(f"{what}: {remedy}")
        self.what = what
        self.arm = arm


@dataclass(frozen=True, slots=True)
class EnsembleSettings:
    """What an ensemble is drawn from and how close it must come.

    Attributes
    ----------
    size : int
        Pairs to keep.
    tolerance : float
        Largest relative distance of median and limits from the reported ones.
    match_limits : bool
        False keeps arms by their median alone.
    family : str
        "weibull", "loglogistic" or "lognormal".
    shape_range : (float, float)
        Uniform range of the Weibull shape.
    censor_range : (float, float)
        Uniform range of censoring times, months.
    conf_type : str
        Scale of the band that gave the reported limits: "log-log", "log" or "plain".
    median_range : (float, float)
        Log-uniform range of the true median, as multiples of the reported one.
    tau : float
        Horizon of the restricted mean, months.
    grid : tuple of float
        Months at which curves and numbers at risk are summarised.
    max_draws : int
        Arms drawn before giving up.

    Raises
    ------
    ValueError
        Where a setting is out of its range.

    Examples
    --------
    >>> EnsembleSettings(size=500, family="lognormal").family
    'lognormal'
    """

    size: int = 1000
    tolerance: float = 0.05
    match_limits: bool = True
    family: Family = "weibull"
    shape_range: tuple[float, float] = (0.7, 2.6)
    censor_range: tuple[float, float] = (5.2, 34.2)
    conf_type: ConfType = "log-log"
    median_range: tuple[float, float] = (0.6, 1.6)
    tau: float = 12.0
    grid: tuple[float, ...] = tuple(0.5 * i for i in range(61))
    max_draws: int = 2_000_000

    def __post_init__(self) -> None:
        for name in ("size", "tolerance", "tau", "max_draws"):
            require_positive(name, getattr(self, name))
        for name in ("shape_range", "censor_range", "median_range"):
            low, high = getattr(self, name)
            if not 0.0 <= low <= high < math.inf or high == 0.0:
                raise ValueError(f"{name} must be 0 <= low <= high; got {low}, {high}")
        for name, known in (("family", get_args(Family)), ("conf_type", get_args(ConfType))):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} must be one of {known}; got {getattr(self, name)!r}")
        if self.shape_range[0] == 0.0 or self.median_range[0] == 0.0:
            raise ValueError("shape_range and median_range must start above 0; got 0")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ArmEnsemble:
    """Synthetic versions of one arm.

    Attributes
    ----------
    printed : Median
        What they reproduce.
    times, events : array, arms by patients
        Months, increasing along each row, and whether the event happened then.
    medians : array
        Kaplan-Meier median of each arm, months.
    survival, at_risk : array, `CENTILES` by grid
        Centiles over arms of the Kaplan-Meier curve and of the number at risk.
    draws : int
        Arms drawn.
    acceptance : float
        Share of the arms drawn that came close enough.

    Examples
    --------
    >>> settings = EnsembleSettings(size=20, match_limits=False)
    >>> draw_arms("control", Median(7.39), 40, settings, np.random.default_rng(1))
    ArmEnsemble(20 arms of 40 patients, median 7.39 months)
    """

    printed: Median
    times: Floats
    events: Bools
    medians: Floats
    survival: Floats
    at_risk: Floats
    draws: int
    acceptance: float

    def to_lifelines(self, *, most: int = 20) -> tuple[KaplanMeierFitter, ...]:
        """Return the curves of the first arms as fitted models of lifelines.

        Parameters
        ----------
        most : int
            Arms to fit, from the first; each takes some ten milliseconds.

        Returns
        -------
        tuple of KaplanMeierFitter
            Times in months; what lifelines plots and computes is then at hand.

        Examples
        --------
        >>> settings = EnsembleSettings(size=20, match_limits=False)
        >>> arms = draw_arms("control", Median(7.39), 40, settings, np.random.default_rng(1))
        >>> [curve.label for curve in arms.to_lifelines(most=2)]
        ['arm 1', 'arm 2']
        """
        from lifelines import KaplanMeierFitter  # its import takes a second

        rows = zip(self.times[:most], self.events[:most], strict=True)
        return tuple(
            KaplanMeierFitter(label=f"arm {number}").fit(times, events)
            for number, (times, events) in enumerate(rows, start=1)
        )

    def __repr__(self) -> str:
        return (
            f"ArmEnsemble({self.times.shape[0]} arms of {self.times.shape[1]} patients, median "
            f"{self.printed.value} months)"
        )


def draw_arms(
    name: str, printed: Median, n: int, settings: EnsembleSettings, rng: np.random.Generator
) -> ArmEnsemble:
    """Return synthetic versions of one arm.

    Parameters
    ----------
    name : str
        What errors call the arm.
    printed : Median
        Median and limits to reproduce; an upper limit of None must not be attained.
    n : int
        Patients in the arm.
    settings : EnsembleSettings
    rng : numpy Generator

    Raises
    ------
    ValueError
        Where the median was not reached, its lower limit is missing though limits are to be
        matched, or `n` is below 2.
    ReconstructionError
        Where too few arms come close enough within `settings.max_draws`.
    """
    months = printed.months()
    if n < 2:
        raise ValueError(f"n_{name} must be at least 2; got {n}")
    if settings.match_limits and printed.low is None:
        raise ValueError(f"expected the lower limit of the {name} median; got None")
    kept: list[tuple[Floats, Bools, Floats]] = []
    draws = found = 0
    while (
        found < settings.size
        and draws < settings.max_draws
        and not _hopeless(found, draws, settings)
    ):
        times, events = _draw_patients(months, n, settings, rng)
        kept.append(_close_enough(times, events, printed, settings))
        draws, found = draws + DRAWS_PER_BATCH, found + kept[-1][2].size
    if found < settings.size:
        raise ReconstructionError(
            f"asked for {settings.size} {name} arms of {n} patients within "
            f"{settings.tolerance:.1%} of {_in_words(printed, settings)}; kept {found} of {draws} "
            "drawn",
            "loosen tolerance, widen shape_range or censor_range, or raise max_draws",
            name,
        )
    times = np.concatenate([part[0] for part in kept])[: settings.size]
    events = np.concatenate([part[1] for part in kept])[: settings.size]
    medians = np.concatenate([part[2] for part in kept])[: settings.size]
    survival, at_risk = _on_grid(times, events, np.asarray(settings.grid))
    return ArmEnsemble(printed, times, events, medians, survival, at_risk, draws, found / draws)


def _hopeless(found: int, draws: int, settings: EnsembleSettings) -> bool:
    """Return True where too few come close for `max_draws` to be enough, beyond reasonable doubt.

    Five standard errors above the count found, and 16 for a count of none: exp(-16) is 1e-7.
    """
    most = found + 5 * math.sqrt(found) + 16
    return draws >= TRIAL_DRAWS and most * settings.max_draws < settings.size * draws


def _in_words(printed: Median, settings: EnsembleSettings) -> str:
    if not settings.match_limits:
        return f"a median of {printed.value:g} months"
    limits = ("not reached" if m is None else f"{m:g}" for m in (printed.low, printed.high))
    return f"a median of {printed.value:g} months ({' to '.join(limits)})"


def _draw_patients(
    months: float, n: int, settings: EnsembleSettings, rng: np.random.Generator
) -> tuple[Floats, Bools]:
    """Return the arms of a batch that may have the median, times increasing along each row."""
    size, column = (DRAWS_PER_BATCH, n), (DRAWS_PER_BATCH, 1)
    log_low, log_high = np.log(settings.median_range)
    median = months * np.exp(rng.uniform(log_low, log_high, column))
    shape = rng.uniform(settings.shape_range[0], settings.shape_range[1], column)
    log_time: Floats
    if settings.family == "weibull":
        log_time = np.log(rng.standard_exponential(size) / math.log(2.0)) / shape
    elif settings.family == "loglogistic":
        log_time = rng.logistic(size=size) / (LOGLOGISTIC_PER_WEIBULL * shape)
    else:
        log_time = rng.standard_normal(size) * (LOGNORMAL_SD_TIMES_SHAPE / shape)
    survival_time: Floats = median * np.exp(log_time)
    censoring = rng.uniform(settings.censor_range[0], settings.censor_range[1], size)
    # Most arms can be dropped unsorted: the curve at t is at most 1 - events / n and at least the
    # share still followed after t, so a median near the printed one bounds both counts.
    early = (1.0 - settings.tolerance) * months
    late = (1.0 + settings.tolerance) * months
    possible = (survival_time <= np.minimum(censoring, early)).sum(axis=1) <= n / 2
    possible &= (np.minimum(survival_time, censoring) > late).sum(axis=1) <= n / 2
    survival_time, censoring = survival_time[possible], censoring[possible]
    times: Floats = np.minimum(survival_time, censoring)
    order = np.argsort(times, axis=1)
    events: Bools = np.take_along_axis(survival_time <= censoring, order, axis=1)
    sorted_times: Floats = np.take_along_axis(times, order, axis=1)
    return sorted_times, events


def _km_rows(events: Bools) -> tuple[Floats, Floats]:
    # Rows are arms with increasing, untied times: survival and the Greenwood sum after each.
    at_risk = np.arange(events.shape[1], 0, -1, dtype=np.float64)
    steps: Floats = np.where(events, 1.0 - 1.0 / at_risk, 1.0)
    with np.errstate(divide="ignore"):
        terms: Floats = np.where(events, 1.0 / (at_risk * (at_risk - 1.0)), 0.0)
    return steps.cumprod(axis=1), terms.cumsum(axis=1)


def _times_at_half(times: Floats, survival: Floats) -> Floats:
    # As kaplan_meier.km_median, for rows; NaN where the curve stays above one half.
    at_or_below = survival <= 0.5 + HALF_TOLERANCE
    below = survival <= 0.5 - HALF_TOLERANCE
    row = np.arange(times.shape[0])
    start = times[row, at_or_below.argmax(axis=1)]
    end = np.where(below.any(axis=1), times[row, below.argmax(axis=1)], start)
    return np.where(at_or_below.any(axis=1), 0.5 * (start + end), np.nan)


def _close_enough(
    times: Floats, events: Bools, printed: Median, settings: EnsembleSettings
) -> tuple[Floats, Bools, Floats]:
    """Return the arms of a batch that come close to the reported numbers, with their medians."""

    def close(values: Floats, target: float) -> Bools:
        near: Bools = np.abs(values / target - 1.0) <= settings.tolerance
        return near

    survival, greenwood = _km_rows(events)
    medians = _times_at_half(times, survival)
    keep = close(medians, printed.months())
    times, events, medians = times[keep], events[keep], medians[keep]
    if not settings.match_limits or printed.low is None:
        return times, events, medians
    half_width = critical_value(printed.level) * np.sqrt(greenwood[keep])
    lower, upper = survival_band(survival[keep], half_width, settings.conf_type)
    high = _times_at_half(times, upper)
    keep = close(_times_at_half(times, lower), printed.low)
    keep &= np.isnan(high) if printed.high is None else close(high, printed.high)
    return times[keep], events[keep], medians[keep]


def _on_grid(times: Floats, events: Bools, grid: Floats) -> tuple[Floats, Floats]:
    """Return centiles over arms of survival and number at risk at each month of the grid."""
    survival = np.hstack([np.ones((times.shape[0], 1)), _km_rows(events)[0]])
    seen = (times[:, :, None] <= grid).sum(axis=1)
    heights = np.take_along_axis(survival, seen, axis=1)
    # At risk just before each month: a patient seen until then still counts.
    at_risk = (times[:, :, None] >= grid).sum(axis=1)
    return np.quantile(heights, CENTILES, axis=0), np.quantile(at_risk, CENTILES, axis=0)


def restricted_means(arms: ArmEnsemble, tau: float) -> Floats:
    """Return the restricted mean to `tau` months of each arm, the last height carried on.

    Parameters
    ----------
    arms : ArmEnsemble
        Arms by patients.
    tau : float
        Months.

    Returns
    -------
    ndarray
        Months, 0 to `tau`, one per arm.

    Examples
    --------
    >>> settings = EnsembleSettings(size=20, match_limits=False)
    >>> arms = draw_arms("control", Median(7.39), 40, settings, np.random.default_rng(1))
    >>> restricted_means(arms, 12).shape
    (20,)
    """
    size = (arms.times.shape[0], 1)
    edges = np.hstack([np.zeros(size), np.minimum(arms.times, tau), np.full(size, tau)])
    heights = np.hstack([np.ones(size), _km_rows(arms.events)[0]])
    means: Floats = (heights * np.diff(edges, axis=1)).sum(axis=1)
    return means
