"""The process that renders: Jupyter Book's own call of Sphinx, in folders that may hold its work.

    python -m evidence.book.render_process SOURCE TARGET

It does what `jupyter-book build SOURCE --path-output TARGET -n -W --keep-going -q` does, except
that it ends with the process that started it, killed or not: its standard input is a pipe that
nobody writes to.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def main(source: Path, target: Path) -> int:
    """Render the book in `source` into `target`/_build/html; return an exit code."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from jupyter_book.sphinx import build_sphinx

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
    code = main(*map(Path, sys.argv[1:]))
    sys.stdout.flush()
    sys.stderr.flush()
    # The thread still waits for the parent to end.
    os._exit(code)
