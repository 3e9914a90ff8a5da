"""Parameters of the chapter: how toxic are the regimens."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from evidence.record.chapter_parameters import ChapterParameters, CiMethod


class Tolerability(ChapterParameters):
    """Question: how toxic are the regimens."""

    page: ClassVar[str] = "questions/tolerability"

    ci_method: CiMethod = Field("clopper_pearson", description="Interval of one event rate.")
    treatments: list[Literal["SOR+IFN", "SOR", "IFN", "SOR+IL2", "BEV+IFN"]] = Field(
        ["SOR+IFN", "SOR", "IFN", "SOR+IL2"], min_length=1, description="Regimens shown."
    )
