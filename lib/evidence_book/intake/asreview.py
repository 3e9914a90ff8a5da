"""Labels exchanged with ASReview as CSV, both ways.

ASReview reads columns `title`, `abstract` and `included` (1, 0 or empty), keeps others, and writes
its own labels to `asreview_label` (version 2) or `included` (version 1); its documentation calls
this the format of partially labelled data.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from evidence.sources.problems import DataError, Problem
from evidence_book.intake.duplicates import Row
from evidence_book.rendering.whole_writes import write_whole

_COLUMNS = ("candidate_id", "title", "abstract", "authors", "year", "doi", "included")
_LABELS = {"include": "1", "exclude": "0", "": ""}
_LABEL_COLUMNS = ("asreview_label", "included", "label_included", "final_included", "label")
# "1.0" is what a table program makes of a column with empty cells; -1 is not seen (version 1).
_DECISIONS = {"1": "include", "1.0": "include", "0": "exclude", "0.0": "exclude",
              "": "", "-1": "", "nan": ""}  # fmt: skip


def write_labels(path: Path, rows: Iterable[Row], abstracts: Mapping[str, str]) -> None:
    """Write all records with their labels; abstracts by id, as far as exports were read again."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, _COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        own = {"abstract": abstracts.get(row["candidate_id"], ""),
               "included": _LABELS[row["decision"]]}  # fmt: skip
        writer.writerow({**row, **own})
    write_whole(path, stream.getvalue().encode("utf-8"))


def read_labels(path: Path) -> dict[str, str]:
    """Return the decisions of a labelled table by the id of their record; "" for not decided.

    Raises
    ------
    DataError
        Where it is no such table, or a label is none; every such line.
    """
    name = path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
        lines = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError([Problem(name, 0, "", "a CSV table in UTF-8", str(error))]) from None
    header = list(lines[0]) if lines else []
    label = next((one for one in _LABEL_COLUMNS if one in header), "")
    if "candidate_id" not in header or not label:
        expected = f"columns candidate_id and one of {', '.join(_LABEL_COLUMNS)}"
        raise DataError([Problem(name, 1, "", expected, ", ".join(map(str, header)))])
    problems, found = [], {}
    for number, line in enumerate(lines, start=1):
        given = (line[label] or "").strip()
        if given.lower() not in _DECISIONS:
            expected = "1, 0 or nothing"
            problems.append(Problem(f"{name}, record {number}", 0, label, expected, given))
        found[line["candidate_id"]] = _DECISIONS.get(given.lower(), "")
    if problems:
        raise DataError(problems)
    return found
