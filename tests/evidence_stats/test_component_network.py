"""Additive component networks: against metafor with a component design, and what is identified."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_stats.networks import components as component_module
from evidence_stats.networks import treatment_network as network_module
from evidence_stats.networks.components import component_network, split_components
from evidence_stats.networks.contrasts import Contrast
from evidence_stats.networks.treatment_network import network
from tests.network_reference import CONTRASTS, VALUES, change, networks, without
from tests.tolerance import near

PFS, OS = CONTRASTS["pfs"], CONTRASTS["os"]
PLACEBO_TRIALS = ("TARGET 2007", "Sternberg 2010")
DATA = {
    "pfs": PFS,
    "no_jonasch": without(PFS, "Jonasch 2010"),
    "no_placebo": without(PFS, *PLACEBO_TRIALS),
    "neither": without(PFS, *PLACEBO_TRIALS, "Jonasch 2010"),
    "three": without(PFS, "AVOREN", "CALGB 90206", "Motzer 2007"),
    "ensemble": change(PFS, "Jonasch 2010", math.log(0.76), 0.30),
    "medians": change(PFS, "Escudier 2009", math.log(5.6 / 5.7)),
    "interaction": PFS,
    "os": OS,
    "disconnected": without(PFS, "Escudier 2009"),
    "linde": CONTRASTS["linde"],
}


def fit(name, **options):
    if name == "interaction":
        options["interactions"] = ("SOR*IFN",)
    return component_network(DATA[name], inactive=("PLA", "Placebo"), **options)


@pytest.mark.parametrize("name", [name for name in DATA if name != "neither"])
def test_components_equal_metafor(name):
    found, key = fit(name), f"components.{name}."
    assert list(found.names) == VALUES[key + "names"]
    assert found.rank == near(VALUES[key + "rank"], "count")
    assert [math.log(c.estimate.value) for c in found.components] == near(VALUES[key + "b"])
    assert [c.estimate.se for c in found.components] == near(VALUES[key + "se"], "se")
    additive = [found.q_additive, found.df_additive, found.q_difference, found.df_difference]
    assert additive == pytest.approx(VALUES[key + "q"], rel=1e-6, abs=1e-9)
    if key + "p_difference" in VALUES:
        assert found.p_difference == near(VALUES[key + "p_difference"], "p")
    else:
        assert found.p_difference is None


@pytest.mark.parametrize("name", [n for n in DATA if f"components.{n}.random" in VALUES])
def test_random_effects_equal_metafor_with_the_moment_tau2(name):
    found, key = fit(name, model="random"), f"components.{name}.random"
    assert found.tau2 == near(VALUES[key][0], "tau2")
    assert list(found.coefficients) == near(VALUES[key][1:])
    assert [c.estimate.se for c in found.components] == near(VALUES[key + ".se"], "se")


@pytest.mark.parametrize(
    ("name", "rank", "value", "low", "high"),
    [
        ("pfs", 5, 0.685, 0.501, 0.938),
        ("no_jonasch", 5, 0.500, 0.325, 0.769),
        ("no_placebo", 4, 0.978, 0.619, 1.544),
        ("three", 3, 0.685, 0.501, 0.938),
        ("interaction", 6, 0.500, 0.325, 0.769),
        ("os", 4, 1.315, 1.045, 1.654),
    ],
)
def test_adding_interferon_means_another_thing_in_every_set_of_studies(
    name, rank, value, low, high
):
    found = fit(name)
    interferon = found.component("IFN").estimate
    assert found.rank == rank == len(found.components)
    limits = [interferon.value, interferon.low, interferon.high]
    assert limits == pytest.approx([value, low, high], abs=6e-4)


def test_additivity_is_contradicted_when_all_studies_are_used():
    found = fit("pfs")
    assert found.q_difference == pytest.approx(4.379793, abs=5e-7)
    assert found.df_difference == 1
    assert found.p_difference == pytest.approx(0.036367, abs=5e-7)
    assert fit("three").p_difference == pytest.approx(found.p_difference)


def test_other_values_of_two_trials_move_the_answer():
    assert fit("medians").component("IFN").estimate.value == pytest.approx(0.647, abs=5e-4)
    assert fit("medians").p_difference == pytest.approx(0.015, abs=5e-4)
    assert fit("ensemble").component("IFN").estimate.value == pytest.approx(0.579, abs=5e-4)
    assert fit("ensemble").p_difference == pytest.approx(0.26, abs=5e-3)


def test_the_interaction_saturates_the_model():
    found = fit("interaction")
    interaction = found.component("SOR*IFN")
    assert interaction.treatments == ("SOR+IFN",)
    limits = [interaction.estimate.value, interaction.estimate.low, interaction.estimate.high]
    assert limits == pytest.approx([1.955, 1.04, 3.66], abs=6e-3)
    assert (found.df_difference, found.p_difference) == (0, None)
    assert found.q_additive == pytest.approx(found.q_full)


def test_without_its_two_links_interferon_is_aliased():
    found = fit("neither")
    assert (found.rank, len(found.components)) == (3, 4)
    assert found.aliased == (("IFN", "SOR", "SUN"),)
    interferon = found.component("IFN")
    assert (interferon.estimable, interferon.estimate) == (False, None)
    assert interferon.aliased_with == ("SOR", "SUN")
    assert found.component("BEV").estimable
    assert found.effect("SUN", "SOR").value == pytest.approx(0.539 / 0.88)
    with pytest.raises(ValueError, match="got SUN.IFN v SUN, and these cannot be told apart: IFN"):
        found.effect("SUN+IFN", "SUN")


def test_a_disconnected_network_is_joined_by_additivity_alone():
    found = fit("disconnected")
    assert found.joined_by_additivity
    assert len(found.parts) == 2
    with pytest.raises(ValueError, match="expected a connected network; got 2 parts"):
        network(DATA["disconnected"])
    # Sunitinib against placebo: every step but the interferon component is a trial.
    expected = 0.539 * fit("no_placebo").component("IFN").estimate.value
    assert found.effect("SUN", "PLA").value == pytest.approx(expected)
    assert not fit("pfs").joined_by_additivity


def test_a_network_that_additivity_does_not_join_is_said_to_be_in_parts():
    rows = without(PFS, "Escudier 2009", "Jonasch 2010")
    found = component_network(rows, inactive=("PLA",))
    assert len(found.parts) == 2
    assert not found.joined_by_additivity
    assert found.aliased == (("IFN", "SUN"),)


def test_two_groups_can_be_aliased_apart():
    rows = [
        Contrast("one", "A", "B", log_ratio=0.1, se=0.2),
        Contrast("two", "C", "D", log_ratio=0.1, se=0.2),
    ]
    found = component_network(rows)
    assert found.aliased == (("A", "B"), ("C", "D"))
    assert found.rank == 2
    assert not found.joined_by_additivity


def test_an_untested_combination_can_be_asked_for():
    found = fit("pfs")
    assert found.effect("SUN+IFN", "SUN") == found.component("IFN").estimate
    assert found.effect("SOR", "PLA") == found.component("SOR").estimate


def test_inactive_treatments_that_no_study_holds_are_allowed():
    assert component_network(OS, inactive=("PLA",)) == component_network(OS, inactive=("PLA",))
    assert (
        component_network(OS).coefficients == component_network(OS, inactive=("PLA",)).coefficients
    )


def test_every_estimate_names_its_conventions_and_grade():
    keys = {**component_module.CONVENTIONS, **network_module.CONVENTIONS}
    for component in fit("pfs", model="random").components:
        assert set(component.estimate.conventions) <= set(keys)
        assert component.estimate.grade == "D2"
        assert component.estimate.unit == "ratio"


@settings(deadline=None)
@given(networks())
def test_without_combinations_the_additive_model_is_the_network(rows):
    additive, full = component_network(rows, inactive=("T0",)), network(rows)
    assert additive.q_difference == pytest.approx(0, abs=1e-8)
    assert additive.df_difference == 0
    for component in additive.components:
        expected = full.difference(component.name, "T0")
        found = math.log(component.estimate.value), component.estimate.se
        assert found == pytest.approx(expected, rel=1e-7, abs=1e-8)


@settings(deadline=None)
@given(networks())
def test_without_an_inactive_treatment_no_component_is_estimable_but_all_differences_are(rows):
    found = component_network(rows)
    assert found.rank == len(found.components) - 1
    assert not any(component.estimable for component in found.components)
    assert len(found.aliased) == 1
    expected = network(rows).difference("T0", "T1")
    difference = found.effect("T0", "T1")
    assert (math.log(difference.value), difference.se) == pytest.approx(expected, abs=1e-8)


@settings(deadline=None)
@given(st.permutations(range(len(PFS))), st.integers(0, len(PFS) - 1))
def test_order_and_direction_of_studies_do_not_matter(order, turned):
    rows = [PFS[i].reverse() if i == turned else PFS[i] for i in order]
    found, expected = component_network(rows, inactive=("PLA",)), fit("pfs")
    assert list(found.coefficients) == pytest.approx(list(expected.coefficients))
    assert found.q_difference == pytest.approx(expected.q_difference)


@settings(deadline=None)
@given(st.floats(-2, 2), st.floats(-2, 2), st.floats(0.05, 2))
def test_exactly_additive_results_leave_no_q(a, b, se):
    rows = [
        Contrast("one", "A", "P", log_ratio=a, se=se),
        Contrast("two", "B", "P", log_ratio=b, se=se),
        Contrast("three", "A+B", "P", log_ratio=a + b, se=se),
    ]
    found = component_network(rows, inactive=("P",))
    assert found.q_difference == pytest.approx(0, abs=1e-9)
    assert found.df_difference == 1
    assert list(found.coefficients) == pytest.approx([a, b], abs=1e-9)


@pytest.mark.parametrize("name", ["SOR++IFN", "SOR+SOR", "SOR*IFN", "", "+"])
def test_a_treatment_code_that_cannot_be_read_is_an_error(name):
    with pytest.raises(ValueError, match="expected different components joined by"):
        split_components(name)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"interactions": ("SOR*AXI",)}, "expected an interaction of two or more of BEV, IFN"),
        ({"interactions": ("SOR",)}, "expected an interaction of two or more"),
        ({"interactions": ("PAZ*IFN",)}, "expected a treatment that holds 'PAZ.IFN'; got none"),
        ({"model": "fixed"}, "model must be one of common, random; got 'fixed'"),
        ({"tau2": 0.1}, "tau2 belongs to the random-effects model"),
        ({"inactive": ("BEV", "IFN", "PAZ", "PLA", "SOR", "SUN")}, "expected an active component"),
    ],
)
def test_options_that_make_no_sense_are_errors(options, message):
    with pytest.raises(ValueError, match=message):
        component_network(PFS, **options)


def test_a_comparison_of_unknown_or_equal_combinations_is_an_error():
    found = fit("pfs")
    with pytest.raises(ValueError, match="component must be one of BEV.*; got 'AXI'"):
        found.effect("AXI", "IFN")
    with pytest.raises(ValueError, match="expected two combinations that differ"):
        found.effect("SOR+IFN", "IFN+SOR")
    with pytest.raises(ValueError, match="component must be one of BEV.*; got 'PLA'"):
        found.component("PLA")
