"""Excerpts in the search without a network: the texts of all pages in one script.

Sphinx fetches every page that it found, which a browser refuses to a page that was opened from a
disk. The script is loaded by the page of the search alone.
"""

from __future__ import annotations

import json
import re
import shutil
from html import unescape
from pathlib import Path

from sphinx.application import Sphinx

from evidence_book.sphinx.handlers import Context, on_page, when_written

_SCRIPT, _TEXTS = "search.js", "search_texts.js"
# Beside the doctrees: pages that are not written again keep their texts.
_MEMORY = "search-texts.json"
_LAST = 999
_UNREAD = re.compile(
    r"<(script|style|svg)\b.*?</\1>|<a class=\"headerlink\".*?</a>", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r"<[^>]*>")


def text_of(body: str) -> str:
    """Return what a reader reads of the HTML of a page."""
    return " ".join(unescape(_TAG.sub(" ", _UNREAD.sub(" ", body))).split())


def _texts(app: Sphinx) -> dict[str, str]:
    if not hasattr(app, "evidence_texts"):
        memory = Path(app.doctreedir) / _MEMORY
        known = json.loads(memory.read_text(encoding="utf-8")) if memory.exists() else {}
        app.evidence_texts = known  # type: ignore[attr-defined]
    found: dict[str, str] = app.evidence_texts  # type: ignore[attr-defined]
    return found


def _read_page(app: Sphinx, page: str, context: Context) -> None:
    _texts(app)[page] = text_of(context["body"])


def _add_scripts(app: Sphinx, page: str, context: Context) -> None:
    if page == "search":
        for name in (_TEXTS, _SCRIPT):
            # After Sphinx's own, which it changes, and before the search begins.
            app.add_js_file(name, loading_method="defer")


def _write(app: Sphinx) -> None:
    texts = {name: text for name, text in sorted(_texts(app).items()) if name in app.env.found_docs}
    stored = json.dumps(texts, ensure_ascii=False)
    (Path(app.doctreedir) / _MEMORY).write_text(stored, encoding="utf-8")
    static = Path(app.outdir) / "_static"
    (static / _TEXTS).write_text(f"window.evidenceTexts = {stored};\n", encoding="utf-8")
    shutil.copy(Path(__file__).with_name(_SCRIPT), static / _SCRIPT)


def connect(app: Sphinx) -> None:
    """Register the reading and writing of texts."""
    on_page(app, _add_scripts, also_without_source=True)
    on_page(app, _read_page, priority=_LAST)
    when_written(app, _write)
