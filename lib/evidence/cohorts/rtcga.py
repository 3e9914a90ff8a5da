"""The two public files of the R project RTCGA, as the table of patients that they hold together.

The reader of R's files is `rdata`, an optional package (`pip install -e '.[cohort]'`).
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from evidence.cohorts.design import CohortDesign
from evidence.sources.problems import DataError, Problem

# A column of the clinical file, by the column of ours; every form or drug has one of its own.
_CLINICAL = {
    "patient": r"patient\.bcr_patient_barcode",
    "sex": r"patient\.gender",
    "age_years": r"patient\.age_at_initial_pathologic_diagnosis",
    "stage": r"patient\.stage_event\.pathologic_stage",
    "grade": r"patient\.neoplasm_histologic_grade",
    "m": r"patient\.stage_event\.tnm_categories\.pathologic_categories\.pathologic_m",
}
_DIED, _SEEN = r".*\.days_to_death", r".*\.days_to_last_followup"
_DRUG = r"patient\.drugs\.drug.*\.drug_name"
_BARCODE = "bcr_patient_barcode"
# A barcode is the patient in its first twelve characters.
_PATIENT = 12
_PROTEINS = "proteins"


def read_rda(path: Path) -> pd.DataFrame:
    """Return the one data frame of an .rda file.

    Raises
    ------
    DataError
        Where the reader is not installed, or the file holds anything else.
    """
    try:
        import rdata  # type: ignore[import-not-found]
    except ImportError:
        expected = "the package rdata, which reads it (pip install -e '.[cohort]'), or a CSV file"
        raise DataError([Problem(path.name, 0, "", expected, "no such package")]) from None
    try:
        frames = [one for one in rdata.read_rda(path).values() if isinstance(one, pd.DataFrame)]
    except Exception as error:  # the reader raises whatever broke it
        raise DataError([Problem(path.name, 0, "", "an R data file", str(error)[:80])]) from None
    if len(frames) != 1:
        raise DataError([Problem(path.name, 0, "", "one data frame", str(len(frames)))])
    return frames[0]


def join_files(frames: dict[str, pd.DataFrame], design: CohortDesign) -> pd.DataFrame:
    """Return proteins and clinical forms as one table of texts, one row per patient.

    A patient died where any form gives days to death, the largest of them; else the time is the
    largest number of days to the last follow-up over all forms.

    Parameters
    ----------
    frames : dict of str to DataFrame
        The two data frames by the name of their file, in any order.
    design : CohortDesign
        Names the proteins.

    Raises
    ------
    DataError
        Where one is missing or has not its columns.
    """
    arrays = {name: one for name, one in frames.items() if _BARCODE in one.columns}
    forms = {name: one for name, one in frames.items() if name not in arrays}
    if len(arrays) != 1 or len(forms) != 1:
        expected = f"one file of proteins (with {_BARCODE}) and one of clinical forms"
        raise DataError([Problem(" ".join(frames), 0, "", expected, f"{len(frames)} files")])
    (protein_file, proteins), (clinical_file, clinical) = *arrays.items(), *forms.items()
    return _clinical(clinical, clinical_file).merge(
        _proteins(proteins, protein_file, design), on="patient", how="left"
    ).fillna("").sort_values("patient", ignore_index=True)  # fmt: skip


def _column(frame: pd.DataFrame, file: str, pattern: str) -> pd.Series:
    found = _columns(frame, pattern)
    if not found:
        raise DataError([Problem(file, 0, pattern, "a column of this name", "none")])
    return frame[found[0]]


def _columns(frame: pd.DataFrame, pattern: str) -> list[str]:
    return [name for name in map(str, frame.columns) if re.fullmatch(pattern, name)]


def _clinical(frame: pd.DataFrame, file: str) -> pd.DataFrame:
    made = {name: _text(_column(frame, file, pattern)) for name, pattern in _CLINICAL.items()}
    made["patient"] = made["patient"].str.upper()
    made["stage"] = made["stage"].str.removeprefix("stage ").str.upper()
    made["grade"] = made["grade"].str.upper()
    died, seen = (_largest(frame, file, pattern) for pattern in (_DIED, _SEEN))
    made["death"] = died.notna().astype(int).astype(str)
    made["follow_up_days"] = died.fillna(seen).map(lambda days: f"{days:g}")
    drugs = frame[_columns(frame, _DRUG)].apply(_text)
    made["drugs"] = drugs.apply(lambda row: "; ".join(sorted(set(filter(None, row)))), axis=1)
    return pd.DataFrame(made)


def _text(column: pd.Series) -> pd.Series:
    return column.astype(object).where(column.notna(), "").astype(str)


def _largest(frame: pd.DataFrame, file: str, pattern: str) -> pd.Series:
    names = _columns(frame, pattern)
    if not names:
        raise DataError([Problem(file, 0, pattern, "columns of this form", "none")])
    found: pd.Series = frame[names].apply(pd.to_numeric, errors="coerce").max(axis=1)
    return found


def _proteins(frame: pd.DataFrame, file: str, design: CohortDesign) -> pd.DataFrame:
    ours = {re.sub(r"\W", "_", str(name)).lower().strip("_"): name for name in frame.columns}
    missing = [name for name in design.markers if name not in ours]
    if missing:
        raise DataError(
            [Problem(file, 0, name, "a protein of this name", "none") for name in missing]
        )
    made = {name: frame[ours[name]].map(lambda level: f"{level:.6g}") for name in design.markers}
    barcodes = _text(frame[_BARCODE]).str[:_PATIENT].str.upper()
    if barcodes.duplicated().any():
        line = int(barcodes.duplicated().to_numpy().argmax()) + 1
        raise DataError([Problem(file, line, _BARCODE, "one array per patient", "a second")])
    return pd.DataFrame({"patient": barcodes, **made})
