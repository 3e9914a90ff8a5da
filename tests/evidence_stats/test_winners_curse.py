"""Exaggeration by significance and the estimates that allow for it.

Published numbers: Jonasch et al. 2010, Cancer 116:57, abstract.
"""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_stats.normal import z_from_p
from evidence_stats.printed.winners_curse import (
    conditional_mle,
    retrospective_design,
    shrunk_hazard_ratio,
    shrunk_signal_to_noise,
)
from tests.tolerance import near

VALUES = json.loads((Path(__file__).parents[1] / "reference/biomarker.json").read_text())["values"]


def retro(hr, events):
    found = retrospective_design(math.log(hr), 1 / math.sqrt(events))
    return [found.power.value, found.type_s.value, found.exaggeration.value]


COMPUTED = {f"retro.{hr}.{d}": lambda h=hr, e=d: retro(h, e) for hr, d in ((1.2, 70), (1.2, 28))}
COMPUTED["retro.0.6.40"] = lambda: retro(0.6, 40)
for p_ in (0.0411, 0.0173, 0.2):
    COMPUTED[f"p.{p_}.shrunk"] = lambda p=p_: shrunk_signal_to_noise(z_from_p(p)).value
for p_ in (0.0411, 0.0173):
    COMPUTED[f"p.{p_}.conditional_mle"] = lambda p=p_: conditional_mle(z_from_p(p)).value


@pytest.mark.parametrize("key", sorted(COMPUTED))
def test_agrees_with_r(key):
    assert COMPUTED[key]() == near(VALUES[key]["value"], VALUES[key]["kind"])


def test_every_reference_value_is_compared():
    ends = (".shrunk", ".conditional_mle")
    assert set(COMPUTED) == {k for k in VALUES if k.endswith(ends) or k.startswith("retro.")}
    assert len(COMPUTED) == 8


def test_every_value_of_the_reference_file_belongs_to_one_test_file():
    # rounding 21, prognosis 18, evidential strength 38, winner's curse 8.
    assert len(VALUES) == 21 + 18 + 38 + 8


@pytest.mark.parametrize(
    ("p", "hr", "conditional", "mixture"),
    [(0.0411, 1.04, 1.010, 1.025), (0.0173, 1.15, 1.051, 1.099)],
)
def test_the_book_prints_these_shrunk_hazard_ratios(p, hr, conditional, mixture):
    z = z_from_p(p)
    assert shrunk_hazard_ratio(hr, z, conditional_mle(z)).value == pytest.approx(
        conditional, abs=5e-4
    )
    assert shrunk_hazard_ratio(hr, z, shrunk_signal_to_noise(z)).value == pytest.approx(
        mixture, abs=5e-4
    )


def test_the_design_of_gelman_and_carlin():
    # Gelman & Carlin 2014, Perspect Psychol Sci 9:641, example of the sex ratio: true effect 2,
    # standard error 8.1; the paper simulates, hence the wide tolerances.
    found = retrospective_design(2.0, 8.1)
    assert found.power.value == pytest.approx(0.06, abs=0.005)
    assert found.type_s.value == pytest.approx(0.24, abs=0.005)
    assert found.exaggeration.value == pytest.approx(9.5, abs=0.2)


signals = st.floats(-30.0, 30.0)


@given(signals)
def test_shrinkage_never_flips_the_sign_nor_stretches(z):
    shrunk = shrunk_signal_to_noise(z).value
    assert abs(shrunk) <= abs(z)
    assert shrunk * z >= 0
    assert shrunk == pytest.approx(-shrunk_signal_to_noise(-z).value)


@given(st.floats(1.97, 30.0), st.sampled_from([-1, 1]))
def test_the_conditional_estimate_never_flips_the_sign_nor_stretches(size, sign):
    found = conditional_mle(sign * size).value
    assert 0 <= found * sign <= size


@given(st.floats(0.5, 2.0), st.floats(2.0, 8.0))
def test_a_shrunk_hazard_ratio_stays_on_its_side_of_one(hr, z):
    found = shrunk_hazard_ratio(hr, z, conditional_mle(z)).value
    assert (found - 1) * (hr - 1) >= 0
    assert abs(math.log(found)) <= abs(math.log(hr)) + 1e-12


def test_far_beyond_the_threshold_nothing_is_lost():
    assert conditional_mle(10.0).value == pytest.approx(10.0)


@given(st.floats(0.05, 2.0), st.floats(0.05, 2.0))
def test_significant_results_exaggerate(effect, se):
    found = retrospective_design(effect, se)
    assert found.exaggeration.value >= 1
    assert 0.05 <= found.power.value <= 1
    assert found.type_s.value <= 0.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: conditional_mle(1.5), "z must be finite and beyond 1.9600; got 1.5"),
        (lambda: shrunk_signal_to_noise(math.nan), "z must be finite; got nan"),
        (
            lambda: shrunk_signal_to_noise(2.0, mixture=((0.5, 1.0), (0.4, 2.0))),
            "weights adding to 1",
        ),
        (lambda: retrospective_design(0.0, 0.1), "size of true_log_hr must be positive"),
        (lambda: retrospective_design(0.1, 0.0), "se must be positive"),
        (
            lambda: shrunk_hazard_ratio(1.2, 2.0, conditional_mle(-2.5)),
            "expected a signal-to-noise ratio between 0 and z=2.0",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
