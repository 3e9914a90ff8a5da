"""What the parameters of several questions share; each has its own class in its package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from evidence.record.chapter_parameters import ChapterParameters, CiMethod
from evidence.record.parameter_checks import expected

# PCG64 seeds are any 32-bit number here; the default is the publication date of the trial
# (Cancer, 1 January 2010).
DEFAULT_SEED = 20100101


def one_of(*allowed: float) -> Callable[[float], float]:
    """Return a check that a number is one of a few."""

    def check(value: float) -> float:
        if value not in allowed:
            raise ValueError(f"expected one of {allowed}, got {value}")
        return value

    return check


class PooledArmsParameters(ChapterParameters):
    """What chapters on the arms given the combination share."""

    seed: int = Field(DEFAULT_SEED, ge=0, lt=2**32, description="Seed of every simulation.")
    arms: list[str] = Field(
        [],
        description="Arms of the combination taken together; empty takes all that qualify.",
        json_schema_extra={"refers_to": "arm"},
    )
    escudier_denominator: Literal[13, 12] = Field(
        13,
        description="Escudier 2007 (phase 1): all 13 patients, or the 12 with renal cell cancer.",
    )
    eto_denominator: Literal[42, 51] = Field(
        42, description="Eto 2015: the 42 analysed, or all 51 registered."
    )
    escudier_dose: Annotated[float, AfterValidator(one_of(18.0, 20.8, 27.0))] = Field(
        20.8,
        json_schema_extra={"enum": [18.0, 20.8, 27.0]},
        description="Escudier 2007 (phase 1), weekly MU: cohorts 1-2, mean, or cohort 3.",
    )
    gollob_dose: Annotated[float, AfterValidator(one_of(24.0, 30.0))] = Field(
        30.0,
        json_schema_extra={"enum": [24.0, 30.0]},
        description="Gollob 2007, weekly MU: with its two-week breaks, or while treated.",
    )
    ci_method: CiMethod = Field("clopper_pearson", description="Interval of one response rate.")

    def problems(self) -> list[str]:
        """Return what is wrong with values that are each allowed."""
        words = "two or more arms, or an empty list"
        return expected(len(self.arms) != 1, "arms", words, self.arms)
