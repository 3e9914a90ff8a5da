"""What a rerun report says, before it takes a form: sentences and tables of plain text."""

from __future__ import annotations

from dataclasses import dataclass

from evidence.record.causes import Cause
from evidence.record.compare import Flipped, Moved, Reworded
from evidence.record.edition_changes import EditionChanges, PageChanges
from evidence.tables.formatting import MINUS
from evidence_stats.estimates import Unit

# A report is read, so long lists end; the JSON form has everything.
MAX_ROWS = 40
NO_CAUSE = "Cause: no difference is recorded in parameters, data, code or packages."
KINDS = {
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


@dataclass(frozen=True, slots=True)
class ReportBlock:
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
    return "; ".join(filter(None, [*parts, ", ".join(limits), *moved.also])) or "as reported"


def fraction_text(moved: Moved, of: str = "") -> str:
    """Return how far a number moved over its old interval; `of` follows the per cent."""
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


def _flipped(found: tuple[Flipped, ...]) -> ReportBlock:
    return ReportBlock(
        "Conclusions that changed",
        ("Conclusion", "Tested", "Before", "Now", "Numbers it rests on that moved"),
        tuple(
            (
                one.text,
                one.tested or "not recorded",
                one.old or "absent",
                one.new or "absent",
                ", ".join(one.moved) or "none",
            )
            for one in found
        ),
        tuple(f"claim-{one.key}" if one.new else "" for one in found),
        tuple(one.key for one in found),
    )


def _moved(found: tuple[Moved, ...]) -> ReportBlock:
    return ReportBlock(
        "Numbers that moved, furthest first",
        ("Number", "Before", "Now", "Change", "Of the old interval's width"),
        tuple(
            (
                one.label,
                one.old or "absent",
                one.new or "absent",
                _change(one),
                fraction_text(one),
            )
            for one in found
        ),
        tuple(f"result-{one.key}" if one.new else "" for one in found),
        tuple(one.key for one in found),
    )


def _causes(found: tuple[Cause, ...]) -> ReportBlock:
    if not found:
        return ReportBlock(NO_CAUSE)
    return ReportBlock(
        "What differs, and so can be the cause",
        ("Kind", "What", "Before", "Now"),
        tuple((KINDS[one.kind], one.name, one.old or "\u2013", one.new) for one in found),
    )


def shared_rewordings(
    found: tuple[Reworded, ...],
) -> list[tuple[str, tuple[tuple[str, str, str], ...]]]:
    """Return the numbers that differ in the same way together, and in what they do."""
    alike: dict[tuple[tuple[str, str, str], ...], list[Reworded]] = {}
    for one in found:
        alike.setdefault(one.what, []).append(one)
    return [
        (
            f"{ones[0].label} [{ones[0].key}]"
            if len(ones) == 1
            else f"{len(ones)} numbers: {', '.join(one.key for one in ones)}",
            what,
        )
        for what, ones in alike.items()
    ]


def page_blocks(changes: PageChanges) -> list[ReportBlock]:
    """Return the report of one page: summary, conclusions, numbers, words, causes."""
    made = changes.comparison
    blocks = [ReportBlock(summary(changes))]
    if made.flipped:
        blocks.append(_flipped(made.flipped))
    if made.moved:
        blocks.append(_moved(made.moved))
    if made.restated:
        blocks.append(
            ReportBlock(
                "Conclusions in the same state, in other words: " + ", ".join(made.restated)
            )
        )
    if made.reworded:
        rows = tuple(
            (named, what, old, new)
            for named, differing in shared_rewordings(made.reworded)
            for what, old, new in differing
        )
        columns = ("Number", "What differs", "Before", "Now")
        blocks.append(
            ReportBlock("The same numbers, made or described in another way", columns, rows)
        )
    if changes.causes or not made.is_same:
        blocks.append(_causes(changes.causes))
    return blocks


def shortened(block: ReportBlock) -> tuple[tuple[tuple[str, ...], ...], str]:
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
