"""Progression in the randomized trial: what its printed medians allow."""

from __future__ import annotations

import math

from evidence.data import Evidence
from evidence.estimates import Estimate
from evidence.figures.hazard_ratio_ladder import Rung
from evidence.hazard_ratio import log_hr_se_from_interval, normal_posterior
from evidence.median import Median
from evidence.parameters import CombinationVsMonotherapy
from evidence.questions import Numbers
from evidence.reconstruction import Ensemble, simulate_ensemble
from evidence.responses import printed_median
from evidence.survival import hazard_ratio_from_medians, landmark_survival, ratio_of_medians
from evidence.synthetic_arms import EnsembleSettings

# Families of survival times in words.
_FAMILY_NAMES = {"weibull": "Weibull", "loglogistic": "log-logistic", "lognormal": "lognormal"}
# Printed numbers that the chapter shows, by their key there.
PRINTED = {
    "pfs_combination": "jonasch-2010.pfs.median.sorafenib_ifn",
    "pfs_sorafenib": "jonasch-2010.pfs.median.sorafenib",
    "os_combination": "jonasch-2010.os.median.sorafenib_ifn",
    "os_sorafenib": "jonasch-2010.os.median.sorafenib",
    "follow_up": "jonasch-2010.follow_up.median.all",
}
PFS_ROWS = (PRINTED["pfs_combination"], PRINTED["pfs_sorafenib"])


def trial_medians(evidence: Evidence) -> tuple[Median, Median]:
    """Return the printed PFS medians of the trial: combination, then sorafenib alone."""
    return printed_median(evidence, PFS_ROWS[0]), printed_median(evidence, PFS_ROWS[1])


def hazard_ratio(
    medians: tuple[Median, Median], ensemble: Ensemble, p: CombinationVsMonotherapy
) -> Estimate:
    """Return the PFS hazard ratio from the source that the parameters name."""
    if p.hr_source == "medians_exponential":
        return hazard_ratio_from_medians(*medians)
    if p.hr_source == "medians_weibull":
        return hazard_ratio_from_medians(*medians, shape=p.weibull_shape)
    if p.hr_source == "ensemble":
        return ensemble.hazard_ratio_with_sampling_error
    value, low, high = p.hr_user
    return Estimate(
        value, low, high, level=p.level, kind="confidence", unit="ratio",
        method="given by the user", grade="D2",
    )  # fmt: skip


def log_hr_se(hr: Estimate, p: CombinationVsMonotherapy) -> float:
    """Return the standard error of the log hazard ratio, from its interval where need be."""
    if hr.se is not None:
        return hr.se
    low, high = hr.low or hr.value, hr.high or hr.value
    return log_hr_se_from_interval(hr.value, low, high, hr.level or p.level)


def compare_progression(
    medians: tuple[Median, Median], hr: Estimate, p: CombinationVsMonotherapy
) -> Numbers:
    """Return ratio of medians, hazard ratio, what a sceptic makes of it, and landmarks."""
    numbers: Numbers = {
        "pfs_ratio_of_medians": (
            ratio_of_medians(*medians),
            "Ratio of median PFS, combination over sorafenib",
        ),
        "pfs_hr": (hr, "PFS hazard ratio, combination over sorafenib"),
    }
    se = log_hr_se(hr, p)
    posterior = normal_posterior(
        math.log(hr.value), se, prior_mean=p.hr_prior_mean, prior_sd=p.hr_prior_sd
    )
    for key, threshold, words in (
        ("pfs_p_better", 1.0, "that the hazard ratio is below 1"),
        ("pfs_p_worth_having", p.hr_benefit_threshold, "of a hazard ratio worth having"),
        ("pfs_p_acceptable", p.hr_ni_margin, "of a hazard ratio below the margin"),
    ):
        numbers[key] = (posterior.probability(threshold), f"Sceptical probability {words}")
    for month in p.landmarks:
        for arm, median in zip(("combination", "sorafenib"), medians, strict=True):
            numbers[f"pfs_{month:g}m_{arm}"] = (
                landmark_survival(median, month),
                f"Progression-free at {month:g} months, {arm}",
            )
    kept = p.baseline_pfs_12m**hr.value
    numbers["pfs_12m_per_1000"] = (
        Estimate(1000 * kept, unit="count", method="baseline to the power of HR", grade=hr.grade),
        "Progression-free at 12 months per 1000 with the combination, at the baseline given",
    )
    return numbers


def simulate_ensembles(
    medians: tuple[Median, Median], sizes: tuple[int, int], p: CombinationVsMonotherapy
) -> dict[str, Ensemble]:
    """Return the ensemble of the parameters first, then others that change one assumption."""

    def simulate(family: str, *, match_limits: bool = True) -> Ensemble:
        settings = EnsembleSettings(
            size=p.ensemble_size,
            tolerance=p.ensemble_tol,
            match_limits=match_limits,
            family=family,  # type: ignore[arg-type]
            shape_range=(p.shape_range[0], p.shape_range[1]),
            censor_range=(p.censor_range[0], p.censor_range[1]),
            conf_type=p.km_conf_type,
            tau=p.rmst_tau,
        )
        return simulate_ensemble(
            *medians,
            n_experimental=sizes[0],
            n_control=sizes[1],
            settings=settings,
            seed=p.seed,
        )

    families = ("weibull", "loglogistic", "lognormal")
    order = [p.ensemble_family, *(name for name in families if name != p.ensemble_family)]
    made = {f"Synthetic arms, {_FAMILY_NAMES[name]}": simulate(name) for name in order}
    made["Synthetic arms, medians only"] = simulate(p.ensemble_family, match_limits=False)
    return made


def reconstructed(ensembles: dict[str, Ensemble]) -> Numbers:
    """Return the range of the unreported hazard ratio under each assumption."""
    main = next(iter(ensembles.values()))
    numbers: Numbers = {
        "ensemble_hr": (main.hazard_ratio, "Range of the hazard ratio that was not reported"),
        "ensemble_hr_total": (
            main.hazard_ratio_with_sampling_error,
            "The same with sampling error",
        ),
        "ensemble_rmst_difference": (
            main.rmst_difference,
            "Difference in restricted mean PFS, combination minus sorafenib",
        ),
    }
    for words, ensemble in list(ensembles.items())[1:]:
        key = words.rpartition(", ")[2].lower().replace(" ", "_").replace("-", "")
        numbers[f"ensemble_hr_{key}"] = (
            ensemble.hazard_ratio,
            f"Range of the unreported hazard ratio: {words.lower()}",
        )
    return numbers


def ladder(hr: Estimate, ensembles: dict[str, Ensemble]) -> list[Rung]:
    """Return the ways of reading the medians, from the simplest to the fullest."""
    rungs = [Rung("Hazard ratio used here", hr)]
    return rungs + [
        Rung(words, made.hazard_ratio_with_sampling_error, made.hazard_ratio)
        for words, made in reversed(ensembles.items())
    ]
