"""Edits that nobody chose: does every page whose outputs they change count as stale?

    python -m benchmarks.invalidation [--edits 20] [--seed 1]

Each edit changes one cell of one table, at random, in a copy of the project. What would be run is
noted; then every page is run, stale or not. A page that changed and was not stale would have been
a silently wrong page; one that was stale and did not change cost time only.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.builds import copy_project

_TABLES = (
    "outcomes", "characteristics", "arms", "studies", "biomarkers", "appraisals", "certainty",
    "discrepancies", "excluded",
)  # fmt: skip
# Notes what is stale, runs all pages, and says whose outputs changed; or that the edit is refused.
_CHILD = """
import json
from evidence_book.kernels.execute import refresh
from evidence_book.runs.freshness import list_pages, read_notebook, why_stale
from evidence.sources.data import load_evidence
from evidence.files.paths import notebook_path
from evidence.sources.problems import DataError

def outputs(page):
    return [cell.get("outputs") for cell in read_notebook(notebook_path(page))["cells"]]

def main():
    try:
        evidence = load_evidence()
    except DataError as error:
        print(json.dumps({"refused": str(error.problems[0])}))
        return
    stale = [page for page in list_pages() if why_stale(page, evidence)]
    before = {page: outputs(page) for page in list_pages()}
    runs = refresh(list_pages())
    failed = [run.error for run in runs if run.error]
    changed = [page for page in list_pages() if outputs(page) != before[page]]
    print(json.dumps({"stale": stale, "changed": changed, "failed": failed}))

if __name__ == "__main__":
    main()
"""


def edit_cell(folder: Path, chance: random.Random) -> str:
    """Change one cell of one table: a digit of a number, or a word more; return what was done."""
    path = folder / "data" / f"{chance.choice(_TABLES)}.csv"
    head, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
    row, column = chance.choice(rows), chance.randrange(1, len(head))
    before = row[column]
    if re.search(r"\d", before) and not before.startswith("http"):
        places = [place for place, sign in enumerate(before) if sign.isdigit()]
        place = chance.choice(places)
        digit = str((int(before[place]) + chance.randrange(1, 9)) % 10)
        row[column] = before[:place] + digit + before[place + 1 :]
    else:
        row[column] = f"{before} indeed".strip()
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([head, *rows])
    return f"{path.stem} {row[0]} {head[column]}: {before[:30]!r} to {row[column][:40]!r}"


def main() -> int:
    """Try edits until enough were accepted; return 1 where a page would have been wrong."""
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("--edits", type=int, default=20)
    words.add_argument("--seed", type=int, default=1)
    given = words.parse_args()
    chance = random.Random(given.seed)
    accepted = refused = missed = spared = 0
    while accepted < given.edits:
        with tempfile.TemporaryDirectory() as temporary:
            folder = copy_project(Path(temporary))
            what = edit_cell(folder, chance)
            script = folder / "child.py"
            script.write_text(_CHILD, encoding="utf-8")
            done = subprocess.run(
                [sys.executable, str(script)], cwd=folder, capture_output=True, text=True,
                check=True, env={**os.environ, "EVIDENCE_ROOT": str(folder)},
            )  # fmt: skip
        said = json.loads(done.stdout.splitlines()[-1])
        if "refused" in said:
            refused += 1
            print(f"refused  {what}: {said['refused'][:100]}", flush=True)
            continue
        accepted += 1
        wrong = sorted(set(said["changed"]) - set(said["stale"]))
        missed += len(wrong)
        spared += len(set(said["stale"]) - set(said["changed"]))
        print(f"{what}: stale {len(said['stale'])}, changed {len(said['changed'])}"
              + (f", MISSED {wrong}" if wrong else "")
              + (f", failed {said['failed']}" if said["failed"] else ""), flush=True)  # fmt: skip
    print(f"{accepted} edits, {refused} refused: {missed} pages missed, {spared} run for nothing")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
