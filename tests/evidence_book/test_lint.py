"""The prose lint finds what a reader must not meet, and lets names with digits pass."""

import json

import pytest

from evidence.files.paths import notebook_path
from evidence.record.results import CLAIM_MIME, FIGURE_MIME
from evidence_book.rendering.active_html import active_parts
from evidence_book.runs.freshness import read_notebook
from evidence_book.runs.lint import lint_chapters, lint_prose


def complaints(text):
    return [(problem.line, problem.given) for problem in lint_prose(text, "page.md")]


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("The hazard ratio was 0.98.", '"0.98."'),
        ("Response was 25 %.", '"25"'),
        ("It was 12/40.", '"12"'),
    ],
)
def test_a_naked_number_is_found(text, given):
    assert (1, given) in complaints(text)


@pytest.mark.parametrize(
    "text",
    [
        "The phase 2 trial of 2010, NCT00126594, gave interferon alfa-2b; see Table 1.",
        "Grades 3 and 4, grade 3-4, VEGFR-2, SWOG S0412, grade D3.",
        "Response was {num}`orr:value` {cite:p}`jonasch2010`.",
        "`code 123` and $x = 1$ and [a link](page-2.html).",
        "```\n42\n```",
    ],
)
def test_names_roles_and_code_may_hold_digits(text):
    assert complaints(text) == []


def test_the_line_of_the_fault_is_given():
    assert complaints("One.\nTwo.\nThree was 3.14 here.")[0][0] == 3


def test_significant_needs_a_number_beside_it():
    assert complaints("The difference was significant.") == [(1, '"significant"')]
    assert complaints("The difference was significant (P {num}`p`).") == []


def test_no_effect_is_never_said():
    assert complaints("The drug had no effect.") == [(1, '"had no effect"')]


def test_leftovers_and_paths_of_one_machine_are_found():
    assert complaints("TODO: write.") == [(1, '"TODO"')]
    assert complaints("See /home/me/book/page.") == [(1, '"/home/me/book/page."')]


def test_what_git_leaves_of_a_conflict_is_found():
    text = "Before.\n\n<<<<<<< HEAD\nOne.\n=======\nTwo.\n>>>>>>> other\n"
    assert complaints(text) == [(3, '"<<<<<<< HEAD"'), (7, '">>>>>>> other"')]
    assert complaints("A heading\n=======\n") == []


def test_directives_around_prose_and_their_options_are_no_prose():
    text = ":::{grid} 1 2 3\n:gutter: 2\nGiven for 12 weeks.\n:::\n"
    found = list(lint_prose(text, "a.md"))
    assert [one.given for one in found] == ['"12"']


def test_the_labels_of_a_small_figure_are_names():
    figure = "::::{intervals}\n:left: one\nAt latitude 13 | questions/x.hr\n::::\n"
    assert complaints(figure) == []
    assert complaints(figure + "It was 14.") == [(5, '"14."')]


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("<script>window.ran = 1</script>", '"<script"'),
        ("Words <img src=x onerror=alert(1)> here", '"<img"'),
        ("A <b>word</b>", '"<b"'),
        ("A <SVG/onload=x>", '"<SVG/onload=x"'),
        ("[text](javascript:alert)", '"javascript:alert"'),
        ("[text](<JavaScript:alert>)", '"JavaScript:alert"'),
        ("[text](java&#115;cript:x)", '"javascript:x"'),
        ("[text]: data:text/html,x", '"data:text/html,x"'),
        ("<javascript:alert>", '"<javascript:alert"'),
        ("[text](page.html){onclick=x}", '"{onclick=x}"'),
        ("```{note}\n<script>x()</script>\n```", '"<script"'),
        ("A ` mark\n\n<script>x()</script>\n\nand ` another", '"<script"'),
        ("---\nmyst:\n  html_meta:\n    x: y\n---", '"html_meta:"'),
        ("```{raw} html\nx\n```", '"```{raw} html"'),
        (":::{eval-rst}\n.. raw:: html\n:::", '":::{eval-rst}"'),
        ("```{eval-rst}\n.. automodule:: a\n   :members:\n.. raw:: html\n```", '"```{eval-rst}"'),
        ("~~~{include} ../other.html\n~~~", '"~~~{include} ../other.html"'),
    ],
)
def test_what_a_browser_could_run_is_no_prose(text, given):
    found = complaints(f"Before.\n\n{text}\n")
    lines = f"Before.\n\n{text}".splitlines()
    (line,) = [number for number, said in found if said == given]
    assert given.strip('"') in lines[line - 1] or "&#" in lines[line - 1]


