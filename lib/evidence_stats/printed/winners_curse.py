"""How much a significant estimate exaggerates, and estimates that allow for it.

Vocabulary
----------
**z**: estimate over standard error; **signal-to-noise ratio**: true effect over standard error.
**Type S, type M error** (Gelman & Carlin): wrong sign, and mean exaggeration, of significant
results.
**Shrunk**: corrected towards no effect; a shrunk estimate never changes sign.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from evidence_stats.estimates import Estimate, Unit
from evidence_stats.normal import critical_value, density, distribution
from evidence_stats.survival.median import require_positive

CONVENTIONS: dict[str, str] = {
    "selection_conditional_mle": (
        "The conditional estimate maximises the likelihood given that |z| passed the two-sided "
        "threshold, as if no other result would have been reported; no program gives it, R's "
        "selectiveInference solves the same equation."
    ),
    "shrinkage_trial_mixture": (
        "Shrinkage takes the signal-to-noise ratio of trials in the Cochrane database as prior, a "
        "mixture of four zero-mean normals; it is symmetric and knows nothing of the subject."
    ),
    "retrodesign_two_tails": (
        "Power of a retrospective design counts both tails, as Gelman and Carlin's retrodesign() "
        "in R does; exaggeration is the mean of |estimate| over the true effect."
    ),
}

# Weights and standard deviations of the signal-to-noise ratio of trials in the Cochrane database:
# van Zwet, Schwab & Senn 2021, Stat Med 40:6107 (SD of z 1.17, 1.74, 2.38, 5.73, less 1 of noise).
# Table 1 of the paper as several public programs quote it; the paper itself was not read.
TRIAL_MIXTURE = ((0.32, 0.61), (0.31, 1.42), (0.30, 2.16), (0.07, 5.64))


@dataclass(frozen=True, slots=True)
class RetrospectiveDesign:
    """What significant results of a study of this size would look like.

    Attributes
    ----------
    power : Estimate
        Probability of a significant result in either direction.
    type_s : Estimate
        Probability that a significant result has the wrong sign.
    exaggeration : Estimate
        Mean size of the estimate over the true effect among significant results, 1 or more.

    Examples
    --------
    >>> retrospective_design(math.log(1.2), 0.19).power
    0.1603
    """

    power: Estimate
    type_s: Estimate
    exaggeration: Estimate


def retrospective_design(
    true_log_hr: float, se: float, *, alpha: float = 0.05
) -> RetrospectiveDesign:
    """Return power, type S error and exaggeration for a true log hazard ratio.

    Parameters
    ----------
    true_log_hr : float
        True log hazard ratio, not 0.
    se : float
        Standard error of its estimate.
    alpha : float
        Two-sided level of significance.

    Returns
    -------
    RetrospectiveDesign
        Probabilities, and a factor of 1 or more.

    Raises
    ------
    ValueError
        Where the effect is 0 or not finite, `se` is not positive or `alpha` not between 0 and 1.

    References
    ----------
    Gelman & Carlin 2014, Perspect Psychol Sci 9:641; closed form: Lu, Qiu & Deng 2019, Br J Math
    Stat Psychol 72:1.

    Examples
    --------
    >>> retrospective_design(math.log(1.2), 0.12).exaggeration
    1.722
    """
    require_positive("se", se)
    require_positive("size of true_log_hr", abs(true_log_hr))
    cut, ratio = critical_value(1.0 - alpha), abs(true_log_hr) / se
    right, wrong = distribution(ratio - cut), distribution(-ratio - cut)
    power = right + wrong
    # Mean of |Z| beyond the cut: normal tails of Z ~ N(ratio, 1) on either side.
    mean_size = (density(cut - ratio) + density(cut + ratio) + ratio * (right - wrong)) / power

    def made(value: float, method: str, unit: Unit) -> Estimate:
        keys = ("retrodesign_two_tails",)
        return Estimate(value, unit=unit, method=method, conventions=keys, grade="D2")

    return RetrospectiveDesign(
        power=made(power, "power, both tails", "probability"),
        type_s=made(wrong / power, "type S error", "probability"),
        exaggeration=made(mean_size / ratio, "type M error", "number"),
    )


def conditional_mle(z: float, *, alpha: float = 0.05) -> Estimate:
    """Return the signal-to-noise ratio that maximises the likelihood given significance.

    Parameters
    ----------
    z : float
        Observed z, beyond the threshold on either side.
    alpha : float
        Two-sided level that selected it.

    Returns
    -------
    Estimate
        Between 0 and `z`; divided by `z` it is the share of the estimate to keep.

    Raises
    ------
    ValueError
        Where `z` is not significant at `alpha`: then nothing was selected.

    References
    ----------
    Zhong & Prentice 2008, Biostatistics 9:621, equation 3.

    Examples
    --------
    >>> conditional_mle(2.04)
    0.5259
    """
    cut = critical_value(1.0 - alpha)
    size = abs(z)
    if not cut < size < math.inf:
        raise ValueError(f"z must be finite and beyond {cut:.4f}; got {z}")
    # Imported here: scipy.optimize is slow to load and used nowhere else in this module.
    from scipy.optimize import brentq

    def score(delta: float) -> float:
        selected = distribution(delta - cut) + distribution(-delta - cut)
        return size - delta - (density(cut - delta) - density(cut + delta)) / selected

    root = float(brentq(score, 0.0, size, xtol=1e-14, rtol=1e-14))
    return Estimate(
        value=math.copysign(root, z),
        method=f"conditional maximum likelihood given P < {alpha:g}",
        conventions=("selection_conditional_mle",),
        grade="D2",
    )


def shrunk_signal_to_noise(
    z: float, *, mixture: tuple[tuple[float, float], ...] = TRIAL_MIXTURE
) -> Estimate:
    """Return the posterior mean of the signal-to-noise ratio under a prior mixture of normals.

    Parameters
    ----------
    z : float
        Observed z.
    mixture : tuple of (weight, SD)
        Prior of the signal-to-noise ratio; zero-mean normals.

    Returns
    -------
    Estimate
        Between 0 and `z`; divided by `z` it is the share of the estimate to keep.

    Raises
    ------
    ValueError
        Where `z` is not finite, a weight or SD is not positive, or the weights do not add to 1.

    References
    ----------
    van Zwet, Schwab & Senn 2021, Stat Med 40:6107, section 4.

    Examples
    --------
    >>> shrunk_signal_to_noise(2.04)
    1.308
    """
    if not math.isfinite(z):
        raise ValueError(f"z must be finite; got {z}")
    if any(w <= 0.0 or sd <= 0.0 for w, sd in mixture) or not math.isclose(
        sum(w for w, _ in mixture), 1.0, abs_tol=1e-9
    ):
        raise ValueError(f"mixture must hold positive weights adding to 1 and SDs; got {mixture}")
    # z ~ N(0, 1 + sd^2) under a component. Exponents are taken relative to the flattest one so
    # that a large z does not underflow every weight.
    variances = [1.0 + sd * sd for _, sd in mixture]
    widest = max(variances)
    weights = [
        weight / math.sqrt(v) * math.exp(-0.5 * z * z * (1.0 / v - 1.0 / widest))
        for (weight, _), v in zip(mixture, variances, strict=True)
    ]
    kept = sum(w * (1.0 - 1.0 / v) for w, v in zip(weights, variances, strict=True)) / sum(weights)
    return Estimate(
        value=z * kept,
        method="posterior mean under the signal-to-noise ratios of Cochrane trials",
        conventions=("shrinkage_trial_mixture",),
        grade="D2",
    )


def shrunk_hazard_ratio(hr: float, z: float, signal_to_noise: Estimate) -> Estimate:
    """Return a hazard ratio after shrinkage of its log by signal_to_noise / z.

    Parameters
    ----------
    hr : float
        Reported hazard ratio.
    z : float
        Its z, of either sign, not 0.
    signal_to_noise : Estimate
        From `conditional_mle` or `shrunk_signal_to_noise` of the same z.

    Returns
    -------
    Estimate
        A ratio between 1 and `hr`.

    Raises
    ------
    ValueError
        Where `hr` is not positive, `z` is 0, or the signal-to-noise ratio lies outside 0 to `z`.

    References
    ----------
    Those of what made `signal_to_noise`.

    Examples
    --------
    >>> shrunk_hazard_ratio(1.04, 2.04, shrunk_signal_to_noise(2.04))
    1.025
    """
    require_positive("hr", hr)
    require_positive("size of z", abs(z))
    kept = signal_to_noise.value / z
    if not 0.0 <= kept <= 1.0:
        raise ValueError(
            f"expected a signal-to-noise ratio between 0 and z={z}; got {signal_to_noise.value}"
        )
    return Estimate(
        value=hr**kept,
        unit="ratio",
        method=f"hazard ratio shrunk by {signal_to_noise.method}",
        conventions=signal_to_noise.conventions,
        grade="D2",
    )
