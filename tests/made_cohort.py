"""A made-up cohort in the form of the public one: no patient of it ever lived."""

import numpy as np
import pandas as pd

from evidence.cohorts.design import Expected, read_cohort
from evidence.cohorts.patients import check_patients

MARKERS = {"akt_ps473": "AKT pS473", "pten": "PTEN", "s6": "total S6"}


def made_cells(n=260, seed=5):
    """Return the cells of a file of made-up patients, as texts."""
    draw = np.random.default_rng(seed)
    stage = draw.choice(["I", "II", "III", "IV"], n, p=[0.4, 0.15, 0.25, 0.2])
    advanced = np.isin(stage, ["III", "IV"])
    common = draw.normal(size=n)
    levels = {name: common + draw.normal(size=n) for name in MARKERS}
    hazard = 0.0006 * np.exp(1.1 * advanced - 0.3 * common)
    time = draw.exponential(1 / hazard)
    end = draw.uniform(200, 3500, n)
    cells = pd.DataFrame(
        {
            "patient": [f"TCGA-AA-{number:04d}".replace("TCGA", "MADE") for number in range(n)],
            "sex": draw.choice(["female", "male"], n),
            "age_years": draw.integers(35, 85, n).astype(str),
            "stage": stage,
            "grade": draw.choice(
                ["G1", "G2", "G3", "G4", "GX"], n, p=[0.1, 0.35, 0.35, 0.18, 0.02]
            ),
            "m": np.where(stage == "IV", draw.choice(["m1", "mx"], n, p=[0.9, 0.1]), "m0"),
            "follow_up_days": np.ceil(np.minimum(time, end)).astype(int).astype(str),
            "death": (time <= end).astype(int).astype(str),
            "drugs": draw.choice(
                ["", "sorafenib", "interferon alpha; sutent"], n, p=[0.9, 0.05, 0.05]
            ),
        }
    )
    for name, values in levels.items():
        cells[name] = [f"{value:.6g}" for value in values]
    # Some have no array.
    cells.loc[draw.choice(n, 12, replace=False), list(MARKERS)] = ""
    return cells


def made_design(cells=None, **changes):
    """Return the design of the public cohort for these patients; with `cells`, for these alone."""
    told = {
        "id_pattern": "MADE-[A-Z0-9]{2}-[A-Z0-9]{4}", "markers": MARKERS, "expected": None,
        "columns": {}, "permutations": 20, "bootstraps": 10, **changes,
    }  # fmt: skip
    design = read_cohort("tcga_kirc").model_copy(update=told)
    if cells is None:
        return design
    read = check_patients(cells, "made.csv", design)
    expected = Expected(
        patients=len(cells),
        with_markers=int((cells["pten"] != "").sum()),
        deaths=int((cells["death"] == "1").sum()),
    )
    return design.model_copy(update={"expected": expected, "columns": read.columns})
