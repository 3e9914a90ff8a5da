"""How effects hang on the variance between trials, and what a new trial may show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from evidence.record.page import Page
from evidence.sources.vocabulary import treatment_words
from evidence.tables.formatting import format_compact, format_interval
from evidence.tables.table import Table, make_table
from evidence_stats.estimates import Estimate
from evidence_stats.networks.empirical_tau2 import OutcomeType, empirical_tau2
from evidence_stats.networks.treatment_network import NetworkResult, network
from mrcc import Numbers
from mrcc.landscape.analysis import code_key
from mrcc.landscape.network_contrasts import Link
from mrcc.landscape.parameters import Landscape

# Which outcomes of Turner et al. 2012 those of the page are.
_TYPES: dict[Literal["pfs", "os"], OutcomeType] = {"pfs": "semi-objective", "os": "mortality"}
MEDIAN, UPPER = "median of other reviews", "upper quartile of other reviews"


def refit(found: Sequence[Link], p: Landscape) -> dict[str, NetworkResult]:
    """Return the network with no variance between trials, with their own, and with that expected.

    That of the trials themselves is left out where no degree of freedom gives it.
    """
    contrasts = [link.contrast for link in found]
    common = network(contrasts, level=p.level)
    middle, _, upper = empirical_tau2(_TYPES[p.outcome], "drug against drug", level=0.5)
    sizes = {"none": 0.0, "these trials": common.tau2, MEDIAN: middle, UPPER: upper}
    return {
        words: network(contrasts, model="random", tau2=tau2, level=p.level)
        for words, tau2 in sizes.items()
        if tau2 is not None
    }


def predict(refitted: dict[str, NetworkResult], p: Landscape) -> Numbers:
    """Return what a new trial may show, with the variance that other reviews let one expect."""
    expected = refitted[MEDIAN]
    numbers: Numbers = {
        f"predicted_{code_key(code)}": (
            expected.prediction(code, p.reference),
            f"{p.outcome.upper()} hazard ratio of a new trial, {treatment_words(code)} over "
            f"{treatment_words(p.reference)}",
        )
        for code in expected.treatments
        if code != p.reference
    }
    own = {"expected": MEDIAN, "expected_upper": UPPER, "of_trials": "these trials"}
    for key, words in own.items():
        if words in refitted:
            tau2 = Estimate(refitted[words].tau2_used, unit="number", method=words, grade="D2")
            numbers[f"tau2_{key}"] = (
                tau2,
                f"Variance of log hazard ratios between trials: {words}",
            )
    return numbers


def record_predictions(page: Page[Landscape], found: Sequence[Link]) -> None:
    """Write what a new trial may show."""
    rows = [row for link in found for row in link.rows]
    page.record_all(predict(refit(found, page.parameters), page.parameters), rows)


def tabulate_heterogeneity(refitted: dict[str, NetworkResult], p: Landscape) -> Table:
    """Return every treatment over the reference, by how much trials are taken to differ."""
    expected = refitted[MEDIAN]
    lines = [
        [
            treatment_words(code),
            *(format_compact(one.effect(code, p.reference)) for one in refitted.values()),
            format_interval(expected.prediction(code, p.reference)),
        ]
        for code in expected.treatments
        if code != p.reference
    ]
    heads = [
        f"{words[:1].upper()}{words[1:]}, tau2 {one.tau2_used:.3g}"
        for words, one in refitted.items()
    ]
    new = "A new trial (prediction interval)"
    return make_table(
        [f"Over {treatment_words(p.reference)}", *heads, new],
        lines,
        caption="Hazard ratios by how much trials are taken to differ, and what a new one may show",
        numeric=(*heads, new),
        footnotes=(
            "tau2 is the variance of log hazard ratios between trials of one comparison. With one "
            "or two trials of each it can hardly be estimated; other reviews are those of drugs "
            "against drugs in Turner et al. 2012, whose log odds ratios vary more than log hazard "
            "ratios do. The prediction takes their median as known.",
        ),
    )
