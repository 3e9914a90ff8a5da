"""Dead roles, references and links are found by `evidence check`, with file and line."""

import json
import time

import pytest

from evidence.files.paths import notebook_path
from evidence_book.commands.check import find_problems
from evidence_book.runs.freshness import read_notebook
from evidence_book.runs.targets import check_targets

LANDSCAPE = "questions/landscape"


def complaints(project, text):
    """Return what is said of a text in a chapter, below two lines."""
    path = project / "chapters" / "methods" / "limits.md"
    path.write_text(f"# Limits\n\n{text}\n\n(a-place)=\n## A place\n")
    return [str(problem) for problem in check_targets()]


def test_every_role_and_link_of_the_book_leads_somewhere():
    assert check_targets() == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{num}`questions/landscape.hr_sur`", "a number that questions/landscape recorded when it "
         'last ran, got "hr_sur"; did you mean hr_sun?'),
        ("{num}`questions/landscap.hr_sun`", "a page with numbers, got \"questions/landscap\"; did "
         "you mean questions/landscape?"),
        ("{num}`questions/landscape.hr_sun:lowest`", "a part of the number"),
        ("{claim}`questions/landscape.no_such`", "a conclusion that questions/landscape recorded"),
        ("{published}`questions/nothing`", 'a page with numbers, got "questions/nothing"'),
        ("{cite:p}`jonasch2010,jonash2010`", 'a key of data/references.bib, got "jonash2010"; did '
         "you mean jonasch2010?"),
        ("{term}`hazard ration`", 'a term of the glossary, got "hazard ration"'),
        ("{numref}`response-florest`", 'the name of a figure or place, got "response-florest"'),
        ("{ref}`words <no-place>`", 'the name of a figure or place, got "no-place"'),
        ("{doc}`../studies/nobody-2001`", "a link to a page or file that there is"),
        ("{nmu}`size`", 'a role that there is, got "nmu"; did you mean num?'),
        ("[words](../studies/nobody-2001)", "a link to a page or file that there is, got "
         '"../studies/nobody-2001"'),
        ("[words](../studies/nobody-2001.md)", "a link to a page or file that there is"),
        ("[words](protocol.md#nowhere)", "a link to a place on methods/protocol, got \"#nowhere\""),
        ("[words](#nowhere)", 'a link to a place on methods/limits, got "#nowhere"'),
        (":::{intervals}\n:left: a\nA | questions/landscape.no_such\n:::", "a number that"),
        ("```{figure} no.svg\n```", 'a link to a page or file that there is, got "no.svg"'),
        ("```{note}\n{num}`questions/landscape.no_such`\n```", "a number that"),
    ],
)  # fmt: skip
def test_what_leads_nowhere_is_found_with_file_and_line(project, text, expected):
    (said,) = complaints(project, text)
    line = 3 if text[0] in "{[" or "{figure}" in text else 5 if "intervals" in text else 4
    assert said.startswith(f"chapters/methods/limits.md:{line}: expected {expected}")


@pytest.mark.parametrize(
    "text",
    [
        "Written `` {num}`no_such` `` and `{cite:p}`, ``[x](nowhere)`` and `[x](nowhere)`.",
        "```\n{num}`no_such` [x](nowhere)\n```",
        "<!-- {num}`no_such` -->",
        "{num}`questions/landscape.hr_sun:interval`, [x](#a-place), {ref}`a-place`, H{sub}`2`O.",
        "[x](../studies/jonasch-2010), [y](/chapters/index.md), [z](https://example.org/#a).",
        "{term}`hazard ratio`, {term}`hazard ratios <hazard ratio>`, {cite:t}`jonasch2010`.",
    ],
)
def test_what_leads_somewhere_or_is_code_passes(project, text):
    assert complaints(project, text) == []


def test_a_cell_is_named_and_a_page_that_never_ran_may_name_what_it_will_record(project):
    path = notebook_path(LANDSCAPE)
    notebook = read_notebook(path)
    notebook["cells"][0]["source"] = "# Title\n\n{num}`no_such` and {num}`parameter.level`"
    path.write_text(json.dumps(notebook))
    (said,) = map(str, check_targets())
    assert said.startswith(f"chapters/{LANDSCAPE}.ipynb cell 1:3: expected a number that")
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
    path.write_text(json.dumps(notebook))
    assert not [line for line in map(str, check_targets()) if "no_such" in line]


def test_a_page_that_was_removed_is_named_where_others_lead_to_it(project):
    (project / "chapters" / "methods" / "limits.md").unlink()
    said = [str(problem) for problem in find_problems()]
    assert any("a link to a page or file that there is" in line for line in said)
    assert len(said) >= 2


def test_looking_takes_no_longer_than_a_reader_waits():
    began = time.process_time()
    check_targets()
    assert time.process_time() - began < 5
