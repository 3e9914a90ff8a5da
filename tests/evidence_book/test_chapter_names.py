"""Cells of a chapter leave the parameters alone, so that they can be run again."""

import ast
import json

import pytest

from evidence_book.runs.own_library import model_of
from tests.page_cells import ROOT

CHAPTERS = sorted(
    path.relative_to(ROOT / "chapters").with_suffix("").as_posix()
    for folder in ("questions", "studies")
    for path in (ROOT / "chapters" / folder).glob("*.ipynb")
)


def names_given_by(page):
    notebook = json.loads((ROOT / "chapters" / f"{page}.ipynb").read_text(encoding="utf-8"))
    code = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    return {
        node.id
        for source in code[1:]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def test_there_are_chapters():
    assert len(CHAPTERS) > 30


@pytest.mark.parametrize("page", CHAPTERS)
def test_no_later_cell_gives_the_name_of_a_parameter_to_something_else(page):
    assert names_given_by(page).isdisjoint(model_of(page).model_fields)
