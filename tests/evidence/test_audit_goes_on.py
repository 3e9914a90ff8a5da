"""One odd row hides nothing: the audit names it, and judges all the others."""

import json
import math
import sys
import time
from dataclasses import replace

import pytest

from evidence.audit import audit, is_unjudged, rules
from evidence.audit.rules import RULES
from evidence_book.__main__ import main
from tests.audit_tables import SINGLE, TRIAL, edited, fact, severities, valid, with_facts
from tests.page_cells import real

HR = f"{TRIAL}.pfs.hazard_ratio.sorafenib_ifn_v_sorafenib"
ORR = f"{TRIAL}.orr.percent.sorafenib"
MEDIAN = f"{TRIAL}.pfs.median.sorafenib"
P = f"{TRIAL}.pfs.p_value.sorafenib_ifn_v_sorafenib"
RATES = f"{TRIAL}.orr.p_value.sorafenib_ifn_v_sorafenib"
# One rule finds this, whatever stands beside it.
WRONG = fact(f"{SINGLE}.orr.percent.sorafenib_ifn", "25", n="62", events="12")


@pytest.mark.parametrize(
    "row",
    [
        fact(HR, "0.63", "0.44", "0.89", "not reported"),
        fact(HR, "0.63", "0.44", "0.89", "not significant"),
        fact(HR, "0.63", "0.44", "not reached", ".04"),
        fact(HR, "0.63", "<0.01", ">10", "<.05"),
        fact(HR, "0.08", "0.00", "1.40", "0.000"),
        fact(HR, "0.70", "0.00", "0.20", ".03"),
        fact(HR, "0.63", p="not reported"),
        fact(HR, "not reached", "0.44", "0.89"),
        fact(P, "not significant", p="not significant"),
        fact(RATES, "not reported", p="not reported"),
        fact(ORR, "<1"),
        fact(ORR, "30", "16.6", ""),
        fact(ORR, "30", "16.6", ">46"),
        fact(ORR, "30", "16.6", "46.5", ci_kind="range", ci_level=""),
        fact(ORR, "30", "16.6", "46.5", ci_level="99.8"),
        fact(MEDIAN, "1.8", "1.8", "1.8"),
        fact(MEDIAN, "7", "7", "7"),
        fact(MEDIAN, "1.2", "0.0", "2.9"),
        fact(MEDIAN, "> 12", "9.1", "not reached"),
        fact(ORR.replace("orr", "change"), "-19"),
        fact(ORR.replace("orr", "change"), "+19"),
    ],
)
def test_a_row_of_words_or_bounds_or_without_width_hides_no_finding(row):
    found = audit(with_facts(row, WRONG))
    assert not [one for one in found if is_unjudged(one)]
    assert ("A1", "error") in {(one.rule, one.severity) for one in found}


@pytest.mark.parametrize("printed", ["<1", ">1", "< 0.01", "not reached", "0"])
def test_a_rate_that_is_a_bound_or_a_word_is_compared_with_no_p_value(printed):
    arms = [f"{TRIAL}.orr.percent.{arm}" for arm in ("sorafenib_ifn", "sorafenib")]
    rows = [fact(arms[0], printed), fact(arms[1], "30"), fact(RATES, ".04", p=".04"), WRONG]
    recorded = {
        "discrepancy_id": "D20", "study_ids": TRIAL, "row_ids": ";".join(arms),
        "what": "The abstract concludes that efficacy was comparable.", "severity": "warning",
    }  # fmt: skip
    found = audit(with_facts(*rows, discrepancies=[recorded]))
    assert not [one.what for one in found if is_unjudged(one)]


def test_a_rule_that_fails_on_a_row_names_it_with_file_and_column_and_judges_the_rest():
    # What the check refuses, and nobody foresaw.
    bad = fact(ORR, "250")
    also = fact(f"{TRIAL}.pd.percent.sorafenib_ifn", "30", events="twelve", n="40")
    found = audit(with_facts(bad, also, WRONG))
    unjudged = {one.what for one in found if is_unjudged(one)}
    assert f"Rule A1 cannot judge data/outcomes.csv row {ORR} value_reported." in unjudged
    assert f"Rule A1 cannot judge data/outcomes.csv row {also['row_id']} events." in unjudged
    assert [one.rows for one in found if is_unjudged(one) and one.rule == "A1"] == [
        (ORR,), (also["row_id"],),
    ]  # fmt: skip
    (kept,) = [one for one in found if one.rule == "A1" and not is_unjudged(one)]
    assert kept.rows == (WRONG["row_id"],)


