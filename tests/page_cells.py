"""Pages computed in this process, on tables that a test made: what a kernel would compute."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd

from evidence.sources.consistency import check_tables
from evidence.sources.data import Evidence, load_evidence

ROOT = Path(__file__).resolve().parents[1]
# A notebook is refused with one of these, and with "expected" in the message.
REFUSALS = (ValueError, KeyError)


@cache
def real() -> Evidence:
    """Return the evidence of the book; read once, never changed."""
    return load_evidence(ROOT / "data")


def tables_with(changes: Mapping[tuple[str, int, str], str]) -> dict[str, pd.DataFrame]:
    """Return the tables of the book with cells changed: (table, row, column) and the new text."""
    tables = dict(real().tables)
    for (name, position, column), text in changes.items():
        if tables[name] is real().tables[name]:
            tables[name] = tables[name].copy()
        tables[name].iloc[position, tables[name].columns.get_loc(column)] = text
    return tables


# Hazard ratio, lower and upper limit.
Printed = tuple[str, str, str]


def _hazard_ratio_row(row_id: str, printed: Printed) -> dict[str, str]:
    study, outcome, _, pair, *_ = row_id.split(".")
    outcomes = real().tables["outcomes"]
    like = outcomes[outcomes["study_id"] == study].iloc[0].to_dict()
    for column in ("arm", "p_reported", "test", "n", "events", "population", "note"):
        like[column] = ""
    arm_a, arm_b = pair.split("_v_")
    value, low, high = printed
    return like | {
        "row_id": row_id, "arm_a": arm_a, "arm_b": arm_b, "outcome": outcome,
        "statistic": "hazard_ratio", "value_reported": value, "ci_low_reported": low,
        "ci_high_reported": high, "ci_kind": "confidence", "ci_level": "95", "unit": "ratio",
        "status": "verified", "analysis_set": "",
    }  # fmt: skip


def evidence_with(
    *changes: tuple[str, str, Mapping[str, str]], hazard_ratios: Mapping[str, Printed] | None = None
) -> Evidence:
    """Return the evidence with cells changed: table, id of the row, and text by column.

    `hazard_ratios` adds rows: an id such as "rini-2012.pfs.hazard_ratio.a_v_b", and what it prints.
    The tables must break no rule: what `evidence check` refuses is no odd value.
    """
    tables = dict(real().tables)
    if hazard_ratios:
        made = [_hazard_ratio_row(row_id, printed) for row_id, printed in hazard_ratios.items()]
        added = pd.DataFrame(made, columns=tables["outcomes"].columns)
        tables["outcomes"] = pd.concat([tables["outcomes"], added], ignore_index=True)
    for name, row_id, cells in changes:
        key = {"studies": "study_id", "arms": "arm_id"}.get(name, "row_id")
        (position,) = [n for n, given in enumerate(tables[name][key]) if given == row_id]
        tables[name] = tables[name].copy()
        for column, text in cells.items():
            tables[name].iloc[position, tables[name].columns.get_loc(column)] = text
    made = admitted(tables)
    assert made is not None, check_tables(tables, real().bibliography)
    return made


def admitted(tables: dict[str, pd.DataFrame]) -> Evidence | None:
    """Return the evidence of tables that break no rule, None for others."""
    problems = check_tables(tables, real().bibliography)
    assert all(problem.expected for problem in problems)
    return None if problems else Evidence(tables, real().bibliography)


@cache
def _code(page: str) -> tuple[str, ...]:
    notebook = json.loads((ROOT / "chapters" / f"{page}.ipynb").read_text(encoding="utf-8"))
    return tuple(
        "".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"
    )


def compute(
    page: str, evidence: Evidence, *, figures: bool = False, **parameters: Any
) -> dict[str, Any]:
    """Run the cells of a chapter on evidence; return its namespace.

    Figures are not drawn unless asked for: a cell that draws one is left out.
    """
    first, *cells = _code(page)
    namespace: dict[str, Any] = {}
    quiet = contextlib.redirect_stdout(io.StringIO())
    with (
        quiet,
        mock.patch("evidence.record.opening.load_evidence", return_value=evidence),
        mock.patch("IPython.display.display"),
        mock.patch("evidence.record.live_parameters.given_in", _given),
    ):
        exec(compile(first, f"{page}, parameters", "exec"), namespace)
        namespace.update(parameters)
        for number, source in enumerate(cells, start=2):
            if figures or "draw_" not in source:
                exec(compile(source, f"{page}, cell {number}", "exec"), namespace)
    return namespace


def _given(names: Mapping[str, Any], **options: Any) -> dict[str, Any]:
    from evidence.record.validation import given_in

    return {n: v for n, v in given_in(names, **options).items() if n != "__builtins__"}


def refused(error: BaseException) -> bool:
    """Return True for an error that a reader understands; every other one is a fault."""
    return isinstance(error, REFUSALS) and "expected" in str(error)
