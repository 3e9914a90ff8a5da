"""Every statistic, on its domain with its edges and beyond: a finite number, or a ValueError.

Never a NaN, a warning, another kind of error, or an interval that leaves its estimate out.
"""

import math
import warnings
from dataclasses import fields, is_dataclass
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_stats import normal
from evidence_stats.estimates import Estimate
from evidence_stats.markers import prognosis
from evidence_stats.networks.contrasts import Contrast, bucher, multi_arm_contrasts
from evidence_stats.networks.treatment_network import network
from evidence_stats.pooling.inverse_variance import logit_proportions, pool
from evidence_stats.pooling.pooled_proportions import pool_proportions
from evidence_stats.printed import evidential_strength as strength
from evidence_stats.printed import winners_curse
from evidence_stats.printed.rounding import rounding_polygon
from evidence_stats.rates import two_arm_power
from evidence_stats.rates.inversion import counts_printing_percent, sizes_printing
from evidence_stats.rates.posterior import ResponsePosterior, bayes_factor_equal
from evidence_stats.rates.proportions import ProportionMethod, proportion
from evidence_stats.rates.two_by_two import EqualityTest
from evidence_stats.rates.two_proportions import (
    DifferenceMethod,
    OddsRatioMethod,
    RiskRatioMethod,
    equality_p,
    odds_ratio,
    risk_difference,
    risk_ratio,
)
from evidence_stats.survival import from_medians as survival
from evidence_stats.survival import survival_power
from evidence_stats.survival.hazard_ratio import (
    log_hr_se_from_interval,
    log_hr_se_from_p,
    normal_posterior,
    printed_hazard_ratio,
)
from evidence_stats.survival.median import Median
from tests.fuzzing import examples

EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 1e-12, 1 - 1e-12, 1e-300, 1e300, math.inf, -math.inf,
         math.nan, 0.95, 100.0)  # fmt: skip
anything = st.one_of(st.sampled_from(EDGES), st.floats())
share = st.one_of(st.floats(0, 1), st.sampled_from(EDGES))
ratio = st.one_of(st.floats(0.05, 20), st.sampled_from(EDGES))
z_value = st.one_of(st.floats(-8, 8), st.sampled_from(EDGES))
months = st.one_of(st.floats(0.1, 100), st.sampled_from(EDGES))
levels = st.one_of(st.floats(0.5, 0.999), st.sampled_from(EDGES))
size = st.one_of(st.integers(-1, 60), st.sampled_from((1000, 100_000)))
count = st.integers(-1, 60)
many = st.one_of(st.integers(-1, 500), st.just(10**6))
digits = st.sampled_from(
    ("0", "0.0", "1", "1.0", "0.5", "0.50", "2.5", "12", "0.001", "99", "<.001", "x", "")
)
estimates = st.builds(
    lambda hr, half: Estimate(
        hr, low=hr * math.exp(-half), high=hr * math.exp(half), level=0.95, unit="ratio"
    ),
    st.floats(0.05, 20), st.floats(0.01, 2),
)  # fmt: skip


def _median(value, low, high):
    return Median(value, low, high)


medians = st.tuples(
    months, st.one_of(st.none(), st.floats(0.1, 1)), st.one_of(st.none(), st.floats(1, 10))
).map(
    lambda t: (t[0], None if t[1] is None else t[0] * t[1], None if t[2] is None else t[0] * t[2])
)


def on_medians(function):
    return lambda a, b: function(_median(*a), _median(*b))


def on_median(function):
    return lambda a, *others: function(_median(*a), *others)


studies = st.lists(st.tuples(count, size), min_size=0, max_size=5)


def pooled(pairs, model, adjust, level):
    events, n = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return pool_proportions(events, n, model=model, adjust=adjust, level=level)


def pooled_values(pairs, model, adjust, level):
    return pool(
        [pair[0] for pair in pairs], [pair[1] for pair in pairs], model=model, adjust=adjust,
        level=level,
    )  # fmt: skip


