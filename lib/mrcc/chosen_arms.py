"""The arms given the combination that a question takes together, as its parameters choose them."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from evidence.sources.data import Evidence
from evidence.sources.responses import ArmResponse, arm_response, with_denominator
from evidence_stats.printed.reported import exact_number, read_range
from mrcc.eligibility import qualifying_arms
from mrcc.parameters import PooledArmsParameters

# Rows that print the other denominator and the arm whose denominator they are.
_DENOMINATORS = {
    "escudier-2007-phase1.sorafenib_ifn": (
        "escudier_denominator",
        "escudier-2007-phase1.renal_cell_carcinoma.count.sorafenib_ifn",
    ),
    "eto-2015.sorafenib_ifn": ("eto_denominator", "eto-2015.registered.count.sorafenib_ifn"),
}
_DOSES = {
    "escudier-2007-phase1.sorafenib_ifn": "escudier_dose",
    "gollob-2007.sorafenib_ifn": "gollob_dose",
}


@dataclass(frozen=True, slots=True)
class DosedArm(ArmResponse):
    """An arm and the interferon-alfa that was planned.

    Attributes
    ----------
    weekly_mu : tuple of (float, float) or None
        Range of planned interferon-alfa a week, million units.
    """

    weekly_mu: tuple[float, float] | None


def pooled_arm(evidence: Evidence, arm_id: str, p: PooledArmsParameters) -> DosedArm:
    """Return one arm with the denominator and the weekly dose that the parameters name."""
    arm = arm_response(evidence, arm_id)
    if arm_id in _DENOMINATORS:
        name, row_id = _DENOMINATORS[arm_id]
        wanted = getattr(p, name)
        row = evidence.find(row_id) if wanted != arm.n else None
        if row is not None and exact_number(row["value_reported"]) == wanted:
            arm = with_denominator(arm, wanted, row_id)
        # The default is the arm as printed, whatever the data say that is.
        elif wanted not in (arm.n, type(p).model_fields[name].default):
            raise ValueError(f"{name}: expected what {row_id} gives, got {wanted}")
    planned = read_range(evidence.row(arm_id)["ifn_weekly_mu"])
    if arm_id in _DOSES:
        planned = (getattr(p, _DOSES[arm_id]),) * 2
    return DosedArm(**asdict(arm), weekly_mu=planned)


def chosen_arms(evidence: Evidence, p: PooledArmsParameters) -> list[str]:
    """Return the arms that the parameters name, or all that qualify by the data."""
    return p.arms or qualifying_arms(evidence)
