"""All tests of the project: `make test`, or `python -m tests`.

Style and types first, because they fail fastest; then the library, the engine and the built book;
then nbval, which runs every chapter again and compares its outputs with the committed ones.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# One file per worker at a time: nbval's cells of one notebook share a kernel. One worker more than
# processors, for tests wait a third of their time for processes and browsers.
WORKERS = ["-n", str(min((os.cpu_count() or 1) + 1, 8)), "--dist", "loadfile"]
# nbval, too, gets its kernels from a process that has imported the libraries; where none can be
# forked they start as Jupyter starts them.
FORKED = {"JUPYTER_DEFAULT_PROVISIONER_NAME": "evidence-forked"}
STEPS: list[tuple[str, list[str]]] = [
    ("style", ["ruff", "check", "."]),
    ("layout", ["ruff", "format", "--check", "--quiet", "."]),
    ("types", ["mypy"]),
    # In the order of tests/conftest.py, not by how many tests a file has.
    ("tests", ["pytest", "--quiet", *WORKERS, "--no-loadscope-reorder", "tests"]),
    (
        "chapters",
        ["pytest", "--quiet", *WORKERS, "--nbval", "--nbval-current-env", "-p", "no:cacheprovider",
         "-W", "default", "chapters"],
    ),
]  # fmt: skip


def main() -> int:
    """Run every step, whatever the others say; return 0 where all passed."""
    failed = []
    for name, command in STEPS:
        print(f"== {name}: {' '.join(command)}", flush=True)
        environment = {**os.environ, **(FORKED if name == "chapters" else {})}
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=ROOT, check=False, env=environment
        )
        if done.returncode != 0:
            failed.append(name)
    print(f"== failed: {', '.join(failed)}" if failed else "== all passed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
