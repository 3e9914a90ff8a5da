"""A book of four pages on the real data and configuration: rendered in seconds, not in twenty."""

import json
import shutil
from pathlib import Path

from evidence.record.results import PAGE_MIME, RESULT_MIME
from evidence_book.runs.freshness import read_notebook

ROOT = Path(__file__).resolve().parents[1]
TABLES = (
    "book.yml", "_config.yml", "data", "requirements.lock", "CITATION.cff", "LICENSE",
)  # fmt: skip
CONTENTS = """format: jb-book
root: chapters/index
parts:
  - caption: Pages
    chapters:
      - file: chapters/questions/one
      - file: chapters/methods/two
      - file: chapters/appendix/terms
"""
PAGES = {
    "index.md": "# A small book\n\nIt opens with {num}`questions/one.size`.\n\n"
    "```{downloads}\n```\n",
    "methods/two.md": "# Two\n\nAfter {cite:t}`jonasch2010`, a {term}`word`.\n\n"
    "```{figure} two.svg\n:name: drawn\n:alt: A circle of some size on white\n\nDrawn.\n```\n\n"
    "## A place\n\nSee {numref}`drawn`.\n",
    "appendix/terms.md": "# Terms\n\n```{glossary}\nword\n  What is said.\n```\n\n"
    "```{index} single: entry\n```\n\n```{bibliography}\n```\n",
}
CIRCLE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="{}"/></svg>'


def make_book(folder):
    """Write the book into a folder that is not there yet."""
    folder.mkdir()
    for name in TABLES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, folder / name)
    (folder / "_toc.yml").write_text(CONTENTS)
    for name, text in PAGES.items():
        path = folder / "chapters" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    write_figure(folder, 2)
    write_number(folder, "1.5")
    return folder


def write_figure(folder, radius):
    (folder / "chapters" / "methods" / "two.svg").write_text(CIRCLE.format(radius))


def write_number(folder, text, radius=1):
    """Write the page that records a number and draws a figure, as a run leaves it."""
    notebook = read_notebook(ROOT / "chapters" / "studies" / "ryan-2007.ipynb")
    cell = next(
        cell for cell in notebook["cells"]
        if any(RESULT_MIME in output.get("data", {}) for output in cell.get("outputs", []))
    )  # fmt: skip
    for output in cell["outputs"]:
        if PAGE_MIME in output["data"]:
            output["data"][PAGE_MIME] |= {"page": "questions/one"}
        for one in output["data"].get(RESULT_MIME, {}).get("results", [])[:1]:
            output["data"][RESULT_MIME]["results"] = [one | {"key": "size", "text": text}]
    drawing = {"output_type": "display_data", "metadata": {}}
    drawing["data"] = {"image/svg+xml": CIRCLE.format(radius)}
    figure = {"cell_type": "code", "id": "figure", "execution_count": 1, "source": "draw()"}
    words = {"image": {"alt": "A circle of some size on white"}}
    figure |= {"metadata": {"mystnb": words}, "outputs": [drawing]}
    title = {"cell_type": "markdown", "id": "title", "metadata": {}}
    title["source"] = (
        "# One\n\n(result-size)=\n## Its size\n\n"
        "It is {num}`size`; see [there](../methods/two.md#a-place)."
    )
    path = folder / "chapters" / "questions" / "one.ipynb"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(notebook | {"cells": [title, cell, figure]}))
