"""The tables of the project are in order, and every way to break one is said in words."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from evidence.sources.consistency import RULES
from evidence.sources.csv_tables import read_table
from evidence.sources.data import load_evidence, narrow_to_study
from evidence.sources.datapackage import check_package
from evidence.sources.problems import DataError
from evidence.sources.schema import TABLES

BAD = Path(__file__).parents[1] / "bad_data"
FAULTS = sorted(
    folder.name for folder in BAD.iterdir() if folder.is_dir() and folder.name != "valid"
)


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


def test_the_tables_of_the_project_break_no_rule(evidence):
    assert set(evidence.tables) == set(TABLES)


def test_the_valid_example_is_valid():
    assert len(load_evidence(BAD / "valid").tables["studies"]) == 2


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_table_is_named_with_file_line_column_expected_and_given(fault, tmp_path):
    shutil.copytree(BAD / "valid", tmp_path / "data")
    shutil.copytree(BAD / fault, tmp_path / "data", dirs_exist_ok=True)
    with pytest.raises(DataError) as caught:
        load_evidence(tmp_path / "data")
    assert str(caught.value) == (BAD / fault / "expected.txt").read_text().rstrip("\n")


def test_every_rule_across_tables_has_a_broken_table():
    assert {rule.__name__.lstrip("_") for rule in RULES} <= set(FAULTS)


@pytest.mark.parametrize("name", ["outcomes.csv", "references.bib"])
def test_a_missing_file_is_named(name, tmp_path):
    shutil.copytree(BAD / "valid", tmp_path / "data")
    (tmp_path / "data" / name).unlink()
    with pytest.raises(DataError, match=f"data/{name}: expected a file of this name, got none"):
        load_evidence(tmp_path / "data")


def test_an_empty_file_is_named(tmp_path):
    (tmp_path / "outcomes.csv").write_text("")
    with pytest.raises(DataError, match="expected a header line"):
        read_table(tmp_path / "outcomes.csv")


def test_every_fact_is_reached_by_its_id_and_names_source_place_and_reading(evidence):
    assert len(evidence.rows) > 250
    for row_id, row in evidence.rows.items():
        assert row["source_key"] in evidence.bibliography, row_id
        assert row["locator"], row_id
        assert row["read_at"], row_id


def test_no_row_was_recalled(evidence):
    for name in ("studies", "arms", "outcomes", "characteristics", "biomarkers"):
        assert set(evidence.tables[name]["status"]) <= {"source", "verified", "derived"}


def test_an_unknown_row_or_study_is_an_error_that_names_it(evidence):
    with pytest.raises(KeyError, match=r"jonasch-2010\.nothing"):
        evidence.row("jonasch-2010.nothing")
    with pytest.raises(KeyError, match="expected one of the studies"):
        evidence.study("nobody-2001")


def test_the_eight_studies_of_the_three_documents_have_chapters(evidence):
    studies = evidence.tables["studies"]
    chapters = set(studies.loc[studies["chapter"] == "yes", "study_id"])
    assert {
        "jonasch-2010",
        "hinyokika-kiyo-2009",
        "escudier-2007-phase1",
        "ryan-2007",
        "gollob-2007",
        "escudier-2007-target",
        "sternberg-2010",
        "escudier-2009",
    } <= chapters


def test_days_are_read_as_months(evidence):
    # PDQ summary, sorafenib paragraph: 167 days; 30.4375 days are a month.
    assert evidence.estimate(
        "escudier-2007-target.pfs.median.sorafenib.pdq"
    ).value == pytest.approx(167 / 30.4375)


def test_a_median_not_reached_is_no_number(evidence):
    assert evidence.estimate("jonasch-2010.os.median.sorafenib") is None
    assert evidence.printed("jonasch-2010.os.median.sorafenib") == "not reached"


def test_a_row_read_outside_the_three_documents_is_external(evidence):
    assert not evidence.is_external("jonasch-2010.orr.percent.sorafenib")
    assert evidence.is_external("eto-2015.orr.percent.sorafenib_ifn")


def test_narrowing_keeps_only_the_rows_of_a_study(evidence):
    narrowed = narrow_to_study(evidence.tables, "ryan-2007")
    assert set(narrowed["outcomes"]["study_id"]) == {"ryan-2007"}
    assert "excluded" not in narrowed


def test_the_data_package_describes_the_schema():
    assert check_package() == []


def test_the_digest_changes_with_a_cell_and_only_then(evidence):
    again = load_evidence()
    assert again.digest() == evidence.digest()
    again.tables["outcomes"].loc[0, "note"] = "changed"
    assert again.digest() != evidence.digest()


def test_a_row_is_described_with_the_arms_of_its_own_study(evidence):
    words = {row_id: evidence.describe(row) for row_id, row in evidence.rows.items()
             if row.name != "arms"}  # fmt: skip
    assert words["jonasch-2010.orr.percent.sorafenib"] == "Objective response, Sorafenib"
    assert words["jonasch-2010.orr.percent.sorafenib_ifn"].endswith("low-dose interferon")


def test_what_one_asks_is_not_changed_by_what_another_did_with_the_same_answer():
    evidence = load_evidence()
    first = evidence.where("arms", study_id="jonasch-2010")
    before = first.copy()
    whole, column = first.copy(), first["label"]
    whole.loc[:, "arm"] = "changed"
    column.loc[:] = "changed"
    pd.testing.assert_frame_equal(evidence.where("arms", study_id="jonasch-2010").copy(), before)
    assert evidence.values("arms", "arm", study_id="jonasch-2010") == [
        (arm,) for arm in before["arm"]
    ]