@pytest.mark.parametrize(
    "text",
    [
        "The element `<script>` and ``x <b>`` in code; P < x, a < b, <https://example.org>.",
        "```html\n<script>one()</script>\n```",
        "<!-- a note to authors -->",
        "[text](../page.md#place), [other](https://example.org/a?b=c).",
        "Given {cite:p}`jonasch2010`, based on = signs.",
    ],
)
def test_code_comments_and_addresses_are_prose(text):
    assert complaints(text) == []


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>x</p><script>one()</script>", ["<script>"]),
        ('<a href="java\tscript:x">x</a>', ["href=java\tscript:x"]),
        ('<a href="&#106;avascript:x">x</a>', ["href=javascript:x"]),
        ('<td onmouseover="x">', ["onmouseover=x"]),
        ("<img/onerror=x src=y>", ["onerror=x"]),
        ("<iframe src='https://x.org'></iframe>", ["<iframe>"]),
        ('<meta http-equiv="refresh" content="0;url=https://x.org">', ["<meta>"]),
        ('<svg:script xlink:href="#a">', ["<svg:script>"]),
        ('<a xlink:href="javascript:x">', ["xlink:href=javascript:x"]),
        ('<a href="data:text/html,x">', ["href=data:text/html,x"]),
        ('<image xlink:href="data:image/png;base64,AA"/>', []),
        ('<a href="../a.html#b">onclick=x &lt;script&gt;</a>', []),
        ('<td title="a &quot; onclick=x">', []),
    ],
)
def test_what_would_run_in_an_output_is_found(html, found):
    assert active_parts(html) == found


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"text/html": "<p>x</p><script>x()</script>"}, "an output in which nothing runs"),
        ({"application/javascript": "x()"}, "outputs of text/plain, text/html"),
        ({"text/markdown": "[x](javascript:x)"}, "outputs of text/plain, text/html"),
    ],
)
def test_an_output_that_would_run_is_refused_with_its_cell(project, data, expected):
    path = notebook_path("questions/landscape")
    notebook = read_notebook(path)
    number, cell = next(
        (n, one) for n, one in enumerate(notebook["cells"], 1) if one.get("outputs")
    )
    cell["outputs"].append({"output_type": "display_data", "metadata": {}, "data": data})
    notebook["cells"].append({"cell_type": "raw", "metadata": {}, "source": "<b>", "id": "raw"})
    path.write_text(json.dumps(notebook))
    said = [str(problem) for problem in lint_chapters()]
    assert said[0].startswith(
        f"chapters/questions/landscape.ipynb cell {number}: expected {expected}"
    )
    assert any("a cell of Markdown or code" in line for line in said)


@pytest.mark.parametrize("name", ["caption", "alt"])
def test_a_figure_that_concludes_what_no_claim_of_its_page_says_is_refused(project, name):
    path = notebook_path("questions/landscape")
    notebook = read_notebook(path)
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    figure = next(o["data"][FIGURE_MIME] for o in outputs if FIGURE_MIME in o.get("data", {}))
    claim = next(o["data"][CLAIM_MIME] for o in outputs if CLAIM_MIME in o.get("data", {}))
    claim["text"] = "No loop is closed, so consistency is unknown."
    figure[name] = f"Network. {claim['text']}"
    path.write_text(json.dumps(notebook))
    assert not [one for one in map(str, lint_chapters()) if "or a claim" in one]
    figure[name] = "Network. Every chain is weak, so the trials cannot be compared."
    path.write_text(json.dumps(notebook))
    (said,) = [one for one in map(str, lint_chapters()) if "or a claim" in one]
    assert f"what is drawn in the {name} of network, or a claim" in said
    assert '"so" in "Every chain is weak' in said
