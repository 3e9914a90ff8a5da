"""Hazard ratios that only medians give: the rule for their interval, and the others beside it."""

from __future__ import annotations

from collections.abc import Sequence

from evidence.sources.data import Evidence
from evidence.sources.printed_medians import derived_ratios, read_contrast
from evidence.sources.vocabulary import treatment_words, words
from evidence.tables.formatting import format_compact
from evidence.tables.table import Table, make_table
from evidence_stats.estimates import NotEstimable
from evidence_stats.survival.two_medians import RULES

CAPTION = "Hazard ratios derived from medians: the interval depends on its source"
_NOTE = (
    "One rule in the whole book: the interval follows from the limits of both medians; where these "
    "are not known, from a reported two-sided P value that patients who all have an event could "
    "give; else from the numbers of patients, none censored before the median. All take both "
    "curves as exponential. The first cell of a line that holds a number is the one used."
)


def tabulate_rules(evidence: Evidence, medians: Sequence[tuple[str, str]], level: float) -> Table:
    """Return the hazard ratio of pairs of medians under every rule for its interval.

    Parameters
    ----------
    evidence : Evidence
        The tables.
    medians : sequence of (str, str)
        Rows of the medians, experimental arm first.
    level : float
        Coverage of the intervals.
    """
    lines = []
    for rows in dict.fromkeys(medians):
        made = derived_ratios(read_contrast(evidence, rows), level=level)
        found = {} if isinstance(made, NotEstimable) else {one.rule: one.estimate for one in made}
        lines.append([
            _compared(evidence, rows),
            *(format_compact(found[rule]) if rule in found else "" for rule in RULES),
        ])  # fmt: skip
    heads = [text[:1].upper() + text[1:] for text in RULES.values()]
    return make_table(
        ["Trial and comparison", *heads],
        lines,
        caption=CAPTION,
        numeric=heads,
        missing="\N{EN DASH}",
        footnotes=(_NOTE,),
    )


def _compared(evidence: Evidence, rows: tuple[str, str]) -> str:
    one, other = (evidence.row(row) for row in rows)
    study = one["study_id"]
    arms = (evidence.row(f"{study}.{row['arm']}")["treatment"] for row in (one, other))
    pair = " over ".join(treatment_words(code) for code in arms)
    return f"{evidence.study(study)['short_name']}: {words(one['outcome'])}, {pair}"
