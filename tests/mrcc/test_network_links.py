"""Studies of several arms, and contrasts that cannot enter the network, with the reason."""

import math

import pytest

from mrcc.landscape import analysis as landscape
from mrcc.landscape.findings import summarise
from mrcc.landscape.network_links import left_out, links
from mrcc.landscape.parameters import Landscape
from tests.page_cells import compute, evidence_with, real

PAGE = "questions/landscape"
NEGRIER = {
    "negrier-1998.pfs.hazard_ratio.il2_ifn_v_ifn": ("0.60", "0.45", "0.80"),
    "negrier-1998.pfs.hazard_ratio.il2_v_ifn": ("0.90", "0.68", "1.19"),
}
NEGRIER_ENTERS = ("studies", "negrier-1998", {"networks": "pfs"})
RINI = {
    "rini-2012.pfs.hazard_ratio.amg386_10_v_sorafenib": ("0.80", "0.50", "1.28"),
    "rini-2012.pfs.hazard_ratio.amg386_3_v_sorafenib": ("0.96", "0.60", "1.54"),
}
RINI_ANY = "rini-2012.pfs.hazard_ratio.amg386_any_v_sorafenib"
RINI_ENTERS = ("studies", "rini-2012", {"networks": "pfs"})

# These two give a ratio without limits; they are left out whatever else the data say.
ALWAYS = {"hutson-2013", "rini-2011"}


def left_out_here(evidence, p):
    """Return what is left out beside those two."""
    return [one for one in left_out(evidence, p) if one.study not in ALWAYS]


def of(evidence, study, **parameters):
    p = Landscape(**{"lines": "all"} | parameters)
    return [link for link in links(evidence, p) if link.contrast.study == study]


def pairs(found):
    return {(link.contrast.treat_a, link.contrast.treat_b): link for link in found}


def test_the_third_ratio_of_a_study_that_prints_two_follows_with_the_correlation_given():
    evidence = evidence_with(NEGRIER_ENTERS, hazard_ratios=NEGRIER)
    for rho in (0.3, 0.5):
        found = pairs(of(evidence, "negrier-1998", multiarm_rho=rho))
        assert set(found) == {("IL2+IFN", "IFN"), ("IL2", "IFN"), ("IL2", "IL2+IFN")}
        third = found["IL2", "IL2+IFN"]
        s1 = math.log(0.80 / 0.45) / 3.919928
        s2 = math.log(1.19 / 0.68) / 3.919928
        assert third.derived
        assert third.contrast.log_ratio == pytest.approx(math.log(0.90 / 0.60))
        assert third.contrast.se == pytest.approx(
            math.sqrt(s1**2 + s2**2 - 2 * rho * s1 * s2), rel=1e-5
        )


def test_the_page_is_made_and_says_that_a_new_treatment_is_not_judged():
    evidence = evidence_with(NEGRIER_ENTERS, hazard_ratios=NEGRIER)
    namespace = compute(PAGE, evidence, lines="all")
    page = namespace["page"]
    assert page.results["hr_il2_ifn"].value == pytest.approx(0.6, abs=0.01)
    table = summarise(evidence, namespace["fitted"], namespace["links"], page.parameters)
    assert "left out: data/certainty.csv does not judge pfs_il2_ifn." in table.text
    assert "Sorafenib" in table.text


def test_hudes_2007_follows_the_same_rule_as_any_other_study():
    found = pairs(of(real(), "hudes-2007", outcome="os"))
    assert set(found) == {("TEM", "IFN"), ("TEM+IFN", "IFN"), ("TEM+IFN", "TEM")}
    assert [link.derived for link in found.values()] == [False, False, True]


def test_two_arms_of_one_treatment_are_taken_together():
    # Without the row that prints both doses against sorafenib.
    unpaired = (
        "outcomes",
        f"{RINI_ANY}",
        {"outcome": "ttp", "row_id": RINI_ANY.replace(".pfs.", ".ttp.")},
    )
    evidence = evidence_with(RINI_ENTERS, unpaired, hazard_ratios=RINI)
    (link,) = of(evidence, "rini-2012")
    assert {link.contrast.treat_a, link.contrast.treat_b} == {"AMG386+SOR", "SOR"}
    assert link.derived
    single = math.log(1.28 / 0.50) / 3.919928
    assert 0.80 < math.exp(link.contrast.log_ratio) < 0.96
    # Two arms halve the variance, but for the control arm that they share.
    assert link.contrast.se == pytest.approx(single * math.sqrt(0.75), rel=0.01)
    assert compute(PAGE, evidence, lines="all")["page"].results["hr_amg386_sor"].value > 0


