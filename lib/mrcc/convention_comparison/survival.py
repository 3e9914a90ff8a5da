"""Hazard ratios, medians and numbers of events under several conventions.

Where a convention needs patients' times, which nobody published, two arms are constructed from the
reported medians: evenly spaced quantiles of exponential curves, no censoring. They show what a
convention does, not what the trial found, and are graded as simulated.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from operator import attrgetter

import numpy as np
import numpy.typing as npt
import pandas as pd

from evidence.conventions.comparison import Comparison, Reading
from evidence.sources.data import Evidence
from evidence.sources.printed_medians import reached_median
from evidence.sources.responses import find_response, printed_contrast
from evidence_stats.estimates import Estimate, NotEstimable, if_estimable
from evidence_stats.normal import quantile, ratio_with_limits
from evidence_stats.pooling.meta_contrasts import PooledContrasts, pool_contrasts
from evidence_stats.survival.kaplan_meier import ConfType, km_curve, km_median
from evidence_stats.survival.median import Median
from evidence_stats.survival.reconstruction import TO_THE_END
from evidence_stats.survival.survival_power import events_required

Floats = npt.NDArray[np.float64]

_ARMS = ("jonasch-2010.sorafenib_ifn", "jonasch-2010.sorafenib")
_MEDIANS = tuple(f"jonasch-2010.pfs.median.{arm}" for arm in ("sorafenib_ifn", "sorafenib"))
_BEVACIZUMAB = (
    "escudier-2007-avoren.pfs.hazard_ratio.bevacizumab_ifn_v_placebo_ifn",
    "rini-2008.pfs.hazard_ratio.bevacizumab_ifn_v_ifn",
)
# Hazard ratio of the example of planning: the benefit that the main question calls worth having.
_PLANNED_HR = 0.80
_BANDS: dict[ConfType, str] = {
    "log-log": "this book; SAS LIFETEST; lifelines",
    "log": "R survfit",
    "plain": "older SAS",
}


def compare_survival(evidence: Evidence) -> Iterator[Comparison]:
    """Return the comparisons of hazard ratios, medians, ties and planned events."""
    yield from _pairs(evidence)
    yield from _times(evidence)
    yield from _planning(evidence)


def _pairs(evidence: Evidence) -> Iterator[Comparison]:
    pooled = if_estimable(
        lambda *contrasts: pool_contrasts(contrasts),
        *(printed_contrast(evidence, row) for row in _BEVACIZUMAB),
    )
    yield Comparison(
        "two_trials",
        "PFS hazard ratio of bevacizumab added, two trials",
        ("two_studies_common", "common_effect", "hksj"),
        _BEVACIZUMAB,
        (
            Reading("common", "this book; RevMan fixed effect",
                    if_estimable(attrgetter("estimate"), pooled)),
            Reading("hartung_knapp", "R metafor (test='knha')",
                    if_estimable(_hartung_knapp, pooled)),
        ),
    )  # fmt: skip


def _hartung_knapp(pooled: PooledContrasts) -> Estimate | NotEstimable:
    rows = " and ".join(_BEVACIZUMAB)
    return pooled.hartung_knapp or NotEstimable(f"{rows}: no Hartung-Knapp interval of these")


def _quantile_times(median: Median, n: int) -> Floats:
    """Return `n` months at evenly spaced quantiles of the exponential curve through a median."""
    ranks = (np.arange(n) + 0.5) / n
    return -np.log1p(-ranks) * (median.value or 0.0) / math.log(2)


def _times(evidence: Evidence) -> Iterator[Comparison]:
    arms = [
        if_estimable(
            lambda median, arm: _quantile_times(median, arm.n),
            reached_median(evidence, row),
            find_response(evidence, name),
        )
        for row, name in zip(_MEDIANS, _ARMS, strict=True)
    ]
    yield _median_at_one_half(arms[0])
    yield _median_limits(arms[0])
    yield _ties(arms)


def _months(median: Median, method: str) -> Estimate:
    return Estimate(
        median.value or 0.0, median.low, median.high, level=median.level, kind="confidence",
        unit="months", method=method, grade="D3",
    )  # fmt: skip


def _median_at_one_half(times: Floats | NotEstimable) -> Comparison:
    return Comparison(
        "median",
        "Median of a constructed arm whose curve rests at one half",
        ("km_median_midpoint",),
        _MEDIANS,
        (
            Reading("middle", "this book; R survival; SAS LIFETEST", if_estimable(_middle, times)),
            Reading("start", "lifelines", if_estimable(_start, times)),
        ),
    )


def _middle(times: Floats) -> Estimate:
    median = km_median(km_curve(times, np.ones(len(times), dtype=bool))).value or 0.0
    return Estimate(median, unit="months", method="middle of the step", grade="D3")


def _start(times: Floats) -> Estimate:
    from lifelines import KaplanMeierFitter

    fitted = KaplanMeierFitter().fit(times, np.ones(len(times), dtype=bool))
    median = float(fitted.median_survival_time_)
    return Estimate(median, unit="months", method="start of the step", grade="D3")


def _median_limits(times: Floats | NotEstimable) -> Comparison:
    def limits(made: Floats, kind: ConfType) -> Estimate:
        curve = km_curve(made, np.ones(len(made), dtype=bool))
        return _months(km_median(curve, conf_type=kind), f"{kind} band")

    return Comparison(
        "median_limits",
        "Limits of that median",
        ("km_band_scale",),
        _MEDIANS,
        tuple(
            Reading(kind.replace("-", "_"), programs, if_estimable(limits, times, kind))
            for kind, programs in _BANDS.items()
        ),
    )


def _ties(arms: list[Floats | NotEstimable]) -> Comparison:
    """Return the hazard ratio of the constructed arms, their times rounded up to whole months."""
    return Comparison(
        "ties",
        "Hazard ratio of two constructed arms, times in whole months",
        ("cox_efron",),
        _MEDIANS,
        (
            Reading("efron", "this book; R coxph; lifelines", if_estimable(_efron, *arms)),
            Reading("breslow", "SAS PHREG; Stata; statsmodels", if_estimable(_breslow, *arms)),
        ),
    )


def _in_months(*arms: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the times of all arms in whole months, and which are of the first arm."""
    first = np.repeat([True, False], [len(arm) for arm in arms])
    return np.ceil(np.concatenate(arms)), first


