"""The shape of the project: imports run one way, files stay small, names say something."""

import ast
from pathlib import Path

import pytest
from evidence.book.freshness import _NOT_IMPORTED_BY_PAGES
from evidence.conventions import ledger

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "lib" / "evidence"
MODULES = sorted(PACKAGE.rglob("*.py"))
# A module is read in one sitting; the two statistics modules above 300 lines are mostly docstring.
MAX_LINES = 340

# Layers from the bottom up; a module may import from its own layer and from those below it.
# Whatever is not named is a statistics module: numbers in, frozen dataclasses out.
LAYERS = [
    {"plain_text", "unseen", "units", "appraisal_tools"},
    {"text_files", "plain_yaml", "stored_parts"},
    {"estimates", "canonical", "formatting", "problems", "paths"},
    {"recorded_rows"},
    {"reported", "bibliography", "readings", "csv_tables"},
    {"printed_rows", "printed_intervals"},
    {"STATISTICS"},
    {"columns", "schema", "vocabulary"},
    {"data", "data_files", "row_consistency", "consistency", "datapackage"},
    {"responses", "printed_medians", "conventions"},
    {"eligibility"},
    {"add_on_contrasts"},
    {"results", "claims", "chapter_parameters", "parameters", "validation"},
    {"editions"},
    {"compare", "causes", "edition_changes"},
    {"recomputed"},
    {"recomputation", "convention_comparison", "tables", "figures", "audit"},
    {
        "study_tables",
        "appendix_tables",
        "convention_tables",
        "result_tables",
        "appraisal_tables",
        "audit_tables",
    },
    {"page", "live_parameters", "cell_ledger"},
    {"multiverse"},
    {"questions"},
    {"book"},
    {"commands"},
    {"__main__"},
]
NAMED = {name for layer in LAYERS for name in layer}


def unit(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return first if first in NAMED else "STATISTICS"


def layer(name: str) -> int:
    return next(number for number, names in enumerate(LAYERS) if name in names)


def imports(path: Path) -> set[str]:
    """Return the modules of the package that a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("evidence."):
            found.add(node.module.split(".")[1])
        if isinstance(node, ast.ImportFrom) and node.module == "evidence":
            found.update(name.name for name in node.names)
        if isinstance(node, ast.Import):
            found.update(n.name.split(".")[1] for n in node.names if n.name.startswith("evidence."))
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_from_its_own_layer_or_below(path):
    own = layer(unit(path)) if path.name != "__init__.py" or path.parent != PACKAGE else 99
    for name in imports(path):
        # consistency is imported by data when it checks, and data by consistency never.
        other = layer(name if name in NAMED else "STATISTICS")
        assert other <= own, f"{path.name} imports {name} from a layer above"


@pytest.mark.parametrize("path", sorted((PACKAGE / "audit").glob("*.py")), ids=lambda p: p.stem)
def test_the_audit_pools_nothing_and_knows_no_page(path):
    names = imports(path)
    assert not {name for name in names if name.startswith(("pool", "page", "book"))}


def statistics() -> list[Path]:
    return [p for p in MODULES if unit(p) == "STATISTICS" and p.name != "__init__.py"]


def test_there_are_statistics_modules():
    assert len(statistics()) > 20


@pytest.mark.parametrize("path", statistics(), ids=lambda path: path.stem)
def test_the_statistics_read_no_files(path):
    text = path.read_text()
    for word in ("open(", "read_csv", "read_text", "Path(", "os.environ"):
        assert word not in text, f"{path.name} uses {word}"


@pytest.mark.parametrize("folder", ["figures"])
def test_figures_read_no_data(folder):
    for path in (PACKAGE / folder).glob("*.py"):
        assert "data" not in imports(path), path.name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_is_read_in_one_sitting(path):
    assert len(path.read_text().splitlines()) <= MAX_LINES


def test_what_pages_compute_with_is_asked_for_by_questions_that_are_remembered():
    # A page that took rows past `Evidence.where` would stay fresh when they change.
    loads = {"data", "data_files", "consistency"}
    for path in MODULES:
        if unit(path) in loads or unit(path) in {"book", "commands"}:
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
        assert "evidence.book" not in path.read_text(), path.name


def test_nothing_that_a_page_imports_imports_what_makes_no_page_stale():
    apart = {name.removesuffix(".py") for name in _NOT_IMPORTED_BY_PAGES}
    for path in MODULES:
        if unit(path) not in apart and path.name != "__init__.py":
            assert not imports(path) & apart, path.name
    for path in (ROOT / "chapters").rglob("*.ipynb"):
        for name in apart:
            assert f"evidence.{name}" not in path.read_text(), path.name


def test_every_convention_is_a_sentence():
    assert len(ledger()) > 50
    for key, words in ledger().items():
        assert words.endswith((".", ")")), key
        assert len(words) > 30, key