def test_a_printed_ratio_of_arms_taken_together_counts_their_patients_once():
    evidence = evidence_with(RINI_ENTERS, hazard_ratios=RINI)
    (link,) = of(evidence, "rini-2012")
    assert link.rows == (RINI_ANY,)
    lost = left_out_here(evidence, Landscape(lines="all"))
    assert {one.rows[0] for one in lost if one.study == "rini-2012"} == set(RINI)
    assert all(f"counted in {RINI_ANY}" in one.missing.reason for one in lost)


def test_three_printed_ratios_that_do_not_add_up_lose_the_one_that_is_not_of_the_shared_arm():
    third = {"negrier-1998.pfs.hazard_ratio.il2_v_il2_ifn": ("1.70", "1.25", "2.31")}
    evidence = evidence_with(NEGRIER_ENTERS, hazard_ratios=NEGRIER | third)
    assert len(of(evidence, "negrier-1998")) == 3
    (lost,) = left_out_here(evidence, Landscape(lines="all"))
    assert lost.rows == tuple(third)
    assert "does not add up" in lost.missing.reason


STERNBERG = "sternberg-2010.pfs.hazard_ratio.pazopanib_v_placebo"


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"ci_high_reported": "not reached"}, "ci_high_reported"),
        ({"ci_high_reported": ">10"}, "ci_high_reported"),
        ({"ci_low_reported": "<0.01"}, "ci_low_reported"),
    ],
)
def test_a_row_without_a_usable_interval_is_left_out_by_name(cells, column):
    evidence = evidence_with(("outcomes", STERNBERG, cells))
    (lost,) = left_out_here(evidence, Landscape(lines="all"))
    assert lost.missing.reason.startswith(f"{STERNBERG}, {column}: expected")
    namespace = compute(PAGE, evidence, lines="all")
    assert namespace["page"].results["hr_paz"].text == "not estimable"
    assert STERNBERG in namespace["page"].results["hr_paz"].method
    assert namespace["page"].results["hr_sun"].text == "0.55 (95 % CI 0.46 to 0.65)"
    table = landscape.tabulate_transitivity(evidence, namespace["links"], [lost])
    assert lost.missing.reason in table.text


AVOREN = "escudier-2007-avoren.pfs.hazard_ratio.bevacizumab_ifn_v_placebo_ifn"


def test_a_row_that_stands_in_for_one_without_a_number_does_so_with_a_word():
    evidence = evidence_with(("outcomes", AVOREN, {"value_reported": "not reported"}))
    (link,) = of(evidence, "escudier-2007-avoren")
    assert link.rows == (f"{AVOREN}.review",)
    (lost,) = left_out_here(evidence, Landscape(lines="all"))
    assert lost.missing.reason.startswith(f"{AVOREN}, value_reported: expected a number, got")
    assert lost.missing.reason in landscape.tabulate_transitivity(evidence, [link], [lost]).text


def test_treatments_behind_a_contrast_that_is_left_out_are_no_longer_linked_and_say_so():
    bridge = "escudier-2009.pfs.median.sorafenib"
    cells = {"value_reported": "not reached"}
    evidence = evidence_with(
        ("outcomes", bridge, cells),
        # Without the trials that bring another way to sorafenib, or no usable ratio.
        *(("studies", study, {"networks": ""}) for study in ("tomita-2020", *sorted(ALWAYS))),
    )
    page = compute(PAGE, evidence, lines="all")["page"]
    for code in ("sor", "pla", "paz", "sor_ifn"):
        assert page.results[f"hr_{code}"].text == "not estimable"
        assert bridge in page.results[f"hr_{code}"].method
    assert page.results["hr_sun"].value == pytest.approx(0.54, abs=0.005)
