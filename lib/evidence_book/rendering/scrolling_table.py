"""The HTML of a table that scrolls by itself where it is wider than the page."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup


def scrolling_table(
    caption: str, columns: Iterable[str], rows: Markup, *, kind: str = ""
) -> Markup:
    """Return a table with a caption, headers and rows that are HTML already.

    Parameters
    ----------
    caption : str
        What the table shows; it also names the region that scrolls.
    columns : iterable of str
        Its headers.
    rows : Markup
        Its rows.
    kind : str
        Another class of the region.
    """
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in columns)
    classes = f"evidence-table {kind}".strip()
    return Markup(
        '<div class="{}" role="region" tabindex="0" aria-label="{}"><table>'
        "<caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(classes, caption, caption, head, rows)
