"""What every chapter takes as parameters, and what a study chapter does; types that they share."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

CiMethod = Literal["clopper_pearson", "wilson", "jeffreys", "agresti_coull", "midp"]
Pair = Annotated[list[float], Field(min_length=2, max_length=2)]
Positive = Annotated[float, Field(gt=0)]


class ChapterParameters(BaseModel):
    """What every chapter takes."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True
    )
    page: ClassVar[str]

    level: float = Field(0.95, ge=0.80, le=0.99, description="Level of every computed interval.")
    provenance_max: Literal["D1", "D2", "D3"] = Field(
        "D3",
        description="Withhold numbers beyond this grade: D1 arithmetic, D2 model, D3 simulated.",
    )

    def problems(self) -> list[str]:
        """Return what is wrong with values that are each allowed, a sentence each.

        A class adds its own by the functions of `evidence.record.parameter_checks`.
        """
        return []


class Study(ChapterParameters):
    """A study chapter."""

    page: ClassVar[str] = "studies"

    study_id: str = Field(description="The study.", json_schema_extra={"refers_to": "study"})
    ci_method: CiMethod = Field("clopper_pearson", description="Interval of a response rate.")
    rounding: Literal["any", "half_up", "half_even", "trunc"] = Field(
        "any", description="Rounding that a source may have used."
    )
    max_n: int = Field(
        400, ge=10, le=1000, description="Largest denominator tried when a percentage is inverted."
    )
