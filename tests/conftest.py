"""What all tests share: a copy of the project, and skips that count as failures in CI."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from evidence.sources.data import load_evidence
from evidence_book.extras.chromium import NAMES
from evidence_book.rendering.rendering import kept_html, render_book

ROOT = Path(__file__).resolve().parents[1]
# What a copy of the project needs to be checked, run and built.
_PROJECT = (
    "book.yml", "_config.yml", "_toc.yml", "chapters", "data", "requirements.lock",
    "CITATION.cff", "LICENSE",
)  # fmt: skip


# Files that take minutes. They begin first, so that none is left to run alone at the end.
_LONG = (
    "test_build.py", "test_sweep.py", "test_print.py", "test_variant.py", "test_accessibility.py",
    "test_execute.py", "test_switch.py", "test_command_line.py", "test_reproducible.py",
    "test_book.py", "test_forked_kernel.py", "test_cards.py", "test_hostile_book.py",
)  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take long before the others, and mark them: `-m "not long"`."""
    for item in items:
        if item.path.name in _LONG:
            item.add_marker("long")
    place = {name: number for number, name in enumerate(_LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(_LONG)))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail in CI where a test was skipped: in a log a skip looks like a pass."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") and skipped and exitstatus == 0:
        reporter.write_line("skipped tests fail in CI", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def _in_order() -> str:
    """Return the fingerprint of the data of this project, once they were checked."""
    return load_evidence(ROOT / "data").digest()


@pytest.fixture(autouse=True)
def _work_on_this_project(monkeypatch: pytest.MonkeyPatch, _in_order: str) -> None:
    """Let every test see this project, wherever it is run from.

    Data that are the project's own, byte for byte, are not checked again by every process that a
    test starts; others are.
    """
    monkeypatch.setenv("EVIDENCE_ROOT", str(ROOT))
    monkeypatch.setenv("EVIDENCE_CHECKED", _in_order)
    monkeypatch.delenv("EVIDENCE_TIME_LIMIT", raising=False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a headless Chromium; its event loop must not outlive the tests of one file."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("no Chromium found; on Debian or Ubuntu: apt-get install chromium")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=flags)
        yield chromium
        chromium.close()


def copy_project(target: Path) -> Path:
    """Copy what the project is checked, run and built from into a folder that is not there yet."""
    target.mkdir()
    for name in _PROJECT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name)
        else:
            shutil.copy2(source, target / name)
    return target


@pytest.fixture(scope="session")
def _rendered(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a copy of the project that was rendered; the processes of pytest-xdist share one."""
    base = tmp_path_factory.getbasetemp()
    target = (base if worker_id == "master" else base.parent) / "rendered-book"
    try:
        target.mkdir()
    except FileExistsError:
        deadline = time.monotonic() + 600
        while not (target / "done").exists():
            if time.monotonic() > deadline or (target / "failed").exists():
                pytest.fail("the book was not rendered by the process that began it")
            time.sleep(0.2)
    else:
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("EVIDENCE_ROOT", str(copy_project(target / "project")))
                render_book(lambda words: None)
                # Apart from the kept work, which nothing may be added to.
                shutil.copytree(kept_html(), target / "built" / "html")
        except BaseException:
            (target / "failed").touch()
            raise
        (target / "done").touch()
    return target


@pytest.fixture(scope="session")
def site(_rendered: Path) -> Path:
    """Return the folder of the rendered book.

    It was rendered from nothing as `evidence build` does it; that plain jupyter-book gives the
    same bytes is asked of a small book in test_build.py.
    """
    return _rendered / "built" / "html"


@pytest.fixture
def kept_project(_rendered: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the copy of the project that was rendered, with the work that is kept of it.

    Rendering a whole book takes half a minute; on kept work a page takes seconds. Tests that use
    it change no source, and are all in one file.
    """
    monkeypatch.setenv("EVIDENCE_ROOT", str(_rendered / "project"))
    return _rendered / "project"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the project that a test may break."""
    target = copy_project(tmp_path / "project")
    monkeypatch.setenv("EVIDENCE_ROOT", str(target))
    return target


@pytest.fixture
def with_library(project: Path) -> Path:
    """Return a copy of the project in which a test may edit the library, too; see `run`."""
    shutil.copytree(ROOT / "lib", project / "lib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", project)
    (project / "tests").mkdir()
    return project


def run(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a module of Python in a copy of the project, with the library of that copy."""
    return subprocess.run(
        [sys.executable, "-m", *words], capture_output=True, text=True, cwd=project, check=False,
        env={**os.environ, "PYTHONPATH": str(project / "lib")},
    )  # fmt: skip
