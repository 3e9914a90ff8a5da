"""Findings as FHIR: every line of every summary, with the numbers of the page, and back."""

import csv
import json
from collections import defaultdict

import pytest

from evidence.files.paths import notebook_path, project_root
from evidence_book.extras.citation import read_book_facts
from evidence_book.extras.fhir_bundle import bundle_text, find_result, make_bundle
from evidence_book.reports.finding_lines import read_finding_lines
from evidence_book.reports.registry import Registry
from evidence_book.runs.own_library import question_models
from tests.fhir_reading import read_bundle

# Which number of the page each line prints; lines that are not here print none.
KEYS = {
    ("combination_vs_monotherapy", "Objective response"): "orr_difference",
    ("combination_vs_monotherapy", "Free of progression at one year"): "pfs_hr",
    ("biomarker_prognosis", "Free of progression at one year, pAKT one SD higher"): "pfs_hr_per_sd",
    ("biomarker_prognosis", "Overall survival, pAKT one SD higher"): "os_hr_per_sd",
    ("interferon_dose", "Objective response, 10 MU a week more, across trials"): "dose_or",
    (
        "interferon_dose",
        "Objective response, lower against higher dose within one trial (RAPSODY)",
    ): "schedule_or",
    (
        "adding_interferon",
        "Objective response, on sorafenib: Jonasch 2010",
    ): "jonasch_2010_sorafenib_ifn_orr_difference",
    (
        "adding_interferon",
        "Free of progression at one year, on sorafenib: Jonasch 2010",
    ): "jonasch_2010_sorafenib_ifn_pfs",
    (
        "adding_interferon",
        "Objective response, on vinblastine: Pyrh\u00f6nen 1999",
    ): "pyrhonen_1999_vinblastine_ifn_orr_difference",
    (
        "adding_interferon",
        "Alive at one year, on vinblastine: Pyrhönen 1999",
    ): "pyrhonen_1999_vinblastine_ifn_os",
    (
        "adding_interferon",
        "Alive at one year, on several treatments taken together: PERCY Quattro (Negrier 2007)",
    ): "negrier_2007_ifn_any_os",
    ("landscape", "Bevacizumab + interferon-alfa"): "hr_bev_ifn",
    ("landscape", "Axitinib"): "hr_axi",
    ("landscape", "Sorafenib"): "hr_sor",
    ("landscape", "Sorafenib + interferon-alfa"): "hr_sor_ifn",
    ("landscape", "Sunitinib"): "hr_sun",
}


@pytest.fixture(scope="module")
def registry():
    return Registry(project_root())


@pytest.fixture(scope="module")
def text(registry):
    facts = read_book_facts(project_root(), registry)
    return bundle_text(make_bundle(registry.committed_paths(), project_root(), facts))


@pytest.fixture(scope="module")
def findings(text):
    return {(one.page, one.outcome): one for one in read_bundle(text)}


@pytest.fixture(scope="module")
def lines():
    return [
        one for page in question_models() for one in read_finding_lines(page, notebook_path(page))
    ]


def test_every_line_of_every_summary_is_a_finding_and_nothing_else_is(findings, lines):
    assert len(lines) == len(findings) > 20
    assert {(one.page, one.outcome) for one in lines} == set(findings)
    for line in lines:
        assert findings[line.page, line.outcome].words == line.words


def test_the_numbers_come_back_from_the_bundle_as_the_pages_recorded_them(
    findings, lines, registry
):
    for line in lines:
        found = findings[line.page, line.outcome]
        key = KEYS.get((line.page.removeprefix("questions/"), line.outcome), "")
        assert found.key == key, line.outcome
        if not key:
            assert found.value is None
            assert line.relative == "not estimable"
            continue
        result = registry.page(line.page, line.page).results[key]
        numbers = ("value", "low", "high", "level", "p", "events")
        assert [getattr(found, n) for n in numbers] == [getattr(result, n) for n in numbers]
        first = line.patients.split(" ")[0]
        told = int(first) if first.isdigit() else None
        assert found.n == (result.n or told)
        assert found.sources


