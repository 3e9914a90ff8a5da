"""Randomized contrasts of one study: which arms differ by what, and what is reported of them.

Vocabulary
----------
**Component**: one drug of a treatment code, e.g. IFN in SOR+IFN.
**Add-on contrast**: two arms of one randomized study whose components differ by one drug alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from evidence.sources.data import Evidence
from evidence.sources.printed_intervals import printed_interval
from evidence.sources.printed_medians import derived_ratios, read_contrast
from evidence.sources.responses import (
    QUALIFIERS,
    ArmResponse,
    find_response,
    printed_contrast,
    prints_response,
    response_ratio,
)
from evidence_stats.estimates import Estimate, NotEstimable, if_estimable
from evidence_stats.networks.contrasts import Contrast
from evidence_stats.normal import ratio_with_limits
from evidence_stats.printed.reported import exact_number
from evidence_stats.rates.two_proportions import RiskRatioMethod
from evidence_stats.survival.median import Median


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

    def median_rows(self, outcome: str) -> tuple[str, str]:
        """Rows that give the medians of both arms, where there are any."""
        start = f"{self.study_id}.{outcome}.median"
        return f"{start}.{self.arm}", f"{start}.{self.comparator}"


@dataclass(frozen=True, slots=True)
class Effect:
    """What is reported of a contrast and one outcome, or follows from it.

    Attributes
    ----------
    outcome : str
        orr, pfs or os.
    estimate : Estimate or NotEstimable
        Ratio, arm over comparator.
    rows : tuple of str
        Data rows.
    """

    outcome: str
    estimate: Estimate | NotEstimable
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

    Margins of a factorial trial overlap, so that only the comparisons it gives are contrasts.
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
    """Return the ratio of response rates; without interval where patients are not found.

    It is None where an arm gives no response at all.
    """
    arms = [find_response(evidence, row) for row in contrast.rows]
    missing = [arm for arm in arms if isinstance(arm, NotEstimable)]
    if not missing:
        ratio = if_estimable(
            lambda arm, control: response_ratio(arm, control, method=method, level=level), *arms
        )
        rows = tuple(row for arm in arms if isinstance(arm, ArmResponse) for row in arm.rows)
        return Effect("orr", ratio, rows)
    if not all(prints_response(evidence, row) for row in contrast.rows):
        return None
    return _printed_response(evidence, contrast) or Effect("orr", missing[0], contrast.rows)


def _printed_response(evidence: Evidence, contrast: AddOn) -> Effect | None:
    rows = [f"{contrast.study_id}.orr.percent.{arm}" for arm in (contrast.arm, contrast.comparator)]
    if any(evidence.find(row) is None for row in rows):
        return None
    value, control = (exact_number(evidence.row(row)["value_reported"]) for row in rows)
    if value is None or control is None:
        return None
    ratio: Estimate | NotEstimable
    if control:
        ratio = Estimate(value / control, unit="ratio", method="ratio of reported percentages")
    else:
        ratio = NotEstimable(f"{rows[1]}: 0 % responded, so that the ratio has no finite value")
    return Effect("orr", ratio, tuple(rows))


def survival_effect(
    evidence: Evidence, contrast: AddOn, outcome: str, *, level: float, rho: float
) -> Effect | None:
    """Return the hazard ratio: as reported, through a shared arm, or from reported medians.

    Where only a hazard ratio is reported that no interval follows from, the effect says why.
    """
    found = _printed_ratio(
        evidence, contrast.study_id, contrast.arm, contrast.comparator, outcome
    ) or _through_shared_arm(evidence, contrast, outcome, level=level, rho=rho)
    if found is not None:
        return found
    unusable = _unusable_ratio(evidence, contrast, outcome)
    return _from_medians(evidence, contrast, outcome, level, unusable) or unusable


def _printed_ratio(
    evidence: Evidence, study: str, arm: str, comparator: str, outcome: str
) -> Effect | None:
    """Return the first reported ratio with an interval; its method names those passed over."""
    passed: list[str] = []
    for qualifier in QUALIFIERS:
        row_id = f"{study}.{outcome}.hazard_ratio.{arm}_v_{comparator}{qualifier}"
        row = evidence.find(row_id)
        if row is None:
            continue
        estimate, printed = evidence.estimate(row_id), printed_interval(row)
        if estimate is None or isinstance(printed, NotEstimable):
            passed += [printed.reason] if isinstance(printed, NotEstimable) else []
            continue
        method = "; ".join([estimate.method, *passed])
        return Effect(outcome, replace(estimate, method=method), (row_id,))
    return None


def _unusable_ratio(evidence: Evidence, contrast: AddOn, outcome: str) -> Effect | None:
    """Return why no interval follows from what is reported of a contrast or of its arms."""
    rows = evidence.where(
        "outcomes", study_id=contrast.study_id, outcome=outcome, statistic="hazard_ratio"
    )
    arms = {contrast.arm, contrast.comparator}
    # What is printed of both arms comes before what is printed of one of them.
    for both in (True, False):
        for _, row in rows.iterrows():
            pair = {row["arm_a"], row["arm_b"]}
            printed = printed_interval(row)
            about = pair == arms if both else bool(pair & arms)
            if about and isinstance(printed, NotEstimable):
                return Effect(outcome, printed, (row["row_id"],))
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
        rows = (*pair[0].rows, *pair[1].rows)
        one, other = (printed_contrast(evidence, row) for row in rows)
        estimate = if_estimable(
            lambda a, b: _shared_arm_ratio(a, b, level=level, rho=rho), one, other
        )
        return Effect(outcome, estimate, rows)
    return None


def _shared_arm_ratio(one: Contrast, other: Contrast, *, level: float, rho: float) -> Estimate:
    log_ratio = one.log_ratio - other.log_ratio
    se = math.sqrt(one.se**2 + other.se**2 - 2 * rho * one.se * other.se)
    return ratio_with_limits(
        math.exp(log_ratio),
        se,
        level,
        method=f"two reported hazard ratios against the same arm, correlation {rho:g}",
        conventions=("hr_se_from_interval",),
        grade="D2",
    )


def _from_medians(
    evidence: Evidence, contrast: AddOn, outcome: str, level: float, unusable: Effect | None
) -> Effect | None:
    """Return the hazard ratio that the medians imply; its method says why no reported one is."""
    rows: tuple[str, ...] = contrast.median_rows(outcome)
    read = read_contrast(evidence, contrast.median_rows(outcome))
    one, other = read.medians
    if isinstance(one, NotEstimable) or isinstance(other, NotEstimable):
        return None
    ratios = derived_ratios(read, level=level)
    if isinstance(ratios, NotEstimable):
        made = _without_interval(one, other, ratios.reason)
    else:
        made, rows = ratios[0].estimate, ratios[0].rows
    if unusable is not None and isinstance(unusable.estimate, NotEstimable):
        made = replace(made, method=f"{made.method}; {unusable.estimate.reason}")
    return Effect(outcome, made, rows)


def _without_interval(one: Median, other: Median, reason: str) -> Estimate:
    limits = (one.low, one.high, other.low, other.high)
    why = "reported without limits" if None in limits else reason
    return Estimate(
        other.months() / one.months(),
        unit="ratio",
        method=f"ratio of medians, exponential, {why}",
        conventions=("hazard_ratio_from_medians",),
        grade="D2",
    )
