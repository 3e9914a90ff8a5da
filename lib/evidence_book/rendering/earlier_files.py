"""Files of the last rendering, taken over where they would be made from the same again.

The files of a book's downloads are written in every rendering, so that none stays that no page
offers any more. Before it begins, those of the last rendering are put aside, into `EARLIER` beside
the HTML; what each was made from stands in the folder of the doctrees.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

EARLIER = "earlier"


class EarlierFiles:
    """Writes groups of files below a folder; each is made only where its key is another one.

    Parameters
    ----------
    target : Path
        Folder of the HTML; the files of the last rendering lie beside it, in `EARLIER`.
    record : Path
        Where the keys of this rendering are kept for the next one; with None, nothing is kept.
    """

    def __init__(self, target: Path, record: Path | None) -> None:
        self._target = target
        self._folder = target.parent / EARLIER
        self._record = record
        self._known: dict[str, list[str]] = {}
        self._now: dict[str, list[str]] = {}
        if record is not None and record.exists() and self._folder.exists():
            self._known = json.loads(record.read_text(encoding="utf-8"))

    def write(self, group: str, key: str, make: Callable[[], Mapping[str, bytes]]) -> None:
        """Write the files of a group: those of the last rendering, or made anew.

        Parameters
        ----------
        group : str
            Its name, one per rendering.
        key : str
            Fingerprint of all that its files are made from, see `fingerprints.digest`.
        make : callable
            Returns the content of each file by its path below the folder of the HTML.
        """
        known, *names = self._known.get(group, [""])
        files = {name: self._folder / name for name in names}
        if known == key and all(path.is_file() for path in files.values()):
            made: Mapping[str, bytes] = {name: path.read_bytes() for name, path in files.items()}
        else:
            made = make()
        for name, content in made.items():
            path = self._target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self._now[group] = [key, *made]

    def close(self) -> None:
        """Keep the keys for the next rendering."""
        if self._record is not None:
            self._record.write_text(json.dumps(self._now), encoding="utf-8")
