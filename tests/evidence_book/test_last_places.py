"""Pages are the same where arithmetic differs in its last places, as it does between processors."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = sorted(
    f"questions/{path.stem}" for path in (ROOT / "chapters" / "questions").glob("*.ipynb")
)

# Simulates under two disturbances, by a sound quantile and by one of those draws that survive a
# comparison which the last place decides; prints how many different results each of them gave.
QUANTILES = """
from tests.last_places import disturb, disturbed_code
disturb(1)
import numpy as np
from evidence_stats.markers import marker_simulation
from evidence.record.results import make_result
names = {"np": np}
exec(disturbed_code("def ask(v, q): return np.quantile(v[np.log(np.exp(v)) >= v], q)", ""), names)
class Fragile:
    quantile = staticmethod(names["ask"])
    def __getattr__(self, name):
        return getattr(np, name)
def results(numpy):
    marker_simulation.np = numpy
    for seed in (1, 2):
        disturb(seed)
        marker_simulation.simulate_significance_filter.cache_clear()
        found = marker_simulation.simulate_significance_filter(n=40, events=30, hr_per_sd=1.5)
        yield make_result("c", "C-index", found.mean_c_index, ["row"], external=False)
print(len(set(results(np))), len(set(results(Fragile()))))
"""
SIX_DECIMALS = """
from tests.last_places import disturb
from tests.page_shell import differences
disturb(1)
import evidence.figures.style as style
style.on_grid = lambda svg: svg
print(*differences("questions/interferon_dose"), sep="\\n")
"""


def run(*words):
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_question_pages_run_twice_and_do_not_depend_on_the_last_places_of_arithmetic():
    status, said = run("-m", "tests.page_shell", "--twice", "--seed", "1", *QUESTIONS)
    assert (status, said.splitlines()[-1]) == (0, f"{len(QUESTIONS)} passed, 0 failed"), said


@pytest.mark.everywhere
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_no_page_depends_on_the_last_places_of_arithmetic(seed):
    status, said = run("-m", "tests.page_shell", "--seed", str(seed))
    assert status == 0, said


@pytest.mark.everywhere
def test_no_combination_of_menus_depends_on_the_last_places_of_arithmetic():
    here, there = (run("-m", "tests.page_shell", "--menus", "--seed", seed) for seed in "01")
    assert here[0] == there[0] == 0, here[1] + there[1]
    assert here[1].splitlines() == there[1].splitlines()


def test_a_figure_that_is_written_with_six_decimals_is_found():
    _, said = run("-c", SIX_DECIMALS)
    assert "figure dose-bubbles:" in said


def test_a_simulated_quantile_that_a_last_place_can_move_is_found():
    assert run("-c", QUANTILES) == (0, "1 2\n")
