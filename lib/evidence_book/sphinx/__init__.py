"""The Sphinx extension of the book: roles, directives, and what a page shows around its text.

Each module has one subject, and connects its own functions; `_config.yml` names this package alone.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# In the order in which they change a page.
PARTS = (
    "theme",
    "mathml",
    "roles",
    "switch",
    "reports",
    "what_changed",
    "notices",
    "reuse",
    "page_head",
    "figures",
    "index",
    "status",
    "glossary_links",
    "long_tables",
    "absent_pages",
    "cards",
    "navigation",
    "shared_pages",
    "search",
)


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect every part."""
    for part in PARTS:
        import_module(f"{__name__}.{part}").connect(app)
    # Pages written by several processes would leave their texts for the search in these.
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
