"""Network meta-analysis: against metafor's multivariate fit and a hand-written graph method."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_stats.networks import contrasts as contrasts_module
from evidence_stats.networks import treatment_network as network_module
from evidence_stats.networks.contrasts import Contrast, bucher, multi_arm_contrasts
from evidence_stats.networks.network_graph import subnetworks
from evidence_stats.networks.treatment_network import network
from tests.network_reference import CONTRASTS, VALUES, chains, networks, without
from tests.tolerance import near

REFERENCE = {"senn": "placebo", "smoke": "no_contact", "linde": "Placebo"}
SETS = ("pfs", "os", "os_rho3", "os_rho7", "senn", "smoke", "linde")
# The 0.88 of sorafenib over interferon in PFS is an example of a value that a reader supplies: no
# page that was read prints it.
PFS, OS = CONTRASTS["pfs"], CONTRASTS["os"]
KEYS = {**network_module.CONVENTIONS, **contrasts_module.CONVENTIONS}


def limits(estimate):
    return [estimate.value, estimate.low, estimate.high]


def all_differences(result):
    pairs = [(a, b) for a in result.treatments for b in result.treatments if a != b]
    return {pair: result.difference(*pair) for pair in pairs}


def assert_same(found, expected, rel=1e-7):
    assert set(found) == set(expected)
    for pair, value in expected.items():
        assert list(found[pair]) == pytest.approx(list(value), rel=rel, abs=1e-8), pair


# ---- against R -----------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["common", "random"])
@pytest.mark.parametrize("name", SETS)
def test_effects_equal_metafor(name, model):
    result = network(CONTRASTS[name], model=model)
    reference = REFERENCE.get(name, "IFN")
    others = VALUES[f"{name}.treatments"]
    found = [result.difference(other, reference) for other in others]
    assert [value for value, _ in found] == near(VALUES[f"{name}.{model}.b"])
    assert [se for _, se in found] == near(VALUES[f"{name}.{model}.se"], "se")
    scores = result.p_scores()
    assert [scores[name] for name in sorted(scores)] == near(VALUES[f"{name}.{model}.p_score"], "p")


@pytest.mark.parametrize("name", SETS)
def test_heterogeneity_equals_metafor(name):
    result = network(CONTRASTS[name])
    assert [result.q, result.df, result.p] == near(VALUES[f"{name}.q"])
    assert result.tau2 == near(VALUES[f"{name}.tau2"], "tau2")
    assert result.i2 == near(VALUES[f"{name}.i2"], "tau2")
    found = [result.q_within, result.df_within, result.q_between, result.df_between]
    assert found == near(VALUES[f"{name}.decomposition"])


@pytest.mark.parametrize("name", SETS)
def test_effects_equal_the_graph_method_written_in_r(name):
    result = network(CONTRASTS[name], model="random")
    assert [result.q, result.tau2] == near(VALUES[f"{name}.graph"], "tau2")
    others = VALUES[f"{name}.treatments"]
    found = [result.difference(other, REFERENCE.get(name, "IFN"))[0] for other in others]
    assert found == near(VALUES[f"{name}.graph.random.b"])


def test_senn_has_the_q_and_tau2_that_netmeta_documents():
    result = network(CONTRASTS["senn"])
    assert round(result.q, 5) == 96.98407
    assert round(result.tau2, 7) == 0.1087101


@pytest.mark.parametrize("key", [key for key in VALUES if key.startswith("split.")])
def test_indirect_evidence_equals_a_fit_without_the_direct_studies(key):
    _, a, b = key.split(".")
    result = network(CONTRASTS["senn"])
    edge = next(e for e in result.evidence() if {e.treat_a, e.treat_b} == {a, b})
    sign = 1 if edge.treat_a == a else -1
    direct, indirect = edge.direct, edge.indirect
    found = [
        sign * math.log(direct.value),
        direct.se,
        sign * math.log(indirect.value),
        indirect.se,
        edge.disagreement.p,
        edge.direct_share,
    ]
    assert found == near(VALUES[key])


# ---- our networks --------------------------------------------------------------------------------


def test_the_pfs_network_is_a_tree_with_one_doubled_edge():
    result = network(PFS)
    assert result.q == pytest.approx(0.959015, abs=5e-7)
    assert (result.df, result.tau2, result.loops, result.df_between) == (1, 0.0, 0, 0)
    assert not result.consistency_testable
    assert "untestable" in result.consistency


def test_the_pfs_network_has_the_known_effects_and_p_scores():
    result = network(PFS)
    found = {name: round(e.value, 3) for name, e in result.effects_versus("IFN").items()}
    assert found == {
        "BEV+IFN": 0.676,
        "PAZ": 0.920,
        "PLA": 2.0,
        "SOR": 0.880,
        "SOR+IFN": 0.860,
        "SUN": 0.539,
    }
    combination = result.effect("SOR+IFN", "IFN")
    assert limits(combination) == pytest.approx([0.860, 0.479, 1.545], abs=6e-4)
    scores = result.p_scores()
    expected = {"SUN": 0.979, "BEV+IFN": 0.764, "SOR+IFN": 0.517, "SOR": 0.484, "PAZ": 0.434}
    expected |= {"IFN": 0.322, "PLA": 0.0}
    assert {name: round(score, 3) for name, score in scores.items()} == expected


def test_the_combination_against_sorafenib_is_one_trial_alone():
    result = network(PFS)
    edge = next(e for e in result.evidence() if (e.treat_a, e.treat_b) == ("SOR", "SOR+IFN"))
    assert edge.studies == ("Jonasch 2010",)
    assert (edge.direct_share, edge.indirect, edge.disagreement) == (1.0, None, None)
    assert limits(result.effect("SOR+IFN", "SOR")) == pytest.approx([0.978, 0.619, 1.544], abs=6e-4)


def test_every_pair_without_a_study_is_indirect_only():
    for edge in network(PFS).evidence():
        assert (edge.direct is None) == (not edge.studies)
        if edge.direct is None:
            assert edge.indirect == edge.network
            assert edge.direct_share == 0.0


@pytest.mark.parametrize(
    ("rho", "low", "high"), [(0.3, 1.002, 1.725), (0.5, 1.045, 1.654), (0.7, 1.101, 1.571)]
)
def test_the_third_contrast_of_hudes_depends_on_the_correlation(rho, low, high):
    direct = [c for c in OS if c.study == "Hudes 2007" and c.treat_b == "IFN"]
    hudes = multi_arm_contrasts(
        "Hudes 2007",
        "IFN",
        {c.treat_a: c.log_ratio for c in direct},
        {c.treat_a: c.se for c in direct},
        rho,
    )
    result = network([*hudes, *without(OS, "Hudes 2007")])
    found = result.effect("TEM+IFN", "TEM")
    assert limits(found) == pytest.approx([1.315, low, high], abs=6e-4)
    # The arms' own effects against interferon are what was printed, whatever the correlation.
    for contrast in direct:
        assert result.difference(contrast.treat_a, "IFN")[1] == pytest.approx(contrast.se)


def test_a_loop_inside_one_study_of_three_arms_tests_nothing():
    result = network(OS)
    assert (result.loops, result.df_between) == (0, 0)
    assert not result.consistency_testable
    found = {name: round(e.value, 3) for name, e in result.effects_versus("IFN").items()}
    assert found == {"BEV+IFN": 0.881, "SUN": 0.821, "TEM": 0.730, "TEM+IFN": 0.960}


def test_a_two_arm_and_a_three_arm_study_can_disagree_without_a_loop():
    result = network([*OS, Contrast("another", "TEM", "IFN", log_ratio=0.1, se=0.2)])
    assert (result.loops, result.df_between) == (0, 1)
    assert "between designs only" in result.consistency


def test_a_triangle_of_three_studies_can_be_tested():
    rows = [
        Contrast("one", "A", "B", log_ratio=0.0, se=0.1),
        Contrast("two", "B", "C", log_ratio=0.0, se=0.1),
        Contrast("three", "A", "C", log_ratio=0.6, se=0.1),
    ]
    result = network(rows)
    assert (result.loops, result.df, result.df_within, result.df_between) == (1, 1, 0, 1)
    # One loop: Q is the squared gap over its variance.
    assert result.q_between == pytest.approx(0.6**2 / 0.03)
    assert result.consistency.startswith("Consistency can be tested: Q between designs 12.00")


def test_bucher_compares_pazopanib_with_sorafenib_through_placebo():
    paz, sor = (next(c for c in PFS if c.treat_a == name) for name in ("PAZ", "SOR"))
    found = bucher(paz, sor)
    assert [math.log(found.value), found.se] == near(VALUES["bucher.paz_sor"])
    assert limits(found) == pytest.approx([1.045, 0.718, 1.523], abs=6e-4)
    assert limits(network(PFS).effect("PAZ", "SOR")) == pytest.approx(limits(found))


def test_a_given_tau2_is_taken_as_known():
    moments = network(CONTRASTS["senn"], model="random")
    given_value = network(CONTRASTS["senn"], model="random", tau2=moments.tau2)
    assert all_differences(given_value) == all_differences(moments)
    wide = network(PFS[:3], model="random", tau2=0.04)
    assert wide.tau2 is None
    assert wide.tau2_used == 0.04
    assert wide.difference("SOR", "PLA")[1] == pytest.approx(math.hypot(PFS[0].se, 0.2))


def test_every_estimate_names_its_conventions_and_grade():
    result = network(CONTRASTS["senn"], model="random")
    found = [e for edge in result.evidence() for e in (edge.network, edge.direct, edge.indirect)]
    found.append(bucher(PFS[1], PFS[0]))
    for estimate in (e for e in found if e is not None):
        assert estimate.unit == "ratio"
        assert estimate.grade == "D2"
        assert set(estimate.conventions) <= set(KEYS)
        assert estimate.low < estimate.value < estimate.high


# ---- properties ----------------------------------------------------------------------------------


@settings(deadline=None)
@given(networks(), st.randoms())
def test_relabelling_treatments_only_relabels_effects(rows, random):
    names = sorted({name for c in rows for name in (c.treat_a, c.treat_b)})
    shuffled = list(names)
    random.shuffle(shuffled)
    new = dict(zip(names, (f"new {name}" for name in shuffled), strict=True))
    renamed = [replace(c, treat_a=new[c.treat_a], treat_b=new[c.treat_b]) for c in rows]
    before, after = network(rows), network(renamed)
    expected = {(new[a], new[b]): value for (a, b), value in all_differences(before).items()}
    assert_same(all_differences(after), expected)
    assert after.q == pytest.approx(before.q, rel=1e-7, abs=1e-8)
    assert (after.loops, after.df_between) == (before.loops, before.df_between)


@settings(deadline=None)
@given(networks(), st.integers(0, 20))
def test_reversing_a_contrast_changes_nothing(rows, place):
    place %= len(rows)
    turned = [*rows[:place], rows[place].reverse(), *rows[place + 1 :]]
    assert_same(all_differences(network(turned)), all_differences(network(rows)))


@settings(deadline=None)
@given(networks())
def test_the_order_of_studies_does_not_matter(rows):
    assert_same(all_differences(network(rows[::-1])), all_differences(network(rows)))


@settings(deadline=None)
@given(networks(), st.floats(-2, 2))
def test_a_study_without_information_changes_nothing(rows, value):
    more = [*rows, Contrast("vague", rows[0].treat_a, rows[0].treat_b, log_ratio=value, se=1e5)]
    assert_same(all_differences(network(more)), all_differences(network(rows)), rel=1e-6)


@settings(deadline=None)
@given(networks(), st.floats(-2, 2), st.floats(0.05, 2))
def test_a_new_treatment_hung_on_the_network_leaves_the_rest_alone(rows, value, se):
    before = all_differences(network(rows))
    result = network([*rows, Contrast("twig", "new", "T0", log_ratio=value, se=se)])
    after = {pair: found for pair, found in all_differences(result).items() if "new" not in pair}
    assert_same(after, before)
    assert result.difference("new", "T0") == pytest.approx((value, se))


@settings(deadline=None)
@given(chains())
def test_a_tree_gives_sums_of_direct_effects(rows):
    result = network(rows)
    assert (result.df, result.loops, result.p, result.i2, result.tau2) == (0, 0, None, None, None)
    assert result.q == pytest.approx(0, abs=1e-9)
    value = {"T0": 0.0}
    variance = {"T0": {}}
    for row in rows:
        value[row.treat_a] = value[row.treat_b] + row.log_ratio
        variance[row.treat_a] = variance[row.treat_b] | {row.study: row.se**2}
    for a in value:
        for b in value:
            if a != b:
                # The path between a and b: studies that lie on one side only.
                path = variance[a].keys() ^ variance[b].keys()
                se = math.sqrt(sum((variance[a] | variance[b])[study] for study in path))
                assert result.difference(a, b) == pytest.approx((value[a] - value[b], se), abs=1e-9)


@settings(deadline=None)
@given(networks())
def test_the_league_is_a_table_of_reciprocals(rows):
    league = network(rows).league()
    for (a, b), found in league.items():
        other = league[b, a]
        assert found.value * other.value == pytest.approx(1)
        assert found.low * other.high == pytest.approx(1)


@settings(deadline=None)
@given(networks())
def test_p_scores_have_mean_one_half_and_turn_round(rows):
    result = network(rows)
    scores = result.p_scores()
    assert np.mean(list(scores.values())) == pytest.approx(0.5)
    turned = result.p_scores(small_is_good=False)
    assert {n: 1 - s for n, s in turned.items()} == pytest.approx(scores)


@settings(deadline=None)
@given(networks())
def test_direct_and_indirect_evidence_make_up_the_network(rows):
    for edge in network(rows).evidence():
        assert 0 <= edge.direct_share <= 1
        if edge.direct and edge.indirect:
            share = edge.direct_share
            log = math.log(edge.direct.value) * share + math.log(edge.indirect.value) * (1 - share)
            assert log == pytest.approx(math.log(edge.network.value), abs=1e-7)


@settings(deadline=None)
@given(networks(), st.floats(0, 2))
def test_a_pair_on_no_loop_is_direct_only_whatever_tau2(rows, tau2):
    result = network(
        [*rows, Contrast("twig", "new", "T0", log_ratio=0.3, se=0.2)], model="random", tau2=tau2
    )
    edge = next(e for e in result.evidence() if {e.treat_a, e.treat_b} == {"new", "T0"})
    assert (
        edge.direct.se
        == pytest.approx(edge.network.se)
        == pytest.approx(math.hypot(0.2, tau2**0.5))
    )
    assert (edge.direct_share, edge.indirect) == (1.0, None)


@settings(deadline=None)
@given(networks())
def test_q_splits_into_within_and_between(rows):
    result = network(rows)
    assert result.q_within + result.q_between == pytest.approx(result.q, abs=1e-8)
    assert result.df_within + result.df_between == result.df
    # Without studies of several arms both counts of what can be tested agree.
    assert result.loops == result.df_between


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(-2, 2), st.floats(0.01, 1)), min_size=3, max_size=5),
    st.integers(0, 2),
)
def test_a_study_of_independent_arms_gives_back_its_own_contrasts(arms, reference):
    names = [f"A{i}" for i in range(len(arms))]
    rows = [
        Contrast(
            "one",
            names[i],
            names[j],
            log_ratio=arms[i][0] - arms[j][0],
            se=math.sqrt(arms[i][1] + arms[j][1]),
        )
        for i in range(len(arms))
        for j in range(i)
    ]
    result = network(rows)
    assert result.df == 0
    for row in rows:
        expected = (row.log_ratio, row.se)
        assert result.difference(row.treat_a, row.treat_b) == pytest.approx(expected, abs=1e-7)


# ---- errors --------------------------------------------------------------------------------------


def test_a_disconnected_network_is_an_error_that_lists_its_parts():
    rows = without(PFS, "Escudier 2009")
    assert subnetworks(rows) == (("PAZ", "PLA", "SOR", "SOR+IFN"), ("BEV+IFN", "IFN", "SUN"))
    expected = (
        "expected a connected network; got 2 parts: PAZ, PLA, SOR, SOR.IFN; BEV.IFN, IFN, SUN"
    )
    with pytest.raises(ValueError, match=expected):
        network(rows)


def test_a_missing_row_of_a_study_of_three_arms_is_an_error():
    rows = [c for c in OS if (c.treat_a, c.treat_b) != ("TEM+IFN", "TEM")]
    expected = (
        "expected 3 pairwise rows for the 3 arms of study 'Hudes 2007'; got 2, missing: TEM v"
    )
    with pytest.raises(ValueError, match=expected):
        network(rows)


def test_a_row_given_twice_is_an_error():
    with pytest.raises(ValueError, match="given twice: PLA v SOR"):
        network([*PFS, PFS[0]])


def test_rows_that_do_not_add_up_are_an_error():
    rows = [replace(c, log_ratio=c.log_ratio + 0.01) if c.treat_b == "TEM" else c for c in OS]
    with pytest.raises(ValueError, match="add up to within 0.001; got a gap of 0.01"):
        network(rows)


@pytest.mark.parametrize("se", [0.01, 0.5])
def test_standard_errors_that_three_arms_cannot_have_are_an_error(se):
    rows = [replace(c, se=se) if c.treat_b == "TEM" else c for c in OS]
    if se == 0.01:
        network(rows)  # Possible: the two arms would then be almost one.
    else:
        with pytest.raises(ValueError, match="standard errors of study 'Hudes 2007' that its 3"):
            network(rows)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"se": 0.0}, "se must be positive and finite; got 0.0"),
        ({"se": -0.1}, "se must be positive and finite; got -0.1"),
        ({"se": math.nan}, "se must be positive and finite; got nan"),
        ({"log_ratio": math.inf}, "log_ratio must be finite; got inf"),
        ({"treat_b": "SOR"}, "expected two different treatments; got contrast 'SOR' v 'SOR'"),
        ({"study": ""}, "expected a study and two treatments with names"),
    ],
)
def test_an_impossible_contrast_is_an_error(change, message):
    with pytest.raises(ValueError, match=message):
        replace(PFS[0], **change)


def test_options_that_make_no_sense_are_errors():
    with pytest.raises(ValueError, match="at least one contrast; got none"):
        network([])
    with pytest.raises(ValueError, match="1 degree of freedom to estimate tau2 from; got 0"):
        network(PFS[:3], model="random")
    with pytest.raises(ValueError, match="tau2 belongs to the random-effects model; got tau2=0.1"):
        network(PFS, tau2=0.1)
    with pytest.raises(ValueError, match="tau2 must be finite and not below 0; got -1"):
        network(PFS, model="random", tau2=-1)
    with pytest.raises(ValueError, match="treatment must be one of BEV.IFN"):
        network(PFS).effect("AXI", "IFN")
    with pytest.raises(ValueError, match="expected two different treatments; got 'IFN' twice"):
        network(PFS).effect("IFN", "IFN")


def test_an_indirect_comparison_needs_an_anchor():
    with pytest.raises(ValueError, match="against the same treatment; got 'PLA' and 'IFN'"):
        bucher(PFS[1], PFS[2])
    with pytest.raises(ValueError, match="two different treatments; got 'BEV.IFN' twice"):
        bucher(PFS[3], PFS[4])
    with pytest.raises(ValueError, match="two independent studies; got 'Hudes 2007' twice"):
        bucher(OS[0], OS[1])


@pytest.mark.parametrize(
    ("effects", "se", "rho", "message"),
    [
        ({"A": 0.1}, {"A": 0.1}, 0.5, "expected two or more effects"),
        ({"A": 0.1, "B": 0.2}, {"A": 0.1, "C": 0.1}, 0.5, "by the same names"),
        ({"A": 0.1, "B": 0.2}, {"A": 0.1, "B": 0.1}, 1.0, "rho must lie strictly between"),
        ({"A": 0.1, "R": 0.2}, {"A": 0.1, "R": 0.1}, 0.5, "expected two different treatments"),
    ],
)
def test_a_study_of_several_arms_is_checked(effects, se, rho, message):
    with pytest.raises(ValueError, match=message):
        multi_arm_contrasts("S", "R", effects, se, rho)