def test_certainty_and_its_steps_are_those_of_the_data(findings, lines):
    table = defaultdict(set)
    with (project_root() / "data" / "certainty.csv").open() as stream:
        for row in csv.DictReader(stream):
            table[row["question"]].add((row["domain"], int(row["steps"]), row["reason"]))
    names = {"publication": "Publication bias"}
    for line in lines:
        found = findings[line.page, line.outcome]
        assert found.certainty == line.certainty.replace(" ", "-")
        assert bool(line.downgrades) == (line.certainty != "not rated")
        for step in line.downgrades:
            known = table[line.page.removeprefix("questions/")]
            # Steps for imprecision follow from the interval, and say how.
            follows = step.domain == "imprecision" and step.reason.startswith("The interval ")
            assert follows or (step.domain, step.steps, step.reason) in known
            name = names.get(step.domain, step.domain.replace("_", " "))
            told = {domain.lower(): steps for domain, steps in found.downgrades.items()}
            assert told[name.lower()] == step.steps


def test_a_finding_has_four_variables_and_every_reference_leads_inside_the_bundle(text):
    bundle = json.loads(text)
    inside = {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}
    assert len(inside) == len(bundle["entry"])
    for resource in inside.values():
        assert len(resource["id"]) <= 64
        if resource["resourceType"] != "Evidence":
            continue
        roles = {}
        for part in resource["variableDefinition"]:
            code = part["variableRole"]["coding"][0]["code"]
            roles[code] = inside[part["observed"]["reference"]]["title"]
        assert set(roles) == {"population", "exposure", "referenceExposure", "measuredVariable"}
        assert roles["exposure"] != roles["referenceExposure"]
        assert not any("{" in words for words in roles.values())
        assert inside[resource["citeAsReference"]["reference"]]["resourceType"] == "Citation"


def test_the_combination_is_compared_with_sorafenib_in_codes_that_programs_know(text):
    (found,) = (
        entry["resource"]
        for entry in json.loads(text)["entry"]
        if entry["resource"]["id"].startswith("evidence-combination-vs-monotherapy-free-of")
    )
    (statistic,) = found["statistic"]
    assert statistic["statisticType"]["coding"][0]["code"] == "C93150"
    interval = statistic["attributeEstimate"][0]
    assert interval["type"]["coding"][0]["code"] == "C53324"
    assert statistic["sampleSize"]["numberOfParticipants"] == 80
    domains = [part["type"]["coding"][0]["code"] for part in found["certainty"][0]["subcomponent"]]
    assert domains == ["RiskOfBias", "Indirectness", "Imprecision"]


def test_the_bundle_has_the_same_bytes_every_time_and_no_clock(text, registry):
    facts = read_book_facts(project_root(), registry)
    assert bundle_text(make_bundle(registry.committed_paths(), project_root(), facts)) == text
    assert "timestamp" not in text
    assert "lastUpdated" not in text


def test_only_a_released_edition_is_active(text, registry):
    facts = read_book_facts(project_root(), registry)
    states = {
        entry["resource"]["status"]
        for entry in json.loads(text)["entry"]
        if entry["resource"]["resourceType"] == "Evidence"
    }
    assert states == {"active" if facts.released else "draft"}


def test_a_bundle_that_fhir_does_not_allow_is_refused(text):
    broken = json.loads(text)
    resource = next(e["resource"] for e in broken["entry"] if "statistic" in e["resource"])
    resource["statistic"][0]["quantity"]["value"] = "about one"
    with pytest.raises(ValueError, match="statistic"):
        read_bundle(json.dumps(broken))


def test_a_line_whose_number_no_ratio_prints_has_no_statistic(lines, registry):
    line = next(one for one in lines if one.relative.startswith("hazard ratio"))
    results = registry.page(line.page, line.page).results
    assert find_result(line, results) is not None
    assert find_result(line, {k: r for k, r in results.items() if r.unit != "ratio"}) is None
