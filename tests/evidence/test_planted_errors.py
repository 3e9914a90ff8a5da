"""One wrong digit: how often it is found, and how seldom a right number is doubted.

`python -m benchmarks.planted_errors 2000` measures the same with more errors, kind by kind.
"""

import random

import pytest

from benchmarks.made_trials import MadeTrial
from benchmarks.planted_errors import (
    WARNING,
    false_alarms,
    made_trials,
    other_digit,
    own_studies,
    share,
)

# Numbers that others decide: counts, denominators and shares, and a ratio with its limits.
DECIDED = (
    "percent value_reported", "percent n", "percent events", "count value_reported",
    "count events", "count n", "arms n_reported", "studies n_total",
    "hazard_ratio value_reported", "hazard_ratio ci_low_reported", "hazard_ratio ci_high_reported",
)  # fmt: skip


@pytest.fixture(scope="module")
def made():
    return list(made_trials(200))


def test_of_wrong_digits_that_other_numbers_decide_nine_in_ten_are_found(made):
    decided = [one for one in made if one.kind in DECIDED]
    assert len(decided) > 100
    assert share(decided, *WARNING) >= 0.9


def test_of_all_wrong_digits_in_a_trial_three_in_four_are_found(made):
    # Of medians and P values less: a last digit that is wrong lies within chance, or within what
    # another test gives, and no arithmetic tells it from a right one.
    assert share(made, *WARNING) >= 0.75


def test_of_wrong_digits_in_our_own_rows_half_are_found():
    # Most of what an abstract prints stands alone: a percentage without its count, a median
    # without limits.
    assert share(list(own_studies(120)), *WARNING) >= 0.5


def test_right_numbers_are_seldom_doubted():
    rows, doubted = false_alarms(25)
    assert rows > 500
    assert (doubted.get("warning", 0) + doubted.get("error", 0)) / rows <= 0.02


def test_an_error_is_one_digit_and_a_made_trial_is_the_same_every_time():
    draw = random.Random(1)
    for text in ("7.39", "<.0001", "451", "0.8"):
        for _ in range(50):
            wrong = other_digit(text, draw)
            assert sum(a != b for a, b in zip(text, wrong, strict=True)) == 1
            assert not (text == "451" and wrong.startswith("0"))
    one, again = (list(MadeTrial(3).outcomes()) for _ in range(2))
    assert one == again
