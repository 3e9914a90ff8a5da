"""The library used from Python, outside any page: found, short to print, hard to misuse."""

import math
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.backends.backend_agg import FigureCanvasAgg

import evidence as ev
from evidence.figures.style import Figure
from evidence_stats.pooling.inverse_variance import pool

PRINTED = {"A": (0.63, 0.52, 0.75), "B": (0.71, 0.61, 0.83), "C": (0.90, 0.50, 1.60)}


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


@pytest.mark.parametrize("given", [PRINTED, ["0.63", "x"], [ev.Estimate(0.63)]])
def test_ratios_are_not_taken_for_their_logarithms(given):
    with pytest.raises(ValueError, match="on the scale of analysis, such as log hazard ratios"):
        pool(given, [0.01])


def test_a_contrast_takes_a_logarithm_by_its_name_only_and_a_ratio_by_its_own():
    with pytest.raises(TypeError, match="positional"):
        ev.Contrast("A", "SOR", "PLA", 0.44, 0.1)
    made = ev.Contrast.of_ratio("A", "SOR", "PLA", 0.44, 0.35, 0.55)
    assert made.log_ratio == pytest.approx(math.log(0.44))
    assert made.se == pytest.approx(math.log(0.55 / 0.35) / (2 * 1.959964))


def test_a_ratio_far_from_the_middle_of_its_limits_is_warned_of_with_both_numbers():
    with pytest.warns(UserWarning, match=r"^A: expected .* = 0.447, got 0.9, which is 1.7 standa"):
        found = ev.pool_hazard_ratios({"A": (0.9, 0.2, 1.0)})
    assert found.studies["A"].value == 0.9


@pytest.mark.parametrize(
    "printed",
    [(0.63, 0.52, 0.75), (0.8, 0.5, 1.3), (0.01, 0.001, 0.1), (1, 0.5, 2), (1e-7, 5e-8, 2e-7),
     (math.exp(-0.1), math.exp(-0.1 - 1.96 * 0.2), math.exp(-0.1 + 1.96 * 0.2))],
)  # fmt: skip
def test_a_ratio_in_the_middle_of_its_limits_as_far_as_digits_tell_is_not_warned_of(printed):
    ev.pool_hazard_ratios({"A": printed})


@pytest.mark.parametrize(
    "call",
    [
        lambda: ev.Median("7"),
        lambda: ev.Median(7, low="4"),
        lambda: ev.Median(7, level="0.95"),
        lambda: ev.proportion(3, 10, level="0.95"),
        lambda: ev.proportion("3", 10),
        lambda: ev.risk_ratio(1, 10, 2, 10, level="0.95"),
        lambda: ev.pool_hazard_ratios(PRINTED, level="0.95"),
    ],
)
def test_text_in_place_of_a_number_is_refused_in_words(call):
    with pytest.raises(ValueError, match=r"must .*; got '"):
        call()


def test_a_folder_of_tables_may_be_named_by_text():
    folder = Path(__file__).parents[1] / "bad_data" / "valid"
    assert len(ev.load_evidence(str(folder)).tables["studies"]) == 2


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


@pytest.mark.parametrize(
    ("low", "high"), [(0.01, 100), (0.05, 20), (0.3, 3), (0.06, 1.5), (0.4, 30), (0.001, 5)]
)
def test_the_numbers_below_a_forest_do_not_overlap(low, high):
    middle = math.sqrt(low * high)
    fig = ev.forest(ev.pool_hazard_ratios({"A": (middle, low, high)})).fig
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    boxes = [text.get_window_extent() for text in fig.axes[0].get_xticklabels()]
    assert len(boxes) >= 3
    assert all(one.x1 < other.x0 for one, other in pairwise(boxes))


def test_the_name_of_a_study_is_no_formula():
    fig = ev.forest(ev.pool_hazard_ratios({"Trial $x$": (0.63, 0.52, 0.75)})).fig
    (label,) = [text for text in fig.axes[0].texts if text.get_text() == "Trial $x$"]
    assert not label.get_parse_math()


def test_one_study_is_one_study():
    alone = ev.forest(ev.pool_hazard_ratios({"A": (0.63, 0.52, 0.75)}))
    assert "of 1 study;" in alone.caption


def test_what_is_printed_in_a_cell_is_short(figure):
    assert len(repr(ev.load_evidence())) < 300
    assert len(repr(figure)) < 200
    assert len(repr(ev.open_reference_page("appendix/scratch"))) < 80
    rows = [
        ev.Contrast.of_ratio("one", "A", "B", 0.44, 0.35, 0.55),
        ev.Contrast.of_ratio("two", "B", "C", 0.71, 0.61, 0.83),
    ]
    assert len(repr(ev.network(rows))) < 100
    assert len(repr(ev.pool_hazard_ratios(PRINTED))) < 400
    assert len(repr(pool([-0.46, -0.34], [0.01, 0.01]))) < 100


@pytest.mark.parametrize(
    ("estimate", "shown"),
    [
        (ev.proportion(12, 40), "30% (95% CI 16.56 to 46.53)"),
        (ev.risk_difference(10, 40, 12, 40), "-5 points (95% CI -24.47 to 14.75)"),
        (ev.Median(27.04, 22.31).estimate(), "27.04 months (95% CI 22.31 to open)"),
        (ev.Estimate(0.04, unit="p_value"), "0.04"),
        (ev.Estimate(2.0, 1.0, 3.0, kind="range"), "2 (range 1 to 3)"),
    ],
)
def test_an_estimate_shows_its_number_its_interval_and_its_unit(estimate, shown):
    assert repr(estimate) == shown
