"""Editions are written once, from fresh pages, with the same bytes; any two can be compared."""

import json
import shutil
import subprocess

import pytest
import typer

from evidence.files.paths import notebook_path
from evidence.record.edition_changes import compare_editions
from evidence.record.editions import EditionError, edition_text
from evidence.sources.data import load_evidence
from evidence_book.commands import editions
from evidence_book.commands.app import UserError
from evidence_book.reports.releases import (
    ReleaseError,
    check_version,
    last_release,
    list_releases,
    open_side,
    release,
    release_date,
)
from evidence_book.reports.snapshots import committed_edition

PAGE = "studies/ryan-2007"


@pytest.fixture
def dated(project, monkeypatch):
    """Return a project whose change log names a version, its tables checked once."""
    monkeypatch.setenv("EVIDENCE_CHECKED", load_evidence().digest())
    # What this project has released or will release next is no part of these tests.
    shutil.rmtree(project / "data" / "released", ignore_errors=True)
    (project / "CITATION.cff").unlink()
    (project / "CHANGELOG.md").write_text("# Changes\n\n## 0.1.0 (2026-11-30)\n\n- Data: all.\n")
    return project


@pytest.fixture
def diff(capsys):
    """Return `evidence diff` as a function: its output and its warnings."""

    def run(*sides, **options):
        plain = {"markdown": None, "as_json": False, "modules": False}
        editions.diff(*[*sides, None, None][:2], **plain | options)
        return capsys.readouterr()

    return run


def test_an_edition_is_written_once_from_fresh_pages_with_the_same_bytes(dated):
    digest = load_evidence().digest()
    path = release("0.1.0")
    text = path.read_text()
    assert path.name == "0.1.0.json"
    stored = json.loads(text)
    assert stored["date"] == "2026-11-30"
    assert str(dated) not in text
    assert stored["rows"]["jonasch-2010.pfs.median.sorafenib"]["value_reported"] == "7.39"
    assert set(stored["pages"][PAGE]["fingerprints"]) == {"code", "data", "library", "environment"}
    # An edition is no data: no table changes, and no page becomes stale.
    assert load_evidence().digest() == digest

    with pytest.raises(ReleaseError, match="a released edition is never written again"):
        release("0.1.0")
    path.unlink()
    release("0.1.0")
    assert path.read_text() == text

    released = last_release()
    assert released is not None
    again = committed_edition(load_evidence())
    assert compare_editions(released, again).changed == ()
    assert edition_text(released) == text


def test_a_stale_page_is_not_released(dated):
    table = dated / "data" / "outcomes.csv"
    table.write_text(table.read_text().replace("pfs,median,7.39,", "pfs,median,7.40,", 1))
    with pytest.raises(ReleaseError, match=r"expected fresh pages, got \d+ stale"):
        release("0.1.0")
    assert list_releases() == []


@pytest.mark.parametrize("version", ["1", "0.1", "v0.1.0", "0.1.0-rc1", "01.0.0", "../0.1.0", ""])
def test_a_version_is_three_numbers(project, version):
    with pytest.raises(ReleaseError, match="expected a version such as"):
        release(version)


def test_versions_rise_by_number_not_by_text(project):
    folder = project / "data" / "released"
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for version in ("0.9.0", "0.10.0"):
        (folder / f"{version}.json").write_text("{}")
    assert list_releases() == ["0.9.0", "0.10.0"]
    with pytest.raises(ReleaseError, match="above 0.10.0, got 0.9.1"):
        check_version("0.9.1")
    check_version("0.10.1")


def test_the_date_comes_from_the_change_log_or_the_citation_and_never_from_the_clock(project):
    (project / "CITATION.cff").unlink()
    with pytest.raises(ReleaseError, match=r"CHANGELOG.md: expected a heading such as `## 0.1.0"):
        release_date("0.1.0")
    (project / "CITATION.cff").write_text("version: 0.1.0\ndate-released: 2026-11-29\n")
    assert release_date("0.1.0") == "2026-11-29"
    (project / "CHANGELOG.md").write_text("## Unreleased\n\n## [0.1.0] - 2026-11-30\n")
    assert release_date("0.1.0") == "2026-11-30"
    with pytest.raises(ReleaseError, match="CITATION.cff: expected version: 0.2.0, got 0.1.0"):
        release_date("0.2.0")


