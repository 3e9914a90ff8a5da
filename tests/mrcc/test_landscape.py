"""The network of the landscape chapter: its links, its effects, and what moves them."""

import math

import pytest

from evidence.sources.data import load_evidence
from mrcc.landscape import additivity, heterogeneity, later_lines, loops, pairwise
from mrcc.landscape import analysis as landscape
from mrcc.landscape.parameters import Landscape
from tests.page_cells import compute, real


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


def fitted(evidence, **parameters):
    p = Landscape(**{"lines": "all"} | parameters)
    found = landscape.links(evidence, p)
    return found, landscape.fit(found, p)


# Trials that compared later drugs with sorafenib; METHODS has the network without them.
LATER = {"rini-2011", "motzer-2013", "tomita-2020", "hutson-2013", "rini-2020"}


def fitted_without_later(evidence, **parameters):
    p = Landscape(**{"lines": "all"} | parameters)
    found = [link for link in landscape.links(evidence, p) if link.contrast.study not in LATER]
    return found, landscape.fit(found, p)


def test_one_loop_of_the_pfs_network_is_closed_and_its_evidence_agrees(evidence):
    found, network = fitted(evidence)
    assert len(found) == 12
    assert len(network.treatments) == 9
    assert network.loops == 1
    gaps = {(e.treat_a, e.treat_b): gap for e, gap in loops.checked_edges(network)}
    assert set(gaps) == {("IFN", "SOR"), ("IFN", "SUN"), ("SOR", "SUN")}
    # By hand (Bucher): direct 0.67 (0.42-1.08) over indirect 0.55 is 1.22 (0.63-2.34), P 0.55.
    gap = gaps["SOR", "SUN"]
    assert 1 / gap.value == pytest.approx(1.22, abs=0.005)
    assert gap.p == pytest.approx(0.55, abs=0.01)


def test_without_the_later_drugs_it_is_a_tree_with_one_doubled_edge(evidence):
    found, network = fitted_without_later(evidence)
    assert len(found) == 7
    assert len(network.treatments) == 7
    assert network.loops == 0
    assert not network.consistency_testable
    assert loops.checked_edges(network) == []
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
    given = {"sor_vs_ifn_source": "user", "sor_vs_ifn_user": [0.88, 0.61, 1.27]}
    _, network = fitted_without_later(evidence, **given)
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
        fitted(evidence, outcome="os", lines="first", reference="PAZ")


def test_leaving_out_the_bridge_disconnects_the_network(evidence):
    with pytest.raises(ValueError, match="connect"):
        fitted_without_later(evidence, sor_vs_ifn_source="exclude")
    # The trial of sunitinib against sorafenib is another way across.
    _, network = fitted(evidence, sor_vs_ifn_source="exclude")
    # 0.538 of sunitinib over interferon-alfa by 0.67 of sunitinib over sorafenib.
    assert network.effect("SOR", "IFN").value == pytest.approx(0.538 / 0.67, abs=0.01)


def test_the_cut_of_the_sunitinib_trial_is_a_parameter(evidence):
    _, interim = fitted_without_later(evidence, sunitinib_cut="interim")
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


def test_trials_after_treatment_stand_apart_and_change_no_effect_of_the_first_line(evidence):
    found, network = fitted(evidence, lines="first")
    lines = {evidence.study(link.contrast.study)["line"] for link in found}
    assert lines == {"first"}
    later = later_lines.find_later(evidence, Landscape())
    assert {evidence.study(link.contrast.study)["line"] for link in later} == {
        "second",
        "third or fourth",
        "mixed",
    }
    assert not {link.contrast.study for link in found} & {link.contrast.study for link in later}
    assert later_lines.find_later(evidence, Landscape(lines="all")) == []
    # Chains through placebo hang on sorafenib alone: they say nothing of interferon-alfa.
    _, every = fitted(evidence)
    assert network.effect("SUN", "IFN").value == pytest.approx(every.effect("SUN", "IFN").value)


def test_a_prediction_is_wider_than_its_effect_and_grows_with_the_variance_between_trials(evidence):
    found, _ = fitted(evidence, lines="first")
    refitted = heterogeneity.refit(found, Landscape())
    widths = []
    for one in refitted.values():
        effect, new = one.effect("SUN", "IFN"), one.prediction("SUN", "IFN")
        assert new.kind == "prediction"
        assert new.high / new.low >= effect.high / effect.low
        widths.append(new.high / new.low)
    assert widths == sorted(widths)
    assert refitted["none"].prediction("SUN", "IFN").low == pytest.approx(
        refitted["none"].effect("SUN", "IFN").low
    )


@pytest.mark.parametrize(("outcome", "median"), [("pfs", 0.0396), ("os", 0.0140)])
def test_the_variance_to_expect_is_that_of_turner_2012(evidence, outcome, median):
    # exp(-3.23) and exp(-4.27): drugs against drugs, semi-objective outcomes and mortality.
    p = Landscape(outcome=outcome)
    refitted = heterogeneity.refit(landscape.links(evidence, p), p)
    assert refitted[heterogeneity.MEDIAN].tau2_used == pytest.approx(median, abs=1e-4)


def test_what_is_said_of_interferon_is_said_only_where_it_is_the_comparator():
    # Against sunitinib the number of sorafenib is another one than the sentence is about.
    for reference in ("SUN", "SOR"):
        claims = compute("questions/landscape", real(), reference=reference)["page"]._ledger.claims
        assert {"sorafenib_against_interferon", "sunitinib_against_interferon"}.isdisjoint(claims)
        assert "sunitinib_in_a_new_trial" not in claims


def test_trials_that_enrolled_untreated_patients_too_are_not_said_to_be_after_treatment(evidence):
    # TIVO-1 had patients with no or one earlier treatment (its abstract, patients and methods).
    assert evidence.study("motzer-2013")["line"] == "mixed"
    pairs = pairwise.find_pairs(evidence, Landscape())
    own = [pair for pair in pairs if "motzer-2013" in str(pair.rows)]
    assert own
    assert all("later or mixed lines" in pair.words for pair in own)
