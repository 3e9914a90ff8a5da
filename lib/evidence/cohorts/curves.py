"""Groups of patients by a marker: who they were, their curves, and their restricted means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from lifelines.statistics import multivariate_logrank_test

from evidence.cohorts.design import Scale
from evidence.cohorts.patients import FEWEST, Patients
from evidence.cohorts.settings import Setting, unadjusted
from evidence.cohorts.tables import FEW, HIDDEN
from evidence_stats.cohorts.scales import best_cuts, groups
from evidence_stats.survival.kaplan_meier import Floats, Ints, km_curve, km_median, rmst

Row = dict[str, Any]
# Scales that make groups, with what the groups are called.
GROUPS: dict[Scale, tuple[str, ...]] = {
    "tertiles": ("lowest third", "middle third", "highest third"),
    "median": ("lower half", "upper half"),
    "best_cut": ("below", "above"),
}
# Months at which curves are read.
GRID = tuple(range(0, 97, 6))


def count(number: int) -> int | str:
    """Return a count as it may be shown."""
    return number if number >= FEWEST else FEW


def _grouped(patients: Patients, marker: str, scale: Scale, plain: Setting) -> tuple[Ints, Floats]:
    values = patients.studied[marker].to_numpy(float)
    if scale == "best_cut":
        cut = best_cuts(plain.null.martingale, values[plain.kept][:, None]).cut
        return (values > cut[0]).astype(np.int64)[plain.kept], cut
    group, ends = groups(values, len(GROUPS[scale]))
    return group[plain.kept], ends


def group_rows(patients: Patients, marker: str) -> Iterator[tuple[str, Row]]:
    """Yield rows of three tables, each with its name: groups, curves, restricted_means."""
    for population in patients.design.populations:
        plain = unadjusted(patients, population)
        for scale in GROUPS:
            group, ends = _grouped(patients, marker, scale, plain)
            yield from _one_split(patients, marker, scale, plain, group, ends)


def _one_split(
    patients: Patients, marker: str, scale: Scale, plain: Setting, group: Ints, ends: Floats
) -> Iterator[tuple[str, Row]]:
    test = multivariate_logrank_test(plain.months, group, plain.dead)
    for number, words in enumerate(GROUPS[scale]):
        inside = group == number
        names = (patients.design.study_id, marker, plain.population, scale, words.replace(" ", "_"))
        row: Row = {
            "row_id": ".".join(names), "marker": marker, "scale": scale,
            "population": plain.population, "group": words,
        }  # fmt: skip
        n, events = int(inside.sum()), int(plain.dead[inside].sum())
        facts = {"n": count(n), "events": count(events), "logrank_p": float(test.p_value)}
        # Two decimals: an end is nobody's own level.
        facts["above"] = "" if number == 0 else round(float(ends[number - 1]), 2)
        if n < FEWEST:
            yield "groups", row | facts
            continue
        yield from _of_group(plain, inside, row, facts, patients.design.horizons)


def _of_group(
    plain: Setting, inside: Floats, row: Row, facts: Row, horizons: list[int]
) -> Iterator[tuple[str, Row]]:
    months, dead = plain.months[inside], plain.dead[inside]
    curve = km_curve(months, dead)
    median = km_median(curve)
    shown = {"median": median.value, "median_low": median.low, "median_high": median.high}
    yield "groups", row | facts | {k: "" if v is None else v for k, v in shown.items()}
    for month in GRID:
        at_risk = int((months >= month).sum())
        made = row | {"month": month}
        if at_risk < FEWEST:
            yield "curves", made | {"at_risk": FEW}
            continue
        place = int(np.searchsorted(curve.times, month, side="right"))
        greenwood = float(curve.greenwood[place - 1]) if place else 0.0
        alive = curve.survival_at(month)
        yield "curves", made | {"at_risk": at_risk, "survival": alive, "greenwood": greenwood}
    for horizon in horizons:
        made = row | {"row_id": f"{row['row_id']}.to_{horizon}", "horizon": horizon}
        if int((months >= horizon).sum()) < FEWEST:
            reason = f"fewer than {FEWEST} patients were followed so long"
            yield "restricted_means", made | {"reason": reason}
            continue
        mean = rmst(months, dead, float(horizon))
        yield "restricted_means", made | {"mean": mean.value, "se": mean.se}


def baseline_rows(patients: Patients, marker: str) -> Iterator[Row]:
    """Yield how many of each third of a marker have each value of each covariate.

    Where a count below five is left out, so is the next smallest of its column: else it followed
    from the number of patients.
    """
    values = patients.studied[marker].to_numpy(float)
    group, _ = groups(values, 3)
    words = GROUPS["tertiles"]
    for name, told in patients.design.covariates.items():
        cells = patients.studied[name]
        if told.per is not None:
            for number, third in enumerate(words):
                own = cells[group == number].dropna()
                yield _baseline(marker, name, "median", third) | {
                    "count": round(float(own.median())) if len(own) >= FEWEST else ""
                }
            continue
        shown = cells.fillna("not recorded")
        levels = [*dict.fromkeys(told.values.values()), "not recorded"]
        for number, third in enumerate(words):
            counted = {level: int((shown[group == number] == level).sum()) for level in levels}
            for level, cell in hide_small(counted).items():
                yield _baseline(marker, name, level, third) | {"count": cell}


def _baseline(marker: str, name: str, level: str, third: str) -> Row:
    return {"marker": marker, "characteristic": name, "value": level, "group": third}


def hide_small(counted: Mapping[str, int]) -> dict[str, int | str]:
    """Return counts that add up to a known total, small ones hidden so that none can be had back.

    >>> hide_small({"M0": 60, "M1": 12, "not recorded": 3})
    {'M0': 60, 'M1': '<5 or hidden', 'not recorded': '<5 or hidden'}
    """
    hidden = {name for name, number in counted.items() if 0 < number < FEWEST}
    if hidden:
        others = sorted((number, name) for name, number in counted.items() if name not in hidden)
        positive = [name for number, name in others if number]
        if len(hidden) == 1 and positive:
            hidden.add(positive[0])
    return {name: HIDDEN if name in hidden else number for name, number in counted.items()}
