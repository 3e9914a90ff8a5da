"""Randomized contrasts of one study: which arms differ by what, and what is printed of them.

Vocabulary
----------
**Component**: one drug of a treatment code, e.g. IFN in SOR+IFN.
**Add-on contrast**: two arms of one randomized study whose components differ by one drug alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from evidence.data import Evidence
from evidence.eligibility import QUALIFIERS
from evidence.estimates import Estimate
from evidence.hazard_ratio import printed_hazard_ratio
from evidence.normal import critical_value
from evidence.reported import read_number
from evidence.responses import arm_response, printed_median
from evidence.survival import hazard_ratio_from_medians
from evidence.two_proportions import RiskRatioMethod, risk_ratio


@dataclass(frozen=True, slots=True)
class AddOn:
    """A randomized add-on contrast.

    Attributes
    ----------
    study_id, name : str
        Study and its short name.
    arm, comparator : str
        Arm with the added drug, arm without it.
    treatment, backbone : str
        Their treatment codes.
    added : str
        The drug that was added.
    flag : str
        What else differs, "" where nothing does.
    """

    study_id: str
    name: str
    arm: str
    comparator: str
    treatment: str
    backbone: str
    added: str
    flag: str

    @property
    def rows(self) -> tuple[str, str]:
        """Rows of both arms."""
        return f"{self.study_id}.{self.arm}", f"{self.study_id}.{self.comparator}"


@dataclass(frozen=True, slots=True)
class Effect:
    """What is printed of a contrast and one outcome, or follows from it.

    Attributes
    ----------
    outcome : str
        orr, pfs or os.
    estimate : Estimate
        Ratio, arm over comparator.
    rows : tuple of str
        Data rows.
    """

    outcome: str
    estimate: Estimate
    rows: tuple[str, ...]


def _components(code: str) -> frozenset[str]:
    return frozenset(code.split("+"))


def _pairs(evidence: Evidence) -> Iterator[tuple[pd.Series, pd.Series]]:
    randomized = [study for (study,) in evidence.values("studies", "study_id", randomized="yes")]
    arms = evidence.where("arms", study_id=randomized)
    arms = arms[arms["role"] != "cohort"]
    for _, group in arms.groupby("study_id", sort=False):
        for _, one in group.iterrows():
            for _, other in group.iterrows():
                pooled = "pooled" in (one["role"], other["role"])
                if not pooled or _is_printed(evidence, one, other):
                    yield one, other


def _is_printed(evidence: Evidence, one: pd.Series, other: pd.Series) -> bool:
    """Return True where the two arms are compared in print.

    Margins of a factorial trial overlap, so that only the comparisons it prints are contrasts.
    """
    pair = {"study_id": one["study_id"], "arm_a": one["arm"], "arm_b": other["arm"]}
    return bool(evidence.values("outcomes", "row_id", **pair))


def find_add_ons(evidence: Evidence, drug: str) -> list[AddOn]:
    """Return every randomized contrast "X + drug v X", whatever X is."""
    found = []
    for one, other in _pairs(evidence):
        with_drug, without = _components(one["treatment"]), _components(other["treatment"])
        if with_drug - without == {drug} and without < with_drug:
            found.append(_add_on(evidence, one, other, drug))
    return found


def find_added_to(evidence: Evidence, drug: str) -> list[AddOn]:
    """Return every randomized contrast "drug + X v drug": what was added to the drug."""
    found = []
    for one, other in _pairs(evidence):
        with_more, alone = _components(one["treatment"]), _components(other["treatment"])
        if alone == {drug} and alone < with_more:
            found.append(_add_on(evidence, one, other, "+".join(sorted(with_more - alone))))
    return found


def _add_on(evidence: Evidence, one: pd.Series, other: pd.Series, added: str) -> AddOn:
    study = one["study_id"]
    return AddOn(
        study_id=study,
        name=evidence.study(study)["short_name"],
        arm=one["arm"],
        comparator=other["arm"],
        treatment=one["treatment"],
        backbone=other["treatment"],
        added=added,
        flag=one["also_differs"] or other["also_differs"],
    )


def response_effect(
    evidence: Evidence, contrast: AddOn, *, method: RiskRatioMethod, level: float
) -> Effect | None:
    """Return the ratio of response rates; without interval where patients are not printed."""
    try:
        arms = [arm_response(evidence, row) for row in contrast.rows]
    except ValueError:
        return _printed_response(evidence, contrast)
    ratio = risk_ratio(*arms[0].counts, *arms[1].counts, method=method, level=level)
    return Effect("orr", ratio, (*arms[0].rows, *arms[1].rows))


def _printed_response(evidence: Evidence, contrast: AddOn) -> Effect | None:
    rows = [f"{contrast.study_id}.orr.percent.{arm}" for arm in (contrast.arm, contrast.comparator)]
    if any(evidence.find(row) is None for row in rows):
        return None
    values = [read_number(evidence.row(row)["value_reported"]) for row in rows]
    if values[0] is None or not values[1]:
        return None
    ratio = Estimate(values[0] / values[1], unit="ratio", method="ratio of printed percentages")
    return Effect("orr", ratio, tuple(rows))


def survival_effect(
    evidence: Evidence, contrast: AddOn, outcome: str, *, level: float, rho: float
) -> Effect | None:
    """Return the hazard ratio: as printed, through a shared arm, or from printed medians."""
    return (
        _printed_ratio(evidence, contrast.study_id, contrast.arm, contrast.comparator, outcome)
        or _through_shared_arm(evidence, contrast, outcome, level=level, rho=rho)
        or _from_medians(evidence, contrast, outcome)
    )


def _printed_ratio(
    evidence: Evidence, study: str, arm: str, comparator: str, outcome: str
) -> Effect | None:
    for qualifier in QUALIFIERS:
        row_id = f"{study}.{outcome}.hazard_ratio.{arm}_v_{comparator}{qualifier}"
        estimate = None if evidence.find(row_id) is None else evidence.estimate(row_id)
        if estimate is not None and estimate.low is not None:
            return Effect(outcome, estimate, (row_id,))
    return None


def _through_shared_arm(
    evidence: Evidence, contrast: AddOn, outcome: str, *, level: float, rho: float
) -> Effect | None:
    """Return the contrast of two arms that a third one was compared with.

    The variance is v1 + v2 - 2 rho sqrt(v1 v2): the shared arm correlates the two log ratios.
    """
    for (shared,) in evidence.values("arms", "arm", study_id=contrast.study_id):
        pair = [
            _printed_ratio(evidence, contrast.study_id, arm, shared, outcome)
            for arm in (contrast.arm, contrast.comparator)
        ]
        if pair[0] is None or pair[1] is None:
            continue
        one, other = (_with_se(effect.estimate) for effect in pair if effect is not None)
        log_ratio = math.log(one.value / other.value)
        s1, s2 = one.se or 0.0, other.se or 0.0
        se = math.sqrt(s1**2 + s2**2 - 2 * rho * s1 * s2)
        half = critical_value(level) * se
        estimate = Estimate(
            math.exp(log_ratio),
            math.exp(log_ratio - half),
            math.exp(log_ratio + half),
            level=level,
            kind="confidence",
            unit="ratio",
            se=se,
            method=f"two printed hazard ratios against the same arm, correlation {rho:g}",
            conventions=("hr_se_from_interval",),
            grade="D2",
        )
        return Effect(outcome, estimate, (*pair[0].rows, *pair[1].rows))
    return None


def _with_se(estimate: Estimate) -> Estimate:
    return printed_hazard_ratio(
        estimate.value, estimate.low, estimate.high, level=estimate.level or 0.95
    )


def _from_medians(evidence: Evidence, contrast: AddOn, outcome: str) -> Effect | None:
    rows = [
        f"{contrast.study_id}.{outcome}.median.{arm}" for arm in (contrast.arm, contrast.comparator)
    ]
    if any(evidence.find(row) is None for row in rows):
        return None
    one, other = (printed_median(evidence, row) for row in rows)
    if one.value is None or other.value is None:
        return None
    if not (one.has_width and other.has_width):
        estimate = Estimate(
            other.value / one.value,
            unit="ratio",
            method="ratio of medians, exponential, printed without limits",
            conventions=("hazard_ratio_from_medians",),
            grade="D2",
        )
    else:
        estimate = hazard_ratio_from_medians(one, other)
    return Effect(outcome, estimate, tuple(rows))
