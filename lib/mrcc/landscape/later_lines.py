"""Trials that enrolled patients after treatment, all or some of them: a network of their own."""

from __future__ import annotations

from collections.abc import Sequence

from evidence.record.page import Page
from evidence.sources.data import Evidence
from evidence.sources.vocabulary import treatment_words
from evidence_stats.estimates import Estimate, NotEstimable
from evidence_stats.networks.network_graph import subnetworks
from evidence_stats.networks.treatment_network import NetworkResult, network
from mrcc import Numbers
from mrcc.landscape.analysis import code_key
from mrcc.landscape.network_contrasts import Link, pair_of
from mrcc.landscape.network_links import later_left_out, later_links
from mrcc.landscape.parameters import Landscape

# What they are compared with: the drug that all of these trials are joined by.
REFERENCE = "SOR"


def find_later(evidence: Evidence, p: Landscape) -> list[Link]:
    """Return the contrasts of those trials that a chain joins with sorafenib."""
    found = later_links(evidence, p)
    parts = subnetworks([link.contrast for link in found])
    own = next((part for part in parts if REFERENCE in part), ())
    return [link for link in found if set(pair_of(link.contrast)) <= set(own)]


def fit_later(found: Sequence[Link], p: Landscape) -> NetworkResult | None:
    """Return their common-effect network, None without a trial."""
    if not found:
        return None
    return network([link.contrast for link in found], level=p.level)


def record_later(page: Page[Landscape], found: Sequence[Link], p: Landscape) -> None:
    """Write every treatment over sorafenib as later_hr_*, or why it cannot be compared."""
    fitted = fit_later(found, p)
    if fitted is None:
        return
    effects: dict[str, Estimate | NotEstimable] = dict(fitted.effects_versus(REFERENCE))
    lost = later_left_out(page.evidence, p)
    for one in lost:
        effects |= {code: one.missing for code in one.treatments if code not in fitted.treatments}
    numbers: Numbers = {
        f"later_hr_{code_key(code)}": (
            estimate,
            f"{p.outcome.upper()} hazard ratio, later or mixed lines, {treatment_words(code)} over "
            f"{treatment_words(REFERENCE)}",
        )
        for code, estimate in effects.items()
    }
    behind = [*(link.rows for link in found), *(one.rows for one in lost)]
    page.record_all(numbers, [row for rows in behind for row in rows])
