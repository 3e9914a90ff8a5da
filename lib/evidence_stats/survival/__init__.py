"""Medians, hazard ratios, Kaplan-Meier curves, arms made up from reported numbers, power."""

from evidence_stats.faces import make_face

# As `typing.TYPE_CHECKING`, whose import takes most of the time of this one.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from evidence_stats.survival.from_medians import difference_of_medians as difference_of_medians
    from evidence_stats.survival.from_medians import (
        hazard_ratio_from_medians as hazard_ratio_from_medians,
    )
    from evidence_stats.survival.from_medians import (
        hazard_ratio_from_medians_and_counts as hazard_ratio_from_medians_and_counts,
    )
    from evidence_stats.survival.from_medians import (
        implied_exponential_events as implied_exponential_events,
    )
    from evidence_stats.survival.from_medians import implied_weibull_shape as implied_weibull_shape
    from evidence_stats.survival.from_medians import landmark_survival as landmark_survival
    from evidence_stats.survival.from_medians import log_median_se as log_median_se
    from evidence_stats.survival.from_medians import median_at_level as median_at_level
    from evidence_stats.survival.from_medians import ratio_of_medians as ratio_of_medians
    from evidence_stats.survival.hazard_ratio import NormalPosterior as NormalPosterior
    from evidence_stats.survival.hazard_ratio import at_level as at_level
    from evidence_stats.survival.hazard_ratio import (
        log_hr_se_from_interval as log_hr_se_from_interval,
    )
    from evidence_stats.survival.hazard_ratio import log_hr_se_from_p as log_hr_se_from_p
    from evidence_stats.survival.hazard_ratio import normal_posterior as normal_posterior
    from evidence_stats.survival.hazard_ratio import printed_hazard_ratio as printed_hazard_ratio
    from evidence_stats.survival.kaplan_meier import KaplanMeierCurve as KaplanMeierCurve
    from evidence_stats.survival.kaplan_meier import km_curve as km_curve
    from evidence_stats.survival.kaplan_meier import km_median as km_median
    from evidence_stats.survival.kaplan_meier import rmst as rmst
    from evidence_stats.survival.median import Median as Median
    from evidence_stats.survival.reconstruction import Ensemble as Ensemble
    from evidence_stats.survival.reconstruction import simulate_ensemble as simulate_ensemble
    from evidence_stats.survival.survival_power import (
        detectable_hazard_ratio as detectable_hazard_ratio,
    )
    from evidence_stats.survival.survival_power import (
        detectable_interaction as detectable_interaction,
    )
    from evidence_stats.survival.survival_power import events_required as events_required
    from evidence_stats.survival.survival_power import (
        non_inferiority_events as non_inferiority_events,
    )
    from evidence_stats.survival.survival_power import (
        non_inferiority_power as non_inferiority_power,
    )
    from evidence_stats.survival.survival_power import power_at as power_at
    from evidence_stats.survival.synthetic_arms import ArmEnsemble as ArmEnsemble
    from evidence_stats.survival.synthetic_arms import EnsembleSettings as EnsembleSettings
    from evidence_stats.survival.synthetic_arms import ReconstructionError as ReconstructionError
    from evidence_stats.survival.synthetic_arms import restricted_means as restricted_means
    from evidence_stats.survival.two_arm_survival import CoxBatch as CoxBatch
    from evidence_stats.survival.two_arm_survival import cox_two_arm_batch as cox_two_arm_batch
    from evidence_stats.survival.two_arm_survival import rmst_difference as rmst_difference
    from evidence_stats.survival.two_medians import (
        hazard_ratios_from_medians as hazard_ratios_from_medians,
    )

# Name: the module that defines it.
_FACE = {
    "ArmEnsemble": "evidence_stats.survival.synthetic_arms",
    "CoxBatch": "evidence_stats.survival.two_arm_survival",
    "Ensemble": "evidence_stats.survival.reconstruction",
    "EnsembleSettings": "evidence_stats.survival.synthetic_arms",
    "KaplanMeierCurve": "evidence_stats.survival.kaplan_meier",
    "Median": "evidence_stats.survival.median",
    "NormalPosterior": "evidence_stats.survival.hazard_ratio",
    "ReconstructionError": "evidence_stats.survival.synthetic_arms",
    "at_level": "evidence_stats.survival.hazard_ratio",
    "cox_two_arm_batch": "evidence_stats.survival.two_arm_survival",
    "detectable_hazard_ratio": "evidence_stats.survival.survival_power",
    "detectable_interaction": "evidence_stats.survival.survival_power",
    "difference_of_medians": "evidence_stats.survival.from_medians",
    "events_required": "evidence_stats.survival.survival_power",
    "hazard_ratio_from_medians": "evidence_stats.survival.from_medians",
    "hazard_ratio_from_medians_and_counts": "evidence_stats.survival.from_medians",
    "hazard_ratios_from_medians": "evidence_stats.survival.two_medians",
    "implied_exponential_events": "evidence_stats.survival.from_medians",
    "implied_weibull_shape": "evidence_stats.survival.from_medians",
    "km_curve": "evidence_stats.survival.kaplan_meier",
    "km_median": "evidence_stats.survival.kaplan_meier",
    "landmark_survival": "evidence_stats.survival.from_medians",
    "log_hr_se_from_interval": "evidence_stats.survival.hazard_ratio",
    "log_hr_se_from_p": "evidence_stats.survival.hazard_ratio",
    "log_median_se": "evidence_stats.survival.from_medians",
    "median_at_level": "evidence_stats.survival.from_medians",
    "non_inferiority_events": "evidence_stats.survival.survival_power",
    "non_inferiority_power": "evidence_stats.survival.survival_power",
    "normal_posterior": "evidence_stats.survival.hazard_ratio",
    "power_at": "evidence_stats.survival.survival_power",
    "printed_hazard_ratio": "evidence_stats.survival.hazard_ratio",
    "ratio_of_medians": "evidence_stats.survival.from_medians",
    "restricted_means": "evidence_stats.survival.synthetic_arms",
    "rmst": "evidence_stats.survival.kaplan_meier",
    "rmst_difference": "evidence_stats.survival.two_arm_survival",
    "simulate_ensemble": "evidence_stats.survival.reconstruction",
}
__all__, __getattr__, __dir__ = make_face(__name__, _FACE)
