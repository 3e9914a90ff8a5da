"""What a marker adds to the covariates that are known without it, in the whole cohort."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from evidence.cohorts.patients import FEWEST, Patients
from evidence.cohorts.settings import Setting, make_setting
from evidence_stats.cohorts.added_value import (
    Discrimination,
    discriminate,
    net_benefit,
    observed_risk,
    predicted_risk,
)
from evidence_stats.cohorts.cox import CoxFit, NoFitError, likelihood_ratio
from evidence_stats.cohorts.scales import groups, per_sd
from evidence_stats.survival.kaplan_meier import Ints

Row = dict[str, Any]
# Risks at which somebody might act, from one in twenty to two in three.
THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6)
_FIFTHS = 5


def draws(patients: Patients, setting: Setting) -> list[Ints]:
    """Return the patients of each bootstrap sample, the same for every marker."""
    generator = np.random.default_rng(patients.design.seed)
    n = len(setting.kept)
    return [generator.integers(0, n, n) for _ in range(patients.design.bootstraps)]


def base_setting(patients: Patients) -> Setting:
    """Return the whole cohort beside the covariates that are known without a marker."""
    return make_setting(patients, next(iter(patients.design.populations)), patients.design.base)


def base_value(patients: Patients) -> Discrimination:
    """Return the discrimination of the model without a marker."""
    setting = base_setting(patients)
    return discriminate(setting.months, setting.dead, setting.columns, draws(patients, setting))


def value_rows(patients: Patients, marker: str) -> Iterator[tuple[str, Row]]:
    """Yield rows of three tables, each with its name: added_value, calibration, net_benefit."""
    setting = base_setting(patients)
    names = {"row_id": f"{patients.design.study_id}.{marker}", "marker": marker}
    counts = {"n": len(setting.kept), "events": int(setting.dead.sum())}
    x = per_sd(patients.studied[marker].to_numpy(float))[:, None]
    try:
        full = setting.fit(x)
        columns = np.column_stack([x[setting.kept], setting.columns])
        sampled = draws(patients, setting)
        found = discriminate(setting.months, setting.dead, columns, sampled)
    except NoFitError as error:
        yield "added_value", names | counts | {"reason": str(error)}
        return
    test = likelihood_ratio(full, setting.null)
    yield (
        "added_value",
        names
        | counts
        | {
            "lr_statistic": test.statistic,
            "lr_p": test.p,
            **discrimination_cells(found),
        },
    )
    for horizon in patients.design.horizons:
        for name, fit in (("without", setting.null), ("with", full)):
            yield from _calibration(setting, fit, horizon, names, name)
        yield from _decision(setting, full, horizon, names)


def discrimination_cells(found: Discrimination) -> Row:
    """Return a discrimination as cells of a row."""
    return {
        "concordance": found.apparent,
        "optimism": found.optimism,
        "corrected": found.corrected,
        "slope": found.slope,
    }


def _calibration(
    setting: Setting, fit: CoxFit, horizon: int, names: Row, model: str
) -> Iterator[tuple[str, Row]]:
    risk = predicted_risk(fit, float(horizon))
    fifth, _ = groups(risk, _FIFTHS)
    for number in range(_FIFTHS):
        inside = fifth == number
        row = names | {"horizon": horizon, "model": model, "fifth": number + 1}
        if inside.sum() < FEWEST:
            continue
        seen = observed_risk(setting.months[inside], setting.dead[inside], horizon)
        yield (
            "calibration",
            row
            | {
                "n": int(inside.sum()),
                "predicted": float(risk[inside].mean()),
                "observed": seen,
            },
        )


def _decision(
    setting: Setting, full: CoxFit, horizon: int, names: Row
) -> Iterator[tuple[str, Row]]:
    months, dead = setting.months, setting.dead
    risks = {
        "without": predicted_risk(setting.null, horizon),
        "with": predicted_risk(full, horizon),
        "everybody": np.ones(len(months)),
    }
    for threshold in THRESHOLDS:
        row = names | {"horizon": horizon, "threshold": threshold}
        yield (
            "net_benefit",
            row
            | {
                name: net_benefit(months, dead, risk, horizon, threshold)
                for name, risk in risks.items()
            },
        )
