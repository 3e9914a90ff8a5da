"""Each rule: one case in order, one that is not, one that something explains."""

from dataclasses import replace

import numpy as np
import pytest
from bs4 import BeautifulSoup

from evidence.audit import RULES, audit, findings_of, is_unjudged
from evidence.audit.findings import RULE_IDS
from evidence.sources.bibliography import Publication
from evidence.sources.data import load_evidence
from evidence.tables.audit_tables import tabulate_findings, tabulate_rules
from tests.audit_tables import SINGLE, TRIAL, edited, fact, severities, valid, with_facts

ORR = f"{SINGLE}.orr.percent.sorafenib_ifn"
SD, CR, PR = (ORR.replace("orr", name) for name in ("sd", "cr", "pr"))
AS_COUNT = ORR.replace("percent", "count")
ELSEWHERE = {"source_key": "hinyokika2009"}
HR = f"{TRIAL}.pfs.hazard_ratio.sorafenib_ifn_v_sorafenib"
MEDIANS = [f"{TRIAL}.pfs.median.sorafenib_ifn", f"{TRIAL}.pfs.median.sorafenib"]
P_OF_MEDIANS = f"{TRIAL}.pfs.p_value.sorafenib_ifn_v_sorafenib"
RATES = [f"{TRIAL}.orr.percent.sorafenib_ifn", f"{TRIAL}.orr.percent.sorafenib"]
P_OF_RATES = f"{TRIAL}.orr.p_value.sorafenib_ifn_v_sorafenib"


def medians(a, b, **cells):
    return [fact(MEDIANS[0], a, **cells), fact(MEDIANS[1], b, **cells)]


def rates(a, b, n):
    rows = zip(RATES, (a, b), strict=True)
    return [fact(row, f"{100 * x / n:.1f}", events=str(x), n=str(n)) for row, x in rows]


