"""Each question has a summary of findings whose lines come from its numbers."""

import math

import numpy as np
import pytest
from bs4 import BeautifulSoup

from evidence.files.paths import notebook_path
from evidence.sources.data import load_evidence
from evidence_book.runs.freshness import read_notebook
from evidence_book.runs.own_library import question_models
from evidence_stats.survival.survival_power import detectable_interaction
from evidence_stats.survival.two_arm_survival import cox_two_arm_batch
from mrcc.biomarker_prognosis import marker_sensitivity
from mrcc.biomarker_prognosis.parameters import BiomarkerPrognosis
from mrcc.landscape import analysis as landscape
from mrcc.landscape import pairwise
from mrcc.landscape.parameters import Landscape


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


def tables_on(page):
    for cell in read_notebook(notebook_path(page))["cells"]:
        for output in cell.get("outputs", []):
            html = "".join(output.get("data", {}).get("text/html", []))
            if html:
                yield BeautifulSoup(html, "html.parser")


@pytest.mark.parametrize("page", question_models())
def test_every_question_has_a_summary_with_reasons(page):
    (table,) = (t for t in tables_on(page) if t.caption.text.startswith("Summary of findings"))
    heads = [head.text for head in table.find_all("th", scope="col")]
    assert heads[0] == "Outcome"
    assert heads[-2:] == ["Certainty", "In words"]
    marks = {note.text.split("]")[0] for note in table.find_all("p") if note.text.startswith("[")}
    for row in table.tbody.find_all("tr"):
        cells = [cell.text for cell in row.find_all("td")]
        level, _, reasons = cells[-2].partition(" [")
        assert cells[-1].endswith(".")
        if level != "not rated" and not level.endswith("high"):
            assert {f"[{mark}" for mark in reasons.rstrip("]").split(", ")} <= marks


def test_no_page_says_no_effect():
    for page in question_models():
        for table in tables_on(page):
            assert "no effect" not in table.text.lower(), page


def test_pairs_of_more_than_one_trial_are_pooled_within_their_line_of_treatment(evidence):
    pairs = pairwise.find_pairs(evidence, Landscape())
    # Axitinib over sorafenib has a trial in each: these are not pooled.
    assert [pair.key for pair in pairs] == [
        "pair_pfs_bev_ifn_v_ifn",
        "pair_pfs_tiv_v_sor_later",
        "pair_os_bev_ifn_v_ifn",
        "pair_os_tiv_v_sor_later",
    ]
    pfs = pairs[0].pooled.estimate
    # Inverse-variance mean of log 0.63 (0.52-0.75) and log 0.71 (0.61-0.83).
    logs = np.log([0.63, 0.71])
    ses = [math.log(b / a) / (2 * 1.959964) for a, b in ((0.52, 0.75), (0.61, 0.83))]
    weights = 1 / np.square(ses)
    assert math.log(pfs.value) == pytest.approx(float(weights @ logs / weights.sum()), rel=1e-6)


def test_a_pair_shows_each_trial_as_printed(evidence):
    pairs = pairwise.find_pairs(evidence, Landscape())
    text = pairwise.tabulate_pairs(evidence, pairs, Landscape()).text
    assert "0.63 (0.52 to 0.75" in text
    assert "0.32 to 1.43" in text


def test_survival_stands_beside_progression(evidence):
    numbers, rows = landscape.survival_effects(evidence)
    # Motzer 2009, J Clin Oncol 27:3584, abstract: 0.821 (0.673-1.001).
    assert numbers["os_hr_sun"][0].value == pytest.approx(0.821, abs=0.001)
    assert "no chain of contrasts leads to interferon-alfa" in numbers["os_hr_sor"][0].reason
    assert all(row in evidence.rows for row in rows)


def test_an_assumption_shows_the_numbers_that_rest_on_it(evidence):
    varied = marker_sensitivity.vary(evidence, BiomarkerPrognosis())
    words, numbers = varied["hypotheses_two"]
    assert set(numbers) == {
        "sens_hypotheses_two_pfs_p_adjusted",
        "sens_hypotheses_two_os_p_adjusted",
    }
    assert numbers["sens_hypotheses_two_os_p_adjusted"][0].value == pytest.approx(0.0346, abs=1e-4)
    assert "two hypotheses" in words


def test_a_detectable_interaction_is_found_four_times_in_five():
    events = 70
    ratio = detectable_interaction(events).value
    assert math.log(ratio) == pytest.approx(2.801585 * 2 / math.sqrt(events), rel=1e-6)
    assert detectable_interaction(4 * events).value == pytest.approx(math.sqrt(ratio))


def test_the_error_of_an_interaction_is_that_of_simulated_trials():
    rng = np.random.default_rng(20100101)
    events, found = 400, []
    for _ in range(400):
        slopes = []
        for _arm in range(2):
            # A binary marker of SD 1/2 stands for one of SD 1: its log ratio is half as precise.
            marker = np.repeat([0, 1], [100, 100])
            times = rng.exponential(size=200)
            fit = cox_two_arm_batch(times[None], np.ones((1, 200), bool), marker[None] == 1)
            slopes.append(fit.log_hr[0] / 2)
        found.append(slopes[0] - slopes[1])
    # The standard deviation of 400 trials has a relative error of 3.5 per cent; 3 of those.
    assert np.std(found) == pytest.approx(2 / math.sqrt(events), rel=0.105)


@pytest.mark.parametrize(("power", "alpha"), [(0.4, 0.05), (1.0, 0.05), (0.8, 0.0), (0.8, 0.6)])
def test_impossible_power_is_an_error(power, alpha):
    with pytest.raises(ValueError, match="expected 0 < alpha"):
        detectable_interaction(70, power=power, alpha=alpha)