def _efron(*arms: Floats) -> Estimate:
    from lifelines import CoxPHFitter

    times, first = _in_months(*arms)
    patients = pd.DataFrame({"months": times, "first": first.astype(float)})
    fitted = CoxPHFitter().fit(patients, "months", fit_options=TO_THE_END)
    return ratio_with_limits(
        float(np.exp(fitted.params_["first"])),
        float(fitted.standard_errors_["first"]),
        0.95,
        p=float(fitted.summary["p"]["first"]),
        n=len(times),
        events=len(times),
        method="Cox regression, Wald",
        conventions=("cox_efron",),
        grade="D3",
    )


def _breslow(*arms: Floats) -> Estimate:
    from statsmodels.duration.hazard_regression import PHReg

    times, first = _in_months(*arms)
    fitted = PHReg(times, first.astype(float)[:, None], ties="breslow").fit()
    (low, high), value = fitted.conf_int()[0], fitted.params[0]
    return Estimate(
        math.exp(value), math.exp(low), math.exp(high), level=0.95, kind="confidence",
        unit="ratio", method="Breslow's approximation", grade="D3",
    )  # fmt: skip


def _planning(evidence: Evidence) -> Iterator[Comparison]:
    ours = events_required(_PLANNED_HR)
    z = float(quantile(0.975) + quantile(0.8))
    freedman = math.ceil((z * (_PLANNED_HR + 1) / (_PLANNED_HR - 1)) ** 2)
    yield Comparison(
        "events",
        "Events to find a hazard ratio of 0.8 with power of four in five",
        ("schoenfeld_events",),
        _ARMS,
        (
            Reading("schoenfeld", "this book; SAS POWER; R", ours),
            Reading("freedman", "Stata; some R packages",
                    Estimate(freedman, unit="count", method="Freedman's formula", grade="D2")),
        ),
    )  # fmt: skip
