"""The rerun report: what moved, what flipped, what did not, and why; in four forms.

Terminal lines, Markdown and HTML are written from the same blocks, JSON from the comparison
itself. Every text is escaped where it enters a form, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup, escape

from evidence.causes import Cause
from evidence.compare import Flipped, Moved, Reworded
from evidence.edition_changes import EditionChanges, PageChanges
from evidence.estimates import Unit
from evidence.formatting import MINUS

# A report is read, so long lists end; the JSON form has everything.
MAX_ROWS = 40
# A table longer than this is folded on a page, so that the page itself stays near.
_FOLDED = 12
NO_CAUSE = "Cause: no difference is recorded in parameters, data, code or packages."
_KINDS = {
    "parameter": "parameter",
    "data": "data",
    "library": "library code",
    "environment": "package",
    "code": "page code",
    "unknown": "not known",
}
# Factor and name of the unit of a difference, where it is not the plain number.
_CHANGE_UNITS: dict[Unit, tuple[float, str]] = {
    "proportion": (100, " points"),
    "points": (100, " points"),
    "months": (1, " months"),
    "mu_per_week": (1, " MU a week"),
    "mg_per_day": (1, " mg a day"),
}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|$~#@^!&])")
_Address = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Block:
    """One table of a report, or only a sentence.

    Attributes
    ----------
    heading : str
        Caption of the table, or the sentence.
    columns : tuple of str
        Empty for a sentence.
    rows : tuple of tuple of str
        Cells as text.
    anchors : tuple of str
        Anchor of each row on its page, "" for none.
    keys : tuple of str
        Key of each row, which HTML leaves to the link.
    """

    heading: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    anchors: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


def _signed(value: float, factor: float = 1.0) -> str:
    text = f"{value * factor:+.3g}" if value else "0"
    return text.replace("-", MINUS)


def _change(moved: Moved) -> str:
    """Return the absolute change of the value and of its limits, in the unit of the number."""
    if moved.change != "moved":
        return moved.change
    factor, unit = _CHANGE_UNITS.get(moved.unit, (1, ""))  # type: ignore[call-overload]
    parts = [] if moved.value is None else [_signed(moved.value, factor) + unit]
    limits = [
        f"{name} {_signed(value, factor)}"
        for name, value in (("lower", moved.low), ("upper", moved.high))
        if value is not None
    ]
    return "; ".join(filter(None, [*parts, ", ".join(limits), *moved.also])) or "as printed"


def _fraction(moved: Moved, of: str = "") -> str:
    if moved.reach is None:
        return "\u2013"
    value = "" if moved.fraction is None else f"{_signed(moved.fraction * 100)} %{of}"
    scale = ", log scale" if moved.scale == "log" else ""
    reach = f"; furthest limit {moved.reach * 100:.3g} %"
    return f"{value}{scale}{reach if moved.reach > abs(moved.fraction or 0) else ''}"


def _plural(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def summary(changes: PageChanges) -> str:
    """Return in one sentence what became of a page's numbers and conclusions."""
    made = changes.comparison
    words = (len(made.reworded), "number"), (len(made.restated), "conclusion")
    other = ", ".join(_plural(count, word) for count, word in words if count)
    return (
        f"{len(made.moved)} of {_plural(made.numbers, 'number')} moved, "
        f"{len(made.flipped)} of {_plural(made.claims, 'conclusion')} changed; "
        + (f"the same in other words: {other}; " if other else "")
        + f"as before: {_plural(made.unchanged, 'number')}, "
        f"{_plural(made.unchanged_claims, 'conclusion')}."
    )


def _flipped(found: tuple[Flipped, ...]) -> Block:
    return Block(
        "Conclusions that changed",
        ("Conclusion", "Before", "Now", "Numbers it rests on that moved"),
        tuple(
            (
                one.text,
                one.old or "absent",
                one.new or "absent",
                ", ".join(one.moved) or "none",
            )
            for one in found
        ),
        tuple(f"claim-{one.key}" if one.new else "" for one in found),
        tuple(one.key for one in found),
    )


def _moved(found: tuple[Moved, ...]) -> Block:
    return Block(
        "Numbers that moved, furthest first",
        ("Number", "Before", "Now", "Change", "Of the old interval's width"),
        tuple(
            (
                one.label,
                one.old or "absent",
                one.new or "absent",
                _change(one),
                _fraction(one),
            )
            for one in found
        ),
        tuple(f"result-{one.key}" if one.new else "" for one in found),
        tuple(one.key for one in found),
    )


def _causes(found: tuple[Cause, ...]) -> Block:
    if not found:
        return Block(NO_CAUSE)
    return Block(
        "What differs, and so can be the cause",
        ("Kind", "What", "Before", "Now"),
        tuple((_KINDS[one.kind], one.name, one.old or "\u2013", one.new) for one in found),
    )


