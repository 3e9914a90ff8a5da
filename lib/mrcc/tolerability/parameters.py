"""Parameters of the chapter: what do the regimens cost in severe adverse events."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from evidence.record.chapter_parameters import ChapterParameters, CiMethod


class Tolerability(ChapterParameters):
    """Question: what do the regimens cost in severe adverse events."""

    page: ClassVar[str] = "questions/tolerability"

    ci_method: CiMethod = Field("clopper_pearson", description="Interval of one event rate.")
    treatments: list[Literal["SOR+IFN", "SOR", "IFN", "SOR+IL2", "BEV+IFN"]] = Field(
        ["SOR+IFN", "SOR", "IFN"], min_length=1, description="Regimens shown."
    )
