"""The public cohort: its file is refused where it is another, its aggregates show nobody."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import CoxPHFitter
from lifelines.statistics import multivariate_logrank_test

from evidence.cohorts import checks, curves, models
from evidence.cohorts.aggregates import aggregate, table_text
from evidence.cohorts.curves import hide_small
from evidence.cohorts.design import SCALES, read_cohort
from evidence.cohorts.patients import check_patients, read_patients
from evidence.cohorts.reading import cohort_files, read_aggregate
from evidence.cohorts.rtcga import join_files, read_rda
from evidence.cohorts.tables import FEW, HIDDEN, TABLES
from evidence.files.paths import notebook_path
from evidence.record.results import read_results
from evidence.record.validation import ParameterError, validate
from evidence.sources.data import load_evidence
from evidence.sources.problems import DataError
from evidence_stats.cohorts.scales import per_sd
from evidence_stats.estimates import Estimate, NotEstimable
from mrcc.tcga_kirc import analysis
from mrcc.tcga_kirc.parameters import TcgaKirc
from tests.made_cohort import MARKERS, made_cells, made_design
from tests.tolerance import near

ROOT = Path(__file__).resolve().parents[2]
COHORT = "tcga_kirc"
# A barcode of a patient of the public cohort.
BARCODE = re.compile(rb"TCGA-[A-Z0-9]{2}-[A-Z0-9]{4}\b")


@pytest.fixture(scope="module")
def cells():
    return made_cells()


@pytest.fixture(scope="module")
def patients(cells):
    return check_patients(cells, "made.csv", made_design())


def refused(cells, design):
    with pytest.raises(DataError) as caught:
        check_patients(cells, "made.csv", design)
    return [str(problem) for problem in caught.value.problems]


def test_the_whole_file_is_taken(cells):
    read = check_patients(cells, "made.csv", made_design(cells))
    assert len(read.table) == len(cells)
    assert len(read.studied) == (cells["pten"] != "").sum()


def test_a_shortened_file_is_refused_by_its_count(cells):
    said = refused(cells.iloc[:-1].reset_index(drop=True), made_design(cells))
    assert "made.csv: expected 260 patients, as in the snapshot, got 259" in said


def test_a_file_in_another_order_is_refused_at_its_row(cells):
    moved = cells.iloc[[1, 0, *range(2, len(cells))]].reset_index(drop=True)
    assert refused(moved, made_design(cells)) == [
        "made.csv:3 patient: expected patients in the order of their names, got an earlier one"
    ]


def test_a_patient_who_stands_twice_is_refused_at_its_row(cells):
    twice = pd.concat([cells.iloc[:5], cells.iloc[4:]], ignore_index=True)
    assert refused(twice, made_design(cells)) == [
        "made.csv:7 patient: expected each patient once, got that of line 6 again"
    ]


def test_a_file_of_other_patients_is_refused(cells):
    foreign = cells.assign(patient=[f"X{number:05d}" for number in range(len(cells))])
    said = refused(foreign, made_design(cells))
    assert said[0].startswith("made.csv:2 patient: expected a patient of the form MADE-")
    assert len(said) == len(cells)


def test_a_changed_cell_is_refused_by_its_column(cells):
    changed = cells.copy()
    changed.loc[3, "s6"] = "0.123"
    said = refused(changed, made_design(cells))
    assert len(said) == 1
    assert said[0].startswith("made.csv s6: expected the column of the snapshot (fingerprint ")


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("death", "2", 'made.csv:5 death: expected 0 or 1, got "2"'),
        ("death", "", "made.csv:5 death: expected 0 or 1, got nothing"),
        ("follow_up_days", "-3", 'made.csv:5 follow_up_days: expected a number from 0 to 20000, '
         'got "-3"'),
        ("follow_up_days", "soon", 'made.csv:5 follow_up_days: expected a number from 0 to 20000, '
         'got "soon"'),
        ("age_years", "700", 'made.csv:5 age_years: expected a number from 0 to 120, or nothing, '
         'got "700"'),
        ("pten", "1e9", 'made.csv:5 pten: expected a number from -50 to 50, or nothing, got "1e9"'),
        ("pten", "", "made.csv:5: expected all markers of a patient, or none, got 1 of 3 empty"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_is_refused_at_its_row_and_column(cells, column, cell, expected):
    odd = cells.copy()
    odd.loc[3, list(MARKERS)] = ["0.1", "0.2", "0.3"]
    odd.loc[3, column] = cell
    assert expected in refused(odd, made_design())


def test_all_problems_are_said_together(cells):
    odd = cells.copy()
    odd.loc[3, "death"] = "7"
    odd.loc[8, "follow_up_days"] = "x"
    assert len(refused(odd, made_design())) == 2


def test_a_missing_column_is_named(cells):
    said = refused(cells.drop(columns="stage"), made_design())
    assert said == ["made.csv:1 stage: expected a column stage, got no such column among 11"]


def test_a_column_of_another_vocabulary_is_refused(cells):
    said = refused(cells.assign(stage="T2"), made_design())
    assert said == ['made.csv:2 stage: expected one of I, II, III, IV in some row, got "T2"']


def test_a_file_that_is_not_there_says_where_it_is_to_be_had(tmp_path):
    with pytest.raises(DataError, match="RTCGA"):
        read_patients(tmp_path / "none.csv", read_cohort(COHORT))


def test_an_r_file_without_its_reader_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "rdata", None)
    with pytest.raises(DataError, match=r"pip install -e '.\[cohort\]'"):
        read_rda(tmp_path / "x.rda")


def as_frames(cells):
    """Return the two data frames of the R packages that these cells would come from."""
    number = pd.to_numeric
    died = cells["death"] == "1"
    clinical = pd.DataFrame(
        {
            "patient.bcr_patient_barcode": cells["patient"].str.lower(),
            "patient.gender": cells["sex"],
            "patient.age_at_initial_pathologic_diagnosis": cells["age_years"],
            "patient.stage_event.pathologic_stage": "stage " + cells["stage"].str.lower(),
            "patient.neoplasm_histologic_grade": cells["grade"].str.lower(),
            "patient.stage_event.tnm_categories.pathologic_categories.pathologic_m": cells["m"],
            # An older form says less than a later one, and the last form has the death.
            "patient.days_to_last_followup": "3",
            "patient.follow_ups.follow_up.days_to_last_followup": cells["follow_up_days"],
            "patient.days_to_death": None,
            "patient.follow_ups.follow_up-2.days_to_death": cells["follow_up_days"].where(died),
            "patient.drugs.drug.drug_name": cells["drugs"].where(cells["drugs"] != ""),
        }
    )
    measured = cells["pten"] != ""
    proteins = pd.DataFrame(
        {
            "bcr_patient_barcode": cells["patient"] + "-01A-21",
            "Akt_pS473": number(cells["akt_ps473"]),
            "PTEN": number(cells["pten"]),
            "S6": number(cells["s6"]),
        }
    )[measured]
    # Neither package has the order of ours.
    return {
        "clinical.rda": clinical.iloc[::-1],
        "proteins.rda": proteins.sample(frac=1, random_state=1),
    }


def test_the_two_files_of_the_r_packages_give_the_table_of_one_file(cells):
    joined = join_files(as_frames(cells), made_design())
    read = check_patients(joined, "two files", made_design(cells))
    assert read.digest == check_patients(cells, "made.csv", made_design()).digest


def test_two_arrays_of_one_patient_are_refused(cells):
    frames = as_frames(cells)
    frames["proteins.rda"] = pd.concat([frames["proteins.rda"], frames["proteins.rda"].iloc[:1]])
    with pytest.raises(
        DataError, match=r"proteins.rda:\d+ bcr_patient_barcode: expected one array"
    ):
        join_files(frames, made_design())


def test_one_file_of_the_two_is_refused(cells):
    frames = {"clinical.rda": as_frames(cells)["clinical.rda"]}
    with pytest.raises(DataError, match="one file of proteins"):
        join_files(frames, made_design())


@pytest.mark.parametrize("population", ["all", "stage_3_4", "metastatic"])
def test_models_of_the_cohort_are_those_of_lifelines(patients, population):
    told = {row["row_id"]: row for row in models.model_rows(patients, "pten")}
    studied = patients.studied
    inside = patients.within(population)
    x = per_sd(studied["pten"])
    high = (studied["pten"] > studied["pten"].median()).astype(float)
    for scale, marker in (("per_sd", x), ("median", high)):
        own = pd.DataFrame({"x": marker, "months": studied["months"], "death": studied["death"]})
        own["stage"], own["age"] = studied["stage"], studied["age_years"] / 10
        own["male"] = (studied["sex"] == "male").astype(float)
        options = {"fit_options": {"precision": 1e-11}}
        for adjustment, columns, strata in (
            ("none", [], None), ("age_sex", ["age", "male"], None), ("stratified", [], "stage"),
        ):  # fmt: skip
            kept = own[inside][["months", "death", "x", *columns, *([strata] if strata else [])]]
            theirs = CoxPHFitter().fit(kept, "months", "death", strata=strata, **options)
            ours = told[f"tcga-kirc.pten.{population}.{adjustment}.{scale}"]
            assert ours["log_hr"] == near(theirs.params_["x"])
            assert ours["se"] == near(theirs.standard_errors_["x"], "se")
            assert (ours["n"], ours["events"]) == (len(kept), kept["death"].sum())


def test_groups_are_tested_as_by_lifelines(patients):
    rows = [row for name, row in curves.group_rows(patients, "s6") if name == "groups"]
    thirds = [row for row in rows if (row["scale"], row["population"]) == ("tertiles", "all")]
    values = patients.studied["s6"]
    group = np.searchsorted(np.quantile(values, [1 / 3, 2 / 3]), values)
    test = multivariate_logrank_test(patients.studied["months"], group, patients.studied["death"])
    assert [row["n"] for row in thirds] == np.bincount(group).tolist()
    assert thirds[0]["logrank_p"] == near(float(test.p_value), "p")


@pytest.mark.everywhere
def test_the_aggregates_are_the_same_bytes_again_and_with_other_workers(patients):
    design = patients.design
    texts = [
        {name: table_text(name, rows, design) for name, rows in made.items()}
        for made in (aggregate(patients, [0.04], workers=1), aggregate(patients, [0.04], workers=2))
    ]
    assert texts[0] == texts[1]
    for name, text in texts[0].items():
        assert text.count("\n") > 1, f"{name} has no row"
        assert "MADE-" not in text


def test_every_model_is_a_row(patients):
    rows = list(models.model_rows(patients, "pten"))
    design = patients.design
    assert len(rows) == len(SCALES) * len(design.populations) * len(design.adjustments)
    assert len({row["row_id"] for row in rows}) == len(rows)
    assert all(("log_hr" in row) != ("reason" in row) for row in rows)


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 40), min_size=1))
def test_no_hidden_count_follows_from_the_others(counted):
    shown = hide_small(counted)
    hidden = [name for name, cell in shown.items() if cell == HIDDEN]
    assert all(shown[name] == HIDDEN for name, number in counted.items() if 0 < number < 5)
    assert all(counted[name] == cell for name, cell in shown.items() if cell != HIDDEN)
    others = [name for name, number in counted.items() if number and name not in hidden]
    # The total is known: one hidden cell alone would follow from it.
    assert len(hidden) != 1 or not others


# --- what is committed ---------------------------------------------------------------------------


def test_the_committed_aggregates_are_in_order():
    assert checks.check_cohorts() == []


@pytest.mark.parametrize("table", TABLES)
def test_no_committed_cell_counts_fewer_than_five(table):
    found = read_aggregate(COHORT, table)
    for column in {"n", "events", "at_risk", "count"} & set(found.columns):
        numbers = pd.to_numeric(found[column], errors="coerce")
        assert not ((numbers > 0) & (numbers < 5)).any(), column


def test_where_few_are_left_neither_survival_nor_its_variance_is_shown():
    found = read_aggregate(COHORT, "curves")
    few = found[found["at_risk"] == FEW]
    assert len(few) > 100
    assert set(few["survival"]) == set(few["greenwood"]) == {""}


def test_no_file_of_the_project_holds_a_patient():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else []
    paths = [ROOT / name for name in names if name] or [
        path for folder in ("data", "chapters", "lib", "tests", "docs", "benchmarks")
        for path in (ROOT / folder).rglob("*") if path.is_file()
    ]  # fmt: skip
    assert len(paths) > 300
    holding = [str(path) for path in paths if path.is_file() and BARCODE.search(path.read_bytes())]
    assert holding == []
    assert not any(path.name == "tcga_kirc.csv" for path in paths)


def test_the_check_of_reading_it_right_holds():
    # tcga_kirc.md: pS473 per SD, unadjusted, 0.76 (0.64 to 0.91), 478 patients, 166 deaths, P 0.03.
    hr = analysis.association(TcgaKirc())["hr_none"][0]
    assert (round(hr.value, 2), round(hr.low, 2), round(hr.high, 2)) == (0.76, 0.64, 0.91)
    assert (hr.n, hr.events) == (478, 166)
    assert round(analysis.association(TcgaKirc())["ph_p"][0].value, 2) == 0.03


def test_the_p_values_that_are_looked_for_are_those_of_the_rows():
    evidence = load_evidence()
    for row_id, p in read_cohort(COHORT).printed_p.items():
        assert float(evidence.row(row_id)["p_reported"]) == p


def test_every_row_names_its_source_and_snapshot():
    design = read_cohort(COHORT)
    for table in TABLES:
        found = read_aggregate(COHORT, table)
        assert set(found["source_key"]) == {design.source_key} <= set(load_evidence().bibliography)
        assert set(found["locator"]) == {design.locator}
    facts = read_aggregate(COHORT, "facts").set_index("key")["value"]
    assert re.fullmatch("[0-9a-f]{64}", facts["input"])
    assert facts["snapshot"] == "2015-11-01"


def test_the_chapter_is_stale_where_an_aggregate_changes():
    recorded = read_results(notebook_path("studies/tcga-kirc"))
    assert recorded.facts["files"] == sorted(cohort_files(COHORT))


# --- the chapter ---------------------------------------------------------------------------------

CHOICES = [
    {"marker": marker, "scale": scale, "population": population, "adjustment": adjustment}
    for marker in ("akt_ps473", "4e_bp1_ps65")
    for scale in SCALES
    for population in ("all", "stage_3_4", "stage_4", "metastatic")
    for adjustment in ("none", "age_sex", "stage", "stage_grade_age", "stratified")
]


@pytest.mark.parametrize("chosen", CHOICES[::7], ids=lambda one: "-".join(one.values()))
def test_every_choice_has_its_numbers_or_says_why_not(chosen):
    p, evidence = TcgaKirc(**chosen), load_evidence()
    found = (
        analysis.facts() | analysis.association(p) | analysis.periods(p) | analysis.survival(p)
        | analysis.cut_point(p) | analysis.added_value(p) | analysis.multiverse(p)
        | analysis.trial(evidence, p)
    )  # fmt: skip
    for key, (made, words) in found.items():
        assert words, key
        assert isinstance(made, Estimate) or made.reason, key
    assert isinstance(found["hr"][0], Estimate)
    assert isinstance(found["trial_os_chance"][0], Estimate)


def test_a_wider_level_widens_the_interval():
    narrow = analysis.association(TcgaKirc(level=0.8))["hr"][0]
    wide = analysis.association(TcgaKirc(level=0.99))["hr"][0]
    assert wide.low < narrow.low < narrow.value == wide.value < narrow.high < wide.high


def test_stage_adds_nothing_where_all_have_one():
    numbers = analysis.association(TcgaKirc(population="stage_4"))
    assert numbers["hr_stage"][0].value == numbers["hr_none"][0].value


def test_an_association_near_none_has_no_share_that_stage_explains():
    half = analysis.share_taken_away(Estimate(0.64), Estimate(0.8))
    assert half.value == near(0.5)
    assert isinstance(analysis.share_taken_away(Estimate(1.02), Estimate(0.9)), NotEstimable)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("marker", "akt_ps999", "marker: expected one of akt_ps473, akt_pt308,"),
        ("scale", "log", 'scale: expected one of "per_sd", "tertiles", "median", "best_cut", '
         '"spline", got "log"'),
        ("population", "stage_5", 'population: expected one of "all"'),
        ("horizon", 48, "horizon: expected one of 36, 60, 84, got 48"),
        ("panel_size", 0, "panel_size: expected one of 1, 2, 3, 5, 8, 10, 15, got 0"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_met_with_what_is_allowed(name, value, expected):
    with pytest.raises(ParameterError, match=re.escape(expected)):
        validate(TcgaKirc, {name: value})


def test_the_opposite_of_the_trial_is_said_only_with_why_they_cannot_be_compared():
    for name in ("studies/tcga-kirc", "questions/biomarker_prognosis"):
        notebook = json.loads(notebook_path(name).read_text(encoding="utf-8"))
        claims = read_results(notebook_path(name)).claims.values()
        prose = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "markdown"]
        for text in [*prose, *(claim["text"] for claim in claims)]:
            for sentence in re.split(r"(?<=[.!?])\s", text):
                if "opposite" in sentence:
                    assert "cannot be compared" in sentence
    claim = read_results(notebook_path("studies/tcga-kirc")).claims["no_replication"]
    assert "opposite" in claim["text"]


# --- the command ---------------------------------------------------------------------------------


def evidence(*words, cwd):
    program = ROOT / ".venv" / "bin" / "evidence"
    environment = {**os.environ, "EVIDENCE_ROOT": str(cwd)}
    done = subprocess.run(
        [program, *words], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_without_files_the_command_says_where_they_are_and_that_the_book_builds_without():
    code, said = evidence("cohort", COHORT, cwd=ROOT)
    assert code == 1
    assert "RTCGA.RPPA" in said
    assert "The book builds without them" in said
    assert "Traceback" not in said


def test_an_unknown_cohort_is_met_with_those_there_are():
    code, said = evidence("cohort", "tcga_prad", cwd=ROOT)
    assert (code, "expected one of tcga_kirc, got 'tcga_prad'" in said) == (1, True)


def test_another_file_is_refused_and_nothing_is_written(tmp_path, cells):
    path = tmp_path / "made.csv"
    cells.to_csv(path, index=False)
    before = {one: (ROOT / "data" / one).read_bytes() for one in cohort_files(COHORT)}
    code, said = evidence("cohort", COHORT, "--from", path, cwd=ROOT)
    assert code == 1
    assert "expected a column akt_pt308" in said
    assert {one: (ROOT / "data" / one).read_bytes() for one in cohort_files(COHORT)} == before


def test_an_analysts_own_file_makes_a_folder_of_tables(tmp_path, cells, monkeypatch):
    project = tmp_path / "project"
    for name in ("data", "_toc.yml", "book.yml"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        (project).mkdir(exist_ok=True)
        copy(ROOT / name, project / name)
    design = project / "data" / "cohorts" / f"{COHORT}.yml"
    text = design.read_text()
    text = text.replace("permutations: 1000", "permutations: 20").replace(
        "bootstraps: 200", "bootstraps: 10"
    )
    design.write_text(text)
    own = tmp_path / "mine.csv"
    cells.rename(columns={"pten": "marker_x"}).drop(
        columns=["patient", "akt_ps473", "s6", "grade", "drugs"]
    ).to_csv(own, index=False)
    folder = tmp_path / "tables"
    code, said = evidence("cohort", COHORT, "--any", own, "--to", folder, cwd=project)
    assert code == 0, said
    assert "--set marker=marker_x" in said
    made = pd.read_csv(folder / "cohorts" / COHORT / "models.csv", dtype=str, keep_default_na=False)
    assert set(made["marker"]) == {"marker_x"}
    # Grade is not there: neither is the adjustment that needs it.
    assert set(made["adjustment"]) == {"none", "age_sex", "stage", "stratified"}
    monkeypatch.setenv("EVIDENCE_DATA", str(folder))
    assert validate(TcgaKirc, {"marker": "marker_x"}).marker == "marker_x"
    with pytest.raises(ParameterError, match="expected one of marker_x"):
        validate(TcgaKirc, {})
    numbers = analysis.association(TcgaKirc(marker="marker_x"))
    assert isinstance(numbers["hr_none"][0], Estimate)
    assert isinstance(numbers["hr_stage_grade_age"][0], NotEstimable)
    assert isinstance(numbers["explained"][0], NotEstimable)


def test_a_file_without_survival_is_refused(tmp_path):
    own = tmp_path / "mine.csv"
    own.write_text("time,x\n1,2\n")
    code, said = evidence("cohort", COHORT, "--any", own, "--to", tmp_path / "t", cwd=ROOT)
    assert code == 1
    assert "mine.csv:1 follow_up_days: expected a column follow_up_days" in said
    assert not (tmp_path / "t").exists()
