"""What a reader may choose on the page: Does BCG vaccine prevent tuberculosis."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from evidence.record.chapter_parameters import ChapterParameters
from evidence_stats.pooling.heterogeneity import Adjust, PoolModel


class EffectOnTuberculosis(ChapterParameters):
    """Question: Does BCG vaccine prevent tuberculosis."""

    page: ClassVar[str] = "questions/effect_on_tuberculosis"

    trials: Literal["all", "randomized"] = Field(
        "all", description="All trials, or those that allocated people at random."
    )
    model: PoolModel = Field("reml", description="Model of the meta-analysis.")
    adjust: Adjust = Field("hksj", description="Interval of the pooled ratio.")
