"""Parameters of the chapter: does adding interferon-alfa to anything help."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from evidence.record.chapter_parameters import ChapterParameters


class AddingInterferon(ChapterParameters):
    """Question: does adding interferon-alfa to anything help."""

    page: ClassVar[str] = "questions/adding_interferon"

    include_flagged: bool = Field(
        False, description="Count contrasts in which more than interferon-alfa differs as well."
    )
    multiarm_rho: float = Field(
        0.5,
        ge=0,
        le=0.9,
        description="Correlation of two contrasts that share an arm (Hudes 2007).",
    )
    ratio_method: Literal["koopman", "katz", "miettinen_nurminen"] = Field(
        "koopman", description="Interval of a ratio of response rates."
    )
