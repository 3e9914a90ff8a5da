"""Results and patients with the arms as columns, and the words for what the rows are about."""

import re

import pytest
from bs4 import BeautifulSoup

from evidence.files.paths import notebook_path
from evidence.record.chapter_parameters import Study
from evidence.sources.data import load_evidence
from evidence.sources.data_files import FACT_TABLES
from evidence.sources.printed_rows import printed_text
from evidence.sources.recomputation import recompute
from evidence.sources.vocabulary import MISSING_WORDS, describe_row, is_named
from evidence.tables.arm_tables import tabulate_patients_by_arm, tabulate_results_by_arm
from evidence.tables.study_tables import tabulate_arms, tabulate_design
from evidence_book.runs.freshness import list_pages, read_notebook

STUDIES = [page.partition("/")[2] for page in list_pages() if page.startswith("studies/")]
# Ids of rows and keys of numbers stand in links and lists of keys, and nowhere else.
CODE = re.compile(r"\b[a-z0-9]+_[a-z0-9_]+\b")


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


def results_of(evidence, study):
    own = evidence.narrowed(study)
    return tabulate_results_by_arm(own, recompute(own, Study(study_id=study))).data.set_index(
        "Outcome"
    )


def test_the_randomized_trial_stands_arm_by_arm(evidence):
    table = results_of(evidence, "jonasch-2010")
    alone, both, comparison = table.columns
    assert (alone, both) == ("Sorafenib n = 40", "Sorafenib + low-dose interferon n = 40")
    response = table.loc["Objective response"]
    assert response[alone] == "30 % 12/40*; 95 % CI 16.6 to 46.5"
    assert response[both] == "25 % 10/40*; 95 % CI 12.7 to 41.2"
    assert response[comparison].startswith(
        "difference \u22125.0 points (95 % CI \u221224.5 to 14.8)"
    )
    assert "derived" in response[comparison]
    assert "derived from the two medians" in table.loc["Progression-free survival, median"].iloc[2]
    # No ratio of survival can be had; its absence is that of the abstract, which is what was read.
    assert table.loc["Overall survival, median"].iloc[2] == "not in the abstract"


def test_a_published_ratio_is_marked_and_no_derived_one_stands_beside_it(evidence):
    comparison = results_of(evidence, "escudier-2007-target").loc[
        "Progression-free survival, median", "Comparison"
    ]
    assert comparison == "hazard ratio 0.44 published; 95 % CI 0.35 to 0.55, P <0.01"


def test_a_ratio_without_an_interval_shows_its_p_value_alone(evidence):
    comparison = results_of(evidence, "escudier-2007-target").loc[
        "Overall survival, median", "Comparison"
    ]
    assert comparison == "hazard ratio 0.88 published; P = .146"


def test_a_range_is_called_a_range(evidence):
    table = tabulate_patients_by_arm(evidence.narrowed("jonasch-2010")).data.set_index(
        "At the start"
    )
    assert table.loc["Age, median"].iloc[0] == "62.4 years range 45 to 83"


def test_three_arms_say_which_two_a_ratio_compares(evidence):
    comparison = results_of(evidence, "hudes-2007").loc["Overall survival, median", "Comparison"]
    assert "Temsirolimus v Interferon" in comparison
    assert "Temsirolimus + interferon v Interferon" in comparison


def test_a_percentage_with_digits_cut_off_names_no_count(evidence):
    # 16 of 62 is 25.8 %, which only cut-off digits make 25; 25 of 66 rounds to 38.
    row = results_of(evidence, "procopio-2011").loc["Any adverse event, grade 3 or 4"]
    assert list(row[:2]) == ["38 % 25/66*", "25 %"]


def test_a_difference_is_that_of_the_later_arm_where_none_is_the_control(evidence):
    # As the question on the dose has it: the lower weekly dose less the higher.
    comparison = results_of(evidence, "bracarda-2013").loc["Objective response", "Comparison"]
    assert "difference 16.4 points" in comparison


def test_what_others_report_and_interim_analyses_stay_out(evidence):
    for study in STUDIES:
        text = str(results_of(evidence, study))
        assert "interim" not in text
        assert "PDQ" not in text
        assert "case report" not in text


