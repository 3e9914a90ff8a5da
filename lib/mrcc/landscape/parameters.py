"""Parameters of the chapter: where does sorafenib stand among the treatments."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from evidence.record.chapter_parameters import ChapterParameters, Positive
from evidence.record.parameter_checks import ratio_within_limits


class Landscape(ChapterParameters):
    """Question: where does sorafenib stand among the treatments."""

    page: ClassVar[str] = "questions/landscape"

    outcome: Literal["pfs", "os"] = Field("pfs", description="Outcome of the network.")
    lines: Literal["first", "all"] = Field(
        "first", description="Trials in the network: of first-line treatment, or of every line."
    )
    reference: Literal[
        "IFN", "SOR", "PLA", "SUN", "BEV+IFN", "PAZ", "SOR+IFN", "TEM", "TEM+IFN", "AXI", "TIV"
    ] = Field("IFN", description="Treatment that others are compared with.")
    model: Literal["common", "random"] = Field("common", description="Model of the network.")
    exclude_studies: list[str] = Field(
        [], description="Studies left out.", json_schema_extra={"refers_to": "study"}
    )
    jonasch_hr_source: Literal["medians_exponential", "user", "exclude"] = Field(
        "medians_exponential", description="Where the PFS hazard ratio of Jonasch 2010 comes from."
    )
    jonasch_hr_user: Annotated[list[Positive], Field(min_length=3, max_length=3)] = Field(
        [0.76, 0.44, 1.38], description="Hazard ratio, lower, upper (jonasch_hr_source user)."
    )
    sor_vs_ifn_source: Literal["medians", "user", "exclude"] = Field(
        "medians", description="Where sorafenib against interferon-alfa comes from (PFS)."
    )
    sor_vs_ifn_user: Annotated[list[Positive], Field(min_length=3, max_length=3)] = Field(
        [1.0, 0.6, 1.6], description="Hazard ratio, lower, upper (sor_vs_ifn_source user)."
    )
    sunitinib_cut: Literal["interim", "update", "final"] = Field(
        "final", description="Analysis of sunitinib against interferon-alfa (PFS)."
    )
    multiarm_rho: float = Field(
        0.5,
        ge=0,
        le=0.9,
        description="Correlation of two contrasts that share an arm (Hudes 2007).",
    )

    def problems(self) -> list[str]:
        """Return what is wrong with values that are each allowed."""
        return [
            *ratio_within_limits("jonasch_hr_user", self.jonasch_hr_user),
            *ratio_within_limits("sor_vs_ifn_user", self.sor_vs_ifn_user),
        ]
