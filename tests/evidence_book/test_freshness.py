"""What goes stale when something changes, and what does not."""

import json

import pytest

from evidence.files.paths import data_folder, notebook_path, project_root
from evidence.record.results import READINGS_MIME
from evidence.sources.data import load_evidence
from evidence_book.runs import freshness, library_imports
from evidence_book.runs.code_forms import lines_form, read_code
from evidence_book.runs.freshness import dependencies, list_pages, read_notebook, why_stale


def stale():
    evidence = load_evidence()
    found = {page: why_stale(page, evidence) for page in list_pages()}
    return {page: why for page, why in found.items() if why}


PFS = "jonasch-2010.pfs.median.sorafenib"
AS_IT_IS = freshness.library_modules


@pytest.fixture(autouse=True)
def _remember_no_edited_library():
    yield
    freshness._reached_digest.cache_clear()


def edited(name, monkeypatch):
    """Let one file of the library have another fingerprint."""
    modules = {**AS_IT_IS(), name: "edited"}
    monkeypatch.setattr(freshness, "library_modules", lambda: modules)
    freshness._reached_digest.cache_clear()


def replace(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_copy_of_the_project_is_fresh(project):
    assert project_root() == project
    assert stale() == {}


def test_a_data_row_makes_the_pages_stale_that_asked_for_it_and_no_other(project):
    row = "ryan-2007.pfs.median.sorafenib_ifn,ryan-2007,sorafenib_ifn,,,pfs,median,7,"
    replace(data_folder() / "outcomes.csv", row + "4,11", row + "5,11")
    found = stale()
    assert set(found) == {
        "appendix/audit",
        "appendix/provenance",
        "appendix/trials",
        "studies/ryan-2007",
    }
    assert {tuple(why) for why in found.values()} == {("data",)}


@pytest.mark.parametrize(
    ("old", "new"),
    [(",source,", ",source,Another note"), ('"abstract, results"', '"abstract, elsewhere"')],
    ids=["note", "locator"],
)
def test_what_is_only_for_readers_makes_no_question_stale(project, old, new):
    path = data_folder() / "outcomes.csv"
    row = next(x for x in path.read_text().splitlines() if x.startswith(f"{PFS},"))
    assert old in row
    replace(path, row, row.replace(old, new))
    # The audit looks for odd units in notes, and names places; the chapter of a study shows its
    # audit.
    assert set(stale()) == {"appendix/audit", "appendix/provenance", "studies/jonasch-2010"}


def test_the_value_of_that_row_makes_every_page_stale_that_uses_it(project):
    row = f"{PFS},jonasch-2010,sorafenib,,,pfs,median,7.39,"
    replace(data_folder() / "outcomes.csv", row, row.replace("7.39", "7.93"))
    assert {
        "appendix/audit", "appendix/provenance", "studies/jonasch-2010", "methods/conventions",
        "questions/landscape", "questions/combination_vs_monotherapy",
        "questions/adding_interferon",
    } <= set(stale())  # fmt: skip


def test_a_row_that_questions_pool_makes_these_questions_stale(project):
    path = data_folder() / "outcomes.csv"
    name = "ryan-2007.orr.percent.sorafenib_ifn,"
    row = next(line for line in path.read_text().splitlines() if line.startswith(name))
    assert ",62,12," in row
    replace(path, row, row.replace(",62,12,", ",62,11,"))
    found = {page for page in stale() if page.startswith("questions/")}
    assert found == {"questions/combination_vs_monotherapy", "questions/interferon_dose"}
    # They pool the printed count; the percentage beside it is read by no question.
    replace(path, row.replace(",62,12,", ",62,11,"), row.replace("percent,19,", "percent,18,"))
    assert {page for page in stale() if page.startswith("questions/")} == set()


def test_a_new_row_makes_those_stale_that_looked_for_it_in_vain(project):
    # A response of the arm would have made it one of the pooled arms.
    path = data_folder() / "outcomes.csv"
    lines = path.read_text().splitlines(keepends=True)
    known = next(line for line in lines if line.startswith("ryan-2007.orr.percent.sorafenib_ifn,"))
    without = [line for line in lines if line != known]
    path.write_text("".join(without))
    assert "questions/interferon_dose" in stale()


def test_a_judgement_makes_its_question_stale(project):
    path = data_folder() / "certainty.csv"
    text = path.read_text()
    found = next(
        line for line in text.splitlines() if line.startswith("interferon_dose,response_across")
    )
    assert " differ " in text
    replace(path, found, found.replace("Doses differ", "Doses may differ", 1))
    assert [page for page in stale() if page.startswith("questions/")] == [
        "questions/combination_vs_monotherapy",
        "questions/interferon_dose",
    ]


def test_a_page_that_tells_nothing_of_what_it_asked_depends_on_everything(project):
    page = "questions/tolerability"
    notebook = read_notebook(notebook_path(page))
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(READINGS_MIME, None)
    before = dependencies(notebook, load_evidence()).data
    replace(data_folder() / "studies.csv", "Ryan 2007", "Ryan (2007)")
    assert dependencies(notebook, load_evidence()).data != before


def test_a_bibliography_entry_makes_only_pages_that_cite_it_stale(project):
    key = "@article{ryan2007,"
    replace(data_folder() / "references.bib", key, f"{key}\n  note = {{shown nowhere}},")
    assert "studies/ryan-2007" not in stale()
    replace(data_folder() / "references.bib", "Sorafenib with interferon alfa-2b", "Sorafenib and")
    found = stale()
    assert "studies/ryan-2007" in found
    assert "studies/sternberg-2010" not in found


def test_code_makes_its_own_page_stale_and_prose_none(project):
    page = "questions/biomarker_prognosis"
    notebook = read_notebook(notebook_path(page))
    first = next(cell for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    first["source"] = "# Another title"
    notebook_path(page).write_text(json.dumps(notebook))
    assert stale() == {}
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"][-1]
    code["source"] = "1 + 1\n" + "".join(code["source"])
    notebook_path(page).write_text(json.dumps(notebook))
    assert stale() == {page: ["code"]}


def test_a_parameter_makes_its_page_stale(project):
    path = notebook_path("questions/biomarker_prognosis")
    replace(path, "n_hypotheses = 8 ", "n_hypotheses = 9 ")
    assert stale() == {"questions/biomarker_prognosis": ["code"]}


def test_the_lock_makes_every_page_stale(project):
    with (project / "requirements.lock").open("a") as stream:
        stream.write("added==1.0\n")
    assert set(stale()) == set(list_pages())
    assert {why for reasons in stale().values() for why in reasons} == {"environment"}


def test_words_for_readers_of_code_make_no_page_stale(project):
    for name, added in [
        ("requirements.lock", "# a comment\r\n\r\n"),
        ("data/references.bib", "\n\n"),
    ]:
        with (project / name).open("a", newline="") as stream:
            stream.write(added)
    path = notebook_path("questions/biomarker_prognosis")
    notebook = read_notebook(path)
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"][-1]
    code["source"] = "# a comment\n\n" + "".join(code["source"])
    path.write_text(json.dumps(notebook), newline="\r\n")
    assert stale() == {}


CODE = """\"\"\"What it does.\"\"\"
from math import pi

def area(radius: float) -> float:
    \"\"\"Return the area.\"\"\"
    # As in school.
    return f"{pi * radius**2:.1f}"  # one digit
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("What it does", "What it does, in other words"),
        ("Return the area", "Return the area of a circle"),
        ("    # As in school.\n", ""),
        ("# one digit", "# one"),
        ("\n", "\r\n"),
        ("\n\n", "\n\n\n\n"),
        ("def area(radius: float)", "def area(\n    radius: float\n)"),
    ],
)
def test_comments_docstrings_and_layout_are_no_code(old, new):
    assert old in CODE
    assert read_code(CODE.replace(old, new)).form == read_code(CODE).form


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("**2", "**3"),
        (".1f", ".2f"),
        ("radius: float", "radius: float = 1.0"),
        ("area(", "disc("),
        ("from math import pi", "from math import tau as pi"),
        ("    return", "    pi = 3\n    return"),
        ('    return f"', '    return "'),
        ("**2", "**2.0"),
    ],
)
def test_everything_else_is_code(old, new):
    assert old in CODE
    assert read_code(CODE.replace(old, new)).form != read_code(CODE).form


@pytest.mark.parametrize(("one", "other"), [("'a'", "'b'"), ("x", "x;"), ("%time x", "%time y")])
def test_what_a_cell_shows_is_code(one, other):
    assert read_code(one, cell=True).form != read_code(other, cell=True).form


def test_what_cannot_be_parsed_counts_as_it_is_written():
    assert read_code("def (").form != read_code("def [").form
    assert read_code("def (\r\n").form == read_code("def (\n").form


def test_a_sign_within_a_word_of_the_lock_begins_no_comment():
    assert lines_form("a @ https://host/a#egg=1") != lines_form("a @ https://host/a#egg=2")
    assert lines_form("color: 'a #1'") != lines_form("color: 'a #2'")
    assert lines_form("a==1  # why\n") == lines_form("a==1\n\n# why") == lines_form("a==1\r\n")


def test_an_import_for_annotations_alone_reaches_nothing():
    only = "if TYPE_CHECKING:\n    from evidence_stats.pooling.inverse_variance import Pooled\n"
    assert "evidence_stats/pooling/inverse_variance.py" not in library_imports.reached([only])
    assert "evidence_stats/pooling/inverse_variance.py" in library_imports.reached(
        [only + "else:\n    import evidence_stats.pooling.inverse_variance"]
    )
    assert "evidence_stats/pooling/inverse_variance.py" in library_imports.reached(
        ["def late():\n    import evidence_stats.pooling.inverse_variance\n"]
    )


@pytest.mark.parametrize(
    "cells",
    [
        ["import evidence as ev", "ev.risk_difference(1, 2, 3, 4)"],
        ["from evidence import risk_difference"],
        ["import evidence\nevidence.risk_difference(1, 2, 3, 4)"],
        ["from evidence_stats.rates import risk_difference"],
        ["import evidence_stats as stats", "stats.rates.risk_difference(1, 2, 3, 4)"],
        ["from evidence_stats import rates", "rates.risk_difference(1, 2, 3, 4)"],
    ],
)
def test_what_is_asked_of_the_face_is_reached_and_nothing_else(cells):
    found = library_imports.reached(cells)
    assert "evidence_stats/rates/two_proportions.py" in found
    assert "evidence_stats/survival/from_medians.py" not in found
    assert "evidence/record/page.py" not in found


def test_the_page_of_conventions_depends_on_every_module_that_states_one(project, monkeypatch):
    edited("evidence_stats/printed/winners_curse.py", monkeypatch)
    assert {"methods/conventions", "questions/biomarker_prognosis"} <= set(stale())


def test_the_frame_of_a_page_reaches_no_statistics():
    frame = library_imports.reached(["import evidence.record.page"])
    assert not {
        "evidence_stats/pooling/inverse_variance.py",
        "evidence_stats/survival/from_medians.py",
        "evidence_stats/networks/network.py",
        "evidence/sources/recomputation.py",
    } & set(frame)


def test_the_library_makes_every_page_stale(project, monkeypatch):
    edited("evidence/record/page.py", monkeypatch)
    assert {tuple(why) for why in stale().values()} == {("library",)}
    assert set(stale()) == set(list_pages())


def test_a_module_of_the_library_makes_only_the_pages_stale_that_can_reach_it(project, monkeypatch):
    edited("evidence/figures/network_graph.py", monkeypatch)
    assert stale() == {"questions/landscape": ["library"]}
    edited("evidence_stats/rates/two_arm_power.py", monkeypatch)
    assert set(stale()) == {"questions/combination_vs_monotherapy"}
    edited("evidence_book/rendering/build.py", monkeypatch)
    assert stale() == {}


@pytest.mark.parametrize(
    ("question", "pages"),
    [
        ("interferon_dose", {"interferon_dose"}),
        ("tolerability", {"tolerability"}),
        # Whether effects of components add up is asked of the network of the landscape.
        ("landscape", {"landscape", "adding_interferon"}),
    ],
)
def test_another_parameter_of_a_question_makes_the_pages_stale_that_use_it(
    project, monkeypatch, question, pages
):
    edited(f"mrcc/{question}/parameters.py", monkeypatch)
    assert stale() == {f"questions/{page}": ["library"] for page in pages}


def test_another_word_in_the_file_of_the_book_makes_pages_stale_and_a_comment_none(
    project, monkeypatch
):
    path = project / "book.yml"
    try:
        for old, new, pages in (
            ("# Codes", "# The codes", set()),
            ("placebo", "a placebo", set(list_pages())),
        ):
            replace(path, old, new)
            freshness.forget_library()
            assert set(stale()) == pages
    finally:
        freshness.forget_library()


def test_the_theme_of_figures_makes_pages_with_figures_stale(project, monkeypatch):
    edited("evidence/figures/theme.mplstyle", monkeypatch)
    assert stale()["questions/landscape"] == ["library"]


def test_a_hand_edited_output_is_found(project):
    path = notebook_path("questions/combination_vs_monotherapy")
    replace(path, "orr_difference: \u22125.0 points", "orr_difference: +5.0 points")
    assert stale() == {"questions/combination_vs_monotherapy": ["outputs"]}


@pytest.mark.parametrize("count", [3, 1, None])
def test_a_page_whose_cells_were_run_out_of_order_is_found(project, count):
    path = notebook_path("studies/ryan-2007")
    notebook = read_notebook(path)
    second = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"][1]
    assert second["execution_count"] == 2
    second["execution_count"] = count
    path.write_text(json.dumps(notebook))
    assert stale() == {"studies/ryan-2007": ["not run in order"]}


def test_an_executed_page_of_another_project_is_found(project):
    path = notebook_path("studies/ryan-2007")
    notebook = json.loads(path.read_text())
    del notebook["metadata"]["evidence"]
    path.write_text(json.dumps(notebook))
    assert stale() == {"studies/ryan-2007": ["never run"]}


def test_a_file_that_is_no_notebook_is_an_error_that_names_it(tmp_path):
    path = tmp_path / "page.ipynb"
    path.write_text("not json")
    with pytest.raises(ValueError, match=r"page\.ipynb: expected a notebook"):
        read_notebook(path)
