"""Parameters of the chapter: does more interferon-alfa a week bring more responses."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from mrcc.parameters import PooledArmsParameters


class InterferonDose(PooledArmsParameters):
    """Question: does more interferon-alfa a week bring more responses."""

    page: ClassVar[str] = "questions/interferon_dose"

    model: Literal["reml", "pm", "dl"] = Field(
        "reml", description="Estimator of the variance between arms."
    )
    adjust: Literal["hksj", "z"] = Field(
        "hksj", description="Interval of the slope: Hartung-Knapp, or normal."
    )
    dose_step: float = Field(
        10.0, ge=1, le=30, description="Step of dose for the odds ratio, MU a week."
    )
