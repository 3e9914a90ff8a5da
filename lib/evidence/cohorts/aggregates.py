"""The aggregates of a cohort: computed from its patients and written; never a patient's row."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evidence.cohorts import added_value, curves, models, permutations
from evidence.cohorts.design import FOLDER, CohortDesign
from evidence.cohorts.patients import Patients
from evidence.cohorts.tables import PROVENANCE, TABLES
from evidence.record.canonical import stored_text
from evidence_stats.cohorts.cox import NoFitError

Row = dict[str, Any]
Tables = dict[str, list[Row]]


def aggregate(patients: Patients, thresholds: list[float], *, workers: int = 2) -> Tables:
    """Return every table of a cohort, in rows.

    Parameters
    ----------
    patients : Patients
        The cohort.
    thresholds : list of float
        P values of other studies, whose like among these markers is looked for.
    workers : int
        Processes; the result does not depend on them.
    """
    tables: Tables = {name: [] for name in TABLES}
    chance = permutations.Chance(patients)
    dealt = chance.dealings()
    steps = [dealt[at : at + permutations.CHUNK] for at in range(0, len(dealt), permutations.CHUNK)]
    # One thread each: several processes would fight over the cores.
    before = os.environ.get("OPENBLAS_NUM_THREADS")
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    try:
        with ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(patients,)
        ) as pool:
            by_marker = pool.map(_of_marker, patients.design.markers)
            base = pool.submit(_base)
            tested = pool.map(_tested, steps)
            for rows in by_marker:
                for name, row in rows:
                    tables[name].append(row)
            found = permutations.joined(list(tested))
            without = base.result()
    finally:
        if before is None:
            del os.environ["OPENBLAS_NUM_THREADS"]
        else:
            os.environ["OPENBLAS_NUM_THREADS"] = before
    observed = chance.test(np.arange(len(chance.values))[None, :])
    tables["permutations"] += permutations.null_rows(chance, observed, found)
    tables["panels"] += permutations.panel_rows(chance, found, thresholds)
    tables["cut_points"] += permutations.cut_rows(chance, observed, found)
    tables["facts"] += fact_rows(patients, without)
    return tables


_STATE: dict[str, Any] = {}


def _begin(patients: Patients) -> None:
    _STATE["patients"] = patients


def _tested(dealt: np.ndarray) -> permutations.Found:
    if "chance" not in _STATE:
        _STATE["chance"] = permutations.Chance(_STATE["patients"])
    found: permutations.Found = _STATE["chance"].test(dealt)
    return found


def _base() -> Row:
    """Return how well the model without a marker discriminates; nothing where it is empty."""
    try:
        return added_value.discrimination_cells(added_value.base_value(_STATE["patients"]))
    except NoFitError:
        return {}


def _of_marker(marker: str) -> list[tuple[str, Row]]:
    patients = _STATE["patients"]
    return [
        *(("models", row) for row in models.model_rows(patients, marker)),
        *(("periods", row) for row in models.period_rows(patients, marker)),
        *(("over_time", row) for row in models.over_time_rows(patients, marker)),
        *(("splines", row) for row in models.spline_rows(patients, marker)),
        *curves.group_rows(patients, marker),
        *(("baseline", row) for row in curves.baseline_rows(patients, marker)),
        *added_value.value_rows(patients, marker),
    ]


def fact_rows(patients: Patients, base: Row) -> Iterator[Row]:
    """Yield what is known of the cohort as a whole."""
    table, studied, design = patients.table, patients.studied, patients.design
    counts: dict[str, tuple[str, object]] = {
        "patients": ("patients in the file", len(table)),
        "deaths": ("deaths among them", int(table["death"].sum())),
        "no_follow_up": ("patients with follow-up of zero days or less, left out",
                         curves.count(int((table["follow_up_days"] <= 0).sum()))),
        "studied": ("patients with all markers and follow-up", len(studied)),
        "studied_deaths": ("deaths among those studied", int(studied["death"].sum())),
        "last_month": ("median follow-up of those studied, months",
                       round(float(_median_follow_up(studied)), 1)),
    }  # fmt: skip
    if "drugs" in table:
        texts = table["drugs"].str.lower()
        counts["any_drug"] = ("patients with a systemic drug on their forms",
                              curves.count(int((texts != "").sum())))  # fmt: skip
        for drug, spellings in design.drugs.items():
            named = texts.map(lambda text, words=spellings: any(word in text for word in words))
            counts[f"drug_{drug}"] = (f"patients with {drug} on their forms",
                                      curves.count(int(named.sum())))  # fmt: skip
    for name, value in base.items():
        counts[f"base_{name}"] = (f"model without a marker: {name}", value)
    counts["snapshot"] = ("snapshot of the files", design.snapshot)
    counts["input"] = ("SHA-256 of the columns read", patients.digest)
    counts["seed"] = ("seed of permutations and bootstrap", design.seed)
    counts["permutations"] = ("permutations", design.permutations)
    counts["bootstraps"] = ("bootstrap samples", design.bootstraps)
    for key, (words, value) in counts.items():
        yield {
            "row_id": f"{design.study_id}.fact.{key}",
            "key": key,
            "words": words,
            "value": value,
        }


def _median_follow_up(studied: pd.DataFrame) -> float:
    """Return the median follow-up, deaths censoring it (Schemper & Smith 1996)."""
    from evidence_stats.survival.kaplan_meier import km_curve, km_median

    found = km_median(km_curve(studied["months"], 1 - studied["death"])).value
    return float("nan") if found is None else found


def table_text(name: str, rows: list[Row], design: CohortDesign) -> str:
    """Return a table as the text of its file, the same on every processor."""
    columns = [*TABLES[name].columns, *PROVENANCE]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n", restval="")
    writer.writeheader()
    for row in rows:
        cells = {key: _cell(value) for key, value in row.items() if key in columns}
        writer.writerow(cells | {"source_key": design.source_key, "locator": design.locator})
    return stream.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, float | np.floating):
        number = float(value)
        # A rest of a subtraction whose digits no two processors share.
        return stored_text(0.0 if abs(number) < 1e-9 and number != 0 else number)
    return str(value)


def write_aggregates(name: str, tables: Tables, design: CohortDesign, folder: Path) -> list[Path]:
    """Write every table of a cohort below a folder of data; return the files."""
    target = folder / FOLDER / name
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for table, rows in tables.items():
        path = target / f"{table}.csv"
        path.write_text(table_text(table, rows, design), encoding="utf-8")
        written.append(path)
    return written
