"""One and two proportions: intervals, tests, posteriors and power."""

from evidence_stats.faces import make_face

# As `typing.TYPE_CHECKING`, whose import takes most of the time of this one.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from evidence_stats.rates.inversion import counts_printing_interval as counts_printing_interval
    from evidence_stats.rates.inversion import counts_printing_percent as counts_printing_percent
    from evidence_stats.rates.inversion import sizes_printing as sizes_printing
    from evidence_stats.rates.posterior import ResponsePosterior as ResponsePosterior
    from evidence_stats.rates.posterior import bayes_factor_equal as bayes_factor_equal
    from evidence_stats.rates.proportions import proportion as proportion
    from evidence_stats.rates.proportions import proportion_limits as proportion_limits
    from evidence_stats.rates.two_arm_power import detectable_proportion as detectable_proportion
    from evidence_stats.rates.two_arm_power import patients_per_arm as patients_per_arm
    from evidence_stats.rates.two_arm_power import power_two_proportions as power_two_proportions
    from evidence_stats.rates.two_proportions import equality_p as equality_p
    from evidence_stats.rates.two_proportions import odds_ratio as odds_ratio
    from evidence_stats.rates.two_proportions import risk_difference as risk_difference
    from evidence_stats.rates.two_proportions import risk_ratio as risk_ratio

# Name: the module that defines it.
_FACE = {
    "ResponsePosterior": "evidence_stats.rates.posterior",
    "bayes_factor_equal": "evidence_stats.rates.posterior",
    "counts_printing_interval": "evidence_stats.rates.inversion",
    "counts_printing_percent": "evidence_stats.rates.inversion",
    "detectable_proportion": "evidence_stats.rates.two_arm_power",
    "equality_p": "evidence_stats.rates.two_proportions",
    "odds_ratio": "evidence_stats.rates.two_proportions",
    "patients_per_arm": "evidence_stats.rates.two_arm_power",
    "power_two_proportions": "evidence_stats.rates.two_arm_power",
    "proportion": "evidence_stats.rates.proportions",
    "proportion_limits": "evidence_stats.rates.proportions",
    "risk_difference": "evidence_stats.rates.two_proportions",
    "risk_ratio": "evidence_stats.rates.two_proportions",
    "sizes_printing": "evidence_stats.rates.inversion",
}
__all__, __getattr__, __dir__ = make_face(__name__, _FACE)
