"""Hazard ratios, medians and numbers of events under several conventions.

Where a convention needs patients' times, which nobody published, two arms are constructed from the
printed medians: evenly spaced quantiles of exponential curves, no censoring. They show what a
convention does, not what the trial found, and are graded as simulated.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from evidence.contrasts import Contrast
from evidence.convention_comparison.reading import Comparison, Reading
from evidence.data import Evidence
from evidence.estimates import Estimate
from evidence.kaplan_meier import ConfType, km_curve, km_median
from evidence.median import Median
from evidence.meta_contrasts import pool_contrasts
from evidence.normal import quantile
from evidence.printed_medians import reached_median
from evidence.responses import ArmResponse, find_response, printed_contrast
from evidence.survival_power import events_required
from evidence.two_arm_survival import cox_two_arm

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
    found = [printed_contrast(evidence, row) for row in _BEVACIZUMAB]
    contrasts = [one for one in found if isinstance(one, Contrast)]
    if len(contrasts) < len(found):
        return
    pooled = pool_contrasts(contrasts)
    if pooled.hartung_knapp is None:
        return
    yield Comparison(
        "two_trials",
        "PFS hazard ratio of bevacizumab added, two trials",
        ("two_studies_common", "common_effect", "hksj"),
        _BEVACIZUMAB,
        (
            Reading("common", "this book; RevMan fixed effect", pooled.estimate),
            Reading("hartung_knapp", "R metafor (test='knha')", pooled.hartung_knapp),
        ),
    )


def _quantile_times(median: Median, n: int) -> Floats:
    """Return `n` months at evenly spaced quantiles of the exponential curve through a median."""
    ranks = (np.arange(n) + 0.5) / n
    return -np.log1p(-ranks) * (median.value or 0.0) / math.log(2)


def _times(evidence: Evidence) -> Iterator[Comparison]:
    found = [find_response(evidence, arm) for arm in _ARMS]
    reached = [reached_median(evidence, row) for row in _MEDIANS]
    sizes = [arm.n for arm in found if isinstance(arm, ArmResponse)]
    medians = [median for median in reached if isinstance(median, Median)]
    if len(sizes) < len(_ARMS) or len(medians) < len(_MEDIANS):
        return
    arms = [_quantile_times(m, n) for m, n in zip(medians, sizes, strict=True)]
    yield _median_at_one_half(arms[0])
    yield _median_limits(arms[0])
    yield _ties(arms)


def _months(median: Median, method: str) -> Estimate:
    return Estimate(
        median.value or 0.0, median.low, median.high, level=median.level, kind="confidence",
        unit="months", method=method, grade="D3",
    )  # fmt: skip


def _median_at_one_half(times: Floats) -> Comparison:
    from lifelines import KaplanMeierFitter

    observed = np.ones(len(times), dtype=bool)
    ours = km_median(km_curve(times, observed)).value or 0.0
    theirs = float(KaplanMeierFitter().fit(times, observed).median_survival_time_)
    return Comparison(
        "median",
        "Median of a constructed arm whose curve rests at one half",
        ("km_median_midpoint",),
        _MEDIANS,
        (
            Reading("middle", "this book; R survival; SAS LIFETEST",
                    Estimate(ours, unit="months", method="middle of the step", grade="D3")),
            Reading("start", "lifelines",
                    Estimate(theirs, unit="months", method="start of the step", grade="D3")),
        ),
    )  # fmt: skip


def _median_limits(times: Floats) -> Comparison:
    curve = km_curve(times, np.ones(len(times), dtype=bool))
    return Comparison(
        "median_limits",
        "Limits of that median",
        ("km_band_scale",),
        _MEDIANS,
        tuple(
            Reading(
                kind.replace("-", "_"),
                programs,
                _months(km_median(curve, conf_type=kind), f"{kind} band"),
            )
            for kind, programs in _BANDS.items()
        ),
    )


def _ties(arms: list[Floats]) -> Comparison:
    """Return the hazard ratio of the constructed arms, their times rounded up to whole months."""
    from statsmodels.duration.hazard_regression import PHReg

    times = [np.ceil(arm) for arm in arms]
    observed = [np.ones(len(arm), dtype=bool) for arm in arms]
    group = np.repeat([1.0, 0.0], [len(arm) for arm in arms])
    ours = cox_two_arm(np.concatenate(times), np.concatenate(observed), group == 1)
    fitted = PHReg(np.concatenate(times), group[:, None], ties="breslow").fit()
    (low, high), value = fitted.conf_int()[0], fitted.params[0]
    breslow = Estimate(
        math.exp(value), math.exp(low), math.exp(high), level=0.95, kind="confidence",
        unit="ratio", method="Breslow's approximation", grade="D3",
    )  # fmt: skip
    return Comparison(
        "ties",
        "Hazard ratio of two constructed arms, times in whole months",
        ("cox_efron",),
        _MEDIANS,
        (
            Reading("efron", "this book; R coxph; lifelines", replace(ours, grade="D3")),
            Reading("breslow", "SAS PHREG; Stata; statsmodels", breslow),
        ),
    )


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