@pytest.mark.parametrize(
    ("rule", "rows", "expected"),
    [
        # A1: 12 of 62 is 19.35; 12 of 62 is not 25; 39.0 is 16 of 41, fewer than the arm.
        ("A1", [fact(ORR, "19", n="62", events="12")], []),
        ("A1", [fact(ORR, "25", n="62", events="12")], ["error"]),
        ("A1", [fact(ORR, "39.0")], ["note"]),
        ("A1", [fact(ORR, "39.0", outcome="ae_rash")], ["info"]),
        # 32.5 and 12.5 are ties: one goes up and one down.
        ("A1", [fact(ORR, "33", n="40", events="13")], ["info"]),
        (
            "A1",
            [
                fact(ORR, "33", n="40", events="13"),
                fact(ORR.replace("orr", "pd"), "12", n="40", events="5"),
            ],
            ["note", "info", "info"],
        ),
        # A2: 13 patients are the smallest number; 62 is none of its multiples.
        ("A2", [fact(ORR, "50"), fact(ORR.replace("orr", "sd"), "25")], []),
        ("A2", [fact(ORR, "7.7"), fact(ORR.replace("orr", "sd"), "61.5")], ["note"]),
        ("A2", [fact(ORR, "0.03"), fact(ORR.replace("orr", "sd"), "0.05")], ["note"]),
        # A3: the intervals of the trial; no interval; one of fewer patients than the arm.
        ("A3", [fact(RATES[1], "30", "16.6", "46.5")], ["info"]),
        ("A3", [fact(RATES[1], "30", "20.0", "46.5")], ["warning"]),
        ("A3", [fact(RATES[1], "25.0", "3.2", "65.1")], ["note"]),
        ("A3", [fact(RATES[1], "30", "18.1", "45.4")], ["info"]),
        # A4: geometric middle 0.459.
        ("A4", [fact(HR, "0.46", "0.34", "0.62")], []),
        ("A4", [fact(HR, "0.46", "0.34", "0.80")], ["warning"]),
        ("A4", [fact(HR, "0.450", "0.340", "0.620")], ["warning"]),
        ("A4", [fact(HR, "0.456", "0.340", "0.620")], ["note"]),
        # A5: against the interval; .042 for an interval that allows .043 to .044; one-sided.
        ("A5", [fact(HR, "1.15", "1.02", "1.29", ".0173")], []),
        ("A5", [fact(HR, "1.15", "1.02", "1.29", ".2")], ["warning"]),
        ("A5", [fact(HR, "0.797", "0.639", "0.993", ".042")], ["note"]),
        ("A5", [fact(HR, "0.995", "0.731", "1.356", ".4883", test="one-sided")], ["info"]),
        ("A5", [fact(HR, "0.995", "0.731", "1.356", ".4883")], ["note"]),
        ("A5", [fact(HR, "1.04", "1.00", "1.08", ".0411")], ["info"]),
        # A5: against counts; Pearson's P of 10 and 12 of 40 is .617.
        ("A5", [*rates(10, 12, 40), fact(P_OF_RATES, ".62", p=".62")], []),
        ("A5", [*rates(10, 12, 40), fact(P_OF_RATES, ".10", p=".10")], ["warning"]),
        ("A5", [*rates(10, 12, 40), fact(P_OF_RATES, ".65", p=".65")], ["note"]),
        # A6: bounds.
        ("A6", [fact(HR, "0.46", "0.34", "0.62", "<.0001")], []),
        ("A6", [fact(HR, "0.54", "0.35", "0.84", "<.001")], ["warning"]),
        ("A6", [fact(HR, "0.54", "0.35", "0.84", "<.005")], ["note"]),
        ("A6", [fact(HR, "0.63", "0.52", "0.75", "0.0001")], ["warning"]),
        ("A6", [fact(HR, "0.44", "0.35", "0.55", "<0.01")], ["info"]),
        ("A6", [*rates(10, 12, 40), fact(P_OF_RATES, "<.001", p="<.001")], ["warning"]),
        # A7: the medians give 0.5, 0.33, 0.45 and 0.92.
        ("A7", [*medians("10", "5"), fact(HR, "0.50", "0.31", "0.81")], []),
        ("A7", [*medians("15.0", "5.0"), fact(HR, "0.80", "0.50", "1.28")], ["warning"]),
        ("A7", [*medians("10.0", "4.5"), fact(HR, "0.62", "0.39", "0.99")], ["note"]),
        ("A7", [*medians("8.6", "7.9"), fact(P_OF_MEDIANS, ".30", p=".30")], []),
        ("A7", [*medians("8.6", "7.9"), fact(P_OF_MEDIANS, ".049", p=".049")], ["warning"]),
        # A8: 59 events, 1285 events of 80 patients, and a P value that fits if one-sided.
        ("A8", [fact(HR, "0.50", "0.30", "0.83")], []),
        ("A8", [fact(HR, "0.50", "0.45", "0.56")], ["warning"]),
        ("A8", [fact(HR, "0.50", "0.30", "0.83", events="58")], []),
        ("A8", [fact(HR, "0.50", "0.30", "0.83", events="20")], ["note"]),
        ("A8", [fact(HR, "0.970", p=".470")], ["note"]),
        ("A8", [fact(HR, "1.26", p="0.001")], ["warning"]),
        # A10: the trial's own medians.
        ("A10", [fact(MEDIANS[0], "7.56", "5.19", "11.07")], []),
        ("A10", [fact(MEDIANS[1], "7.39", "5.52", "9.20")], ["info"]),
        ("A10", [fact(MEDIANS[1], "7.39", "2.20", "25.00")], ["note"]),
        ("A10", [fact(MEDIANS[1], "7.39", "1.00", "60.00")], ["warning"]),
        # Visits bunch progressions, so that narrow limits say nothing; days of death are exact.
        ("A10", [fact(MEDIANS[1], "7.39", "7.10", "7.60")], ["info"]),
        ("A10", [fact(MEDIANS[1].replace("pfs", "os"), "7.39", "7.10", "7.60")], ["warning"]),
        ("A10", [fact(MEDIANS[1].replace("pfs", "os"), "17.4", "17.1", "24.0")], ["warning"]),
        ("A10", [fact(MEDIANS[1].replace("pfs", "os"), "17.4", "12.0", "25.0")], []),
        # Limits that coincide, as papers print them of few patients.
        ("A10", [fact(MEDIANS[1], "1.8", "1.8", "1.8", n="9")], ["info"]),
        ("A10", [fact(MEDIANS[1], "1.9", "1.8", "1.9")], ["info"]),
        # A death has no visit at which it is seen: 7 (7-7) needs hundreds of them.
        ("A10", [fact(MEDIANS[1], "7", "7", "7")], ["info"]),
        ("A10", [fact(MEDIANS[1].replace("pfs", "os"), "7", "7", "7")], ["warning"]),
        # A curve that stays above one half has no upper limit.
        ("A10", [fact(MEDIANS[1], "not reached", "4", "11")], ["error"]),
        ("A10", [fact(MEDIANS[1], "not reached", "4", "not reached")], []),
        ("A10", [fact(MEDIANS[1], "not reached", "4", "11", ci_kind="range", ci_level="")], []),
        ("A10", [fact(MEDIANS[1], "not reported", "4", "11")], []),
        # A12: a patient has one best response.
        ("A12", [fact(ORR, "100"), fact(SD, "50")], ["error"]),
        ("A12", [fact(ORR, "60", n="40"), fact(SD, "50", n="40"), fact(CR, "5")], ["error"]),
        ("A12", [fact(CR, "33"), fact(PR, "33"), fact(SD, "35")], []),
        ("A12", [fact(ORR, "60", n="40"), fact(SD, "50", n="20")], []),
        ("A12", [fact(ORR, "60"), fact(SD, "50", analysis_set="review")], []),
        # A14: what is printed of one response, as a share or a count, by whoever prints it.
        ("A14", [fact(ORR, "19"), fact(f"{ORR}.review", "30", **ELSEWHERE)], ["warning"]),
        ("A14", [fact(ORR, "19"), fact(f"{ORR}.review", "19.4", **ELSEWHERE)], []),
        ("A14", [fact(ORR, "19", n="62"), fact(AS_COUNT, "12")], []),
        ("A14", [fact(ORR, "19", n="62"), fact(AS_COUNT, "20")], ["warning"]),
        ("A14", [fact(ORR, "19", n="62", events="12"), fact(AS_COUNT, "13")], ["warning"]),
        ("A14", [fact(ORR, "19"), fact(f"{ORR}.final", "30", analysis_set="final")], []),
        # A6: bounds that nobody prints, with an interval beside them or without.
        ("A6", [fact(HR, "0.46", p="<.9001")], ["warning"]),
        ("A6", [fact(HR, "0.46", p="<.0501")], ["warning"]),
        ("A6", [fact(HR, "0.46", p="<.5")], ["warning"]),
        ("A6", [fact(HR, "0.46", p="<.025"), fact(P_OF_MEDIANS, ">0.20", p=">0.20")], []),
        # A7: the medians say 0.39; a bound on P says nothing of the interval.
        ("A7", [*medians("4.9", "1.9"), fact(HR, "0.33", p="<.001")], []),
        ("A7", [*medians("4.9", "1.9"), fact(HR, "5.33", p="<.001")], ["warning"]),
        # A8: half a percent of the patients would have to be events.
        ("A8", [fact(HR, "0.60", p=".04")], []),
        ("A8", [fact(HR, "0.60", p=".84")], ["warning"]),
        # A13: two levels in one publication, which interim analyses explain.
        ("A13", [fact(HR, "0.80", "0.50", "1.28"), fact(RATES[1], "30", "16.6", "46.5")], []),
        (
            "A13",
            [fact(HR, "0.80", "0.50", "1.28", ci_level="90"), fact(RATES[1], "30", "16.6", "46.5")],
            ["note"],
        ),
        # A15: events of patients whom no row names, and another number of randomized ones.
        ("A15", [fact(f"{TRIAL}.deaths.count.sorafenib", "20", n="40", events="20")], []),
        ("A15", [fact(f"{TRIAL}.deaths.count.sorafenib", "20", n="30", events="20")], ["warning"]),
        (
            "A15",
            [
                fact(f"{TRIAL}.deaths.count.sorafenib", "20", n="39", events="20"),
                fact(f"{TRIAL}.treated.count.sorafenib", "39"),
            ],
            [],
        ),
        ("A15", [fact(HR, "0.80", "0.50", "1.28", n="80")], []),
        ("A15", [fact(HR, "0.80", "0.50", "1.28", n="60")], ["warning"]),
        ("A15", [fact(f"{TRIAL}.randomized.count.sorafenib", "40")], []),
        ("A15", [fact(f"{TRIAL}.randomized.count.sorafenib", "10")], ["warning"]),
    ],
)
def test_a_rule_by_itself(rule, rows, expected):
    assert severities(with_facts(*rows), rule, max_n=200) == expected


