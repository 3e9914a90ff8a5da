"""Books of hundreds of studies: what must not grow with every study for every study."""

import pytest

from benchmarks.growth import Step, compare_sizes, exponent, per_study, summarise
from benchmarks.made_project import make_project
from benchmarks.measuring import Measured
from evidence.files.paths import data_folder
from evidence.sources.data import load_evidence
from evidence.sources.data_files import read_files
from evidence_book.commands.check import find_problems
from evidence_book.rendering.site import read_page

LIST = (
    '<details><summary>A</summary><ul><li><a href="../a.html">A</a></li>'
    '<li><a href="b.html">B</a></li><li><a href="c.html">C</a></li></ul></details>'
)


def test_a_made_project_passes_every_check_and_is_the_same_every_time(tmp_path, monkeypatch):
    one, again = (make_project(tmp_path / name, 3) for name in ("one", "again"))
    monkeypatch.setenv("EVIDENCE_ROOT", str(one))
    assert find_problems() == []
    assert len(load_evidence().tables["studies"]) == 3
    for path in one.rglob("*.csv"):
        assert path.read_bytes() == (again / path.relative_to(one)).read_bytes()


def test_more_studies_leave_the_rows_of_the_first_ones_as_they_are(tmp_path):
    few, many = (make_project(tmp_path / str(count), count) for count in (2, 4))
    for name in ("studies", "arms", "outcomes", "appraisals"):
        first = (few / "data" / f"{name}.csv").read_text()
        assert (many / "data" / f"{name}.csv").read_text().startswith(first)


def test_an_exponent_of_one_is_linear_and_of_two_quadratic():
    assert exponent({10: 9.0, 50: 50.0, 500: 500.0}) == pytest.approx(1)
    assert exponent({50: 25.0, 100: 100.0}) == pytest.approx(2)
    assert per_study({10: 1.0, 60: 2.0}) == {60: pytest.approx(20)}


def test_a_study_among_many_is_compared_with_one_among_fifty():
    took = {10: 1.0, 50: 3.0, 500: 30.4}
    steps = [Step("check", size, Measured(cpu, cpu, 1.0)) for size, cpu in took.items()]
    (row,) = compare_sizes(summarise(steps))
    assert row.name == "evidence check, a study of 500"
    assert row.ratios == [pytest.approx(0.06 / 0.05)]


def test_files_are_read_once_and_again_when_a_byte_of_them_changed(project):
    before = read_files(data_folder())
    assert read_files(data_folder()) is before
    path = data_folder() / "outcomes.csv"
    path.write_text(path.read_text().replace("7.39", "7.93"))
    after = read_files(data_folder())
    assert after is not before
    assert after.digest != before.digest


def test_who_writes_into_tables_changes_them_for_nobody_else():
    studies = load_evidence().tables["studies"]
    studies.loc[0, "title"] = "Another"
    assert load_evidence().tables["studies"].loc[0, "title"] != "Another"


def test_links_in_the_list_of_pages_are_checked_though_it_is_not_parsed():
    page = f'<nav id="pages" class="pages" popover>{LIST}</nav><a href="d.html">D</a>'
    assert read_page("a.html", page).links == ["../a.html", "b.html", "c.html", "d.html"]
    assert read_page("a.html", page.replace("b.html", "b&amp;b.html")).links[1] == "b&b.html"


def test_a_list_of_pages_with_places_of_its_own_is_parsed():
    page = f'<nav id="pages"><p id="here"></p>{LIST}</nav>'
    assert read_page("a.html", page).anchors == ["here", "pages"]
