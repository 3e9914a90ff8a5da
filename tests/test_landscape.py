"""The network of the landscape chapter: its links, its effects, and what moves them."""

import math

import pytest

from evidence.sources.data import load_evidence
from mrcc.landscape import additivity
from mrcc.landscape import analysis as landscape
from mrcc.landscape.parameters import Landscape


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


def fitted(evidence, **parameters):
    p = Landscape(**parameters)
    found = landscape.links(evidence, p)
    return found, landscape.fit(found, p)


def test_the_pfs_network_is_a_tree_with_one_doubled_edge(evidence):
    found, network = fitted(evidence)
    assert len(found) == 7
    assert len(network.treatments) == 7
    assert network.loops == 0
    assert not network.consistency_testable
    # METHODS, evidence synthesis: Q = 0.959 on one degree of freedom, P = 0.327.
    assert network.q == pytest.approx(0.959015, rel=1e-5)
    assert network.df == 1


def test_sorafenib_against_interferon_comes_from_printed_medians(evidence):
    found, network = fitted(evidence)
    (link,) = [link for link in found if link.contrast.study == "escudier-2009"]
    assert link.derived
    assert math.exp(link.contrast.log_ratio) == pytest.approx(5.6 / 5.7)
    # 97 and 92 patients, Kaplan-Meier medians: se = sqrt(1/97 + 1/92) / ln 2.
    assert link.contrast.se == pytest.approx(math.sqrt(1 / 97 + 1 / 92) / math.log(2))
    assert network.effect("SOR", "IFN").low < 1 < network.effect("SOR", "IFN").high


def test_a_reader_may_supply_the_hazard_ratio_that_could_not_be_verified(evidence):
    _, network = fitted(evidence, sor_vs_ifn_source="user", sor_vs_ifn_user=[0.88, 0.61, 1.27])
    # METHODS, evidence synthesis: with this value the combination v interferon is 0.860.
    combination = network.effect("SOR+IFN", "IFN")
    assert combination.value == pytest.approx(0.860, abs=5e-4)
    assert (combination.low, combination.high) == pytest.approx((0.479, 1.545), abs=5e-4)
    assert network.effect("PAZ", "SOR").value == pytest.approx(1.045, abs=5e-4)


def test_the_combination_against_sorafenib_is_the_trial_alone(evidence):
    _, network = fitted(evidence)
    effect = network.effect("SOR+IFN", "SOR")
    assert (effect.value, effect.low, effect.high) == pytest.approx((0.978, 0.619, 1.544), abs=5e-4)


def test_sorafenib_is_not_in_the_survival_network(evidence):
    _, network = fitted(evidence, outcome="os")
    assert set(network.treatments) == {"IFN", "BEV+IFN", "SUN", "TEM", "TEM+IFN"}
    effect = network.effect("TEM+IFN", "TEM")
    assert (effect.low, effect.high) == pytest.approx((1.045, 1.654), abs=6e-4)


def test_a_reference_outside_the_network_is_refused(evidence):
    with pytest.raises(ValueError, match="reference: expected one of .*, got PAZ"):
        fitted(evidence, outcome="os", reference="PAZ")


def test_leaving_out_the_bridge_disconnects_the_network(evidence):
    with pytest.raises(ValueError, match="connect"):
        fitted(evidence, sor_vs_ifn_source="exclude")


def test_the_cut_of_the_sunitinib_trial_is_a_parameter(evidence):
    _, interim = fitted(evidence, sunitinib_cut="interim")
    assert interim.effect("SUN", "IFN").value == pytest.approx(0.42)


def test_the_league_has_every_treatment_once(evidence):
    _, network = fitted(evidence)
    table = landscape.tabulate_league(network)
    assert len(table.data) == len(network.treatments)


def test_interferon_as_a_component_is_identified_only_through_others(evidence):
    probes = additivity.probe(evidence, 0.95)
    assert not probes["without both"].component("IFN").estimable
    alone = probes["without the placebo trials"].component("IFN").estimate
    assert alone.value == pytest.approx(0.978, abs=5e-4)
    numbers = additivity.describe(probes)
    assert numbers["probe_estimable"][0].value == 3
    assert numbers["probe_p"][0].value < 0.05
