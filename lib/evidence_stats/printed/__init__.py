"""What reported digits allow: rounding, strength of a P value, winner's curse."""

from evidence_stats.faces import make_face

# As `typing.TYPE_CHECKING`, whose import takes most of the time of this one.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from evidence_stats.printed.evidential_strength import adjusted_p_values as adjusted_p_values
    from evidence_stats.printed.evidential_strength import bayes_factor_bound as bayes_factor_bound
    from evidence_stats.printed.evidential_strength import e_value as e_value
    from evidence_stats.printed.evidential_strength import (
        false_positive_report_probability as false_positive_report_probability,
    )
    from evidence_stats.printed.evidential_strength import (
        minimum_bayes_factor as minimum_bayes_factor,
    )
    from evidence_stats.printed.evidential_strength import (
        posterior_probability as posterior_probability,
    )
    from evidence_stats.printed.evidential_strength import s_value as s_value
    from evidence_stats.printed.evidential_strength import scepticism_limit as scepticism_limit
    from evidence_stats.printed.reported import Reported as Reported
    from evidence_stats.printed.reported import read_reported as read_reported
    from evidence_stats.printed.rounding import PrintedNumber as PrintedNumber
    from evidence_stats.printed.rounding import RoundingPolygon as RoundingPolygon
    from evidence_stats.printed.rounding import read_printed as read_printed
    from evidence_stats.printed.rounding import rounding_polygon as rounding_polygon
    from evidence_stats.printed.winners_curse import RetrospectiveDesign as RetrospectiveDesign
    from evidence_stats.printed.winners_curse import conditional_mle as conditional_mle
    from evidence_stats.printed.winners_curse import retrospective_design as retrospective_design
    from evidence_stats.printed.winners_curse import shrunk_hazard_ratio as shrunk_hazard_ratio
    from evidence_stats.printed.winners_curse import (
        shrunk_signal_to_noise as shrunk_signal_to_noise,
    )

# Name: the module that defines it.
_FACE = {
    "PrintedNumber": "evidence_stats.printed.rounding",
    "Reported": "evidence_stats.printed.reported",
    "RetrospectiveDesign": "evidence_stats.printed.winners_curse",
    "RoundingPolygon": "evidence_stats.printed.rounding",
    "adjusted_p_values": "evidence_stats.printed.evidential_strength",
    "bayes_factor_bound": "evidence_stats.printed.evidential_strength",
    "conditional_mle": "evidence_stats.printed.winners_curse",
    "e_value": "evidence_stats.printed.evidential_strength",
    "false_positive_report_probability": "evidence_stats.printed.evidential_strength",
    "minimum_bayes_factor": "evidence_stats.printed.evidential_strength",
    "posterior_probability": "evidence_stats.printed.evidential_strength",
    "read_printed": "evidence_stats.printed.rounding",
    "read_reported": "evidence_stats.printed.reported",
    "retrospective_design": "evidence_stats.printed.winners_curse",
    "rounding_polygon": "evidence_stats.printed.rounding",
    "s_value": "evidence_stats.printed.evidential_strength",
    "scepticism_limit": "evidence_stats.printed.evidential_strength",
    "shrunk_hazard_ratio": "evidence_stats.printed.winners_curse",
    "shrunk_signal_to_noise": "evidence_stats.printed.winners_curse",
}
__all__, __getattr__, __dir__ = make_face(__name__, _FACE)