@pytest.mark.parametrize(
    ("limits", "follow_up", "expected"),
    [
        (("9.0", "8.0", "10.0"), "12", []),
        (("9.0", "8.0", "18.0"), "12", ["info"]),
        (("14.0", "8.0", "18.0"), "12", ["note"]),
        (("27.04", "22.31", "not attained"), "19.7", ["warning"]),
    ],
)
def test_a9_follow_up(limits, follow_up, expected):
    followed = fact(f"{TRIAL}.follow_up.median.all", follow_up)
    rows = [fact(f"{TRIAL}.os.median.sorafenib", *limits), followed]
    assert severities(with_facts(*rows), "A9") == expected


def published(*pairs, journal="Journal of Examples"):
    return {
        f"p{number}": Publication(
            f"p{number}", "", str(year), journal, (), "", "", "", volume=str(volume)
        )
        for number, (year, volume) in enumerate(pairs)
    }


@pytest.mark.parametrize(
    ("pairs", "journal", "expected"),
    [
        ([(2005, 23), (2007, 25), (2008, 26), (2009, 27)], "J", []),
        ([(1998, 338), (1999, 340), (2001, 345), (2007, 356)], "J", []),
        ([(2005, 23), (2007, 25), (2008, 26), (2009, 35)], "J", ["error"]),
        # The volume of 2009, dated by its online edition.
        ([(2005, 23), (2007, 25), (2008, 26), (2010, 27)], "J", ["note"]),
        # Two others are too few to say which entry is wrong.
        ([(2005, 23), (2007, 25), (2009, 35)], "J", []),
        ([(2009, 55)], "Hinyokika Kiyo", []),
        ([(2009, 53)], "Hinyokika Kiyo", ["error"]),
    ],
)
def test_a11_volumes(pairs, journal, expected):
    books = published(*pairs, journal=journal)
    assert severities(with_facts(bibliography=books), "A11") == expected


