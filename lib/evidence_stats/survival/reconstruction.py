"""An ensemble of synthetic arms that reproduce a reported median and its limits.

A median and its limits do not determine a survival curve, so no single set of pseudo-patients is
made here. Arms are drawn from a named family of curves with uniform censoring, and kept where
their Kaplan-Meier median and limits come within a tolerance of the reported ones. What the kept
arms do not agree on, the reported numbers do not tell.

Vocabulary
----------
**Pair**: one experimental and one control arm of synthetic patients, drawn independently.
**Range**: 2.5th to 97.5th centile over pairs; not a confidence interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from evidence_stats.estimates import Estimate, Unit
from evidence_stats.survival.kaplan_meier import Bools, Floats
from evidence_stats.survival.median import Median
from evidence_stats.survival.synthetic_arms import (
    CENTILES,
    ArmEnsemble,
    EnsembleSettings,
    ReconstructionError,
    draw_arms,
    restricted_means,
)
from evidence_stats.survival.two_arm_survival import CoxBatch, cox_two_arm_batch

if TYPE_CHECKING:
    import pandas as pd
    from lifelines import CoxPHFitter

# Options of `CoxPHFitter.fit` with which a log hazard ratio is exact to about 1e-9; where lifelines
# stops by its own, at a decrement of 1e-7, it is off by up to 1e-4.
TO_THE_END = {"precision": 1e-18, "r_precision": 0.0}

CONVENTIONS: dict[str, str] = {
    "ensemble_not_patients": (
        "Synthetic arms follow from the reported numbers plus a family of curves and uniform "
        "censoring; they are no re-analysis, and no package of R, SAS or Python makes them, so "
        "only their building blocks are compared with R."
    ),
    "ensemble_rmst_carried": (
        "In a synthetic arm that ends before tau the curve is carried on at its last height, as "
        "R's print.survfit(rmean=) does; survRM2 refuses."
    ),
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Ensemble:
    """Pairs of synthetic arms and what they say about the comparison; grade D3 throughout.

    Attributes
    ----------
    hazard_ratio : Estimate
        Middle and 95 per cent range of the Cox hazard ratios, experimental over control: what
        the unreported estimate may have been.
    hazard_ratio_with_sampling_error : Estimate
        The same with the sampling error of each pair added.
    rmst_difference : Estimate
        Middle and range of the difference in restricted means, months.
    log_hr, log_hr_se, rmst_differences : array
        The values of the single pairs.
    experimental, control : ArmEnsemble
        The arms.
    settings : EnsembleSettings
    seed : int
        What would draw the same again.

    Examples
    --------
    >>> made = simulate_ensemble(
    ...     Median(7.56), Median(7.39), n_experimental=40, n_control=40,
    ...     settings=EnsembleSettings(size=20, match_limits=False),
    ... )
    >>> made
    Ensemble(20 pairs, weibull; hazard ratio 1.021 (95% range 0.5931 to 1.925))
    """

    hazard_ratio: Estimate
    hazard_ratio_with_sampling_error: Estimate
    rmst_difference: Estimate
    log_hr: Floats
    log_hr_se: Floats
    rmst_differences: Floats
    experimental: ArmEnsemble
    control: ArmEnsemble
    settings: EnsembleSettings
    seed: int

    def to_lifelines(self, *, most: int = 20) -> tuple[CoxPHFitter, ...]:
        """Return the Cox models of the first pairs as fitted models of lifelines.

        Parameters
        ----------
        most : int
            Pairs to fit, from the first; each takes some twenty milliseconds.

        Returns
        -------
        tuple of CoxPHFitter
            Their one covariate, `experimental`, is 1 in the experimental arm; its coefficient is
            that of `log_hr`. The columns `months` and `event` are those of `pairs`.
        """
        from lifelines import CoxPHFitter  # its import takes a second

        return tuple(
            CoxPHFitter().fit(pair, "months", "event", fit_options=TO_THE_END)
            for pair in self.pairs(most=most)
        )

    def pairs(self, *, most: int = 20) -> tuple[pd.DataFrame, ...]:
        """Return the synthetic patients of the first pairs of arms, one row per patient.

        Columns: `months`, `event`, and `experimental`, 1 in the experimental arm, else 0.
        """
        import pandas as pd

        arms = (self.control, self.experimental)
        return tuple(
            pd.DataFrame(
                {
                    "months": np.concatenate([arm.times[row] for arm in arms]),
                    "event": np.concatenate([arm.events[row] for arm in arms]).astype(int),
                    "experimental": np.repeat([0, 1], [arm.times.shape[1] for arm in arms]),
                }
            )
            for row in range(min(most, len(self.log_hr)))
        )

    def __repr__(self) -> str:
        return (
            f"Ensemble({len(self.log_hr)} pairs, {self.settings.family}; hazard ratio "
            f"{self.hazard_ratio})"
        )


# Pure, and seconds of work: kernels forked from a warm process find the default ones done.
@lru_cache(maxsize=8)
def simulate_ensemble(
    experimental: Median,
    control: Median,
    *,
    n_experimental: int,
    n_control: int,
    settings: EnsembleSettings | None = None,
    seed: int = 20100101,
) -> Ensemble:
    """Return an ensemble of pairs of arms that reproduce two reported medians.

    Parameters
    ----------
    experimental, control : Median
        As reported. An upper limit of None must not be attained in the synthetic arm either.
    n_experimental, n_control : int
        Patients per arm.
    settings : EnsembleSettings or None
        None takes the defaults.
    seed : int
        Of the random numbers; the same seed and settings give the same ensemble.

    Returns
    -------
    Ensemble
        Grade D3: simulated, no re-analysis of patients.

    Raises
    ------
    ValueError
        Where a median was not reached, its lower limit is missing though limits are to be
        matched, or an arm has fewer than 2 patients.
    ReconstructionError
        Where too few arms come close enough within `max_draws`.

    References
    ----------
    Approximate Bayesian computation from summaries: Kwon & Reis 2015, BMC Med Res Methodol 15:61.

    Examples
    --------
    >>> made = simulate_ensemble(
    ...     Median(7.56), Median(7.39), n_experimental=40, n_control=40,
    ...     settings=EnsembleSettings(size=20, match_limits=False),
    ... )
    >>> made.hazard_ratio
    1.021 (95% range 0.5931 to 1.925)
    """
    chosen = settings or EnsembleSettings()
    streams = [
        np.random.Generator(np.random.PCG64(s)) for s in np.random.SeedSequence(seed).spawn(3)
    ]
    first = draw_arms("experimental", experimental, n_experimental, chosen, streams[0])
    second = draw_arms("control", control, n_control, chosen, streams[1])
    cox = _hazard_ratios(first, second)
    noisy = cox.log_hr + cox.se * streams[2].standard_normal(chosen.size)
    gain = restricted_means(first, chosen.tau) - restricted_means(second, chosen.tau)
    what = "median and limits" if chosen.match_limits else "median"
    made = f"{chosen.size} pairs of synthetic {chosen.family} arms with the reported {what}"
    return Ensemble(
        hazard_ratio=_range(np.exp(cox.log_hr), "ratio", f"Cox, {made}"),
        hazard_ratio_with_sampling_error=_range(
            np.exp(noisy), "ratio", f"Cox with sampling error, {made}"
        ),
        rmst_difference=_range(
            gain, "months", f"difference in restricted means to {chosen.tau:g} months, {made}"
        ),
        log_hr=cox.log_hr,
        log_hr_se=cox.se,
        rmst_differences=gain,
        experimental=first,
        control=second,
        settings=chosen,
        seed=seed,
    )


def _hazard_ratios(first: ArmEnsemble, second: ArmEnsemble) -> CoxBatch:
    size, n_first = first.times.shape
    in_first = np.zeros((size, n_first + second.times.shape[1]), dtype=np.bool_)
    in_first[:, :n_first] = True
    times: Floats = np.hstack([first.times, second.times])
    events: Bools = np.hstack([first.events, second.events])
    cox = cox_two_arm_batch(times, events, in_first)
    if np.isnan(cox.log_hr).any():
        raise ReconstructionError(
            f"expected a finite hazard ratio in every pair; got none in "
            f"{int(np.isnan(cox.log_hr).sum())} of {size}",
            "widen censor_range",
        )
    return cox


def _range(values: Floats, unit: Unit, method: str) -> Estimate:
    low, middle, high = np.quantile(values, (CENTILES[0], 0.5, CENTILES[-1]))
    keys = ["ensemble_not_patients", "km_median_midpoint", "km_band_scale"]
    keys.append("cox_efron" if unit == "ratio" else "ensemble_rmst_carried")
    return Estimate(
        value=float(middle),
        low=float(low),
        high=float(high),
        level=0.95,
        kind="range",
        unit=unit,
        method=method,
        conventions=tuple(keys),
        grade="D3",
    )
