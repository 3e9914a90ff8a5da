"""A variant shows other parameters on a page of its own and leaves the book alone."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from evidence.files.paths import build_folder, notebook_path
from evidence.record.results import read_results
from evidence.record.validation import ParameterError, validate
from evidence.sources.data import load_evidence
from evidence.sources.problems import DataError
from evidence_book.reports.replay import replay_command
from evidence_book.reports.report import terminal_lines
from evidence_book.runs.freshness import list_pages, why_stale
from evidence_book.runs.variant import (
    VariantError,
    _folder,
    checked_parameters,
    make_variant,
    read_parameters,
)
from mrcc.biomarker_prognosis.parameters import BiomarkerPrognosis

PAGE = "questions/biomarker_prognosis"


def words_on(path):
    article = BeautifulSoup(path.read_text(), "html.parser").article
    return " ".join(article.get_text(" ").split())


def test_a_variant_moves_numbers_flips_claims_and_says_what_it_is(kept_project):
    before = notebook_path(PAGE).read_bytes()
    variant = make_variant(PAGE, {"n_hypotheses": 2, "nsim": 200})
    assert notebook_path(PAGE).read_bytes() == before
    moved = {one.key: (one.old, one.new) for one in variant.comparison.moved}
    assert moved["os_p_adjusted"] == ("0.14", "0.035")
    assert "pfs_hr" not in moved
    (flipped,) = variant.comparison.flipped
    assert flipped.key == "association_fragile"
    assert (flipped.old, flipped.new) == ("holds", "does not hold")
    assert {"os_p_adjusted", "pfs_p_adjusted"} <= set(flipped.moved)
    causes = {one.name: (one.old, one.new) for one in variant.changes.pages[0].causes}
    assert causes["n_hypotheses"] == ("8", "2")

    stored = json.loads(variant.results.read_text())
    assert stored["parameters"]["n_hypotheses"] == 2
    assert stored["results"]["os_p_adjusted"]["text"] == "0.035"
    assert set(stored["fingerprints"]) == {"code", "data", "library", "environment"}
    assert stored["rows"]["jonasch-2010.pfs.hazard_ratio.pakt"]["value_reported"]
    report = json.loads((variant.folder / "report.json").read_text())
    assert report["pages"][0]["comparison"]["flipped"][0]["new"] == "does not hold"
    assert "does not hold" in (variant.folder / "report.md").read_text()

    page = words_on(variant.html)
    assert "Variant, not the published page" in page
    assert "Variant: n_hypotheses = 2, nsim = 200" in page
    assert page.index("Conclusions that changed") < page.index("Numbers that moved")
    assert "holds does not hold" in page
    assert str(Path.cwd()) not in variant.html.read_text()
    # Other pages of the variant's book still show the published numbers.
    assert "with 8 they are" in words_on(variant.html.parents[1] / "index.html")
    assert not list(build_folder().glob("variants/.*"))


def test_a_variant_has_no_menus_and_cards_with_its_own_numbers(kept_project, browser):
    variant = make_variant("questions/landscape", {"outcome": "os"})
    page = variant.html.read_text()
    assert 'id="switch"' not in page
    results = read_results(variant.notebook).results
    tab = browser.new_page()
    tab.goto(variant.html.as_uri())
    link = tab.locator("article p a.num[href^='#result-']").first
    link.scroll_into_view_if_needed()
    link.hover()
    tab.wait_for_selector("#card")
    key = link.get_attribute("href").removeprefix("#result-")
    assert tab.inner_text("#card-value") == results[key].text
    tab.close()


def test_a_wrong_parameter_starts_no_kernel(project):
    with pytest.raises(ParameterError, match="no such parameter"):
        make_variant(PAGE, {"nothing": 1})
    assert not (build_folder() / "variants").exists()


def test_a_variant_says_for_whom_it_waits_and_removes_what_a_killed_one_left(project):
    (project / "_build" / "variants").mkdir(parents=True)
    left = project / "_build" / "variants" / ".questions--x-1.staging-99999999"
    left.mkdir()
    path = notebook_path(PAGE)
    path.write_text(
        path.read_text().replace("page.record_all(question.weigh(effects, p), rows)", "1 / 0")
    )
    code = (
        "import sys; from evidence_book.rendering.exclusive import hold_project\n"
        "with hold_project('a test'): print(1, flush=True); sys.stdin.readline()"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    owner.stdout.readline()
    said = []

    def say(words):
        said.append(words)
        owner.communicate(b"\n")

    with pytest.raises(VariantError, match="division by zero"):
        make_variant(PAGE, {"n_hypotheses": 3}, say=say)
    (line,) = said
    assert line.startswith("waiting for a test (process ")
    assert not left.exists()


def test_a_notebook_that_raises_leaves_nothing_behind(project):
    path = notebook_path(PAGE)
    path.write_text(
        path.read_text().replace("page.record_all(question.weigh(effects, p), rows)", "1 / 0")
    )
    with pytest.raises(VariantError, match=r"code cell 4 .*ZeroDivisionError: division by zero"):
        make_variant(PAGE, {"n_hypotheses": 3})
    assert not list((build_folder() / "variants").glob("*"))


def test_a_conclusion_flipped_by_a_parameter_is_seen_on_terminal_page_and_report(kept_project):
    given = {"sor_vs_ifn_source": "user", "sor_vs_ifn_user": [0.6, 0.4, 0.9]}
    variant = make_variant("questions/landscape", given)
    (flipped,) = variant.comparison.flipped
    assert flipped.key == "sorafenib_against_interferon"
    lines = terminal_lines(variant.changes)
    assert "  conclusion sorafenib_against_interferon: holds \u2192 does not hold" in lines
    page = words_on(variant.html)
    assert "holds does not hold hr_sor" in page
    assert "sorafenib\\_against\\_interferon\\]" in (variant.folder / "report.md").read_text()
    # The command at the foot of the page makes the same variant again.
    words = shlex.split(command_on(variant.html))
    assert words[:3] == ["evidence", "run", "questions/landscape"]
    again = checked_parameters("questions/landscape", read_parameters(words[4::2], None))
    assert again == given


def command_on(path):
    for block in BeautifulSoup(path.read_text(), "html.parser").article.find_all("pre"):
        if block.get_text().startswith("evidence run"):
            return block.get_text().strip()
    raise AssertionError("no command on the page")


@pytest.mark.parametrize("value", [
    "<script>alert(1)</script>", "{num}`x`", "1.04`", ":::{raw} html", "1.04\n```{raw} html",
    "__import__('os').system('touch X')", '"', "1.04'; import os", "../../etc/passwd",
])  # fmt: skip
def test_markup_and_code_in_a_text_are_refused_before_a_kernel_starts(value):
    for place in range(4):
        given = ["1.04", "1.00", "1.08", ".0411"]
        given[place] = value
        with pytest.raises(ParameterError, match="hr_pfs: expected HR, lower, upper, P as text"):
            validate(BiomarkerPrognosis, {"hr_pfs": given})


def test_a_page_on_other_data_says_so_names_the_row_and_leaves_the_book_fresh(
    kept_project, tmp_path
):
    folder = tmp_path / "<img src=x onerror=alert(1)>`{num}`"
    shutil.copytree(kept_project / "data", folder)
    table = folder / "outcomes.csv"
    table.write_text(table.read_text().replace("pfs,median,7.39,", "pfs,median,7.93,", 1))
    evidence = load_evidence()
    before = {page: why_stale(page, evidence) for page in list_pages()}
    variant = make_variant("questions/landscape", {}, folder)
    causes = variant.changes.pages[0].causes
    found = [one for one in causes if one.kind == "data"]
    assert [(one.name, one.old, one.new) for one in found] == [
        ("jonasch-2010.pfs.median.sorafenib: value_reported", "7.39", "7.93")
    ]
    moved = {one.key for one in variant.comparison.moved}
    assert "hr_sor_ifn" in moved
    assert not moved & {"hr_sor", "hr_sun"}
    article = BeautifulSoup(variant.html.read_text(), "html.parser").article
    text = " ".join(article.get_text(" ").split())
    assert "The data are not those of this book" in text
    assert "<img src=x onerror=alert(1)>`{num}`" in text
    assert not article.find("img", src="x")
    assert not [tag for tag in article.find_all(True) if "onerror" in tag.attrs]
    assert str(tmp_path) not in variant.html.read_text()
    assert load_evidence().digest() == evidence.digest()
    assert {page: why_stale(page, evidence) for page in list_pages()} == before
    # Other data are another variant; the same data are the same one.
    assert variant.folder.name != _folder("questions/landscape", {}, "").name


def test_own_data_that_cannot_be_read_are_refused_with_the_name_of_their_folder(project, tmp_path):
    with pytest.raises(ValueError, match="--data: expected a folder of tables"):
        make_variant(PAGE, {}, tmp_path / "nowhere")
    with pytest.raises(ValueError, match="with none of them"):
        make_variant(PAGE, {}, tmp_path)
    mine = tmp_path / "mine"
    shutil.copytree(project / "data", mine)
    (mine / "arms.csv").unlink()
    with pytest.raises(DataError, match="mine/arms.csv: expected a file of this name, got none"):
        make_variant(PAGE, {}, mine)
    table = mine / "outcomes.csv"
    shutil.copy(project / "data" / "arms.csv", mine)
    table.write_text(table.read_text().replace("7.39,5.52,9.20", "seven,5.52,9.20", 1))
    with pytest.raises(DataError, match=r"mine/outcomes.csv:\d+ value_reported"):
        make_variant(PAGE, {}, mine)
    assert os.environ.get("EVIDENCE_DATA") is None


def test_the_replay_command_is_read_back_as_what_was_set_whatever_the_value():
    values = {"a": "x; touch X", "b": ["<b>", "it's", "$(touch X)"], "c": "yes", "d": 1.5,
              "e": {"k": 1}, "f": "", "g": "two\nlines", "h": True}  # fmt: skip
    words = shlex.split(replay_command("questions/x", values, "my data"))
    assert words[-2:] == ["--data", "my data"]
    assert read_parameters([w for w in words[4:-2] if w != "--set"], None) == values