def responses(**counts):
    return [
        fact(ORR.replace("orr.percent", f"{name}.count"), str(x), events=str(x))
        for name, x in counts.items()
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (responses(cr=2, pr=11, orr=13), []),
        (responses(cr=2, pr=11, orr=12), ["error"]),
        (responses(cr=2, pr=11, orr=14), ["warning"]),
        (responses(orr=13, sd=30, pd=19), []),
        (responses(orr=13, sd=30, pd=10), ["note"]),
        (responses(orr=13, sd=30, pd=20), ["error"]),
    ],
)
def test_a12_responses(rows, expected):
    assert severities(with_facts(*rows), "A12") == expected


@pytest.mark.parametrize(
    ("percents", "expected"),
    [
        (("38", "56", "6"), []),
        (("38", "56", "7"), []),  # 101, within the rounding of three numbers
        (("38", "56", "10"), ["warning"]),
        (("38", "50", "6"), ["info"]),
    ],
)
def test_a12_groups_in_per_cent(percents, expected):
    names = ("mskcc_favourable", "mskcc_intermediate", "mskcc_poor")
    rows = [
        fact(f"{SINGLE}.{name}.percent.sorafenib_ifn", share)
        for name, share in zip(names, percents, strict=True)
    ]
    assert severities(with_facts(characteristics=rows), "A12") == expected


