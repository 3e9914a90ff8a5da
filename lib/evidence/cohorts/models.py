"""The models of one marker: every scale, population and adjustment; by period; over time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import stats
from statsmodels.nonparametric.smoothers_lowess import lowess

from evidence.cohorts.curves import count
from evidence.cohorts.design import SCALES, Scale
from evidence.cohorts.patients import Patients
from evidence.cohorts.settings import FEWEST_DEATHS, Scaled, Setting, each_setting, scale_marker
from evidence_stats.cohorts.cox import (
    CoxFit,
    NoFitError,
    fit_cox,
    hazard_limits,
    likelihood_ratio,
    proportional_hazards,
    risk_sets,
    wald,
)
from evidence_stats.cohorts.scales import Spline, per_sd
from evidence_stats.survival.kaplan_meier import Floats

Row = dict[str, Any]
_LEVEL = 0.95
# Months at which the smoothed effect is read, and percentiles at which the spline is.
_MONTHS = (6, 12, 18, 24, 36, 48, 60, 72, 84)
_PERCENTILES = (5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95)
# Share of the deaths that a smoothed value looks at.
_SPAN = 0.7


def model_rows(patients: Patients, marker: str) -> Iterator[Row]:
    """Yield one row per model of a marker, with why there is none where it cannot be had."""
    for setting in each_setting(patients):
        for scale in SCALES:
            row = _begin(patients, marker, setting) | {"scale": scale}
            row["row_id"] += f".{scale}"
            try:
                yield row | _model(patients, marker, scale, setting)
            except NoFitError as error:
                yield row | {"reason": str(error)}


def _begin(patients: Patients, marker: str, setting: Setting) -> Row:
    names = (patients.design.study_id, marker, setting.population, setting.adjustment)
    return {
        "row_id": ".".join(names),
        "marker": marker,
        "population": setting.population,
        "adjustment": setting.adjustment,
        "n": len(setting.kept),
        "events": int(setting.dead.sum()),
        "same_as": setting.same_as,
    }


def _model(patients: Patients, marker: str, scale: Scale, setting: Setting) -> Row:
    null = setting.null
    scaled = scale_marker(patients, marker, scale, setting)
    own = list(range(scaled.columns.shape[1]))
    fit = setting.fit(scaled.columns)
    log_hr, se = _contrast(fit, scaled)
    low, high = hazard_limits(log_hr, se, _LEVEL)
    score = setting.tests.test(scaled.columns[setting.kept][:, None, :])
    found: Row = {
        "log_hr": log_hr,
        "se": se,
        "low": low,
        "high": high,
        "wald_p": float(2 * stats.norm.sf(abs(log_hr / se))),
        "lr_p": likelihood_ratio(fit, null).p,
        "score_p": float(score.p[0]),
        "df": len(own),
        "ph_p": proportional_hazards(fit, setting.months, setting.dead, own).p,
    }
    if scale == "spline":
        found["nonlinear_p"] = wald(fit, [1]).p
    return found


def _contrast(fit: CoxFit, scaled: Scaled) -> tuple[float, float]:
    """Return the log hazard ratio that a scale compares, and its standard error."""
    own = len(scaled.contrast)
    inner = fit.covariance[:own, :own]
    value = float(scaled.contrast @ fit.beta[:own])
    return value, float(np.sqrt(scaled.contrast @ inner @ scaled.contrast))


def period_rows(patients: Patients, marker: str) -> Iterator[Row]:
    """Yield the hazard ratio per SD in each period of follow-up, the model fitted anew in each.

    In a later period enter those who were still followed at its begin.
    """
    ends = [*map(float, patients.design.periods), np.inf]
    x = per_sd(patients.studied[marker].to_numpy(float))
    for setting in each_setting(patients):
        made = []
        for start, end in zip([0.0, *ends[:-1]], ends, strict=True):
            row = _begin(patients, marker, setting)
            row["row_id"] += f".from_{start:g}"
            row |= {"from_month": start, "to_month": "" if np.isinf(end) else end}
            made.append(row | _in_period(setting, x, start, end))
        done = [row for row in made if "log_hr" in row]
        weights = np.array([row["se"] ** -2 for row in done])
        effects = np.array([row["log_hr"] for row in done])
        q = float(weights @ (effects - np.average(effects, weights=weights)) ** 2) if done else 0.0
        p = float(stats.chi2.sf(q, len(done) - 1)) if len(done) > 1 else ""
        yield from (row | {"difference_p": p} for row in made)


def _in_period(setting: Setting, x: Floats, start: float, end: float) -> Row:
    inside = setting.months > start
    months = np.minimum(setting.months, end)[inside]
    dead = (setting.dead & (setting.months <= end))[inside]
    counts: Row = {"n": count(int(inside.sum())), "events": count(int(dead.sum()))}
    if dead.sum() < FEWEST_DEATHS:
        return counts | {"reason": f"fewer than {FEWEST_DEATHS} deaths in the period"}
    columns = np.column_stack([x[setting.kept], setting.columns])[inside]
    columns = columns[:, columns.std(axis=0) > 0]
    try:
        fit = fit_cox(risk_sets(months, dead, setting.strata[inside]), columns)
    except NoFitError as error:
        return counts | {"reason": str(error)}
    low, high = hazard_limits(fit.beta[0], fit.se[0], _LEVEL)
    return counts | {"log_hr": fit.beta[0], "se": fit.se[0], "low": low, "high": high}


def over_time_rows(patients: Patients, marker: str) -> Iterator[Row]:
    """Yield the log hazard ratio per SD over time: scaled Schoenfeld residuals, smoothed."""
    x = per_sd(patients.studied[marker].to_numpy(float))[:, None]
    for setting in each_setting(patients):
        try:
            fit = setting.fit(x)
        except NoFitError:
            continue
        last = float(np.quantile(fit.sets.times, 0.95))
        months = np.array([month for month in _MONTHS if month <= last], dtype=float)
        smooth = lowess(fit.scaled_residuals[:, 0], fit.sets.times, frac=_SPAN, it=0, xvals=months)
        for month, value in zip(months, smooth, strict=True):
            row = _begin(patients, marker, setting)
            yield row | {"month": month, "log_hr": value}


def spline_rows(patients: Patients, marker: str) -> Iterator[Row]:
    """Yield the log hazard ratio against the median of the marker, by a spline."""
    values = patients.studied[marker].to_numpy(float)
    x = per_sd(values)
    spline = Spline.of(x)
    at = np.quantile(x, np.array(_PERCENTILES) / 100)
    against = spline.columns(at) - spline.columns(np.quantile(x, 0.5))
    levels = np.quantile(values, np.array(_PERCENTILES) / 100)
    for setting in each_setting(patients):
        try:
            fit = setting.fit(spline.columns(x))
        except NoFitError:
            continue
        inner = fit.covariance[:2, :2]
        for percentile, level, row_of in zip(_PERCENTILES, levels, against, strict=True):
            row = _begin(patients, marker, setting)
            se = float(np.sqrt(row_of @ inner @ row_of))
            log_hr = float(row_of @ fit.beta[:2])
            # Two decimals: a level is nobody's own.
            yield row | {
                "percentile": percentile,
                "level": round(float(level), 2),
                "log_hr": log_hr,
                "se": se,
            }
