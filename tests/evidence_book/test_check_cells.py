"""Single cells: what there cannot be is refused with its place, what papers print is not."""

import os
import shutil
import socket
from pathlib import Path

import pytest

from evidence.sources.consistency import check_tables
from evidence.sources.csv_tables import read_table
from evidence.sources.data import load_evidence
from evidence.sources.problems import DataError
from evidence_book.runs.study_chapters import check_study_chapters
from evidence_book.runs.variant import read_parameters
from tests.audit_tables import OWN_SOURCE, TRIAL, fact, with_facts
from tests.page_cells import real, tables_with

VALID = Path(__file__).parents[1] / "bad_data" / "valid"
PFS = "jonasch-2010.pfs.median.sorafenib"
ORR = "jonasch-2010.orr.percent.sorafenib_ifn"
MARKER = "jonasch-2010.os.hazard_ratio.pakt"
ARM = "gollob-2007.sorafenib_ifn"
TARGET_HR = "escudier-2007-target.pfs.hazard_ratio.sorafenib_v_placebo"
TARGET_P = "escudier-2007-target.pr.p_value.sorafenib_v_placebo"


def problems(row, **cells):
    """Return what is wrong after cells of one row are changed, in its study and one other."""
    table, position = next(
        (name, list(t.iloc[:, 0]).index(row))
        for name, t in real().tables.items()
        if row in set(t.iloc[:, 0])
    )
    changed = tables_with({(table, position, column): text for column, text in cells.items()})
    few = {name: of_studies(t, {row.partition(".")[0], TRIAL}) for name, t in changed.items()}
    return [str(one) for one in check_tables(few, real().bibliography)]


def of_studies(table, studies):
    """Return the rows of some studies; of tables about several, none."""
    if "study_id" not in table:
        return table.iloc[:0]
    return table[table["study_id"].isin(studies)].reset_index(drop=True)