@pytest.mark.parametrize(("men", "expected"), [(50, []), (45, ["note"]), (55, ["error"])])
def test_a12_groups_in_patients(men, expected):
    rows = [
        fact(f"{SINGLE}.{name}.count.sorafenib_ifn", str(x))
        for name, x in (("male", men), ("female", 12))
    ]
    assert severities(with_facts(characteristics=rows), "A12") == expected


@pytest.mark.parametrize(
    ("whole", "source", "expected"),
    [
        ("80", "jonasch2010", []),
        ("79", "jonasch2010", ["error"]),
        ("79", "cochrane2023", ["note"]),
    ],
)
def test_a12_arms(whole, source, expected):
    rows = [fact(f"{TRIAL}.randomized.count.{arm}", "40") for arm in ("sorafenib", "sorafenib_ifn")]
    rows.append(fact(f"{TRIAL}.randomized.count.all", whole, source_key=source))
    assert severities(with_facts(*rows), "A12") == expected


@pytest.mark.parametrize(
    ("days", "expected"), [("167", ["info"]), ("154", ["info"]), ("228", ["warning"])]
)
def test_a13_one_time_in_two_units(days, expected):
    rows = [
        fact(MEDIANS[0], "5.5"),
        fact(f"{MEDIANS[0]}.review", days, unit="days", source_key="cochrane2023"),
    ]
    assert severities(with_facts(*rows), "A13") == expected


@pytest.mark.parametrize(("dose", "expected"), [("10", []), ("9", ["warning"])])
def test_a13_a_dose_in_two_places(dose, expected):
    unit = "million units per injection"
    row = fact(f"{SINGLE}.ifn_dose.value.sorafenib_ifn", dose, unit=unit)
    assert severities(with_facts(characteristics=[row]), "A13") == expected


def test_a13_one_dose_for_cohorts_of_several_is_the_dose_of_one():
    unit = "million units per injection"
    row = fact(f"{SINGLE}.ifn_dose.value.sorafenib_ifn", "9", unit=unit)
    arms = {"ifn_mu_per_dose": "6-9", "ifn_weekly_mu": "18-27"}
    evidence = edited(with_facts(characteristics=[row]), "arms", f"{SINGLE}.sorafenib_ifn", **arms)
    (found,) = [one for one in audit(evidence) if one.rule == "A13"]
    assert found.severity == "warning"
    assert found.explanation == "It is the dose of one cohort."


def test_a13_odd_units_and_weekly_doses():
    arm = f"{SINGLE}.sorafenib_ifn"
    odd = edited(with_facts(), "arms", arm, ifn_schedule="10 million TU three times a week")
    assert severities(odd, "A13") == ["note"]
    assert severities(edited(odd, "arms", arm, ifn_weekly_mu="27"), "A13") == ["error", "note"]


COMPARABLE = {
    "discrepancy_id": "D20",
    "study_ids": TRIAL,
    "row_ids": ";".join(MEDIANS),
    "what": "The abstract concludes that efficacy was comparable.",
    "severity": "warning",
}


@pytest.mark.parametrize(
    ("rows", "recorded", "expected"),
    [
        ([("7.56", "5.19", "11.07"), ("7.39", "5.52", "9.20")], [COMPARABLE], ["warning"]),
        ([("7.56", "7.40", "7.70"), ("7.39", "7.30", "7.48")], [COMPARABLE], []),
        # What nobody recorded is not known: the rule reads no abstracts.
        ([("7.56", "5.19", "11.07"), ("7.39", "5.52", "9.20")], [], []),
        # Without limits: the narrowest interval that 80 patients allow.
        ([("7.56",), ("7.39",)], [COMPARABLE], ["warning"]),
    ],
)
def test_a14_likeness(rows, recorded, expected):
    facts = [fact(row_id, *texts) for row_id, texts in zip(MEDIANS, rows, strict=True)]
    assert severities(with_facts(*facts, discrepancies=recorded), "A14") == expected