CALLS = {
    "critical_value": (normal.critical_value, levels),
    "quantile": (normal.quantile, share),
    "z_from_p": (normal.z_from_p, share),
    "proportion": (
        lambda x, n, method, level: proportion(x, n, method=method, level=level),
        count, size, st.sampled_from(get_args(ProportionMethod)), levels,
    ),
    "risk_difference": (
        lambda a, m, b, n, how, level: risk_difference(a, m, b, n, method=how, level=level),
        count, size, count, size, st.sampled_from(get_args(DifferenceMethod)), levels,
    ),
    "risk_ratio": (
        lambda a, m, b, n, how, level: risk_ratio(a, m, b, n, method=how, level=level),
        count, size, count, size, st.sampled_from(get_args(RiskRatioMethod)), levels,
    ),
    "odds_ratio": (
        lambda a, m, b, n, how, level: odds_ratio(a, m, b, n, method=how, level=level),
        count, size, count, size, st.sampled_from(get_args(OddsRatioMethod)), levels,
    ),
    "equality_p": (
        lambda a, m, b, n, test: equality_p(a, m, b, n, test=test),
        count, st.integers(-1, 30), count, st.integers(-1, 30),
        st.sampled_from(get_args(EqualityTest)),
    ),
    "bayes_factor_equal": (bayes_factor_equal, count, size, count, size),
    "response_posterior": (
        lambda *counts: ResponsePosterior(*counts).interval(), count, size, count, size,
    ),
    "log_hr_se_from_interval": (log_hr_se_from_interval, ratio, ratio, ratio, levels),
    "log_hr_se_from_p": (log_hr_se_from_p, ratio, share),
    "printed_hazard_ratio": (
        lambda hr, low, high, level: printed_hazard_ratio(hr, low, high, level=level),
        ratio, ratio, ratio, levels,
    ),
    "printed_hazard_ratio_p": (lambda hr, p: printed_hazard_ratio(hr, p=p), ratio, share),
    "normal_posterior": (
        lambda b, se, m, sd: normal_posterior(b, se, prior_mean=m, prior_sd=sd),
        st.floats(-5, 5), ratio, st.floats(-5, 5), ratio,
    ),
    "bucher": (
        lambda a, s, b, t: bucher(Contrast("x", "A", "C", log_ratio=a, se=s),
                                  Contrast("y", "B", "C", log_ratio=b, se=t)),
        st.floats(-5, 5), ratio, st.floats(-5, 5), ratio,
    ),
    "multi_arm_contrasts": (
        lambda a, b, s, t, rho: multi_arm_contrasts(
            "x", "C", {"A": a, "B": b}, {"A": s, "B": t}, rho),
        st.floats(-3, 3), st.floats(-3, 3), ratio, ratio, anything,
    ),
    "network": (
        lambda a, s, b, t, c, u: network([Contrast("x", "A", "C", log_ratio=a, se=s),
                                          Contrast("y", "B", "C", log_ratio=b, se=t),
                                          Contrast("w", "A", "B", log_ratio=c, se=u)]),
        st.floats(-3, 3), st.floats(0.01, 5), st.floats(-3, 3), st.floats(0.01, 5),
        st.floats(-3, 3), st.floats(0.01, 5),
    ),
    "logit_proportions": (lambda x, n: logit_proportions([x], [n])[0].tolist(), count, size),
    "pool_proportions": (
        pooled, studies, st.sampled_from(("reml", "pm", "dl")), st.sampled_from(("hksj", "z")),
        levels,
    ),
    "pool": (
        pooled_values,
        st.lists(st.tuples(st.floats(-5, 5), ratio), max_size=5),
        st.sampled_from(("reml", "pm", "dl")), st.sampled_from(("hksj", "z")), levels,
    ),
    "counts_printing_percent": (lambda text, n: counts_printing_percent(text, n=n), digits, size),
    "sizes_printing": (sizes_printing, digits),
    "rounding_polygon": (rounding_polygon, digits, digits, digits),
    "rounding_polygon_p": (rounding_polygon, digits, digits, digits, digits),
    "ratio_of_medians": (on_medians(survival.ratio_of_medians), medians, medians),
    "hazard_ratio_from_medians": (on_medians(survival.hazard_ratio_from_medians), medians, medians),
    "difference_of_medians": (on_medians(survival.difference_of_medians), medians, medians),
    "implied_weibull_shape": (on_median(survival.implied_weibull_shape), medians, size),
    "implied_exponential_events": (on_median(survival.implied_exponential_events), medians),
    "landmark_survival": (on_median(survival.landmark_survival), medians, months),
    "detectable_hazard_ratio": (survival_power.detectable_hazard_ratio, many),
    "events_required": (survival_power.events_required, ratio),
    "power_at": (survival_power.power_at, ratio, many),
    "non_inferiority_events": (survival_power.non_inferiority_events, ratio),
    "detectable_interaction": (survival_power.detectable_interaction, many),
    "patients_per_arm": (two_arm_power.patients_per_arm, share, share),
    "conditional_mle": (winners_curse.conditional_mle, z_value),
    "bayes_factor_bound": (strength.bayes_factor_bound, share),
    "minimum_bayes_factor": (strength.minimum_bayes_factor, z_value),
    "s_value": (strength.s_value, share),
    "posterior_probability": (strength.posterior_probability, share, ratio),
    "scepticism_limit": (strength.scepticism_limit, ratio, ratio),
    "e_value": (strength.e_value, estimates),
    "hazard_ratio_per_units": (prognosis.hazard_ratio_per_units, estimates, ratio),
    "hazard_ratio_per_sd": (prognosis.hazard_ratio_per_sd, z_value, many),
    "concordance_normal_marker": (prognosis.concordance_normal_marker, z_value),
}  # fmt: skip
# An infinite number that a docstring promises, and nowhere else.
MAY_BE_INFINITE = {"rounding_polygon", "rounding_polygon_p"}


