"""Parameters of the chapter on the public cohort."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from pydantic import Field, JsonValue

from evidence.cohorts.design import read_cohort
from evidence.record.chapter_parameters import ChapterParameters
from evidence.record.parameter_checks import expected

# Name of the cohort below data/cohorts/.
COHORT = "tcga_kirc"
_MARKERS: list[JsonValue] = [
    "akt_ps473", "akt_pt308", "akt", "pten", "mtor", "mtor_ps2448", "s6", "s6_ps235_s236",
    "s6_ps240_s244", "4e_bp1_ps65", "4e_bp1_pt37_t46", "p70s6k_pt389", "gsk3_ps9", "pras40_pt246",
    "mapk_pt202_y204",
]  # fmt: skip


class TcgaKirc(ChapterParameters):
    """Study: the public cohort, from its aggregates."""

    page: ClassVar[str] = "studies/tcga-kirc"

    # Another cohort of the same form (`evidence cohort --any`) has markers of its own.
    marker: str = Field(
        "akt_ps473", description="Protein that is studied.", json_schema_extra={"enum": _MARKERS}
    )
    scale: Literal["per_sd", "tertiles", "median", "best_cut", "spline"] = Field(
        "per_sd", description="How the protein enters the model."
    )
    population: Literal["all", "stage_3_4", "stage_4", "metastatic"] = Field(
        "all", description="Patients who are studied."
    )
    adjustment: Literal["none", "age_sex", "stage", "stage_grade_age", "stratified"] = Field(
        "none", description="What stands beside the protein in the model."
    )
    horizon: Literal[36, 60, 84] = Field(
        60, description="Months up to which survival is averaged and risk predicted."
    )
    panel_size: Literal[1, 2, 3, 5, 8, 10, 15] = Field(
        8, description="Markers that the trial may have looked at."
    )
    events_os: int = Field(
        28, ge=5, le=60, description="Deaths of the trial assumed, to place its hazard ratio."
    )

    def problems(self) -> list[str]:
        """Return what is wrong with values that are each allowed."""
        design = read_cohort(COHORT)
        parts: dict[str, Iterable[object]] = {
            "marker": design.markers,
            "population": design.populations,
            "adjustment": design.adjustments,
            "horizon": design.horizons,
        }
        return [
            line
            for name, known in parts.items()
            for value in [getattr(self, name)]
            for line in expected(
                value in list(known), name, f"one of {', '.join(map(str, known))}", value
            )
        ]
