"""Parameters of the chapter: does adding interferon-alfa to sorafenib help."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from evidence.record.chapter_parameters import Pair, Positive
from evidence.record.parameter_checks import each_once, expected, ratio_within_limits, rising
from mrcc.parameters import PooledArmsParameters


class CombinationVsMonotherapy(PooledArmsParameters):
    """Question: does adding interferon-alfa to sorafenib help."""

    page: ClassVar[str] = "questions/combination_vs_monotherapy"

    pool_model: Literal["glmm", "reml", "pm", "dl", "betabinomial", "bayes"] = Field(
        "glmm", description="Model of the pooled response."
    )
    ci_adjust: Literal["hksj", "z", "profile"] = Field(
        "hksj", description="Interval of the pooled response: t with k-1, normal, or profile."
    )
    tau_prior_scale: float = Field(
        0.5, ge=0.1, le=2.0, description="Scale of the half-normal prior of tau (pool_model bayes)."
    )
    prior_orr: Pair = Field(
        [1.0, 1.0], description="Beta(a, b) prior of the response rate, the same in both arms."
    )
    orr_gain_threshold_pp: float = Field(
        10.0, ge=0, le=40, description="Gain in response worth having, percentage points."
    )
    orr_ni_margin_pp: float = Field(
        10.0, ge=1, le=30, description="Loss of response still acceptable, percentage points."
    )
    hr_source: Literal["medians_exponential", "medians_weibull", "ensemble", "user"] = Field(
        "medians_exponential", description="Where the PFS hazard ratio comes from."
    )
    weibull_shape: float = Field(
        1.0, ge=0.5, le=3.0, description="Shape of both arms (hr_source medians_weibull)."
    )
    hr_user: Annotated[list[Positive], Field(min_length=3, max_length=3)] = Field(
        [1.0, 0.6, 1.6], description="Hazard ratio, lower, upper (hr_source user)."
    )
    hr_benefit_threshold: float = Field(
        0.80, ge=0.5, le=1.0, description="Hazard ratio that would be worth having."
    )
    hr_ni_margin: float = Field(
        1.25, ge=1.05, le=2.0, description="Hazard ratio still acceptable as no worse."
    )
    hr_prior_mean: float = Field(0.0, ge=-0.7, le=0.7, description="Sceptical prior: log HR mean.")
    hr_prior_sd: float = Field(
        0.3537, ge=0.05, le=10, description="Sceptical prior: log HR SD; 0.3537 is ln 2 / 1.96."
    )
    baseline_orr: float = Field(
        0.30, ge=0.02, le=0.6, description="Response with sorafenib alone, for absolute effects."
    )
    baseline_pfs_12m: float = Field(
        0.3245, ge=0.05, le=0.8, description="Progression-free at 12 months with sorafenib alone."
    )
    landmarks: Annotated[list[Annotated[float, Field(ge=1, le=36)]], Field(min_length=1)] = Field(
        [6.0, 12.0], description="Months at which survival is read off the model."
    )
    rmst_tau: float = Field(12.0, ge=3, le=24, description="Horizon of restricted mean survival.")
    ensemble_size: int = Field(1000, ge=100, le=5000, description="Synthetic pairs of arms.")
    ensemble_tol: float = Field(
        0.05,
        ge=0.02,
        le=0.10,
        description="How near a synthetic arm must come to what is reported.",
    )
    ensemble_family: Literal["weibull", "loglogistic", "lognormal"] = Field(
        "weibull", description="Family of survival times in the ensemble."
    )
    km_conf_type: Literal["log-log", "log", "plain"] = Field(
        "log-log", description="Interval type assumed for the reported medians."
    )
    shape_range: Pair = Field([0.7, 2.6], description="Shapes tried in the ensemble.")
    censor_range: Pair = Field([5.2, 34.2], description="Uniform censoring, months.")
    pfs_events: int = Field(70, ge=10, le=80, description="PFS events assumed in the trial.")
    mde_power: float = Field(0.80, ge=0.5, le=0.99, description="Power for detectable effects.")
    alpha: float = Field(0.05, ge=0.001, le=0.2, description="Two-sided size of tests.")
    downgrade: dict[
        Literal["risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication"],
        Annotated[int, Field(ge=0, le=3)],
    ] = Field(
        {
            "risk_of_bias": 1,
            "inconsistency": 0,
            "indirectness": 1,
            "imprecision": 2,
            "publication": 0,
        },
        description="GRADE: steps down for each reason.",
    )

    def problems(self) -> list[str]:
        """Return what is wrong with values that are each allowed."""
        return [
            *rising("shape_range", self.shape_range),
            *rising("censor_range", self.censor_range),
            *expected(
                all(0.1 <= value <= 50 for value in self.prior_orr),
                "prior_orr", "two numbers from 0.1 to 50", self.prior_orr,
            ),
            *ratio_within_limits("hr_user", self.hr_user),
            *super().problems(),
            *each_once("landmarks", self.landmarks),
            *self._wrong_downgrade(),
            *self._wrong_interval(),
        ]  # fmt: skip

    def _wrong_downgrade(self) -> list[str]:
        # What is left out would count as no step down, not as the default.
        names = type(self).model_fields["downgrade"].get_default()
        words = f"steps for each of {', '.join(names)}"
        return expected(self.downgrade.keys() == names.keys(), "downgrade", words, self.downgrade)

    def _wrong_interval(self) -> list[str]:
        """Return where the model of pooling has no such interval."""
        profiled = self.pool_model in ("glmm", "betabinomial")
        other = f'"hksj" or "z" with pool_model {self.pool_model}'
        bayes = '"hksj" (no effect) with pool_model bayes'
        return [
            *expected(self.ci_adjust != "profile" or profiled, "ci_adjust", other, self.ci_adjust),
            *expected(
                self.ci_adjust != "z" or self.pool_model != "bayes",
                "ci_adjust", bayes, self.ci_adjust,
            ),
        ]  # fmt: skip
