"""Does BCG vaccine prevent tuberculosis? The numbers of that page, and what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from bcg_book import Numbers
from bcg_book.effect_on_tuberculosis.parameters import EffectOnTuberculosis
from evidence.findings.effect_words import capital, frequency_effect
from evidence.findings.summary import (
    SummaryLine,
    find,
    responders,
    tabulate_summary,
    visible_estimate,
)
from evidence.sources.certainty import judge_certainty
from evidence.sources.data import Evidence
from evidence.sources.two_arms import TwoArms, count_two_arms
from evidence.sources.vocabulary import less_is_better, treatment_words, words
from evidence.tables.table import Table
from evidence_stats.estimates import Estimate, NotEstimable
from evidence_stats.pooling.counts import pool_risk_ratios
from evidence_stats.pooling.ratios import PooledRatio

QUESTION = "effect_on_tuberculosis"
OUTCOME, TREATMENT, COMPARATOR = "tuberculosis", "BCG_VACCINE", "NO_VACCINE"


def compare(evidence: Evidence, p: EffectOnTuberculosis) -> list[TwoArms]:
    """Return the trials that count the outcome with both treatments, as the reader chose them."""
    chosen = ("yes", "no") if p.trials == "all" else ("yes",)
    kept = {study for (study,) in evidence.values("studies", "study_id", randomized=chosen)}
    found = count_two_arms(evidence, OUTCOME, TREATMENT, COMPARATOR)
    return [one for one in found if one.study_id in kept]


def rows(studies: Sequence[TwoArms]) -> list[str]:
    """Return the data rows that the pooled ratio rests on."""
    return [row for one in studies for row in one.rows]


def pool(studies: Sequence[TwoArms], p: EffectOnTuberculosis) -> PooledRatio:
    """Return the risk ratios of the studies, pooled."""
    counts = {one.name: one.counts for one in studies}
    return pool_risk_ratios(counts, model=p.model, adjust=p.adjust, level=p.level)


def years(evidence: Evidence, studies: Sequence[TwoArms]) -> dict[str, int]:
    """Return the year of the first publication of each study, by its name."""
    keys = {one.name: evidence.study(one.study_id)["publications"] for one in studies}
    return {
        name: int(evidence.publication(key.partition(";")[0]).year) for name, key in keys.items()
    }


def describe(studies: Sequence[TwoArms], pooled: PooledRatio) -> Numbers:
    """Return the numbers of the page: key, estimate, words."""
    total = partial(Estimate, unit="count", method="sum")
    few = NotEstimable("this needs studies that differ")
    spread: Estimate | NotEstimable = few
    if pooled.i2 is not None:
        spread = Estimate(
            pooled.i2, unit="proportion", method="I2", conventions=("i2",), grade="D2"
        )
    return {
        "studies": (total(len(studies), method="count"), "Studies compared"),
        "people": (total(sum(one.counts[1] + one.counts[3] for one in studies)), "People in them"),
        "risk_ratio": (pooled.estimate, "Risk ratio, pooled"),
        "prediction": (pooled.prediction or few, "Risk ratio in a new study"),
        "i2": (spread, "Share of the variation that is between studies"),
    }


def find_line(
    evidence: Evidence, studies: Sequence[TwoArms], pooled: PooledRatio, p: EffectOnTuberculosis
) -> SummaryLine:
    """Return what was found, how sure that is, and what it means for people."""
    better = less_is_better(OUTCOME)
    with_outcome, people = (sum(one.counts[at] for one in studies) for at in (2, 3))
    return find(
        capital(words(OUTCOME)),
        judge_certainty(evidence, QUESTION, OUTCOME),
        frequency_effect(treatment_words(TREATMENT), words(OUTCOME), less_is_better=better),
        visible_estimate(pooled.estimate, p.provenance_max),
        name="risk ratio",
        measure="risk_ratio",
        less_is_better=better,
        absolute=responders,
        baseline=with_outcome / people,
        patients=str(sum(one.counts[1] + one.counts[3] for one in studies)),
    )


def summarise(line: SummaryLine) -> Table:
    """Return the summary of findings."""
    treatment, comparator = treatment_words(TREATMENT), treatment_words(COMPARATOR)
    return tabulate_summary(
        [line],
        caption=f"Summary of findings: {treatment} against {comparator}",
        without=f"With {comparator}",
        with_=f"With {treatment}",
    )
