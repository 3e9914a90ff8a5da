"""What a P value says, and how many looks it bears.

Published numbers: Jonasch et al. 2010, Cancer 116:57, abstract (P = .0411 and .0173).
"""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from evidence_stats.estimates import Estimate
from evidence_stats.markers.prognosis import hazard_ratio_per_sd
from evidence_stats.normal import z_from_p
from evidence_stats.printed.evidential_strength import (
    adjusted_p_values,
    bayes_factor_bound,
    e_value,
    false_positive_report_probability,
    minimum_bayes_factor,
    posterior_probability,
    s_value,
    scepticism_limit,
)
from tests.tolerance import near

VALUES = json.loads((Path(__file__).parents[1] / "reference/biomarker.json").read_text())["values"]


def fprp(p, events):
    return [
        false_positive_report_probability(
            p, prior=prior, alternative_hr=1.5, se=1 / math.sqrt(events)
        ).value
        for prior in (0.5, 0.25, 0.1, 0.01)
    ]


COMPUTED = {"bound_above_1_over_e": lambda: bayes_factor_bound(0.5).value}
for p_, d_ in ((0.0411, 70), (0.0173, 28), (0.2, 55)):
    COMPUTED |= {
        f"p.{p_}.bound": lambda p=p_: bayes_factor_bound(p).value,
        f"p.{p_}.s": lambda p=p_: s_value(p).value,
        f"p.{p_}.min_bf": lambda p=p_: minimum_bayes_factor(z_from_p(p)).value,
        f"p.{p_}.fprp": lambda p=p_, d=d_: fprp(p, d),
        f"p.{p_}.posterior": lambda p=p_: (
            posterior_probability(0.1, bayes_factor_bound(p).value).value
        ),
    }
for m_ in (2, 3, 4, 6, 20):
    for method_ in ("holm", "bonferroni", "bh"):
        COMPUTED[f"adjust.{method_}.{m_}"] = lambda m=m_, how=method_: [
            p.value for p in adjusted_p_values([0.0411, 0.0173], n_hypotheses=m, method=how)
        ]
for hr_ in (1.277, 1.568, 0.6, 1):
    COMPUTED[f"e_value.{hr_}"] = lambda hr=hr_: e_value(Estimate(hr)).value
for low_, high_ in ((1.02, 1.29), (0.34, 0.62), (1.0014, 1.08)):
    COMPUTED[f"sceptical.{low_}.{high_}"] = lambda a=low_, b=high_: scepticism_limit(a, b).value


@pytest.mark.parametrize("key", sorted(COMPUTED))
def test_agrees_with_r(key):
    assert COMPUTED[key]() == near(VALUES[key]["value"], VALUES[key]["kind"])


def test_every_reference_value_is_compared():
    names = (".bound", ".s", ".min_bf", ".fprp", ".posterior")
    others = ("bound_", "adjust.", "e_value.", "sceptical.")
    assert set(COMPUTED) == {k for k in VALUES if k.endswith(names) or k.startswith(others)}
    assert len(COMPUTED) == 38


@pytest.mark.parametrize(
    ("p", "bound"),
    # -e p ln p worked by hand at the P values of Sellke, Bayarri & Berger 2001, table 1.
    [(0.1, 0.6259), (0.05, 0.4072), (0.01, 0.1252), (0.005, 0.0720), (0.001, 0.0188)],
)
def test_the_bound_agrees_with_a_hand_calculation(p, bound):
    assert 1 / bayes_factor_bound(p).value == pytest.approx(bound, abs=5e-5)


def test_the_e_value_agrees_with_its_paper():
    # VanderWeele & Ding 2017, Ann Intern Med 167:268, worked example: a risk ratio of 3.9 has
    # E-value 7.26; here through the hazard ratio whose common-outcome transform is 3.9.
    def risk_ratio(hr):
        return (1 - 0.5 ** math.sqrt(hr)) / (1 - 0.5 ** math.sqrt(1 / hr))

    low, high = 1.0, 100.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if risk_ratio(middle) < 3.9 else (low, middle)
    assert e_value(Estimate(low)).value == pytest.approx(7.26, abs=0.005)


