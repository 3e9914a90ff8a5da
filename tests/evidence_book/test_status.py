"""The status page and the table of coverage say what is, of every page and every method."""

import csv
import json
import platform
from importlib.metadata import version
from typing import get_args

from scipy.stats import binom

from benchmarks.coverage import WORDS
from evidence.files.paths import notebook_path
from evidence.record.results import read_results
from evidence_book.runs.freshness import list_pages
from evidence_stats.rates.proportions import ProportionMethod, proportion
from evidence_stats.rates.two_proportions import DifferenceMethod, OddsRatioMethod, RiskRatioMethod
from tests.conftest import ROOT
from tests.parsed_pages import parse


def tables(site):
    page = parse(site / "chapters" / "appendix" / "status.html")
    return [
        [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]
        for table in page.article.find_all("table")
    ]


def test_the_status_names_versions_and_platform_of_this_build(site):
    said = dict(tables(site)[0])
    assert said["Python"] == platform.python_version()
    assert said["rendered on"] == f"{platform.system()}, {platform.machine()}"
    for name in ("numpy", "scipy", "lifelines", "papermill", "jupyter-book", "Sphinx"):
        assert said[name] == version(name)


def test_the_status_counts_what_each_page_recorded_and_shows_its_fingerprints(site):
    head, *rows = tables(site)[1]
    assert head[4:] == ["code", "data", "library", "environment", "outputs"]
    assert [row[0] for row in rows] == sorted(list_pages())
    for page, *counts_and_marks in rows:
        recorded = read_results(notebook_path(page))
        counts = [len(recorded.results), len(recorded.claims), len(recorded.figures)]
        assert list(map(int, counts_and_marks[:3])) == counts, page
        stored = json.loads(notebook_path(page).read_text())["metadata"]["evidence"]
        assert counts_and_marks[3:] == [stored[part][:8] for part in head[4:]], page


def coverage():
    with (ROOT / "data" / "simulated" / "coverage.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_the_coverage_of_every_interval_that_can_be_chosen_is_in_the_table():
    named = {row["interval"] for row in coverage()}
    for function, methods in (
        ("proportion", ProportionMethod),
        ("risk_difference", DifferenceMethod),
        ("risk_ratio", RiskRatioMethod),
        ("odds_ratio", OddsRatioMethod),
    ):
        assert {f"{WORDS[function]}, {WORDS[method]}" for method in get_args(methods)} <= named


def test_the_coverage_of_proportions_is_what_their_intervals_give_today():
    # To the tenth that is printed; summed over all counts, so without chance.
    for row in coverage():
        kind, _, method = row["interval"].partition(", ")
        if kind == "proportion":
            n, p = row["setting"].removeprefix("n ").split(", p ")
            method = next(key for key, words in WORDS.items() if words == method)
            outcomes = [proportion(x, int(n), method=method) for x in range(int(n) + 1)]
            held = [one.low - 1e-9 <= float(p) <= one.high + 1e-9 for one in outcomes]
            covered = sum(binom.pmf(x, int(n), float(p)) for x, yes in enumerate(held) if yes)
            assert row["covered (%)"] == f"{100 * covered:.1f}", row


def test_the_limits_page_shows_the_whole_table(site):
    table = parse(site / "chapters" / "methods" / "limits.html").find(id="coverage-of-intervals")
    shown = [[cell.get_text() for cell in row.find_all("td")] for row in table.tbody.find_all("tr")]
    assert shown == [list(row.values()) for row in coverage()]