def test_diff_goes_from_the_last_release_to_the_pages_and_names_number_and_row(dated, diff):
    release("0.1.0")
    said, _ = diff()
    assert "0 of" in said
    assert "on 0 of" in said

    # A corrected row, and its page as a rerun would leave it.
    table = dated / "data" / "outcomes.csv"
    row = "ryan-2007.orr.percent.sorafenib_ifn"
    line = next(text for text in table.read_text().splitlines() if text.startswith(row + ","))
    table.write_text(table.read_text().replace(line, line.replace("percent,19,", "percent,20,")))
    assert "percent,19," in line
    path = notebook_path(PAGE)
    notebook = json.loads(path.read_text())
    notebook["metadata"]["evidence"]["data"] = "another"
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            found = output.get("data", {}).get("application/vnd.evidence.result+json", {})
            for result in found.get("results", []):
                if result["key"] == "orr.percent.sorafenib_ifn":
                    result.update(value=0.20, text="20 %")
    path.write_text(json.dumps(notebook))
    said, warned = diff(markdown=dated / "changes.md")
    assert "orr.percent.sorafenib_ifn: 19" in said
    assert f"cause, data: {row}: value_reported: 19 \u2192 20" in said
    assert "pages are stale" in warned
    assert "value\\_reported" in (dated / "changes.md").read_text()
    changed = json.loads(diff("0.1.0", "working", as_json=True).out)
    assert [p["comparison"]["page"] for p in changed["pages"] if p["comparison"]["moved"]] == [PAGE]


@pytest.mark.parametrize(
    ("sides", "message"),
    [
        ([], "nothing is released yet"),
        (["0.3.0"], r"expected a released version \(none yet\), got '0.3.0'"),
        (["nowhere"], "expected a released version, working, or the path"),
        (["chapters"], "expected the folder of a variant with results.json"),
        (["_toc.yml"], "_toc.yml: expected an edition"),
        (["data/datapackage.json"], "datapackage.json: expected an edition or results"),
    ],
)
def test_what_cannot_be_compared_is_said_in_words(project, monkeypatch, diff, sides, message):
    monkeypatch.chdir(project)
    shutil.rmtree(project / "data" / "released", ignore_errors=True)
    with pytest.raises((ValueError, UserError), match=message):
        diff(*sides)


def test_a_notebook_of_another_kind_is_refused(tmp_path):
    other = tmp_path / "other.ipynb"
    other.write_text('{"cells": [], "metadata": {}}')
    with pytest.raises(ValueError, match="other.ipynb: expected an executed notebook of the book"):
        open_side(str(other))
    (tmp_path / "results.json").write_text('{"page": "x"}')
    with pytest.raises(EditionError, match="results.json: expected an edition"):
        open_side(str(tmp_path))


def git(project, *words):
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], cwd=project, check=True, capture_output=True)


@pytest.fixture
def committed(dated):
    """Return the project as a checkout whose files are all committed."""
    (dated / ".gitignore").write_text("_build/\n")
    git(dated, "init", "--quiet")
    git(dated, "add", "--all")
    git(dated, "commit", "--quiet", "--message", "all")
    return dated


def test_nothing_is_released_while_the_check_has_a_word_to_say(committed, capsys):
    (committed / "chapters" / "how-to-read.md").write_text("# How\n\nTODO\n")
    git(committed, "commit", "--quiet", "--all", "--message", "unfinished")
    with pytest.raises(typer.Exit):
        editions.release("0.1.0")
    said = capsys.readouterr().err
    assert 'chapters/how-to-read.md:3: expected finished prose, got "TODO"' in said
    assert "mend them, commit, then `evidence release 0.1.0` again" in said
    assert list_releases() == []


@pytest.mark.parametrize("name", ["CHANGELOG.md", "chapters/methods/limits.md"])
def test_nothing_is_released_from_files_that_are_not_committed(committed, name):
    with (committed / name).open("a") as stream:
        stream.write("\nMore words.\n")
    with pytest.raises(ReleaseError, match=rf"got 1 that are not \({name}\); commit them"):
        editions.release("0.1.0")
    assert list_releases() == []
    git(committed, "commit", "--quiet", "--all", "--message", "words")
    editions.release("0.1.0")
    assert list_releases() == ["0.1.0"]


def test_a_project_that_is_no_checkout_is_released_all_the_same(dated):
    editions.release("0.1.0")
    assert list_releases() == ["0.1.0"]
