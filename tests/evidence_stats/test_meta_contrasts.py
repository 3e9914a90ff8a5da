"""Pairwise meta-analysis of log ratios, and what it says of one and two studies."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_stats.networks.contrasts import Contrast
from evidence_stats.networks.treatment_network import network
from evidence_stats.pooling import inverse_variance as pooling
from evidence_stats.pooling import meta_contrasts
from evidence_stats.pooling.meta_contrasts import pool_contrasts
from tests.network_reference import CONTRASTS, VALUES
from tests.tolerance import near

PFS = [c for c in CONTRASTS["pfs"] if c.treat_a == "BEV+IFN"]
OS = [c for c in CONTRASTS["os"] if c.treat_a == "BEV+IFN"]
DATA = {"bcg": CONTRASTS["bcg"], "two_pfs": PFS, "two_os": OS}
ADJUST = {"z": "z", "knha": "hksj"}


@pytest.mark.parametrize("key", [key for key in VALUES if key.startswith("pairwise.")])
def test_pooled_ratios_equal_metafor(key):
    _, name, method, test = key.split(".")
    model = {"FE": "common"}.get(method, method.lower())
    found = pool_contrasts(DATA[name], model=model, adjust=ADJUST[test]).asked
    assert [found.value, found.low, found.high, found.p] == near(VALUES[key], "interval")


@pytest.mark.parametrize(
    ("studies", "limits", "q", "p"),
    [
        (PFS, [0.676, 0.601, 0.760], 0.959015, 0.327435),
        (OS, [0.881, 0.780, 0.996], 0.202682, 0.652565),
    ],
)
def test_two_trials_of_bevacizumab_are_pooled_with_a_common_effect(studies, limits, q, p):
    found = pool_contrasts(studies, model="reml", adjust="hksj")
    estimate = found.estimate
    assert [estimate.value, estimate.low, estimate.high] == pytest.approx(limits, abs=6e-4)
    assert [found.pooled.q, found.pooled.q_p] == pytest.approx([q, p], abs=6e-7)
    assert found.shown == "common effect of two"
    assert found.studies == tuple(studies)
    assert "two_studies_common" in estimate.conventions
    assert found.asked == found.hartung_knapp


def test_hartung_knapp_of_two_agreeing_trials_is_useless_and_said_so():
    found = pool_contrasts(PFS)
    assert round(found.hartung_knapp.low, 2) == 0.32
    assert round(found.hartung_knapp.high, 2) == 1.43
    assert "runs from 0.32 to 1.43" in found.note


def test_two_trials_that_agree_exactly_have_no_hartung_knapp_interval():
    found = pool_contrasts([PFS[0], replace(PFS[0], study="twin")])
    assert found.hartung_knapp is None
    assert "has no width" in found.note


@pytest.mark.parametrize("adjust", ["z", "hksj"])
@pytest.mark.parametrize("model", ["common", "reml"])
def test_one_study_is_returned_as_itself(model, adjust):
    found = pool_contrasts(PFS[:1], model=model, adjust=adjust)
    assert found.shown == "study"
    assert found.estimate == PFS[0].estimate() == found.asked
    assert found.estimate.grade == "D1"
    assert (found.hartung_knapp, found.pooled.tau2, found.k) == (None, None, 1)
    assert "nothing is pooled" in found.note
    # AVOREN prints 0.63 (0.52-0.75); the limits are not symmetric after rounding.
    assert found.estimate.low == pytest.approx(0.52, abs=0.006)


def test_three_or_more_studies_are_pooled_as_asked():
    found = pool_contrasts(CONTRASTS["bcg"], model="reml", adjust="hksj")
    assert (found.shown, found.note, found.k) == ("as asked", "", 13)
    assert found.estimate == found.asked
    assert found.estimate.conventions == ("reml", "hksj")


def test_every_estimate_names_its_conventions():
    keys = {**meta_contrasts.CONVENTIONS, **pooling.CONVENTIONS}
    for model in ("common", "reml", "dl", "pm", "ml"):
        for studies in (PFS, CONTRASTS["bcg"]):
            found = pool_contrasts(studies, model=model, adjust="hksj")
            for estimate in (found.estimate, found.asked):
                assert set(estimate.conventions) <= set(keys)


effects = st.lists(st.tuples(st.floats(-2, 2), st.floats(0.05, 2)), min_size=2, max_size=6)

# Each example finds several Q-profile intervals by bisection.
few = settings(max_examples=25, deadline=None)


@few
@given(effects)
def test_the_common_effect_is_the_network_of_two_treatments(rows):
    contrasts = [
        Contrast(f"S{i}", "A", "B", log_ratio=row[0], se=row[1]) for i, row in enumerate(rows)
    ]
    found, whole = pool_contrasts(contrasts), network(contrasts)
    assert found.estimate.value == pytest.approx(whole.effect("A", "B").value)
    assert found.estimate.se == pytest.approx(whole.effect("A", "B").se)
    assert found.pooled.q == pytest.approx(whole.q, abs=1e-8)


@few
@given(effects)
def test_the_moment_estimate_is_the_network_one(rows):
    contrasts = [
        Contrast(f"S{i}", "A", "B", log_ratio=row[0], se=row[1]) for i, row in enumerate(rows)
    ]
    whole = network(contrasts, model="random")
    found = pool_contrasts(contrasts, model="dl")
    assert found.asked.value == pytest.approx(whole.effect("A", "B").value, rel=1e-6)
    assert whole.i2 == pytest.approx(max(0.0, 1 - whole.df / whole.q) if whole.q else 0.0)


@few
@given(effects, st.integers(1, 5))
def test_a_study_read_the_other_way_is_turned(rows, place):
    contrasts = [
        Contrast(f"S{i}", "A", "B", log_ratio=row[0], se=row[1]) for i, row in enumerate(rows)
    ]
    place = min(place, len(rows) - 1)
    turned = [c.reverse() if i == place else c for i, c in enumerate(contrasts)]
    assert pool_contrasts(turned) == pool_contrasts(contrasts)


@few
@given(effects)
def test_the_reversed_question_has_the_reciprocal_answer(rows):
    contrasts = [
        Contrast(f"S{i}", "A", "B", log_ratio=row[0], se=row[1]) for i, row in enumerate(rows)
    ]
    found, other = pool_contrasts(contrasts), pool_contrasts([c.reverse() for c in contrasts])
    assert (other.treat_a, other.treat_b) == ("B", "A")
    assert math.log(found.estimate.value) == pytest.approx(-math.log(other.estimate.value))


def test_what_cannot_be_pooled_is_an_error():
    with pytest.raises(ValueError, match="at least one contrast; got none"):
        pool_contrasts([])
    with pytest.raises(ValueError, match="expected contrasts of BEV.IFN and IFN; got"):
        pool_contrasts(CONTRASTS["pfs"][3:6])
    with pytest.raises(ValueError, match="expected every study once; got AVOREN, AVOREN"):
        pool_contrasts([PFS[0], PFS[0]])
    with pytest.raises(ValueError, match="model must be one of reml, dl"):
        pool_contrasts(PFS, model="fixed")
    with pytest.raises(ValueError, match="adjust must be one of hksj"):
        pool_contrasts(PFS, adjust="knha")
