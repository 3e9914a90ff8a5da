"""Numbers that papers print are reproduced, each with its source and place."""

import csv
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from evidence.data import load_evidence
from evidence.proportions import proportion

with (Path(__file__).parent / "published" / "published.csv").open() as stream:
    PUBLISHED = list(csv.DictReader(stream))


def names():
    return {"proportion": proportion, "estimate": load_evidence().estimate}


@pytest.mark.parametrize("line", PUBLISHED, ids=lambda line: f"{line['source']}: {line['what']}")
def test_a_published_number_is_reproduced(line):
    value = eval(line["call"], {"__builtins__": {}}, names())
    scaled = Decimal(str(value)) * (100 if line["unit"] == "percent" else 1)
    printed = Decimal(line["printed"])
    assert scaled.quantize(printed, ROUND_HALF_UP) == printed


def test_the_list_does_not_shrink():
    assert len(PUBLISHED) >= 13
    assert all(line["place"] for line in PUBLISHED)
