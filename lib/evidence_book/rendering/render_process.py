"""The process that renders: Jupyter Book's own call of Sphinx, in folders that may hold its work.

It does what `jupyter-book build SOURCE --path-output TARGET -n -W --keep-going -q` does, except
that it imports everything before it is told what to render, which may then be known already, and
that it ends with the process that started it, killed or not. Its standard input is a pipe with
one line, SOURCE and TARGET as JSON, that stays open as long as the other process lives.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def _import_all(project: Path) -> None:
    """Import what rendering will import: most of the two seconds before the first page."""
    from jupyter_book.config import get_final_config

    from evidence_book import sphinx

    config, _ = get_final_config(
        user_yaml=project / "_config.yml",
        sourcedir=project,
        # It takes this key out of what it is given, without a look whether anything is.
        cli_config={"latex_individualpages": False},
    )
    parts = [f"{sphinx.__name__}.{part}" for part in sphinx.PARTS]
    for name in [*config["extensions"], *parts]:
        importlib.import_module(name)


def main() -> int:
    """Render the book in SOURCE into TARGET/_build/html; return an exit code."""
    from jupyter_book.sphinx import build_sphinx

    # What cannot be imported is said in its place, by Sphinx.
    with suppress(Exception):
        _import_all(Path.cwd())
    line = sys.stdin.buffer.readline()
    if not line:
        return 1
    source, target = map(Path, json.loads(line))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    outcome = build_sphinx(
        source,
        target / "_build" / "html",
        noconfig=True,
        path_config=source / "_config.yml",
        confoverrides={
            "external_toc_path": (source / "_toc.yml").as_posix(),
            "latex_individualpages": False,
            "nitpicky": True,
        },
        warningiserror=True,
        keep_going=True,
        quiet=True,
    )
    return outcome if isinstance(outcome, int) else 1


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # The thread still waits for the parent to end.
    os._exit(code)
