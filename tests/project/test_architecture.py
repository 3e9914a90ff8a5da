"""The shape of the project: four storeys, imports one way, small files, names that say something.

evidence_stats computes, evidence says what was computed from what, mrcc argues the questions of
this book, evidence_book prints.
"""

import ast
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from evidence.conventions.ledger import ledger
from evidence_book.runs.freshness import _NOT_IMPORTED_BY_PAGES
from evidence_book.runs.library_imports import packages

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "lib"
STOREYS = ("evidence_stats", "evidence", "mrcc", "evidence_book")
MODULES = sorted(path for storey in STOREYS for path in (LIBRARY / storey).rglob("*.py"))
# A module is read in one sitting; docstrings, with their sources and examples, are looked up.
MAX_LINES = 290


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(LIBRARY).with_suffix("").parts).removesuffix(".__init__")


NAMES = {name_of(path): path for path in MODULES}


def shown(path: Path) -> str:
    return path.relative_to(LIBRARY).as_posix()


@cache
def imports(path: Path) -> dict[str, bool]:
    """Return the modules of the library that a file imports, wherever in it: needed at run time?"""
    tree = ast.parse(path.read_text())
    annotations = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for child in ast.walk(node)
    }
    found: dict[str, bool] = {}
    for node in ast.walk(tree):
        listed = []
        if isinstance(node, ast.ImportFrom) and node.module:
            inside = [f"{node.module}.{name.name}" for name in node.names]
            listed = [name if name in NAMES else node.module for name in inside]
        elif isinstance(node, ast.Import):
            listed = [name.name for name in node.names]
        for name in listed:
            if name in NAMES:
                found[name] = found.get(name, False) or node not in annotations
    return found


def test_the_contracts_of_pyproject_on_who_imports_whom_are_kept():
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_picture_of_the_architecture_is_that_of_the_imports():
    command = [sys.executable, "bin/draw-architecture", "--print"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    kept = (ROOT / "docs" / "architecture.svg").read_text(encoding="utf-8")
    mend = "docs/architecture.svg is out of date: run .venv/bin/python bin/draw-architecture"
    assert done.stdout == kept, mend


def test_the_page_on_architecture_names_every_room():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = {path.parent.name for path in LIBRARY.glob("*/*/__init__.py")}
    questions = {path.parent.name for path in LIBRARY.glob("mrcc/*/__init__.py")}
    assert [room for room in sorted(rooms - questions) if f"`{room}`" not in text] == []
    modules = re.findall(r"`((?:evidence_stats|evidence|mrcc|evidence_book)\.[a-z_.]+)`", text)
    assert len(modules) > 12
    assert [name for name in modules if name not in NAMES] == []


def test_no_module_imports_itself_by_way_of_others():
    needed = {
        name: {other for other, at_run_time in imports(path).items() if at_run_time}
        for name, path in NAMES.items()
    }
    # It raises CycleError, which names the circle.
    list(TopologicalSorter(needed).static_order())


def test_the_statistics_read_no_files():
    statistics = [path for path in MODULES if name_of(path).startswith("evidence_stats.")]
    assert len(statistics) > 20
    for path in statistics:
        text = path.read_text()
        for word in ("open(", "read_csv", "read_text", "Path(", "os.environ"):
            assert word not in text, f"{shown(path)} uses {word}"


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_a_module_is_read_in_one_sitting(path):
    text = path.read_text()
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    described = [n for n in ast.walk(ast.parse(text)) if isinstance(n, documented)]
    docstrings = sum(
        node.body[0].end_lineno - node.body[0].lineno + 1
        for node in described
        if ast.get_docstring(node) is not None
    )
    assert len(text.splitlines()) - docstrings <= MAX_LINES


def test_what_pages_compute_with_is_asked_for_by_questions_that_are_remembered():
    # A page that took rows past `Evidence.where` would stay fresh when they change.
    loads = {f"evidence.sources.{name}" for name in ("data", "data_files", "consistency")}
    for name, path in NAMES.items():
        if name in loads or name.startswith("evidence_book"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in ("tables", "bibliography"):
                owner = ast.unparse(node.value)
                allowed = path.name == "validation.py" and node.attr == "tables"
                assert "evidence" not in owner or allowed, f"{path.name}: {owner}.{node.attr}"


def test_no_file_has_a_name_that_says_nothing():
    vague = {"utils", "util", "helpers", "helper", "misc", "common"}
    assert not [p for p in ROOT.glob("**/*.py") if p.stem in vague and ".venv" not in p.parts]


def test_no_chapter_imports_the_engine():
    for path in (ROOT / "chapters").rglob("*.ipynb"):
        assert "evidence_book" not in path.read_text(), path.name


def test_nothing_that_a_page_imports_imports_what_makes_no_page_stale():
    apart = {name_of(LIBRARY / name) for name in _NOT_IMPORTED_BY_PAGES}
    assert apart <= NAMES.keys()
    for name, path in NAMES.items():
        if name not in apart and name.partition(".")[0] in packages():
            assert not imports(path).keys() & apart, path.name
    for path in (ROOT / "chapters").rglob("*.ipynb"):
        for name in apart:
            assert name not in path.read_text(), path.name


def test_every_convention_is_a_sentence():
    assert len(ledger()) > 50
    for key, words in ledger().items():
        assert words.endswith((".", ")")), key
        assert len(words) > 30, key
