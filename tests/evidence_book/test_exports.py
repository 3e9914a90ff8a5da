"""What a built book gives away: whole, the same bytes every time, and usable elsewhere."""

import csv
import io
import json
import os
import subprocess
import sys
import warnings
import zipfile

import pandas as pd
import pytest
import yaml

from evidence.cohorts.tables import TABLES as AGGREGATES
from evidence.figures.style import Figure, new_figure
from evidence.files.paths import project_root
from evidence.record.page import Page
from evidence.record.results import FIGURE_MIME, PICTURES
from evidence.sources.problems import DataError
from evidence_book.extras.archives import write_checksum, write_zip
from evidence_book.extras.citation import cite_text, read_book_facts
from evidence_book.extras.exports import EDITION_FILES, package_files, write_downloads
from evidence_book.extras.page_files import list_downloads, page_files
from evidence_book.extras.reference_files import read_references, ris_text
from evidence_book.reports.registry import Registry
from evidence_book.reports.releases import list_releases, read_release
from evidence_book.runs.variant import checked_parameters, read_parameters
from mrcc.landscape.parameters import Landscape
from tests.ris_reading import read_ris

PAGE = "questions/combination_vs_monotherapy"
STUDY = "studies/ryan-2007"


@pytest.fixture(scope="module")
def registry():
    return Registry(project_root())


@pytest.fixture(scope="module")
def built(tmp_path_factory, registry):
    target = tmp_path_factory.mktemp("built")
    write_downloads(registry, project_root(), target)
    return target


def validated(package):
    # frictionless calls names that its own dependencies have renamed.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from frictionless import Package, system

        with system.use_context(trusted=True):
            return Package(str(package)).validate()


def test_everything_that_is_listed_is_there(built, registry):
    for one in EDITION_FILES:
        assert (built / one.path).stat().st_size > 100, one.path
    for page in (PAGE, STUDY, "appendix/audit"):
        for one in list_downloads(page, registry.page(page, page)):
            assert (built / one.path).exists(), one.path


def test_the_data_package_is_valid_in_the_folder_and_in_the_archive(built):
    for package in (
        project_root() / "data" / "datapackage.json",
        built / "downloads" / "data-package.zip",
    ):
        report = validated(package)
        assert report.valid, report.flatten(["title", "fieldName", "message"])[:3]
        # Nine tables, and the aggregates of the cohort.
        assert len(report.tasks) == 9 + len(AGGREGATES)


@pytest.mark.parametrize(
    ("table", "old", "new", "kind"),
    [
        ("outcomes.csv", "jonasch-2010.orr", "jonasch 2010.orr", "constraint-error"),
        ("arms.csv", "jonasch-2010,", "nobody-1900,", "foreign-key"),
    ],
)
def test_a_broken_cell_is_found_in_the_package(tmp_path, table, old, new, kind):
    for name, content in package_files(project_root()).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    path = tmp_path / table
    path.write_text(path.read_text().replace(old, new, 1))
    report = validated(tmp_path / "datapackage.json")
    assert not report.valid
    assert kind in {error[0] for error in report.flatten(["type"])}


def test_all_numbers_are_in_the_table_and_in_the_json(built, registry):
    pages = {
        page: registry.recorded(path)
        for page, path in registry.committed_paths().items()
        if registry.recorded(path).facts
    }
    table = pd.read_csv(built / "downloads" / "results.csv", keep_default_na=False, dtype=str)
    stored = json.loads((built / "downloads" / "results.json").read_text())
    assert len(table) == sum(len(one.results) for one in pages.values()) > 1000
    assert set(stored["pages"]) == set(pages)
    line = table[(table["page"] == PAGE) & (table["key"] == "orr_difference")].iloc[0]
    result = pages[PAGE].results["orr_difference"]
    assert float(line["value"]) == result.value
    assert line["text"] == result.text
    assert line["rows"].split(";") == list(result.rows)
    assert line["grade"] == "D1"
    again = {one["key"]: one for one in stored["pages"][PAGE]["results"]}["orr_difference"]
    assert (again["low"], again["high"], again["n"]) == (result.low, result.high, result.n)


def test_all_conclusions_are_in_the_table(built, registry):
    lines = list(csv.DictReader(io.StringIO((built / "downloads" / "claims.csv").read_text())))
    claims = registry.page(PAGE, PAGE).claims
    mine = {line["key"]: line for line in lines if line["page"] == PAGE}
    assert set(mine) == set(claims)
    assert mine["benefit_not_shown"]["state"] == claims["benefit_not_shown"]["state"]


def test_ris_brings_back_what_the_bibliography_says(built):
    references = read_references(project_root() / "data" / "references.bib")
    text = (built / "downloads" / "references.ris").read_text()
    records = read_ris(text)
    assert list(records) == list(references)
    fields = {"TI": "title", "PY": "year", "VL": "volume", "IS": "number", "DO": "doi"}
    for key, entry in references.items():
        record = records[key]
        assert record.get("AU", []) == entry["authors"]
        for tag, name in fields.items():
            assert record.get(tag, "") == entry.get(name, ""), (key, name)
    jonasch = records["jonasch2010"]
    assert jonasch["TY"] == "JOUR"
    assert jonasch["AU"][0] == "Jonasch, Eric"
    assert (jonasch["T2"], jonasch["SP"], jonasch["EP"]) == ("Cancer", "57", "65")
    assert records["pdq2014"]["TY"] == "GEN"


