"""Which arms and contrasts enter which synthesis follows from the tables, with reasons."""

from dataclasses import replace

import pytest

from evidence.sources.data import load_evidence
from mrcc.eligibility import held_back_arms, network_rows, pooling_candidates, qualifying_arms


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


def changed(evidence, table, key, column, value):
    copy = evidence.tables[table].copy()
    copy.loc[copy.iloc[:, 0] == key, column] = value
    return replace(evidence, tables=evidence.tables | {table: copy})


def test_the_arms_pooled_are_those_of_the_methods_in_their_order(evidence):
    # METHODS, pooled single-arm ORR: seven arms, 298 patients; Niwakawa 2012 as a sensitivity.
    assert qualifying_arms(evidence) == [
        "escudier-2007-phase1.sorafenib_ifn",
        "ryan-2007.sorafenib_ifn",
        "gollob-2007.sorafenib_ifn",
        "jonasch-2010.sorafenib_ifn",
        "bracarda-2013.sorafenib_ifn_a",
        "bracarda-2013.sorafenib_ifn_b",
        "eto-2015.sorafenib_ifn",
    ]
    assert held_back_arms(evidence) == ["niwakawa-2012.sorafenib_ifn"]


def test_every_arm_left_out_has_a_reason(evidence):
    reasons = {one.arm_id: one.reason for one in pooling_candidates(evidence)}
    assert reasons["hinyokika-kiyo-2009.case"] == "a case report, not a trial"
    assert reasons["escudier-2007-phase1.cohort_1"].startswith("a dose cohort")
    assert reasons["niwakawa-2012.sorafenib_ifn"].startswith("Dose finding")


def test_a_reason_in_the_data_takes_an_arm_out_and_none_lets_it_in(evidence):
    out = changed(evidence, "arms", "ryan-2007.sorafenib_ifn", "not_pooled_because", "Why not.")
    assert "ryan-2007.sorafenib_ifn" not in qualifying_arms(out)
    back = changed(evidence, "arms", "niwakawa-2012.sorafenib_ifn", "not_pooled_because", "")
    assert "niwakawa-2012.sorafenib_ifn" in qualifying_arms(back)


def network_ratios(evidence, outcome):
    return [one.row_id for one in network_rows(evidence, outcome) if not one.reason]


def test_a_contrast_enters_the_network_by_a_field_of_its_study(evidence):
    before = network_ratios(evidence, "os")
    assert "rini-2008.os.hazard_ratio.bevacizumab_ifn_v_ifn.stratified" in before
    more = changed(evidence, "studies", "tomita-2020", "networks", "pfs;os")
    added = set(network_ratios(more, "os")) - set(before)
    assert added == {"tomita-2020.os.hazard_ratio.sunitinib_first_v_sorafenib_first"}
    assert network_ratios(more, "pfs") == network_ratios(evidence, "pfs")
