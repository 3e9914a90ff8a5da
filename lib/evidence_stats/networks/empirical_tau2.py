"""How much trials differ: what thousands of meta-analyses let one expect of the next.

Vocabulary
----------
**tau2**: variance of true log ratios between trials of one comparison.
**Prior**: a log-normal distribution of tau2, from the Cochrane Database of Systematic Reviews.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

from evidence_stats.normal import critical_value, require_level
from evidence_stats.rates.proportions import require_choice

OutcomeType = Literal["mortality", "semi-objective", "subjective"]
ComparisonType = Literal["drug against control", "drug against drug", "other"]

CONVENTIONS: dict[str, str] = {
    "empirical_tau2": (
        "tau2 is taken from the log-normal distribution of log odds ratios in Cochrane reviews "
        "(Turner et al. 2012), as gemtc and bayesmeta offer it; log hazard ratios vary less than "
        "log odds ratios of the same trials, so that it errs to wide intervals. Rhodes et al. 2015 "
        "is of standardized mean differences and does not apply to ratios."
    ),
}

# Mean and standard deviation of log tau2. Turner RM et al., Int J Epidemiol 2012;41:818-827; the
# values are those that R's gemtc (mtc.hy.empirical.lor) reads off that paper.
_TURNER_2012: dict[tuple[str, str], tuple[float, float]] = {
    ("mortality", "drug against control"): (-4.06, 1.45),
    ("semi-objective", "drug against control"): (-3.02, 1.85),
    ("subjective", "drug against control"): (-2.13, 1.58),
    ("mortality", "drug against drug"): (-4.27, 1.48),
    ("semi-objective", "drug against drug"): (-3.23, 1.88),
    ("subjective", "drug against drug"): (-2.34, 1.62),
    ("mortality", "other"): (-3.93, 1.51),
    ("semi-objective", "other"): (-2.89, 1.91),
    ("subjective", "other"): (-2.01, 1.64),
}


def empirical_tau2(
    outcome: OutcomeType, comparison: ComparisonType, *, level: float = 0.95
) -> tuple[float, float, float]:
    """Return the median of tau2 to expect of a meta-analysis, and the limits of that expectation.

    Parameters
    ----------
    outcome : str
        mortality; semi-objective (cause-specific death, major morbidity, their composites,
        drop-outs); or subjective.
    comparison : str
        What is compared.
    level : float
        Share of meta-analyses between the limits, 0 to 1.

    Returns
    -------
    tuple of float
        Median, lower and upper limit, on the scale of squared log ratios.

    Raises
    ------
    ValueError
        For an unknown outcome or comparison, or a level outside 0 to 1.

    References
    ----------
    Turner et al. 2012, Int J Epidemiol 41:818.

    Examples
    --------
    >>> [round(value, 3) for value in empirical_tau2("mortality", "drug against drug")]
    [0.014, 0.001, 0.254]
    """
    require_choice("outcome", outcome, get_args(OutcomeType))
    require_choice("comparison", comparison, get_args(ComparisonType))
    require_level(level)
    mean, sd = _TURNER_2012[outcome, comparison]
    half_width = critical_value(level) * sd
    return math.exp(mean), math.exp(mean - half_width), math.exp(mean + half_width)