@pytest.mark.parametrize(
    ("row", "cells", "said"),
    [
        # A P value is a probability, whichever column prints it.
        (TARGET_P, {"value_reported": "5"}, "value_reported: expected the P value of the row"),
        (TARGET_P, {"value_reported": "-0.5", "p_reported": "-0.5"}, "a P value from 0 to 1"),
        (MARKER, {"p_reported": "0"}, "a P value above 0"),
        (MARKER, {"p_reported": "<.000"}, "a P value above 0"),
        (MARKER, {"p_reported": "<0"}, "a P value above 0"),
        (MARKER, {"p_reported": ">1"}, "a bound on P that says something"),
        (MARKER, {"p_reported": "<1"}, "a bound on P that says something"),
        # Patients are whole, and no more than there are.
        ("jonasch-2010.enrolled.count.all", {"value_reported": "12.5"}, "a whole number of"),
        ("jonasch-2010.enrolled.count.all", {"value_reported": "-3"}, "a whole number of"),
        ("jonasch-2010.enrolled.count.all", {"value_reported": ".0013"}, "a whole number of"),
        ("rini-2008.deaths.count.all", {"value_reported": "5880"}, "at most n = 732"),
        ("rini-2008.deaths.count.all", {"value_reported": "12"}, "of the column events"),
        ("niwakawa-2012.dlt.count.sorafenib_ifn", {"n": "180"}, "at most the 18 patients"),
        ("gollob-2007.orr.percent.sorafenib_ifn", {"n": "100000", "events": ""}, "at most the 40"),
        # Shares lie between nothing and all.
        (ORR, {"value_reported": "-19", "ci_low_reported": "", "ci_high_reported": "",
               "ci_kind": "", "ci_level": ""}, "0 to 100 per cent"),
        # A row is what its id says.
        (PFS, {"outcome": "os"}, "an id that begins with jonasch-2010.os.median.sorafenib"),
        (PFS, {"statistic": "duration"}, "an id that begins with jonasch-2010.pfs.duration"),
        (PFS, {"arm": "sorafenib_ifn"}, "jonasch-2010.pfs.median.sorafenib_ifn"),
        # Ratios and doses that nobody prints.
        (TARGET_HR, {"value_reported": "0.000000000001", "ci_low_reported": "0.000000000001",
                     "ci_high_reported": "999999999999"}, "a ratio from 0.001 to 1000"),
        (TARGET_HR, {"value_reported": "1", "ci_low_reported": "1", "ci_high_reported": "1"},
         "ci_high_reported: expected limits that differ"),
        (ARM, {"ifn_weekly_mu": "999999999999", "ifn_mu_per_dose": ""}, "a number up to 700"),
        (ARM, {"sorafenib_mg_day": "8000"}, "a number up to 5000"),
        (ARM, {"ifn_doses_per_week": "003"}, "a number up to 28"),
        ("escudier-2007-target", {"n_total": "0903"}, "without leading zeros"),
        (PFS, {"value_reported": "07.39"}, "expected a number, a bound"),
        # Units decide what a number is.
        (ORR, {"unit": "Percent"}, "unit: expected one of"),
        (ORR, {"unit": "%"}, "unit: expected one of"),
        (ORR, {"unit": "ratio"}, "a unit of percent of orr: percent"),
        (PFS, {"unit": "Months"}, "unit: expected one of"),
        (PFS, {"unit": "month"}, "unit: expected one of"),
        (PFS, {"unit": "patients"}, "a unit of median of pfs: months or weeks or days or years"),
        (PFS, {"unit": "cycles"}, "a unit of median of pfs"),
        (TARGET_HR, {"unit": "NaN"}, "unit: expected one of"),
        ("jonasch-2010.enrolled.count.all", {"unit": "inf"}, "unit: expected one of"),
        (PFS, {"value_reported": "739", "ci_high_reported": "920"}, "at most 600 months"),
        # Levels of confidence.
        (PFS, {"ci_level": "50"}, "a level between 50 and 100"),
        (PFS, {"ci_level": "100"}, "a level between 50 and 100"),
        (PFS, {"ci_level": "0.95"}, "a level between 50 and 100"),
        ("jonasch-2010.follow_up.median.all", {"ci_level": "95"}, "of a confidence interval"),
        # Studies.
        ("ryan-2007", {"short_name": "Jonasch 2010"}, "short_name: expected a name used once"),
        ("negrier-2007", {"n_total": "152"}, "expected at most the 152 patients of negrier-2007"),
        ("negrier-1998", {"n_total": ""}, "the 425 of the row negrier-1998.randomized.count.all"),
        ("ryan-2007", {"publications": ""}, "publications: expected a value"),
        # Letters that are not what they look like.
        ("ryan-2007", {"title": "\u0421hemotherapy"}, "letters of one alphabet in a word"),
        ("ryan-2007", {"title": "a" + "\u0301" * 20}, "no marks that stand on other signs"),
        # A row without a value says nothing, whatever its limits say.
        (PFS, {"value_reported": ""}, "not significant; where nothing was found there is no row"),
        (TARGET_HR, {"value_reported": ""}, "value_reported: expected a number, a bound such as"),
        (MARKER, {"value_reported": ""}, "value_reported: expected a number, a bound such as"),
        ("jonasch-2010.age.median.sorafenib", {"value_reported": ""}, "there is no row"),
        # "not significant" is said of P values only.
        (PFS, {"value_reported": "not significant"}, "value_reported: expected a number"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_is_refused_with_file_line_and_column(row, cells, said):
    found = problems(row, **cells)
    assert any(said in one for one in found), found
    assert all(one.startswith("data/") and ".csv:" in one for one in found)


@pytest.mark.parametrize(
    ("column", "text"),
    [("judgement", "lwo"), ("judgement", "LOW"), ("judgement", "null"), ("judgement", "NaN"),
     ("judgement", "moderate"), ("tool", "0"), ("tool", "../../etc/passwd"), ("domain", "inf")],
)  # fmt: skip
def test_an_appraisal_is_in_the_words_of_its_tool(column, text):
    changed = tables_with({("appraisals", 0, column): text})
    (found,) = check_tables(changed, real().bibliography)
    assert (found.file, found.line, found.column) == ("data/appraisals.csv", 2, column)
    assert found.expected.startswith("one of ")


HR = f"{TRIAL}.pfs.hazard_ratio.sorafenib_ifn_v_sorafenib"
MEDIAN = f"{TRIAL}.pfs.median.sorafenib"


@pytest.mark.parametrize(
    "row",
    [
        fact(HR, "0.08", "0.00", "1.40"),
        fact(HR, "0.63", "0.44", "0.89", "<0.0001", ci_level="99.8"),
        fact(HR, "0.63", "0.44", "0.89", "not significant"),
        fact(HR, "0.63", "0.44", "0.89", "not reported"),
        fact(HR, "0.63", "0.44", "0.89", "0.000"),
        fact(HR, "0.63", "0.44", "not reached", ".04"),
        fact(HR, "0.63", "<0.01", ">10"),
        fact(HR.replace("hazard_ratio", "p_value"), "not significant", p="not significant"),
        fact(MEDIAN, "1.8", "1.8", "1.8"),
        fact(MEDIAN, "1.2", "0.0", "2.9", ci_level="97.5"),
        fact(MEDIAN, "2.25", "1.5", "3.1", unit="years"),
        fact(MEDIAN.replace("pfs", "follow_up"), "5.2", unit="years"),
        fact(MEDIAN.replace("pfs.median", "orr.percent"), "<1"),
        fact(MEDIAN.replace("pfs.median", "orr.percent"), "0", "0.0", "8.8"),
        fact(MEDIAN.replace("pfs.median", "ae_rash.percent"), "30", "20", ""),
        fact(MEDIAN.replace("pfs.median", "change_of_size.percent"), "-19"),
    ],
)
def test_what_papers_print_is_taken_as_printed(row):
    tables = dict(with_facts({**row, "n": ""}).tables)
    assert row["source_key"] == OWN_SOURCE[TRIAL]
    assert check_tables(tables, load_evidence(VALID).bibliography) == []


def test_a_ratio_per_small_unit_of_a_marker_may_have_no_width():
    one = "1.00"
    assert problems(MARKER, value_reported=one, ci_low_reported=one, ci_high_reported=one) == []


@pytest.mark.parametrize(
    ("given", "hint"),
    [("46\u00b75", "write 46.5"), ("5,52", "write 5.52"), ("30%", "write 30"),
     ("NR", "write not reached or not reported"), ("NS", "write not significant")],
)  # fmt: skip
def test_how_a_printed_number_is_written_here_is_said(given, hint):
    (found,) = problems(PFS, value_reported=given)
    assert hint in found
    assert "a bound such as <1 or >12" in found


def test_greek_letters_and_accents_are_letters():
    assert problems("ryan-2007", title="Interferon-\u03b1 and TGF\u03b2, Pyrh\u00f6nen") == []


@pytest.mark.parametrize("name", ["outcomes.csv", "references.bib"])
@pytest.mark.parametrize(
    ("make", "given"),
    [(os.mkdir, "a folder"), (os.mkfifo, "a pipe or device")],
)
def test_a_folder_or_pipe_in_place_of_a_file_is_said(tmp_path, name, make, given):
    shutil.copytree(VALID, tmp_path / "data")
    (tmp_path / "data" / name).unlink()
    make(tmp_path / "data" / name)
    with pytest.raises(DataError, match=f"data/{name}: expected a file, got {given}"):
        load_evidence(tmp_path / "data")


def test_a_socket_in_place_of_a_table_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("arms.csv")
        with pytest.raises(DataError, match="expected a file, got a pipe or device"):
            read_table(tmp_path / "arms.csv")


def test_ten_thousand_letters_are_no_cell(tmp_path):
    (tmp_path / "arms.csv").write_text("a,b\nx," + "y" * 10_000 + "\n")
    with pytest.raises(DataError, match="cells of at most 2000 characters, got one of 10000"):
        read_table(tmp_path / "arms.csv")


@pytest.mark.parametrize("text", ["", "# nothing is set\n", "---\n"])
def test_an_empty_file_of_parameters_sets_nothing(tmp_path, text):
    file = tmp_path / "empty.yml"
    file.write_text(text)
    assert read_parameters(["level=0.9"], file) == {"level": 0.9}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [("yes", "no", "yes, for there is chapters/studies/ryan-2007.ipynb"),
     ("no", "yes", "no, or a chapter chapters/studies/motzer-2013.ipynb")],
)  # fmt: skip
def test_whether_a_study_has_a_chapter_is_seen(project, before, after, expected):
    study = "ryan-2007" if before == "yes" else "motzer-2013"
    path = project / "data" / "studies.csv"
    lines = path.read_text().splitlines(keepends=True)
    changed = [
        line.replace(f",{before},", f",{after},") if line.startswith(f"{study},") else line
        for line in lines
    ]
    assert lines != changed
    path.write_text("".join(changed))
    (found,) = check_study_chapters()
    assert (found.file, found.column, found.expected) == ("data/studies.csv", "chapter", expected)
