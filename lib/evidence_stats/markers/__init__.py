"""Prognostic markers: what a reported hazard ratio per unit can mean."""

from evidence_stats.faces import make_face

# As `typing.TYPE_CHECKING`, whose import takes most of the time of this one.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from evidence_stats.markers.marker_simulation import SignificanceFilter as SignificanceFilter
    from evidence_stats.markers.marker_simulation import (
        simulate_significance_filter as simulate_significance_filter,
    )
    from evidence_stats.markers.prognosis import InformationRatio as InformationRatio
    from evidence_stats.markers.prognosis import (
        concordance_normal_marker as concordance_normal_marker,
    )
    from evidence_stats.markers.prognosis import (
        dichotomisation_efficiency as dichotomisation_efficiency,
    )
    from evidence_stats.markers.prognosis import hazard_ratio_per_sd as hazard_ratio_per_sd
    from evidence_stats.markers.prognosis import hazard_ratio_per_units as hazard_ratio_per_units
    from evidence_stats.markers.prognosis import information_ratio as information_ratio
    from evidence_stats.markers.prognosis import predicted_survival as predicted_survival

# Name: the module that defines it.
_FACE = {
    "InformationRatio": "evidence_stats.markers.prognosis",
    "SignificanceFilter": "evidence_stats.markers.marker_simulation",
    "concordance_normal_marker": "evidence_stats.markers.prognosis",
    "dichotomisation_efficiency": "evidence_stats.markers.prognosis",
    "hazard_ratio_per_sd": "evidence_stats.markers.prognosis",
    "hazard_ratio_per_units": "evidence_stats.markers.prognosis",
    "information_ratio": "evidence_stats.markers.prognosis",
    "predicted_survival": "evidence_stats.markers.prognosis",
    "simulate_significance_filter": "evidence_stats.markers.marker_simulation",
}
__all__, __getattr__, __dir__ = make_face(__name__, _FACE)