def test_the_findings_of_a_rule_that_fails_once_are_those_without_the_row():
    evidence = real()
    # No discrepancy names the row, so that the tables without it are whole.
    row_id = "niwakawa-2012.orr.percent.sorafenib_ifn"
    position = list(evidence.tables["outcomes"]["row_id"]).index(row_id)
    table = evidence.tables["outcomes"].copy()
    table.loc[position, "value_reported"] = "250"
    broken = replace(evidence, tables={**evidence.tables, "outcomes": table})
    without = replace(evidence, tables={**evidence.tables, "outcomes": table.drop(position)})
    kept = {one for one in audit(broken) if not is_unjudged(one)}
    assert kept == set(audit(without))


def test_a_rule_that_fails_everywhere_is_one_error_and_stops_no_other(monkeypatch):
    def broken(printed, settings):
        raise RuntimeError("out of order")
        yield

    changed = tuple(
        replace(rule, checks=(broken,)) if rule.rule == "A16" else rule for rule in RULES
    )
    before = {one for one in audit(valid()) if one.rule != "A16"}
    monkeypatch.setattr(rules, "RULES", changed)
    found = set(audit(valid()))
    assert before < found
    (one, two) = sorted(found - before, key=lambda one: one.what)
    assert (one.what, two.what) == (
        f"Rule A16 cannot judge {TRIAL}.", f"Rule A16 cannot judge {SINGLE}."
    )  # fmt: skip
    assert "out of order" in one.computation


def test_the_command_shows_all_findings_and_says_what_it_could_not_judge(capsys, monkeypatch):
    evidence = with_facts(fact(ORR, "250"), WRONG)
    monkeypatch.setattr("evidence.sources.data.load_evidence", lambda: evidence)
    for words in ([], ["--json"]):
        monkeypatch.setattr(sys, "argv", ["evidence", "audit", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert ended.value.code == 1
        assert f"Rule A1 cannot judge data/outcomes.csv row {ORR} value_reported." in said.err
        assert "the other rows were judged" in said.err
        if words:
            assert {one["severity"] for one in json.loads(said.out)} >= {"error"}
        else:
            assert "is no whole number of 62 patients" in said.out


@pytest.mark.parametrize("n", ["5000", "20000", "999999"])
@pytest.mark.parametrize(
    "row",
    [
        fact(ORR, "30", "16.6", "46.5"),
        fact(ORR, "30"),
        fact(ORR, "30.123456"),
        fact(ORR, "30", events="12"),
        fact(MEDIAN, "7.39", "5.52", "9.20"),
        fact(HR, "0.63", "0.44", "0.89", ".01", events="3000"),
    ],
)
def test_a_row_of_many_patients_is_judged_within_seconds(row, n):
    started = time.process_time()
    audit(with_facts({**row, "n": n}))
    assert time.process_time() - started < 5


def test_two_rates_of_many_patients_are_compared_within_seconds():
    arms = [f"{TRIAL}.orr.percent.{arm}" for arm in ("sorafenib_ifn", "sorafenib")]
    rows = [fact(row, text, n="999999") for row, text in zip(arms, ("30", "31"), strict=True)]
    started = time.process_time()
    found = audit(with_facts(*rows, fact(RATES, ".50", p=".50")))
    assert time.process_time() - started < 5
    assert not [one for one in found if is_unjudged(one)]


def test_years_of_follow_up_are_years():
    rows = [fact(MEDIAN, "30.0", "25.0", "36.0")]
    follow = f"{TRIAL}.follow_up.median.all"
    assert severities(with_facts(*rows, fact(follow, "5.2", unit="years")), "A9") == []
    assert severities(with_facts(*rows, fact(follow, "1.2", unit="years")), "A9") == ["warning"]


def test_an_interval_of_another_level_is_judged_at_that_level():
    # CheckMate 214, abstract: 0.63, 99.8 % interval 0.44 to 0.89, P <0.0001.
    for level, expected in (("99.8", []), ("99", ["warning"])):
        row = fact(HR, "0.63", "0.44", "0.89", "<0.0001", ci_level=level)
        assert severities(with_facts(row), "A6") == expected


def test_a_ratio_whose_lower_limit_prints_as_zero_is_judged_by_its_upper_limit():
    row = fact(HR, "0.08", "0.00", "1.40", "<.001")
    (found,) = [one for one in audit(with_facts(row)) if one.rule == "A6"]
    assert found.severity == "warning"
    assert math.isfinite(float(found.computation.split("z of the interval ")[1].split(",")[0]))


def test_an_arm_without_patients_is_no_obstacle():
    evidence = edited(with_facts(fact(MEDIAN, "7.39", "5.52", "9.20")), "arms",
                      f"{TRIAL}.sorafenib", n_reported="")  # fmt: skip
    assert not [one for one in audit(evidence) if is_unjudged(one)]
