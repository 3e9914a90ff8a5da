"""What a reader may choose on the page: Which drugs lower HbA1c in diabetes."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from evidence.record.chapter_parameters import ChapterParameters
from evidence_stats.networks.treatment_network import NetworkModel


class LoweringHba1c(ChapterParameters):
    """Question: Which drugs lower HbA1c in diabetes."""

    page: ClassVar[str] = "questions/lowering_hba1c"

    model: NetworkModel = Field("random", description="Effects of the network.")
