"""Long tables that sort and search themselves, by DataTables, on pages that have one.

itables ships DataTables as one file, but as an ES module, which browsers refuse to load from a
disk; the build writes the same file as a plain script.
"""

from __future__ import annotations

import re
import shutil
from importlib.metadata import distribution
from pathlib import Path

from sphinx.application import Sphinx

from evidence_book.sphinx.handlers import Context, load_when_used, on_page, when_written

_SCRIPT = "long_tables.js"
_LIBRARY = "datatables.js"
# About what a laptop shows at once, below a heading.
LONG_AFTER = 12
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
# The last statement of the module; only the notices of licences follow it.
_EXPORT = re.compile(r"export\s*\{([^{}]*)\};?")


def has_long_table(body: str) -> bool:
    """Return True where the HTML of a page holds a table with more than `LONG_AFTER` rows."""
    # Every table has one row of headers.
    return any(table.count("<tr") - 1 > LONG_AFTER for table in _TABLE.findall(body))


def as_plain_script(module: str) -> str:
    """Return an ES module as a script that leaves its exports in `window.evidenceDataTables`.

    Raises
    ------
    ValueError
        Where the module does not end with one list of exports, as that of itables 2 does.
    """
    found = list(_EXPORT.finditer(module))
    if len(found) != 1 or re.search(r"\bimport\s*[{(*\"']|\bimport\.meta", module):
        raise ValueError(
            f"expected a module of itables with one list of exports and no import, got "
            f"{len(found)} lists"
        )
    (export,) = found
    names = [entry.split(" as ") for entry in export[1].split(",")]
    members = ",".join(f'"{entry[-1].strip()}":{entry[0].strip()}' for entry in names)
    kept = f"window.evidenceDataTables={{{members}}};"
    # The notices stay within the function: they are a comment.
    return f"(function(){{{module[: export.start()]}{kept}{module[export.end() :]}\n}})();\n"


def _add_scripts(app: Sphinx, page: str, context: Context) -> None:
    if has_long_table(context["body"]):
        load_when_used(context, "tables", _LIBRARY, _SCRIPT, long_after=LONG_AFTER)


def _copy_scripts(app: Sphinx) -> None:
    static = Path(app.outdir) / "_static"
    module = Path(str(distribution("itables").locate_file("itables/html/dt_bundle.js")))
    script = as_plain_script(module.read_text(encoding="utf-8"))
    (static / _LIBRARY).write_text(script, encoding="utf-8")
    shutil.copy(Path(__file__).with_name(_SCRIPT), static / _SCRIPT)


def connect(app: Sphinx) -> None:
    """Register the scripts."""
    on_page(app, _add_scripts)
    when_written(app, _copy_scripts)