def test_a_title_with_signs_of_ris_stays_one_field():
    entry = {"type": "misc", "title": "ER  - a title", "year": "2000", "authors": ["A, B"]}
    assert read_ris(ris_text({"x": entry}))["x"]["TI"] == "ER  - a title"


def test_the_parameters_of_a_page_can_be_given_back_to_it(built):
    for page in (PAGE, STUDY):
        file = built / "downloads" / f"{page}.parameters.yml"
        given = read_parameters([], file)
        assert checked_parameters(page, given) == yaml.safe_load(file.read_text())


def test_a_downloaded_page_runs_in_another_folder(built, tmp_path):
    copy = tmp_path / "mine.ipynb"
    copy.write_bytes((built / "downloads" / f"{STUDY}.ipynb").read_bytes())
    assert f"A copy of the page `{STUDY}`" in copy.read_text()
    assert str(project_root()) not in copy.read_text()
    environment = {k: v for k, v in os.environ.items() if k != "EVIDENCE_DATA"}
    done = subprocess.run(
        [sys.executable, "-m", "papermill", "mine.ipynb", "out.ipynb", "-k", "python3"],
        cwd=tmp_path, capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-1500:]


def test_a_figure_keeps_the_numbers_that_it_shows(monkeypatch):
    shown = []
    monkeypatch.setattr(Page, "display", lambda self, data: shown.append(data))
    data = pd.DataFrame({"hr": [0.123456789, 1.0], "what": ["a, b", "c"]})
    figure = Figure(new_figure()[0], data, "curve", "A caption", "A finding in words", "D2")
    Page(Landscape(), None).show(figure)
    assert shown[0][FIGURE_MIME]["data"] == 'hr,what\n0.123457,"a, b"\n1,c\n'
    Page(Landscape(provenance_max="D1"), None).show(figure)
    assert shown[1][FIGURE_MIME]["data"] == "hr,what\n"
    monkeypatch.setenv(PICTURES, "none")
    Page(Landscape(), None).show(figure)
    assert "image/svg+xml" not in shown[2]
    assert shown[2][FIGURE_MIME] == shown[0][FIGURE_MIME]


def test_the_data_of_a_figure_are_a_file_where_the_page_has_them(project, registry, monkeypatch):
    facts = read_book_facts(project, registry)
    recorded = registry.page(PAGE, PAGE)
    with_data = [{**figure, "data": "x\n1\n"} for figure in recorded.figures]
    mine = Registry(project)

    def record(figures):
        made = type(recorded)(recorded.results, recorded.claims, recorded.facts, figures)
        monkeypatch.setattr(mine, "recorded", lambda path: made)

    record(with_data)
    files = page_files(mine, PAGE, facts)
    assert files["downloads/figures/hazard-ratio-ladder.csv"] == "x\n1\n"
    # A page that ran before figures kept their data has all the rest.
    bare = [{k: v for k, v in figure.items() if k != "data"} for figure in recorded.figures]
    record(bare)
    assert not [name for name in page_files(mine, PAGE, facts) if "figures" in name]


def test_archives_are_the_same_bytes_whenever_they_are_made(tmp_path):
    files = {"b.txt": b"two", "a.txt": b"one"}
    write_zip(tmp_path / "one.zip", files)
    write_zip(tmp_path / "two.zip", dict(reversed(files.items())))
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert zipfile.ZipFile(tmp_path / "one.zip").namelist() == ["a.txt", "b.txt"]
    checked = subprocess.run(
        ["sha256sum", "-c", write_checksum(tmp_path / "one.zip").name],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.stdout == "one.zip: OK\n"


def test_a_citation_names_version_and_date_and_no_address_that_nobody_gave(project):
    facts = read_book_facts(project)
    assert facts.version in cite_text(facts)
    assert facts.date in cite_text(facts)
    assert "http" not in cite_text(facts)
    assert "with changes that are not released" in cite_text(facts)
    assert " Does it help? In: " in cite_text(facts, "Does it help?")
    assert cite_text(facts, "A page", "https://example.org/p.html").endswith("example.org/p.html")


def test_an_edition_is_released_only_while_every_page_records_the_same(project):
    registry = Registry(project)
    versions = list_releases(project / "data" / "released")
    facts = read_book_facts(project, registry)
    if facts.version in versions:
        pages = read_release(facts.version, project / "data" / "released").pages
        assert facts.released == all(
            registry.page(page, page).results == one.recorded.results for page, one in pages.items()
        )
    else:
        assert not facts.released


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "CITATION.cff: expected a file of this name, got none"),
        ("title: x\n", "CITATION.cff: expected YAML with title, version and authors"),
        ("a: [", "CITATION.cff: expected YAML with title, version and authors"),
    ],
)
def test_a_citation_file_that_cannot_be_used_is_named(project, text, message):
    path = project / "CITATION.cff"
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(DataError) as raised:
        read_book_facts(project)
    assert message in str(raised.value)
