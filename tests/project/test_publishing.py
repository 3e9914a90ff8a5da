"""Workflows, hooks and templates say only what exists, and name no machine and no registry."""

import json
import re
import shlex
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from evidence.files.paths import notebook_path
from evidence.record.edition_changes import compare_editions
from evidence.sources.data import load_evidence
from evidence_book.commands.app import UserError
from evidence_book.commands.check import normalise as normalise_command
from evidence_book.extras.release_archive import archive_release
from evidence_book.reports.registry import Registry
from evidence_book.reports.releases import ReleaseError, open_side, release, release_date
from evidence_book.runs.normalise import normalise, serialise

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
# Words of the runner's own system, of git and of the platform's client.
SYSTEM = {"cat", "cp", "gh", "git", "mv"}
PUBLISHING = [
    *WORKFLOWS,
    *FORMS,
    *(
        ROOT / name
        for name in (
            ".gitlab-ci.yml", ".pre-commit-config.yaml", "Containerfile", ".binder/postBuild",
            ".devcontainer/devcontainer.json", ".github/PULL_REQUEST_TEMPLATE.md", "CITATION.cff",
        )
    ),
]  # fmt: skip


def known_commands():
    import evidence_book.__main__  # noqa: F401 - registers the commands
    from evidence_book.commands.app import app

    return set(get_command(app).commands)


def steps_of(path):
    """Return the shell lines of a workflow."""
    stored = yaml.safe_load(path.read_text())
    if path.name == ".gitlab-ci.yml":
        return [line for job in stored.values() if "script" in job for line in job["script"]]
    jobs = stored["jobs"].values()
    runs = [step["run"] for job in jobs for step in job["steps"] if "run" in step]
    return [line for run in runs for line in run.replace("||\n", "\n").splitlines()]


def assert_exists(words):
    first = words[0]
    if first == "make":
        assert words[1] in TARGETS, words
    elif first == ".venv/bin/evidence":
        assert words[1] in known_commands(), words
    elif first == ".venv/bin/python":
        assert words[1:] == ["-m", "tests"], words
    elif first.startswith(".venv/bin/"):
        assert shutil.which(first.removeprefix(".venv/bin/"), path=ROOT / ".venv/bin"), words
    elif first in (".ci/run", "bin/lighthouse"):
        assert (ROOT / first).stat().st_mode & 0o111
    else:
        assert first in SYSTEM, words


@pytest.mark.parametrize("path", [*WORKFLOWS, ROOT / ".gitlab-ci.yml"], ids=lambda path: path.name)
def test_every_command_of_a_workflow_exists(path):
    lines = steps_of(path)
    assert lines
    for line in lines:
        assert_exists(shlex.split(line))


def test_the_workflows_test_publish_rebuild_and_compare():
    assert [path.stem for path in WORKFLOWS] == [
        "ci", "diff", "intake", "lighthouse", "pages", "weekly",
    ]  # fmt: skip
    assert "make test" in steps_of(ROOT / ".github/workflows/ci.yml")
    assert any("--markdown" in line for line in steps_of(ROOT / ".github/workflows/diff.yml"))
    command = ".venv/bin/evidence intake exports/* --dry-run --markdown added.md"
    for path in (ROOT / ".github/workflows/intake.yml", ROOT / ".gitlab-ci.yml"):
        assert command in steps_of(path)
    for path in WORKFLOWS:
        stored = yaml.safe_load(path.read_text())
        # YAML 1.1 reads the key `on` as true.
        assert stored[True], path.name
        assert stored["permissions"]["contents"] == "read"
        for job in stored["jobs"].values():
            assert job["timeout-minutes"] <= 60
            for step in job["steps"]:
                assert "run" in step or re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"])


def test_what_a_pull_request_wrote_never_becomes_part_of_a_command():
    for path in WORKFLOWS:
        for line in steps_of(path):
            assert "${{" not in line, (path.name, line)


def test_the_hooks_are_of_this_project_and_exist():
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repository["repo"] == "local"
    assert {hook["id"] for hook in repository["hooks"]} >= {"normalise", "ruff", "mypy", "check"}
    for hook in repository["hooks"]:
        assert hook["language"] == "system"
        assert_exists(shlex.split(hook["entry"]))


def test_a_wrong_number_is_asked_for_by_page_row_and_place():
    stored = yaml.safe_load((ROOT / ".github/ISSUE_TEMPLATE/wrong-number.yml").read_text())
    asked = {item["id"]: item for item in stored["body"]}
    assert {"page", "row", "printed", "place"} <= set(asked)
    assert all(item["validations"]["required"] for item in asked.values())


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_has_what_the_platform_needs(path):
    stored = yaml.safe_load(path.read_text())
    if path.stem == "config":
        assert stored == {"blank_issues_enabled": True}
        return
    assert stored["name"]
    assert stored["description"]
    for item in stored["body"]:
        assert item["type"] in ("input", "textarea", "dropdown")
        assert item["attributes"]["label"]


