"""Records are decided one by one, each decision with its reason and reader; ASReview both ways."""

import csv
import shlex
from datetime import date

import pytest

from evidence.figures.study_flow import draw_study_flow
from evidence.sources.data import load_evidence
from evidence.sources.problems import DataError
from evidence.tables.literature import count_records
from evidence.tables.trial_tables import count_studies
from evidence_book.commands.check import find_problems
from evidence_book.intake.candidates import read_screening, screening_path
from evidence_book.intake.intake import take_exports
from evidence_book.intake.screening import free_study_id
from tests.evidence_book.test_command_line import evidence
from tests.made_exports import write_exports


@pytest.fixture
def taken(project, tmp_path):
    """Return a copy of the project in which six exports were taken in."""
    paths = write_exports(tmp_path)
    take_exports(paths, database="", update="2026-11", today=date(2026, 11, 29), dry_run=False)
    return project


def screen(project, *words):
    return evidence("screen", *words, cwd=project)


def row(name):
    return next(one for one in read_screening() if one["candidate_id"] == name)


def test_what_waits_is_listed_with_a_link_and_the_next_command(taken):
    code, said = screen(taken)
    assert code == 0
    assert "C0002  A Group of European Urologists 2021  Interferon-alpha after" in said
    assert "https://doi.org/10.1000/made-up.1" in said
    assert "6 of 8 records wait; 2 included, 0 excluded" in said
    assert "next: evidence screen C0002 exclude" in said
    # Those that are decided are not listed.
    assert "C0001" not in said


def test_an_exclusion_is_recorded_with_reason_and_reader_and_passes_the_check(taken):
    code, said = screen(taken, "C0002", "exclude", "--reason", "other people", "--reader", "A. B.")
    assert code == 0
    assert "C0002: excluded by A. B." in said
    assert "5 wait; next: C0003" in said
    found = row("C0002")
    assert (found["decision"], found["reason"], found["reader"]) == (
        "exclude",
        "other people",
        "A. B.",
    )
    assert find_problems() == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["C0002", "exclude", "--reader", "me"],
         "--reason: expected why C0002 is left out, got none"),
        (["C0002", "include"], "--reader: expected who decides about C0002, got none"),
        (["C9999", "include", "--reader", "me"],
         "expected the id of a record (C0001 to C0008), got 'C9999'"),
        (["C0002", "perhaps", "--reader", "me"], "expected include or exclude, got 'perhaps'"),
        (["C0001", "exclude", "--reader", "me", "--reason", "x"],
         "C0001: expected a record that waits, got one with the decision include of evidence "
         "intake; --again replaces it"),
        (["C0002", "exclude", "--reader", "me", "--reason", "<b>x</b>"],
         "reason: expected plain text"),
    ],
)  # fmt: skip
def test_a_decision_that_cannot_stand_is_refused_and_nothing_changes(taken, words, message):
    before = screening_path().read_bytes()
    code, said = screen(taken, *words)
    assert code == 1
    assert message in said
    assert screening_path().read_bytes() == before


def test_a_decision_is_replaced_only_where_that_is_asked_for(taken):
    words = ["C0001", "exclude", "--reader", "me", "--reason", "wrong trial", "--again"]
    assert screen(taken, *words)[0] == 0
    assert row("C0001")["decision"] == "exclude"


def test_a_record_is_shown_with_all_that_is_known(taken):
    code, said = screen(taken, "c0002")
    assert code == 0
    assert "pmid: 90000001" in said
    assert "database: PubMed;Embase" in said


def test_an_included_record_begins_a_study_by_the_command_that_is_said(taken):
    _, said = screen(taken, "C0002", "include", "--reader", "me")
    (command,) = [line for line in said.splitlines() if line.startswith("evidence new study")]
    words = shlex.split(command)
    assert words[3] == "a-group-of-european-urologists-2021"
    code, said = evidence(*words[1:], cwd=taken)
    assert code == 0, said
    with (taken / "data" / "studies.csv").open(encoding="utf-8", newline="") as stream:
        *_, study = csv.DictReader(stream)
    assert study["title"] == row("C0002")["title"]
    entry = (taken / "data" / "references.bib").read_text().rpartition("@article")[2]
    known = row("C0002")
    assert f"  journal = {{{known['journal']}}},\n" in entry
    assert f"  pmid = {{{known['pmid']}}},\n" in entry
    assert ("doi = " in entry) == bool(known["doi"])
    # The next record of this author and year gets another id.

    assert free_study_id(row("C0002")) == "a-group-of-european-urologists-2021b"


def test_a_study_cannot_begin_from_a_record_that_is_not_there_or_from_nothing(taken):
    code, said = evidence("new", "study", "doe-2016", "--record", "C9999", cwd=taken)
    assert code == 1
    assert "expected the id of a record (C0001 to C0008), got 'C9999'" in said
    code, said = evidence("new", "study", "doe-2016", cwd=taken)
    assert code == 1
    assert "expected --title, or the --record that gives it, got neither" in said


