"""Statistics: numbers in, one frozen estimate out. No file, no trial, no page.

Each room has a face, so that `from evidence_stats.pooling import pool_hazard_ratios` finds what it
needs; `help(evidence_stats.pooling)` or the book's page on the library lists the rest.
"""

from evidence_stats.faces import make_face

# As `typing.TYPE_CHECKING`, whose import takes most of the time of this one.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from evidence_stats import markers as markers
    from evidence_stats import networks as networks
    from evidence_stats import pooling as pooling
    from evidence_stats import printed as printed
    from evidence_stats import rates as rates
    from evidence_stats import survival as survival
    from evidence_stats.estimates import Estimate as Estimate
    from evidence_stats.estimates import NotEstimable as NotEstimable
    from evidence_stats.estimates import if_estimable as if_estimable

# Name: the module that defines it.
_FACE = {
    "Estimate": "evidence_stats.estimates",
    "NotEstimable": "evidence_stats.estimates",
    "if_estimable": "evidence_stats.estimates",
    "markers": "evidence_stats.markers",
    "networks": "evidence_stats.networks",
    "pooling": "evidence_stats.pooling",
    "printed": "evidence_stats.printed",
    "rates": "evidence_stats.rates",
    "survival": "evidence_stats.survival",
}
__all__, __getattr__, __dir__ = make_face(__name__, _FACE)
