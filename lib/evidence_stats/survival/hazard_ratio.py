"""Reported hazard ratios: their standard errors, posteriors and non-inferiority.

Vocabulary
----------
**Margin**: the largest loss that would still be called acceptable, on the scale of the estimate.
**Prior mean, prior SD**: of the log hazard ratio; an infinite SD is a flat prior.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from evidence_stats.estimates import Estimate
from evidence_stats.normal import critical_value, distribution, ratio_with_limits, z_from_p
from evidence_stats.survival.median import require_positive

CONVENTIONS: dict[str, str] = {
    "hr_se_from_interval": (
        "The standard error of a log hazard ratio is the log width of the reported interval over "
        "twice the normal quantile; R, SAS and lifelines all give Wald intervals, so this "
        "recovers theirs up to rounding."
    ),
    "hr_se_from_p": (
        "The standard error from a P value is |log HR| / z and takes the P as a Wald test, "
        "although SAS and R also give score (log-rank) and likelihood ratio P values, which "
        "differ slightly."
    ),
    "normal_posterior": (
        "The posterior multiplies a normal likelihood of the log hazard ratio by a normal prior; "
        "R and SAS fit patients by simulation, which agrees for large trials."
    ),
}


# A P nearer to 1 than any that is printed; the interval that it implies would be no number.
_SMALLEST_Z = 1e-3


def log_hr_se_from_interval(hr: float, low: float, high: float, level: float = 0.95) -> float:
    """Return the standard error of a log hazard ratio from its reported interval.

    Parameters
    ----------
    hr, low, high : float
        Reported hazard ratio and limits, all positive.
    level : float
        Coverage of the interval, 0 to 1.

    Returns
    -------
    float
        Above 0, on the scale of natural logarithms.

    Raises
    ------
    ValueError
        Where a value is not positive or the limits do not enclose the hazard ratio.

    References
    ----------
    Parmar et al. 1998, Stat Med 17:2815, equation 7; Tierney et al. 2007, Trials 8:16.

    Examples
    --------
    >>> round(log_hr_se_from_interval(0.63, 0.52, 0.75), 4)
    0.0934
    """
    for name, value in (("hr", hr), ("low", low), ("high", high)):
        require_positive(name, value)
    if not low <= hr <= high or low == high:
        raise ValueError(f"limits must enclose hr; got hr={hr}, low={low}, high={high}")
    return math.log(high / low) / (2.0 * critical_value(level))


def log_hr_se_from_p(hr: float, p: float) -> float:
    """Return the standard error of a log hazard ratio from its two-sided P value.

    Parameters
    ----------
    hr : float
        Reported hazard ratio, above 0, not 1.
    p : float
        Reported two-sided P value, above 0 and below 1.

    Returns
    -------
    float
        Above 0, on the scale of natural logarithms.

    Raises
    ------
    ValueError
        Where `hr` is not positive or is 1, or `p` is not above 0 and below 1: then the ratio of
        log hazard ratio and z is not defined.

    References
    ----------
    Parmar et al. 1998, Stat Med 17:2815, equation 9.

    Examples
    --------
    >>> round(log_hr_se_from_p(0.63, 0.0001), 4)
    0.1188
    """
    require_positive("hr", hr)
    z = z_from_p(p)
    if hr == 1.0 or z < _SMALLEST_Z:
        raise ValueError(f"expected hr other than 1 and p below 1; got hr={hr}, p={p}")
    return abs(math.log(hr)) / z


def printed_hazard_ratio(
    hr: float,
    low: float | None = None,
    high: float | None = None,
    *,
    p: float | None = None,
    level: float = 0.95,
) -> Estimate:
    """Return a reported hazard ratio with the standard error that its interval or P implies.

    Parameters
    ----------
    hr : float
        Reported hazard ratio.
    low, high : float or None
        Printed limits. Without both, the interval is derived from `p`.
    p : float or None
        Reported two-sided P.
    level : float
        Coverage of the interval, 0 to 1.

    Returns
    -------
    Estimate
        The ratio as printed, grade D1; `se` is that of its logarithm.

    Raises
    ------
    ValueError
        Where there is neither an interval nor a P, or as in the two functions above.

    References
    ----------
    Those of `log_hr_se_from_interval` and `log_hr_se_from_p`.

    Examples
    --------
    >>> printed_hazard_ratio(0.63, 0.52, 0.75)
    0.63 (95% CI 0.52 to 0.75)
    >>> printed_hazard_ratio(0.63, p=0.0001)
    0.63 (95% CI 0.4992 to 0.7951)
    """
    if low is not None and high is not None:
        se, key = log_hr_se_from_interval(hr, low, high, level), "hr_se_from_interval"
    elif p is not None:
        se, key = log_hr_se_from_p(hr, p), "hr_se_from_p"
    else:
        raise ValueError(f"expected both limits or a P value; got low={low}, high={high}, p={p}")
    made = ratio_with_limits(hr, se, level, p=p, method="reported hazard ratio", conventions=(key,))
    return made if key == "hr_se_from_p" else replace(made, low=low, high=high)


def at_level(ratio: Estimate, level: float) -> Estimate:
    """Return a ratio with its interval at `level`, from the standard error of its logarithm.

    At its own level, or without a standard error, it stays as it is.

    Parameters
    ----------
    ratio : Estimate
        Unit "ratio".
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    Estimate
        The same ratio; limits symmetric on the log scale.

    Raises
    ------
    ValueError
        Where the level is not between 0 and 1.

    Examples
    --------
    >>> at_level(printed_hazard_ratio(0.63, 0.52, 0.75), 0.9)
    0.63 (90% CI 0.5403 to 0.7347)
    """
    if ratio.se is None or ratio.level == level:
        return ratio
    found = ratio_with_limits(ratio.value, ratio.se, level)
    return replace(ratio, low=found.low, high=found.high, level=level)


@dataclass(frozen=True, slots=True)
class NormalPosterior:
    """Posterior of a log hazard ratio.

    Attributes
    ----------
    mean, sd : float
        Mean and standard deviation of the log hazard ratio.
    prior_mean, prior_sd : float
        The prior that it used; `prior_sd` is infinite for a flat prior.

    Examples
    --------
    >>> posterior = normal_posterior(-0.0227, 0.233)
    >>> posterior.summary()
    0.9776 (95% credible 0.6192 to 1.543)
    >>> posterior.probability(1.0)
    0.5388
    """

    mean: float
    sd: float
    prior_mean: float
    prior_sd: float

    def probability_below(self, hr: float) -> float:
        """Return the posterior probability (0 to 1) that the hazard ratio is below `hr`.

        Raises
        ------
        ValueError
            Where `hr` is not positive.
        """
        require_positive("hr", hr)
        return distribution((math.log(hr) - self.mean) / self.sd)

    def probability(self, hr: float) -> Estimate:
        """Return `probability_below(hr)` as an `Estimate`, grade D2."""
        return Estimate(
            value=self.probability_below(hr),
            unit="probability",
            method=f"posterior probability that the hazard ratio is below {hr:g}",
            conventions=("normal_posterior",),
            grade="D2",
        )

    def summary(self, *, level: float = 0.95) -> Estimate:
        """Return the posterior median hazard ratio with its central credible interval."""
        return ratio_with_limits(
            math.exp(self.mean),
            self.sd,
            level,
            kind="credible",
            method="posterior of the hazard ratio, normal likelihood and prior",
            conventions=("normal_posterior",),
            grade="D2",
        )


def normal_posterior(
    log_hr: float, se: float, *, prior_mean: float = 0.0, prior_sd: float = math.inf
) -> NormalPosterior:
    """Return the posterior of a log hazard ratio under a normal prior.

    Parameters
    ----------
    log_hr, se : float
        Estimate of the log hazard ratio and its standard error.
    prior_mean, prior_sd : float
        Prior of the log hazard ratio; the default is flat.

    Returns
    -------
    NormalPosterior
        Of the log hazard ratio.

    Raises
    ------
    ValueError
        Where a mean is not finite or a standard error or deviation is not positive.

    References
    ----------
    Spiegelhalter, Freedman & Parmar 1994, J R Stat Soc A 157:357, section 3.

    Examples
    --------
    >>> normal_posterior(-0.0227, 0.233, prior_sd=0.354).summary()
    0.9843 (95% credible 0.6721 to 1.441)
    """
    require_positive("se", se)
    if not (math.isfinite(log_hr) and math.isfinite(prior_mean)):
        raise ValueError(f"means must be finite; got log_hr={log_hr}, prior_mean={prior_mean}")
    if not prior_sd >= 1e-100:
        raise ValueError(f"prior_sd must be positive (inf for a flat prior); got {prior_sd}")
    precision_data = se**-2
    precision_prior = prior_sd**-2 if math.isfinite(prior_sd) else 0.0
    precision = precision_data + precision_prior
    mean = (log_hr * precision_data + prior_mean * precision_prior) / precision
    return NormalPosterior(mean, precision**-0.5, prior_mean, prior_sd)
