"""The numbers of the chapter on the public cohort, all of them read from its aggregates."""

from __future__ import annotations

import math
from typing import get_args

from evidence.sources.data import Evidence
from evidence_stats.estimates import Estimate, NotEstimable, if_estimable
from evidence_stats.markers.prognosis import hazard_ratio_per_sd
from evidence_stats.normal import z_from_p
from mrcc import Numbers
from mrcc.tcga_kirc.cohort import Row, design, fact, number, ratio, row, rows, with_se
from mrcc.tcga_kirc.parameters import TcgaKirc

# The two results of the trial on phosphorylated AKT.
TRIAL = {
    "trial_pfs": "jonasch-2010.pfs.hazard_ratio.pakt",
    "trial_os": "jonasch-2010.os.hazard_ratio.pakt",
}
# Below this a log hazard ratio is too near to none for a share of it to mean anything.
_SMALLEST_LOG = 0.05
# Groups of each scale, lowest first; a scale without groups is shown by thirds.
GROUPED = {"tertiles", "median", "best_cut"}


def model(p: TcgaKirc, **other: str) -> Row | NotEstimable:
    """Return the row of the chosen model, or of one that differs in what is named."""
    where = {
        "marker": p.marker,
        "scale": p.scale,
        "population": p.population,
        "adjustment": p.adjustment,
        **other,
    }
    return row("models", **where)


def facts() -> Numbers:
    """Return what is known of the cohort as a whole."""
    words = {
        "patients": "Patients in the public clinical file",
        "deaths": "Deaths among them",
        "studied": "Patients with protein levels and follow-up",
        "studied_deaths": "Deaths among those with protein levels",
        "any_drug": "Patients with any systemic drug on their forms",
        "drug_sorafenib": "Patients with sorafenib on their forms",
        "drug_interferon": "Patients with interferon on their forms",
    }
    found: Numbers = {key: (fact(key), label) for key, label in words.items()}
    found["follow_up"] = (fact("last_month", "months"), "Median follow-up, deaths censoring it")
    found["permutations"] = (fact("permutations"), "Permutations")
    found["bootstraps"] = (fact("bootstraps"), "Bootstrap samples")
    return found


def association(p: TcgaKirc) -> Numbers:
    """Return the hazard ratio beside every adjustment, and how much an adjustment takes away."""
    chosen = model(p)
    found: Numbers = {"hr": (ratio(chosen, p.level, "lr_p"), "Hazard ratio of the chosen model")}
    told = design().adjustments
    for name in get_args(TcgaKirc.model_fields["adjustment"].annotation):
        made = ratio(model(p, adjustment=name), p.level, "lr_p") if name in told else _NONE
        words = told[name].words if name in told else name.replace("_", " ")
        found[f"hr_{name}"] = (made, f"Hazard ratio, {words}")
    found |= {
        "hr_p": (_p(chosen, "lr_p"), "P of the marker, likelihood ratio"),
        "ph_p": (_p(chosen, "ph_p"), "P of proportional hazards"),
        "nonlinear_p": (
            _p(model(p, scale="spline"), "nonlinear_p"),
            "P of a curved association, by the spline",
        ),
    }
    share = if_estimable(share_taken_away, found["hr_none"][0], found["hr_stage_grade_age"][0])
    found["explained"] = (
        share,
        "Share of the log hazard ratio that stage, grade and age take away",
    )
    return found


_NONE = NotEstimable("the cohort has no such covariates")


def share_taken_away(plain: Estimate, adjusted: Estimate) -> Estimate | NotEstimable:
    """Return the share of a log hazard ratio that an adjustment takes away."""
    before, after = math.log(plain.value), math.log(adjusted.value)
    if abs(before) < _SMALLEST_LOG:
        return NotEstimable("unadjusted, the hazard ratio is too near to 1 for a share of it")
    return Estimate(
        1 - after / before, unit="proportion", method="1 - adjusted / unadjusted log hazard ratio",
        grade="D2",
    )  # fmt: skip


def _p(found: Row | NotEstimable, column: str) -> Estimate | NotEstimable:
    return number(found, column, unit="p_value")


def periods(p: TcgaKirc) -> Numbers:
    """Return the hazard ratio per SD in each period of follow-up, and whether they differ."""
    found: Numbers = {}
    told = rows("periods", marker=p.marker, population=p.population, adjustment=p.adjustment)
    for place, one in enumerate(told, start=1):
        found[f"period_{place}"] = (
            ratio(one, p.level),
            f"Hazard ratio per SD, {period_words(one)}",
        )
    first: Row | NotEstimable = told[0] if told else NotEstimable("no periods")
    found["period_p"] = (_p(first, "difference_p"), "P that the periods differ")
    return found


def period_words(one: Row) -> str:
    """Return a period in words."""
    start, end = (f"{float(one[c]):g}" if one[c] else "" for c in ("from_month", "to_month"))
    if not end:
        return f"after month {start}"
    return f"months {start} to {end}"


def grouping(p: TcgaKirc) -> str:
    """Return the scale by whose groups curves are drawn: thirds where the scale makes none."""
    return p.scale if p.scale in GROUPED else "tertiles"


