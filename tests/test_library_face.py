"""The library used from Python, outside any page: found, short to print, hard to misuse."""

import doctest
import importlib
import math
import subprocess
import sys

import evidence as ev
import pytest
from evidence.figures.style import Figure
from evidence.pooling import pool
from IPython.core.formatters import DisplayFormatter

PRINTED = {"A": (0.63, 0.52, 0.75), "B": (0.71, 0.61, 0.83), "C": (0.90, 0.50, 1.60)}


@pytest.mark.parametrize("name", ev.__all__)
def test_every_name_of_the_face_is_there(name):
    assert getattr(ev, name).__doc__


def test_a_name_that_is_not_there_is_met_with_those_that_are():
    with pytest.raises(AttributeError, match="no pool; its face is .*pool_hazard_ratios"):
        ev.pool  # noqa: B018


def test_importing_the_library_imports_nothing_heavy():
    code = (
        "import sys, evidence; print(sorted({'pandas', 'scipy', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_printed_ratios_are_pooled_as_their_logarithms_with_the_errors_of_their_limits():
    found = ev.pool_hazard_ratios(PRINTED)
    logs = [math.log(ratio) for ratio, _, _ in PRINTED.values()]
    errors = [
        (math.log(high) - math.log(low)) / (2 * 1.959964) for _, low, high in PRINTED.values()
    ]
    by_hand = pool(logs, [error**2 for error in errors])
    assert found.estimate.value == pytest.approx(math.exp(by_hand.mu), rel=1e-6)
    assert found.estimate.high == pytest.approx(math.exp(by_hand.high[0]), rel=1e-6)
    assert sum(found.weights.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    "given",
    [
        [0.63, 0.71],
        {},
        {"A": 0.63},
        {"A": (0.63, 0.52)},
        {"A": (0.63, 0.7, 0.8)},
        {"A": ("x", 1, 2)},
        {"A": ev.Estimate(0.63)},
        {"A": ev.Estimate(0.3, unit="proportion", se=0.1)},
    ],
)
def test_what_is_no_ratio_with_limits_is_refused_in_words(given):
    with pytest.raises(ValueError, match="expected|must enclose"):
        ev.pool_hazard_ratios(given)


@pytest.fixture(scope="module")
def figure() -> Figure:
    return ev.forest(ev.pool_hazard_ratios(PRINTED))


def test_a_figure_shows_itself_in_jupyter(figure):
    data, _ = DisplayFormatter().format(figure)
    assert data["image/svg+xml"].lstrip().startswith("<?xml")
    assert data["text/plain"] == figure.alt


@pytest.mark.parametrize("kind", ["svg", "png", "pdf", "csv"])
def test_a_figure_is_saved_with_the_labels_beside_its_axes(figure, kind, tmp_path):
    path = figure.save(tmp_path / f"forest.{kind}")
    assert path.stat().st_size > 50
    if kind == "svg":
        width = float(path.read_text().partition('width="')[2].partition("pt")[0])
        # The axes alone are 2.5 inches wide; labels stand on both sides.
        assert width > 72 * 4


def test_a_figure_is_saved_in_no_form_that_is_not_known(figure, tmp_path):
    with pytest.raises(ValueError, match="ends in svg, png, pdf, csv; got forest.bmp"):
        figure.save(tmp_path / "forest.bmp")


@pytest.mark.parametrize("given", [PRINTED, None])
def test_a_forest_of_what_was_not_pooled_is_refused_in_words(given):
    with pytest.raises(ValueError, match="expected what `pool_hazard_ratios` returns, got"):
        ev.forest(given)


def test_one_study_is_one_study():
    alone = ev.forest(ev.pool_hazard_ratios({"A": (0.63, 0.52, 0.75)}))
    assert "of 1 study;" in alone.caption


def test_what_is_printed_in_a_cell_is_short(figure):
    assert len(repr(ev.load_evidence())) < 300
    assert len(repr(figure)) < 200


@pytest.mark.parametrize(
    "name", ["evidence.ratios", "evidence.canonical", "evidence.figures.pooled_forest"]
)
def test_examples_give_what_they_say(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
