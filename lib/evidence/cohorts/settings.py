"""In whom a marker is studied, beside what, and on which scale: settings of a cohort's models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evidence.cohorts.design import SCALES, Scale
from evidence.cohorts.patients import FEWEST, Patients
from evidence_stats.cohorts.cox import CoxFit, NoFitError, RiskSets, fit_cox, risk_sets
from evidence_stats.cohorts.permutation import NullModel
from evidence_stats.cohorts.scales import Spline, best_cuts, groups, indicators, per_sd
from evidence_stats.survival.kaplan_meier import Bools, Floats, Ints

# Fewer deaths carry no model (Peduzzi et al. 1995, J Clin Epidemiol 48:1503: ten a covariate).
FEWEST_DEATHS = 10
# What a spline compares: the ends of the middle half of the patients.
_QUARTILES = (0.25, 0.75)


@dataclass(frozen=True, eq=False)
class Setting:
    """A population with an adjustment.

    Attributes
    ----------
    population, adjustment : str
        Their keys in the design.
    kept : array of int
        Positions of the patients, without those who lack a covariate.
    months, dead : array
        Their follow-up.
    columns : array of float, patients x covariates
        Covariates that vary among them.
    strata : array of str
        Stratum of each.
    same_as : str
        The adjustment of which this is a copy here, as stage where all have one; "" for none.
    """

    population: str
    adjustment: str
    kept: Ints
    months: Floats
    dead: Bools
    columns: Floats
    strata: np.ndarray
    same_as: str

    @cached_property
    def sets(self) -> RiskSets:
        """Who could have died when."""
        return risk_sets(self.months, self.dead, self.strata)

    @cached_property
    def null(self) -> CoxFit:
        """The model without a marker."""
        if self.dead.sum() < FEWEST_DEATHS:
            raise NoFitError(f"fewer than {FEWEST_DEATHS} deaths")
        return fit_cox(self.sets, self.columns)

    @cached_property
    def tests(self) -> NullModel:
        """The model without a marker, for score tests beside it."""
        return NullModel(self.null)

    def fit(self, marker: Floats) -> CoxFit:
        """Return the model with the columns of a marker, which come first."""
        start = np.concatenate([np.zeros(marker.shape[1]), self.null.beta])
        return fit_cox(self.sets, np.column_stack([marker[self.kept], self.columns]), start)


def each_setting(patients: Patients) -> Iterator[Setting]:
    """Return every population with every adjustment, in the order of the design."""
    for population in patients.design.populations:
        for adjustment in patients.design.adjustments:
            yield make_setting(patients, population, adjustment)


def make_setting(patients: Patients, population: str, adjustment: str) -> Setting:
    """Return one population with one adjustment."""
    told = patients.design.adjustments[adjustment]
    complete = patients.studied[[*told.columns, *told.strata]].notna().all(axis=1)
    kept = np.flatnonzero((patients.within(population) & complete).to_numpy())
    columns = patients.columns_of(told.columns, kept)
    strata = patients.studied[told.strata]
    stratum = (
        strata.iloc[kept].astype(str).agg("/".join, axis=1).to_numpy() if told.strata else None
    )
    sizes = np.unique(stratum, return_counts=True)[1] if stratum is not None else np.zeros(0)
    several = (sizes >= FEWEST).sum() > 1
    adjusted = bool(told.columns or told.strata)
    return Setting(
        population,
        adjustment,
        kept,
        patients.studied["months"].to_numpy(float)[kept],
        patients.studied["death"].to_numpy(float)[kept] == 1,
        columns,
        stratum if stratum is not None else np.zeros(len(kept)),
        "none" if adjusted and not several and not columns.shape[1] else "",
    )


@dataclass(frozen=True, eq=False)
class Scaled:
    """A marker on one scale.

    Attributes
    ----------
    columns : array of float, patients x columns
        Of all studied patients.
    contrast : array of float
        What the hazard ratio of the scale compares, in the columns.
    """

    columns: Floats
    contrast: Floats


def unadjusted(patients: Patients, population: str) -> Setting:
    """Return a population without adjustment, in which best cut-points are sought."""
    plain = next(
        name for name, told in patients.design.adjustments.items()
        if not told.columns and not told.strata
    )  # fmt: skip
    return make_setting(patients, population, plain)


def scale_marker(patients: Patients, marker: str, scale: Scale, setting: Setting) -> Scaled:
    """Return a marker on a scale; only the best cut-point looks at survival, in its population.

    Standard deviations, groups and knots are those of all studied patients, so that a hazard ratio
    means the same in every population.
    """
    values = patients.studied[marker].to_numpy(float)
    if scale == "best_cut":
        plain = unadjusted(patients, setting.population)
        found = best_cuts(plain.null.martingale, values[plain.kept][:, None])
        return Scaled((values > found.cut[0]).astype(float)[:, None], np.ones(1))
    return fixed_scale(values, scale)


def fixed_scale(values: Floats, scale: Scale) -> Scaled:
    """Return a marker on a scale that does not look at survival."""
    if scale == "per_sd":
        return Scaled(per_sd(values)[:, None], np.ones(1))
    if scale == "spline":
        x = per_sd(values)
        spline = Spline.of(x)
        low, high = spline.columns(np.quantile(x, _QUARTILES))
        return Scaled(spline.columns(x), high - low)
    number = {"tertiles": 3, "median": 2}[scale]
    columns = indicators(groups(values, number)[0], number)
    return Scaled(columns, np.eye(number - 1)[-1])


FIXED_SCALES: tuple[Scale, ...] = tuple(name for name in SCALES if name != "best_cut")