def test_a14_titles_prediction_and_values_printed_twice():
    title = "Interferon is an effective treatment"
    assert severities(edited(with_facts(), "studies", SINGLE, title=title), "A14") == ["note"]
    assert severities(edited(with_facts(), "studies", TRIAL, title=title), "A14") == []
    marker = fact(f"{TRIAL}.pfs.hazard_ratio.pakt", "1.04", arm="all", marker="pakt")
    said = {**COMPARABLE, "row_ids": marker["row_id"], "what": "pAKT is called predictive."}
    evidence = with_facts(biomarkers=[marker], discrepancies=[said])
    assert severities(evidence, "A14") == ["warning"]
    tested = fact(f"{TRIAL}.pfs.p_value.pakt", ".2", arm="all", marker="pakt", model="interaction")
    evidence = with_facts(biomarkers=[marker, tested], discrepancies=[said])
    assert severities(evidence, "A14") == []
    twice = [fact(MEDIANS[0], "7.56"), fact(f"{MEDIANS[0]}.table", "7.65")]
    assert severities(with_facts(*twice), "A14") == ["warning"]


@pytest.mark.parametrize(("n", "expected"), [("51", []), ("50", ["note"]), ("42", ["warning"])])
def test_a15_patients_who_entered(n, expected):
    rows = [
        fact(ORR, "26.2", n=n, events="11", population="eligible"),
        fact(f"{SINGLE}.registered.count.sorafenib_ifn", "51"),
    ]
    assert severities(with_facts(*rows), "A15") == expected


@pytest.mark.parametrize(
    ("own", "source", "expected"),
    [("62", "pdq2014", []), ("61", "pdq2014", ["warning"]), ("61", "ryan2007", ["note"])],
)
def test_a15_patients_with_another_disease(own, source, expected):
    disease = fact(f"{SINGLE}.renal_cell_carcinoma.count.sorafenib_ifn", own, n="62")
    row = fact(ORR, "19", n="62", events="12", source_key=source)
    assert severities(with_facts(row, characteristics=[disease]), "A15") == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, []),
        ({"registry_id": "NCT00126594"}, ["error"]),
        ({"n_total": "80", "accrual": "24 June 2005 to 18 June 2007"}, ["note"]),
        (
            {"n_total": "80", "accrual": "24 June 2005 to 18 June 2007", "registry_id": ""},
            ["warning"],
        ),
    ],
)
def test_a16_one_trial_under_two_names(cells, expected):
    assert severities(edited(with_facts(), "studies", SINGLE, **cells), "A16") == expected


def test_a16_what_a_reader_recorded():
    said = {**COMPARABLE, "what": "A Cochrane review lists this trial twice."}
    (found,) = [one for one in audit(with_facts(discrepancies=[said])) if one.rule == "A16"]
    assert found.severity == "warning"
    assert found.printed == "recorded by a reader as D20"


def test_settings_change_what_passes():
    tie = with_facts(fact(ORR, "33", n="40", events="13"))
    assert severities(tie, "A1", rounding="half_even") == ["note"]
    assert severities(tie, "A1", rounding="half_up") == []
    close = with_facts(fact(HR, "0.797", "0.639", "0.993", ".042"))
    assert severities(close, "A5", p_tolerance="exact_wald") == ["warning"]
    assert severities(close, "A5", allow_other_test_factor=0.0) == ["warning"]
    assert severities(tie, "A1", min_severity="info") == ["info"]
    assert severities(tie, "A1", min_severity="note") == []
    assert {one.severity for one in audit(valid(), min_severity="warning")} == {"error", "warning"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rounding": "up"}, "rounding: expected"),
        ({"p_tolerance": "none"}, "p_tolerance: expected"),
        ({"allow_other_test_factor": 2.0}, "expected 0 to 0.5, got 2.0"),
        ({"max_n": 0}, "max_n: expected at least 1, got 0"),
        ({"min_severity": "warn"}, "min_severity: expected one of"),
    ],
)
def test_a_wrong_setting_is_named(settings, message):
    with pytest.raises(ValueError, match=message):
        audit(valid(), **settings)


