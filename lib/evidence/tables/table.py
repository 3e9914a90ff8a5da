"""Tables as accessible HTML.

A table is made from plain values; text is escaped here and nowhere else. A missing value is
written out, never left blank: a blank cell says nothing about why it is blank.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from evidence_stats.printed.reported import NOT_REPORTED

# Pages with tables lie one folder below chapters/.
PROVENANCE_PAGE = "../appendix/provenance.html"
# study-2010.outcome.statistic.arm, and what may follow.
_ROW_ID = re.compile(r"\b[a-z][a-z0-9-]*-\d{4}[a-z0-9-]*(?:\.\w+){3,}")


@dataclass(frozen=True, slots=True)
class Table:
    """A table ready to be shown.

    Attributes
    ----------
    html : str
        The table as HTML.
    text : str
        The same as plain text.
    data : DataFrame
        The same as text cells.
    findings : dict
        For a summary of findings, its lines as data, in JSON's types; else empty.
    """

    html: str
    text: str
    data: pd.DataFrame
    findings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def caption(self) -> str:
        """What the table shows."""
        return self.text.partition("\n")[0]

    def folded(self) -> str:
        """Return the table as HTML that a reader opens by its caption; on paper it is open."""
        head = Markup('<details class="folded"><summary>{}</summary>').format(self.caption)
        return f"{head}{self.html}</details>"


def row_link(row_id: str, text: str) -> Markup:
    """Return a link to a data row on the provenance page."""
    return Markup('<a href="{}#row-{}">{}</a>').format(PROVENANCE_PAGE, row_id, text)


def _linked(note: str) -> Markup:
    """Return a note with a link in the place of each key of a data row."""
    parts: list[Markup | str] = []
    end = 0
    for found in _ROW_ID.finditer(note):
        parts += [note[end : found.start()], row_link(found[0], "data row")]
        end = found.end()
    return Markup("").join([*parts, note[end:]])


def value_link(row_id: str, value: str) -> Markup:
    """Return a number as a link to its data row; as short as it is, its column may be narrow."""
    return Markup('<a class="value" href="{}#row-{}">{}</a>').format(PROVENANCE_PAGE, row_id, value)


def source_link(text: str, address: str) -> Markup:
    """Return a link to a page of record, or only the text where there is no address."""
    if not address.startswith("https://"):
        return escape(text)
    return Markup('<a class="external" href="{}">{}</a>').format(address, text)


def _shown(cell: object, missing: str) -> Markup:
    return escape(missing) if cell in ("", None) else escape(cell)


def _plain(cell: Markup) -> str:
    return str(cell.replace("<br>", " ").striptags())


def make_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    caption: str,
    numeric: Sequence[str] = (),
    anchors: Sequence[str] = (),
    footnotes: Sequence[str] = (),
    missing: str = NOT_REPORTED,
) -> Table:
    """Return a table; cells are text or Markup, empty cells say what `missing` says.

    Parameters
    ----------
    columns : sequence of str
        Headers, units included.
    rows : sequence of sequences
        As many cells as columns. The first cell heads its row.
    caption : str
        What the table shows.
    numeric : sequence of str
        Columns set flush right.
    anchors : sequence of str
        An id for each row, for links to it.
    footnotes : sequence of str
        Lines below the table.
    missing : str
        What an empty cell says: a blank says nothing about why it is blank.

    Raises
    ------
    ValueError
        Where a row has another number of cells than there are columns.
    """
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"expected {len(columns)} cells in a row, got {len(row)}: {row!r}")
    right = [name in numeric for name in columns]
    head = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(_class(flush), name)
        for name, flush in zip(columns, right, strict=True)
    )
    cells = [[_shown(cell, missing) for cell in row] for row in rows]
    body = Markup("").join(
        _row(row, right, anchors[number] if anchors else "") for number, row in enumerate(cells)
    )
    notes = Markup("").join(Markup("<p>{}</p>").format(_linked(line)) for line in footnotes)
    below = Markup('<div class="footnotes">{}</div>').format(notes) if notes else Markup("")
    html = Markup(
        '<div class="evidence-table" role="region" tabindex="0" aria-label="{0}">'
        "<table><caption>{0}</caption><thead><tr>{1}</tr></thead><tbody>{2}</tbody></table>{3}</div>"
    ).format(caption, head, body, below)
    heads = [_plain(escape(name)) for name in columns]
    data = pd.DataFrame([[_plain(cell) for cell in row] for row in cells], columns=heads)
    lines = [caption, " | ".join(heads)]
    lines += [" | ".join(record) for record in data.itertuples(index=False, name=None)]
    return Table(str(html), "\n".join([*lines, *footnotes]), data)


def _class(flush_right: bool) -> Markup:
    return Markup(' class="number"') if flush_right else Markup("")


def _row(cells: Sequence[Markup], right: Sequence[bool], anchor: str) -> Markup:
    first, *rest = cells
    target = Markup(' id="{}"').format(anchor) if anchor else Markup("")
    return Markup('<tr{}><th scope="row">{}</th>{}</tr>').format(
        target,
        first,
        Markup("").join(
            Markup("<td{}>{}</td>").format(_class(flush), cell)
            for cell, flush in zip(rest, right[1:], strict=True)
        ),
    )
