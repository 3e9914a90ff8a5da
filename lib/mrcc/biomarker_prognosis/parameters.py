"""Parameters of the chapter: does phosphorylated AKT predict outcome."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from evidence.record.chapter_parameters import ChapterParameters
from evidence.record.parameter_checks import each_once, expected, printed_ratio
from mrcc.parameters import DEFAULT_SEED


class BiomarkerPrognosis(ChapterParameters):
    """Question: does phosphorylated AKT predict outcome."""

    page: ClassVar[str] = "questions/biomarker_prognosis"

    seed: int = Field(DEFAULT_SEED, ge=0, lt=2**32, description="Seed of every simulation.")
    hr_pfs: Annotated[list[str], Field(max_length=4)] = Field(
        [], description="PFS: HR, lower, upper, P as text; empty takes what the trial gives."
    )
    hr_os: Annotated[list[str], Field(max_length=4)] = Field(
        [], description="OS: HR, lower, upper, P as text; empty takes what the trial gives."
    )
    increment_units: float = Field(
        10.0, ge=0.1, le=100, description="Marker units of the rescaled hazard ratio."
    )
    events_pfs: int = Field(70, ge=10, le=80, description="PFS events assumed.")
    events_os: int = Field(28, ge=5, le=60, description="Deaths assumed.")
    marker_sd_units: float = Field(
        0.0,
        ge=0,
        le=100,
        description="SD of the marker in its units; 0 infers it from SE and events.",
    )
    n_hypotheses: int = Field(
        8, ge=2, le=200, description="Markers times outcomes that may have been tried."
    )
    multiplicity: Literal["holm", "bonferroni", "bh"] = Field(
        "holm", description="Adjustment for the number of hypotheses."
    )
    prior_h1: float = Field(
        0.10, ge=0.001, le=0.9, description="Probability, before the trial, that pAKT matters."
    )
    alt_hr_per_sd: float = Field(
        1.5, ge=1.05, le=3, description="Hazard ratio per SD if it does matter."
    )
    true_hr_grid: Annotated[list[Annotated[float, Field(ge=1, le=3)]], Field(min_length=1)] = Field(
        [1.0, 1.1, 1.2, 1.28, 1.57], description="True hazard ratios per SD that are simulated."
    )
    power_hr_per_sd: float = Field(
        1.2, ge=1.05, le=3, description="True hazard ratio per SD for power and exaggeration."
    )
    nsim: int = Field(1000, ge=200, le=20000, description="Simulated trials per true hazard ratio.")
    n_patients: int = Field(80, ge=20, le=1000, description="Patients with tissue, assumed.")
    marker_dist: Literal["normal", "lognormal"] = Field(
        "normal", description="Distribution of the marker."
    )
    cutpoint_quantile: float = Field(
        0.5, ge=0.1, le=0.9, description="Quantile at which a marker might be split."
    )
    baseline_median: float = Field(
        7.47, ge=1, le=60, description="Median PFS at the mean marker value, months."
    )
    baseline_shape: float = Field(1.45, ge=0.5, le=3, description="Weibull shape of that curve.")
    marker_values_sd: Annotated[list[Annotated[float, Field(ge=-3, le=3)]], Field(min_length=1)] = (
        Field([-1.0, 0.0, 1.0], description="Marker values of the predicted curves, in SD.")
    )

    def problems(self) -> list[str]:
        """Return what is wrong with values that are each allowed."""
        most = f"at most n_patients = {self.n_patients}"
        return [
            *printed_ratio("hr_pfs", self.hr_pfs),
            *printed_ratio("hr_os", self.hr_os),
            *each_once("true_hr_grid", self.true_hr_grid),
            *expected(self.events_pfs <= self.n_patients, "events_pfs", most, self.events_pfs),
            *expected(self.events_os <= self.n_patients, "events_os", most, self.events_os),
        ]
