"""What was computed from what: data rows, results, claims, tables and figures.

Three lines pool reported hazard ratios and draw them::

    import evidence as ev

    pooled = ev.pool_hazard_ratios({"AVOREN": (0.63, 0.52, 0.75), "CALGB": (0.71, 0.61, 0.83)})
    ev.forest(pooled).save("forest.svg")

The names of `__all__` are the face of the library; each is imported when it is first used.
"""

from evidence.files.paths import find_own_library
from evidence_stats.faces import make_face

# As `typing.TYPE_CHECKING`, whose import takes most of the time of this one.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from evidence.figures.pooled_forest import forest as forest
    from evidence.record.opening import open_page as open_page
    from evidence.record.opening import open_reference_page as open_reference_page
    from evidence.record.predicates import high as high
    from evidence.record.predicates import includes as includes
    from evidence.record.predicates import low as low
    from evidence.record.predicates import parameter as parameter
    from evidence.record.predicates import value as value
    from evidence.sources.data import load_evidence as load_evidence
    from evidence.sources.vocabulary import words as words
    from evidence.tables.formatting import format_estimate as format_estimate
    from evidence.tables.result_tables import tabulate_results as tabulate_results
    from evidence_stats.estimates import Estimate as Estimate
    from evidence_stats.estimates import NotEstimable as NotEstimable
    from evidence_stats.networks.contrasts import Contrast as Contrast
    from evidence_stats.networks.treatment_network import network as network
    from evidence_stats.pooling.counts import pool_risk_ratios as pool_risk_ratios
    from evidence_stats.pooling.cumulative import pool_cumulatively as pool_cumulatively
    from evidence_stats.pooling.pooled_proportions import pool_proportions as pool_proportions
    from evidence_stats.pooling.ratios import hazard_ratios as hazard_ratios
    from evidence_stats.pooling.ratios import pool_hazard_ratios as pool_hazard_ratios
    from evidence_stats.rates.proportions import proportion as proportion
    from evidence_stats.rates.two_proportions import odds_ratio as odds_ratio
    from evidence_stats.rates.two_proportions import risk_difference as risk_difference
    from evidence_stats.rates.two_proportions import risk_ratio as risk_ratio
    from evidence_stats.survival.from_medians import (
        hazard_ratio_from_medians as hazard_ratio_from_medians,
    )
    from evidence_stats.survival.median import Median as Median
    from evidence_stats.survival.reconstruction import simulate_ensemble as simulate_ensemble

# A notebook imports this first, and then what its book alone computes.
find_own_library()

# Name: the module that defines it.
_FACE = {
    "Contrast": "evidence_stats.networks.contrasts",
    "Estimate": "evidence_stats.estimates",
    "Median": "evidence_stats.survival.median",
    "NotEstimable": "evidence_stats.estimates",
    "forest": "evidence.figures.pooled_forest",
    "format_estimate": "evidence.tables.formatting",
    "hazard_ratio_from_medians": "evidence_stats.survival.from_medians",
    "hazard_ratios": "evidence_stats.pooling.ratios",
    "high": "evidence.record.predicates",
    "includes": "evidence.record.predicates",
    "load_evidence": "evidence.sources.data",
    "low": "evidence.record.predicates",
    "network": "evidence_stats.networks.treatment_network",
    "odds_ratio": "evidence_stats.rates.two_proportions",
    "open_page": "evidence.record.opening",
    "open_reference_page": "evidence.record.opening",
    "parameter": "evidence.record.predicates",
    "pool_cumulatively": "evidence_stats.pooling.cumulative",
    "pool_hazard_ratios": "evidence_stats.pooling.ratios",
    "pool_proportions": "evidence_stats.pooling.pooled_proportions",
    "pool_risk_ratios": "evidence_stats.pooling.counts",
    "proportion": "evidence_stats.rates.proportions",
    "risk_difference": "evidence_stats.rates.two_proportions",
    "risk_ratio": "evidence_stats.rates.two_proportions",
    "simulate_ensemble": "evidence_stats.survival.reconstruction",
    "tabulate_results": "evidence.tables.result_tables",
    "value": "evidence.record.predicates",
    "words": "evidence.sources.vocabulary",
}
__all__, __getattr__, __dir__ = make_face(__name__, _FACE)
