"""Words that would be code elsewhere, in every free text of the tables: a page shows them."""

import json
import shutil

import pytest

from evidence.sources.csv_tables import read_table
from evidence.sources.data import load_evidence
from evidence.sources.data_files import TABLE_NAMES
from evidence.sources.schema import TABLES
from evidence_book.kernels.execute import ApartProcess
from evidence_book.runs.normalise import normalise, serialise
from tests.evidence_book.test_content_security import LISTEN
from tests.small_book import CONTENTS, ROOT, make_book

# What the schema admits: no element begins in it, and no spreadsheet runs it.
WORDS = (
    'x " onmouseover="window.ran=1 \' < img src=n onerror=window.ran=2 > &lt;script&gt;'
    "window.ran=3&lt;/script&gt; [l](javascript:window.ran=4) ![i](x) `c` {num}`size` $x$ "
    "${window.ran=5} {{ 7*7 }} %7B ]]> \\u003cscript\\u003e */ // <0.01"
)
# Free texts that are compared with others, or are addresses.
_KEPT = {
    "unit",
    "ci_level",
    "short_name",
    "read_at",
    "registry_id",
    "histology",
    "tool",
    "domain",
    "study_ids",
    "row_ids",
}


def free_texts(name):
    plain = {"required"}
    return [
        column
        for column, described in TABLES[name].columns.items()
        if set(described.metadata or {}) - {"holds"} == plain
        and column not in _KEPT
        and not column.endswith("_reported")
        and column not in ("n", "events", "n_total", "sorafenib_mg_day", "ifn_mu_per_dose",
                           "ifn_doses_per_week", "ifn_weekly_mu")
    ]  # fmt: skip


def infect(folder):
    """Put the words into every free text below a data folder; return how many cells hold them."""
    count = 0
    for name in TABLE_NAMES:
        if not (folder / f"{name}.csv").exists():
            continue
        table = read_table(folder / f"{name}.csv")
        for column in free_texts(name):
            table[column] = WORDS
            count += len(table)
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    bib = folder / "references.bib"
    # A title of BibTeX has no backslash and no single brace.
    words = WORDS.replace("\\", "").replace("{", "").replace("}", "").replace("%", "")
    lines = bib.read_text(encoding="utf-8").splitlines()
    titles = [f"  title = {{{words}}}," if x.lstrip().startswith("title") else x for x in lines]
    bib.write_text("\n".join(titles) + "\n", encoding="utf-8")
    return count


def run_page(book, page, title):
    """Run a chapter of the real book on the book's data; keep its code and one line of prose."""
    source, target = ROOT / "chapters" / f"{page}.ipynb", book / "chapters" / f"{page}.ipynb"
    with ApartProcess() as process:
        error = process.execute(source, target, {})
    assert error == ""
    notebook = normalise(json.loads(target.read_text(encoding="utf-8")))
    heading = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": f"# {title}"}
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    target.write_text(serialise({**notebook, "cells": [heading, *code]}), encoding="utf-8")


@pytest.fixture(scope="module")
def infected(tmp_path_factory):
    """Return the HTML of a small book whose every free text holds the words."""
    from evidence_book.rendering.build import render

    book = make_book(tmp_path_factory.mktemp("infected") / "book")
    assert infect(book / "data") > 3000
    contents = CONTENTS + (
        "      - file: chapters/studies/jonasch-2010\n      - file: chapters/appendix/provenance\n"
    )
    (book / "_toc.yml").write_text(contents)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVIDENCE_ROOT", str(book))
        load_evidence()
        (book / "chapters" / "studies").mkdir()
        run_page(book, "studies/jonasch-2010", "A study")
        run_page(book, "appendix/provenance", "Rows")
        # Nothing else of the project is needed to render, and nothing of it is.
        shutil.rmtree(book / "data" / "released", ignore_errors=True)
        render(book, book / "built")
    return book / "built" / "_build" / "html"


@pytest.mark.parametrize(
    "page",
    ["studies/jonasch-2010", "appendix/provenance", "methods/two", "appendix/terms", "index"],
)
def test_the_words_are_shown_as_words_and_nothing_of_them_runs(infected, browser, page):
    context = browser.new_context()
    tab = context.new_page()
    dialogs = []
    tab.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    tab.add_init_script(LISTEN)
    tab.goto((infected / "chapters" / f"{page}.html").as_uri(), wait_until="load")
    tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    for element in tab.locator("article td, article caption").all()[:40]:
        element.hover(force=True, timeout=2000) if element.is_visible() else None
    assert tab.evaluate("window.ran") is None
    assert dialogs == []
    assert tab.evaluate("window.refused") == []
    assert tab.locator("article [onmouseover], article [onerror], img[src='n']").count() == 0
    assert tab.locator("a[href^='javascript:' i]").count() == 0
    if page in ("studies/jonasch-2010", "appendix/provenance"):
        assert WORDS in tab.locator("article").inner_text()
    context.close()
