"""How close a computed value must be to its reference, by kind of statistic.

The kinds and the idea are those of metafor's test suite (tests/testthat/settings.r): a tolerance
belongs to a kind of statistic, never to the one test that would fail without it.
"""

import pytest

# Relative tolerances. Closed forms and converged optimisers agree with R to 1e-6 or better.
RELATIVE = {
    "estimate": 1e-6,
    "se": 1e-6,
    "interval": 1e-6,
    "p": 1e-6,
    # R's fisher.test solves its conditional limits only to about 1e-5; SciPy is the finer one.
    "r_fisher_interval": 2e-5,
    # tau2 is the argmax of a likelihood that is flat near it.
    "tau2": 2e-4,
    "count": 0.0,
}
# Absolute tolerance where the reference is 0 on a boundary (tau2, R2).
BOUNDARY = 1e-8


def near(reference: float, kind: str = "estimate"):
    """Return an approx() object for `reference` with the tolerance of its kind."""
    return pytest.approx(reference, rel=RELATIVE[kind], abs=BOUNDARY if kind == "tau2" else 1e-12)