def test_table_1_of_the_randomized_trial(evidence):
    table = tabulate_patients_by_arm(evidence.narrowed("jonasch-2010")).data.set_index(
        "At the start"
    )
    assert list(table.loc["ECOG performance status 0"]) == ["62.5 % 25/40", "62.5 % 25/40"]
    assert list(table.loc["Men (patients)"]) == ["32/40", "29/40"]
    assert list(table.loc["MSKCC risk poor"]) == ["0/40", "5 % 2/40"]
    # Doses stand with the arms.
    assert not [name for name in table.index if "dose" in name]


def test_a_study_without_baseline_has_no_table_of_patients(evidence):
    assert tabulate_patients_by_arm(evidence.narrowed("negrier-1998")) is None


def test_a_run_in_is_told_as_one_and_not_as_a_range(evidence):
    text = tabulate_arms(evidence.narrowed("pyrhonen-1999")).text
    assert "9 MU in the first week" in text
    assert "9-54" not in text


def test_every_study_says_what_was_read(evidence):
    for study in STUDIES:
        facts = dict(tabulate_design(evidence.narrowed(study), study).data.itertuples(index=False))
        assert facts["What was read"] in MISSING_WORDS


@pytest.mark.parametrize("name", FACT_TABLES)
def test_every_code_of_the_tables_has_words(evidence, name):
    table = evidence.tables[name]
    columns = [c for c in ("outcome", "characteristic", "marker") if c in table]
    codes = {code for column in columns for code in table[column] if code}
    assert sorted(code for code in codes if not is_named(code)) == []
    labels = dict.fromkeys(evidence.tables["arms"]["arm"], "arm")
    for _, row in table.iterrows():
        assert not CODE.search(describe_row(row, labels)), row["row_id"]


def test_no_code_shows_in_a_table_of_a_study_page():
    for study in STUDIES:
        for cell in read_notebook(notebook_path(f"studies/{study}"))["cells"]:
            for output in cell.get("outputs", []):
                if "text/html" not in output.get("data", {}):
                    continue
                html = BeautifulSoup("".join(output["data"]["text/html"]), "html.parser")
                # The audit names the rows that it rests on.
                for link in html.find_all("a", string=re.compile(r"^[a-z0-9-]+\.[a-z0-9_.]+$")):
                    link.decompose()
                found = CODE.findall(html.get_text(" "))
                assert not found, (study, found)


def test_a_unit_of_one_is_singular_and_a_score_has_none():
    row = {"value_reported": "1", "statistic": "duration", "unit": "months"}
    assert printed_text(row) == "1 month"
    assert printed_text(row | {"value_reported": "0", "unit": "score"}) == "0"
    assert printed_text(row | {"value_reported": "2", "unit": "grade"}) == "2"
    assert printed_text(row | {"value_reported": "3"}) == "3 months"


def test_a_ratio_of_two_arms_that_are_not_the_columns_names_them(evidence):
    # Coppin 2005: the columns have response rates of other groups than the survival ratio.
    table = results_of(evidence, "coppin-2005")
    assert "Any immunotherapy" in table.columns
    told = table.loc["Overall survival", "Comparison"]
    assert told.startswith("hazard ratio 0.74 published, Interferon v Control")


def test_a_one_sided_p_value_says_so(evidence):
    # AXIS and Hutson 2013 give one-sided P values, TIVO-1 a two-sided one.
    said = evidence.printed("rini-2011.os.hazard_ratio.axitinib_v_sorafenib")
    assert said == "0.969 (0.800 to 1.174, one-sided P = 0.3744)"
    two_sided = evidence.printed("motzer-2013.os.hazard_ratio.tivozanib_v_sorafenib")
    assert two_sided == "1.245 (0.954 to 1.624, P = .105)"


def test_a_p_value_of_three_arms_is_not_shown_as_one_of_two(evidence):
    # Negrier 1998, abstract: one P value for interleukin-2, interferon-alfa and both.
    told = results_of(evidence, "negrier-1998").loc["Objective response", "Comparison"]
    assert told == "P <0.01 published, three arms at once"
