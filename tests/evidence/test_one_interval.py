"""Picture, table and sentence show one interval, to the digit."""

import csv
import io
import json
import re

import pytest

from evidence.files.paths import project_root
from evidence.record.results import CLAIM_MIME, FIGURE_MIME, RESULT_MIME, iterate_outputs

PAGES = sorted((project_root() / "chapters" / "questions").glob("*.ipynb"))
# "0.98 (95 % CI 0.62 to 1.54)" in words, with a dash in a picture.
INTERVAL = re.compile(
    r"(?P<value>\u2212?\d+(?:\.\d+)?)(?: %| points| months)?(?:, | \()(?:\d+ % )?(?:\w[\w ]* )?"
    r"(?P<low>\u2212?\d+(?:\.\d+)?)(?: to |\u2013)(?P<high>\u2212?\d+(?:\.\d+)?)"
)
LABEL = re.compile(r"<text[^>]*>([^<]*)</text>")


def intervals(text):
    return {match.groups() for match in INTERVAL.finditer(text)}


def told(page, mime):
    notebook = json.loads(page.read_text(encoding="utf-8"))
    return [data for data in iterate_outputs(notebook) if mime in data]


def recorded(page):
    return [one for data in told(page, RESULT_MIME) for one in data[RESULT_MIME]["results"]]


def drawn_and_recorded(page):
    """Yield figure, words of its picture, and each recorded number among those that it shows."""
    results = {
        tuple(f"{one[part]:.4g}" for part in ("value", "low", "high")): one
        for one in recorded(page)
        if one["kind"] == "confidence" and None not in (one["low"], one["high"])
    }
    for data in told(page, FIGURE_MIME):
        facts = data[FIGURE_MIME]
        words = " ".join(LABEL.findall("".join(data["image/svg+xml"])))
        for row in csv.DictReader(io.StringIO(facts["data"])):
            if all(row.get(part) for part in ("value", "low", "high")):
                shown = tuple(f"{float(row[part]):.4g}" for part in ("value", "low", "high"))
                if shown in results:
                    yield facts["name"], words, results[shown]


def test_a_figure_prints_what_the_page_has_recorded():
    compared = []
    for page in PAGES:
        for figure, words, result in drawn_and_recorded(page):
            assert intervals(result["text"]) <= intervals(words), (figure, result["key"])
            compared.append(figure)
    assert len(compared) >= 12
    assert len(set(compared)) >= 4


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_conclusion_prints_what_the_page_has_recorded(page):
    known = set().union(*(intervals(one["text"]) for one in recorded(page)))
    for data in told(page, CLAIM_MIME):
        assert intervals(data[CLAIM_MIME]["text"]) <= known, data[CLAIM_MIME]["key"]


def test_zeros_at_the_end_of_a_number_are_printed():
    labels = [
        label
        for page in PAGES
        for data in told(page, FIGURE_MIME)
        for label in LABEL.findall("".join(data["image/svg+xml"]))
    ]
    limits = [match["high"] for label in labels for match in INTERVAL.finditer(label)]
    assert any(limit.endswith("0") and "." in limit for limit in limits)
