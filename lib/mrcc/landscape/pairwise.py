"""Pairs of treatments that several trials of the landscape compared, pooled pair by pair."""

from __future__ import annotations

from dataclasses import dataclass

from evidence.record.page import Page
from evidence.sources.data import Evidence
from evidence.sources.vocabulary import treatment_words
from evidence.tables.formatting import format_estimate
from evidence.tables.table import Table, make_table
from evidence_stats.pooling.meta_contrasts import PooledContrasts, pool_contrasts
from mrcc.landscape.analysis import code_key
from mrcc.landscape.network_contrasts import Link, pair_of
from mrcc.landscape.network_links import later_links, links
from mrcc.landscape.parameters import Landscape


@dataclass(frozen=True, slots=True)
class Pair:
    """Two treatments that at least two trials compared, for one outcome.

    Attributes
    ----------
    outcome : str
        pfs or os.
    pooled : PooledContrasts
        The trials and what they say together.
    links : tuple of Link
        The contrasts and where they come from.
    later : bool
        True for trials that enrolled patients after treatment.
    """

    outcome: str
    pooled: PooledContrasts
    links: tuple[Link, ...]
    later: bool = False

    @property
    def rows(self) -> tuple[str, ...]:
        """Data rows."""
        return tuple(row for link in self.links for row in link.rows)

    @property
    def key(self) -> str:
        """Start of the keys of this pair, e.g. pair_pfs_bev_ifn_v_ifn."""
        a, b = code_key(self.pooled.treat_a), code_key(self.pooled.treat_b)
        return f"pair_{self.outcome}_{a}_v_{b}" + ("_later" if self.later else "")

    @property
    def words(self) -> str:
        """What is compared, in words."""
        a, b = treatment_words(self.pooled.treat_a), treatment_words(self.pooled.treat_b)
        when = ", later or mixed lines" if self.later else ""
        return f"{self.outcome.upper()} hazard ratio, {a} over {b}{when}"


def find_pairs(evidence: Evidence, p: Landscape) -> list[Pair]:
    """Return every pair that several trials compared; lines of treatment stand apart."""
    found = []
    for outcome in ("pfs", "os"):
        apart = p.model_copy(update={"outcome": outcome, "lines": "first"})
        for later, own in ((False, links(evidence, apart)), (True, later_links(evidence, apart))):
            by_pair: dict[frozenset[str], list[Link]] = {}
            for link in own:
                by_pair.setdefault(frozenset(pair_of(link.contrast)), []).append(link)
            for same in by_pair.values():
                if len({link.contrast.study for link in same}) > 1:
                    pooled = pool_contrasts([link.contrast for link in same], level=p.level)
                    found.append(Pair(outcome, pooled, tuple(same), later))
    return found


def record(page: Page[Landscape], pairs: list[Pair]) -> None:
    """Write what each pair's trials say together, and its Hartung-Knapp interval."""
    for pair in pairs:
        page.record(pair.key, pair.pooled.estimate, f"{pair.words}: pooled", pair.rows)
        if pair.pooled.hartung_knapp is not None:
            words = f"{pair.words}: random effects, Hartung-Knapp"
            page.record(f"{pair.key}_hartung_knapp", pair.pooled.hartung_knapp, words, pair.rows)


def _one_trial(evidence: Evidence, link: Link, p: Landscape) -> str:
    """Return the ratio as reported; its log interval, made symmetric, can differ in a digit."""
    if link.derived:
        return format_estimate(link.contrast.estimate(level=p.level))
    return evidence.printed(link.rows[0])


def tabulate_pairs(evidence: Evidence, pairs: list[Pair], p: Landscape) -> Table:
    """Return each trial of a pair, and below them what they say together."""
    rows = []
    for pair in pairs:
        start = f"{pair.outcome.upper()}, {pair.words.partition(', ')[2]}"
        for link in pair.links:
            name = evidence.study(link.contrast.study)["short_name"]
            rows.append([f"{start}: {name}", _one_trial(evidence, link, p)])
        rows.append([f"{start}: {pair.pooled.shown}", format_estimate(pair.pooled.estimate)])
    notes = dict.fromkeys(
        f"{pair.outcome.upper()}. {pair.pooled.note}" for pair in pairs if pair.pooled.note
    )
    return make_table(
        ["Outcome, pair and trial", "Hazard ratio"],
        rows,
        caption="Pairs of treatments that more than one trial compared",
        numeric=("Hazard ratio",),
        footnotes=tuple(notes),
    )