def numbers_in(found):
    """Yield every float of a result, however deep."""
    if isinstance(found, float | np.floating):
        yield float(found)
    elif isinstance(found, np.ndarray):
        yield from map(float, found.ravel())
    elif is_dataclass(found):
        for one in fields(found):
            yield from numbers_in(getattr(found, one.name))
    elif isinstance(found, dict):
        for one in found.values():
            yield from numbers_in(one)
    elif isinstance(found, list | tuple):
        for one in found:
            yield from numbers_in(one)


def estimates_in(found):
    if isinstance(found, Estimate):
        yield found
    elif is_dataclass(found):
        for one in fields(found):
            yield from estimates_in(getattr(found, one.name))
    elif isinstance(found, list | tuple):
        for one in found:
            yield from estimates_in(one)


RANGES = {"proportion": (0, 1), "points": (-1, 1), "probability": (0, 1), "p_value": (0, 1),
          "ratio": (0, math.inf), "months": (-math.inf, math.inf)}  # fmt: skip


def check(name, found):
    for number in numbers_in(found):
        assert not math.isnan(number), (name, found)
        assert math.isfinite(number) or name in MAY_BE_INFINITE, (name, found)
    for estimate in estimates_in(found):
        low, high = RANGES.get(estimate.unit, (-math.inf, math.inf))
        for number in (estimate.low, estimate.value, estimate.high):
            assert number is None or low - 1e-12 <= number <= high + 1e-12, (name, estimate)
        slack = 1e-6 * max(1.0, abs(estimate.value))
        assert estimate.low is None or estimate.low <= estimate.value + slack, (name, estimate)
        assert estimate.high is None or estimate.value <= estimate.high + slack, (name, estimate)
        assert estimate.p is None or 0 <= estimate.p <= 1, (name, estimate)


@pytest.mark.parametrize("name", CALLS)
def test_a_statistic_is_finite_and_in_its_range_or_refused_in_words(name):
    function, *domains = CALLS[name]

    @examples(60)
    @given(st.tuples(*domains))
    def run(arguments):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                found = function(*arguments)
            except ValueError as error:
                assert any(word in str(error) for word in ("expected", "must", "not", "no ")), error
                return
        check(name, found)

    run()
