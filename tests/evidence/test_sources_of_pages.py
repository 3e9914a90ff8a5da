"""What a page says of trials is true of the tables, and each page cites the trials it rests on."""

import json
import re

import pytest
from bs4 import BeautifulSoup

from evidence.files.paths import chapters_folder, notebook_path
from evidence.record.results import read_results
from evidence.sources.columns import TODO
from evidence.sources.schema import TABLES
from evidence.tables.appendix_tables import tabulate_dictionary
from tests.page_cells import real

QUESTIONS = sorted(path.stem for path in (chapters_folder() / "questions").glob("*.ipynb"))
CHECKPOINT = ("NIV", "PEM", "AVE", "IPI", "ATE", "DUR")
ROW_ID = re.compile(r"\b[a-z]+(?:-[a-z0-9]+)*-\d{4}[\w-]*\.[a-z_0-9]+\.[a-z_]+")


def cells(page):
    return json.loads(notebook_path(f"questions/{page}").read_text(encoding="utf-8"))["cells"]


def prose(page):
    return "".join("".join(one["source"]) for one in cells(page) if one["cell_type"] == "markdown")


def cited_on(page):
    """Return the citation keys of a page, and of the question pages that its sources point to."""
    text = prose(page)
    keys = set(re.findall(r"[\w-]+", " ".join(re.findall(r"\{cite:[pt]+\}`([^`]*)`", text))))
    sources = text.partition("## Sources")[2]
    return keys.union(*(cited_on(other) for other in re.findall(r"\[\]\((\w+)\)", sources)))


@pytest.mark.parametrize("page", QUESTIONS)
def test_every_study_whose_rows_a_page_rests_on_is_cited_or_linked_there(page):
    text, studies = prose(page), real().tables["studies"].set_index("study_id")
    cited = cited_on(page)
    linked = set(re.findall(r"\]\((?:\.\./studies/)([\w-]+)\)", text))
    rows = {row for one in read_results(notebook_path(f"questions/{page}")).results.values()
            for row in one.rows}  # fmt: skip
    used = {row.partition(".")[0] for row in rows} & set(studies.index)
    assert used
    for study in used - linked:
        assert cited & set(studies.loc[study, "publications"].split(";")), (page, study)


def test_no_trial_of_interferon_tested_a_checkpoint_inhibitor_as_the_first_page_says():
    arms = real().tables["arms"]
    text = (chapters_folder() / "index.md").read_text(encoding="utf-8")
    told = re.search(r"No trial of interferon-alfa .* checkpoint inhibitor; (\w+) trials", text)
    modern = set(arms[arms["treatment"].str.contains("|".join(CHECKPOINT))]["study_id"])
    given = set(arms[arms["treatment"].str.contains("IFN")]["study_id"])
    assert not modern & given
    assert {"five": 5}[told[1]] == len(modern)


@pytest.mark.parametrize("page", QUESTIONS)
def test_no_note_below_a_table_names_a_row_by_its_key(page):
    shown = [
        "".join(output.get("data", {}).get("text/html", ""))
        for cell in cells(page)
        for output in cell.get("outputs", [])
    ]
    notes = [
        note for html in shown for note in BeautifulSoup(html, "html.parser").select(".footnotes")
    ]
    assert notes
    for note in notes:
        assert not ROW_ID.search(note.get_text()), note.get_text()[:200]


def test_no_page_says_that_nothing_was_searched_once_a_search_of_a_database_is_recorded():
    told = [
        path.relative_to(chapters_folder()).as_posix()
        for path in sorted(chapters_folder().rglob("*"))
        if path.suffix in (".md", ".ipynb") and "database was searched" in path.read_text("utf-8")
    ]
    recorded = real().tables["searches"]
    assert bool(told) is recorded.empty, told


def test_the_dictionary_says_what_a_cell_holds_and_not_what_an_unfinished_one_lacks():
    for name in TABLES:
        assert TODO not in tabulate_dictionary(name).html, name
