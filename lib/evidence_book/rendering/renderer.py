"""Processes that render: they end with this one, and what they say of a mistake is kept."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from evidence.files.paths import project_root
from evidence_book.rendering.exclusive import held_descriptors

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_SAID = ("WARNING", "ERROR", "Error", "error:")


class BuildError(Exception):
    """The book could not be rendered; the message is what the renderer said."""


def _environment() -> dict[str, str]:
    """Return this process's variables, without those that would change what a page says."""
    # Sphinx writes the year of this clock in the place of the book's.
    kept = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    return {**kept, "PYTHONWARNINGS": "ignore", "NO_COLOR": "1", "PYTHONUTF8": "1"}


def _raise_failed(said: str, source: Path) -> None:
    """Say what the renderer said: of files of the project, not of the copy that is rendered."""
    said = _COLOUR.sub("", said).replace(f"{source}{os.sep}", "")
    lines = [line for line in said.splitlines() if any(word in line for word in _SAID)]
    raise BuildError("\n".join(dict.fromkeys(lines)) or said[-2000:])


def run_renderer(command: list[str], folder: Path) -> None:
    """Run a command that renders from nothing.

    Raises
    ------
    BuildError
        Where it warns or fails, with what it said.
    """
    done = subprocess.run(  # noqa: S603 - every word of the command is ours
        command, cwd=folder, capture_output=True, encoding="utf-8", errors="replace", check=False,
        env=_environment(),
    )  # fmt: skip
    if done.returncode != 0:
        _raise_failed(done.stdout + done.stderr, Path(command[2]))


class Renderer:
    """A process of `render_process`, which renders once; it imports meanwhile."""

    def __init__(self) -> None:
        commands, self._commands = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "evidence_book.rendering.render_process"],
                cwd=project_root(),
                stdin=commands,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                # The project is held until this process has ended, too.
                pass_fds=held_descriptors(),
                env=_environment(),
            )
        finally:
            os.close(commands)

    def render(self, source: Path, target: Path) -> None:
        """Render the book in `source` into `target`/_build/html, from the work kept there.

        Raises
        ------
        BuildError
            Where a page warns or fails, with what was said.
        """
        os.write(self._commands, json.dumps([str(source), str(target)]).encode() + b"\n")
        said, _ = self._process.communicate()
        if self._process.returncode != 0:
            _raise_failed(said, source)

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._commands >= 0:
            os.close(self._commands)
            self._commands = -1
        if self._process.poll() is None:
            self._process.kill()
        self._process.__exit__(None, None, None)

    def __enter__(self) -> Renderer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
