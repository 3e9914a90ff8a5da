"""The rerun report: what moved, what flipped, what did not, and why; in four forms.

Terminal lines, Markdown and HTML are written from the same blocks, JSON from the comparison
itself. Every text is escaped where it enters a form, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from markupsafe import Markup, escape

from evidence.record.causes import Cause
from evidence.record.edition_changes import EditionChanges, PageChanges
from evidence_book.rendering.scrolling_table import scrolling_table
from evidence_book.reports.report_blocks import (
    KINDS,
    MAX_ROWS,
    NO_CAUSE,
    ReportBlock,
    fraction_text,
    heading,
    page_blocks,
    shared_rewordings,
    shortened,
    shown_pages,
    summary,
)

# A table longer than this is folded on a page, so that the page itself stays near.
_FOLDED = 12
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|$~#@^!&])")
_Address = Callable[[str], str]


def terminal_lines(changes: EditionChanges) -> list[str]:
    """Return the report as lines of plain text without control characters."""
    lines = [heading(changes)]
    for page in shown_pages(changes):
        made = page.comparison
        lines += ["", made.page] if len(changes.pages) > 1 else []
        lines.append(f"  {summary(page)}")
        for one in made.flipped:
            states = f"{one.old or 'absent'} \u2192 {one.new or 'absent'}"
            lines += [f"  conclusion {one.key}: {states}", f"    {one.text}"]
        lines += _first(
            [
                f"  {one.key}: {one.old or 'absent'} \u2192 {one.new or 'absent'}"
                + ("" if one.reach is None else f"  [{fraction_text(one, ' of the width')}]")
                for one in made.moved
            ]
        )
        if made.restated:
            lines.append(f"  conclusions in other words: {', '.join(made.restated)}")
        lines += _first(
            [
                f"  {named}: the same, {_what(what)}"
                for named, what in shared_rewordings(made.reworded)
            ]
        )
        lines += _first([_cause_line(one) for one in page.causes])
        if not page.causes and not made.is_same:
            lines.append(f"  {NO_CAUSE}")
    return [re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", line) for line in lines]


def _first(lines: list[str]) -> list[str]:
    left = len(lines) - MAX_ROWS
    return [*lines[:MAX_ROWS], *([f"  and {left} more"] if left > 0 else [])]


def _what(differing: Iterable[tuple[str, str, str]]) -> str:
    return "; ".join(f"{what}: {old} \u2192 {new}" for what, old, new in differing)


def _cause_line(one: Cause) -> str:
    states = f"{one.old} \u2192 {one.new}" if one.old else one.new
    return f"  cause, {KINDS[one.kind]}: {one.name}: {states}"


def _md(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def markdown(changes: EditionChanges, level: int = 1) -> str:
    """Return the report as Markdown; `level` is that of its first heading."""
    lines = [f"{'#' * level} What changed", "", _md(heading(changes)), ""]
    for page in shown_pages(changes):
        lines += [f"{'#' * (level + 1)} {_md(page.comparison.page)}", ""]
        for block in page_blocks(page):
            lines += [_md(block.heading) + ("" if block.heading.endswith(".") else ":"), ""]
            if not block.columns:
                continue
            rows, more = shortened(block)
            lines.append("| " + " | ".join(block.columns) + " |")
            lines.append("|" + "---|" * len(block.columns))
            keys = block.keys or ("",) * len(rows)
            for cells, key in zip(rows, keys, strict=False):
                named = (f"{cells[0]} [{key}]" if key else cells[0], *cells[1:])
                lines.append("| " + " | ".join(map(_md, named)) + " |")
            lines += ["", _md(more), ""] if more else [""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _html_row(cells: tuple[str, ...], link: str) -> Markup:
    first = Markup('<a href="{}">{}</a>').format(link, cells[0]) if link else escape(cells[0])
    others = Markup("").join(Markup("<td>{}</td>").format(text) for text in cells[1:])
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(first, others)


def _html_block(block: ReportBlock, address: str) -> Markup:
    if not block.columns:
        return Markup("<p>{}</p>").format(block.heading)
    rows, more = shortened(block)
    anchors = block.anchors or ("",) * len(block.rows)
    body = Markup("").join(
        _html_row(cells, f"{address}#{anchor}" if anchor else "")
        for cells, anchor in zip(rows, anchors, strict=False)
    )
    table = scrolling_table(block.heading, block.columns, body)
    if len(block.rows) > _FOLDED:
        words = f"{block.heading}: {len(block.rows)} rows"
        table = Markup("<details><summary>{}</summary>{}</details>").format(words, table)
    tail = Markup('<p class="footnotes">{}</p>').format(more) if more else escape("")
    return table + tail


def page_html(changes: PageChanges, address: str = "") -> Markup:
    """Return the report of one page as HTML.

    Parameters
    ----------
    changes : PageChanges
        What differs.
    address : str
        Link to the page, "" where the report stands on it.
    """
    return Markup("").join(_html_block(block, address) for block in page_blocks(changes))


def html(changes: EditionChanges, address: _Address) -> Markup:
    """Return the report on all pages as HTML; `address` gives the link to a page."""
    parts = [Markup("<p>{}</p>").format(heading(changes))]
    for page in shown_pages(changes):
        name = page.comparison.page
        parts.append(
            Markup('<h2><a href="{0}">{1}</a></h2>{2}').format(
                address(name), name, page_html(page, address(name))
            )
        )
    return Markup('<div class="rerun-report">{}</div>').format(Markup("").join(parts))
