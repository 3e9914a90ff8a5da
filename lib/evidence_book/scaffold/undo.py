"""Taking back what the last `evidence new` wrote, as long as nobody has worked on it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from evidence.files.paths import build_folder, project_root
from evidence.files.text_files import read_json_file
from evidence_book.rendering.whole_writes import write_all


class UndoError(ValueError):
    """What cannot be taken back; nothing was changed."""


def _record() -> Path:
    """Return the file that remembers how things were before the last `evidence new`."""
    return build_folder() / "new.json"


def write_new(texts: Mapping[Path, str]) -> list[Path]:
    """Write the files of a study or a question as one, and how to take them back; return them."""
    root = project_root()
    remembered = {
        path.relative_to(root).as_posix(): {
            "before": path.read_bytes().decode("utf-8") if path.exists() else None,
            "after": hashlib.sha256(text.encode()).hexdigest(),
        }
        for path, text in texts.items()
    }
    write_all({**texts, _record(): json.dumps(remembered, ensure_ascii=False)})
    return list(texts)


def undo_new() -> list[Path]:
    """Bring the files of the last `evidence new` back to what they were; return them.

    Raises
    ------
    UndoError
        Where there is nothing to take back, or a file has been changed or removed since.
    """
    root, record = project_root(), _record()
    if not record.exists():
        raise UndoError("expected something that `evidence new` wrote, got nothing to take back")
    remembered = {root / name: told for name, told in read_json_file(record).items()}
    edited = [
        path.relative_to(root).as_posix()
        for path, told in remembered.items()
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != told["after"]
    ]
    if edited:
        raise UndoError(
            f"expected the files as `evidence new` wrote them, got {', '.join(edited)} changed "
            "since, and nothing was taken back; where that work may be lost, git takes it back: "
            f"`git status`, then `git restore FILE` for a file of before, `rm FILE` for a new one"
        )
    write_all(
        {path: told["before"] for path, told in remembered.items() if told["before"] is not None}
    )
    for path, told in remembered.items():
        if told["before"] is None:
            path.unlink()
            _remove_if_left_empty(path.parent)
    record.unlink()
    return list(remembered)


def _remove_if_left_empty(folder: Path) -> None:
    """Remove the package of a question whose last file has gone, with what Python compiled."""
    if {path.name for path in folder.iterdir()} <= {"__pycache__"}:
        shutil.rmtree(folder)
