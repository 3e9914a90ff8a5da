"""The tables, numbers and curves of the multiverse page."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from evidence.figures.specification_curve import CurvePoint, draw_specification_curve
from evidence.figures.style import Figure
from evidence.multiverse.outcomes import STATES, BlockOutcome, Multiverse
from evidence.record.chapter_parameters import ChapterParameters
from evidence.record.page import Page
from evidence.record.validation import parameter_meaning
from evidence.tables.table import Table, make_table
from evidence_stats.estimates import Estimate


def each_claim(made: Multiverse) -> Iterator[tuple[BlockOutcome, str]]:
    """Return every claim of a question with the block whose choices bear on it."""
    for outcome in made.outcomes:
        for claim in outcome.block.claims:
            yield outcome, claim


def record(page: Page, made: Multiverse) -> None:  # type: ignore[type-arg]
    """Write in how many specifications each claim holds, does not hold, cannot be told."""
    question = made.design.question
    for outcome, claim in each_claim(made):
        total = len(outcome.specifications)
        rows = outcome.specifications[0].shown.rows
        for state, count in outcome.count_states(claim).items():
            share = Estimate(
                count / total, unit="proportion", n=total, events=count,
                method="share of specifications", grade=outcome.grade,
            )  # fmt: skip
            key = f"{question}_{claim}_{state.replace(' ', '_')}"
            words = f"{outcome.block.words_of(claim)}: {state}, share of specifications"
            page.record(key, share, words, rows)
    size = Estimate(made.size, unit="count", method="count")
    first = made.outcomes[0].specifications[0].shown.rows
    page.record(f"{question}_specifications", size, f"Specifications of {question}", first)


def tabulate_claims(made: Multiverse) -> Table:
    """Return, per claim, in how many specifications it has each state."""
    rows = [
        [
            Markup("<strong>{}</strong>, by choices on: {}").format(
                outcome.block.words_of(claim), outcome.block.title
            ),
            str(len(outcome.specifications)),
            *(str(count) for count in outcome.count_states(claim).values()),
        ]
        for outcome, claim in each_claim(made)
    ]
    return make_table(
        ["Claim", "Specifications", *(state.capitalize() for state in STATES)],
        rows,
        caption="Under how many specifications each claim holds",
        numeric=("Specifications", *(state.capitalize() for state in STATES)),
    )


def tabulate_choices(made: Multiverse, model: type[ChapterParameters]) -> Table:
    """Return, per claim and choice, how often changing that choice alone changes the state.

    Parameters
    ----------
    made : Multiverse
        The specifications of a question.
    model : type
        The parameters of that question, whose meanings are shown.
    """
    rows = []
    for outcome, claim in each_claim(made):
        for choice in outcome.block.choices:
            flipped, pairs = outcome.flips(claim, choice)
            meaning = parameter_meaning(model, choice.parameter)
            rows.append(
                [
                    f"{outcome.block.words_of(claim)}: {meaning}",
                    ", ".join(choice.words),
                    f"{flipped} of {pairs}",
                    "moves it" if flipped else "does not move it",
                ]
            )
    return make_table(
        ["Claim: choice", "Values", "Pairs that flip", "Verdict"],
        rows,
        caption="Which choices move a claim: pairs of specifications that differ in one choice",
        numeric=("Pairs that flip",),
    )


def draw_curve(made: Multiverse, name: str, model: type[ChapterParameters]) -> Figure:
    """Return the specification curve of a block, marked by its first claim.

    Parameters
    ----------
    made : Multiverse
        The specifications of a question.
    name : str
        Name of the block.
    model : type
        The parameters of that question, whose meanings are shown.

    Raises
    ------
    KeyError
        Where the question has no block of this name.
    """
    blocks = {outcome.block.name: outcome for outcome in made.outcomes}
    if name not in blocks:
        raise KeyError(f"expected one of the blocks {', '.join(blocks)}, got {name}")
    outcome = blocks[name]
    block = outcome.block
    claim = block.claims[0]
    points = [
        CurvePoint(
            one.shown.estimate(),
            one.states[claim],
            tuple(c.values.index(one.parameters[c.parameter]) for c in block.choices),
        )
        for one in outcome.sorted_by_value()
    ]
    unit = outcome.specifications[0].shown.unit
    return draw_specification_curve(
        points,
        [(parameter_meaning(model, c.parameter), c.words) for c in block.choices],
        name=f"curve-{made.design.question}-{block.name}".replace("_", "-"),
        axis=outcome.specifications[0].shown.label,
        claim=f"\u201c{block.words_of(claim)}\u201d.",
        logarithmic=unit == "ratio",
        reference=1.0 if unit == "ratio" else None,
        grade=outcome.grade,
    )
