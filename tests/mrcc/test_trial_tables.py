"""All trials in one table, how they were found, and the toxicity of the regimens side by side."""

import csv

import pytest

from evidence.figures.study_flow import draw_study_flow
from evidence.files.paths import data_folder
from evidence.sources.data import load_evidence
from evidence.tables.trial_tables import count_studies, tabulate_trials
from mrcc.tolerability import analysis as tolerability
from mrcc.tolerability.parameters import Tolerability


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


def rows_of(name):
    with (data_folder() / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_arm_of_every_study_has_a_line(evidence):
    assert len(tabulate_trials(evidence).data) == len(rows_of("arms"))


def test_the_line_of_an_arm_shows_what_the_abstract_gives(evidence):
    table = tabulate_trials(evidence).data
    ours = table[table["Trial"].str.startswith("Jonasch 2010")]
    # Jonasch 2010, abstract, results.
    alone, combination = (list(ours[name]) for name in ("Response", "Median PFS"))
    assert "30" in alone[0]
    assert "7.39 months" in combination[0]
    assert "7.56 months" in combination[1]
    assert "27.04 months" in ours["Median OS"].iloc[1]


def test_a_study_with_a_page_is_linked_and_another_is_not(evidence):
    html = tabulate_trials(evidence).html
    assert '<a href="../studies/jonasch-2010.html">' in html
    assert "studies/motzer-2013.html" not in html
    assert "TIVO-1" in html


def test_the_flow_counts_every_study_and_every_exclusion_once(evidence):
    counts = count_studies(evidence)
    own, cited, looked_up, left_out, numbers, entered, with_page, _ = counts.values()
    assert own + cited + looked_up == entered == len(rows_of("studies"))
    assert left_out + numbers == len(rows_of("excluded"))
    assert with_page == sum(row["chapter"] == "yes" for row in rows_of("studies"))
    drawn = draw_study_flow(counts)
    assert all(str(count) in drawn.alt for count in counts.values())


def test_rates_of_harm_stand_with_their_counts_a_column_for_each_regimen(evidence):
    p = Tolerability()
    rates = tolerability.event_rates(evidence, p)
    severe = tolerability.tabulate_severe(rates, p)
    assert list(severe.data.columns)[1:] == [
        "Sorafenib + interferon-alfa", "Sorafenib", "Interferon-alfa", "Sorafenib + interleukin-2",
    ]  # fmt: skip
    hand_foot = severe.data[severe.data.iloc[:, 0] == "Hand-foot skin reaction"].iloc[0]
    # Escudier 2009, abstract: 11.3 % of the 97 patients treated with sorafenib.
    assert "11/97, 11.3 %" in hand_foot["Sorafenib"]
    assert hand_foot["Interferon-alfa"] == "\N{EN DASH}"
    changed = tolerability.tabulate_changes(rates, p)
    assert set(changed.data.iloc[:, 0]) == {
        "Dose interrupted",
        "Dose reduced",
        "Stopped for toxicity",
    }


def test_digits_that_are_only_cut_off_name_no_count(evidence):
    rates = {rate.row_id: rate for rate in tolerability.event_rates(evidence, Tolerability())}
    # ROSORC, abstract: 25 % of 62 patients; 16/62 is 25.8 %, which rounds to 26.
    assert rates["procopio-2011.ae_grade_3_4.percent.sorafenib"].estimate is None
