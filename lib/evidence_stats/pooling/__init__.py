"""Meta-analysis: inverse variance, exact likelihoods, Bayes, permutation."""

from evidence_stats.faces import make_face

# As `typing.TYPE_CHECKING`, whose import takes most of the time of this one.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from evidence_stats.pooling.counts import pool_risk_ratios as pool_risk_ratios
    from evidence_stats.pooling.counts import risk_ratios as risk_ratios
    from evidence_stats.pooling.cumulative import pool_cumulatively as pool_cumulatively
    from evidence_stats.pooling.inverse_variance import Fitted as Fitted
    from evidence_stats.pooling.inverse_variance import Pooled as Pooled
    from evidence_stats.pooling.inverse_variance import leave_one_out as leave_one_out
    from evidence_stats.pooling.inverse_variance import logit_proportions as logit_proportions
    from evidence_stats.pooling.inverse_variance import pool as pool
    from evidence_stats.pooling.meta_contrasts import PooledContrasts as PooledContrasts
    from evidence_stats.pooling.meta_contrasts import pool_contrasts as pool_contrasts
    from evidence_stats.pooling.pooled_proportions import PooledProportion as PooledProportion
    from evidence_stats.pooling.pooled_proportions import pool_proportions as pool_proportions
    from evidence_stats.pooling.pooling_bayes import BayesPooled as BayesPooled
    from evidence_stats.pooling.pooling_bayes import pool_bayes as pool_bayes
    from evidence_stats.pooling.pooling_exact import BinomialPooled as BinomialPooled
    from evidence_stats.pooling.pooling_exact import pool_beta_binomial as pool_beta_binomial
    from evidence_stats.pooling.pooling_exact import pool_glmm as pool_glmm
    from evidence_stats.pooling.pooling_permutation import permutation_p as permutation_p
    from evidence_stats.pooling.ratios import PooledRatio as PooledRatio
    from evidence_stats.pooling.ratios import hazard_ratios as hazard_ratios
    from evidence_stats.pooling.ratios import pool_hazard_ratios as pool_hazard_ratios

# Name: the module that defines it.
_FACE = {
    "BayesPooled": "evidence_stats.pooling.pooling_bayes",
    "BinomialPooled": "evidence_stats.pooling.pooling_exact",
    "Fitted": "evidence_stats.pooling.inverse_variance",
    "Pooled": "evidence_stats.pooling.inverse_variance",
    "PooledContrasts": "evidence_stats.pooling.meta_contrasts",
    "PooledProportion": "evidence_stats.pooling.pooled_proportions",
    "PooledRatio": "evidence_stats.pooling.ratios",
    "hazard_ratios": "evidence_stats.pooling.ratios",
    "leave_one_out": "evidence_stats.pooling.inverse_variance",
    "logit_proportions": "evidence_stats.pooling.inverse_variance",
    "permutation_p": "evidence_stats.pooling.pooling_permutation",
    "pool": "evidence_stats.pooling.inverse_variance",
    "pool_bayes": "evidence_stats.pooling.pooling_bayes",
    "pool_beta_binomial": "evidence_stats.pooling.pooling_exact",
    "pool_contrasts": "evidence_stats.pooling.meta_contrasts",
    "pool_cumulatively": "evidence_stats.pooling.cumulative",
    "pool_glmm": "evidence_stats.pooling.pooling_exact",
    "pool_hazard_ratios": "evidence_stats.pooling.ratios",
    "pool_proportions": "evidence_stats.pooling.pooled_proportions",
    "pool_risk_ratios": "evidence_stats.pooling.counts",
    "risk_ratios": "evidence_stats.pooling.counts",
}
__all__, __getattr__, __dir__ = make_face(__name__, _FACE)