def test_a_rule_that_cannot_run_is_named():
    broken = edited(valid(), "arms", f"{TRIAL}.sorafenib", n_reported="forty")
    found = [one for one in audit(broken) if is_unjudged(one)]
    assert {one.rule for one in found} >= {"A1", "A3"}
    assert all("forty" in one.computation and one.severity == "error" for one in found)


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


@pytest.fixture(scope="module")
def findings(evidence):
    return audit(evidence)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_changes_nothing(evidence, findings, seed):
    random = np.random.default_rng(seed)
    tables = {
        name: table.iloc[random.permutation(len(table))].reset_index(drop=True)
        for name, table in evidence.tables.items()
    }
    assert audit(replace(evidence, tables=tables)) == findings


def test_a_study_that_is_added_is_audited_and_changes_no_other(evidence, findings):
    tables = dict(evidence.tables)
    for name in ("studies", "arms", "outcomes"):
        new = tables[name][tables[name]["study_id"] == TRIAL].replace(
            {TRIAL: "nobody-2030", "NCT00126594": "NCT09999999", "80": "82", "jonasch2010": ""}
        )
        new.iloc[:, 0] = new.iloc[:, 0].str.replace(TRIAL, "nobody-2030")
        tables[name] = type(new)(
            [*tables[name].to_numpy().tolist(), *new.to_numpy().tolist()],
            columns=tables[name].columns,
            dtype=object,
        )
    found = audit(replace(evidence, tables=tables))
    assert {"A3", "A9", "A10"} <= {one.rule for one in found if one.study_id == "nobody-2030"}
    assert tuple(one for one in found if one.study_id != "nobody-2030") == findings


@pytest.mark.parametrize("study_id", [TRIAL, "gollob-2007", "escudier-2007-target"])
def test_a_study_alone_has_the_findings_it_has_among_all(evidence, findings, study_id):
    alone = {one for one in audit(evidence.narrowed(study_id)) if one.rule != "A16"}
    among = {one for one in findings if one.study_id == study_id and one.rule != "A16"}
    assert alone == among
    assert findings_of(evidence, study_id) == tuple(
        one for one in findings if one.study_id == study_id
    )


def test_every_finding_is_complete_and_rests_on_rows_that_exist(evidence, findings):
    assert len(set(findings)) == len(findings)
    for one in findings:
        assert one.what.endswith("."), one
        assert one.printed, one
        assert one.computation, one
        assert one.tolerance, one
        assert set(one.rows) <= set(evidence.rows), one
        assert one.severity != "error" or not one.explanation, one
        assert one.rows or one.rule in ("A11", "A14", "A16"), one


def test_an_unknown_study_is_named(evidence):
    with pytest.raises(KeyError, match="expected one of the studies"):
        findings_of(evidence, "nobody-2001")


def test_there_are_sixteen_rules_in_order_and_the_methods_page_lists_them():
    from evidence.files.paths import chapters_folder

    assert tuple(rule.rule for rule in RULES) == RULE_IDS
    text = (chapters_folder() / "methods" / "audit-rules.md").read_text()
    for rule in RULE_IDS:
        assert f"| {rule} |" in text


def test_the_tables_link_every_row_and_count_every_finding(findings):
    html = BeautifulSoup(tabulate_findings(findings).html, "html.parser")
    links = [link["href"].partition("#row-")[2] for link in html.find_all("a")]
    assert links == [row_id for one in findings for row_id in one.rows]
    counts = tabulate_rules(findings).data.iloc[:, 2:].astype(int)
    assert int(counts.to_numpy().sum()) == len(findings)
    assert "Nothing found" in tabulate_findings([], study=False).text


def test_a15_a_subgroup_lost_nobody():
    # 41 of 126 after a cytokine, of 361 in the arm (AXIS): no patient was left out.
    row = fact(f"{ORR}.prior_cytokine", "26.2", n="42", events="11", population="after a cytokine")
    entered = fact(f"{SINGLE}.registered.count.sorafenib_ifn", "51")
    assert severities(with_facts(row, entered), "A15") == []
