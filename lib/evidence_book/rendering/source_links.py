"""Symbolic links in the sources: a book must hold nothing from outside its own folder."""

from __future__ import annotations

from pathlib import Path

from evidence.sources.problems import Problem


def links_outside(root: Path, names: tuple[str, ...]) -> list[Problem]:
    """Return the links below some folders or files of a project that lead out of it."""
    found = []
    for name in names:
        for path in (root / name, *sorted((root / name).rglob("*"))):
            if path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
                place = path.relative_to(root).as_posix()
                expected = "a file, or a link that stays within the project"
                found.append(Problem(place, 0, "", expected, "a link that leads out of it"))
    return found
