"""Direct against indirect evidence, where a closed loop of the network has both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evidence.record.page import Page
from evidence.sources.vocabulary import treatment_words
from evidence.tables.formatting import format_estimate, format_p
from evidence.tables.table import Table, make_table
from evidence_stats.estimates import NOT_ESTIMABLE, Estimate
from evidence_stats.networks.treatment_network import EdgeEvidence, NetworkResult
from mrcc.landscape.analysis import code_key
from mrcc.landscape.network_contrasts import Link
from mrcc.landscape.parameters import Landscape


def checked_edges(fitted: NetworkResult) -> list[tuple[EdgeEvidence, Estimate]]:
    """Return the comparisons with direct evidence and another path, and their disagreement."""
    return [
        (edge, edge.disagreement)
        for edge in fitted.evidence()
        if edge.studies and edge.disagreement is not None
    ]


def record_loops(page: Page[Landscape], found: Sequence[Link], fitted: NetworkResult) -> None:
    """Write the direct over the indirect hazard ratio of every comparison in a closed loop."""
    numbers = {
        f"loop_{code_key(edge.treat_a)}_{code_key(edge.treat_b)}": (
            gap,
            f"Direct over indirect hazard ratio, {_compared(edge)}",
        )
        for edge, gap in checked_edges(fitted)
    }
    if numbers:
        page.record_all(numbers, [row for link in found for row in link.rows])


def tabulate_loops(fitted: NetworkResult) -> Table:
    """Return direct and indirect evidence of every comparison in a closed loop."""
    rows = [
        [
            _compared(edge),
            _shown(edge.direct),
            _shown(edge.indirect),
            _shown(gap),
            NOT_ESTIMABLE if gap.p is None else format_p(gap.p),
        ]
        for edge, gap in checked_edges(fitted)
    ]
    columns = ["Compared", "Direct", "Indirect", "Direct over indirect", "P"]
    caption = "Direct and indirect evidence where a loop is closed"
    return make_table(columns, rows, caption=caption)


def _compared(edge: EdgeEvidence) -> str:
    return f"{treatment_words(edge.treat_a)} over {treatment_words(edge.treat_b)}"


def _shown(estimate: Estimate | None) -> str:
    return NOT_ESTIMABLE if estimate is None else format_estimate(replace(estimate, p=None))
