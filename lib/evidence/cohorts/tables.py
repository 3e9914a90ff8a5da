"""The tables that hold the aggregates of a cohort: what one row is, and what its columns mean."""

from __future__ import annotations

from dataclasses import dataclass

_KEY = {"row_id": "Name of the row."}
_MARKER = {"marker": "Marker, as the design names it."}
_SETTING = {
    "population": "Patients, as the design names them.",
    "adjustment": "Covariates beside the marker, as the design names them.",
}
_COUNTS = {"n": "Patients.", "events": "Deaths."}
_RATIO = {
    "log_hr": "Log hazard ratio.",
    "se": "Its standard error.",
    "low": "Lower 95 % limit of the hazard ratio.",
    "high": "Upper 95 % limit of the hazard ratio.",
}
_REASON = {"reason": "Why there is no number."}
_GROUP = {"scale": "Scale that makes the groups.", "population": "Patients.", "group": "Group."}
_DISCRIMINATION = {
    "concordance": "Harrell's concordance in the patients of the model.",
    "optimism": "What of it is optimism, by the bootstrap.",
    "corrected": "Concordance less its optimism.",
    "slope": "Calibration slope in new patients, by the bootstrap.",
}
# In place of a count of one to four, and of one from which such a count would follow.
FEW = "<5"
HIDDEN = "<5 or hidden"
# Of every table, at its end.
PROVENANCE = {
    "source_key": "Publication of the cohort, key of references.bib.",
    "locator": "Snapshot of the public files that the number was computed from.",
}


@dataclass(frozen=True, slots=True)
class AggregateTable:
    """One table: what a row is, and what each column means."""

    description: str
    columns: dict[str, str]


TABLES: dict[str, AggregateTable] = {
    "facts": AggregateTable(
        "One row per fact about a cohort as a whole.",
        {**_KEY, "key": "Name of the fact.", "words": "What it is.", "value": "The fact."},
    ),
    "baseline": AggregateTable(
        "One row per third of a marker and value of a covariate.",
        {
            **_MARKER,
            "characteristic": "Covariate.",
            "value": "Its value, or median.",
            "group": "Third of the marker.",
            "count": "Patients, or the median; small counts are hidden.",
        },
    ),
    "models": AggregateTable(
        "One row per Cox model of one marker.",
        {
            **_KEY,
            **_MARKER,
            "scale": "How the marker enters.",
            **_SETTING,
            **_COUNTS,
            **_RATIO,
            "wald_p": "P of the hazard ratio, Wald.",
            "lr_p": "P of the marker, likelihood ratio.",
            "score_p": "P of the marker, score test.",
            "df": "Degrees of freedom of the two.",
            "ph_p": "P of proportional hazards of the marker.",
            "nonlinear_p": "P of the curvature of a spline, Wald.",
            "same_as": "Adjustment that is the same in these patients.",
            **_REASON,
        },
    ),
    "groups": AggregateTable(
        "One row per group of patients by a marker.",
        {
            **_KEY,
            **_MARKER,
            **_GROUP,
            "above": "Level above which the group lies, to two decimals.",
            **_COUNTS,
            "median": "Median survival, months.",
            "median_low": "Lower 95 % limit of the median.",
            "median_high": "Upper 95 % limit of the median.",
            "logrank_p": "P of the log-rank test of all groups.",
        },
    ),
    "curves": AggregateTable(
        "One row per group and month of a Kaplan-Meier curve.",
        {
            **_MARKER,
            **_GROUP,
            "month": "Month.",
            "at_risk": "Patients still followed; below five nothing is given.",
            "survival": "Survival by Kaplan-Meier.",
            "greenwood": "Variance of its log, Greenwood.",
        },
    ),
    "restricted_means": AggregateTable(
        "One row per group and horizon.",
        {
            **_KEY,
            **_MARKER,
            **_GROUP,
            "horizon": "Horizon, months.",
            "mean": "Restricted mean survival, months.",
            "se": "Its standard error.",
            **_REASON,
        },
    ),
    "periods": AggregateTable(
        "One row per period of follow-up: hazard ratio per SD among those still followed.",
        {
            **_KEY,
            **_MARKER,
            **_SETTING,
            "from_month": "Begin of the period.",
            "to_month": "Its end; empty for the last.",
            **_COUNTS,
            **_RATIO,
            "difference_p": "P that the periods differ (Cochran's Q).",
            **_REASON,
        },
    ),
    "over_time": AggregateTable(
        "One row per month: scaled Schoenfeld residuals of the marker per SD, smoothed.",
        {**_MARKER, **_SETTING, "month": "Month.", "log_hr": "Log hazard ratio per SD."},
    ),
    "splines": AggregateTable(
        "One row per percentile of a marker: hazard against its median, by a spline.",
        {
            **_MARKER,
            **_SETTING,
            "percentile": "Percentile of the marker.",
            "level": "Its level, to two decimals.",
            "log_hr": "Log hazard ratio against the median.",
            "se": "Its standard error.",
        },
    ),
    "added_value": AggregateTable(
        "One row per marker: what it adds to the model without it.",
        {
            **_KEY,
            **_MARKER,
            **_COUNTS,
            "lr_statistic": "Likelihood-ratio statistic, one degree of freedom.",
            "lr_p": "Its P value.",
            **_DISCRIMINATION,
            **_REASON,
        },
    ),
    "calibration": AggregateTable(
        "One row per fifth of predicted risk.",
        {
            **_MARKER,
            "horizon": "Horizon, months.",
            "model": "With or without the marker.",
            "fifth": "Fifth of predicted risk, lowest first.",
            "n": "Patients.",
            "predicted": "Mean predicted risk of death.",
            "observed": "Observed risk of death, Kaplan-Meier.",
        },
    ),
    "net_benefit": AggregateTable(
        "One row per risk at which somebody might act.",
        {
            **_MARKER,
            "horizon": "Horizon, months.",
            "threshold": "Risk of death from which one acts.",
            "without": "Net benefit of the model without the marker.",
            "with": "Net benefit of the model with it.",
            "everybody": "Net benefit of acting on everybody.",
        },
    ),
    "permutations": AggregateTable(
        "One row per family of models: what was found, and what chance finds.",
        {
            **_KEY,
            "family": "All models, those of a marker, or all markers in one setting.",
            "statistic": "Models below P .05: any, longer or shorter survival; or the smallest P.",
            "models": "Models of the family.",
            "observed": "In the cohort.",
            "p": "Share of permutations as extreme, the cohort among them.",
            "q2_5": "2.5 % quantile of the permutations.",
            "q25": "25 % quantile.",
            "q50": "50 % quantile.",
            "q75": "75 % quantile.",
            "q97_5": "97.5 % quantile.",
        },
    ),
    "panels": AggregateTable(
        "One row per size of a panel of markers and P value.",
        {
            **_KEY,
            **_SETTING,
            "size": "Markers in the panel.",
            "threshold": "P value.",
            "share": "How often the best of the panel reaches it by chance.",
            "independent": "The same for markers that have nothing to do with each other.",
        },
    ),
    "cut_points": AggregateTable(
        "One row per marker and population: the best cut-point, its search counted.",
        {
            **_KEY,
            **_MARKER,
            "population": "Patients.",
            "statistic": "Largest standardised log-rank statistic.",
            "p": "Share of permutations as extreme, the cohort among them.",
        },
    ),
}
