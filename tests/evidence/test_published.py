"""Numbers that papers print are reproduced, each with its source and place."""

import ast
import csv
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from pathlib import Path

import pytest

from evidence.sources.data import load_evidence
from evidence_stats.rates.proportions import proportion

with (Path(__file__).parents[1] / "published" / "published.csv").open() as stream:
    PUBLISHED = list(csv.DictReader(stream))


# What a line of the list may call, and which number of its answer it may ask for.
CALLS = {"proportion": proportion, "estimate": lambda row: load_evidence().estimate(row)}


def call(text):
    """Return what `name(literals).attribute` gives; nothing else in the list is run."""
    expression = ast.parse(text, mode="eval").body
    asked = []
    while isinstance(expression, ast.Attribute):
        asked.insert(0, expression.attr)
        expression = expression.value
    assert isinstance(expression, ast.Call), text
    given = [ast.literal_eval(one) for one in expression.args]
    named = {one.arg: ast.literal_eval(one.value) for one in expression.keywords}
    return reduce(getattr, asked, CALLS[expression.func.id](*given, **named))


@pytest.mark.parametrize("line", PUBLISHED, ids=lambda line: f"{line['source']}: {line['what']}")
def test_a_published_number_is_reproduced(line):
    value = call(line["call"])
    scaled = Decimal(str(value)) * (100 if line["unit"] == "percent" else 1)
    printed = Decimal(line["printed"])
    assert scaled.quantize(printed, ROUND_HALF_UP) == printed


def test_the_list_does_not_shrink():
    assert len(PUBLISHED) >= 13
    assert all(line["place"] for line in PUBLISHED)
