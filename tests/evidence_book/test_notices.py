"""A retraction is seen on every page that rests on it; a search older than promised is named."""

import json
import shutil
from datetime import date, timedelta

import pytest

from evidence.record.results import RESULT_MIME
from evidence.sources.bibliography import read_bibliography
from evidence.sources.book import read_book
from evidence.sources.data import Evidence, load_evidence
from evidence.sources.data_files import read_tables
from evidence.sources.problems import DataError
from evidence.tables.literature import tabulate_searches
from evidence_book.rendering.build import render
from evidence_book.rendering.rendering import _READ_PAGE_BY_PAGE
from evidence_book.reports.notices import notice_lines, read_notices, resting_on
from tests.evidence_book.test_command_line import evidence
from tests.parsed_pages import parse
from tests.small_book import ROOT, make_book

HEAD = "source_key,kind,noticed_on,identifier,note\n"
# Made up; the trial of Ryan 2007 was not retracted.
RETRACTED = "ryan2007,retracted,2026-01-02,10.1000/made-up,Made up for a test.\n"
CORRECTED = "escudier2007target,corrected,2025-01-02,90000009,\n"
SEARCHES = "search,database,query,last_run,hits,promise_days,note\n"


def rest_on(path, row_id):
    """Have the one number of a notebook rest on a data row."""
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            for result in output["data"].get(RESULT_MIME, {}).get("results", []):
                result["rows"] = [row_id]
    path.write_text(json.dumps(notebook))


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Return the pages of a small book in which one publication was retracted."""
    book = make_book(tmp_path_factory.mktemp("notices") / "book")
    (book / "data" / "notices.csv").write_text(HEAD + CORRECTED + RETRACTED)
    rest_on(book / "chapters" / "questions" / "one.ipynb", "ryan-2007.orr.percent.sorafenib_ifn")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVIDENCE_ROOT", str(book))
        shutil.rmtree(book / "data" / "released", ignore_errors=True)
        render(book, book / "built")
    return book / "built" / "_build" / "html" / "chapters"


@pytest.mark.parametrize("page", ["questions/one", "index"])
def test_a_retraction_stands_at_the_head_of_a_page_that_records_or_cites_its_numbers(pages, page):
    html = parse(pages / f"{page}.html")
    (notice,) = html.select(".admonition.notice")
    words = " ".join(notice.get_text(" ").split())
    assert words.startswith("Retracted This page rests on a publication that has been retracted")
    assert "(2026-01-02): Ryan et al. 2007" in words
    assert "Made up for a test." in words
    assert notice.find("a")["href"] == "https://doi.org/10.1000/made-up"
    # It comes before anything that the page says.
    assert notice.find_previous_sibling().name == "h1"


@pytest.mark.parametrize("page", ["methods/two", "appendix/terms"])
def test_a_page_that_rests_on_other_publications_shows_none(pages, page):
    assert parse(pages / f"{page}.html").select(".notice") == []


def test_a_change_of_the_notices_renders_every_page_anew():
    assert not _READ_PAGE_BY_PAGE.fullmatch("data/notices.csv")
    assert _READ_PAGE_BY_PAGE.fullmatch("data/outcomes.csv")


def test_check_names_notices_and_the_pages_that_rest_on_them(project):
    (project / "data" / "notices.csv").write_text(HEAD + CORRECTED + RETRACTED)
    retracted, corrected = notice_lines(project)
    assert retracted.startswith(
        "data/notices.csv: Ryan et al. 2007 has been retracted (2026-01-02), 10.1000/made-up; "
        "on it rest: "
    )
    assert "studies/ryan-2007" in retracted
    assert "questions/combination_vs_monotherapy" in retracted
    assert "studies/rini-2011" not in retracted
    assert "has been corrected" in corrected
    evidence("datapackage", cwd=project)
    code, said = evidence("check", cwd=project)
    assert code == 0
    assert f"warning: {retracted}" in said
    assert "are in order" in said


def test_a_number_that_a_review_gives_of_a_trial_rests_on_the_trial_too():
    sources = resting_on(ROOT / "data")
    # TARGET as the PDQ summary has it.
    row = sources["escudier-2007-target.pfs.median.sorafenib.pdq"]
    assert {"pdq2014", "escudier2007target"} <= row


def test_a_notice_about_no_publication_of_the_book_is_refused(project):
    (project / "data" / "notices.csv").write_text(
        HEAD + RETRACTED.replace("ryan2007", "nobody2001")
    )
    with pytest.raises(DataError, match=r"notices.csv:2 source_key: expected a key of references"):
        load_evidence()


def test_without_notices_there_are_none(project):
    assert read_notices(project / "data") == []
    assert notice_lines(project) == []


def searched(folder, *lines):
    text = SEARCHES + "".join(f"{line}\n" for line in lines)
    (folder / "data" / "searches.csv").write_text(text)
    data = folder / "data"
    return Evidence(read_tables(data), read_bibliography(data / "references.bib"))


def test_a_page_gives_the_age_of_a_search_on_the_day_to_which_the_book_is_current(project):
    lines = ("main,PubMed,a AND b,2026-01-01,412,180,", "other,Embase,a,2026-06-30,9,,")
    table = tabulate_searches(searched(project, *lines))
    assert list(table.data["Age"]) == ["180 days", "0 days"]
    assert "on 2026-06-30" in table.html
    book = project / "book.yml"
    book.write_text(book.read_text() + '\ncurrent_to: "2026-07-01"\n')
    table = tabulate_searches(searched(project, *lines))
    assert list(table.data["Age"]) == ["181 days: overdue", "1 day"]


def test_a_book_without_searches_says_so(project):
    assert "none is recorded" in tabulate_searches(searched(project)).html


def test_a_day_that_is_none_is_refused_in_book_yml(project):
    book = project / "book.yml"
    book.write_text(book.read_text() + '\ncurrent_to: "2026-02-31"\n')
    with pytest.raises(DataError, match=r"book.yml current_to"):
        read_book()


def test_check_and_status_warn_of_a_search_that_is_older_today_than_promised(project):
    today = date.today()
    late, timely = (today - timedelta(days=days) for days in (31, 30))
    searched(project, f"late,PubMed,a,{late},1,30,", f"timely,Embase,a,{timely},1,30,")
    evidence("datapackage", cwd=project)
    warning = (
        f"warning: data/searches.csv: late (PubMed) was last run on {late}, 31 days ago; it is to "
        "be run every 30 days"
    )
    for command in ("check", "status"):
        code, said = evidence(command, cwd=project)
        assert code == 0
        assert warning in said
        assert "timely" not in said
