"""The prose of a chapter inside its notebook, with what its cells have recorded."""

import json

import pytest

from evidence.record.claims import Claim
from evidence.record.preview import preview
from evidence.record.results import make_result
from evidence_stats.estimates import Estimate

RATIO = Estimate(0.7, 0.5, 0.9, level=0.95, kind="confidence", unit="ratio")
HARM = Claim("harm", "The ratio is below 1.", "holds", "the ratio is below 1", "low", ("ratio",))


@pytest.fixture
def shown(tmp_path):
    def show(prose):
        path = tmp_path / "page.ipynb"
        cells = [
            {"cell_type": "markdown", "source": prose},
            {"cell_type": "code", "source": "1 / 0"},
        ]
        path.write_text(json.dumps({"cells": cells}))
        result = make_result("ratio", "Hazard ratio", RATIO, [], external=False)
        return preview(path, {"ratio": result}, {"harm": HARM})

    return show


def test_numbers_and_conclusions_stand_in_their_places(shown):
    text = shown("{claim}`harm` It is {num}`ratio`, at least {num}`ratio:low`.")
    assert "**The ratio is below 1.** (\u2295\u2295\u25ef\u25ef low" in text
    assert "**0.70 (95 % CI 0.50 to 0.90)**, at least **0.50**" in text


def test_what_is_not_recorded_or_has_no_such_part_is_said(shown):
    text = shown("{claim}`other`, {num}`missing`, {num}`ratio:middle`")
    assert "**[other: not recorded]**, **[missing: not recorded]**" in text
    assert "middle" in text


def test_links_citations_and_what_only_the_book_shows(shown):
    text = shown(
        "See [](../studies/doe-2016), [](survival.md) and [there](x.md), {cite:t}`doe2016`.\n\n"
        ":::{dropdown} Keys\n```{results}\n```\n:::\n"
    )
    assert text.startswith("See [doe-2016], [survival] and [there](x.md), [doe2016].")
    assert "dropdown" not in text
    assert "1 / 0" not in text


def test_a_conclusion_that_is_the_value_of_a_cell_is_short():
    assert repr(HARM) == "<Claim harm: holds>"
