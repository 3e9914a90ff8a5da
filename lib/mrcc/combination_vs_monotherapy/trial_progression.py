"""Progression in the randomized trial: what its reported medians allow."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from operator import attrgetter, methodcaller

from evidence.sources.data import Evidence
from evidence.sources.printed_medians import (
    MedianPair,
    derived_ratios,
    medians_hazard_ratio,
    medians_ratio,
    reached_median,
    read_contrast,
)
from evidence_stats.estimates import Estimate, NotEstimable, if_estimable
from evidence_stats.survival.from_medians import landmark_survival, median_at_level
from evidence_stats.survival.hazard_ratio import log_hr_se_from_interval, normal_posterior
from evidence_stats.survival.median import Median
from evidence_stats.survival.reconstruction import Ensemble, simulate_ensemble
from evidence_stats.survival.synthetic_arms import EnsembleSettings, ReconstructionError
from evidence_stats.survival.two_medians import RULES
from mrcc import Numbers
from mrcc.combination_vs_monotherapy.hazard_ratio_ladder import Rung
from mrcc.combination_vs_monotherapy.parameters import CombinationVsMonotherapy

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
# Parameters of the page that decide how near synthetic arms can come to what is printed.
_REMEDY = "a larger ensemble_tol, or a wider shape_range or censor_range, may reach them"
PFS_ROWS = (PRINTED["pfs_combination"], PRINTED["pfs_sorafenib"])


Ensembles = dict[str, Ensemble | NotEstimable]


def trial_medians(evidence: Evidence) -> MedianPair:
    """Return the reported PFS medians of the trial: combination, then sorafenib alone."""
    return reached_median(evidence, PFS_ROWS[0]), reached_median(evidence, PFS_ROWS[1])


def ratios_by_rule(evidence: Evidence, p: CombinationVsMonotherapy) -> Numbers:
    """Return the hazard ratio of the medians of exponential curves by two rules for its interval.

    Both are always there: where a rule does not apply, the cell that does not let it is named.
    """
    trial = read_contrast(evidence, PFS_ROWS)
    made = derived_ratios(trial, level=p.level)
    found = {} if isinstance(made, NotEstimable) else {one.rule: one.estimate for one in made}
    none: dict[str, Estimate | NotEstimable] = {
        "limits": medians_ratio(trial.medians, PFS_ROWS, level=p.level),
        "patients": NotEstimable(f"{' and '.join(PFS_ROWS)}, n: no number of patients was found"),
    }
    return {
        f"pfs_hr_by_{rule}": (
            found.get(rule, why),
            f"PFS hazard ratio of the medians, interval from the {RULES[rule]}",
        )
        for rule, why in none.items()
    }


def hazard_ratio(
    evidence: Evidence, ensemble: Ensemble | NotEstimable, p: CombinationVsMonotherapy
) -> Estimate | NotEstimable:
    """Return the PFS hazard ratio from the source that the parameters name."""
    trial = read_contrast(evidence, PFS_ROWS)
    if p.hr_source == "medians_exponential":
        return medians_hazard_ratio(trial, level=p.level)
    if p.hr_source == "medians_weibull":
        return medians_hazard_ratio(trial, level=p.level, shape=p.weibull_shape)
    if p.hr_source == "ensemble":
        return if_estimable(lambda made: made.hazard_ratio_with_sampling_error, ensemble)
    value, low, high = p.hr_user
    return Estimate(
        value, low, high, level=p.level, kind="confidence", unit="ratio",
        method="given by the user", grade="D2",
    )  # fmt: skip


def log_hr_se(hr: Estimate | NotEstimable, p: CombinationVsMonotherapy) -> float | NotEstimable:
    """Return the standard error of the log hazard ratio, from its interval where need be."""

    def error(made: Estimate) -> float:
        if made.se is not None:
            return made.se
        low, high = made.low or made.value, made.high or made.value
        return log_hr_se_from_interval(made.value, low, high, made.level or p.level)

    return if_estimable(error, hr)


def compare_progression(
    medians: MedianPair, hr: Estimate | NotEstimable, p: CombinationVsMonotherapy
) -> Numbers:
    """Return ratio of medians, hazard ratio, what a sceptic makes of it, and landmarks."""
    numbers: Numbers = {
        "pfs_ratio_of_medians": (
            medians_ratio(medians, PFS_ROWS, level=p.level),
            "Ratio of median PFS, combination over sorafenib",
        ),
        "pfs_hr": (hr, "PFS hazard ratio, combination over sorafenib"),
    }
    posterior = if_estimable(
        lambda made, se: normal_posterior(
            math.log(made.value), se, prior_mean=p.hr_prior_mean, prior_sd=p.hr_prior_sd
        ),
        hr,
        log_hr_se(hr, p),
    )
    for key, threshold, words in (
        ("pfs_p_better", 1.0, "that the hazard ratio is below 1"),
        ("pfs_p_worth_having", p.hr_benefit_threshold, "of a hazard ratio worth having"),
        ("pfs_p_acceptable", p.hr_ni_margin, "of a hazard ratio below the margin"),
    ):
        below = if_estimable(methodcaller("probability", threshold), posterior)
        numbers[key] = (below, f"Sceptical probability {words}")
    for month in p.landmarks:
        for arm, median in zip(("combination", "sorafenib"), medians, strict=True):
            numbers[f"pfs_{month:g}m_{arm}"] = (
                if_estimable(landmark_survival, _at_level(median, p.level), month),
                f"Progression-free at {month:g} months, {arm}",
            )
    numbers["pfs_12m_per_1000"] = (
        if_estimable(
            lambda made: Estimate(
                1000 * p.baseline_pfs_12m**made.value,
                unit="count",
                method="baseline to the power of HR",
                grade=made.grade,
            ),
            hr,
        ),
        "Progression-free at 12 months per 1000 with the combination, at the baseline given",
    )
    return numbers


def _at_level(median: Median | NotEstimable, level: float) -> Median | NotEstimable:
    """Return a median with limits at `level`; limits that coincide stay as printed."""
    if isinstance(median, NotEstimable) or median.low == median.high:
        return median
    return median_at_level(median, level)


def simulate_ensembles(
    medians: MedianPair,
    sizes: tuple[int | NotEstimable, int | NotEstimable],
    p: CombinationVsMonotherapy,
) -> Ensembles:
    """Return the ensemble of the parameters first, then others that change one assumption.

    One that cannot be had says which reported numbers are out of reach, and which parameters could
    bring them nearer.
    """

    def simulate(family: str, *, match_limits: bool = True) -> Ensemble | NotEstimable:
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
        return if_estimable(_simulate, *medians, *sizes, settings, p.seed)

    families = ("weibull", "loglogistic", "lognormal")
    order = [p.ensemble_family, *(name for name in families if name != p.ensemble_family)]
    made = {f"Synthetic arms, {_FAMILY_NAMES[name]}": simulate(name) for name in order}
    made["Synthetic arms, medians only"] = simulate(p.ensemble_family, match_limits=False)
    return made


def _simulate(
    experimental: Median,
    control: Median,
    n_experimental: int,
    n_control: int,
    settings: EnsembleSettings,
    seed: int,
) -> Ensemble | NotEstimable:
    for row, median in zip(PFS_ROWS, (experimental, control), strict=True):
        if settings.match_limits and median.low is None:
            return NotEstimable(
                f"{row}, ci_low_reported: synthetic arms are matched to the lower limit, which is "
                "not found"
            )
        if settings.match_limits and median.low == median.high:
            return NotEstimable(
                f"{row}, ci_low_reported: both limits are {median.low:g} months, which no arm of "
                "patients gives"
            )
    if min(n_experimental, n_control) < 2:
        return NotEstimable("synthetic arms need two patients or more in each arm")
    try:
        return simulate_ensemble(
            experimental,
            control,
            n_experimental=n_experimental,
            n_control=n_control,
            settings=settings,
            seed=seed,
        )
    except ReconstructionError as error:
        return NotEstimable(f"{_asked_for(error, settings)}: {error.what}; {_REMEDY}")


def _asked_for(error: ReconstructionError, settings: EnsembleSettings) -> str:
    """Return the rows and columns that synthetic arms could not be brought to."""
    rows = {"experimental": PFS_ROWS[:1], "control": PFS_ROWS[1:]}.get(error.arm, PFS_ROWS)
    limits = ", ci_low_reported and ci_high_reported" if settings.match_limits else ""
    return f"{' and '.join(rows)}, value_reported{limits}"


def reconstructed(ensembles: Ensembles) -> Numbers:
    """Return the range of the unreported hazard ratio under each assumption."""
    main = next(iter(ensembles.values()))
    numbers: Numbers = {
        "ensemble_hr": (
            if_estimable(attrgetter("hazard_ratio"), main),
            "Range of the hazard ratio that the abstract does not give",
        ),
        "ensemble_hr_total": (
            if_estimable(attrgetter("hazard_ratio_with_sampling_error"), main),
            "The same with sampling error",
        ),
        "reconstructed_hr": (
            _envelope(ensembles, attrgetter("hazard_ratio")),
            "Hazard ratio for progression over all assumptions tried",
        ),
        "reconstructed_hr_total": (
            _envelope(ensembles, attrgetter("hazard_ratio_with_sampling_error")),
            "Hazard ratio for progression over all assumptions tried, with sampling error",
        ),
        "ensemble_rmst_difference": (
            if_estimable(attrgetter("rmst_difference"), main),
            "Difference in restricted mean PFS, combination minus sorafenib",
        ),
    }
    for words, ensemble in list(ensembles.items())[1:]:
        key = words.rpartition(", ")[2].lower().replace(" ", "_").replace("-", "")
        numbers[f"ensemble_hr_{key}"] = (
            if_estimable(attrgetter("hazard_ratio"), ensemble),
            f"Range of the hazard ratio that the abstract does not give: {words.lower()}",
        )
    return numbers


def _envelope(
    ensembles: Ensembles, part: Callable[[Ensemble], Estimate]
) -> Estimate | NotEstimable:
    """Return the lowest and the highest limit over all assumptions that could be had."""
    made = [part(one) for one in ensembles.values() if isinstance(one, Ensemble)]
    limits = [(one.low, one.high) for one in made if one.low is not None and one.high is not None]
    if not limits:
        return next(one for one in ensembles.values() if isinstance(one, NotEstimable))
    low, high = min(low for low, _ in limits), max(high for _, high in limits)
    method = f"lowest and highest limit of {len(limits)} sets of synthetic arms"
    return replace(made[0], low=low, high=high, kind="range", level=None, method=method)


def ladder(hr: Estimate | NotEstimable, ensembles: Ensembles) -> list[Rung] | NotEstimable:
    """Return the ways of reading the medians that can be had, from the simplest to the fullest."""
    rungs = [Rung("Hazard ratio used here", hr)] if isinstance(hr, Estimate) else []
    rungs += [
        Rung(words, made.hazard_ratio_with_sampling_error, made.hazard_ratio)
        for words, made in reversed(ensembles.items())
        if isinstance(made, Ensemble)
    ]
    missing = [made for made in (hr, *ensembles.values()) if isinstance(made, NotEstimable)]
    return rungs or missing[0]
