"""Archives that are the same bytes whenever they are made from the same files."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

# The earliest time that the format knows, since no clock belongs into an archive.
_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16


def write_zip(path: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a zip archive, in the order of their names.

    Parameters
    ----------
    path : Path
        The archive; its folder is made where there is none.
    files : mapping of str to bytes
        Content by name inside the archive.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = _MODE
            archive.writestr(entry, files[name])


def write_checksum(path: Path) -> Path:
    """Write the SHA-256 of a file beside it, as `sha256sum -c` reads it; return that file."""
    target = path.with_name(f"{path.name}.sha256")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    target.write_text(f"{digest}  {path.name}\n", encoding="utf-8")
    return target


def read_folder(folder: Path, prefix: str) -> dict[str, bytes]:
    """Return the files below a folder by their name below `prefix`."""
    return {
        f"{prefix}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