@pytest.mark.parametrize(
    ("authors", "begin"),
    [("Pyrhönen et al.", "pyrhonen"), ("Иванов", "record-c0042"), ("O'Brien et al.", "o-brien"),
     ("de Souza", "de-souza"), ("", "record-c0042"), ("Łukaszewicz", "lukaszewicz")],
)  # fmt: skip
def test_the_id_of_a_study_is_made_of_the_first_author_in_plain_letters(project, authors, begin):

    row = {"candidate_id": "C0042", "authors": authors, "year": "2019"}
    assert free_study_id(row) == f"{begin}-2019"


def test_asreview_gets_titles_abstracts_and_labels_and_gives_labels_back(taken, tmp_path):
    table = tmp_path / "for-asreview.csv"
    screen(taken, "C0002", "exclude", "--reason", "other people", "--reader", "A. B.")
    again = [
        "--abstracts",
        str(tmp_path / "pubmed.nbib"),
        "--abstracts",
        str(tmp_path / "pubmed.xml"),
    ]
    code, said = screen(taken, "--asreview", str(table), *again)
    assert code == 0
    assert "8 records, 2 with their abstract" in said
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [one["included"] for one in rows] == [
        {"include": "1", "exclude": "0", "": ""}[one["decision"]] for one in read_screening()
    ]
    assert rows[0]["abstract"].startswith("BACKGROUND: Sorafenib has")
    # As ASReview 2 writes it: its own columns behind ours, ranked anew, labels as 1 and 0.
    labels = {"C0003": "1", "C0004": "0.0"}
    for one in rows:
        one["asreview_label"] = labels.get(one["candidate_id"], one["included"])
    with table.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(reversed(rows))
    code, said = screen(taken, "--labels", str(table), "--reader", "A. B.", "--reason", "by title")
    assert code == 0
    assert "2 decisions recorded" in said
    assert [row(name)["decision"] for name in labels] == ["include", "exclude"]
    assert row("C0004")["reason"] == "by title"
    assert row("C0002")["reason"] == "other people"
    assert find_problems() == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title,included\nx,1\n", "expected columns candidate_id and one of asreview_label"),
        ("candidate_id,included\nC0002,maybe\n", "included: expected 1, 0 or nothing, got maybe"),
        ("candidate_id,included\nC0002,1\nC0999,1\n", "expected the id of a record"),
        ("candidate_id,included\nC0003,1\nC0002,0\n", "--reason: expected why C0002 is left out"),
    ],
)
def test_labels_that_are_none_are_refused_and_no_decision_is_recorded(
    taken, tmp_path, text, message
):
    table = tmp_path / "labels.csv"
    table.write_text(text)
    before = screening_path().read_bytes()
    code, said = screen(taken, "--labels", str(table), "--reader", "me")
    assert code == 1
    assert message in said
    assert screening_path().read_bytes() == before


def test_a_table_that_was_edited_into_disorder_is_named_by_line_and_column(taken):
    path = screening_path()
    path.write_text(path.read_text().replace(",2026-11-29,", ",29 November,", 1))
    with pytest.raises(DataError, match=r"data/screening.csv:2 taken_in: expected a day such as"):
        read_screening()


def test_without_records_nothing_waits(project):
    code, said = screen(project)
    assert code == 0
    assert "0 of 0 records wait" in said


def test_decisions_feed_the_flow_with_a_column_for_each_update(taken, tmp_path):
    screen(taken, "C0002", "exclude", "--reason", "other people", "--reader", "A. B.")
    later = tmp_path / "later.ris"
    later.write_text("TY  - JOUR\nTI  - Of a later year\nDB  - Embase\nER  - \n")
    take_exports([later], database="", update="2027-05", today=date(2027, 5, 2), dry_run=False)
    evidence = load_evidence()
    first, second = count_records(evidence).values()
    # Six exports hold 13 records of 8 publications and registrations.
    assert first.databases == {
        "PubMed": 4, "Embase": 3, "CENTRAL": 2, "Scopus": 2, "ClinicalTrials.gov": 2,
    }  # fmt: skip
    assert (first.screened, first.duplicates) == (8, 5)
    assert (first.included, first.excluded, first.waiting) == (2, 1, 5)
    assert (second.screened, second.duplicates, second.waiting) == (1, 0, 1)
    drawn = draw_study_flow(count_studies(evidence), count_records(evidence))
    assert "Update 2026-11: records of PubMed 4" in drawn.alt
    assert "Update 2027-05: records of Embase 1" in drawn.alt
    assert "a column for each update" in drawn.caption
    assert drawn.data.set_index("step").loc["update 2026-11: left out", "studies"] == 1


def test_without_an_update_the_flow_says_that_no_database_was_searched(project):
    evidence = load_evidence()
    drawn = draw_study_flow(count_studies(evidence), count_records(evidence))
    assert "No database was searched" in drawn.caption
    assert "Update" not in drawn.alt
