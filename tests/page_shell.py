"""Pages run in this process, cell by cell, and compared with their committed form.

    python -m tests.page_shell questions/landscape

says where the outputs of a page differ from the committed ones; `--seed` disturbs the last places
of its arithmetic (tests/last_places.py), `--twice` runs every cell twice and then opens the page
again, as somebody does who works on it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.last_places import disturb

ROOT = Path(__file__).resolve().parents[1]
Outputs = list[list[dict[str, Any]]]


def _code_cells(page: str) -> list[dict[str, Any]]:
    notebook = json.loads((ROOT / "chapters" / f"{page}.ipynb").read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def run_page(page: str, *, twice: bool = False, **parameters: Any) -> Outputs:
    """Run the cells of a page in this process; return what each code cell displayed last.

    `parameters` take the place of those in its first cell, as papermill would have it.

    Raises
    ------
    RuntimeError
        Where a cell raised.
    """
    from IPython.core.displayhook import CapturingDisplayHook
    from IPython.core.displaypub import CapturingDisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell

    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(colors="NoColor", history_length=0)
    publisher = CapturingDisplayPublisher()
    shell.display_pub = publisher
    shell.display_trap.hook = CapturingDisplayHook(shell, publisher.outputs)

    def run(number: int, source: str) -> list[dict[str, Any]]:
        publisher.outputs.clear()
        done = shell.run_cell(source, store_history=True)
        if not done.success:
            error = done.error_before_exec or done.error_in_exec
            raise RuntimeError(f"{page}, code cell {number}: {error!r}") from error
        return [json.loads(json.dumps(output["data"])) for output in publisher.outputs]

    shown = []
    sources = ["".join(cell["source"]) for cell in _code_cells(page)]
    for number, source in enumerate(sources, start=1):
        made = run(number, source)
        shown.append(run(number, source) if twice else made)
        if number == 1:
            shell.user_ns.update(parameters)
    for number, source in enumerate(sources[:2] if twice else (), start=1):
        # The parameters and the page itself, with all that later cells have named.
        run(number, source)
    return shown


def committed(page: str) -> Outputs:
    """Return what the code cells of a committed page displayed."""
    return [
        [output["data"] for output in cell["outputs"] if "data" in output]
        for cell in _code_cells(page)
    ]


def differences(page: str, *, twice: bool = False) -> list[str]:
    """Run a page; return where its outputs differ from the committed ones, a line each."""
    from evidence_book.reports.output_changes import changed_outputs

    found = []
    cells = zip(committed(page), run_page(page, twice=twice), strict=True)
    for number, pair in enumerate(cells, start=1):
        # A cell that runs again tells at its first output all that it asks of the data.
        was, now = map(_asked_together, pair) if twice else pair
        found += [f"{page}, code cell {number}: {line}" for line in changed_outputs(was, now)]
    return found


def _asked_together(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return outputs with what they asked of the data in one more."""
    from evidence.record.results import READINGS_MIME
    from evidence.sources.readings import Readings

    asked = Readings()
    for data in outputs:
        asked.add(Readings.from_json(data.get(READINGS_MIME, {})))
    others = [
        {name: value for name, value in data.items() if name != READINGS_MIME} for data in outputs
    ]
    return [*others, {READINGS_MIME: asked.to_json()}]


def menu_fingerprints() -> Iterator[str]:
    """Yield for every combination of menus a line that holds a fingerprint of what it displays."""
    from evidence_book.grids.switch_grid import read_switch_grid, switched_pages

    for page in switched_pages():
        for parameters in read_switch_grid(page).computed().values():
            shown = json.dumps(run_page(page, **parameters))
            yield f"{page} {parameters}: {hashlib.sha256(shown.encode()).hexdigest()}"


def _apart(page: str, *, twice: bool) -> bool:
    """Compare one page in a process of its own, so that nothing is remembered from another."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    status = 1
    try:
        found = differences(page, twice=twice)
        print(*(found or [f"{page}: the same"]), sep="\n", flush=True)
        status = 1 if found else 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


def main() -> int:
    """Run pages, one process each; return 0 where all are as committed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pages", nargs="*", help="pages, e.g. questions/landscape; none is all")
    parser.add_argument("--seed", type=int, default=0, help="of the disturbance; 0 is none")
    parser.add_argument("--menus", action="store_true", help="fingerprints of all menus instead")
    parser.add_argument("--twice", action="store_true", help="every cell twice, then open again")
    given = parser.parse_args()
    if given.seed:
        disturb(given.seed)
    # Before the fork, so that no page imports, reads and checks on its own.
    import lifelines  # noqa: F401
    import matplotlib.figure  # noqa: F401

    from evidence.sources.data import load_evidence
    from evidence_book.runs.freshness import list_pages

    load_evidence()

    if given.menus:
        print(*menu_fingerprints(), sep="\n")
        return 0
    pages = given.pages or list_pages()
    same = [page for page in pages if _apart(page, twice=given.twice)]
    print(f"{len(same)} passed, {len(pages) - len(same)} failed")
    return 0 if len(same) == len(pages) else 1


if __name__ == "__main__":
    sys.exit(main())
