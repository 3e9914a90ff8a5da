"""What nbval says of a chapter whose outputs differ: the numbers, the reason, the remedy.

pytest loads this by itself; it says nothing of notebooks that are no pages of a book.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put words in the place of nbval's comparison of raw outputs."""
    report = yield
    differs = (
        report.when == "call"
        and report.failed
        and type(item).__name__ == "IPyNbCell"
        and call.excinfo is not None
        and str(call.excinfo.value) == "Cell outputs differ"
    )
    if differs:
        report.longrepr = describe_cell(item)
    return report


def describe_cell(item: Any) -> str:
    """Return what differs between the committed outputs of a cell and those that came out."""
    from evidence.files.paths import page_name
    from evidence_book.reports.output_changes import changed_outputs, changed_parameters

    page = page_name(Path(str(item.path)))
    committed, now = (
        [dict(output["data"]) for output in outputs if "data" in output]
        for outputs in (item.cell.outputs, item.test_outputs)
    )
    notebook = item.parent
    # Parameters are recorded by the first cells; the numbers that they move come after.
    notebook.moved_parameters = [
        *getattr(notebook, "moved_parameters", ()), *changed_parameters(committed, now),
    ]  # fmt: skip
    if not hasattr(notebook, "why_other"):
        notebook.why_other = _reasons(page)
    reasons = [*notebook.moved_parameters, *notebook.why_other] or [
        "nothing that the page depends on: this machine computes another result; please report it"
    ]
    lines = [
        f"{page}, cell {item.cell_num}: the outputs are not the committed ones",
        *(f"  {line}" for line in changed_outputs(committed, now)),
        *(f"  changed: {line}" for line in reasons),
        f"  mend: `evidence run {page}`, then look at `git diff` and commit what is right",
    ]
    return "\n".join(lines)


def _reasons(page: str) -> list[str]:
    from evidence_book.reports.since_commit import changes_since_commit

    try:
        return changes_since_commit(page)
    except (OSError, ValueError, KeyError) as error:
        return [f"what changed cannot be told: {error}"]
