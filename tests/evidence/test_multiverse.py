"""Every defensible choice is run, the committed outcomes are those of the chapters, and told so."""

import json
import re

import pytest

from evidence.figures.specification_curve import CurvePoint, draw_specification_curve
from evidence.files.paths import data_folder, notebook_path
from evidence.multiverse.design import DesignError, questions_with_designs, read_design
from evidence.multiverse.outcomes import STATES, BlockOutcome, Specification, read_multiverse
from evidence.multiverse.tables import draw_curve, tabulate_choices, tabulate_claims
from evidence.record.results import make_result, read_results
from evidence.record.validation import validate
from evidence.sources.data import load_evidence
from evidence_book.commands.build import status
from evidence_book.commands.run import refresh_pages
from evidence_book.grids.multiverse import current_key, due_multiverses, run_multiverse
from evidence_book.grids.sweep import sweep
from evidence_book.reports.releases import ReleaseError, release
from evidence_book.runs.own_library import model_of

QUESTIONS = ["biomarker_prognosis", "combination_vs_monotherapy"]
# One specification of each block is run again; all of them would take minutes.
SAMPLED = 3


def test_both_main_questions_have_choices():
    assert questions_with_designs() == QUESTIONS


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_choice_is_a_parameter_and_every_value_can_be_taken(question):
    design = read_design(question)
    model, evidence = model_of(design.page), load_evidence()
    for block in design.blocks:
        assert len(block.choices) >= 1
        for parameters in block.specifications():
            validate(model, parameters, evidence)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_claim_of_the_page_with_a_choice_is_told(question):
    design = read_design(question)
    claims = set(read_results(notebook_path(design.page)).claims)
    told = [claim for block in design.blocks for claim in block.claims]
    assert len(told) == len(set(told))
    assert set(told) <= claims
    # These rest on nothing that an analyst chooses.
    untold = {
        "association", "survival_longer", "printed_numbers_fit", "prediction_unknown",
        "other_patients",
    }  # fmt: skip
    assert claims - set(told) <= untold


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_defaults_of_the_page_are_among_the_specifications(question):
    design = read_design(question)
    defaults = {n: f.get_default() for n, f in model_of(design.page).model_fields.items()}
    for block in design.blocks:
        chosen = {choice.parameter: defaults[choice.parameter] for choice in block.choices}
        assert {**block.fixed, **chosen} in block.specifications(), block.name


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_committed_outcomes_belong_to_the_data_and_the_choices(question):
    found = read_multiverse(question)
    assert found.asked.to_json()
    assert found.key == current_key(read_design(question), found.asked, load_evidence())


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_committed_outcomes_are_those_of_papermill_runs(question):
    made = read_multiverse(question)
    sample = [
        (outcome, one)
        for outcome in made.outcomes
        for one in outcome.specifications[:: max(1, len(outcome.specifications) // 2)]
    ][:SAMPLED]
    runs = sweep(made.design.page, [one.parameters for _, one in sample])
    for (outcome, one), run in zip(sample, runs, strict=True):
        assert not run.error
        assert run.results.results[outcome.block.shows] == one.shown
        assert {key: run.results.claims[key]["state"] for key in one.states} == one.states


def test_shares_add_up():
    for question in QUESTIONS:
        for outcome in read_multiverse(question).outcomes:
            for claim in outcome.block.claims:
                counted = outcome.count_states(claim)
                assert sum(counted.values()) == len(outcome.specifications)
                assert tuple(counted) == STATES


@pytest.fixture
def small():
    """Two choices of two values; the claim follows the first one alone."""
    block = read_design("biomarker_prognosis").blocks[0]
    first, second = block.choices
    shown = make_result("x", "X", None, [], external=False, text="none")
    specifications = tuple(
        Specification(
            {first.parameter: a, second.parameter: b},
            shown,
            {"c": "holds" if a == first.values[0] else "does not hold"},
        )
        for a in first.values[:2]
        for b in second.values[:2]
    )
    return BlockOutcome(block, specifications), first, second


def test_a_choice_moves_a_claim_only_where_it_alone_flips_it(small):
    outcome, first, second = small
    assert outcome.flips("c", first) == (2, 2)
    assert outcome.flips("c", second) == (0, 2)


def test_what_is_left_out_is_not_run():
    blocks = {block.name: block for block in read_design("combination_vs_monotherapy").blocks}
    pooling = blocks["pooling"].specifications()
    assert not [one for one in pooling if one["pool_model"] == "bayes" and one["ci_adjust"] == "z"]
    assert len(pooling) == 6 * 2 * 2 * 2 - 4
    assert all(one["weibull_shape"] == 1.45 for one in blocks["progression"].specifications())


@pytest.mark.parametrize("question", QUESTIONS)
def test_tables_and_curves_say_how_many(question):
    made = read_multiverse(question)
    outcome = made.outcomes[0]
    total = str(len(outcome.specifications))
    assert total in tabulate_claims(made).text
    assert "does not move it" in tabulate_choices(made, model_of(made.design.page)).text
    figure = draw_curve(made, outcome.block.name, model_of(made.design.page))
    assert len(figure.data) == int(total)
    assert figure.data["value"].is_monotonic_increasing
    assert f"{total} specifications" in figure.alt
    with pytest.raises(KeyError, match="expected one of the blocks"):
        draw_curve(made, "nothing", model_of(made.design.page))


def test_a_curve_marks_states_by_form_and_not_by_colour_alone():
    from evidence_stats.estimates import Estimate

    points = [CurvePoint(Estimate(v), s, (0,)) for v, s in zip((1, 2, 3), STATES, strict=True)]
    figure = draw_specification_curve(points, [("Choice", ["one"])], name="n", axis="X", claim="c.")
    markers = {
        line.get_marker() for line in figure.fig.axes[0].lines if line.get_marker() != "None"
    }
    assert len(markers) == 3


def test_outcomes_of_other_choices_are_refused(project):
    path = project / "data" / "multiverse" / "biomarker_prognosis.json"
    stored = json.loads(path.read_text())
    stored["blocks"]["strength"].pop()
    path.write_text(json.dumps(stored))
    with pytest.raises(ValueError, match="expected the specifications of block strength"):
        read_multiverse("biomarker_prognosis")


@pytest.mark.parametrize(
    "text", ["", "page: x", "page: x\nblocks: [{name: a}]", "{", "page: x\nblocks: 3"]
)
def test_a_broken_file_of_choices_is_named(project, text):
    (data_folder() / "multiverse" / "biomarker_prognosis.yml").write_text(text)
    with pytest.raises(DesignError, match=r"data/multiverse/biomarker_prognosis\.yml: expected"):
        read_design("biomarker_prognosis")


def test_a_file_that_cannot_be_written_is_said_before_anything_runs(monkeypatch):
    monkeypatch.setattr("evidence_book.rendering.whole_writes.os.access", lambda path, mode: False)
    monkeypatch.setattr("evidence_book.grids.multiverse.sweep", lambda *words, **more: 1 / 0)
    with pytest.raises(PermissionError, match="multiverse"):
        run_multiverse("biomarker_prognosis")


def correct_a_row(project):
    """Give a pooled arm one responder fewer than the committed outcomes were computed from."""
    path = project / "data" / "outcomes.csv"
    lines = path.read_text().splitlines(keepends=True)
    (place,) = [
        n for n, line in enumerate(lines) if line.startswith("ryan-2007.orr.percent.sorafenib_ifn,")
    ]
    assert ",62,12," in lines[place]
    lines[place] = lines[place].replace(",62,12,", ",62,11,")
    path.write_text("".join(lines))


DUE = (
    "data/multiverse/combination_vs_monotherapy.json belongs to other data or other choices; "
    "run `evidence multiverse combination_vs_monotherapy`"
)


def test_the_committed_outcomes_are_not_due():
    assert due_multiverses(load_evidence()) == []


def test_after_a_corrected_row_status_and_run_say_that_the_multiverse_is_due(project, capsys):
    correct_a_row(project)
    status()
    assert DUE in capsys.readouterr().out
    refresh_pages("studies/sternberg-2010")
    assert DUE in capsys.readouterr().err


def test_nothing_is_released_while_a_multiverse_is_due(project, monkeypatch):
    correct_a_row(project)
    monkeypatch.setattr("evidence_book.runs.freshness.why_stale", lambda page, evidence: [])
    monkeypatch.setattr("evidence_book.reports.releases.check_version", lambda version: None)
    monkeypatch.setattr("evidence_book.reports.releases.release_date", lambda version: "2026-11-30")
    with pytest.raises(ReleaseError, match="nothing was released:\n" + re.escape(DUE)):
        release("9.9.9")
    assert not (project / "data" / "released" / "9.9.9.json").exists()


def test_changed_choices_make_the_multiverse_due(project):
    path = project / "data" / "multiverse" / "combination_vs_monotherapy.yml"
    path.write_text(path.read_text().replace("title: ", "title: Other ", 1))
    assert due_multiverses(load_evidence()) == [DUE]


@pytest.mark.parametrize(
    ("text", "why"), [(None, "is missing"), ("{", "does not hold"), ("[]", "does not hold")]
)
def test_a_file_of_outcomes_that_cannot_be_read_is_due(project, text, why):
    path = project / "data" / "multiverse" / "biomarker_prognosis.json"
    path.unlink() if text is None else path.write_text(text)
    (line,) = due_multiverses(load_evidence())
    assert line.startswith(f"data/multiverse/biomarker_prognosis.json {why}")
    assert line.endswith("run `evidence multiverse biomarker_prognosis`")
