"""Appraisals show a symbol and a word, and leave no study or domain out."""

import re

from bs4 import BeautifulSoup

from evidence.sources.data import load_evidence
from evidence.tables.appraisal_tables import ROB2_DOMAINS, tabulate_risk_of_bias, tabulate_tool


def test_risk_of_bias_has_a_line_per_study_and_outcome():
    evidence = load_evidence()
    table = tabulate_risk_of_bias(evidence)
    assert next(iter(table.data.columns)) == "Study, outcome"
    assert len(table.data.columns) == 1 + len(ROB2_DOMAINS)
    first = dict(table.data.iloc[0])
    assert first["Study, outcome"] == "Jonasch 2010, ORR"
    assert first["Randomization process"] == "? some concerns"
    judged = evidence.tables["appraisals"]
    outcomes = judged[judged["tool"] == "RoB 2"]
    pairs = set(zip(outcomes["study_id"], outcomes["domain"].str.partition(":")[0], strict=True))
    assert len(table.data) == len(pairs)


def test_every_judgement_carries_its_symbol_and_reason():
    html = BeautifulSoup(tabulate_risk_of_bias(load_evidence()).html, "html.parser")
    lights = html.find_all(class_="judgement")
    assert len(lights) > 100
    for light in lights:
        assert light.text[0] in "+?\u00d7\u00b7"
        assert light["title"]


def test_other_tools_have_tables_too():
    evidence = load_evidence()
    for tool in set(evidence.tables["appraisals"]["tool"]) - {"RoB 2"}:
        assert len(tabulate_tool(evidence, tool, "caption").data) >= 5


NUMBERS = {"three": 3, "four": 4, "five": 5}


def test_a_reason_that_counts_domains_counts_those_of_its_table():
    judged = load_evidence().tables["appraisals"]
    told = 0
    for _, row in judged[judged["domain"].str.endswith(": overall")].iterrows():
        outcome = row["domain"].partition(":")[0]
        own = judged[
            (judged["study_id"] == row["study_id"])
            & judged["domain"].str.startswith(f"{outcome}: D")
        ]["judgement"].tolist()
        found = re.search(r"(three|four|five)( of)?( all)?( \w+)? domains", row["reason"].lower())
        if found:
            told += 1
            assert own.count("some concerns") == NUMBERS[found[1]], row["reason"]
            assert "without information" not in row["reason"] or "no information" in own
    assert told >= 4