def test_the_devcontainer_is_the_container():
    stored = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    file = (ROOT / ".devcontainer" / stored["build"]["dockerfile"]).resolve()
    assert file == ROOT / "Containerfile"
    assert_exists(shlex.split(stored["postCreateCommand"]))
    run = re.findall(r"^(?:RUN|CMD) (make \w+|\[.*\])$", file.read_text(), re.MULTILINE)
    assert run == ["make check", '["make", "book"]']


@pytest.mark.parametrize("path", PUBLISHING, ids=lambda path: path.name)
def test_no_file_for_publishing_names_a_machine_or_a_registry(path):
    text = path.read_text()
    assert not re.search(r"/(?:home|Users|root|work)/", text)
    for word in ("index-url", "pypi.", "docker.io", "ghcr.io", "find-links"):
        assert word not in text


def test_the_citation_file_says_what_the_package_says():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    project = (ROOT / "pyproject.toml").read_text()
    assert f'version = "{cited["version"]}"' in project
    assert cited["cff-version"] == "1.2.0"
    assert str(cited["date-released"]) == release_date(str(cited["version"]))
    assert set(cited["license"]) == {"BSD-3-Clause", "CC-BY-4.0"}


def test_another_copy_of_the_book_is_a_side_of_a_comparison(project):
    path = notebook_path("studies/ryan-2007")
    text = path.read_text()
    shown = Registry(project).page("studies/ryan-2007", "").results["sorafenib_ifn.n"]
    path.write_text(text.replace(f'"value": {shown.value}', '"value": 41.0', 1))
    changes = compare_editions(open_side(str(ROOT)), open_side(str(project)))
    assert changes.old == ROOT.name
    assert [page.comparison.page for page in changes.pages if page.comparison.moved] == [
        "studies/ryan-2007"
    ]
    with pytest.raises(ReleaseError, match="or of a copy of the book, got"):
        open_side(str(project / "chapters"))


def test_a_notebook_edited_elsewhere_is_brought_into_its_committed_form(project, capsys):
    path = notebook_path("studies/ryan-2007")
    committed = path.read_text()
    notebook = json.loads(committed)
    for cell in notebook["cells"]:
        cell["metadata"]["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00"}
        if cell["cell_type"] == "code":
            cell["execution_count"] = 77
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.11.99"}
    path.write_text(json.dumps(notebook))
    normalise_command([path])
    assert path.read_text() == committed
    assert "1 of 1 notebooks changed" in capsys.readouterr().out
    normalise_command([path])
    assert "0 of 1 notebooks changed" in capsys.readouterr().out
    assert serialise(normalise(json.loads(committed))) == committed
    with pytest.raises(UserError, match="expected a notebook, got"):
        normalise_command([project / "nothing.ipynb"])


@pytest.fixture
def released(project, monkeypatch):
    """Return a project with an edition and something built from it."""
    monkeypatch.setenv("EVIDENCE_CHECKED", load_evidence().digest())
    monkeypatch.setattr("evidence_book.runs.freshness.why_stale", lambda page, evidence: [])
    shutil.rmtree(project / "data" / "released", ignore_errors=True)
    (project / "CITATION.cff").unlink()
    (project / "CHANGELOG.md").write_text("# Changes\n\n## 0.1.0 (2026-11-22)\n")
    release("0.1.0")
    downloads = project / "_build" / "html" / "downloads"
    downloads.mkdir(parents=True)
    (downloads / "results.json").write_text('{"edition": "0.1.0", "released": true}')
    (project / "_build" / "html" / "index.html").write_text("a book")
    return project


def test_a_release_becomes_one_archive_with_its_checksum_and_the_same_bytes(released):
    archive, checksum = archive_release("0.1.0")
    first = archive.read_bytes()
    assert archive.name == "evidence-book-0.1.0.zip"
    names = zipfile.ZipFile(archive).namelist()
    assert "evidence-book-0.1.0/html/index.html" in names
    assert "evidence-book-0.1.0/0.1.0.json" in names
    assert "evidence-book-0.1.0/LICENSE" in names
    assert checksum.read_text().endswith("  evidence-book-0.1.0.zip\n")
    archive_release("0.1.0")
    assert archive.read_bytes() == first


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "expected the built book with its downloads, got none; `evidence build` makes it"),
        ('{"edition": "0.0.9", "released": true}', "expected edition 0.1.0, got 0.0.9;"),
        ('{"edition": "0.1.0", "released": false}', "got 0.1.0 with changes that are not released"),
    ],
)
def test_a_book_that_is_not_the_edition_is_not_archived(released, content, message):
    path = released / "_build" / "html" / "downloads" / "results.json"
    path.unlink() if content is None else path.write_text(content)
    with pytest.raises(ReleaseError, match=re.escape(message)):
        archive_release("0.1.0")


def test_git_keeps_no_archive():
    done = subprocess.run(
        ["git", "check-ignore", "dist/evidence-book-0.1.0.zip"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0 or not (ROOT / ".git").exists()
