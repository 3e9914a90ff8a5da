"""Building the book: beside the published one, which it replaces only when it is whole."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from evidence.book.site import check_site
from evidence.paths import build_folder, project_root
from evidence.problems import DataError

# What a book is rendered from; everything else in the project is left out of a variant's copy.
_SOURCES = (
    "_config.yml",
    "_toc.yml",
    "_static",
    "_templates",
    "chapters",
    "data",
    "requirements.lock",
    "CITATION.cff",
    "LICENSE",
)


class BuildError(Exception):
    """The book could not be rendered; the message is what the renderer said."""


def render(source: Path, target: Path) -> None:
    """Render the book in the folder `source` into `target`/_build/html.

    Raises
    ------
    BuildError
        Where jupyter-book warns or fails.
    """
    command = [
        str(Path(sys.executable).with_name("jupyter-book")), "build", str(source),
        "--path-output", str(target), "-n", "-W", "--keep-going", "--all", "-q",
    ]  # fmt: skip
    done = subprocess.run(  # noqa: S603 - every word of the command is ours
        command,
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore", "NO_COLOR": "1"},
    )
    if done.returncode != 0:
        said = [
            line
            for line in (done.stdout + done.stderr).splitlines()
            if any(word in line for word in ("WARNING", "ERROR", "Error", "error:"))
        ]
        raise BuildError("\n".join(dict.fromkeys(said)) or (done.stdout + done.stderr)[-2000:])


def copy_sources(target: Path) -> None:
    """Copy what a book is rendered from into an empty folder."""
    target.mkdir(parents=True)
    for name in _SOURCES:
        origin = project_root() / name
        if origin.is_dir():
            skip = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
            shutil.copytree(origin, target / name, ignore=skip)
        elif origin.exists():
            shutil.copy2(origin, target / name)


def publish(built: Path, published: Path) -> None:
    """Put a built folder in the place of the published one."""
    published.parent.mkdir(parents=True, exist_ok=True)
    old = published.with_name(f".{published.name}.old-{os.getpid()}")
    if published.exists():
        os.replace(published, old)
    os.replace(built, published)
    shutil.rmtree(old, ignore_errors=True)


def build_book() -> Path:
    """Render, check and publish the book; return its index page.

    Raises
    ------
    BuildError
        Where rendering failed. The published book stays as it was.
    DataError
        Where the rendered pages have broken links, images without words, or debris.
    """
    staging = build_folder() / f".staging-{os.getpid()}"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        render(project_root(), staging)
        built = staging / "_build" / "html"
        problems = check_site(built)
        if problems:
            raise DataError(problems)
        published = build_folder() / "html"
        publish(built, published)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return published / "index.html"
