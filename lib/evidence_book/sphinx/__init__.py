"""The Sphinx extension of the book: roles, directives, and what a page shows around its text.

Each module has one subject, and connects its own functions; `_config.yml` names this package alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# In the order in which they change a page: a policy is made of all that the others have added.
PARTS = (
    "roles",
    "switch",
    "reports",
    "what_changed",
    "reuse",
    "figures",
    "index",
    "status",
    "glossary_links",
    "breadcrumbs",
    "long_tables",
    "cards",
    "sidebar",
    "shared_pages",
    "search",
    "content_security",
)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register every part."""
    for part in PARTS:
        app.setup_extension(f"{__name__}.{part}")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
