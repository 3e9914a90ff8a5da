"""The public faces: their names and parameters, and what of them others may no longer rely on.

`python -m tests.faces` writes `docs/faces.json`, the faces of the last release; see CONTRIBUTING.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import typer

import evidence_stats
from evidence_book.__main__ import app

STORED = Path(__file__).resolve().parents[1] / "docs" / "faces.json"
# Parameters as they are written down: `name`, `name=` with a default; a star where only the name
# will do, as for the options of a command.
Face = Mapping[str, list[str]]
_BY_NAME = "*"
_OPTIONAL = "="


def packages() -> list[str]:
    """Return the packages that have a face: the two libraries and the rooms of the first."""
    rooms = pkgutil.iter_modules(evidence_stats.__path__, "evidence_stats.")
    faces = ["evidence", "evidence_stats", *(room.name for room in rooms if room.ispkg)]
    return [name for name in faces if hasattr(importlib.import_module(name), "__all__")]


def faces() -> dict[str, dict[str, list[str]]]:
    """Return the faces as they are: by package, and of the command line."""
    found = {}
    for package in packages():
        module = importlib.import_module(package)
        found[package] = {
            name: parameters(getattr(module, name))
            for name in sorted(module.__all__)
            if not inspect.ismodule(getattr(module, name))
        }
    return {**found, "command line": dict(commands(typer.main.get_command(app), "evidence"))}


def parameters(value: object) -> list[str]:
    """Return the parameters of a function or a class; of another value, none."""
    if not callable(value):
        return []
    return [
        (_BY_NAME if one.kind is one.KEYWORD_ONLY else "")
        + name
        + ("" if one.default is one.empty and one.kind is not one.VAR_KEYWORD else _OPTIONAL)
        for name, one in inspect.signature(value).parameters.items()
    ]


def commands(command: object, name: str) -> Iterator[tuple[str, list[str]]]:
    """Yield every command with its arguments and options."""
    inner = getattr(command, "commands", None)
    if inner is not None:
        for word, one in sorted(inner.items()):
            yield from commands(one, f"{name} {word}")
        return
    yield (
        name,
        [
            (_BY_NAME if one.param_type_name == "option" else "")
            + str(one.name)
            + ("" if one.required else _OPTIONAL)
            for one in command.params  # type: ignore[attr-defined]
        ],
    )


def broken(before: Mapping[str, Face], after: Mapping[str, Face]) -> list[str]:
    """Return, in words, what code written for one state can no longer do with another."""
    said = []
    for package, names in before.items():
        now = after.get(package, {})
        for name, old in names.items():
            if name not in now:
                said.append(f"{package}: {name} is gone")
                continue
            said += [f"{package}: {name}: {fault}" for fault in _faults(old, now[name])]
    return said


def _faults(old: list[str], new: list[str]) -> Iterator[str]:
    known = {_bare(one): one for one in new}
    for one in old:
        name = _bare(one)
        if name not in known:
            yield f"parameter {name} is gone"
        elif one.endswith(_OPTIONAL) and not known[name].endswith(_OPTIONAL):
            yield f"parameter {name} must now be given"
        elif known[name].startswith(_BY_NAME) and not one.startswith(_BY_NAME):
            yield f"parameter {name} is now taken by its name alone"
    names = {_bare(one) for one in old}
    for name in known.keys() - names:
        if not known[name].endswith(_OPTIONAL):
            yield f"parameter {name} is new and must be given"
    places = [_bare(one) for one in new if not one.startswith(_BY_NAME)]
    kept = [_bare(one) for one in old if not one.startswith(_BY_NAME) and _bare(one) in places]
    if places[: len(kept)] != kept:
        yield f"parameters stand in another order, {', '.join(places)}"


def _bare(parameter: str) -> str:
    return parameter.removeprefix(_BY_NAME).removesuffix(_OPTIONAL)


def as_text(found: Mapping[str, Face]) -> str:
    """Return faces as JSON, a name a line, so that a change of one shows as one line."""
    blocks = [
        f" {json.dumps(package)}: {{\n"
        + ",\n".join(f"  {json.dumps(name)}: {json.dumps(told)}" for name, told in names.items())
        + "\n }"
        for package, names in found.items()
    ]
    return "{\n" + ",\n".join(blocks) + "\n}\n"


if __name__ == "__main__":
    STORED.write_text(as_text(faces()), encoding="utf-8")
