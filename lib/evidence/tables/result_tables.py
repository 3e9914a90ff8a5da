"""Tables of the numbers that a page has recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from evidence.record.results import Result
from evidence.tables.table import Table, make_table
from evidence_stats.estimates import NOT_ESTIMABLE, NotEstimable


def tabulate_results(results: Mapping[str, Result], keys: Sequence[str], caption: str) -> Table:
    """Return chosen results as a table; keys that were not recorded are left out.

    Each number links to the line that says how it was made. Why a number cannot be had stands
    below the table.

    Parameters
    ----------
    results : mapping of str to Result
        What the page has recorded, by key.
    keys : sequence of str
        What to show, in this order.
    caption : str
        Of the table.

    Returns
    -------
    Table
        With what, number and grade as its columns.

    Examples
    --------
    >>> list(tabulate_results({}, ["hr"], "Numbers").data)
    ['What', 'Number', 'Grade']
    """
    rows = [
        [
            results[key].label,
            Markup('<a href="#result-{}">{}</a>').format(key, results[key].text),
            results[key].provenance,
        ]
        for key in keys
        if key in results
    ]
    missing = [
        f"{results[key].label}: {NotEstimable(results[key].method)}."
        for key in keys
        if key in results and results[key].text == NOT_ESTIMABLE
    ]
    return make_table(
        ["What", "Number", "Grade"], rows, caption=caption, numeric=("Number",), footnotes=missing
    )