def test_the_book_prints_these_numbers():
    found = e_value(hazard_ratio_per_sd(z_from_p(0.0411), 70))
    assert [found.value, found.low] == pytest.approx([1.65, 1.09], abs=5e-3)
    found = e_value(hazard_ratio_per_sd(z_from_p(0.0173), 28))
    assert [found.value, found.low] == pytest.approx([2.07, 1.30], abs=5e-3)
    assert scepticism_limit(1.02, 1.29).value == pytest.approx(1.2143, abs=5e-5)


def test_an_interval_that_includes_one_has_e_value_limit_one_and_no_scepticism_limit():
    assert e_value(Estimate(1.04, 1.00, 1.08)).low == 1.0
    assert scepticism_limit(1.00, 1.08) is None
    assert scepticism_limit(0.9, 1.2) is None


probabilities = st.floats(1e-6, 1.0)


@pytest.mark.parametrize(
    ("p", "unseen"), [([0.0411, 0.0173], 6), ([0.3, 0.001, 0.3, 0.02], 0), ([0.9], 20), ([1e-6], 0)]
)
def test_adjusted_p_values_are_those_of_statsmodels(p, unseen):
    for how, name in {"holm": "holm", "bonferroni": "bonferroni", "bh": "fdr_bh"}.items():
        ours = adjusted_p_values(p, n_hypotheses=len(p) + unseen, method=how)
        theirs = multipletests([*p, *[1.0] * unseen], method=name)[1]
        assert [one.value for one in ours] == pytest.approx(list(theirs[: len(p)]), rel=1e-12)


@settings(deadline=None)
@given(st.lists(probabilities, min_size=1, max_size=5), st.integers(0, 20))
def test_adjusted_p_values_only_grow_and_holm_never_beats_bh(p, unseen):
    m = len(p) + unseen
    by = {
        how: [x.value for x in adjusted_p_values(p, n_hypotheses=m, method=how)]
        for how in ("holm", "bonferroni", "bh")
    }
    for raw, bh, holm, bonferroni in zip(p, by["bh"], by["holm"], by["bonferroni"], strict=True):
        assert raw <= bh * (1 + 1e-12)
        assert bh <= holm * (1 + 1e-12)
        assert holm <= bonferroni * (1 + 1e-12) <= 1 + 1e-12


@given(st.floats(0.1, 10.0))
def test_the_e_value_does_not_depend_on_direction(hr):
    assert e_value(Estimate(hr)).value == pytest.approx(e_value(Estimate(1 / hr)).value)
    assert e_value(Estimate(hr)).value >= 1.0


@given(st.floats(1.001, 3.0), st.floats(1.001, 3.0))
def test_the_scepticism_limit_inverts_with_the_ratio(low, factor):
    limit = scepticism_limit(low, low * factor).value
    assert scepticism_limit(1 / (low * factor), 1 / low).value == pytest.approx(1 / limit)


@given(st.floats(0.01, 0.99), probabilities)
def test_the_bound_never_lowers_the_prior(prior, p):
    assert posterior_probability(prior, bayes_factor_bound(p).value).value >= prior - 1e-12


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bayes_factor_bound(0.0), "p must lie above 0 and not above 1; got 0.0"),
        (lambda: s_value(1.2), "p must lie above 0 and not above 1; got 1.2"),
        (lambda: minimum_bayes_factor(math.nan), "z must be finite; got nan"),
        (lambda: posterior_probability(1.0, 2.0), "prior must lie strictly between 0 and 1"),
        (lambda: posterior_probability(0.5, 0.0), "bayes_factor must be positive"),
        (lambda: adjusted_p_values([0.1, 0.2], n_hypotheses=1), "got n_hypotheses=1, 2 P values"),
        (lambda: adjusted_p_values([0.1], n_hypotheses=2, method="sidak"), "method must be one"),
        (lambda: e_value(Estimate(0.0)), "hr must be positive"),
        (lambda: scepticism_limit(1.3, 1.1), "low must be below high; got low=1.3, high=1.1"),
        (
            lambda: false_positive_report_probability(0.04, prior=0, alternative_hr=1.5, se=0.1),
            "prior must lie strictly",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