def survival(p: TcgaKirc) -> Numbers:
    """Return deaths, log-rank test and restricted means of the groups, lowest and highest."""
    where = {"marker": p.marker, "scale": grouping(p), "population": p.population}
    groups = rows("groups", **where)
    means = rows("restricted_means", horizon=p.horizon, **where)
    found: Numbers = {
        "logrank_p": (_p(groups[0] if groups else _NONE, "logrank_p"), "P of the log-rank test"),
    }
    for key, place in (("low", 0), ("high", -1)):
        one: Row | NotEstimable = means[place] if means else _NONE
        words = f"Mean survival up to the horizon, {groups[place]['group']}" if groups else key
        found[f"rmst_{key}"] = (_mean(one, p), words)
    found["rmst_gain"] = (
        if_estimable(
            lambda high, low: with_se(
                high.value - low.value, math.hypot(high.se, low.se), p.level, "months",
                "difference of two restricted means",
            ),
            found["rmst_high"][0], found["rmst_low"][0],
        ),
        "Mean survival up to the horizon, highest less lowest group",
    )  # fmt: skip
    return found


def _mean(one: Row | NotEstimable, p: TcgaKirc) -> Estimate | NotEstimable:
    mean, se = number(one, "mean"), number(one, "se")
    method = f"restricted mean to {p.horizon} months, Greenwood"
    return if_estimable(lambda m, s: with_se(m.value, s.value, p.level, "months", method), mean, se)


def cut_point(p: TcgaKirc) -> Numbers:
    """Return the P value of the best cut-point as it looks, and once its search is counted."""
    plain = model(p, scale="best_cut", adjustment="none")
    searched = row("cut_points", marker=p.marker, population=p.population)
    return {
        "cut_hr": (ratio(plain, p.level), "Hazard ratio above the best cut-point"),
        "cut_p": (_p(plain, "score_p"), "P of the best cut-point, its search not counted"),
        "cut_p_searched": (_p(searched, "p"), "P of the best cut-point, its search counted"),
    }


def added_value(p: TcgaKirc) -> Numbers:
    """Return what the marker adds to stage, grade and age in all patients."""
    found = row("added_value", marker=p.marker)
    with_it, without = number(found, "corrected"), fact("base_corrected", "number")
    return {
        "added_p": (_p(found, "lr_p"), "P of the marker beside stage, grade and age"),
        "c_without": (without, "Concordance of stage, grade and age, optimism taken off"),
        "c_with": (with_it, "Concordance with the marker, optimism taken off"),
        "c_gain": (
            if_estimable(
                lambda a, b: Estimate(
                    a.value - b.value,
                    unit="points",
                    method="difference of two concordances",
                    grade="D2",
                ),
                with_it,
                without,
            ),
            "Gain in concordance",
        ),
        "slope": (number(found, "slope"), "Calibration slope in new patients, with the marker"),
    }


def multiverse(p: TcgaKirc) -> Numbers:
    """Return how many models have P below .05, and how many chance alone gives."""
    found: Numbers = {}
    for key, family, who in (("all", "all", "all markers"), ("own", p.marker, "the marker")):
        for statistic, words in _COUNTED.items():
            one = row("permutations", family=family, statistic=statistic)
            found[f"{key}_{statistic}"] = (
                number(one, "observed", unit="count"), f"Models of {who} {words}",
            )  # fmt: skip
            if statistic == "below_alpha":
                found[f"{key}_models"] = (
                    number(one, "models", unit="count"), f"Models of {who}, copies left out",
                )  # fmt: skip
                found[f"{key}_chance"] = (
                    _chance(one), f"Models of {who} with P below .05 by chance",
                )  # fmt: skip
                found[f"{key}_p"] = (
                    number(one, "p", unit="proportion"),
                    f"Share of permutations with as many models of {who}",
                )  # fmt: skip
    return found


_COUNTED = {
    "below_alpha": "with P below .05",
    "longer": "with P below .05 and longer survival",
    "shorter": "with P below .05 and shorter survival",
}


def _chance(one: Row | NotEstimable) -> Estimate | NotEstimable:
    middle = number(one, "q50", unit="count")
    if isinstance(middle, NotEstimable) or isinstance(one, NotEstimable):
        return middle
    return Estimate(
        middle.value, float(one["q2_5"]), float(one["q97_5"]), 0.95, "range", "count",
        method="median of the permutations, and where 95 % of them lie", grade="D3",
    )  # fmt: skip


def trial(evidence: Evidence, p: TcgaKirc) -> Numbers:
    """Return the trial's results beside what the best of a panel reaches by chance."""
    found: Numbers = {}
    for key, row_id in TRIAL.items():
        printed = evidence.row(row_id)["p_reported"]
        threshold = float(printed) if _is_number(printed) else math.nan
        one = row(
            "panels", population=p.population, adjustment=_own_adjustment(p), size=p.panel_size,
            threshold=f"{threshold:g}",
        )  # fmt: skip
        outcome = "progression" if key == "trial_pfs" else "survival"
        found[f"{key}_chance"] = (
            number(one, "share", unit="proportion"),
            f"How often the best of the panel has the trial's P for {outcome} by chance",
        )
        found[f"{key}_independent"] = (
            number(one, "independent", unit="proportion"),
            f"The same for {outcome}, were the markers independent",
        )
        hr = evidence.estimate(row_id)
        if key == "trial_os" and hr is not None:
            z = math.copysign(z_from_p(threshold), hr.value - 1) if threshold < 1 else math.nan
            per_sd: Estimate | NotEstimable = (
                hazard_ratio_per_sd(z, p.events_os, level=p.level)
                if math.isfinite(z)
                else NotEstimable(f"no P value in {row_id}")
            )
            found["trial_os_per_sd"] = (per_sd, "The trial's hazard ratio for survival per SD")
    return found


def _is_number(text: str) -> bool:
    try:
        return 0 < float(text) < 1
    except ValueError:
        return False


def _own_adjustment(p: TcgaKirc) -> str:
    """Return the adjustment, or the one that it is a copy of in these patients."""
    found = model(p, scale="per_sd")
    same = "" if isinstance(found, NotEstimable) else found["same_as"]
    return same or p.adjustment
