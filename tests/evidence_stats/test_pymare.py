"""Pooling against PyMARE, a Python library of meta-analysis, beside R: other code, same numbers.

PyMARE 0.0.13 has no prediction interval, no Paule-Mandel estimator and no binomial likelihood;
metafor and lme4 are the oracles of those (tests/evidence_stats/test_pooling.py).
"""

import warnings

import numpy as np
import pytest

from evidence_stats.pooling.inverse_variance import logit_proportions, pool
from tests.response_reference import BCG, COUNTS, DOSE
from tests.tolerance import near

with warnings.catch_warnings():
    # It leaves a file open while it is imported.
    warnings.simplefilter("ignore", ResourceWarning)
    from pymare import Dataset
    from pymare.estimators import (
        DerSimonianLaird,
        VarianceBasedLikelihoodEstimator,
        WeightedLeastSquares,
    )

CORRECTIONS = {
    "z": "wald",
    "hksj": "knapp-hartung",
    "hksj_at_least_z": "knapp-hartung-conservative",
}
STUDIES = {
    "bcg": (BCG["y"], BCG["v"], BCG["latitude"]),
    "ours": (*logit_proportions(*COUNTS["ours"]), DOSE),
    "spread": (*logit_proportions(*COUNTS["spread"]), None),
}


def theirs(name, model, *, correction, moderators=False):
    """Return tau2, and coefficients and standard errors as PyMARE fits them."""
    y, v, given = STUDIES[name]
    design = np.array(given, float)[:, None] if moderators else None
    data = Dataset(y=np.array(y, float), v=np.array(v, float), X=design)
    if model == "dl":
        estimator = DerSimonianLaird(small_sample_correction=correction)
    elif model == "common":
        estimator = WeightedLeastSquares(small_sample_correction=correction)
    else:
        estimator = VarianceBasedLikelihoodEstimator(
            method=model.upper(), small_sample_correction=correction
        )
    fitted = estimator.fit_dataset(data).summary()
    found = fitted.get_fe_stats()
    tau2 = float(np.ravel(fitted.tau2)[0])
    return tau2, np.ravel(found["est"]).tolist(), np.ravel(found["se"]).tolist()


@pytest.mark.parametrize("moderators", [False, True])
@pytest.mark.parametrize("adjust", CORRECTIONS)
@pytest.mark.parametrize("model", ["common", "dl", "reml", "ml"])
@pytest.mark.parametrize("name", STUDIES)
def test_pooled_values_and_slopes_equal_pymare(name, model, adjust, moderators):
    y, v, given = STUDIES[name]
    if moderators and given is None:
        moderators = False
    ours = pool(y, v, model=model, adjust=adjust, moderators=given if moderators else None)
    correction = CORRECTIONS[adjust]
    tau2, coefficients, errors = theirs(name, model, correction=correction, moderators=moderators)
    assert ours.tau2 == near(tau2, "tau2")
    # Their likelihoods stop near the maximum, so that what rests on tau2 shares its tolerance.
    kind = "tau2" if model in ("reml", "ml") else "estimate"
    assert list(ours.coefficients) == pytest.approx(coefficients, rel=near_of(kind))
    assert list(ours.se) == pytest.approx(errors, rel=near_of(kind))


def near_of(kind):
    return near(1.0, kind).rel
