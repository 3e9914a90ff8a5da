"""The parameters of each question: one frozen model per notebook, checked before anything runs.

papermill only warns of a name it does not know and runs the default; here an unknown name, a
wrong type, a value out of range or a study that is not in the data is an error that says what
is allowed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from evidence.record.chapter_parameters import ChapterParameters, CiMethod, Pair, Positive

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
        27.0,
        json_schema_extra={"enum": [18.0, 20.8, 27.0]},
        description="Escudier 2007 (phase 1), weekly MU: cohorts 1-2, mean, or cohort 3.",
    )
    gollob_dose: Annotated[float, AfterValidator(one_of(24.0, 30.0))] = Field(
        30.0,
        json_schema_extra={"enum": [24.0, 30.0]},
        description="Gollob 2007, weekly MU: with its two-week breaks, or while treated.",
    )
    ci_method: CiMethod = Field("clopper_pearson", description="Interval of one response rate.")


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


class Landscape(ChapterParameters):
    """Question: where does sorafenib stand among the treatments."""

    page: ClassVar[str] = "questions/landscape"

    outcome: Literal["pfs", "os"] = Field("pfs", description="Outcome of the network.")
    reference: Literal[
        "IFN", "SOR", "PLA", "SUN", "BEV+IFN", "PAZ", "SOR+IFN", "TEM", "TEM+IFN"
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


class Tolerability(ChapterParameters):
    """Question: what do the regimens cost in severe adverse events."""

    page: ClassVar[str] = "questions/tolerability"

    ci_method: CiMethod = Field("clopper_pearson", description="Interval of one event rate.")
    treatments: list[Literal["SOR+IFN", "SOR", "IFN", "SOR+IL2", "BEV+IFN"]] = Field(
        ["SOR+IFN", "SOR", "IFN"], min_length=1, description="Regimens shown."
    )


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
        0.05, ge=0.02, le=0.10, description="How near a synthetic arm must come to what is printed."
    )
    ensemble_family: Literal["weibull", "loglogistic", "lognormal"] = Field(
        "weibull", description="Family of survival times in the ensemble."
    )
    km_conf_type: Literal["log-log", "log", "plain"] = Field(
        "log-log", description="Interval type assumed for the printed medians."
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


class BiomarkerPrognosis(ChapterParameters):
    """Question: does phosphorylated AKT predict outcome."""

    page: ClassVar[str] = "questions/biomarker_prognosis"

    seed: int = Field(DEFAULT_SEED, ge=0, lt=2**32, description="Seed of every simulation.")
    hr_pfs: Annotated[list[str], Field(max_length=4)] = Field(
        [], description="PFS: HR, lower, upper, P as text; empty takes what the trial prints."
    )
    hr_os: Annotated[list[str], Field(max_length=4)] = Field(
        [], description="OS: HR, lower, upper, P as text; empty takes what the trial prints."
    )
    increment_units: float = Field(
        10.0, ge=0.1, le=100, description="Marker units of the rescaled hazard ratio."
    )
    events_pfs: int = Field(70, ge=10, le=80, description="PFS events assumed.")
    events_os: int = Field(28, ge=5, le=60, description="Deaths assumed.")
    marker_sd_units: float = Field(
        0.0,
        ge=0,
        le=100,
        description="SD of the marker in its units; 0 infers it from SE and events.",
    )
    n_hypotheses: int = Field(
        8, ge=2, le=200, description="Markers times outcomes that may have been tried."
    )
    multiplicity: Literal["holm", "bonferroni", "bh"] = Field(
        "holm", description="Adjustment for the number of hypotheses."
    )
    prior_h1: float = Field(
        0.10, ge=0.001, le=0.9, description="Probability, before the trial, that pAKT matters."
    )
    alt_hr_per_sd: float = Field(
        1.5, ge=1.05, le=3, description="Hazard ratio per SD if it does matter."
    )
    true_hr_grid: Annotated[list[Annotated[float, Field(ge=1, le=3)]], Field(min_length=1)] = Field(
        [1.0, 1.1, 1.2, 1.28, 1.57], description="True hazard ratios per SD that are simulated."
    )
    power_hr_per_sd: float = Field(
        1.2, ge=1.05, le=3, description="True hazard ratio per SD for power and exaggeration."
    )
    nsim: int = Field(1000, ge=200, le=20000, description="Simulated trials per true hazard ratio.")
    n_patients: int = Field(80, ge=20, le=1000, description="Patients with tissue, assumed.")
    marker_dist: Literal["normal", "lognormal"] = Field(
        "normal", description="Distribution of the marker."
    )
    cutpoint_quantile: float = Field(
        0.5, ge=0.1, le=0.9, description="Quantile at which a marker might be split."
    )
    baseline_median: float = Field(
        7.47, ge=1, le=60, description="Median PFS at the mean marker value, months."
    )
    baseline_shape: float = Field(1.45, ge=0.5, le=3, description="Weibull shape of that curve.")
    marker_values_sd: Annotated[list[Annotated[float, Field(ge=-3, le=3)]], Field(min_length=1)] = (
        Field([-1.0, 0.0, 1.0], description="Marker values of the predicted curves, in SD.")
    )


QUESTIONS: dict[str, type[ChapterParameters]] = {
    model.page: model
    for model in (
        CombinationVsMonotherapy,
        BiomarkerPrognosis,
        InterferonDose,
        AddingInterferon,
        Landscape,
        Tolerability,
    )
}
