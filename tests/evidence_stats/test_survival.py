"""Medians and hazard ratios from printed summaries.

Published numbers: Jonasch et al. 2010, Cancer 116:57, abstract (medians of progression-free
survival 7.39 months, 5.52-9.20, and 7.56, 5.19-11.07; survival 27.04, 22.31 to not attained).
"""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_stats.survival.from_medians import (
    difference_of_medians,
    hazard_ratio_from_medians,
    hazard_ratio_from_medians_and_counts,
    implied_exponential_events,
    implied_weibull_shape,
    landmark_survival,
    log_median_se,
    ratio_of_medians,
)
from evidence_stats.survival.hazard_ratio import (
    log_hr_se_from_interval,
    log_hr_se_from_p,
    normal_posterior,
    printed_hazard_ratio,
)
from evidence_stats.survival.median import Median
from tests.tolerance import near

VALUES = json.loads((Path(__file__).parents[1] / "reference/survival.json").read_text())["values"]
PREFIXES = ("median.", "counts.", "hr_se.")

COMBINATION, SORAFENIB = Median(7.56, 5.19, 11.07), Median(7.39, 5.52, 9.20)
ARMS = {
    "jonasch": (COMBINATION, SORAFENIB),
    "held_out": (Median(14.2, 11.9, 17.3, level=0.90), Median(9.8, 8.1, 12.6, level=0.90)),
}


def interval(estimate):
    return [estimate.value, estimate.low, estimate.high]


def posterior(first, second, prior_sd):
    hr = hazard_ratio_from_medians(first, second)
    result = normal_posterior(math.log(hr.value), hr.se, prior_sd=prior_sd)
    return [result.mean, result.sd, *(result.probability_below(x) for x in (1, 0.8, 1.25))]


def counts(estimator):
    return hazard_ratio_from_medians_and_counts(
        Median(5.7), Median(5.6), count_experimental=97, count_control=92, estimator=estimator
    ).se


COMPUTED = {
    "counts.kaplan_meier": lambda: counts("kaplan-meier"),
    "counts.exponential": lambda: counts("exponential"),
}
for hr_, low_, high_, p_ in (
    (1.04, 1.00, 1.08, 0.0411),
    (1.15, 1.02, 1.29, 0.0173),
    (0.46, 0.34, 0.62, 1e-4),
):
    COMPUTED[f"hr_se.{hr_}"] = lambda t=(hr_, low_, high_, p_): [
        log_hr_se_from_interval(*t[:3]),
        log_hr_se_from_p(t[0], t[3]),
    ]
for name_, (e_, c_) in ARMS.items():
    COMPUTED |= {
        f"median.{name_}.{key}": call
        for key, call in {
            "se": lambda e=e_, c=c_: [log_median_se(e), log_median_se(c)],
            "ratio": lambda e=e_, c=c_: interval(ratio_of_medians(e, c)),
            "hr.shape1": lambda e=e_, c=c_: interval(hazard_ratio_from_medians(e, c)),
            "hr.shape1.45": lambda e=e_, c=c_: interval(
                hazard_ratio_from_medians(e, c, shape=1.45)
            ),
            "mover": lambda e=e_, c=c_: interval(difference_of_medians(e, c)),
            "shape.n40": lambda e=e_, c=c_: [implied_weibull_shape(m, 40).value for m in (e, c)],
            "events": lambda e=e_, c=c_: [implied_exponential_events(m).value for m in (e, c)],
            "landmark6.shape1.45": lambda e=e_: interval(landmark_survival(e, 6, shape=1.45)),
            "landmark6": lambda c=c_: interval(landmark_survival(c, 6)),
            "posterior.flat": lambda e=e_, c=c_: posterior(e, c, math.inf),
            "posterior.sceptical": lambda e=e_, c=c_: posterior(e, c, math.log(2) / 1.96),
        }.items()
    }


@pytest.mark.parametrize("key", sorted(COMPUTED))
def test_agrees_with_r(key):
    reference = VALUES[key]
    assert COMPUTED[key]() == near(reference["value"], reference["kind"])


def test_every_reference_value_is_compared():
    assert set(COMPUTED) == {key for key in VALUES if key.startswith(PREFIXES)}
    assert len(COMPUTED) == 27


def test_the_book_prints_these_numbers():
    assert interval(hazard_ratio_from_medians(COMBINATION, SORAFENIB)) == pytest.approx(
        [0.9775, 0.6191, 1.5435], abs=5e-5
    )
    assert interval(ratio_of_medians(COMBINATION, SORAFENIB)) == pytest.approx(
        [1.023, 0.648, 1.615], abs=5e-4
    )
    assert implied_weibull_shape(SORAFENIB, 40).value == pytest.approx(1.750, abs=5e-4)
    assert implied_weibull_shape(COMBINATION, 40).value == pytest.approx(1.180, abs=5e-4)
    assert interval(landmark_survival(SORAFENIB, 6)) == pytest.approx(
        [0.570, 0.471, 0.636], abs=5e-4
    )


months = st.floats(0.5, 60.0)
factors = st.floats(1.05, 3.0)


@st.composite
def medians(draw):
    value = draw(months)
    return Median(value, value / draw(factors), value * draw(factors))


@given(medians(), medians(), st.floats(0.5, 3.0))
def test_swapping_arms_inverts_the_hazard_ratio(a, b, shape):
    forward = hazard_ratio_from_medians(a, b, shape=shape)
    back = hazard_ratio_from_medians(b, a, shape=shape)
    assert forward.value == pytest.approx(1 / back.value)
    assert forward.low == pytest.approx(1 / back.high)
    assert forward.se == pytest.approx(back.se)


