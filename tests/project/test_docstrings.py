"""The faces of the library: each name is found, typed, described and shown by an example that runs.

A name of a face has parameters, result and an example in its docstring, and is public in one place.
"""

import ast
import doctest
import importlib
import inspect
import math
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

LIBRARY = Path(__file__).resolve().parents[2] / "lib"
ROOMS = ("rates", "survival", "pooling", "networks", "markers", "printed")
FACES = ("evidence", "evidence_stats", *(f"evidence_stats.{room}" for room in ROOMS))
PACKAGES = ("evidence_stats", "evidence", "mrcc", "evidence_book")


def face(package):
    """Return the names that a package gives, without its rooms, and the modules they are from."""
    given = importlib.import_module(package)._FACE
    return {name: module for name, module in given.items() if module != f"{package}.{name}"}


PUBLIC = {name: module for package in FACES for name, module in face(package).items()}


def public(name):
    return getattr(importlib.import_module(PUBLIC[name]), name)


def sections(name):
    """Return the sections of a numpydoc docstring by their titles."""
    parts = re.split(r"\n\n(?=\w+\n-+\n)", inspect.getdoc(public(name)))
    return {part.partition("\n")[0]: part for part in parts[1:]}


def modules_of(packages):
    return [path for package in packages for path in sorted((LIBRARY / package).rglob("*.py"))]


@pytest.mark.parametrize("package", FACES)
def test_a_face_lists_its_names_and_gives_each(package):
    module = importlib.import_module(package)
    assert module.__all__ == dir(module) == sorted(module._FACE)
    for name in module.__all__:
        assert getattr(module, name) is not None


@pytest.mark.parametrize("package", FACES)
def test_an_editor_is_told_of_the_names_that_a_face_imports_on_demand(package):
    module = importlib.import_module(package)
    block = next(n for n in ast.parse(inspect.getsource(module)).body if isinstance(n, ast.If))
    told = {
        one.name: f"{package}.{one.name}" if line.module == package else line.module
        for line in block.body
        for one in line.names
    }
    assert told == module._FACE


def test_a_name_of_two_faces_is_one_thing():
    found = defaultdict(set)
    for package in FACES:
        for name, module in face(package).items():
            found[name].add(module)
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_no_name_of_a_face_hides_a_module_beside_it():
    for package in FACES:
        folder = LIBRARY / package.replace(".", "/")
        assert [name for name in face(package) if (folder / f"{name}.py").exists()] == []


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_a_public_name_says_what_it_takes_and_gives_and_shows_it(name):
    thing, said = public(name), sections(name)
    assert ">>> " in said.get("Examples", ""), "an example is missing"
    assert len(re.findall(r"^>>> |^\.\.\. ", said["Examples"], re.M)) <= 8
    if inspect.isclass(thing):
        assert "Attributes" in said
        return
    assert "Returns" in said
    taken = [one for one in inspect.signature(thing).parameters if one != "self"]
    missing = [
        one for one in taken if not re.search(rf"^[\w*, ]*\b{one}\b", said["Parameters"], re.M)
    ]
    assert missing == []


WITH_EXAMPLES = [path for path in modules_of(PACKAGES) if ">>> " in path.read_text("utf-8")]


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=lambda path: path.stem)
def test_examples_give_what_they_say(path):
    name = ".".join(path.relative_to(LIBRARY).with_suffix("").parts).removesuffix(".__init__")
    module = importlib.import_module(name)
    known = {"math": math, "np": np, **{one: public(one) for one in PUBLIC}, **vars(module)}
    done = doctest.testmod(module, extraglobs=known)
    assert done.attempted > 0
    assert done.failed == 0


# What Sphinx, Python and the command line ask for by its name.
ASKED_FOR = {"connect", "main"}


def test_no_name_is_public_in_two_places():
    found = defaultdict(list)
    for path in modules_of(("evidence_stats", "evidence", "evidence_book")):
        if "commands" in path.parts:
            continue
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(path.relative_to(LIBRARY).as_posix())
    twice = {name: paths for name, paths in found.items() if len(paths) > 1}
    assert {name: paths for name, paths in twice.items() if name not in ASKED_FOR} == {}


PAGES = LIBRARY.parent / "chapters" / "library"


def test_the_page_on_the_library_has_the_names_that_no_room_of_statistics_has():
    text = (PAGES / "api.md").read_text("utf-8")
    listed = {
        package: members.split(", ")
        for package, members in re.findall(r"automodule:: (\w+)\n   :members: (.+)", text)
    }
    own = [name for name, module in face("evidence").items() if module.startswith("evidence.")]
    assert listed["evidence"] == sorted(own)
    assert sorted(listed["evidence_stats"]) == sorted(face("evidence_stats"))
    rooms = re.findall(r"automodule:: evidence_stats\.(\w+)\n   :members:\n", text)
    assert sorted(rooms) == sorted(ROOMS)


def test_the_examples_of_the_page_on_its_use_give_what_they_say():
    text = (PAGES / "use-from-python.md").read_text("utf-8")
    blocks = [block for block in re.findall(r"```python\n(.*?)```", text, re.S) if ">>>" in block]
    assert len(blocks) >= 5
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "the page", None, 0)
    assert doctest.DocTestRunner().run(test).failed == 0
