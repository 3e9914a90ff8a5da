"""The tables of the ledger of conventions, and of what they decide on our data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from evidence.conventions.ledger import ledger
from evidence.tables.table import Table, make_table

if TYPE_CHECKING:
    from evidence.conventions.comparison import Comparison
    from evidence.record.results import Result


def tabulate_comparisons(results: Mapping[str, Result], compared: Sequence[Comparison]) -> Table:
    """Return each number under several conventions, as recorded on the page."""
    rows = [
        [
            one.what if position == 0 else f"{one.what}: also",
            results[f"{one.key}_{reading.key}"].text,
            results[f"{one.key}_{reading.key}"].method or reading.key.replace("_", " "),
            reading.programs,
        ]
        for one in compared
        for position, reading in enumerate(one.readings)
    ]
    anchors = [
        f"difference-{one.key}" if position == 0 else f"difference-{one.key}-{reading.key}"
        for one in compared
        for position, reading in enumerate(one.readings)
    ]
    return make_table(
        ["Number", "What comes out", "Method", "Who does it so"],
        rows,
        caption="The same data under the conventions of different programs",
        numeric=("What comes out",),
        anchors=anchors,
    )


def tabulate_conventions(compared: Sequence[Comparison]) -> Table:
    """Return the ledger of conventions: an anchor per key, and its figure on our data."""
    figures: dict[str, list[Markup]] = {}
    for one in compared:
        link = Markup('<a href="#difference-{}">{}</a>').format(one.key, one.what)
        for key in one.conventions:
            figures.setdefault(key, []).append(link)
    rows = [
        [key, words, Markup("; ").join(figures[key]) if key in figures else "none"]
        for key, words in ledger().items()
    ]
    columns = ["Key", "Convention, and where programs differ", "On our data"]
    anchors = [f"convention-{row[0]}" for row in rows]
    return make_table(columns, rows, caption="Conventions ledger", anchors=anchors)