def page_blocks(changes: PageChanges) -> list[Block]:
    """Return the report of one page: summary, conclusions, numbers, words, causes."""
    made = changes.comparison
    blocks = [Block(summary(changes))]
    if made.flipped:
        blocks.append(_flipped(made.flipped))
    if made.moved:
        blocks.append(_moved(made.moved))
    if made.restated:
        blocks.append(
            Block("Conclusions in the same state, in other words: " + ", ".join(made.restated))
        )
    if made.reworded:
        rows = tuple(
            (f"{one.label} [{one.key}]", what, old, new)
            for one in made.reworded
            for what, old, new in one.what
        )
        columns = ("Number", "What differs", "Before", "Now")
        blocks.append(Block("The same numbers, made or described in another way", columns, rows))
    if changes.causes or not made.is_same:
        blocks.append(_causes(changes.causes))
    return blocks


def _shortened(block: Block) -> tuple[tuple[tuple[str, ...], ...], str]:
    """Return the rows that are shown, and what is said of those that are not."""
    left = len(block.rows) - MAX_ROWS
    return block.rows[:MAX_ROWS], f"and {left} more" if left > 0 else ""


def heading(changes: EditionChanges) -> str:
    """Return what is compared with what, and how much of it differs."""
    sides = f"{changes.old} \u2192 {changes.new}"
    if len(changes.pages) == 1:
        return f"{changes.pages[0].comparison.page}: {sides}."
    moved = sum(len(page.comparison.moved) for page in changes.pages)
    flipped = sum(len(page.comparison.flipped) for page in changes.pages)
    total = sum(page.comparison.numbers for page in changes.pages)
    claims = sum(page.comparison.claims for page in changes.pages)
    text = (
        f"{sides}: {moved} of {_plural(total, 'number')} moved and {flipped} of "
        f"{_plural(claims, 'conclusion')} changed, on {len(changes.changed)} of "
        f"{_plural(len(changes.pages), 'page')}."
    )
    for words, pages in (("New pages", changes.added), ("Pages gone", changes.removed)):
        text += f" {words}: {', '.join(pages)}." if pages else ""
    return text


def shown_pages(changes: EditionChanges) -> tuple[PageChanges, ...]:
    """Return the pages that a report shows: those that differ, and the only one in any case."""
    return changes.pages if len(changes.pages) == 1 else changes.changed


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
                + ("" if one.reach is None else f"  [{_fraction(one, ' of the width')}]")
                for one in made.moved
            ]
        )
        if made.restated:
            lines.append(f"  conclusions in other words: {', '.join(made.restated)}")
        lines += _first([f"  {one.key}: same number, {_what(one)}" for one in made.reworded])
        lines += _first([_cause_line(one) for one in page.causes])
        if not page.causes and not made.is_same:
            lines.append(f"  {NO_CAUSE}")
    return [re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", line) for line in lines]


def _first(lines: list[str]) -> list[str]:
    left = len(lines) - MAX_ROWS
    return [*lines[:MAX_ROWS], *([f"  and {left} more"] if left > 0 else [])]


def _what(one: Reworded) -> str:
    return "; ".join(f"{what}: {old} \u2192 {new}" for what, old, new in one.what)


def _cause_line(one: Cause) -> str:
    states = f"{one.old} \u2192 {one.new}" if one.old else one.new
    return f"  cause, {_KINDS[one.kind]}: {one.name}: {states}"


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
            rows, more = _shortened(block)
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


def _html_block(block: Block, address: str) -> Markup:
    if not block.columns:
        return Markup("<p>{}</p>").format(block.heading)
    rows, more = _shortened(block)
    anchors = block.anchors or ("",) * len(block.rows)
    body = Markup("").join(
        _html_row(cells, f"{address}#{anchor}" if anchor else "")
        for cells, anchor in zip(rows, anchors, strict=False)
    )
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(c) for c in block.columns)
    table = _html_table(block.heading, head, body)
    if len(block.rows) > _FOLDED:
        words = f"{block.heading}: {len(block.rows)} rows"
        table = Markup("<details><summary>{}</summary>{}</details>").format(words, table)
    tail = Markup('<p class="footnotes">{}</p>').format(more) if more else escape("")
    return table + tail


def _html_table(caption: str, head: Markup, body: Markup) -> Markup:
    return Markup(
        '<div class="evidence-table" role="region" tabindex="0" aria-label="{0}"><table>'
        "<caption>{0}</caption><thead><tr>{1}</tr></thead><tbody>{2}</tbody></table></div>"
    ).format(caption, head, body)


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
