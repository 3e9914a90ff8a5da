"""Nothing in the library runs what it reads, and a release says what it is made of."""

import ast
import json
import re
import subprocess
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from evidence_book.extras.sbom import sbom_text

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = sorted((ROOT / "lib").rglob("*.py"))
# Cells of our own notebooks are run in this process, to be tried on tables that a test made.
MAY_EXEC = {"page_cells.py"}
LOCK = (ROOT / "requirements.lock").read_text()


def calls(path):
    """Yield every call of a file: its name as it is written, and the call."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.name)
def test_the_library_runs_no_text_and_no_shell(path):
    for name, call in calls(path):
        assert name not in ("eval", "exec", "compile", "os.system", "os.popen", "__import__")
        assert not any(word.arg == "shell" for word in call.keywords), name
        assert name not in ("yaml.full_load", "yaml.unsafe_load", "yaml.safe_load", "pickle.load")
        if name == "yaml.load":
            assert path.name == "plain_yaml.py"


def test_no_test_runs_a_text_but_those_that_are_named():
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for name, _ in calls(path):
            assert name not in ("eval", "exec") or path.name in MAY_EXEC, path.name


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.name)
def test_the_library_imports_nothing_that_makes_objects_of_what_it_reads(path):
    for node in ast.walk(ast.parse(path.read_text())):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not {"pickle", "marshal", "shelve", "dill", "joblib"} & set(names)


@pytest.fixture
def audit():
    loader = SourceFileLoader("audit_dependencies", str(ROOT / "bin" / "audit-dependencies"))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("code", "said", "sound", "words"),
    [
        (0, "No known vulnerabilities found", True, "none known"),
        (1, "requests.exceptions.ConnectionError: Max retries exceeded", True, "could not look"),
        (1, "Found 1 known vulnerability in 1 package", False, "Found 1 known vulnerability"),
        (1, "ERROR: Could not parse requirements", False, "Could not parse"),
    ],
)
def test_an_audit_fails_for_a_finding_and_not_for_a_missing_network(
    audit, monkeypatch, capsys, code, said, sound, words
):
    done = subprocess.CompletedProcess([], code, "", said)
    monkeypatch.setattr(audit.subprocess, "run", lambda *_, **__: done)
    assert audit.look_for_vulnerabilities() is sound
    assert words in capsys.readouterr().out


def test_the_licence_of_an_installed_package_is_said(audit):
    assert "BSD" in audit.licence_of("numpy")
    assert audit.licence_of("no-such-package") == "not installed here"


def test_the_bill_of_materials_names_every_locked_package_and_is_valid():
    text = sbom_text(LOCK, "0.1.0", "2026-11-22")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    named = {(one["name"], one["version"]) for one in json.loads(text)["components"]}
    locked = set(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", LOCK, re.MULTILINE))
    assert named == locked
    assert len(named) > 150


def test_the_bill_of_materials_is_the_same_every_time_and_another_for_another_lock():
    text = sbom_text(LOCK, "0.1.0", "2026-11-22")
    assert sbom_text(LOCK, "0.1.0", "2026-11-22") == text
    other = sbom_text(LOCK.replace("numpy==", "numpy==9"), "0.1.0", "2026-11-22")
    assert json.loads(other)["serialNumber"] != json.loads(text)["serialNumber"]
    assert json.loads(text)["metadata"]["timestamp"].startswith("2026-11-22T00:00:00")


def test_the_bill_of_materials_names_no_address_of_a_registry_and_no_machine():
    text = sbom_text(LOCK, "0.1.0", "2026-11-22")
    assert set(re.findall(r"https?://[^\"/]+", text)) <= {"http://cyclonedx.org"}
    assert str(ROOT) not in text


def test_a_lock_without_packages_has_no_bill():
    with pytest.raises(ValueError, match="expected lines such as name==1.2, got none"):
        sbom_text("# nothing\n", "0.1.0", "2026-11-22")