@given(medians(), medians(), st.floats(0.1, 40.0))
def test_the_unit_of_time_does_not_matter_to_ratios(a, b, unit):
    scaled = [Median(m.value * unit, m.low * unit, m.high * unit) for m in (a, b)]
    assert interval(hazard_ratio_from_medians(*scaled)) == pytest.approx(
        interval(hazard_ratio_from_medians(a, b))
    )
    difference = interval(difference_of_medians(*scaled))
    assert difference == pytest.approx([unit * x for x in interval(difference_of_medians(a, b))])


@given(medians(), st.floats(0.5, 3.0))
def test_half_are_alive_at_the_median(median, shape):
    assert landmark_survival(median, median.value, shape=shape).value == pytest.approx(0.5)


@given(st.floats(-1, 1), st.floats(0.05, 1), st.floats(0.05, 5))
def test_a_sceptical_prior_pulls_towards_its_mean(log_hr, se, prior_sd):
    result = normal_posterior(log_hr, se, prior_sd=prior_sd)
    assert abs(result.mean) <= abs(log_hr)
    assert result.sd < min(se, prior_sd)
    assert result.summary().low < result.summary().value < result.summary().high


def test_a_flat_prior_gives_the_confidence_interval_back():
    hr = hazard_ratio_from_medians(COMBINATION, SORAFENIB)
    summary = normal_posterior(math.log(hr.value), hr.se).summary()
    assert interval(summary) == pytest.approx(interval(hr))
    assert summary.kind == "credible"
    assert normal_posterior(0.0, 1.0).probability(1.0).value == pytest.approx(0.5)


def test_a_limit_not_attained_stays_none():
    overall = Median(27.04, 22.31, None)
    assert landmark_survival(overall, 12).high is None
    assert landmark_survival(overall, 12).low == pytest.approx(0.5 ** (12 / 22.31))
    assert overall.estimate().high is None
    assert difference_of_medians(overall, SORAFENIB).high is None
    with pytest.raises(ValueError, match=r"expected both limits.*high=None"):
        hazard_ratio_from_medians(overall, SORAFENIB)


def test_a_median_not_reached_is_refused_by_name():
    with pytest.raises(ValueError, match="not reached"):
        ratio_of_medians(Median(None, 20.0, 40.0), SORAFENIB)
    with pytest.raises(ValueError, match="not reached"):
        landmark_survival(Median(None), 6)
    with pytest.raises(ValueError, match="not reached"):
        Median(None).estimate()


def test_a_printed_hazard_ratio_takes_its_error_from_the_interval_or_else_from_p():
    printed = printed_hazard_ratio(1.04, 1.00, 1.08, p=0.0411)
    assert printed.se == near(VALUES["hr_se.1.04"]["value"][0], "se")
    assert interval(printed) == [1.04, 1.00, 1.08]
    derived = printed_hazard_ratio(1.04, p=0.0411)
    assert derived.se == near(VALUES["hr_se.1.04"]["value"][1], "se")
    assert derived.excludes(1.0)
    with pytest.raises(ValueError, match="expected both limits or a P value"):
        printed_hazard_ratio(1.04, 1.00)


def test_medians_without_limits_need_counts():
    exponential = hazard_ratio_from_medians_and_counts(
        Median(5.7), Median(5.6), count_experimental=97, count_control=92, estimator="exponential"
    )
    curve = hazard_ratio_from_medians_and_counts(
        Median(5.7), Median(5.6), count_experimental=97, count_control=92
    )
    assert curve.se == pytest.approx(exponential.se / math.log(2))
    assert curve.grade == "D2"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Median(7.39, 9.2), "low must not exceed value; got value=7.39, low=9.2"),
        (lambda: Median(7.39, None, 5.0), "value must not exceed high; got high=5.0, value=7.39"),
        (lambda: Median(None, 9.0, 5.0), "low must not exceed high; got high=5.0, low=9.0"),
        (lambda: Median(-1.0), "value must be positive and finite; got -1.0"),
        (lambda: Median(math.inf), "value must be positive and finite; got inf"),
        (lambda: Median(1.0, level=95), "level must lie strictly between 0 and 1; got 95"),
        (
            lambda: ratio_of_medians(COMBINATION, Median(7.0, 6.0, 8.0, level=0.9)),
            "both medians must have one level; got 0.95 and 0.9",
        ),
        (
            lambda: hazard_ratio_from_medians(COMBINATION, SORAFENIB, shape=0),
            "shape must be positive and finite; got 0",
        ),
        (lambda: implied_weibull_shape(SORAFENIB, 0), "n must be positive"),
        (
            lambda: implied_exponential_events(Median(5.0, 5.0, 5.0)),
            "limits of the median that differ",
        ),
        (lambda: log_hr_se_from_interval(1.2, 0.9, 1.1), "limits must enclose hr; got hr=1.2"),
        (lambda: log_hr_se_from_p(1.0, 0.5), "expected hr other than 1 and p below 1; got hr=1.0"),
        (lambda: log_hr_se_from_p(1.1, 0.0), "p must lie above 0 and not above 1; got 0.0"),
        (lambda: normal_posterior(0.0, 0.0), "se must be positive and finite; got 0.0"),
        (lambda: normal_posterior(0.0, 1.0, prior_sd=0), "prior_sd must be positive"),
        (lambda: normal_posterior(math.nan, 1.0), "means must be finite; got log_hr=nan"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
